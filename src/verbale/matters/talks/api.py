"""REST API of talks."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Schema

from verbale.matters.talks import cases, ical, operations
from verbale.matters.talks.acts import BY_VIDEO
from verbale.node import drafts
from verbale.node.access import require
from verbale.node.api import act_json, person
from verbale.node.drafts import DraftFields
from verbale.node.models import Matter
from verbale.node.web import download

router = Router(tags=["talks"])


class Invite(Schema):
    to: list[str]
    subject: str
    times: list[str]
    place: str = BY_VIDEO
    length: int = 60
    language: str = "en"
    agenda: list[str] = []
    text: str = ""
    about: str = ""
    marking: str = "AMBER"
    precedence: str = "ROUTINE"
    exercise: bool = False


class Propose(Schema):
    times: list[str]
    place: str = BY_VIDEO
    length: int = 60
    text: str = ""


class Accept(Schema):
    proposal: str
    time: str


class Reason(Schema):
    reason: str


class Member(Schema):
    name: str
    office: str


class Members(Schema):
    members: list[Member]


class Items(Schema):
    items: list[str]


class AgreeAgenda(Schema):
    agenda: str


class MinutesText(Schema):
    held: str
    text: str


class AgreeMinutes(Schema):
    minutes: str
    sha256: str = ""


class Commit(Schema):
    text: str
    owner: str
    deadline: str


class Report(Schema):
    commitment: str
    status: str
    remark: str = ""


class Text(Schema):
    text: str = ""


def _talks(request: HttpRequest, matter: str) -> Matter:
    require(person(request), "read")
    get_object_or_404(Matter, pk=matter, kind="talks")
    return operations.matter_of(person(request), matter)


def _drafted(request: HttpRequest, fields: DraftFields) -> dict[str, Any]:
    draft = drafts.create(fields, person(request))
    return {"draft": str(draft.pk), "type": draft.type, "status": draft.status, "audience": draft.audience}


@router.get("/", summary="Talks that one may read, latest first")
def every(request: HttpRequest, page: int = 1) -> list[dict[str, Any]]:
    require(person(request), "read")
    start = (min(max(page, 1), 1_000_000) - 1) * 100
    return [cases.as_json(matter) for matter in cases.readable(person(request))[start : start + 100]]


@router.get("/calendar.ics", summary="Meetings and deadlines of all talks that one may read, as iCalendar")
def calendar(request: HttpRequest) -> HttpResponse:
    require(person(request), "read")
    return download(cases.calendar_of(cases.readable(person(request))), "talks.ics", ical.MEDIA_TYPE)


@router.post("/invite", summary="Draft an invitation to talks; it leaves only when somebody else clears it")
def invite(request: HttpRequest, fields: Invite) -> dict[str, Any]:
    given = fields.dict()
    given |= {name: tuple(given[name]) for name in ("to", "times", "agenda")}
    return _drafted(request, operations.invite_draft(operations.InviteFields(**given), person(request)))


@router.get("/{matter}", summary="How talks stand")
def talks(request: HttpRequest, matter: str) -> dict[str, Any]:
    return cases.as_json(_talks(request, matter))


@router.get("/{matter}/calendar.ics", summary="Meetings and deadlines of these talks, as iCalendar")
def calendar_of_talks(request: HttpRequest, matter: str) -> HttpResponse:
    found = _talks(request, matter)
    return download(cases.calendar_of([found], found.title), f"talks-{found.id[:8]}.ics", ical.MEDIA_TYPE)


@router.post("/{matter}/propose", summary="Draft a proposal of other times")
def propose(request: HttpRequest, matter: str, fields: Propose) -> dict[str, Any]:
    return _drafted(request, operations.propose_draft(_talks(request, matter), person(request), **fields.dict()))


@router.post("/{matter}/accept", summary="Accept one of the times of a proposal; it leaves at once")
def accept(request: HttpRequest, matter: str, fields: Accept) -> dict[str, Any]:
    return act_json(operations.accept(_talks(request, matter), person(request), **fields.dict()))


@router.post("/{matter}/decline", summary="Draft that we do not come, with the reason")
def decline(request: HttpRequest, matter: str, fields: Reason) -> dict[str, Any]:
    return _drafted(request, operations.decline_draft(_talks(request, matter), person(request), fields.reason))


@router.post("/{matter}/delegation", summary="Name our delegation, its head first; it leaves at once")
def delegation(request: HttpRequest, matter: str, fields: Members) -> dict[str, Any]:
    members = fields.dict()["members"]
    return act_json(operations.delegation(_talks(request, matter), person(request), members))


@router.post("/{matter}/agenda", summary="Draft a version of the agenda")
def agenda(request: HttpRequest, matter: str, fields: Items) -> dict[str, Any]:
    return _drafted(request, operations.agenda_draft(_talks(request, matter), person(request), fields.items))


@router.post("/{matter}/agree-agenda", summary="Agree to a version of the agenda; it leaves at once")
def agree_agenda(request: HttpRequest, matter: str, fields: AgreeAgenda) -> dict[str, Any]:
    return act_json(operations.agree_agenda(_talks(request, matter), person(request), fields.agenda))


@router.post("/{matter}/minutes", summary="Draft minutes")
def minutes(request: HttpRequest, matter: str, fields: MinutesText) -> dict[str, Any]:
    return _drafted(request, operations.minutes_draft(_talks(request, matter), person(request), **fields.dict()))


@router.post("/{matter}/agree-minutes", summary="Draft that we agree to minutes; with the hash, to that very text")
def agree_minutes(request: HttpRequest, matter: str, fields: AgreeMinutes) -> dict[str, Any]:
    made = operations.agree_minutes_draft(_talks(request, matter), person(request), fields.minutes, fields.sha256)
    return _drafted(request, made)


@router.post("/{matter}/commit", summary="Draft a commitment of ours")
def commit(request: HttpRequest, matter: str, fields: Commit) -> dict[str, Any]:
    return _drafted(request, operations.commit_draft(_talks(request, matter), person(request), **fields.dict()))


@router.post("/{matter}/report", summary="Draft how a commitment of ours stands")
def report(request: HttpRequest, matter: str, fields: Report) -> dict[str, Any]:
    return _drafted(request, operations.report_draft(_talks(request, matter), person(request), **fields.dict()))


@router.post("/{matter}/close", summary="Draft the end of the talks")
def close(request: HttpRequest, matter: str, fields: Text) -> dict[str, Any]:
    return _drafted(request, operations.close_draft(_talks(request, matter), person(request), fields.text))
