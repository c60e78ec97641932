"""The story of a case, and the list of all its acts with their proofs."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from verbale.desk.story import case_of, cases_of, proofs, records_of, story_of
from verbale.node.access import may, saw
from verbale.node.models import User
from verbale.node.registry import Door, all_kinds
from verbale.node.web import page

__all__ = ["proof", "stories", "story"]

_A_PAGE = 200


@page("read")
def stories(request: HttpRequest) -> HttpResponse:
    """The cases."""
    shown = Paginator(cases_of(request.user), 50).get_page(request.GET.get("page"))
    return render(request, "desk/stories.html", {"page": shown})


@page("read")
def story(request: HttpRequest, case: str) -> HttpResponse:
    """One case, step by step."""
    told = story_of(request.user, case)
    saw(request.user, [entry["record"] for step in told.steps for entry in step.entries])
    return render(request, "desk/story.html", {"story": told, "doors": _doors(request.user), "known": told.matter})


def _doors(user: User) -> dict[int, list[Door]]:
    """What can be begun in each step."""
    found: dict[int, list[Door]] = {}
    for kind in all_kinds():
        for door in kind.starts:
            if door.offered and may(user, door.right):
                found.setdefault(kind.step, []).append(door)
    return found


@page("read")
def proof(request: HttpRequest, case: str) -> HttpResponse:
    """Every act of a case: who signed it, and verified receipts."""
    found = case_of(request.user, case)
    shown = Paginator(records_of(request.user, found), _A_PAGE).get_page(request.GET.get("page"))
    rows: list[dict[str, Any]] = proofs(shown)
    saw(request.user, [row["record"] for row in rows])
    whole = all(row["signed"] and all(item["holds"] for item in row["receipts"]) for row in rows)
    return render(request, "desk/story_proof.html", {"story": found, "page": shown, "rows": rows, "whole": whole})
