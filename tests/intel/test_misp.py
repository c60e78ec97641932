"""MISP events: what attributes, objects, tags and galaxies become, and the wrappings in which exports come."""

import json
from typing import Any

import pytest

from verbale.intel import SeveralEvents, read_reports, report_to_dict

from .builders import attribute, event, read, tags, uuid

IOC = {"to_ids": True}
SHA = "9b23bfc35b18ed80104c496b2aa722b3e56ff9ceb9dae60d1aff7230321c1d12"


def galaxy(kind: str, value: str, **meta: Any) -> dict[str, Any]:
    return {"type": kind, "GalaxyCluster": [{"uuid": uuid(900), "type": kind, "value": value, "meta": meta}]}


ATTRIBUTES: list[tuple[str, dict[str, Any], str, list[dict[str, Any]]]] = [
    (
        "what is to look for is an indicator",
        attribute("ip-dst", "192.0.2.1", **IOC, comment="C2"),
        "indicators",
        [{"id": uuid(100), "kind": "ipv4", "value": "192.0.2.1", "description": "C2", "pattern_type": ""}],
    ),
    ("other values are observables", attribute("ip-src", "::1"), "observables", [{"type": "ipv6", "value": "::1"}]),
    ("0 and 1 are booleans in MISP", attribute("md5", "aa", to_ids="1"), "indicators", [{"kind": "md5"}]),
    ("a hostname is a domain", attribute("hostname", "a.example"), "observables", [{"type": "domain"}]),
    ("an AS is written as such", attribute("AS", "64496"), "observables", [{"type": "asn", "value": "AS64496"}]),
    (
        "a composite is two values that share an id",
        attribute("filename|sha256", f"a.exe|{SHA}", **IOC),
        "indicators",
        [{"kind": "filename", "value": "a.exe", "id": uuid(100)}, {"kind": "sha256", "value": SHA, "id": uuid(100)}],
    ),
    (
        "address and port may be joined by a colon",
        attribute("ip-dst|port", "192.0.2.1:443"),
        "observables",
        [{"type": "ipv4", "value": "192.0.2.1"}, {"type": "port", "value": "443"}],
    ),
    (
        "a rule is kept as it is",
        attribute("yara", "rule x {}"),
        "indicators",
        [{"kind": "yara", "pattern_type": "yara"}],
    ),
    (
        "a STIX pattern is checked and kept",
        attribute("stix2-pattern", "[mutex:name = 'x']"),
        "indicators",
        [{"kind": "stix-pattern", "pattern_type": "stix"}],
    ),
    (
        "a link is a reference",
        attribute("link", "https://example.org/"),
        "references",
        [{"url": "https://example.org/"}],
    ),
    (
        "and so is an address given as analysis",
        attribute("url", "https://example.org/", category="External analysis"),
        "references",
        [{"url": "https://example.org/"}],
    ),
    (
        "unless it is to look for",
        attribute("url", "https://example.org/", category="External analysis", **IOC),
        "indicators",
        [{"kind": "url"}],
    ),
    ("a comment is a note", attribute("comment", "At\r\nnight"), "notes", [{"kind": "comment", "text": "At\nnight"}]),
    ("a vulnerability", attribute("vulnerability", "cve-2020-0601"), "vulnerabilities", [{"cve": "CVE-2020-0601"}]),
    ("a threat actor", attribute("threat-actor", "Sandworm"), "actors", [{"kind": "threat-actor"}]),
    ("a campaign", attribute("campaign-name", "Grid"), "actors", [{"name": "Grid", "kind": "campaign"}]),
    ("an attached sample is evidence", attribute("attachment", "a", category="Payload delivery"), "observables", [{}]),
    ("an attached document is not", attribute("attachment", "a", category="Antivirus detection"), "observables", []),
    ("a size says nothing by itself", attribute("size-in-bytes", "7"), "not_understood", []),
    ("an unknown type is listed", attribute("x-new", "7"), "not_understood", [{"id": uuid(100), "type": "x-new"}]),
    ("and so is no address", attribute("ip-dst", "gate"), "not_understood", [{"why": '"gate" is no IP address'}]),
    ("a deleted attribute is left out", attribute("md5", "aa", deleted=True), "observables", []),
    (
        "an attribute may be marked above its event",
        attribute("md5", "aa", Tag=tags("tlp:red")),
        "observables",
        [{"marking": "RED"}],
    ),
    ("but not below it", attribute("md5", "aa", Tag=tags("tlp:white")), "observables", [{"marking": "GREEN"}]),
    ("one without a tag is marked as its event", attribute("md5", "aa"), "observables", [{"marking": "GREEN"}]),
]

