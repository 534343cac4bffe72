from rest_framework import generics
from rest_framework.views import APIView

from shared import Documented
from shared.scenarios import read_book, shown_by


class BookList(generics.ListCreateAPIView):
    def get(self, request):
        """List Books

        :needs: a reader's card
        """

    def post(self, request):
        """Buy a Book"""

    def delete(self, request):
        """Not among the methods that are read"""


class BookView(Documented, generics.RetrieveAPIView):
    @shown_by([read_book])
    def get(self, request, pk):
        """Read a Book

        :path int pk: its number
        :query str q: what to look for
        :field str note: a note
        """


class LoanView(APIView):
    chapter = "Loans"

    def get(self, request, pk, loan):
        """Look up a Loan

        :in_path int pk: the book
        :path uuid loan: the loan
        """
