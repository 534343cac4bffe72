# -*- coding: latin-1 -*-
from shop.api.base import DocSection, Endpoint


class OrderEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request, (shop, order)):
        u"""
        Trouver une Commande
        --------------------

        Une commande passée, même payée.

        :pparam int order_id: le numéro
        """
        print >>log, 'got', 0777
        try:
            exec 'pass'
        except ValueError, error:
            raise KeyError, 'no %s' % `error`

    def post(self, request):
        r"""Say \n"""

    def put(self, request):
        b"""Replace an Order"""


class OrdersEndpoint(OrderEndpoint):
    get = None
    post = OrderEndpoint


class ReturnEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request):
        "List\nReturns"


all_orders = OrdersEndpoint.as_view()
