"""What people do with incidents: importing reports, assessing, closing, and that what is refused leaves nothing."""

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.intel.builders import MISP_REPORTS, STIX_REPORTS, TLP2, bundle, raw_bytes, report_object, sdo
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.intel import ReportError, read_report
from verbale.matters.incident import operations
from verbale.node import attachments
from verbale.node.errors import AccessError, NodeError, UserError
from verbale.node.models import ActFile, ActRecord, Attachment, AuditEntry, Delivery, Matter, User
from verbale.node.projection import state_of
from verbale.node.services import receive
from verbale.protocol import MalformedError

pytestmark = pytest.mark.django_db


@pytest.fixture
def iva(person: Person) -> User:
    return person("iva", "analyst")


def report(**fields: Any) -> bytes:
    return json.dumps(bundle(report_object(**fields), sdo("malware", name="BlackEnergy", is_family=True))).encode()


def blobs() -> set[Path]:
    return {path for path in settings.HOME.blobs.rglob("*") if path.is_file()}


def opened(user: User, **fields: Any) -> Matter:
    record = operations.open_incident(user, **{"title": "Night on the grid", **fields})
    return Matter.objects.get(pk=record.matter_id)


# -- importing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*STIX_REPORTS, *MISP_REPORTS])
def test_each_shipped_report_opens_an_incident(iva: User, name: str) -> None:
    data = raw_bytes(name)
    record = operations.import_report(data, f"{name}.json", iva)
    source = read_report(data, name=f"{name}.json")
    body = ActRecord.objects.get(pk=record.id).act.body
    assert record.effective
    assert body["title"] == body["report"]["title"]
    assert [item["id"] for item in body["report"]["techniques"]] == [item.id for item in source.techniques][:500]
    cut = body["report"]["left_out"]
    assert len(body["report"]["indicators"]) + cut.get("indicators", 0) == sum(bool(i.value) for i in source.indicators)
    assert len(record.act.canonical) < 1 << 20
    assert attachments.load(hashlib.sha256(data).hexdigest()) == data
    assert ActFile.objects.get().name == f"{name}.json"
    matter = Matter.objects.get(pk=record.matter_id)
    assert (matter.title, matter.kind, matter.marking) == (body["title"], "incident", source.marking or "AMBER")
    assert (record.audience, Delivery.objects.count()) == ([], 0)
    line = AuditEntry.objects.get(verb="imported report")
    assert (line.who, line.matter_id, line.act_id, line.detail) == ("iva", matter.id, record.id, f"{name}.json")


def test_what_the_analyst_says_stands_beside_what_the_report_says(iva: User) -> None:
    record = operations.import_report(
        report(),
        "night.json",
        iva,
        title="  Ransomware in the banks ",
        account="Three banks were cut off.",
        sectors=["Financial services", "Financial services", "Energy"],
        occurred="2026-11-22",
        marking="TLP:GREEN",
        exercise=True,
    )
    body = record.act.body
    assert (body["title"], body["report"]["title"]) == ("Ransomware in the banks", "Night on the grid")
    assert (body["account"], body["occurred"]) == ("Three banks were cut off.", "2026-11-22")
    assert body["sectors"] == ["Financial services", "Energy"]
    assert (record.marking, record.exercise) == ("GREEN", True)


def test_without_a_word_of_the_analyst_the_strictest_marking_in_the_report_counts(iva: User) -> None:
    data = json.dumps(
        bundle(report_object(), sdo("malware", name="x", is_family=True, object_marking_refs=[TLP2["RED"]]))
    )
    assert operations.import_report(data.encode(), "x.json", iva).marking == "RED"


def test_the_same_report_may_open_two_incidents_and_is_stored_once(iva: User) -> None:
    matters = {operations.import_report(report(), "x.json", iva).matter_id for _ in range(2)}
    assert len(matters) == 2
    assert Attachment.objects.count() == 1


DECOMPOSED = "Re\u0301seau e\u0301lectrique"


