"""The REST API: the general part, and the routers of every kind of matter."""

from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import File, NinjaAPI, Query, Router, Schema
from ninja.files import UploadedFile

from verbale import __version__
from verbale.desk import relations
from verbale.desk.holdings.feeds_api import router as feeds
from verbale.desk.holdings.search import found_json
from verbale.desk.holdings.search import search as search_holdings
from verbale.desk.holdings.worth import gave_json, gave_to_readable
from verbale.desk.intelligence.named import read
from verbale.desk.intelligence.told import common_json, techniques_json
from verbale.desk.judgement import judgement_of
from verbale.desk.judgement_paper import as_json as judgement_json
from verbale.desk.law.api import router as law
from verbale.desk.matching.api import router as matching_router
from verbale.desk.precedents.api import router as precedents_router
from verbale.desk.story import case_of, cases_of, proofs, records_of, story_json, story_of
from verbale.node import attachments, drafts, pouches, register
from verbale.node import partners as operations
from verbale.node.access import audit, readable_acts, readable_matters, require, saw
from verbale.node.api import TokenAuth, act_json, install_errors, person
from verbale.node.errors import AccessError
from verbale.node.identity import public_credentials
from verbale.node.models import ActFile, ActRecord, Delivery, Draft, Matter, Partner, User
from verbale.node.projection import state_of
from verbale.node.registry import all_kinds
from verbale.node.web import download
from verbale.protocol import fingerprint_words

__all__ = ["api"]

_PAGE = 100

api = NinjaAPI(
    title="Verbale",
    version=__version__,
    description="The REST API of a Verbale node. Every change it makes is an act, as through any other door.",
    auth=TokenAuth(),
    urls_namespace="api",
)
install_errors(api)
router = Router(tags=["node"])


class Endpoint(Schema):
    endpoint: str


class Words(Schema):
    words: str


class Remarks(Schema):
    remarks: str


@router.get("/node", summary="Who this node is")
def node(request: HttpRequest) -> dict[str, Any]:
    now = public_credentials().current
    return {
        "node": now.node,
        "name": now.name,
        "kind": now.kind,
        "endpoint": now.endpoint,
        "fingerprint": now.fingerprint,
        "words": " ".join(fingerprint_words(now.fingerprint)),
        "version": __version__,
    }


@router.get("/credentials", summary="The credentials file that partners pin")
def credentials(request: HttpRequest) -> HttpResponse:
    return HttpResponse(public_credentials().to_bytes() + b"\n", content_type="application/json")


@router.get("/register", summary="The signed head of the register, with cosignatures")
def register_head(request: HttpRequest) -> dict[str, Any]:
    return {"size": register.size(), "checkpoint": register.latest_text()}


@router.get("/register/export", summary="The whole register, verifiable offline; with `acts`, the acts themselves")
def register_export(request: HttpRequest, acts: bool = False) -> HttpResponse:
    require(person(request), "audit")
    audit(person(request).username, "exported register")
    return download(b"".join(register.export(disclose=acts)), "register.jsonl", "application/jsonl")


@router.get("/partners", summary="Partners and the state of the link with each")
def partners(request: HttpRequest) -> list[dict[str, Any]]:
    return [operations.describe(partner) for partner in Partner.objects.order_by("node")]


@router.post("/partners", summary="Take in a node's credentials from its address; pending until confirmed")
def add_partner(request: HttpRequest, fields: Endpoint) -> dict[str, Any]:
    require(person(request), "partners")
    return operations.describe(operations.add(operations.fetch_credentials(fields.endpoint), person(request).username))


@router.post("/partners/{partner}/confirm", summary="The out-of-band check: the words that the partner read out")
def confirm_partner(request: HttpRequest, partner: str, fields: Words) -> dict[str, Any]:
    require(person(request), "partners")
    found = get_object_or_404(Partner, pk=partner)
    operations.confirm(found, fields.words, person(request).username)
    return operations.describe(found)


@router.get("/partners/{partner}/escalation", summary="How relations stand: acts on the event scale, tension, measures")
def escalation(request: HttpRequest, partner: str, days: Annotated[int, Query(ge=1, le=3650)] = 90) -> dict[str, Any]:
    who = person(request)
    require(who, "read")
    found = get_object_or_404(Partner, pk=partner)
    return relations.told(relations.relation_with(who, found.pk, days=days), found, who, days)


@router.get("/partners/{partner}/intelligence", summary="What a partner gave, and how far it can be relied on")
def intelligence(request: HttpRequest, partner: str) -> dict[str, Any]:
    who = person(request)
    require(who, "read")
    return gave_json(gave_to_readable(who, get_object_or_404(Partner, pk=partner).pk))


