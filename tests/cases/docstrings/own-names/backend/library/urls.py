from django.urls import include, path
from rest_framework.urlpatterns import format_suffix_patterns

from .views import BookList, BookView, LoanView

urlpatterns = [
    path("books/", BookList.as_view()),
    path("books/<int:pk>/", include([path("", BookView.as_view()), path("loans/<uuid:loan>", LoanView.as_view())])),
]
urlpatterns = format_suffix_patterns(urlpatterns, allowed=["json"])
