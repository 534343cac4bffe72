from shop.api.base import DocSection, Endpoint


class OrderEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request):
        """
        Retrieve an Order
        -----------------

        What was bought, and when.

        :pparam int id: the number of the order
        """

    def delete(self, request):
        """Cancel an Order"""


class RefundEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def post(self, request):
        """Give the Money Back"""