@router.get("/partners/{partner}/pouch", summary="A pouch with all that waits for a partner, or with `everything`")
def pack_pouch(request: HttpRequest, partner: str, everything: bool = False) -> HttpResponse:
    require(person(request), "pouch")
    found = get_object_or_404(Partner, pk=partner)
    data, _count = pouches.pack_pouch(found, person(request).username, everything=everything)
    return HttpResponse(data, content_type="application/octet-stream")


@router.post("/pouch", summary="Take in a pouch that was carried here")
def open_pouch(request: HttpRequest, pouch: UploadedFile = File(...)) -> dict[str, Any]:  # noqa: B008
    require(person(request), "pouch")
    opened = pouches.open_pouch(pouch.read(), person(request).username)
    return {
        "sender": opened.sender,
        "receipts": opened.receipts,
        "acts": [{"act": item.act, "status": item.status, "reason": item.reason} for item in opened.outcomes],
    }


@router.get("/matters", summary="Matters that one may read, latest first")
def matters(request: HttpRequest, kind: str = "", page: int = 1) -> list[dict[str, Any]]:
    rows = readable_matters(person(request)).order_by("-last_at")
    if kind:
        rows = rows.filter(kind=kind)
    start = (max(page, 1) - 1) * _PAGE
    return [_matter_json(matter) for matter in rows[start : start + _PAGE]]


@router.get("/cases", summary="Cases that one may read, latest first")
def cases(request: HttpRequest) -> list[dict[str, Any]]:
    require(person(request), "read")
    return cases_of(person(request))


@router.get("/cases/{case}", summary="The story of a case: what happened in each step, how it stands, what comes next")
def case(request: HttpRequest, case: str) -> dict[str, Any]:
    return story_json(story_of(person(request), case))


@router.get("/cases/{case}/proof", summary="Every act of a case with who signed it and receipts, verified now")
def case_proof(request: HttpRequest, case: str, page: int = 1) -> list[dict[str, Any]]:
    who = person(request)
    found = case_of(who, case)
    start = (max(page, 1) - 1) * _PAGE
    records = list(records_of(who, found)[start : start + _PAGE])
    saw(who, records)
    return [{**row, "record": act_json(row["record"])} for row in proofs(records)]


@router.get("/cases/{case}/assessment", summary="What we make of a case, and what is unknown")
def case_assessment(request: HttpRequest, case: str) -> dict[str, Any]:
    return judgement_json(judgement_of(person(request), case))


@router.get("/in-common/{level}", summary="What cases, partners or campaigns have in common, as reports say")
def in_common(request: HttpRequest, level: Literal["cases", "partners", "campaigns"]) -> dict[str, Any]:
    require(person(request), "read")
    known = read(person(request), level)
    return common_json(known, known.correlation)


@router.get(
    "/holdings/search", summary="Who named a value, a technique, a name or a STIX id: on shelves and in dossiers"
)
def holdings_search(request: HttpRequest, value: str) -> dict[str, Any]:
    return found_json(search_holdings(person(request), value))


@router.get("/techniques/{level}", summary="Techniques under their tactics, with the cases, partners or campaigns")
def techniques(request: HttpRequest, level: Literal["cases", "partners", "campaigns"]) -> list[dict[str, Any]]:
    require(person(request), "read")
    return techniques_json(read(person(request), level))


@router.get("/matters/{matter}", summary="A matter and its folded state")
def matter(request: HttpRequest, matter: str) -> dict[str, Any]:
    found = get_object_or_404(readable_matters(person(request)), pk=matter)
    return {**_matter_json(found), "state": state_of(found)}


@router.get("/matters/{matter}/acts", summary="The acts of a matter and those about it, oldest first")
def matter_acts(request: HttpRequest, matter: str, page: int = 1) -> list[dict[str, Any]]:
    who = person(request)
    found = get_object_or_404(readable_matters(who), pk=matter)
    start = (max(page, 1) - 1) * _PAGE
    records = list(readable_acts(who).of(found).order_by("issued", "id")[start : start + _PAGE])
    saw(who, records)
    return [act_json(record) for record in records]


def _matter_json(found: Matter) -> dict[str, Any]:
    return {
        "id": found.id,
        "kind": found.kind,
        "title": found.title,
        "parties": found.parties,
        "marking": found.marking,
        "acts": found.acts,
        "opened_at": found.opened_at,
        "last_at": found.last_at,
        "exercise": found.exercise,
        "restricted": found.restricted,
    }


def _act(request: HttpRequest, act: str) -> ActRecord:
    return get_object_or_404(readable_acts(person(request)), pk=act)


