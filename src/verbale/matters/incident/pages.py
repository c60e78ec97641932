"""Pages of incidents: to open one, and what is noted in its dossier."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from verbale.intel import ReportError
from verbale.matters.incident import operations
from verbale.matters.incident.forms import AssessForm, ImportForm, ReportForm
from verbale.node.errors import NodeError, UserError
from verbale.node.models import Matter
from verbale.node.web import action, page, refusals

__all__ = ["add_report", "assess", "close", "import_report", "remark", "reopen"]


@page("import")
def import_report(request: HttpRequest) -> HttpResponse:
    """Open an incident."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        upload = given.pop("report")
        given["occurred"] = given["occurred"].isoformat() if given["occurred"] else None
        try:
            if upload is not None:
                record = operations.import_report(upload.read(), upload.name, request.user, **given)
            else:
                given["marking"] = given["marking"] or "AMBER"
                record = operations.open_incident(request.user, **given)
        except ReportError as error:
            form.add_error("report", str(error))
        except NodeError as error:
            refusals(form, error)
        else:
            messages.success(request, _("The dossier is open. Nothing has left the house."))
            return redirect("dossier", record.matter_id)
    return render(request, "incident/import.html", {"form": form})


@page("import")
def add_report(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Add a report to a dossier."""
    matter = get_object_or_404(Matter, pk=matter_id)
    form = ReportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["report"]
        try:
            operations.add_report(matter, upload.read(), upload.name, request.user)
        except (ReportError, NodeError) as error:
            form.add_error("report", str(error))
        else:
            return redirect("dossier", matter.id)
    return render(request, "incident/add_report.html", {"form": form, "matter": matter})


@action("draft")
def assess(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Note a severity."""
    matter = get_object_or_404(Matter, pk=matter_id)
    form = AssessForm(request.POST)
    if not form.is_valid():
        raise UserError(_("Choose a level and give the reasons."))
    scale, _colon, level = form.cleaned_data["level"].partition(":")
    operations.assess(matter, request.user, scale=scale, level=level, reasons=form.cleaned_data["reasons"])
    return redirect("dossier", matter.id)


@action("draft")
def remark(request: HttpRequest, matter_id: str) -> HttpResponse:
    """A remark for the house."""
    matter = get_object_or_404(Matter, pk=matter_id)
    operations.remark(matter, request.user, request.POST.get("text", ""))
    return redirect("dossier", matter.id)


@action("draft")
def close(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Consider the incident closed."""
    matter = get_object_or_404(Matter, pk=matter_id)
    operations.close(matter, request.user, request.POST.get("reason", ""))
    return redirect("dossier", matter.id)


@action("draft")
def reopen(request: HttpRequest, matter_id: str) -> HttpResponse:
    """Take the closing back."""
    matter = get_object_or_404(Matter, pk=matter_id)
    operations.reopen(matter, request.user, request.POST.get("reason", ""))
    return redirect("dossier", matter.id)
