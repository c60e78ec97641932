"""Addresses of talks."""

from django.urls import path

from verbale.matters.talks import pages

urlpatterns = [
    path("", pages.index, name="index"),
    path("invite/", pages.invite, name="invite"),
    path("talks.ics", pages.calendar, name="calendar"),
    path("drafts/<uuid:pk>/", pages.edit, name="edit"),
    path("<slug:matter_id>/talks.ics", pages.calendar, name="matter-calendar"),
    path("<slug:matter_id>/accept", pages.accept, name="accept"),
    path("<slug:matter_id>/agree-agenda", pages.agree_agenda, name="agree-agenda"),
    path("<slug:matter_id>/delegation", pages.delegation, name="delegation"),
    path("<slug:matter_id>/write/<slug:what>/", pages.write, name="write"),
]
