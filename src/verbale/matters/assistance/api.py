"""REST API of assistance."""

import base64
import binascii
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema

from verbale.matters.assistance import cases, operations
from verbale.matters.assistance.figures import figures
from verbale.node import drafts
from verbale.node.api import act_json, person
from verbale.node.drafts import DraftFields
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import Matter

router = Router(tags=["assistance"])

_A_PAGE = 100


class PreservationIn(Schema):
    authority: str
    offence: str
    data: str
    link: str
    necessity: str
    intention: bool
    custodian: str = ""


class FileIn(Schema):
    name: str
    media_type: str = "application/octet-stream"
    content: str
    """Base64."""


class OpeningIn(Schema):
    to: str
    subject: str
    items: list[str]
    kind: str = "information"
    about: str = ""
    reply_by: str | None = None
    marking: str = "AMBER"
    language: str = "en"
    share_report: bool = False
    exercise: bool = False
    files: list[FileIn] = []


class RequestIn(OpeningIn):
    instrument: str = ""
    article: str = ""
    urgency: str = "ordinary"
    urgency_reason: str = ""
    confidential: bool = False
    preservation: PreservationIn | None = None


class OfferIn(OpeningIn):
    conditions: str = ""


class AcceptIn(Schema):
    items: list[int] = []
    conditions: str = ""


class RefuseIn(Schema):
    ground: str
    reasons: str
    article: str = ""


class DeliverIn(Schema):
    text: str
    items: list[int] = []
    conditions: str = ""
    marking: str = ""
    files: list[FileIn] = []


class PreserveIn(Schema):
    data: str
    until: str
    since: str = ""
    items: list[int] = []


class ExtendIn(Schema):
    preservation: str
    until: str
    reason: str = ""


class StatusIn(Schema):
    text: str


class TakeIn(Schema):
    items: list[int] = []
    text: str = ""


class CloseIn(Schema):
    outcome: str
    text: str = ""


def _files(given: list[FileIn]) -> tuple[operations.File, ...]:
    try:
        return tuple((file.name, file.media_type, base64.b64decode(file.content, validate=True)) for file in given)
    except (binascii.Error, ValueError):
        raise UserError(_("The content of a file is not base64."), "files") from None


def _drafted(fields: DraftFields, request: HttpRequest, withheld: list[str] | None = None) -> dict[str, Any]:
    draft = drafts.create(fields, person(request))
    return {"draft": str(draft.pk), "number": draft.body.get("number"), "withheld": withheld or []}


def _fields(given: OpeningIn) -> operations.OpeningFields:
    values = {**given.dict(), "items": tuple(given.items), "files": _files(given.files)}
    return operations.OpeningFields(**values)


def _matter(request: HttpRequest, matter: str) -> Matter:
    return get_object_or_404(cases.readable(person(request)), pk=matter)


@router.get("/", summary="Requests and offers that one may read, latest first, and how they stand")
def listed(request: HttpRequest, page: int = 1) -> list[dict[str, Any]]:
    start = (max(page, 1) - 1) * _A_PAGE
    rows = list(cases.readable(person(request))[start : start + _A_PAGE])
    states = cases.states_of(row.id for row in rows)
    return [cases.as_json(row, states.get(row.id, {})) for row in rows]


@router.get("/statistics", summary="How requests are answered, by partner and direction, at this moment")
def statistics(request: HttpRequest) -> list[dict[str, Any]]:
    ids = list(cases.readable(person(request)).values_list("id", flat=True))
    found = figures(cases.states_of(ids).values(), node_name(), timezone.now())
    return [{**asdict(item), "share_accepted": item.share_accepted} for item in found]


@router.post("/requests", summary="Draft a request; it leaves only when somebody else clears it")
def draft_request(request: HttpRequest, fields: RequestIn) -> dict[str, Any]:
    made, shared = operations.request_draft(_fields(fields), person(request))
    return _drafted(made, request, [item.why for item in shared.withheld] if shared else [])


@router.post("/offers", summary="Draft an offer; it leaves only when somebody else clears it")
def draft_offer(request: HttpRequest, fields: OfferIn) -> dict[str, Any]:
    made, shared = operations.offer_draft(_fields(fields), person(request))
    return _drafted(made, request, [item.why for item in shared.withheld] if shared else [])


@router.post("/{matter}/accept", summary="Draft an acceptance, of the whole or of the items named")
def accept(request: HttpRequest, matter: str, fields: AcceptIn) -> dict[str, Any]:
    return _drafted(operations.accept_draft(_matter(request, matter), person(request), **fields.dict()), request)


@router.post("/{matter}/refuse", summary="Draft a refusal")
def refuse(request: HttpRequest, matter: str, fields: RefuseIn) -> dict[str, Any]:
    return _drafted(operations.refuse_draft(_matter(request, matter), person(request), **fields.dict()), request)


@router.post("/{matter}/deliver", summary="Draft a delivery, with its files")
def deliver(request: HttpRequest, matter: str, fields: DeliverIn) -> dict[str, Any]:
    given = {**fields.dict(), "files": _files(fields.files)}
    return _drafted(operations.deliver_draft(_matter(request, matter), person(request), **given), request)


@router.post("/{matter}/preserve", summary="Tell that data is preserved")
def preserve(request: HttpRequest, matter: str, fields: PreserveIn) -> dict[str, Any]:
    return act_json(operations.preserve(_matter(request, matter), person(request), **fields.dict()))


@router.post("/{matter}/extend", summary="Let a preservation last longer")
def extend(request: HttpRequest, matter: str, fields: ExtendIn) -> dict[str, Any]:
    return act_json(operations.extend(_matter(request, matter), person(request), **fields.dict()))


@router.post("/{matter}/status", summary="Tell the other side how the work stands")
def status(request: HttpRequest, matter: str, fields: StatusIn) -> dict[str, Any]:
    return act_json(operations.status(_matter(request, matter), person(request), fields.text))


@router.post("/{matter}/take", summary="Take an offer, whole or the items named")
def take(request: HttpRequest, matter: str, fields: TakeIn) -> dict[str, Any]:
    return act_json(operations.take(_matter(request, matter), person(request), **fields.dict()))


@router.post("/{matter}/close", summary="Close the matter: satisfied, withdrawn, or an offer declined")
def close(request: HttpRequest, matter: str, fields: CloseIn) -> dict[str, Any]:
    return act_json(operations.close(_matter(request, matter), person(request), **fields.dict()))
