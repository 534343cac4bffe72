from django.conf.urls import url

from shop.api.endpoints import stock

urlpatterns = []
urlpatterns += [url(r"^shelves/$", stock.ShelfEndpoint.as_view())]

MORE = [url(r"^more/$", stock.LevelEndpoint.as_view())]
