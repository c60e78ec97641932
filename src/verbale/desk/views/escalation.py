"""How we stand with a partner: the curve over the acts between us, and the measures that ease it."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from verbale.desk.relations import Relation, level_name, menu, plot_of, relation_with, standing, trend_sentence
from verbale.desk.relations.events import reason_of
from verbale.knowledge import all_event_scales, coding
from verbale.node.models import ActRecord, Partner
from verbale.node.web import page

__all__ = ["escalation"]

PERIODS = (30, 90, 365)
"""Days that can be looked at."""
_A_PAGE = 50
_GRAVE = 2
"""Place of the level from which on the sentence is red."""


@page("read")
def escalation(request: HttpRequest, node: str) -> HttpResponse:
    """A sentence, the plot, the acts behind it, and the menu of measures."""
    partner = get_object_or_404(Partner, pk=node)
    asked = request.GET.get("days", "")
    days = int(asked) if asked in map(str, PERIODS) else PERIODS[1]
    relation = relation_with(request.user, node, days=days)
    shown = Paginator(relation.since(relation.curve.until - timedelta(days=days)), _A_PAGE).get_page(
        request.GET.get("page")
    )
    method = coding()
    scale = next(item for item in all_event_scales() if item.id == method.scale)
    return render(
        request,
        "desk/escalation.html",
        {
            "partner": partner,
            "days": days,
            "periods": PERIODS,
            "sentence": standing(relation),
            "trend": trend_sentence(relation),
            "relation": relation,
            "tension": f"{relation.curve.tension:.1f}",
            "grave": method.levels.index(relation.curve.level) >= _GRAVE,
            "crossings": _crossings(relation, days),
            "plot": plot_of(relation, days),
            "rows": _rows(shown),
            "page": shown,
            "query": f"&days={days}",
            "menu": menu(request.user, partner),
            "method": method,
            "levels": [
                {"name": level_name(level), "enter": f"{level.enter:g}", "leave": f"{level.leave:g}"}
                for level in method.levels[1:]
            ],
            "sources": (*scale.sources, *method.sources),
        },
    )


def _rows(shown: Any) -> list[dict[str, Any]]:
    records = ActRecord.objects.in_bulk([item.id for item in shown])
    return [
        {
            "item": item,
            "record": records[item.id],
            "coded": item.coded if item.coded is not None and item.coded.code else None,
            "value": f"{item.coded.value:+.1f}" if item.coded is not None and item.coded.value is not None else "",
            "because": reason_of(item, records[item.id]),
        }
        for item in shown
    ]


def _crossings(relation: Relation, days: int) -> list[dict[str, Any]]:
    start = relation.curve.until - timedelta(days=days)
    return [
        {"moment": crossing.moment, "name": level_name(crossing.after), "rising": crossing.rising}
        for crossing in reversed(relation.curve.crossings)
        if crossing.moment >= start
    ]
