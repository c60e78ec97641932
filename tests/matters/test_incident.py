"""Incidents at their limits: a report too large for an act, who may say what, and what a report hides in places where
nobody looks. `test_incident_operations.py` and `test_incident_share.py` have the usual course."""

import hashlib
import json
from typing import Any

import pytest

from tests.intel.builders import NOON, TLP2, bundle, event, indicator, link, ref, report_object, sdo, tags
from tests.matters.test_incident_share import above, assert_nothing_above, leaving, secret
from tests.node.conftest import Person
from verbale.intel import TLP_ORDER
from verbale.matters.incident import operations
from verbale.matters.incident.operations import import_report, share
from verbale.node import attachments
from verbale.node.errors import AccessError
from verbale.node.models import ActRecord, Attachment, Matter, User
from verbale.node.projection import state_of
from verbale.node.registry import validate_body
from verbale.protocol import Marking
from verbale.protocol.limits import MAX_ACT_BYTES

pytestmark = pytest.mark.django_db
CEILINGS = list(Marking)


@pytest.fixture
def iva(person: Person) -> User:
    return person("iva", "analyst")


@pytest.fixture
def matter(iva: User) -> Matter:
    return Matter.objects.get(pk=operations.open_incident(iva, title="Night on the grid").matter_id)


# -- a report that no act could hold ----------------------------------------------------------------------------------


def test_a_report_of_three_thousand_indicators_and_huge_texts_fits_and_tells_what_it_left_out(iva: User) -> None:
    big = "語" * 30_000
    data = json.dumps(
        bundle(
            report_object(name="x" * 900, description=big),
            *(sdo("tool", number, name=f"tool {number}", description=big) for number in range(1, 40)),
            *(indicator(number, name=f"indicator {number}") for number in range(1, 3_001)),
        )
    ).encode()
    record = import_report(data, "large.json", iva)
    told = record.act.body["report"]
    assert record.effective
    assert len(record.act.canonical) <= MAX_ACT_BYTES
    for field, all_of_them in (("indicators", 3_000), ("tools", 39)):
        assert len(told[field]) + told["left_out"].get(field, 0) == all_of_them
    assert told["left_out"]["indicators"] >= 2_000
    assert (len(told["title"]), told["title"][-1]) == (300, "…")
    assert (len(told["summary"]), told["summary"][-1]) == (20_000, "…")
    # Nothing is lost: the whole stands beside the act, and goes along when it may.
    assert attachments.load(hashlib.sha256(data).hexdigest()) == data
    shared = share(Matter.objects.get(pk=record.matter_id), Marking.RED)
    assert shared is not None
    validate_body("incident.report", shared.companion.body)
    assert shared.companion.body["report"]["left_out"] == told["left_out"]


# -- rights -----------------------------------------------------------------------------------------------------------

STEPS: dict[str, Any] = {
    "assess": lambda matter, user: operations.assess(matter, user, scale="uk-ncsc", level="2"),
    "remark": lambda matter, user: operations.remark(matter, user, "seen"),
    "close": lambda matter, user: operations.close(matter, user, "done"),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("role", ["auditor", "operator", None])
def test_who_may_not_draft_says_nothing_of_an_incident(
    matter: Matter, person: Person, role: str | None, step: Any
) -> None:
    other = person("other", *([role] if role else []))
    for attempt in (step, lambda matter, user: operations.reopen(matter, user, "more")):
        with pytest.raises(AccessError):
            attempt(matter, other)
    assert ActRecord.objects.count() == 1


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS)
@pytest.mark.parametrize("role", ["desk", "analyst", "legal", "negotiator", "head", "secretariat"])
def test_who_may_draft_says_it_in_the_house(matter: Matter, person: Person, role: str, step: Any) -> None:
    record = step(matter, person("other", role))
    assert (record.effective, record.audience) == (True, [])


