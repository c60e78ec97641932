"""Addresses of incidents."""

from django.urls import path

from verbale.matters.incident import pages

urlpatterns = [
    path("import/", pages.import_report, name="import"),
    path("<slug:matter_id>/report/", pages.add_report, name="add-report"),
    path("<slug:matter_id>/assess", pages.assess, name="assess"),
    path("<slug:matter_id>/assess/<slug:scale_id>/", pages.assess_on, name="assess-on"),
    path("<slug:matter_id>/remark", pages.remark, name="remark"),
    path("<slug:matter_id>/close", pages.close, name="close"),
    path("<slug:matter_id>/reopen", pages.reopen, name="reopen"),
]
