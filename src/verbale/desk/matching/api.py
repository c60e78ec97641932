"""REST API of the runs of matching."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import File, Form, Router, Schema
from ninja.files import UploadedFile

from verbale.desk.holdings.opened import open_shelves
from verbale.desk.matching import operations
from verbale.desk.matching.told import run_json, short_json
from verbale.holdings import shelves
from verbale.holdings.matching import uploads
from verbale.holdings.models import Shelf
from verbale.matters.collection.shelving import shelve
from verbale.node.access import readable_matters, require
from verbale.node.api import person
from verbale.node.errors import NotFoundError
from verbale.node.models import User

__all__ = ["router"]

router = Router(tags=["holdings"])
_A_PAGE = 100


class OwnWord(Schema):
    own_marking: Literal["", "CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"] = ""


def _shelf(user: User, name: str) -> Shelf:
    """By id, alias or title, or by the collection that it serves, of those that are open to the person. One that is
    not is not there."""
    found = Shelf.objects.filter(matter=name).first() if name else None
    found = found or shelves.find(name)
    if found not in open_shelves(user):
        raise NotFoundError(f"{name} names no shelf here")
    return found


@router.get("", summary="Runs of matching own logs against shelves, newest first")
def runs(request: HttpRequest, shelf: str = "", page: int = 1) -> list[dict[str, Any]]:
    user = person(request)
    require(user, "read")
    rows = operations.open_runs(user)
    if shelf:
        rows = rows.filter(shelf=_shelf(user, shelf))
    start = (min(max(page, 1), 1 << 31) - 1) * _A_PAGE
    return [short_json(run) for run in rows[start : start + _A_PAGE]]


@router.post("", summary="Give a log of up to 32 MiB for the node's worker to look through")
def give(request: HttpRequest, shelf: str = Form(...), log: UploadedFile = File(...)) -> dict[str, Any]:  # noqa: B008
    user = person(request)
    require(user, "import")
    matter = readable_matters(user).filter(pk=shelf, kind="collection").first()
    if matter is not None:
        shelve(matter)  # what came to the collection just now is to be looked for as well
    made = uploads.take(_shelf(user, shelf), log.name or "", log.size or 0, log.chunks(), user)
    return short_json(made)


@router.get("/{run}", summary="One run: logs, what was seen, what was not looked for, what was made of it")
def one(request: HttpRequest, run: int, page: int = 1) -> dict[str, Any]:
    user = person(request)
    require(user, "read")
    found = operations.open_run(user, run)
    start = (min(max(page, 1), 1 << 31) - 1) * _A_PAGE
    return run_json(found, user, operations.indicators_of(found)[start : start + _A_PAGE])


@router.post("/{run}/keep", summary="Put the sightings of a run on its shelf")
def keep(request: HttpRequest, run: int, fields: OwnWord) -> dict[str, Any]:
    user = person(request)
    found = operations.open_run(user, run)
    kept = operations.keep_as(found, user, marking=fields.own_marking)
    return {
        "new": kept.new,
        "same": kept.same,
        "refused": [{"id": item.id, "why": item.why} for item in kept.refused],
    }


@router.post("/{run}/tell", summary="Draft what partners can be told of a run; nothing leaves before it is cleared")
def tell(request: HttpRequest, run: int, fields: OwnWord) -> dict[str, Any]:
    user = person(request)
    ready = operations.tell(operations.open_run(user, run), user, marking=fields.own_marking)
    return {
        "drafts": [{"draft": str(item.pk), "type": item.type, "to": item.audience} for item in ready.drafts],
        "untold": ready.untold,
    }
