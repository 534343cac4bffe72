from __future__ import absolute_import, print_function

from django.conf.urls.defaults import patterns, url, include

import endpoints.orders
from shop.api.endpoints.orders import OrderEndpoint as Order

urlpatterns = patterns(
    'shop.api.endpoints.orders',
    url(ur'^orders/$', 'all_orders', name='orders'),
    (r'^orders/(?P<order_id>\d+)/$', Order.as_view()),
    (r'^older/', include(patterns('', url(r'^x/$', 'shop.api.endpoints.orders.all_orders')))),
    url(r'^relative/$', endpoints.orders.ReturnEndpoint.as_view()),
)
