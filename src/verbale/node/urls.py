"""The exchange with other nodes."""

from django.urls import path

from verbale.node.exchange import views

urlpatterns = [
    path("exchange/v1", views.exchange, name="exchange"),
    path("exchange/v1/credentials", views.credentials, name="exchange-credentials"),
]
