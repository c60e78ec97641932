"""The TAXII 2.1 server."""

from django.urls import path

from verbale.holdings.taxii.views import taxii

urlpatterns = [
    path("taxii2/", taxii, name="taxii"),
    path("taxii2/<path:path>", taxii),
]
