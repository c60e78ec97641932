"""Pages beside those of the kit: the text as it stands, on paper, to be read, agreed to and signed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from verbale import paper
from verbale.matters.agreement.board import board
from verbale.matters.agreement.fold import text_of
from verbale.matters.agreement.papers import sheet_of
from verbale.matters.kit.operations import matter_of
from verbale.matters.kit.spec import View
from verbale.node.models import Matter
from verbale.node.web import download, page

__all__ = ["pdf", "plain", "text"]


def _view(request: HttpRequest, matter_id: str) -> View:
    get_object_or_404(Matter, pk=matter_id, kind="agreement")
    view = View(matter_of(request.user, matter_id, "agreement"), request.user)
    if not view.opening:
        raise Http404
    return view


def _sheet(view: View) -> paper.Paper:
    matter = view.matter
    sheet = sheet_of(view.state, f"TLP:{matter.marking}" if matter else "", bool(view.opening["exercise"]))
    if sheet is None:
        raise Http404
    return sheet


@page("read")
def text(request: HttpRequest, matter_id: str) -> HttpResponse:
    """The text as it stands, who agreed and who signed; the page from which one agrees and signs."""
    view = _view(request, matter_id)
    return render(
        request,
        "agreement/text.html",
        {
            "matter": view.matter,
            "view": view,
            "sheet": paper.lay_out(_sheet(view)),
            **board(view.state, view.me),
        },
    )


@page("read")
def plain(request: HttpRequest, matter_id: str) -> HttpResponse:
    """The very octets that were hashed."""
    view = _view(request, matter_id)
    return download(text_of(view.state, view.state["text"]).encode(), "agreement.txt", "text/plain; charset=utf-8")


@page("read")
def pdf(request: HttpRequest, matter_id: str) -> HttpResponse:
    view = _view(request, matter_id)
    return HttpResponse(paper.to_pdf(_sheet(view)), content_type="application/pdf")
