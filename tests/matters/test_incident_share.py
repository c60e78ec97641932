"""What of an incident goes along with a note: never anything above the marking that was chosen for it."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.intel.builders import (
    MISP_REPORTS,
    STIX_REPORTS,
    TLP2,
    attribute,
    bundle,
    event,
    indicator,
    link,
    raw_bytes,
    ref,
    report_object,
    sco,
    sdo,
    tags,
)
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.intel import TLP_ORDER
from verbale.matters.incident.operations import add_report, import_report, open_incident, share
from verbale.node import attachments
from verbale.node.models import Matter, User
from verbale.node.registry import validate_body
from verbale.node.services import receive
from verbale.protocol import Marking

pytestmark = pytest.mark.django_db
CEILINGS = list(Marking)


@pytest.fixture
def iva(person: Person) -> User:
    return person("iva", "analyst")


def secret(word: str, place: int) -> str:
    """A text that stands for what is marked so; it is searched for in all that leaves."""
    return f"secret-{word.replace('+', '-').lower()}-{place}-tail"


def above(ceiling: str) -> list[str]:
    return list(TLP_ORDER[TLP_ORDER.index(ceiling) + 1 :])


def mixed_stix(own: str | None = "RED") -> bytes:
    """A bundle in which every marking is on an object of every kind."""
    objects: list[dict[str, Any]] = [
        report_object(
            name=secret(own or "AMBER", 0),
            description=secret(own or "AMBER", 1),
            labels=[secret(own or "AMBER", 2)],
            **({"object_marking_refs": [TLP2[own]]} if own else {}),
        )
    ]
    for number, word in enumerate(TLP_ORDER, start=1):
        marks = {"object_marking_refs": [TLP2[word]]}
        text = {"name": secret(word, 10), "description": secret(word, 11), **marks}
        objects += [
            sdo("malware", number, is_family=True, **text),
            sdo("tool", number, **text),
            sdo("threat-actor", number, aliases=[secret(word, 12)], **text),
            sdo("infrastructure", number, **text),
            sdo("course-of-action", number, **text),
            sdo("vulnerability", number, **text),
            sdo("attack-pattern", number, external_references=[
                {"source_name": "mitre-attack", "external_id": f"T10{number:02}"}], **text),
            sdo("identity", number, identity_class="organization", sectors=["energy"], **text),
            sdo("location", number, country="UA", **text),
            sdo("note", number, content=secret(word, 13), abstract=secret(word, 14), object_refs=[ref("report")],
                **marks),
            indicator(number, pattern=f"[file:name = '{secret(word, 15)}']", **text),
            sco("domain-name", number, value=f"{secret(word, 16)}.example", **marks),
            link(ref("malware", number), "targets", ref("identity", number), number, description=secret(word, 17),
                 **marks),
            sdo("report", number + 50, published="2026-11-24T12:00:00Z", object_refs=[ref("malware")], **text),
            {"type": "x-grid", "id": ref("x-grid", number), "spec_version": "2.1", "note": secret(word, 18), **marks},
        ]  # fmt: skip
    return json.dumps(bundle(*objects)).encode()


def mixed_misp() -> bytes:
    marked = [
        attribute("domain", f"{secret(word, 20)}.example", 100 + number, Tag=tags(f"tlp:{word.lower()}"),
                  comment=secret(word, 21))
        for number, word in enumerate(TLP_ORDER)
    ]  # fmt: skip
    return json.dumps(event(*marked, info=secret("AMBER", 22))).encode()


def leaving(shared: Any) -> str:
    """All the bytes that would leave the house, in one text."""
    files = [attachments.load(item["sha256"]) or b"" for item in shared.companion.body["attachments"]]
    return json.dumps(shared.companion.body) + "".join(file.decode() for file in files)


def assert_nothing_above(shared: Any, ceiling: str) -> None:
    text = leaving(shared)
    for word in above(ceiling):
        prefix = f"secret-{word.replace('+', '-').lower()}-"
        assert prefix not in text, f"{word} under {ceiling}: {text[text.index(prefix) :][:60]}"


REPORTS = {
    "stix, own RED": mixed_stix("RED"),
    "stix, own GREEN": mixed_stix("GREEN"),
    "stix, own AMBER+STRICT": mixed_stix("AMBER+STRICT"),
    "stix, unmarked": mixed_stix(None),
    "misp": mixed_misp(),
}


@pytest.mark.parametrize("ceiling", CEILINGS)
@pytest.mark.parametrize("data", REPORTS.values(), ids=REPORTS)
def test_nothing_above_the_ceiling_leaves(iva: User, data: bytes, ceiling: Marking) -> None:
    matter = Matter.objects.get(pk=import_report(data, "night.json", iva).matter_id)
    shared = share(matter, ceiling)
    assert shared is not None
    assert_nothing_above(shared, ceiling)
    validate_body("incident.report", shared.companion.body)
    assert (shared.companion.type, shared.companion.matter) == ("incident.report", matter.id)
    assert all(item.marking in above(ceiling) and item.why for item in shared.withheld)
    # What is allowed does leave.
    if ceiling is Marking.RED:
        assert shared.withheld == ()
    assert "secret-clear-" in leaving(shared)


@pytest.mark.parametrize("ceiling", CEILINGS)
@pytest.mark.parametrize("name", [*STIX_REPORTS, *MISP_REPORTS])
def test_each_shipped_report_can_be_shared_under_each_ceiling(iva: User, name: str, ceiling: Marking) -> None:
    matter = Matter.objects.get(pk=import_report(raw_bytes(name), f"{name}.json", iva).matter_id)
    shared = share(matter, ceiling)
    assert shared is not None
    validate_body("incident.report", shared.companion.body)
    (described,) = shared.companion.body["attachments"]
    if shared.withheld:
        assert described["name"] == "report-as-shared.json"
    else:
        assert attachments.load(described["sha256"]) == raw_bytes(name)


def test_the_original_file_goes_along_only_when_nothing_is_held_back(iva: User) -> None:
    data = mixed_stix("GREEN")
    matter = Matter.objects.get(pk=import_report(data, "night.json", iva).matter_id)
    whole, part = share(matter, Marking.RED), share(matter, Marking.AMBER)
    assert whole is not None
    assert part is not None
    assert attachments.load(whole.companion.body["attachments"][0]["sha256"]) == data
    assert whole.companion.body["attachments"][0]["name"] == "night.json"
    assert part.companion.body["attachments"][0]["name"] == "report-as-shared.json"


def test_a_title_of_the_reports_own_is_held_back_with_it(iva: User) -> None:
    matter = Matter.objects.get(pk=import_report(mixed_stix("RED"), "x.json", iva).matter_id)
    shared = share(matter, Marking.GREEN)
    assert shared is not None
    assert shared.companion.body["title"] == "Cyber incident"


def test_what_the_author_says_goes_along_under_any_ceiling(iva: User) -> None:
    """It is the author's to release, and a second person clears it."""
    record = import_report(
        mixed_stix("RED"), "x.json", iva, title="In our words", account="As we tell it", sectors=["Energy"]
    )
    shared = share(Matter.objects.get(pk=record.matter_id), Marking.CLEAR)
    assert shared is not None
    body = shared.companion.body
    assert (body["title"], body["account"], body["sectors"]) == ("In our words", "As we tell it", ["Energy"])
    assert_nothing_above(shared, Marking.CLEAR)