@pytest.mark.parametrize("role", ["desk", "analyst"])
def test_who_may_import_does(person: Person, role: str) -> None:
    data = json.dumps(bundle(report_object(), sdo("malware", name="x", is_family=True))).encode()
    assert import_report(data, "x.json", person("other", role)).effective


# -- what is said without effect --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scale", "level", "reason"),
    [
        ("richter", "9", "No pack of this node knows the scale richter."),
        ("uk-ncsc", "9", "The scale UK NCSC incident categories has no level 9."),
        ("uk-ncsc", "%s", "The scale UK NCSC incident categories has no level %s."),
    ],
)
def test_an_assessment_by_what_no_pack_knows_is_kept_without_effect(
    matter: Matter, iva: User, scale: str, level: str, reason: str
) -> None:
    record = operations.assess(matter, iva, scale=scale, level=level)
    stored = ActRecord.objects.get(pk=record.id)
    assert not stored.effective
    assert stored.reason is not None
    assert stored.reason % tuple(stored.about) == reason
    assert not [key for key in state_of(matter) if key.startswith("severity:")]


def test_while_it_is_closed_our_reports_and_assessments_are_without_effect(matter: Matter, iva: User) -> None:
    data = json.dumps(bundle(report_object(), sdo("malware", name="x", is_family=True))).encode()

    def attempts() -> list[bool]:
        return [
            operations.assess(matter, iva, scale="uk-ncsc", level="2").effective,
            operations.add_report(matter, data, "x.json", iva).effective,
            operations.remark(matter, iva, "seen").effective,
        ]

    assert operations.close(matter, iva, "done").effective
    assert attempts() == [False, False, True]
    assert not operations.close(matter, iva, "done again").effective
    assert operations.reopen(matter, iva, "more came").effective
    assert not operations.reopen(matter, iva, "and more").effective
    assert attempts() == [True, True, True]


# -- where a report hides what it marks -------------------------------------------------------------------------------


def granular(word: str, *selectors: str) -> list[dict[str, Any]]:
    return [{"marking_ref": TLP2[word], "selectors": list(selectors)}]


def hidden_places() -> bytes:
    """Every marking on what a reader meets by the way: sectors, places, aliases, references, names at the ends of a
    relation that is itself CLEAR, and single values of an object."""
    clear = {"object_marking_refs": [TLP2["CLEAR"]]}
    objects: list[dict[str, Any]] = [report_object(name="Night on the grid", **clear)]
    for number, word in enumerate(TLP_ORDER, start=1):
        marks = {"object_marking_refs": [TLP2[word]]}
        objects += [
            sdo("identity", number, name=secret(word, 30), identity_class="organization",
                sectors=[secret(word, 31)], contact_information=secret(word, 32), **marks),
            sdo("location", number, name=secret(word, 33), country="UA", region=secret(word, 34),
                city=secret(word, 35), **marks),
            sdo("threat-actor", number, name=secret(word, 36), aliases=[secret(word, 37)], goals=[secret(word, 38)],
                external_references=[{"source_name": secret(word, 39), "description": secret(word, 40),
                                      "url": f"https://{secret(word, 41)}.example/"}], **marks),
            sdo("malware", number, name=secret(word, 42), is_family=True, malware_types=[secret(word, 43)], **marks),
            sdo("attack-pattern", number, name=secret(word, 44),
                kill_chain_phases=[{"kill_chain_name": secret(word, 45), "phase_name": secret(word, 46)}], **marks),
            sdo("opinion", number, opinion="agree", explanation=secret(word, 47), object_refs=[ref("report")],
                **marks),
            sdo("grouping", number, name=secret(word, 48), context=secret(word, 49), object_refs=[ref("report")],
                **marks),
            link(ref("threat-actor", number), "uses", ref("malware", number), number, **clear),
            sdo("tool", number, name=f"tool {number}", description=secret(word, 50), **clear,
                granular_markings=granular(word, "description")),
            indicator(number, name=secret(word, 51), pattern=f"[url:value = 'http://{secret(word, 52)}.example']",
                      **clear, granular_markings=granular(word, "name", "pattern")),
        ]  # fmt: skip
    return json.dumps(bundle(*objects)).encode()


