"""What we make of a case: the page and its PDF."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from verbale import paper
from verbale.desk.judgement import judgement_of
from verbale.desk.judgement_paper import paper_of
from verbale.node.web import page

__all__ = ["judgement", "pdf"]


@page("read")
def judgement(request: HttpRequest, case: str) -> HttpResponse:
    """Severity, attribution, norms, law, treaties, precedents, and what is unknown."""
    return render(request, "desk/judgement.html", {"found": judgement_of(request.user, case)})


@page("read")
def pdf(request: HttpRequest, case: str) -> HttpResponse:
    """The same on paper."""
    return HttpResponse(
        paper.to_pdf(paper_of(judgement_of(request.user, case))),
        content_type="application/pdf",
        headers={"Content-Disposition": 'inline; filename="assessment.pdf"'},
    )
