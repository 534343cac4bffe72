from django.conf import settings
from django.conf.urls import include, url
from django.contrib import admin
from rest_framework.routers import DefaultRouter

from shop.api import tools
from shop.api.endpoints.all import SomeEndpoint, SomeViewSet
from shop.missing import GoneEndpoint

router = DefaultRouter()
NAME = "name"
PATTERNS = [url(r"^%s/$" % name, SomeEndpoint.as_view()) for name in ("a", "b")]

urlpatterns = [
    url(r"^some/$", SomeEndpoint.as_view()),
    url(r"^" + NAME + r"/$", SomeEndpoint.as_view()),
    url(r"^%s/$" % NAME, SomeEndpoint.as_view()),
    url(tools.PATTERN, SomeEndpoint.as_view()),
    url(r"^router/", include(router.urls)),
    url(r"^gone/$", GoneEndpoint.as_view()),
    url(r"^gone/", include("shop.gone.urls")),
    url(r"^set/$", SomeViewSet.as_view({"get": "list"})),
    url(r"^admin/", admin.site.urls),
    url(r"^made/$", tools.make_view()),
    url(r"^many/", include(PATTERNS)),
    url(r"^(?:a|b|c)/(?P<x>[^/]+(?:y|z)?)/$", SomeEndpoint.as_view()),
    tools.entry,
    tools.make_pattern(),
] + tools.PATTERNS + tools.load_patterns()

if settings.DEBUG:
    urlpatterns += [url(r"^debug/$", SomeEndpoint.as_view())]

for plugin in settings.PLUGINS:
    urlpatterns.append(url(plugin.pattern, plugin.view))

urlpatterns.insert(0, url(r"^first/$", SomeEndpoint.as_view()))
