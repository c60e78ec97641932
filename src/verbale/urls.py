"""All addresses of a node."""

from django.urls import include, path

from verbale.api import api
from verbale.node.registry import all_kinds

urlpatterns = [
    path("", include("verbale.node.urls")),
    path("", include("verbale.holdings.urls")),
    path("", include("verbale.desk.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", api.urls),
    *(path(f"{kind.name}/", include((kind.urls, kind.name))) for kind in all_kinds() if kind.urls),
]
