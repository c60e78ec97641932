"""REST API of precedents."""

from typing import Any

import msgspec
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router, Schema
from pydantic import Field

from verbale.desk.precedents.query import LEAST, of_dossier
from verbale.desk.precedents.told import case_json, look, outcome_json
from verbale.knowledge.precedents import Asked, Collection
from verbale.node import precedents
from verbale.node.access import require
from verbale.node.api import person
from verbale.node.errors import NotFoundError
from verbale.node.models import Matter

__all__ = ["router"]

router = Router(tags=["precedents"])


class LikeFields(Schema):
    types: list[str] = []
    sectors: list[str] = []
    categories: list[str] = []
    receivers: list[str] = []
    initiators: list[str] = []
    intensity: int | None = Field(None, ge=0, le=15)
    year: int | None = Field(None, ge=1900, le=2200)
    answered: bool = False
    dossier: str = ""
    """Takes sectors, types and intensity of an incident, where they are not given."""
    least: float = Field(LEAST, ge=0, le=1)
    limit: int = Field(50, ge=1, le=1_000)


def _held() -> Collection:
    held = precedents.collection()
    if held is None:
        raise NotFoundError(_("No precedents have been imported here: verbale precedents import FOLDER."))
    return held


@router.get("", summary="What is held, by table, and the rows that were not taken in")
def about(request: HttpRequest) -> dict[str, Any]:
    require(person(request), "read")
    held = _held()
    return {
        "cases": len(held.cases),
        "tables": [msgspec.structs.asdict(table) for table in held.tables],
        "refused": [msgspec.structs.asdict(row) for row in held.refused[:1_000]],
        "refused_rows": len(held.refused),
    }


@router.get("/like", summary="Like cases with the reasons, and how they were answered")
def like(request: HttpRequest, fields: Query[LikeFields]) -> dict[str, Any]:
    user = person(request)
    require(user, "read")
    given = fields.dict(exclude={"dossier", "least", "limit"})
    if fields.dossier:
        filled = of_dossier(user, get_object_or_404(Matter, pk=fields.dossier))
        given = {**given, **{facet: value for facet, value in filled.items() if not given[facet]}}
    asked = Asked(**{facet: tuple(value) if isinstance(value, list) else value for facet, value in given.items()})
    return outcome_json(look(_held(), asked, fields.least), fields.limit)


@router.get("/{number}", summary="One case")
def one(request: HttpRequest, number: str) -> dict[str, Any]:
    require(person(request), "read")
    found = next((case for case in _held().cases if case.id == number), None)
    if found is None:
        raise NotFoundError(_("No precedent has the number %(number)s.") % {"number": number[:20]})
    return case_json(found)
