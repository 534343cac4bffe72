from enum import Enum

from shop.api import bases
from shop.api.bases import *
from shop.names import SECTION


class Extra(Enum):
    GIFTS = "Gifts"
    PRESENTS = "Gifts"
    SECRET = 7


class InheritedEndpoint(OrderEndpoint):
    def get(self, request):
        """Inherit a Section"""


class MixedEndpoint(bases.Documented, OrderEndpoint):
    def post(self, request):
        """Take the First Section"""


class TextEndpoint(OrderEndpoint):
    doc_section = "gift cards"

    def get(self, request):
        """Have a Section in Words"""


class AliasEndpoint(OrderEndpoint):
    doc_section = Extra.PRESENTS

    def get(self, request):
        """Have another Name for a Section"""


class ConstantEndpoint(OrderEndpoint):
    doc_section = SECTION

    def get(self, request):
        """Name a Constant"""


class NoneEndpoint(OrderEndpoint):
    doc_section = None

    def get(self, request):
        """Never listed"""


class BareEndpoint(Endpoint):
    def get(self, request):
        """Never listed either"""


class ComputedEndpoint(Endpoint):
    doc_section = max(Extra)

    def get(self, request):
        """Not known before the program runs"""


class OtherView(object):
    doc_section = Extra.GIFTS

    def get(self, request):
        """Not one of the endpoints"""


class ComputedBase(make_base("x")):
    doc_section = Extra.GIFTS

    def get(self, request):
        """Perhaps one of the endpoints"""
