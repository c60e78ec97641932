"""Pages of what intelligence has in common, and of the techniques."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from verbale.desk.intelligence.named import LEVELS, MOST_REPORTS, read
from verbale.desk.intelligence.plot import graph
from verbale.desk.intelligence.told import matrix_of, pairs_of, shared_of
from verbale.node.web import page

__all__ = ["common", "techniques"]

_MOST_SHARED, _MOST_PAIRS = 200, 50


def _level(request: HttpRequest) -> str:
    asked = request.GET.get("by", "")
    return asked if asked in LEVELS else "cases"


@page("read")
def common(request: HttpRequest) -> HttpResponse:
    """Which cases, partners or campaigns name the same things."""
    known = read(request.user, _level(request))
    found = known.correlation
    return render(
        request,
        "desk/common.html",
        {
            "levels": LEVELS,
            "read": known,
            "graph": graph(known, found),
            "number": len(found.shared),
            "shared": shared_of(known, found, _MOST_SHARED),
            "pairs": pairs_of(known, found, _MOST_PAIRS),
            "more_shared": max(0, len(found.shared) - _MOST_SHARED),
            "most_reports": MOST_REPORTS,
        },
    )


@page("read")
def techniques(request: HttpRequest) -> HttpResponse:
    """Techniques under the tactics of ATT&CK: who uses them, as reports say."""
    known = read(request.user, _level(request))
    marked = request.GET.get("mark", "")
    return render(
        request,
        "desk/techniques.html",
        {
            "levels": LEVELS,
            "read": known,
            "columns": matrix_of(known, marked),
            "sources": sorted(known.sources.values(), key=lambda source: source.name),
            "marked": known.sources.get(marked),
            "most_reports": MOST_REPORTS,
        },
    )
