from shop.api.base import DocSection, Endpoint


class OrderEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request):
        """Read from One"""
