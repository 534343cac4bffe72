from django.conf.urls import url

from .endpoints.all import AfterEndpoint, MalformedEndpoint, WordsEndpoint

urlpatterns = [
    url(r"^after/$", AfterEndpoint.as_view()),
    url(r"^malformed/$", MalformedEndpoint.as_view()),
    url(r"^words/$", WordsEndpoint.as_view()),
]