TAGS: list[tuple[str, dict[str, Any], str, list[Any]]] = [
    (
        "a technique by tag",
        {"Tag": tags('misp-galaxy:mitre-attack-pattern="Phishing - T1566"')},
        "techniques",
        [{"id": "T1566", "name": "Phishing", "tactics": []}],
    ),
    (
        "the same by tag and cluster is one, and the cluster says more",
        {
            "Tag": tags('misp-galaxy:mitre-attack-pattern="Phishing - T1566.001"'),
            "Galaxy": [
                galaxy(
                    "mitre-attack-pattern",
                    "Phishing - T1566.001",
                    external_id=["T1566.001"],
                    kill_chain=["mitre-attack:initial-access"],
                    refs=["https://attack.mitre.org/techniques/T1566/001"],
                )
            ],
        },
        "techniques",
        [{"id": "T1566.001", "name": "Phishing", "tactics": ["initial-access"], "source_id": uuid(900)}],
    ),
    (
        "its references are the report's",
        {
            "Galaxy": [
                galaxy("mitre-attack-pattern", "Phishing - T1566", refs=["https://a.example/", "ftp://a.example/"])
            ]
        },
        "references",
        [{"title": "Phishing - T1566", "url": "https://a.example/"}],
    ),
    (
        "an actor with its other names",
        {"Galaxy": [galaxy("mitre-intrusion-set", "Sandworm Team - G0034", synonyms=["ELECTRUM"])]},
        "actors",
        [{"name": "Sandworm Team", "kind": "intrusion-set", "aliases": ["ELECTRUM"]}],
    ),
    ("a malware", {"Tag": tags('misp-galaxy:rat="PlugX"')}, "malware", [{"kinds": ["remote-access-trojan"]}]),
    ("a tool", {"Tag": tags('misp-galaxy:tool="Mimikatz"')}, "tools", [{"name": "Mimikatz"}]),
    ("a sector", {"Tag": tags('misp-galaxy:sector="Energy"')}, "sectors", ["Energy"]),
    ("a country", {"Galaxy": [galaxy("target-information", "Ukraine")]}, "countries", ["Ukraine"]),
    (
        "older exports give nothing as an empty list",
        {"Galaxy": [{"GalaxyCluster": [{"type": "region", "value": "Europe", "meta": []}]}]},
        "regions",
        ["Europe"],
    ),
    (
        "another galaxy is a label",
        {"Tag": tags('misp-galaxy:surveillance-vendor="x"')},
        "labels",
        ["surveillance-vendor: x"],
    ),
    (
        "a tag of another taxonomy is a label, TLP is none",
        {"Tag": tags("tlp:white", "type:OSINT", "tlp:ex:chr")},
        "labels",
        ["type:OSINT", "tlp:ex:chr"],
    ),
]


def shows(parts: list[Any], expected: list[Any]) -> bool:
    return len(parts) == len(expected) and all(
        want.items() <= part.items() if isinstance(want, dict) else want == part
        for part, want in zip(parts, expected, strict=True)
    )


@pytest.mark.parametrize(
    ("one", "field", "expected"), [case[1:] for case in ATTRIBUTES], ids=[case[0] for case in ATTRIBUTES]
)
def test_an_attribute_becomes_part_of_the_report(one: dict[str, Any], field: str, expected: list[Any]) -> None:
    """Alone and, where it is no remark, inside an object."""
    parts: Any = report_to_dict(read(event(one, Tag=tags("tlp:green"))))[field]
    assert shows(parts, expected), parts
    if field != "notes":
        inside = read(event(Object=[{"name": "file", "Attribute": [one]}], Tag=tags("tlp:green")))
        assert report_to_dict(inside)[field] == parts


@pytest.mark.parametrize(("fields", "field", "expected"), [case[1:] for case in TAGS], ids=[case[0] for case in TAGS])
def test_a_tag_or_cluster_says_something_of_the_report(fields: dict[str, Any], field: str, expected: list[Any]) -> None:
    """On the event and on any attribute alike."""
    for tree in (event(**fields), event(attribute("md5", "aa", **fields))):
        parts: Any = report_to_dict(read(tree))[field]
        assert shows(parts, expected), parts


