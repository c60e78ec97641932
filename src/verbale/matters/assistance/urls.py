"""Addresses of assistance."""

from django.urls import path

from verbale.matters.assistance import pages

urlpatterns = [
    path("", pages.index, name="index"),
    path("request/", pages.ask, name="request"),
    path("offer/", pages.offer, name="offer"),
    path("drafts/<uuid:pk>/", pages.edit, name="edit"),
    path("<slug:matter_id>/accept/", pages.accept, name="accept"),
    path("<slug:matter_id>/refuse/", pages.refuse, name="refuse"),
    path("<slug:matter_id>/deliver/", pages.deliver, name="deliver"),
    path("<slug:matter_id>/preserve", pages.preserve, name="preserve"),
    path("<slug:matter_id>/extend", pages.extend, name="extend"),
    path("<slug:matter_id>/status", pages.status, name="status"),
    path("<slug:matter_id>/take", pages.take, name="take"),
    path("<slug:matter_id>/close", pages.close, name="close"),
]
