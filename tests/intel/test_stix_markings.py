"""STIX markings: TLP of both versions, statements, and markings of single values (STIX 2.1 section 7.2)."""

from typing import Any

import pytest

from .builders import NOON, TLP1, TLP2, read_objects, ref, report_object, sco, sdo

MALWARE = sdo("malware", name="BlackEnergy", is_family=True)
TLP_EXTENSION = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"


@pytest.mark.parametrize(
    ("marking_ref", "word"), [(marking, word) for tlp in (TLP1, TLP2) for word, marking in tlp.items()]
)
def test_a_published_marking_needs_no_definition(marking_ref: str, word: str) -> None:
    report = read_objects({**MALWARE, "object_marking_refs": [marking_ref]}, report_object())
    assert (report.malware[0].marking, report.marking, report.own_marking) == (word, word, None)
    assert report.warnings == []


def marking(number: int, **fields: Any) -> dict[str, Any]:
    return sdo("marking-definition", number, modified=None, **fields)


@pytest.mark.parametrize(
    ("sentence", "definition", "word", "statements"),
    [
        ("TLP 1", {"definition_type": "tlp", "definition": {"tlp": "white"}}, "CLEAR", []),
        (
            "TLP 2",
            {"extensions": {TLP_EXTENSION: {"tlp_2_0": "amber+strict"}}},
            "AMBER+STRICT",
            [],
        ),
        (
            "a statement is a term of use and no marking",
            {"definition_type": "statement", "definition": {"statement": "© CERT"}},
            None,
            ["© CERT"],
        ),
        ("what is unknown could mean anything", {"definition_type": "iep", "name": "IEP 2"}, "AMBER", ["iep: IEP 2"]),
    ],
)
def test_a_marking_definition_of_the_bundle(
    sentence: str, definition: dict[str, Any], word: str | None, statements: list[str]
) -> None:
    report = read_objects({**MALWARE, "object_marking_refs": [ref("marking-definition", 5)]}, marking(5, **definition))
    assert (report.malware[0].marking, report.markings) == (word, statements), sentence


def test_a_bundle_cannot_redefine_a_published_marking() -> None:
    fake = {**marking(5, definition_type="tlp", definition={"tlp": "white"}), "id": TLP1["RED"]}
    assert read_objects(fake, {**MALWARE, "object_marking_refs": [TLP1["RED"]]}).malware[0].marking == "RED"


def test_a_marking_that_is_not_in_the_file_counts_as_amber_with_a_warning() -> None:
    report = read_objects({**MALWARE, "object_marking_refs": [ref("marking-definition", 5)]})
    assert report.malware[0].marking == "AMBER"
    assert "which is not in the file; taken for AMBER" in report.warnings[0]


@pytest.mark.parametrize(
    ("sentence", "obj", "selector", "expected"),
    [
        ("one hash", sco("file", name="a", hashes={"MD5": "b"}), "hashes.MD5", {"a": None, "b": "RED"}),
        ("all hashes", sco("file", name="a", hashes={"MD5": "b"}), "hashes", {"a": None, "b": "RED"}),
        ("the name", sco("file", name="a", hashes={"MD5": "b"}), "name", {"a": "RED", "b": None}),
        ("a version, told with the name", sco("software", name="a", version="1"), "version", {"a 1": "RED"}),
        ("what is not told", sco("mutex", name="a", x_seen="b"), "x_seen", {"a": None}),
        (
            "a value's data",
            sco("windows-registry-key", key="k", values=[{"name": "n", "data": "d"}]),
            "values.[0].data",
            {"k": None, "n = d": "RED"},
        ),
        (
            "a version inside observed data",
            sdo(
                "observed-data",
                first_observed=NOON,
                last_observed=NOON,
                number_observed=1,
                objects={"0": sco("software", name="a", version="1"), "1": sco("mutex", name="m")},
            ),
            "objects.0.version",
            {"a 1": "RED", "m": None},
        ),
    ],
)
def test_a_granular_marking_is_for_the_values_that_it_selects(
    sentence: str, obj: dict[str, Any], selector: str, expected: dict[str, str | None]
) -> None:
    marked = {**obj, "granular_markings": [{"marking_ref": TLP2["RED"], "selectors": [selector]}]}
    report = read_objects(marked)
    assert {one.value: one.marking for one in report.observables} == expected, sentence
    assert report.marking == "RED", "of anything in it"


def test_a_granular_marking_holds_for_a_whole_object_that_is_no_observable() -> None:
    granular = [{"marking_ref": TLP2["RED"], "selectors": ["description"]}]
    assert read_objects({**MALWARE, "granular_markings": granular}).malware[0].marking == "RED"