def test_the_heading_of_an_event() -> None:
    report = read(
        event(
            date="2026-11-24",
            timestamp="1795520000",
            publish_timestamp=1795520001,
            published=True,
            threat_level_id=2,
            analysis="1",
            distribution="3",
            Orgc={"name": "CERT Crimson"},
            Org={"name": "Host"},
        )
    )
    assert (report.title, report.producer) == ("Night on the grid", "CERT Crimson")
    assert (report.created, report.modified) == ("2026-11-24T00:00:00Z", "2026-11-24T11:33:20Z")
    assert report.published == "2026-11-24T11:33:21Z"
    assert (report.threat_level, report.analysis) == ("medium", "ongoing")
    assert report.markings == ["MISP distribution: all communities"]


def test_an_event_that_is_not_published_has_no_date_of_it() -> None:
    assert read(event(published=False, publish_timestamp="1795520001")).published is None


def test_first_and_last_seen_are_the_outermost_of_all_in_utc() -> None:
    report = read(
        event(
            attribute("md5", "aa", 1000, first_seen="2026-11-24T12:00:00.000000+01:00"),
            attribute("md5", "bb", 1001, first_seen="2026-11-24T11:30:00Z", last_seen="2026-11-24T13:00:00-01:00"),
        )
    )
    assert (report.first_seen, report.last_seen) == ("2026-11-24T11:00:00Z", "2026-11-24T14:00:00Z")


def test_the_tag_of_an_object_is_for_its_attributes_and_the_strictest_for_the_report() -> None:
    parts = [attribute("md5", "aa", 1000), attribute("sha1", "bb", 1001, Tag=tags("tlp:red"))]
    box = {"name": "file", "uuid": uuid(50), "Tag": tags("tlp:amber"), "Attribute": parts}
    report = read(event(attribute("port", "1"), Object=[box], Tag=tags("tlp:white")))
    assert [one.marking for one in report.observables] == ["CLEAR", "AMBER", "RED"]
    assert (report.own_marking, report.marking) == ("CLEAR", "RED")
    assert report.object_counts == {"attribute": 3, "event": 1, "object:file": 1}


def test_a_text_inside_an_object_is_no_note_and_an_event_report_is() -> None:
    written = {"uuid": uuid(60), "name": "Story", "content": "# Night", "Tag": tags("tlp:red")}
    box = {"name": "pe-section", "Attribute": [attribute("text", ".text")]}
    report = read(event(Object=[box], EventReport=[written], Tag=tags("tlp:green")))
    assert [(note.kind, note.title, note.marking) for note in report.notes] == [("event-report", "Story", "RED")]
    assert report.marking == "RED"


def test_what_was_left_out_is_said() -> None:
    report = read(event(attribute("md5", "aa", deleted="1"), ShadowAttribute=[{}, {}], Object=[]))
    assert report.warnings == [
        f"{uuid(1)}: 2 proposals to change the event were left out",
        f"{uuid(1)}: 1 deleted attributes or objects were left out",
    ]


ONE, TWO = event(), event(number=2, info="Second")


@pytest.mark.parametrize(
    ("sentence", "tree"),
    [
        ("an event in its member", ONE),
        ("a bare event", ONE["Event"]),
        ("a response with a list", {"response": [ONE]}),
        ("a response with one", {"response": ONE}),
        ("a list of events", [ONE]),
        ("a list of bare events", [ONE["Event"]]),
    ],
)
def test_the_wrappings_of_misp(sentence: str, tree: Any) -> None:
    report = read(tree)
    assert (report.format, report.title) == ("misp", "Night on the grid"), sentence


@pytest.mark.parametrize("tree", [{"response": [ONE, TWO]}, [ONE, TWO], [ONE["Event"], TWO]])
def test_several_events_are_not_one_report(tree: Any) -> None:
    with pytest.raises(SeveralEvents, match=r"holds 2 MISP events \(Night on the grid; Second\)"):
        read(tree)


def test_several_events_can_be_read_as_several_reports() -> None:
    reports = read_reports(json.dumps({"response": [ONE, TWO]}).encode())
    assert [report.title for report in reports] == ["Night on the grid", "Second"]