def test_a_name_of_a_file_does_not_tell_what_is_held_back(iva: User) -> None:
    matter = Matter.objects.get(pk=import_report(mixed_stix("RED"), "secret-red-file.json", iva).matter_id)
    shared = share(matter, Marking.GREEN)
    assert shared is not None
    assert "secret-red-file" not in leaving(shared)


def test_without_keeping_no_file_is_written(iva: User) -> None:
    matter = Matter.objects.get(pk=import_report(mixed_stix("AMBER"), "x.json", iva, title="t").matter_id)

    def blobs() -> set[Path]:
        return {path for path in settings.HOME.blobs.rglob("*") if path.is_file()}

    before = blobs()
    looked = share(matter, Marking.CLEAR, keep=False)
    assert blobs() == before
    kept = share(matter, Marking.CLEAR)
    assert looked == kept


def test_an_incident_without_a_report_is_shared_as_told(iva: User) -> None:
    record = open_incident(iva, title="Night", account="As we tell it")
    shared = share(Matter.objects.get(pk=record.matter_id), Marking.CLEAR)
    assert shared is not None
    assert (shared.companion.body["account"], shared.companion.body["report"]) == ("As we tell it", None)
    assert shared.withheld == ()


def test_a_report_whose_file_is_gone_is_shared_without_it(iva: User) -> None:
    """Its digest is not filtered by markings, so it stays."""
    data = mixed_stix("GREEN")
    record = import_report(data, "x.json", iva, title="In our words")
    attachments.path_of(record.act.body["attachments"][0]["sha256"]).unlink()
    shared = share(Matter.objects.get(pk=record.matter_id), Marking.GREEN)
    assert shared is not None
    assert_nothing_above(shared, Marking.GREEN)
    assert (shared.companion.body["report"], shared.companion.body["attachments"]) == (None, [])