def misp_places() -> bytes:
    """The same of MISP: objects, galaxies of an attribute, sightings, and a tag that the marking stands beside."""
    marked, objects = [], []
    for number, word in enumerate(TLP_ORDER):
        tag = tags(f"tlp:{word.lower()}")
        marked.append(
            {"uuid": f"{number:08x}-0000-4000-8000-00000000000a", "type": "domain", "category": "Network activity",
             "value": f"{secret(word, 60)}.example", "comment": secret(word, 61), "to_ids": True,
             "Tag": [*tag, {"name": f'misp-galaxy:sector="{secret(word, 62)}"'}]}
        )  # fmt: skip
        objects.append(
            {"uuid": f"{number:08x}-0000-4000-8000-00000000000b", "name": "file", "meta-category": "file",
             "Attribute": [{"uuid": f"{number:08x}-0000-4000-8000-00000000000c", "type": "filename",
                            "category": "Payload delivery", "object_relation": "filename",
                            "value": secret(word, 63), "comment": secret(word, 64), "Tag": tag}]}
        )  # fmt: skip
    return json.dumps(event(*marked, info="Night on the grid", Object=objects, Tag=tags("tlp:clear"))).encode()


@pytest.mark.parametrize("ceiling", CEILINGS)
@pytest.mark.parametrize("made", [hidden_places, misp_places], ids=["stix", "misp"])
def test_what_is_marked_by_the_way_does_not_leave_either(iva: User, made: Any, ceiling: Marking) -> None:
    record = import_report(made(), "night.json", iva, marking="CLEAR")
    shared = share(Matter.objects.get(pk=record.matter_id), ceiling)
    assert shared is not None
    assert_nothing_above(shared, ceiling)
    assert shared.companion.body["title"] == "Night on the grid"
    assert bool(shared.withheld) == bool(above(ceiling))
    text = leaving(shared)
    assert "secret-clear-" in text
    # Nor is a file that was stored on the way named, or the name of the original told.
    for item in shared.companion.body["attachments"]:
        assert item["size"] == len(attachments.load(item["sha256"]) or b"")
    assert ("night.json" in text) == (not shared.withheld)


@pytest.mark.parametrize("ceiling", CEILINGS)
def test_what_is_stored_for_sharing_holds_nothing_above_the_ceiling(iva: User, ceiling: Marking) -> None:
    """Not only what the companion names: whatever was put on the disk for it."""
    data = hidden_places()
    matter_id = import_report(data, "night.json", iva).matter_id
    original = hashlib.sha256(data).hexdigest()
    share(Matter.objects.get(pk=matter_id), ceiling)
    for row in Attachment.objects.exclude(sha256=original):
        content = (attachments.load(row.sha256) or b"").decode()
        assert not [word for word in above(ceiling) if f"secret-{word.replace('+', '-').lower()}-" in content]


def test_dates_tell_of_what_is_held_back_no_more_than_its_text(iva: User) -> None:
    """The report that leaves is dated by what leaves."""
    late = "2031-05-17T03:04:05Z"
    hidden = sdo("malware", 2, name=secret("RED", 70), is_family=True, first_seen=late, last_seen=late,
                 object_marking_refs=[TLP2["RED"]])  # fmt: skip
    data = json.dumps(
        bundle(report_object(object_marking_refs=[TLP2["CLEAR"]]), hidden, sdo("tool", name="x", created=NOON))
    ).encode()
    matter_id = import_report(data, "x.json", iva).matter_id
    shared = share(Matter.objects.get(pk=matter_id), Marking.GREEN)
    assert shared is not None
    assert "2031-05-17" not in leaving(shared)