@router.get("/acts/{act}", summary="An act with its deliveries")
def act(request: HttpRequest, act: str) -> dict[str, Any]:
    record = _act(request, act)
    saw(person(request), [record])
    return {
        **act_json(record),
        "deliveries": [
            {
                "to": delivery.node,
                "status": delivery.status,
                "attempts": delivery.attempts,
                "delivered_at": delivery.delivered_at,
                "failure": delivery.failure,
                "receipt_verified": delivery.receipt is not None,
            }
            for delivery in record.deliveries.order_by("node")
        ],
    }


@router.get("/acts/{act}/envelope", summary="The signed envelope, canonical JSON")
def envelope(request: HttpRequest, act: str) -> HttpResponse:
    record = _act(request, act)
    saw(person(request), [record])
    return HttpResponse(record.envelope.to_bytes(), content_type="application/json")


@router.get("/acts/{act}/receipt", summary="Our receipt for the act, or with `holder` that partner's")
def receipt(request: HttpRequest, act: str, holder: str = "") -> HttpResponse:
    record = _act(request, act)
    if holder:
        found = get_object_or_404(Delivery, act=record, node=holder, receipt__isnull=False)
        return HttpResponse(register.carried(bytes(found.receipt)), content_type="application/json")
    return HttpResponse(register.receipt_for(record).to_bytes(), content_type="application/json")


@router.get("/files/{sha256}", summary="An attachment")
def file(request: HttpRequest, sha256: str) -> HttpResponse:
    who = person(request)
    # Named as an act calls it that the person may read: another dossier may hold the file under another name.
    named = ActFile.objects.filter(sha256=sha256, act__in=readable_acts(who)).first()
    if named is None:
        raise Http404
    path = attachments.path_of(sha256)
    if not path.exists():
        raise Http404
    return download(path.read_bytes(), named.name or sha256, "application/octet-stream")


@router.get("/drafts", summary="Drafts that have not left")
def open_drafts(request: HttpRequest) -> list[dict[str, Any]]:
    require(person(request), "draft")
    return [
        {**_draft_json(draft), "warnings": _warnings(draft, person(request))}
        for draft in drafts.visible(person(request)).exclude(status__in=(Draft.Status.SENT, Draft.Status.WITHDRAWN))
    ]


def _draft_json(draft: Draft) -> dict[str, Any]:
    return {
        "id": str(draft.pk),
        "type": draft.type,
        "status": draft.status,
        "audience": draft.audience,
        "matter": draft.matter_id,
        "about": draft.about_id or None,
        "marking": f"TLP:{draft.marking}",
        "precedence": draft.precedence,
        "drafter": draft.drafter.username,
        "remarks": draft.remarks,
        "act": draft.act_id or None,
        "body": draft.body,
    }


def _warnings(draft: Draft, who: User) -> list[dict[str, str]]:
    """What is to be said before it leaves: red lines crossed."""
    found = [item for kind in all_kinds() if kind.warn for item in kind.warn(draft, who)]
    return [{"sentence": str(item.sentence), "passage": item.passage} for item in found]


def _draft(request: HttpRequest, draft: str) -> Draft:
    return get_object_or_404(drafts.visible(person(request)), pk=draft)


@router.post("/drafts/{uuid:draft}/submit", summary="Put a draft before the head of mission")
def submit(request: HttpRequest, draft: str) -> dict[str, Any]:
    found = _draft(request, draft)
    drafts.submit(found, person(request))
    return _draft_json(found)


@router.post("/drafts/{uuid:draft}/return", summary="Return a draft with remarks")
def give_back(request: HttpRequest, draft: str, fields: Remarks) -> dict[str, Any]:
    found = _draft(request, draft)
    drafts.give_back(found, person(request), fields.remarks)
    return _draft_json(found)


@router.post("/drafts/{uuid:draft}/withdraw", summary="Take back a draft of one's own that has not left")
def withdraw(request: HttpRequest, draft: str) -> dict[str, Any]:
    found = _draft(request, draft)
    drafts.withdraw(found, person(request))
    return _draft_json(found)


@router.post("/drafts/{uuid:draft}/clear", summary="Clear and send; takes a token that may clear")
def clear(request: HttpRequest, draft: str) -> list[dict[str, Any]]:
    if not request.auth.may_clear:  # type: ignore[attr-defined]
        raise AccessError("This token may not clear: clearance takes a second factor at the time, in the browser.")
    return [act_json(record) for record in drafts.clear(_draft(request, draft), person(request))]


api.add_router("", router)
api.add_router("/holdings/feeds", feeds)
api.add_router("/precedents", precedents_router)
api.add_router("/holdings/matching", matching_router)
api.add_router("", law)
for kind in all_kinds():
    if kind.api is not None:
        api.add_router(f"/{kind.name}", kind.api)
