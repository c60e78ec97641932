"""REST API of norms, instruments and treaty relations."""

from datetime import date
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from verbale.desk.law.between import between
from verbale.desk.law.told import instrument_told, norm_told, relations_told
from verbale.knowledge import country_of, instrument_of, norm_of, search_instruments, search_norms
from verbale.node.errors import NotFoundError, UserError

__all__ = ["router"]

router = Router(tags=["law"])


@router.get("/norms", summary="Norms of responsible behaviour with their sources; with `q`, those that hold its words")
def norms(request: HttpRequest, q: str = "") -> list[dict[str, Any]]:
    return [norm_told(found) for found in search_norms(q)]


@router.get("/norms/{pack}/{norm}", summary="One norm: `un-11/c`")
def norm(request: HttpRequest, pack: str, norm: str) -> dict[str, Any]:
    found = norm_of(f"{pack}/{norm}")
    if found is None:
        raise NotFoundError(_("There is no such norm."))
    return norm_told(found)


@router.get("/instruments", summary="Instruments with articles and parties; with `q`, those that hold its words")
def instruments(request: HttpRequest, q: str = "") -> list[dict[str, Any]]:
    return [instrument_told(item) for item in search_instruments(q)]


@router.get("/instruments/relations", summary="What binds a set of states on a day, and what it obliges between them")
def instrument_relations(
    request: HttpRequest, state: Annotated[list[str], Query(...)], day: date | None = None
) -> dict[str, Any]:
    codes = [code.upper() for code in state]
    if len(set(codes)) < 2:
        raise UserError(_("Give at least two states."), "state")
    for code in codes:
        if country_of(code) is None:
            raise UserError(_("No pack knows a state of the code %(code)s.") % {"code": code}, "state")
    return relations_told(between(codes, day or timezone.localdate()))


@router.get("/instruments/{instrument}", summary="One instrument")
def instrument(request: HttpRequest, instrument: str) -> dict[str, Any]:
    found = instrument_of(instrument)
    if found is None:
        raise NotFoundError(_("There is no such instrument."))
    return instrument_told(found)
