from django.conf.urls import url

from shop.api.endpoints.stock import *

urlpatterns = (url(r"^levels/(?P<level>(?:low|high)+)/$", LevelEndpoint.as_view()),)
