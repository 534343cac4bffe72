from django.conf.urls import url

from shop.api.endpoints.all import SomeEndpoint

PATTERN = r"^constant/$"
PATTERNS = [url(r"^tools/$", SomeEndpoint.as_view())]
PATTERNS.append(url(r"^more-tools/$", SomeEndpoint.as_view()))
entry = url(r"^entry/$", SomeEndpoint.as_view())
