from shop.api.base import DocSection, Endpoint


class AfterEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request):
        """
        Say More behind the Fields
        ==========================

        A list of letters:

        a
        -

        ```
        code
        ```

        :qparam string order: the order, one
        of two:

        - up
        - down

        .. note::
            Never mind.

        :auth: required

        The last words.
        """


class MalformedEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    def get(self, request):
        """
        Forget a Colon

        Text.

        :qparam string order the order
        :qparam int limit: the limit
        :auth: required
        """

    def put(self, request):
        """
        Forget it Later

        :qparam int limit: the limit
        :param string name the name
        """


class WordsEndpoint(Endpoint):
    doc_section = DocSection.STOCK

    def get(self, request):
        """
        Use other Words
        ---------------

        .. warning::
          Two blanks are enough.

        :return: nothing
        :raises KeyError: never
        :param string name: a *name that ``does not end
        :param list names: - one
        :pparam id:
        """
