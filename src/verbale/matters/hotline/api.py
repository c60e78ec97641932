"""What the API of hotlines tells beyond what the kit gives: how a line is tested."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router

from verbale.matters.hotline import standing
from verbale.matters.hotline.standing import Due
from verbale.matters.kit import operations
from verbale.matters.kit.spec import View
from verbale.node.api import person

__all__ = ["add"]


def add(router: Router) -> None:
    """Add the routes of this module."""

    @router.get(
        "/{matter}/tests",
        summary="Which test of a line is due, which were missed, and how each side has answered",
        url_name="hotline-tests",
    )
    def tests(request: HttpRequest, matter: str) -> dict[str, Any]:
        found = operations.matter_of(person(request), matter, "hotline")
        state, now = View(found).state, timezone.now()
        return {
            "due": _due(standing.due(state, now)),
            "next": _due(standing.next_slot(state, now)),
            "missed": [_due(item) for item in standing.unsent(state, now) if item.over],
            "sides": [
                {
                    "node": item.node,
                    "asked": item.asked,
                    "on_time": item.on_time,
                    "late": item.late,
                    "waiting": item.waiting,
                    "missed": item.missed,
                    "unsent": item.unsent,
                    "median_seconds": item.median.total_seconds() if item.median is not None else None,
                }
                for item in standing.figures(state, now)
            ],
        }


def _due(item: Due | None) -> dict[str, Any] | None:
    return {"schedule": item.schedule, "slot": item.slot, "by": item.by, "over": item.over} if item else None
