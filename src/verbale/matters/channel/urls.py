"""Addresses of channels."""

from django.urls import path

from verbale.matters.channel import pages

urlpatterns = [
    path("", pages.index, name="index"),
    path("compose/", pages.compose, name="compose"),
    path("preview/", pages.preview, name="preview"),
    path("drafts/<uuid:pk>/", pages.edit, name="edit"),
    path("acts/<slug:act_id>/acknowledge", pages.acknowledge, name="acknowledge"),
    path("<slug:matter_id>/", pages.series, name="series"),
]
