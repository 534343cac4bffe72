from django.conf.urls import url

from .endpoints.orders import OrderEndpoint, RefundEndpoint

urlpatterns = [
    url(r"^orders/(?P<id>\d+)/$", OrderEndpoint.as_view()),
    url(r"^refunds/$", RefundEndpoint.as_view()),
]
