"""The REST API: tokens, rights, one shape of refusal, a case from import to clearing, and a walk over every address."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intel.builders import raw_bytes
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.api import api
from verbale.matters.incident.operations import open_incident
from verbale.node import pouches
from verbale.node.models import ActRecord, ApiToken, AuditEntry, Delivery, Draft, Matter, Partner
from verbale.node.services import receive
from verbale.protocol import Credentials, Envelope, Receipt, fingerprint_words, parse_act, verify_export

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


class Caller:
    """A program with a token."""

    def __init__(self, token: str) -> None:
        self._client = Client(
            headers={"authorization": f"Bearer {token}"} if token else {}, raise_request_exception=False
        )

    def get(self, path: str, **query: Any) -> Any:
        return self._client.get(ROOT + path, query)

    def post(self, path: str, body: Any = None) -> Any:
        return self._client.post(ROOT + path, json.dumps(body if body is not None else {}), "application/json")

    def upload(self, path: str, **fields: Any) -> Any:
        return self._client.post(ROOT + path, fields)


Calls = Callable[..., Caller]


@pytest.fixture
def calling(person: Person) -> Calls:
    """`calling("ada", "desk")`: a token of a new person."""

    def make(name: str, *roles: str, may_clear: bool = False) -> Caller:
        return Caller(ApiToken.make(person(name, *roles), "tests", may_clear=may_clear))

    return make


def refused(answer: Any, status: int, *, words: str = "", field: str | None = None) -> None:
    assert answer.status_code == status, answer.content
    told = answer.json()
    assert set(told) == {"error", "field"}
    assert words in told["error"]
    if field is not None:
        assert told["field"] == field


# -- tokens -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "nonsense", "vb_nonsense", "\u00e9"])
def test_without_a_token_nothing_is_told(token: str) -> None:
    for path in ("/node", "/matters", "/register", "/credentials"):
        assert Caller(token).get(path).status_code == 401


def test_a_token_of_somebody_who_was_deactivated_counts_no_more(person: Person) -> None:
    gone = person("gone", "desk")
    caller = Caller(ApiToken.make(gone, "tests"))
    assert caller.get("/node").status_code == 200
    gone.is_active = False
    gone.save()
    assert caller.get("/node").status_code == 401


def test_a_token_is_kept_as_a_hash_and_its_use_noted(person: Person) -> None:
    token = ApiToken.make(person("ada", "desk"), "tests")
    row = ApiToken.objects.get()
    assert token not in (row.digest, row.name)
    assert row.last_used is None
    Caller(token).get("/node")
    assert ApiToken.objects.get().last_used is not None


def test_a_session_of_the_desk_is_no_token(person: Person, client: Client) -> None:
    client.force_login(person("ada", "desk"))
    assert client.get(f"{ROOT}/node").status_code == 401


# -- what anybody of the house may ask --------------------------------------------------------------------------------


def test_it_tells_who_this_node_is(calling: Calls) -> None:
    told = calling("ada", "desk").get("/node").json()
    assert (told["node"], told["name"], len(told["words"].split())) == ("CR", "Republic of Crimson", 12)


def test_its_credentials_can_be_pinned(calling: Calls) -> None:
    assert Credentials.from_bytes(calling("ada").get("/credentials").content).node == "CR"


def test_the_register_is_exported_for_those_who_audit(calling: Calls, lazuria: Peer) -> None:
    receive([lazuria.note()[1]], via="exchange")
    exported = calling("petr", "auditor").get("/register/export", acts="true")
    assert verify_export(exported.content.splitlines(keepends=True)).disclosed == 1
    assert AuditEntry.objects.get(verb="exported register").who == "petr"
    refused(calling("ada", "desk").get("/register/export"), 403, words="Auditor")


# -- a case, from the report to the receipt ---------------------------------------------------------------------------


def test_a_whole_case(calling: Calls, lazuria: Peer) -> None:
    iva, ada = calling("iva", "analyst"), calling("ada", "desk")
    tomas = calling("tomas", "head", may_clear=True)
    opened = iva.upload(
        "/incident/import",
        report=SimpleUploadedFile("conti.json", raw_bytes("conti-ransomware"), "application/json"),
        title="Night on the grid",
        sectors=["Financial services", "Energy"],
    )
    assert opened.status_code == 200, opened.content
    matter = opened.json()["matter"]
    assert opened.json()["body"]["sectors"] == ["Financial services", "Energy"]
    assert ada.get(f"/matters/{matter}").json()["state"]["title"] == "Night on the grid"
    assert iva.post(f"/incident/{matter}/assess", {"scale": "uk-ncsc", "level": "2"}).json()["effective"]
    drafted = ada.post(
        "/channel/notes",
        {"to": "LZ", "subject": "An incident", "paragraphs": ["inform of it."], "about": matter, "share_report": True},
    )
    assert drafted.status_code == 200, drafted.content
    draft = drafted.json()["draft"]
    (listed,) = ada.get("/drafts").json()
    assert (listed["id"], listed["status"], listed["about"], listed["drafter"]) == (draft, "draft", matter, "ada")
    refused(tomas.post(f"/drafts/{draft}/clear"), 422, words="does not wait")
    assert ada.post(f"/drafts/{draft}/submit").json()["status"] == "submitted"
    assert tomas.post(f"/drafts/{draft}/return", {"remarks": "name the day"}).json()["remarks"] == "name the day"
    ada.post(f"/drafts/{draft}/submit")
    cleared = tomas.post(f"/drafts/{draft}/clear")
    assert cleared.status_code == 200, cleared.content
    report, note = cleared.json()
    assert (report["type"], note["type"]) == ("incident.report", "channel.note")
    assert ada.get("/drafts").json() == []
    (delivery,) = ada.get(f"/acts/{note['id']}").json()["deliveries"]
    assert (delivery["to"], delivery["status"], delivery["receipt_verified"]) == ("LZ", "queued", False)
    # Lazuria takes it in, and what it says back is read here.
    from verbale.node.exchange.delivery import run_once

    run_once(lazuria.http())
    (delivery,) = ada.get(f"/acts/{note['id']}").json()["deliveries"]
    assert (delivery["status"], delivery["receipt_verified"]) == ("delivered", True)
    receipt = Receipt.from_bytes(ada.get(f"/acts/{note['id']}/receipt", holder="LZ").content)
    receipt.verify({item.node: item for item in receipt.credentials})
    envelope = Envelope.from_bytes(ada.get(f"/acts/{note['id']}/envelope").content)
    assert parse_act(envelope.payload).id == note["id"]
    assert {act["type"] for act in ada.get(f"/matters/{matter}/acts").json()} == {
        "incident.open", "incident.assess", "incident.report", "channel.note",
    }  # fmt: skip


def test_a_note_that_came_is_acknowledged_once(calling: Calls, lazuria: Peer) -> None:
    act, envelope = lazuria.note()
    receive([envelope], via="exchange")
    ada = calling("ada", "desk")
    assert ada.post(f"/channel/acts/{act.id}/acknowledge", {"text": "thanks"}).json()["body"]["text"] == "thanks"
    refused(ada.post(f"/channel/acts/{act.id}/acknowledge"), 422, words="already")
    assert Delivery.objects.count() == 1


def test_closing_and_reopening(calling: Calls, person: Person) -> None:
    matter = open_incident(person("iva", "analyst"), title="x").matter_id
    ada = calling("ada", "desk")
    for step in ("close", "reopen", "remark"):
        assert ada.post(f"/incident/{matter}/{step}", {"text": "a word"}).json()["effective"]


# -- clearing ---------------------------------------------------------------------------------------------------------


def submitted(ada: Caller) -> str:
    body = {"to": "LZ", "subject": "An incident", "paragraphs": ["inform of it."]}
    draft: str = ada.post("/channel/notes", body).json()["draft"]
    ada.post(f"/drafts/{draft}/submit")
    return draft


def test_a_token_clears_only_when_an_operator_gave_it_that(calling: Calls, lazuria: Peer) -> None:
    draft = submitted(calling("ada", "desk"))
    refused(calling("tomas", "head").post(f"/drafts/{draft}/clear"), 403, words="second factor")
    assert not ActRecord.objects.exists()


def test_a_token_that_may_clear_gives_no_right_to(calling: Calls, lazuria: Peer) -> None:
    draft = submitted(calling("ada", "desk"))
    refused(calling("jun", "desk", may_clear=True).post(f"/drafts/{draft}/clear"), 403, words="Head of mission")
    both = calling("both", "desk", "head", may_clear=True)
    refused(both.post(f"/drafts/{submitted(both)}/clear"), 403, words="Who drafts does not clear")
    assert not ActRecord.objects.exists()


def test_cleared_twice_it_is_sent_once(calling: Calls, lazuria: Peer) -> None:
    draft, tomas = submitted(calling("ada", "desk")), calling("tomas", "head", may_clear=True)
    assert tomas.post(f"/drafts/{draft}/clear").status_code == 200
    refused(tomas.post(f"/drafts/{draft}/clear"), 422, words="does not wait")
    assert ActRecord.objects.count() == 1


def test_a_draft_about_a_closed_dossier_is_not_found(calling: Calls, lazuria: Peer) -> None:
    draft = submitted(calling("ada", "desk"))
    Draft.objects.update(about_id="b" * 32)
    Matter.objects.create(id="b" * 32, kind="incident", opened_at="x", last_at="x", marking="RED", restricted=True)
    tomas = calling("tomas", "head", may_clear=True)
    for step in ("submit", "clear", "return"):
        assert tomas.post(f"/drafts/{draft}/{step}", {"remarks": "x"}).status_code == 404


# -- need to know -----------------------------------------------------------------------------------------------------


def test_what_is_closed_to_somebody_is_not_found_anywhere(calling: Calls, person: Person, lazuria: Peer) -> None:
    iva = person("iva", "analyst")
    from verbale.matters.incident.operations import import_report

    record = import_report(raw_bytes("whispergate"), "x.json", iva)
    note, envelope = lazuria.note(body={"about": record.matter_id})
    receive([envelope], via="exchange")
    Matter.objects.filter(pk=record.matter_id).update(restricted=True)
    sha256 = record.act.body["attachments"][0]["sha256"]
    ada, petr = calling("ada", "desk", "head"), calling("petr", "auditor")
    paths = [f"/matters/{record.matter_id}", f"/matters/{record.matter_id}/acts", f"/files/{sha256}"]
    paths += [f"/acts/{act}{part}" for act in (record.id, note.id) for part in ("", "/envelope", "/receipt")]
    for path in paths:
        assert ada.get(path).status_code == 404, path
        assert petr.get(path).status_code == 200, path
    assert record.matter_id not in [row["id"] for row in ada.get("/matters").json()]
    refused(ada.post(f"/channel/acts/{note.id}/acknowledge"), 403)
    refused(ada.post(f"/incident/{record.matter_id}/remark", {"text": "x"}), 403)


def test_reading_a_red_act_is_logged(calling: Calls, person: Person) -> None:
    record = open_incident(person("iva", "analyst"), title="x", marking="RED")
    ada = calling("ada", "desk")
    for path in (f"/acts/{record.id}", f"/acts/{record.id}/envelope", f"/matters/{record.matter_id}/acts"):
        ada.get(path)
    assert list(AuditEntry.objects.filter(verb="read").values_list("who", flat=True)) == ["ada"] * 3


def test_an_operator_reads_no_act(calling: Calls, person: Person) -> None:
    record = open_incident(person("iva", "analyst"), title="x")
    noor = calling("noor", "operator")
    assert noor.get("/matters").json() == []
    for path in (f"/matters/{record.matter_id}", f"/acts/{record.id}", f"/acts/{record.id}/envelope"):
        assert noor.get(path).status_code == 404
    refused(noor.get("/drafts"), 403)


# -- partners and pouches ---------------------------------------------------------------------------------------------


def test_a_partner_is_confirmed_by_its_words(calling: Calls) -> None:
    peer = Peer("VD", "Republic of Verdia")
    from verbale.node import partners

    partners.add(peer.credentials, "noor")
    noor = calling("noor", "operator")
    refused(noor.post("/partners/VD/confirm", {"words": "zoo"}), 422, field="words")
    words = " ".join(fingerprint_words(peer.credentials.current.fingerprint))
    refused(calling("ada", "desk").post("/partners/VD/confirm", {"words": words}), 403)
    assert noor.post("/partners/VD/confirm", {"words": words}).json()["status"] == "confirmed"
    assert [row["node"] for row in noor.get("/partners").json()] == ["VD"]


def test_an_address_that_does_not_answer_is_the_askers_error(calling: Calls) -> None:
    noor = calling("noor", "operator")
    refused(noor.post("/partners", {"endpoint": "http://127.0.0.1:1"}), 422, field="endpoint")
    refused(calling("ada", "desk").post("/partners", {"endpoint": "http://127.0.0.1:1"}), 403)
    assert not Partner.objects.exists()


def test_pouches_go_through_it(calling: Calls, lazuria: Peer) -> None:
    noor = calling("noor", "operator")
    pouch = SimpleUploadedFile("p.pouch", lazuria.parcel([lazuria.note()[1]], carry=True))
    assert noor.upload("/pouch", pouch=pouch).json()["acts"][0]["status"] == "accepted"
    assert noor.get("/partners/LZ/pouch").content.startswith(b"verbale-parcel/1\n")
    assert noor.get("/partners/XX/pouch").status_code == 404
    refused(noor.upload("/pouch", pouch=SimpleUploadedFile("p", b"no pouch")), 422)
    stranger = Peer("XX", "Republic of Nowhere").parcel(carry=True)
    refused(noor.upload("/pouch", pouch=SimpleUploadedFile("p", stranger)), 409, words="not a confirmed partner")
    for path in ("/partners/LZ/pouch",):
        refused(calling("iva", "analyst").get(path), 403)
    assert pouches.pack_pouch(lazuria.partner, "x")[1] == 0


# -- refusals ---------------------------------------------------------------------------------------------------------


def test_a_report_that_is_none_is_refused_with_what_is_wrong(calling: Calls) -> None:
    iva = calling("iva", "analyst")
    bad = SimpleUploadedFile("x.json", b'{"hello": 1}')
    refused(iva.upload("/incident/import", report=bad), 422, words="STIX")
    good = SimpleUploadedFile("x.json", raw_bytes("whispergate"))
    refused(iva.upload("/incident/import", report=good, occurred="yesterday"), 422, field="occurred")
    good = SimpleUploadedFile("x.json", raw_bytes("whispergate"))
    refused(iva.upload("/incident/import", report=good, marking="PURPLE"), 422, words="PURPLE")
    good = SimpleUploadedFile("x.json", raw_bytes("whispergate"))
    refused(calling("ada", "head").upload("/incident/import", report=good), 403)
    assert not ActRecord.objects.exists()


NOTE = {"to": "LZ", "subject": "x", "paragraphs": ["y"]}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": "XX"}, "to"),
        ({"paragraphs": []}, "text"),
        ({"paragraphs": [" "]}, "text"),
        ({"marking": "PURPLE"}, "marking"),
        ({"precedence": "SOON"}, "precedence"),
        ({"reply_by": "2001-01-01"}, "reply_by"),
        ({"about": "b" * 32}, "about"),
        ({"answers": "b" * 64}, "answers"),
        ({"subject": ""}, "subject"),
        ({"subject": "nul\0"}, ""),
    ],
)
def test_a_note_is_refused_naming_the_field(calling: Calls, lazuria: Peer, changes: dict[str, Any], field: str) -> None:
    refused(calling("ada", "desk").post("/channel/notes", {**NOTE, **changes}), 422, field=field)
    assert not Draft.objects.exists()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b'"x"',
        b"\xff",
        b'{"to": 5}',
        b'{"to": "LZ", "subject": "\\ud800", "paragraphs": ["x"]}',
        b'{"to": "\\ud800", "subject": "x", "paragraphs": ["x"]}',
        b'{"to": "\\u0000", "subject": "x", "paragraphs": ["x"]}',
    ],
)
def test_a_body_that_is_none_is_the_callers_error(person: Person, lazuria: Peer, body: bytes) -> None:
    token = ApiToken.make(person("ada", "desk"), "tests")
    client = Client(headers={"authorization": f"Bearer {token}"}, raise_request_exception=False)
    assert 400 <= client.post(f"{ROOT}/channel/notes", body, "application/json").status_code < 500


# -- a walk over every address of the schema --------------------------------------------------------------------------

SCHEMA = api.get_openapi_schema()
GETS = sorted(path for path, methods in SCHEMA["paths"].items() if "get" in methods)
POSTS = sorted(path for path, methods in SCHEMA["paths"].items() if "post" in methods)
IDS = [
    "x",
    "0" * 32,
    "0" * 64,
    "LZ",
    "%00",
    "%2e%2e%2fsecret",
    "a%2Fb",
    "-1",
    "\u00e9",
    "x" * 2_000,
    "'; drop",
    "00000000-0000-4000-8000-000000000000",
]


def filled(path: str, value: str) -> str:
    return "/" + "/".join(value if part.startswith("{") else part for part in path.split("/")[3:])


def test_the_schema_lists_every_address() -> None:
    assert len(GETS) > 12
    assert len(POSTS) > 10


@pytest.mark.parametrize("path", GETS)
def test_no_id_makes_it_fail(path: str, calling: Calls, lazuria: Peer) -> None:
    everybody = calling("all", "desk", "head", "analyst", "auditor", "operator")
    for value in IDS:
        answer = everybody.get(filled(path, value))
        assert answer.status_code < 500, (value, answer.content[:300])
        if "{" in path and value != "LZ":
            assert answer.status_code in (404, 422), value


@pytest.mark.parametrize("path", GETS)
@pytest.mark.parametrize(
    "query",
    [
        {"page": "0"},
        {"page": "-5"},
        {"page": "99999999999"},
        {"page": "x"},
        {"kind": "\0"},
        {"holder": "\0"},
        {"acts": "maybe"},
        {"everything": "1"},
    ],
)
def test_no_query_makes_it_fail(path: str, query: dict[str, str], calling: Calls, lazuria: Peer) -> None:
    record_id = ActRecord.objects.first()
    everybody = calling("all", "desk", "head", "analyst", "auditor", "operator")
    value = record_id.id if record_id else "LZ"
    assert everybody.get(filled(path, value), **query).status_code < 500


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
FIELDS = sorted({name for part in SCHEMA["components"]["schemas"].values() for name in part.get("properties", {})})


@pytest.mark.parametrize("path", POSTS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_body_makes_it_fail(path: str, data: st.DataObject, person: Person) -> None:
    from verbale.node.models import User

    user = User.objects.filter(username="all").first() or person(
        "all", "desk", "head", "analyst", "auditor", "operator"
    )
    caller = Caller(ApiToken.make(user, "tests", may_clear=True))
    value = data.draw(st.sampled_from(["0" * 32, "0" * 64, "LZ", "00000000-0000-4000-8000-000000000000"]))
    body = data.draw(JSON | st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=5))
    assert caller.post(filled(path, value), body).status_code < 500
