from django.conf.urls import url

from shop.api.endpoints import one, two

urlpatterns = [
    url(r"^one/$", one.OrderEndpoint.as_view()),
    url(r"^two/$", two.OrderEndpoint.as_view()),
    url(r"^long/$", two.AVeryLongNameOfAClassThatNobodyWouldEverWriteButThatNoFileNameMayHaveOnEveryPlatformThatWeKnowEndpoint.as_view()),
]
