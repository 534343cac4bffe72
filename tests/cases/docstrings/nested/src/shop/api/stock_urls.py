from django.conf.urls import url

from shop.api.base_urls import *
from shop.api.base_urls import urlpatterns
from shop.api.endpoints.stock import *

urlpatterns += (url(r"^levels/(?P<level>(?:low|high)+)/$", LevelEndpoint.as_view()),)
MORE += [url(r"^even-more/$", BinEndpoint.as_view())]
urlpatterns.extend(MORE)
