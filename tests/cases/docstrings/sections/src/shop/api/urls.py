from django.urls import re_path

from shop.api.endpoints import all as e

urlpatterns = [
    re_path(r"^inherited/$", e.InheritedEndpoint.as_view()),
    re_path(r"^mixed/$", e.MixedEndpoint.as_view()),
    re_path(r"^text/$", e.TextEndpoint.as_view()),
    re_path(r"^alias/$", e.AliasEndpoint.as_view()),
    re_path(r"^constant/$", e.ConstantEndpoint.as_view()),
    re_path(r"^none/$", e.NoneEndpoint.as_view()),
    re_path(r"^bare/$", e.BareEndpoint.as_view()),
    re_path(r"^computed/$", e.ComputedEndpoint.as_view()),
    re_path(r"^view/$", e.OtherView.as_view()),
    re_path(r"^base/$", e.ComputedBase.as_view()),
]
