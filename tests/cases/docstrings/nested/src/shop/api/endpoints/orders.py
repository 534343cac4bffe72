from ..base import DocSection, Endpoint
from shop.scenarios import scenario, attach_scenarios


@scenario("ListOrders")
def list_orders(runner):
    runner.request("GET", "/orders/")


@scenario("ListOldOrders")
def list_old_orders(runner):
    pass


class OrderIndexEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    @attach_scenarios([list_orders, list_old_orders])
    @transaction.atomic
    def get(self, request, shop=None):
        """
        List Orders
        ```````````

        Return the orders of a shop, the newest first.

        A second paragraph
            with an indented line.

        .. caution::
            The order may change.

            It has before.

        :pparam string shop: the ``slug`` of the
                             *shop*.
        :qparam int limit: at most **so** many
        :qparam cursor:
        :auth: required
        """

    def post(self, request):
        """Make an Order

        :param string note: a \\*free\\* text
        """


class OrderDetailsEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def delete(self, request):
        """Cancel an Order"""

    def get(self, request):
        # The comment is no docstring.
        "Retrieve an " "Order"

    def patch(self, request):
        return None

    put = delete

    def options(self, request):
        """Never listed"""


class XMLFeedEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request):
        """
        Read the Feed
        ~~~~~~~~~~~~~
        """
