"""Pages of precedents: like cases, and one case."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from verbale.desk.precedents.plot import by_time, by_type, timeline_of
from verbale.desk.precedents.query import LEAST, LikeForm, of_dossier
from verbale.desk.precedents.told import look
from verbale.desk.precedents.words import BODY_NAMES, TIME_NAMES, days_told, reason_told
from verbale.knowledge.precedents import Asked, Case, Collection, Times, vocabulary
from verbale.node import precedents as held_here
from verbale.node.errors import UserError
from verbale.node.models import Matter
from verbale.node.web import page

__all__ = ["precedent", "precedents"]

_A_PAGE = 25


@page("read")
def precedents(request: HttpRequest) -> HttpResponse:
    """Like cases; without a question all cases."""
    context: dict[str, Any] = {}
    filled: dict[str, Any] = {}
    if wanted := request.GET.get("dossier", ""):
        matter = get_object_or_404(Matter, pk=wanted)
        filled = of_dossier(request.user, matter)
        context["dossier"] = matter
    held = _held(context)
    if held is None:
        return render(request, "desk/precedents.html", context)
    asking = {name for name in request.GET if name not in ("page", "dossier")}
    if context.get("dossier") is not None and not asking:
        # The dossier fills the form once; after that the person's own choices count.
        known = {facet: set(dict(field.choices)) for facet, field in LikeForm(held).fields.items() if _chosen(field)}
        data = {
            facet: [word for word in value if word in known[facet]] if facet in known else value
            for facet, value in filled.items()
        }
        context["nothing_to_go_by"] = not any(data.values())
        form = LikeForm(held, data)
    else:
        form = LikeForm(held, request.GET)
    valid = form.is_valid()
    least = form.cleaned_data.get("least") if valid else None
    asked = form.asked() if valid else Asked()
    outcome = look(held, asked, LEAST if least is None else least)
    shown = Paginator(outcome.found, _A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    context |= {
        "form": form,
        "held": held,
        "question": asked,
        "outcome": outcome,
        "page": shown,
        "rows": [
            {
                "case": item.case,
                "percent": round(item.likeness * 100),
                "reasons": [reason_told(reason) for reason in item.reasons],
                "days": _days(item.case),
            }
            for item in shown
        ],
        "times": [_told(row) for row in outcome.times],
        "timeline": timeline_of(outcome.found),
        "grids": [grid for grid in (by_type(outcome.cases), by_time(outcome.cases)) if grid is not None],
        "weights": vocabulary().weights,
        "spans": vocabulary().spans,
        "query": f"&{query.urlencode()}" if query else "",
    }
    return render(request, "desk/precedents.html", context)


def _chosen(field: Any) -> bool:
    return hasattr(field, "choices")


def _held(context: dict[str, Any]) -> Collection | None:
    try:
        return held_here.collection()
    except UserError as error:
        context["trouble"] = str(error)
        return None


def _days(case: Case) -> list[dict[str, Any]]:
    """Every attribution of a case, the earliest first."""
    rows = []
    for body, day in sorted(case.attributed.items(), key=lambda item: item[1]):
        days = case.days.get(body)
        unknown = _("before the start that is known") if case.start else _("start not known")
        after = unknown if days is None else days_told(days)
        rows.append({"who": BODY_NAMES[body], "day": day, "after": after, "exact": case.exact(body)})
    return rows


def _told(row: Times) -> dict[str, Any]:
    figures = {
        name: days_told(value) if (value := getattr(row, name)) is not None else "–"
        for name in ("least", "lower", "median", "upper", "most")
    }
    return {"name": TIME_NAMES[row.of], "n": row.n, "by_year_only": row.by_year_only, "before": row.before, **figures}


@page("read")
def precedent(request: HttpRequest, number: int) -> HttpResponse:
    """One case, with all that the tables tell."""
    held = _held({})
    case = next((case for case in held.cases if case.id == str(number)), None) if held is not None else None
    if case is None:
        raise Http404
    return render(request, "desk/precedent.html", {"case": case, "days": _days(case)})
