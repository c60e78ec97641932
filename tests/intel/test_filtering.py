"""Filtering: nothing above the ceiling remains, nothing is lost unsaid, and no text outlives its origins."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel import TLP_ORDER, Report, effective_marking, filter_by_marking, read_report, report_to_dict

from .builders import (
    MISP_REPORTS,
    STIX_REPORTS,
    TLP2,
    attribute,
    event,
    indicator,
    link,
    raw_bytes,
    read,
    read_objects,
    ref,
    report_object,
    sco,
    sdo,
    tags,
)

PARTS = (
    "actors",
    "malware",
    "tools",
    "vulnerabilities",
    "infrastructure",
    "techniques",
    "indicators",
    "observables",
    "references",
    "relationships",
    "courses_of_action",
    "notes",
    "not_understood",
)
TEXTS = (
    "title",
    "summary",
    "producer",
    "threat_level",
    "analysis",
    "created",
    "modified",
    "published",
    "first_seen",
    "last_seen",
)
TEXT_LISTS = ("languages", "sectors", "regions", "countries", "victims", "labels", "warnings")

words = st.sampled_from([None, *TLP_ORDER])


def marked(obj: dict[str, Any], word: str | None) -> dict[str, Any]:
    return obj if word is None else {**obj, "object_marking_refs": [TLP2[word]]}


def stix_report(marks: list[str | None]) -> Report:
    """A report of eleven objects, each with its own marking."""
    objects = [
        report_object(description="At night", labels=["grid"], created_by_ref=ref("identity")),
        sdo("identity", name="CERT", sectors=["government-national"]),
        sdo("identity", 2, name="Grid operator", sectors=["energy"], lang="uk"),
        sdo("identity", 3, name="Grid operator", sectors=["energy", "water"]),
        sdo("malware", name="BlackEnergy", is_family=True),
        link(ref("malware"), "targets", ref("identity", 2), 1),
        link(ref("malware"), "targets", ref("identity", 3), 2),
        indicator(external_references=[{"source_name": "CERT", "url": "https://example.org/"}]),
        sco("file", name="a.exe", hashes={"MD5": "aa"}),
        sdo("x-grid", name="Substation"),
        sdo("sighting", sighting_of_ref=ref("malware"), first_seen="2026-11-24T11:00:00Z"),
    ]
    return read_objects(*(marked(obj, word) for obj, word in zip(objects, marks, strict=True)))


def misp_report(marks: list[str | None]) -> Report:
    """An event with six attributes, each with its own tag."""

    def tag(word: str | None) -> dict[str, Any]:
        return {} if word is None else {"Tag": tags(f"tlp:{word.lower()}")}

    attributes = [
        attribute("md5", "aa", 100, **tag(marks[1]), to_ids=True, first_seen="2026-11-24T11:00:00Z"),
        attribute("link", "https://example.org/", 101, **tag(marks[2])),
        attribute("link", "https://example.org/", 102, **tag(marks[3])),
        attribute("target-org", "Grid operator", 103, **tag(marks[4])),
        attribute("target-org", "Grid operator", 104, **tag(marks[5])),
        attribute("vulnerability", "CVE-2020-0601", 105, **tag(marks[6])),
    ]
    heading = {"date": "2026-11-24", "timestamp": "1795520000", "threat_level_id": "1", "analysis": "2"}
    return read(event(*attributes, **heading, **tag(marks[0])))


def rank(word: str) -> int:
    return TLP_ORDER.index(word)


def check(report: Report, ceiling: str) -> None:
    """The whole promise of `filter_by_marking`, for one report and one ceiling."""
    kept, withheld = filter_by_marking(report, ceiling)
    assert {
        rank(effective_marking(report, part)) <= rank(ceiling) for field in PARTS for part in getattr(kept, field)
    } <= {True}
    assert all(rank(one.marking) > rank(ceiling) for one in withheld)
    for field in PARTS:
        passed, held = getattr(kept, field), [one.id for one in withheld if one.field == field]
        whole = getattr(report, field)
        assert passed == [part for part in whole if part in passed], "in order, unchanged"
        assert sorted([*(part.id for part in passed), *held]) == sorted(part.id for part in whole), field
    check_texts(report, kept, {one.field for one in withheld}, ceiling)
    assert kept.marking is None or rank(kept.marking) <= rank(ceiling)
    assert kept.object_counts == ({} if withheld else report.object_counts)
    assert filter_by_marking(kept, ceiling) == (kept, []), "twice is once"


def check_texts(report: Report, kept: Report, held: set[str], ceiling: str) -> None:
    def origins(field: str, text: str) -> list[int]:
        return [
            rank(effective_marking(report, one)) for one in report.origins if (one.field, one.value) == (field, text)
        ]

    for field in TEXTS:
        text = getattr(report, field)
        if text:
            assert origins(field, text), f"{field} came from somewhere"
            stays = min(origins(field, text)) <= rank(ceiling)
            assert getattr(kept, field) == (text if stays else type(text)() if field in TEXTS[:5] else None)
            assert stays or field in held
    for field in TEXT_LISTS:
        expected = [text for text in getattr(report, field) if min(origins(field, text)) <= rank(ceiling)]
        assert getattr(kept, field) == expected
        assert len(expected) == len(getattr(report, field)) or field in held


@pytest.mark.parametrize("name", [*STIX_REPORTS, *MISP_REPORTS])
@pytest.mark.parametrize("ceiling", TLP_ORDER)
def test_the_promise_holds_for_the_shipped_reports(name: str, ceiling: str) -> None:
    check(read_report(raw_bytes(name)), ceiling)


@given(st.lists(words, min_size=11, max_size=11), st.sampled_from(TLP_ORDER))
def test_the_promise_holds_however_a_bundle_is_marked(marks: list[str | None], ceiling: str) -> None:
    check(stix_report(marks), ceiling)


@given(st.lists(words, min_size=7, max_size=7), st.sampled_from(TLP_ORDER))
def test_the_promise_holds_however_an_event_is_marked(marks: list[str | None], ceiling: str) -> None:
    check(misp_report(marks), ceiling)


@pytest.mark.parametrize("name", [*STIX_REPORTS, *MISP_REPORTS])
def test_under_red_a_report_stays_whole(name: str) -> None:
    report = read_report(raw_bytes(name))
    assert filter_by_marking(report, "RED") == (report, [])


def test_a_report_with_more_warnings_than_are_told_stays_whole_under_red() -> None:
    report = read_objects(*(link(ref("tool"), "uses", ref("tool", 2), number) for number in range(150)))
    assert report.warnings[-1] == "100 further warnings"
    assert filter_by_marking(report, "RED") == (report, [])


SECRET = "Zaporizhzhia"


@pytest.mark.parametrize(
    ("sentence", "objects"),
    [
        ("a title", [marked(report_object(name=SECRET), "RED")]),
        (
            "an author's name",
            [report_object(created_by_ref=ref("identity")), marked(sdo("identity", name=SECRET), "RED")],
        ),
        (
            "a victim",
            [
                marked(sdo("identity", name=SECRET), "RED"),
                marked(sdo("malware", name="x", is_family=True), "CLEAR"),
                link(ref("malware"), "targets", ref("identity"), object_marking_refs=[TLP2["CLEAR"]]),
            ],
        ),
        ("a region", [marked(sdo("location", region=SECRET), "RED")]),
        ("a label", [marked(report_object(labels=[SECRET]), "RED")]),
        (
            "a version of a software",
            [
                sco(
                    "software",
                    name="x",
                    version=SECRET,
                    object_marking_refs=[TLP2["CLEAR"]],
                    granular_markings=[{"marking_ref": TLP2["RED"], "selectors": ["version"]}],
                )
            ],
        ),
        ("a warning", [marked(sdo("attack-pattern", name=SECRET), "RED")]),
        (
            "the name of a related object",
            [
                marked(sdo("tool", name=SECRET), "RED"),
                link(ref("tool"), "uses", ref("tool"), object_marking_refs=[TLP2["CLEAR"]]),
            ],
        ),
    ],
)
def test_a_red_text_is_nowhere_in_what_is_shared(sentence: str, objects: list[Any]) -> None:
    report = read_objects(*objects)
    assert SECRET in str(report_to_dict(report)), sentence
    for ceiling in TLP_ORDER[:-1]:
        kept, withheld = filter_by_marking(report, ceiling)
        assert SECRET not in str(report_to_dict(kept)), sentence
        assert SECRET not in str(withheld), "nor in what is said of it"


def test_a_text_that_an_open_object_gives_too_stays() -> None:
    twice = [marked(sdo("location", 1, region="europe"), "RED"), marked(sdo("location", 2, region="europe"), "CLEAR")]
    kept, withheld = filter_by_marking(read_objects(*twice), "CLEAR")
    assert kept.regions == ["europe"]
    assert "regions" not in {one.field for one in withheld}


@pytest.mark.parametrize(
    ("own", "part", "ceiling", "why"),
    [
        (None, "RED", "AMBER", "marked RED, above AMBER"),
        ("RED", None, "AMBER", "unmarked, so taken for the report's own RED, above AMBER"),
        (None, None, "GREEN", "unmarked in an unmarked report, so taken for AMBER, above GREEN"),
    ],
)
def test_why_something_is_held_back(own: str | None, part: str | None, ceiling: str, why: str) -> None:
    report = read_objects(marked(report_object(), own), marked(sdo("tool", name="x"), part))
    _, withheld = filter_by_marking(report, ceiling)
    assert [one.why for one in withheld if one.field == "tools"] == [why]


@pytest.mark.parametrize("ceiling", ["", "BLUE", "TLP:", "AMBER STRICT"])
def test_a_ceiling_that_is_no_marking_is_refused(ceiling: str) -> None:
    with pytest.raises(ValueError, match="is no TLP marking; one of CLEAR, GREEN, AMBER"):
        filter_by_marking(read_objects(), ceiling)


@pytest.mark.parametrize("ceiling", ["white", "TLP:WHITE", "tlp:clear", "CLEAR"])
def test_a_ceiling_may_be_written_as_people_write_it(ceiling: str) -> None:
    report = stix_report(["CLEAR", "RED"] * 5 + [None])
    assert filter_by_marking(report, ceiling) == filter_by_marking(report, "CLEAR")
