try:
    from shop.api.base import DocSection, Endpoint
except ImportError:
    Endpoint = object


class OrderEndpoint(Endpoint):
    doc_section = DocSection.ORDERS


class Documented(object):
    doc_section = DocSection.STOCK

    def get(self, request):
        """Read what is there"""