def test_text_and_names_of_files_come_into_normal_form_c(iva: User) -> None:
    """macOS hands names of files over decomposed."""
    record = operations.import_report(
        report(name=DECOMPOSED, description=DECOMPOSED, labels=[DECOMPOSED], external_references=[
            {"source_name": DECOMPOSED, "url": f"https://example.org/{DECOMPOSED.replace(' ', '-')}"}
        ]),
        f"{DECOMPOSED}.json",
        iva,
        account=DECOMPOSED,
        sectors=[DECOMPOSED],
    )  # fmt: skip
    composed = unicodedata.normalize("NFC", DECOMPOSED)
    body = record.act.body
    assert (body["title"], body["account"], body["sectors"]) == (composed, composed, [composed])
    assert body["attachments"][0]["name"] == f"{composed}.json"
    assert unicodedata.is_normalized("NFC", record.act.canonical.decode())


def test_null_characters_of_a_report_stop_nothing(iva: User) -> None:
    """They are JSON that PostgreSQL cannot store; the reader takes them out or writes them as an escape."""
    text, link = "a\0b", {"source_name": "a\0b", "url": "https://example.org/\0"}
    tool = sdo("tool", name=text, description=text, aliases=[text], labels=[text])
    indicator = sdo(
        "indicator", name=text, pattern="[file:name = 'a\0b']", pattern_type="stix", valid_from="2026-11-24T12:00:00Z"
    )
    tree = bundle(
        report_object(name=text, description=text, external_references=[link], labels=[text]), tool, indicator
    )
    assert operations.import_report(json.dumps(tree).encode(), "a.json", iva).effective


@pytest.mark.parametrize("name", ["", "x" * 400, "../../etc/passwd", "a/b\\c.json", "nul"])
def test_a_name_of_a_file_is_only_a_name(iva: User, name: str) -> None:
    before = blobs()
    operations.import_report(report(labels=[name or "none"]), name, iva)
    (new,) = blobs() - before
    assert new.name == hashlib.sha256(new.read_bytes()).hexdigest()
    assert 1 <= len(ActFile.objects.get().name) <= 255


