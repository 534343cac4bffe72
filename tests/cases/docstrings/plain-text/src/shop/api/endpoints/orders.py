from shop.api.base import DocSection, Endpoint


class OrderEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request):
        """
        List Orders
        ===========

        - the newest first
            - at most 100

        ```
        code
        ```

        :auth: required
        """

    def post(self, request):
        """Make an Order
        The line behind the title.
        """
