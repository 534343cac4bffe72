from django.conf.urls import url

from .endpoints.orders import OrderEndpoint

urlpatterns = [url(r"^orders/$", OrderEndpoint.as_view())]
