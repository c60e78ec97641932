"""Pages beside those of the kit: the report, and the issue of an inject by one press."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from verbale import paper
from verbale.matters.drill.papers import report_paper
from verbale.matters.drill.report import report_of
from verbale.matters.drill.words import RATINGS, totals
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given, matter_of, say
from verbale.matters.kit.spec import View
from verbale.node.models import Matter
from verbale.node.web import action, page

__all__ = ["issue", "pdf", "report"]


def _view(request: HttpRequest, matter_id: str) -> View:
    get_object_or_404(Matter, pk=matter_id, kind="drill")
    return View(matter_of(request.user, matter_id, "drill"), request.user)


@page("read")
def report(request: HttpRequest, matter_id: str) -> HttpResponse:
    """What the drill showed."""
    view = _view(request, matter_id)
    found = report_of(view.state)
    if found is None:
        raise Http404
    return render(
        request,
        "drill/report.html",
        {"matter": view.matter, "view": view, "report": found, "totals": totals(found), "ratings": RATINGS},
    )


@page("read")
def pdf(request: HttpRequest, matter_id: str) -> HttpResponse:
    view = _view(request, matter_id)
    if view.matter is None or "started" not in view.state:
        raise Http404
    issued = (view.state.get("closed") or view.state["started"])["issued"]
    sheet = report_paper(view.state, f"TLP:{view.matter.marking}", issued)
    return HttpResponse(paper.to_pdf(sheet), content_type="application/pdf")


@action("read")
def issue(request: HttpRequest, matter_id: str, number: int) -> HttpResponse:
    """Issue an inject; the deed asks for the right."""
    view = _view(request, matter_id)
    say(deed_of("drill.inject"), view.matter, request.user, Given({"number": number}))
    return redirect("dossier", matter_id)
