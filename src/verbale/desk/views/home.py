"""The desk, search and help."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from verbale.desk.work import work_of
from verbale.node.access import readable_acts, readable_matters
from verbale.node.models import Partner
from verbale.node.web import page

__all__ = ["desk", "guide", "search"]

_MOST_FOUND = 50


@page()
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for me, what moves, what is new."""
    return render(request, "desk/home.html", {"work": work_of(request.user)})


@page("read")
def search(request: HttpRequest) -> HttpResponse:
    """Dossiers, acts and partners by words of their title, number, subject, name or id."""
    asked = request.GET.get("q", "").strip()
    context = {"searched": asked, "matters": [], "acts": [], "partners": []}
    if asked:
        context["matters"] = (
            readable_matters(request.user)
            .filter(Q(title__icontains=asked) | Q(id__startswith=asked.lower()))
            .exclude(kind="channel")[:_MOST_FOUND]
        )
        context["acts"] = (
            readable_acts(request.user)
            .filter(Q(words__icontains=asked) | Q(id__startswith=asked.lower()))
            .order_by("-index")[:_MOST_FOUND]
        )
        context["partners"] = Partner.objects.filter(Q(name__icontains=asked) | Q(node__iexact=asked))[:_MOST_FOUND]
    return render(request, "desk/search.html", context)


@page()
def guide(request: HttpRequest) -> HttpResponse:
    """Help: what the words mean, and the keys."""
    return render(request, "desk/help.html")