def test_a_title_of_a_report_whose_file_is_gone_is_not_shared(iva: User) -> None:
    record = import_report(mixed_stix("RED"), "x.json", iva)
    attachments.path_of(record.act.body["attachments"][0]["sha256"]).unlink()
    shared = share(Matter.objects.get(pk=record.matter_id), Marking.GREEN)
    assert shared is not None
    assert_nothing_above(shared, Marking.GREEN)


def test_the_first_account_of_ours_is_shared(iva: User) -> None:
    record = open_incident(iva, title="Night")
    matter = Matter.objects.get(pk=record.matter_id)
    add_report(matter, mixed_stix("RED"), "x.json", iva)
    shared = share(matter, Marking.RED)
    assert shared is not None
    assert shared.companion.body["title"] == "Night"


def test_what_others_told_us_is_not_shared(iva: User, lazuria: Peer) -> None:
    receive([lazuria.act("incident.report", {"title": "Theirs"}, matter="b" * 32)[1]], via="exchange")
    assert share(Matter.objects.get(pk="b" * 32), Marking.RED) is None


@hypothesis_settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    marks=st.lists(st.sampled_from([None, *TLP_ORDER]), min_size=6, max_size=6),
    own=st.sampled_from([None, *TLP_ORDER]),
    ceiling=st.sampled_from(CEILINGS),
)
def test_any_mix_of_markings_leaks_nothing(
    iva: User, marks: list[str | None], own: str | None, ceiling: Marking
) -> None:
    def text(place: int, mark: str | None) -> dict[str, Any]:
        word = mark or own or "AMBER"
        said = {"name": secret(word, place), "description": secret(word, place)}
        return {**said, "object_marking_refs": [TLP2[mark]]} if mark else said

    objects = [
        report_object(**text(0, own)),
        sdo("malware", is_family=True, **text(1, marks[0])),
        sdo("tool", **text(2, marks[1])),
        sdo("identity", identity_class="organization", **text(3, marks[2])),
        indicator(**text(4, marks[3])),
        link(ref("tool"), "targets", ref("identity"), **{k: v for k, v in text(5, marks[4]).items() if k != "name"}),
        sdo("threat-actor", **text(6, marks[5])),
    ]
    record = import_report(json.dumps(bundle(*objects)).encode(), "x.json", iva)
    shared = share(Matter.objects.get(pk=record.matter_id), ceiling)
    assert shared is not None
    assert_nothing_above(shared, ceiling)
