from django.conf.urls import url

from .views import Index, Silent

urlpatterns = [url(r"^$", Index.as_view()), url(r"^silent/$", Silent.as_view())]