HOSTILE = {
    "nothing": b"",
    "no JSON": b"<html>",
    "no UTF-8": b"\xff\xfe{}",
    "another format": b'{"hello": "world"}',
    "two formats at once": b'[{"type": "bundle", "id": "x", "objects": []}, {"Event": {}}]',
    "a bundle of nonsense": b'{"type": "bundle", "id": "bundle--x", "objects": [5]}',
    "too deep": b"[" * 5_000 + b"]" * 5_000,
    "repeated keys": b'{"type": "bundle", "type": "bundle", "objects": []}',
    "a number without end": b'{"type": "bundle", "objects": [' + b"9" * 5_000 + b"]}",
    "a title that is none": report(name=7),
    "half a file": report()[:-20],
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_file_that_is_no_report_leaves_nothing(iva: User, data: bytes) -> None:
    before = blobs()
    with pytest.raises(ReportError):
        operations.import_report(data, "x.json", iva)
    matter = opened(iva)
    with pytest.raises(ReportError):
        operations.add_report(matter, data, "x.json", iva)
    assert (ActRecord.objects.count(), Attachment.objects.count(), blobs()) == (1, 0, before)


WRONG_FIELDS: dict[str, dict[str, Any]] = {
    "a day that is none": {"occurred": "yesterday"},
    "a day out of the calendar": {"occurred": "2026-02-30"},
    "a marking that is none": {"marking": "PURPLE"},
    "a null character": {"account": "nul\0"},
    "more than an act holds": {"account": "\x01" * 20_000, "sectors": [f"{n:03}" + "\x01" * 297 for n in range(200)]},
}


@pytest.mark.parametrize("fields", WRONG_FIELDS.values(), ids=WRONG_FIELDS)
def test_a_lawful_report_with_an_unlawful_field_leaves_nothing(iva: User, fields: dict[str, Any]) -> None:
    before = blobs()
    values = [
        {"type": "indicator", "spec_version": "2.1", "id": f"indicator--{n:08x}-0000-4000-8000-000000000000",
         "created": "2026-11-24T12:00:00Z", "modified": "2026-11-24T12:00:00Z", "valid_from": "2026-11-24T12:00:00Z",
         "pattern_type": "stix", "pattern": f"[file:name = '{'x' * 2_000}{n}']"}
        for n in range(320)
    ]  # fmt: skip
    data = json.dumps(bundle(report_object(name=f"Unlawful {sorted(fields)}"), *values)).encode()
    with pytest.raises((NodeError, MalformedError)):
        operations.import_report(data, "x.json", iva, **fields)
    assert (ActRecord.objects.count(), Attachment.objects.count(), Matter.objects.count()) == (0, 0, 0)
    assert blobs() == before


@pytest.mark.parametrize("role", ["legal", "negotiator", "head", "secretariat", "auditor", "operator", None])
def test_who_may_not_import_opens_nothing(person: Person, iva: User, role: str | None) -> None:
    other, before = person("other", *([role] if role else [])), blobs()
    matter = opened(iva)
    for step in (
        lambda: operations.import_report(report(name="Not to be kept"), "x.json", other),
        lambda: operations.open_incident(other, title="x"),
        lambda: operations.add_report(matter, report(name="Not to be kept"), "x.json", other),
    ):
        with pytest.raises(AccessError):
            step()
    assert (ActRecord.objects.count(), blobs()) == (1, before)


def test_a_further_report_stands_in_the_same_dossier(iva: User) -> None:
    matter = opened(iva, exercise=True)
    record = operations.add_report(matter, report(name="Second look"), "second.json", iva)
    assert (record.matter_id, record.exercise, record.effective) == (matter.id, True, True)
    assert state_of(matter)["accounts"][1] == record.id


# -- other steps ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("title", ["", "   "])
def test_an_incident_needs_a_title(iva: User, title: str) -> None:
    with pytest.raises(UserError) as caught:
        operations.open_incident(iva, title=title)
    assert caught.value.field == "title"


def test_assessing_closing_reopening_and_remarks_stay_in_the_house(iva: User) -> None:
    matter = opened(iva, marking="RED", exercise=True)
    records = [
        operations.assess(matter, iva, scale="uk-ncsc", level="2", reasons="nineteen hours"),
        operations.remark(matter, iva, "  ask the banks  "),
        operations.close(matter, iva, "all is well"),
        operations.reopen(matter, iva, "it is not"),
    ]
    assert {(tuple(record.audience), record.marking, record.exercise, record.effective) for record in records} == {
        ((), "RED", True, True)
    }
    assert records[1].act.body["text"] == "ask the banks"
    assert state_of(matter)["severity:CR:uk-ncsc"]["level"] == "2"
    assert not Delivery.objects.exists()
    trail = AuditEntry.objects.filter(who="iva").order_by("id").values_list("verb", flat=True)
    assert list(trail) == ["opened incident", "assessed", "remarked", "closed", "reopened"]


STEPS = {
    "assess": lambda matter, user: operations.assess(matter, user, scale="uk-ncsc", level="2"),
    "remark": lambda matter, user: operations.remark(matter, user, "x"),
    "close": lambda matter, user: operations.close(matter, user, "x"),
    "reopen": lambda matter, user: operations.reopen(matter, user, "x"),
    "add_report": lambda matter, user: operations.add_report(matter, report(), "x.json", user),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
def test_a_dossier_that_is_closed_to_somebody_is_not_written_in(iva: User, person: Person, step: Any) -> None:
    matter = opened(iva)
    Matter.objects.update(restricted=True)
    for role in ("desk", "head", "auditor"):
        with pytest.raises(AccessError):
            step(matter, person(f"a-{role}", role))
    assert ActRecord.objects.count() == 1


@pytest.mark.parametrize("step", [operations.close, operations.reopen, operations.remark])
def test_a_step_without_a_word_is_refused(iva: User, step: Any) -> None:
    matter = opened(iva)
    with pytest.raises(UserError):
        step(matter, iva, "")
    assert ActRecord.objects.count() == 1


def test_what_a_partner_says_of_our_incident_stands_beside_ours(iva: User, lazuria: Peer) -> None:
    matter = opened(iva)
    body = {"title": "As we see it"}
    receive([lazuria.act("incident.report", body, matter=matter.id)[1]], via="exchange")
    receive([lazuria.act("incident.assess", {"scale": "uk-ncsc", "level": "4"}, matter=matter.id)[1]], via="exchange")
    state = state_of(matter)
    assert (state["title"], len(state["accounts"])) == ("Night on the grid", 2)
    assert state["severity:LZ:uk-ncsc"]["level"] == "4"
