"""Digests: what a person reads of a report, cut to what an act holds, with the cut told."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.intel.builders import event, indicator, read, read_objects, report_object, sdo
from verbale.intel import Report
from verbale.matters.incident.digest import account_body, digest
from verbale.node.registry import validate_body
from verbale.protocol import canonical_bytes
from verbale.protocol.limits import MAX_ACT_BYTES


def lawful(report: Report) -> dict[str, Any]:
    """The digest as it stands in a lawful body within the limits of an act."""
    body = account_body(report, title="Night on the grid", account="x" * 20_000)
    validate_body("incident.open", body)
    assert len(canonical_bytes(body)) < MAX_ACT_BYTES - 10_000
    made: dict[str, Any] = body["report"]
    return made


def many(kind: str, count: int, **fields: Any) -> list[dict[str, Any]]:
    return [sdo(kind, number, name=f"{kind} {number}", **fields) for number in range(1, count + 1)]


@pytest.mark.parametrize(
    ("kind", "field", "most", "fields"),
    [
        ("malware", "malware", 200, {"is_family": True}),
        ("tool", "tools", 200, {}),
        ("threat-actor", "actors", 200, {}),
        ("infrastructure", "infrastructure", 200, {}),
        ("course-of-action", "countermeasures", 200, {}),
        ("vulnerability", "vulnerabilities", 200, {}),
    ],
)
def test_a_list_is_cut_at_its_limit_and_the_rest_counted(
    kind: str, field: str, most: int, fields: dict[str, Any]
) -> None:
    made = lawful(read_objects(report_object(), *many(kind, most + 7, **fields)))
    assert (len(made[field]), made["left_out"]) == (most, {field: 7})


def test_indicators_are_cut_at_a_thousand() -> None:
    made = lawful(read_objects(report_object(), *(indicator(number) for number in range(1, 1_006))))
    assert (len(made["indicators"]), made["left_out"]["indicators"]) == (1_000, 5)


def test_a_list_at_its_limit_is_whole() -> None:
    made = lawful(read_objects(report_object(), *many("tool", 200)))
    assert (len(made["tools"]), made["left_out"]) == (200, {})


def test_lists_inside_of_items_are_cut_too() -> None:
    """Three hundred aliases are lawful in STIX and must not keep a report from being imported."""
    words = [f"alias {number}" for number in range(300)]
    made = lawful(
        read_objects(
            report_object(),
            sdo("threat-actor", name="Many names", aliases=words),
            sdo("malware", name="Many kinds", is_family=True, malware_types=words),
        )
    )
    assert made["actors"][0]["aliases"] == words[:200]
    assert made["malware"][0]["kinds"] == words[:200]


def test_long_texts_are_cut_with_a_mark() -> None:
    made = lawful(read_objects(report_object(name="x" * 1_000, description="y" * 50_000)))
    assert (len(made["title"]), made["title"][-1]) == (300, "…")
    assert (len(made["summary"]), made["summary"][-1]) == (20_000, "…")


def test_a_digest_that_is_too_large_loses_the_longest_list_first() -> None:
    big = [indicator(number, pattern=f"[file:name = '{'x' * 3_000}{number}']") for number in range(1, 601)]
    made = lawful(read_objects(report_object(), *big, *many("tool", 5)))
    assert len(made["tools"]) == 5
    assert 100 < len(made["indicators"]) < 600
    assert made["left_out"] == {"indicators": 600 - len(made["indicators"])}


def test_a_digest_of_texts_that_take_more_room_than_letters_fits_as_well() -> None:
    texts = [sdo("tool", number, name=f"tool {number}", description="語" * 20_000) for number in range(1, 60)]
    made = lawful(read_objects(report_object(), *texts))
    assert made["left_out"]["tools"] == 59 - len(made["tools"])


def test_a_report_without_a_title_has_one() -> None:
    made = digest(read({**event(), "Event": {**event()["Event"], "info": "x"}}))
    assert made.title == "x"
    report = msgspec.structs.replace(read_objects(report_object()), title="   ")
    assert digest(report).title == "Untitled report"


def test_empty_names_do_not_stop_an_import() -> None:
    report = read_objects(report_object(), sdo("tool", name="x"), sdo("threat-actor", name="y", aliases=["", " ", "z"]))
    tools = [msgspec.structs.replace(report.tools[0], name="")]
    made = lawful(msgspec.structs.replace(report, tools=tools))
    assert made["tools"][0]["name"] == "unnamed"
    assert made["actors"][0]["aliases"] == ["z"]


def test_the_number_of_things_not_understood_is_told() -> None:
    made = lawful(
        read_objects(report_object(), {"type": "x-grid", "id": "x-grid--00000001-0000-4000-8000-000000000000"})
    )
    assert made["not_understood"] == 1


def test_an_account_without_a_report_has_none() -> None:
    body = account_body(None, title="Night", sectors=["Energy", "Energy", " "], occurred="2026-11-24")
    validate_body("incident.open", body)
    assert (body["report"], body["sectors"], body["attachments"]) == (None, ["Energy"], [])


@settings(max_examples=40, deadline=None)
@given(
    texts=st.lists(st.text(max_size=40), min_size=3, max_size=3),
    repeat=st.integers(1, 2_000),
    url=st.text(max_size=30),
)
def test_whatever_a_report_says_its_digest_is_lawful(texts: list[str], repeat: int, url: str) -> None:
    report = read_objects(
        report_object(external_references=[{"source_name": "x", "url": "https://example.org/"}]),
        sdo("tool", name="x"),
        sdo("threat-actor", name="y"),
        indicator(),
    )
    name, description, alias = (text.replace("\0", "") * repeat for text in texts)
    name, description, alias = (text.encode("utf-8", "ignore").decode() for text in (name, description, alias))
    replace = msgspec.structs.replace
    lawful(
        replace(
            report,
            title=name,
            summary=description,
            threat_level=name,
            labels=[alias] * 3,
            tools=[replace(report.tools[0], name=name, description=description, kinds=[alias] * 300)],
            actors=[replace(report.actors[0], name=alias, aliases=[name] * 300)],
            indicators=[replace(report.indicators[0], value=name or "x", name=alias, description=description)],
            references=[replace(report.references[0], title=name, url=url.replace("\0", "") * 100)]
            if report.references
            else [],
        )
    )
