from shop.api.base import DocSection, Endpoint


class Index(object):
    doc_section = DocSection.ORDERS

    def get(self, request):
        """Not one of the endpoints"""


class Silent(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request):
        return None
