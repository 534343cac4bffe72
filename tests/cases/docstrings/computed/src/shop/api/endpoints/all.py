from shop.api.base import DocSection, Endpoint
from shop.scenarios import attach_scenarios, all_scenarios, unknown

get_helper = wrap(3)


class SomeEndpoint(Endpoint):
    doc_section = DocSection.ORDERS

    @attach_scenarios(all_scenarios)
    @attach_scenarios([unknown])
    def get(self, request):
        """Get Some"""

    post = get_helper

    if True:

        def put(self, request):
            """Put Some"""


class SomeViewSet(Endpoint):
    doc_section = DocSection.ORDERS

    def list(self, request):
        """List Some"""


broken = = 1
