"""The page beside those of the kit: the assessment on paper."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from verbale import paper
from verbale.matters.assessment.papers import assessment_paper
from verbale.matters.kit.operations import matter_of
from verbale.matters.kit.spec import View
from verbale.node.models import Matter
from verbale.node.web import page

__all__ = ["pdf"]


@page("read")
def pdf(request: HttpRequest, matter_id: str) -> HttpResponse:
    """As it stands now, dated by the latest that was said in it."""
    get_object_or_404(Matter, pk=matter_id, kind="assessment")
    view = View(matter_of(request.user, matter_id, "assessment"), request.user)
    if view.matter is None or not view.opening:
        raise Http404
    moments = [entry["issued"] for entry in (*view.entries("fact"), *view.entries("position"))]
    issued = max([view.opening["issued"], *moments])
    sheet = assessment_paper(view.state, f"TLP:{view.matter.marking}", issued, exercise=view.matter.exercise)
    return HttpResponse(paper.to_pdf(sheet), content_type="application/pdf")
