"""Pages of incidents: to open one, and what is noted in its dossier."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from verbale.intel import ReportError
from verbale.knowledge import scale_of
from verbale.matters.incident import operations
from verbale.matters.incident.forms import AssessForm, ImportForm, ReportForm, ScaleForm
from verbale.node.access import require_read
from verbale.node.errors import NodeError, UserError
from verbale.node.models import Matter
from verbale.node.web import action, page, refusals

__all__ = ["add_report", "assess", "assess_on", "close", "import_report", "remark", "reopen"]


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


@page("draft")
def assess_on(request: HttpRequest, matter_id: str, scale_id: str) -> HttpResponse:
    """Assess on one scale by its factors: what follows is shown first, and noted when a person says so."""
    matter = get_object_or_404(Matter, pk=matter_id)
    require_read(request.user, matter)
    scale = scale_of(scale_id)
    if scale is None or not scale.factors:
        raise Http404
    form = ScaleForm(scale, request.POST or None)
    # One may look at what follows before one has put the reasons into words.
    form.fields["reasons"].required = request.POST.get("do") == "note"
    shown: dict[str, object] = {}
    if request.method == "POST" and form.is_valid():
        level = form.cleaned_data.get("level", "")
        if request.POST.get("do") == "note":
            try:
                operations.assess(
                    matter,
                    request.user,
                    scale=scale.id,
                    level=level,
                    reasons=form.cleaned_data["reasons"],
                    answers=form.answers,
                )
            except NodeError as error:
                refusals(form, error)
            else:
                return redirect("dossier", matter.id)
        score = scale.score(form.answers)
        shown = {"score": score, "level": score.level if score else scale.level(level)}
    return render(request, "incident/assess.html", {"form": form, "matter": matter, "scale": scale, **shown})


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
