from enum import Enum

from rest_framework.views import APIView


class DocSection(Enum):
    ORDERS = "Orders"
    STOCK = "Stock and Shelves"


class Endpoint(APIView):
    pass
