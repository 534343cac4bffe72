from django.conf.urls import include, url

from .endpoints.orders import OrderDetailsEndpoint, OrderIndexEndpoint, XMLFeedEndpoint
from .endpoints import stock as shelves

# Orders are reached below their shop, and by their number alone.
ORDER_URLS = [
    url(r"^$", OrderIndexEndpoint.as_view()),
    url(r"^(?P<order_id>[^\/]+)/$", OrderDetailsEndpoint.as_view(), name="order"),
]

MORE = [url(r"^(?P<shop>\w+)/feed(?:\.xml)?$", XMLFeedEndpoint.as_view())]

urlpatterns = [
    url(
        r"^shops/",
        include([url(r"^(?P<shop>[\w-]+)/(?:orders|purchases)/", include(ORDER_URLS)), *MORE]),
    ),
    url(r"^stock/", include("shop.api.stock_urls")),
    url(r"^orders/", include((ORDER_URLS, "orders"), namespace="all")),
] + [
    url(r"^bins/(\d+)/$", shelves.BinEndpoint.as_view()),
    url("^" "health" r"/$", shelves.plain_view),
]
urlpatterns += [url(regex=r"^last/$", view=shelves.last)]
urlpatterns.append(url(r"^(?:a|b)/$", shelves.cached(60)(shelves.LevelEndpoint.as_view())))
