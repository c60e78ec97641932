"""Addresses of directories."""

from django.urls import path

from verbale.matters.directory import pages

urlpatterns = [
    path("", pages.index, name="index"),
    path("open/", pages.open_directory, name="open"),
    path("contacts.csv", pages.export_csv, name="csv"),
    path("contacts.vcf", pages.export_vcards, name="vcf"),
    path("drafts/<uuid:pk>/", pages.edit, name="edit"),
    path("pings/<slug:act_id>/", pages.answers, name="answers"),
    path("pings/<slug:act_id>/pong", pages.pong, name="pong"),
    path("<slug:matter_id>/", pages.directory, name="directory"),
    path("<slug:matter_id>/members/", pages.renew, name="renew"),
    path("<slug:matter_id>/publish", pages.publish, name="publish"),
    path("<slug:matter_id>/nominate/", pages.nominate, name="nominate"),
    path("<slug:matter_id>/import/", pages.import_csv, name="import"),
    path("<slug:matter_id>/contacts/<slug:key>/withdraw/", pages.withdraw, name="withdraw"),
    path("<slug:matter_id>/contacts/<slug:key>/confirm", pages.confirm, name="confirm"),
    path("<slug:matter_id>/states/<str:node>/", pages.state, name="state"),
    path("<slug:matter_id>/pings/", pages.checks, name="pings"),
    path("<slug:matter_id>/pings/send/", pages.send, name="send"),
]
