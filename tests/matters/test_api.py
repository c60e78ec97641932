"""The REST API of a node as a program meets it. `tests/node/test_api.py` has tokens, refusals and a case from the
report to the receipt; here is what those leave out: lists, files, receipts of our own, and the served schema."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.intel.builders import raw_bytes
from tests.node.conftest import Person
from tests.node.test_api import ROOT, Caller, filled, refused
from tests.node.world import Peer
from verbale.matters.incident.operations import import_report
from verbale.node.models import ActRecord, ApiToken, Matter, User
from verbale.node.services import receive
from verbale.protocol import Receipt, verify_export

pytestmark = pytest.mark.django_db
EVERYTHING = ("desk", "head", "analyst", "auditor", "operator")


def caller(user: User, *, may_clear: bool = False) -> Caller:
    return Caller(ApiToken.make(user, "tests", may_clear=may_clear))


@pytest.fixture
def iva(person: Person) -> User:
    return person("iva", "analyst")


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


def closed_to_others(record: ActRecord, *people: User) -> None:
    matter = Matter.objects.get(pk=record.matter_id)
    matter.restricted = True
    matter.save()
    matter.people.set(people)


# -- rights -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        ("desk", {"import", "note", "assess", "acknowledge"}),
        ("analyst", {"import", "note", "assess"}),
        ("legal", {"note", "assess"}),
        ("negotiator", {"note", "assess", "acknowledge"}),
        ("head", {"note", "assess", "acknowledge", "export"}),
        ("secretariat", {"note", "assess", "acknowledge"}),
        ("auditor", {"export"}),
        ("operator", set()),
    ],
)
def test_each_role_does_what_it_may_and_nothing_else(
    person: Person, iva: User, lazuria: Peer, role: str, allowed: set[str]
) -> None:
    matter = import_report(raw_bytes("whispergate"), "x.json", iva).matter_id
    act, envelope = lazuria.note()
    receive([envelope], via="exchange")
    caller_of = caller(person("somebody", role))
    report = SimpleUploadedFile("x.json", raw_bytes("conti-ransomware"))
    answers = {
        "import": caller_of.upload("/incident/import", report=report),
        "note": caller_of.post("/channel/notes", {"to": "LZ", "subject": "x", "paragraphs": ["y"]}),
        "assess": caller_of.post(f"/incident/{matter}/assess", {"scale": "uk-ncsc", "level": "2"}),
        "acknowledge": caller_of.post(f"/channel/acts/{act.id}/acknowledge"),
        "export": caller_of.get("/register/export"),
    }
    assert {name for name, answer in answers.items() if answer.status_code == 200} == allowed
    for name, answer in answers.items():
        if name not in allowed:
            refused(answer, 403)


# -- files ------------------------------------------------------------------------------------------------------------


def test_an_imported_file_is_handed_out_as_it_came(iva: User) -> None:
    calls = caller(iva)
    opened = calls.upload("/incident/import", report=SimpleUploadedFile("night.json", raw_bytes("whispergate"))).json()
    (named,) = opened["body"]["attachments"]
    answer = calls.get(f"/files/{named['sha256']}")
    assert b"".join(answer) == raw_bytes("whispergate")
    assert "night.json" in answer["Content-Disposition"]
    assert calls.get(f"/files/{'0' * 64}").status_code == 404


def test_a_file_does_not_tell_how_it_is_called_in_a_dossier_that_is_closed(iva: User, ada: User) -> None:
    """One file may stand in two dossiers under two names."""
    hidden = import_report(raw_bytes("whispergate"), "operation-nightfall.json", iva)
    import_report(raw_bytes("whispergate"), "public.json", iva)
    closed_to_others(hidden, iva)
    answer = caller(ada).get(f"/files/{hidden.act.body['attachments'][0]['sha256']}")
    assert answer.status_code == 200
    assert "nightfall" not in answer["Content-Disposition"]
    assert "public.json" in answer["Content-Disposition"]


# -- need to know -----------------------------------------------------------------------------------------------------


def test_who_is_named_on_a_closed_dossier_finds_all_of_it_and_others_nothing(
    person: Person, iva: User, ada: User, lazuria: Peer
) -> None:
    record = import_report(raw_bytes("whispergate"), "x.json", iva, title="Nightfall")
    draft = caller(ada).post(
        "/channel/notes", {"to": "LZ", "subject": "Nightfall", "paragraphs": ["x"], "about": record.matter_id}
    )
    assert draft.status_code == 200, draft.content
    closed_to_others(record, iva, ada)
    paths = [f"/matters/{record.matter_id}", f"/acts/{record.id}"]
    paths.append(f"/files/{record.act.body['attachments'][0]['sha256']}")
    inside, outside = caller(ada), caller(person("jun", "desk"))
    for path in paths:
        assert inside.get(path).status_code == 200, path
        assert outside.get(path).status_code == 404, path
    for path in ("/matters", "/drafts"):
        assert "Nightfall" in inside.get(path).content.decode()
        assert outside.get(path).json() == []
    assert outside.post(f"/drafts/{draft.json()['draft']}/submit").status_code == 404


# -- what can be checked offline --------------------------------------------------------------------------------------


def test_our_receipt_for_an_act_of_theirs_verifies_by_itself(ada: User, lazuria: Peer) -> None:
    act, envelope = lazuria.note()
    receive([envelope], via="exchange")
    receipt = Receipt.from_bytes(caller(ada).get(f"/acts/{act.id}/receipt").content)
    receipt.verify({item.node: item for item in receipt.credentials})
    assert (receipt.holder, receipt.leaf.act) == ("CR", act.id)


@pytest.mark.parametrize(("acts", "disclosed"), [("true", 2), ("false", 0)])
def test_the_export_holds_every_entry_and_the_acts_when_they_are_asked_for(
    person: Person, iva: User, lazuria: Peer, acts: str, disclosed: int
) -> None:
    import_report(raw_bytes("whispergate"), "x.json", iva)
    receive([lazuria.note()[1]], via="exchange")
    answer = caller(person("petr", "auditor")).get("/register/export", acts=acts)
    told = verify_export(answer.content.splitlines(keepends=True))
    assert (told.checkpoint.size, told.disclosed) == (2, disclosed)


# -- the schema as it is served ---------------------------------------------------------------------------------------


def served() -> list[str]:
    schema: dict[str, Any] = Client().get(f"{ROOT}/openapi.json").json()
    return sorted(path for path, methods in schema["paths"].items() if "get" in methods)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=st.text(min_size=1, max_size=70) | st.from_regex(r"[0-9a-f]{32}([0-9a-f]{32})?", fullmatch=True))
def test_no_random_id_makes_a_get_of_the_schema_fail(value: str, person: Person) -> None:
    user = User.objects.filter(username="all").first() or person("all", *EVERYTHING)
    calls, paths = caller(user), served()
    assert len(paths) > 12
    for path in paths:
        answer = calls.get(filled(path, value))
        assert answer.status_code < 500, (path, answer.content[:300])
