"""REST API of directories."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema

from verbale.matters.directory import book, operations
from verbale.node import drafts
from verbale.node.access import readable_acts
from verbale.node.api import act_json, person
from verbale.node.drafts import DraftFields
from verbale.node.errors import UserError
from verbale.node.models import Matter
from verbale.node.projection import state_of
from verbale.node.web import download

router = Router(tags=["directory"])

_A_PAGE = 100


class OpenIn(Schema):
    title: str
    members: list[str]
    text: str = ""
    marking: str = "AMBER"


class HoursIn(Schema):
    zone: str
    always: bool = False
    days: list[int] = [1, 2, 3, 4, 5]
    opens: str = "09:00"
    closes: str = "17:00"


class ContactIn(Schema):
    role: str
    name: str
    hours: HoursIn
    valid_from: str
    office: str = ""
    languages: list[str] = ["en"]
    email: str = ""
    telephone: str = ""
    secure: str = ""


class NominateIn(Schema):
    key: str
    contact: ContactIn
    marking: str = "AMBER"


class WithdrawIn(Schema):
    key: str
    reason: str = ""


class ConfirmIn(Schema):
    key: str


class ImportIn(Schema):
    csv: str
    marking: str = "AMBER"
    submit: bool = False


class PingIn(Schema):
    deadline: datetime
    to: list[str] = []
    kind: str = "scheduled"
    text: str = ""
    precedence: str = "ROUTINE"


class PongIn(Schema):
    text: str = ""


def _matter(request: HttpRequest, matter: str) -> Matter:
    return get_object_or_404(book.readable(person(request)), pk=matter)


def _drafted(fields: DraftFields, request: HttpRequest) -> dict[str, Any]:
    draft = drafts.create(fields, person(request))
    return {"draft": str(draft.pk), "type": draft.type, "to": draft.audience}


@router.get("/", summary="Directories that one may read")
def listed(request: HttpRequest) -> list[dict[str, Any]]:
    rows = book.readable(person(request)).filter(state__key="directory").values_list("id", "state__value")
    return [{"matter": matter, **head} for matter, head in rows]


@router.get("/contacts", summary="Contacts that stand, of all directories that one may read")
def contacts(
    request: HttpRequest, directory: str = "", state: str = "", role: str = "", language: str = "", page: int = 1
) -> list[dict[str, Any]]:
    matter = _matter(request, directory) if directory else None
    found = book.contacts(person(request), matter=matter, state=state, role=role, language=language)
    start = (max(page, 1) - 1) * _A_PAGE
    return [book.entry_json(entry) for entry in found[start : start + _A_PAGE]]


@router.get("/contacts.csv", summary="Those contacts as CSV")
def contacts_csv(request: HttpRequest, state: str = "", role: str = "", language: str = "") -> HttpResponse:
    found = book.contacts(person(request), state=state, role=role, language=language)
    return download(book.csv_of(found), "contacts.csv", "text/csv; charset=utf-8")


@router.get("/contacts.vcf", summary="Those contacts as vCard 4.0")
def contacts_vcards(request: HttpRequest, state: str = "", role: str = "", language: str = "") -> HttpResponse:
    found = book.contacts(person(request), state=state, role=role, language=language)
    return download(book.vcards_of(found), "contacts.vcf", "text/vcard; charset=utf-8")


@router.post("/", summary="Draft the opening of a directory; it leaves only when somebody else clears it")
def open_directory(request: HttpRequest, fields: OpenIn) -> dict[str, Any]:
    return _drafted(operations.open_draft(person(request), **fields.dict()), request)


@router.post("/pings/{act}/pong", summary="Answer a ping; it leaves at once")
def pong(request: HttpRequest, act: str, fields: PongIn) -> dict[str, Any]:
    who = person(request)
    return act_json(operations.pong(get_object_or_404(readable_acts(who), pk=act), who, fields.text))


@router.post("/{matter}/renew", summary="Draft a renewal: another title, other members")
def renew(request: HttpRequest, matter: str, fields: OpenIn) -> dict[str, Any]:
    return _drafted(operations.renew_draft(_matter(request, matter), person(request), **fields.dict()), request)


@router.post("/{matter}/nominate", summary="Draft the nomination or change of a contact of ours")
def nominate(request: HttpRequest, matter: str, fields: NominateIn) -> dict[str, Any]:
    return _drafted(operations.nominate_draft(_matter(request, matter), person(request), **fields.dict()), request)


@router.post("/{matter}/withdraw", summary="Draft the withdrawal of a contact of ours")
def withdraw(request: HttpRequest, matter: str, fields: WithdrawIn) -> dict[str, Any]:
    return _drafted(operations.withdraw_draft(_matter(request, matter), person(request), **fields.dict()), request)


@router.post("/{matter}/confirm", summary="Draft the confirmation of a contact of ours")
def confirm(request: HttpRequest, matter: str, fields: ConfirmIn) -> dict[str, Any]:
    return _drafted(operations.confirm_draft(_matter(request, matter), person(request), key=fields.key), request)


@router.post("/{matter}/import", summary="Draft a nomination for each row of a CSV file, or none")
def import_csv(request: HttpRequest, matter: str, fields: ImportIn) -> dict[str, Any]:
    try:
        data = fields.csv.encode()
    except UnicodeEncodeError:
        raise UserError(_("a text must not hold half of a character (a lone surrogate)"), "csv") from None
    made = operations.import_csv(
        _matter(request, matter), person(request), data, marking=fields.marking, submit=fields.submit
    )
    return {"drafts": [str(draft.pk) for draft in made]}


@router.post("/{matter}/publish", summary="The keeper tells the members what is new")
def publish(request: HttpRequest, matter: str) -> dict[str, Any]:
    done = operations.publish(_matter(request, matter), person(request))
    return {"acts": [record.id for record in done.records], "withheld": done.withheld, "unreached": done.unreached}


@router.post("/{matter}/pings", summary="Send a communication check; it leaves at once")
def ping(request: HttpRequest, matter: str, fields: PingIn) -> dict[str, Any]:
    given = fields.dict()
    if given["deadline"].tzinfo is None:
        raise UserError(_("The deadline needs its offset from UTC: 2026-11-24T14:00:00Z."), "deadline")
    return act_json(operations.ping(_matter(request, matter), person(request), **given))


@router.get("/{matter}/pings", summary="Pings, latest first, and what became of each")
def pings(request: HttpRequest, matter: str, page: int = 1) -> list[dict[str, Any]]:
    found = _matter(request, matter)
    start = (max(page, 1) - 1) * _A_PAGE
    return list(book.pings(found, state_of(found), timezone.now()))[start : start + _A_PAGE]


@router.get("/{matter}/statistics", summary="How each state answers pings, at this moment")
def statistics(request: HttpRequest, matter: str) -> list[dict[str, Any]]:
    found = operations.statistics(_matter(request, matter), person(request), timezone.now())
    return [book.figure_json(figure) for figure in found]
