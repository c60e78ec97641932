"""REST routes beside those of the deeds: verifying a vote, and writing it out."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from verbale.matters.forum import operations
from verbale.matters.forum.verify import told
from verbale.matters.kit.operations import matter_of
from verbale.node.api import person

__all__ = ["add"]


def add(router: Router) -> None:
    """The routes."""

    @router.get("/{matter}/votes/{vote}", summary="Verify a vote from the signed acts held here")
    def verified(request: HttpRequest, matter: str, vote: str) -> dict[str, Any]:
        who = person(request)
        checked = operations.verify(matter_of(who, matter, "forum"), who, vote)
        return {**told(checked.result), "compared": list(checked.compared), "introduced": list(checked.introduced)}

    @router.get("/{matter}/votes/{vote}/bundle", summary="A vote as a file that anybody can verify offline")
    def bundle(request: HttpRequest, matter: str, vote: str) -> HttpResponse:
        who = person(request)
        data = operations.bundle(matter_of(who, matter, "forum"), who, vote)
        return HttpResponse(data, content_type="application/x-ndjson")
