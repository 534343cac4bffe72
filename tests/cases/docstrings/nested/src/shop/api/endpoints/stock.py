from shop.api.base import DocSection, Endpoint


class LevelEndpoint(Endpoint):
    doc_section = DocSection.STOCK

    def get(self, request):
        """Read a Level"""


class BinEndpoint(Endpoint):
    """A class has a docstring of its own."""

    doc_section = DocSection.STOCK

    def get(self, request):
        """Look into a Bin"""


class LastEndpoint(Endpoint):
    doc_section = DocSection.STOCK

    def get(self, request):
        """Read the Last Movement"""


last = LastEndpoint.as_view()


def plain_view(request):
    """A function is no endpoint."""


class ShelfEndpoint(Endpoint):
    doc_section = DocSection.STOCK

    def get(self, request):
        """List Shelves"""
