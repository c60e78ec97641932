"""STIX 2.1: what each type of object becomes, in bundles of a few objects."""

import json
from typing import Any

import pytest

from verbale.intel import read_report, report_to_dict

from .builders import (
    NOON,
    TLP2,
    bundle,
    indicator,
    link,
    read,
    read_objects,
    ref,
    report_object,
    sco,
    sdo,
    uuid,
)

MALWARE = sdo("malware", name="BlackEnergy", is_family=True, malware_types=["backdoor"], description="A\r\nB")
MARKED = {"object_marking_refs": [TLP2["RED"]]}

OBJECTS: list[tuple[str, list[Any], str, list[dict[str, Any]]]] = [
    ("a malware keeps name and sorts", [MALWARE], "malware", [{"name": "BlackEnergy", "kinds": ["backdoor"]}]),
    ("lines of a description stay, line ends become one", [MALWARE], "malware", [{"description": "A\nB"}]),
    ("a tool", [sdo("tool", name="PsExec", tool_types=["remote-access"])], "tools", [{"kinds": ["remote-access"]}]),
    (
        "threat actor, intrusion set and campaign are actors of their kind",
        [
            sdo("threat-actor", name="Sandworm", aliases=["Voodoo Bear"]),
            sdo("intrusion-set", name="G0034"),
            sdo("campaign", name="Grid 2015"),
        ],
        "actors",
        [{"kind": "threat-actor", "aliases": ["Voodoo Bear"]}, {"kind": "intrusion-set"}, {"kind": "campaign"}],
    ),
    (
        "a vulnerability has its CVE id from the reference",
        [sdo("vulnerability", name="x", external_references=[{"source_name": "cve", "external_id": "CVE-2020-0601"}])],
        "vulnerabilities",
        [{"cve": "CVE-2020-0601", "name": "x"}],
    ),
    ("or from the name", [sdo("vulnerability", name="cve-2020-0601")], "vulnerabilities", [{"cve": "CVE-2020-0601"}]),
    ("or none", [sdo("vulnerability", name="Zerologon")], "vulnerabilities", [{"cve": ""}]),
    (
        "an infrastructure called by its address is an observable too",
        [sdo("infrastructure", name="192.0.2.7")],
        "observables",
        [{"type": "ipv4", "value": "192.0.2.7"}],
    ),
    ("one called by a word is not", [sdo("infrastructure", name="C2")], "observables", []),
    ("a course of action", [sdo("course-of-action", name="Patch")], "courses_of_action", [{"name": "Patch"}]),
    (
        "note and opinion are notes",
        [
            sdo("note", abstract="Seen", content="At night", object_refs=[MALWARE["id"]]),
            sdo("opinion", opinion="agree", explanation="We saw it too", object_refs=[MALWARE["id"]]),
        ],
        "notes",
        [{"kind": "note", "title": "Seen", "text": "At night"}, {"kind": "opinion", "title": "agree"}],
    ),
    (
        "an indicator keeps its pattern, its times and its phases",
        [
            indicator(
                name="C2",
                valid_until="2027-01-01T00:00:00.500000Z",
                kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "impact"}],
            )
        ],
        "indicators",
        [
            {
                "kind": "stix-pattern",
                "value": "[ipv4-addr:value = '192.0.2.1']",
                "valid_from": NOON,
                "valid_until": "2027-01-01T00:00:00.500Z",
                "kill_chain": ["mitre-attack:impact"],
            }
        ],
    ),
    (
        "a pattern in another language is kept unread",
        [indicator(pattern="rule x { condition: true }", pattern_type="yara")],
        "indicators",
        [{"kind": "yara", "pattern_type": "yara", "value": "rule x { condition: true }"}],
    ),
    (
        "an attack pattern is a technique with its tactics",
        [
            sdo(
                "attack-pattern",
                name="Phishing",
                external_references=[{"source_name": "mitre-attack", "external_id": "t1566"}],
                kill_chain_phases=[{"kill_chain_name": "mitre-attack", "phase_name": "initial-access"}],
            )
        ],
        "techniques",
        [{"id": "T1566", "name": "Phishing", "tactics": ["initial-access"]}],
    ),
    (
        "a step of a flow gives the technique, the attack pattern its name",
        [
            sdo("attack-action", name="Mail", technique_id="T1566", tactic_id="TA0001", confidence=80),
            sdo(
                "attack-pattern",
                name="Phishing",
                external_references=[{"source_name": "mitre-attack", "external_id": "T1566"}],
            ),
        ],
        "techniques",
        [{"id": "T1566", "name": "Phishing", "tactics": ["initial-access"], "confidence": 80}],
    ),
    (
        "a relationship is told by names",
        [MALWARE, sdo("tool", name="PsExec"), link(MALWARE["id"], "uses", ref("tool"))],
        "relationships",
        [{"source": "BlackEnergy", "verb": "uses", "target": "PsExec"}],
    ),
    (
        "a sighting says who saw it",
        [
            MALWARE,
            sdo("identity", name="CERT"),
            sdo("sighting", sighting_of_ref=MALWARE["id"], where_sighted_refs=[ref("identity")]),
        ],
        "relationships",
        [{"source": "CERT", "verb": "sighted", "target": "BlackEnergy"}],
    ),
    (
        "a relation is marked as strictly as either end",
        [MALWARE, sdo("tool", name="PsExec", **MARKED), link(MALWARE["id"], "uses", ref("tool"))],
        "relationships",
        [{"marking": "RED"}],
    ),
    (
        "an external reference",
        [report_object(external_references=[{"source_name": "CERT", "url": "https://example.org/1"}])],
        "references",
        [{"title": "CERT", "url": "https://example.org/1"}],
    ),
    (
        "an address that is none of the web's makes no reference",
        [report_object(external_references=[{"source_name": "CERT", "url": "javascript:alert(1)"}])],
        "references",
        [],
    ),
    (
        "an object of an unknown type is listed",
        [sdo("x-grid", name="Substation", **MARKED)],
        "not_understood",
        [{"id": ref("x-grid"), "type": "x-grid", "marking": "RED"}],
    ),
    ("an unknown type needs no id", [{"type": "x-grid", "id": 7}], "not_understood", [{"id": "objects[0]"}]),
    (
        "an unknown extension is listed once, its object read",
        [
            {**MALWARE, "extensions": {ref("extension-definition", 9): {"extension_type": "property-extension"}}},
            sdo("tool", name="x", extensions={ref("extension-definition", 9): {}}),
        ],
        "not_understood",
        [{"id": MALWARE["id"], "type": ref("extension-definition", 9)}],
    ),
    ("custom properties are passed over", [{**MALWARE, "x_color": {"a": [1]}}], "not_understood", []),
    ("and their object is read", [{**MALWARE, "x_color": {"a": [1]}}], "malware", [{"name": "BlackEnergy"}]),
    (
        "a type that only looks like a known one is not taken for it",
        [{**indicator(), "type": " indicator", "valid_from": "?"}],
        "indicators",
        [],
    ),
]

OBSERVABLES: list[tuple[dict[str, Any], list[tuple[str, str]]]] = [
    (sco("ipv4-addr", value="192.0.2.1"), [("ipv4", "192.0.2.1")]),
    (sco("ipv6-addr", value="2001:db8::1"), [("ipv6", "2001:db8::1")]),
    (sco("domain-name", value="example.org"), [("domain", "example.org")]),
    (sco("url", value="http://example.org/a"), [("url", "http://example.org/a")]),
    (sco("email-addr", value="a@example.org"), [("email", "a@example.org")]),
    (sco("mac-addr", value="00:00:5e:00:53:01"), [("mac", "00:00:5e:00:53:01")]),
    (sco("mutex", name="Global\\x"), [("mutex", "Global\\x")]),
    (sco("directory", path="C:\\temp"), [("directory", "C:\\temp")]),
    (sco("autonomous-system", number=64496), [("asn", "AS64496")]),
    (sco("software", name="Word", version="16"), [("software", "Word 16")]),
    (sco("process", command_line="cmd /c x"), [("process", "cmd /c x")]),
    (sco("user-account", user_id="1001"), [("user-account", "1001")]),
    (sco("network-traffic", protocols=["tcp"], dst_port=443), [("port", "443")]),
    (sco("email-message", is_multipart=False, subject="Hi"), [("email-subject", "Hi")]),
    (sco("file", name="a.exe", hashes={"MD5": "a", "TLSH": "b"}), [("filename", "a.exe"), ("md5", "a"), ("tlsh", "b")]),
    (sco("artifact", url="http://x.org/", hashes={"SHA-1": "cc"}), [("url", "http://x.org/"), ("sha1", "cc")]),
    (
        sco("windows-registry-key", key="HKLM\\Run", values=[{"name": "x", "data": "y"}]),
        [("registry-key", "HKLM\\Run"), ("registry-value", "x = y")],
    ),
    (sco("x509-certificate", serial_number="1", hashes={"SHA-1": "dd"}), [("x509-serial", "1"), ("x509-sha1", "dd")]),
    (sco("file", name="x\u202ecod.exe"), [("filename", "x\\u202ecod.exe")]),
]


def shows(parts: list[dict[str, Any]], expected: list[dict[str, Any]]) -> bool:
    """Whether the parts are as many as expected and each has the fields that are expected of it."""
    return len(parts) == len(expected) and all(
        want.items() <= part.items() for part, want in zip(parts, expected, strict=True)
    )


@pytest.mark.parametrize(("objects", "field", "expected"), [case[1:] for case in OBJECTS], ids=[c[0] for c in OBJECTS])
def test_an_object_becomes_part_of_the_report(objects: list[Any], field: str, expected: list[dict[str, Any]]) -> None:
    plain: Any = report_to_dict(read_objects(*objects))
    assert shows(plain[field], expected), plain[field]
    assert sum(plain["object_counts"].values()) == len(objects)


@pytest.mark.parametrize(("obj", "expected"), OBSERVABLES, ids=[case[0]["type"] for case in OBSERVABLES])
def test_an_observable_is_read_alone_and_inside_observed_data(
    obj: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    seen = read_objects(obj).observables
    assert [(one.type, one.value) for one in seen] == expected
    assert {one.id for one in seen} == {obj["id"]}
    holder = sdo("observed-data", first_observed=NOON, last_observed=NOON, number_observed=1, objects={"0": obj})
    assert [(one.type, one.value) for one in read_objects(holder).observables] == expected


def test_a_report_object_is_the_heading() -> None:
    report = read_objects(
        sdo("identity", name="CERT Crimson"),
        report_object(
            description="Two\nlines",
            report_types=["campaign"],
            labels=["grid"],
            lang="en",
            created_by_ref=ref("identity"),
        ),
        MALWARE,
    )
    assert (report.title, report.summary, report.producer) == ("Night on the grid", "Two\nlines", "CERT Crimson")
    assert (report.created, report.modified, report.published) == (NOON, NOON, NOON)
    assert (report.labels, report.languages) == (["campaign", "grid"], ["en"])


def test_a_grouping_is_a_heading_too_and_without_any_the_file_gives_its_name() -> None:
    grouping = sdo("grouping", name="Cluster 7", context="malware-analysis", object_refs=[MALWARE["id"]])
    assert read_objects(MALWARE, grouping).title == "Cluster 7"
    assert read_objects(MALWARE, name="cluster7.json").title == "cluster7.json"


def test_when_it_happened_is_told_by_what_was_seen() -> None:
    report = read_objects(
        sdo("malware", is_family=False, name="x", first_seen="2020-01-01T00:00:00Z"),
        sdo("observed-data", first_observed=NOON, last_observed="2026-11-24T12:00:00.5Z", number_observed=1),
        sdo("sighting", sighting_of_ref=ref("malware"), first_seen="2026-11-24T11:00:00Z"),
    )
    assert (report.first_seen, report.last_seen) == ("2026-11-24T11:00:00Z", "2026-11-24T12:00:00.500Z")


def test_who_was_hit_is_told_by_targets_and_not_by_who_reports() -> None:
    report = read_objects(
        sdo("identity", 1, name="CERT", sectors=["government-national"]),
        sdo("identity", 2, name="Grid operator", sectors=["energy"]),
        sdo("location", 1, country="ua"),
        report_object(created_by_ref=ref("identity", 1)),
        sdo("threat-actor", name="Sandworm"),
        link(ref("threat-actor"), "targets", ref("identity", 2), 1),
        link(ref("identity", 2), "located-at", ref("location"), 2),
    )
    assert (report.victims, report.sectors, report.countries) == (["Grid operator"], ["energy"], ["UA"])


def test_sectors_and_places_without_any_line_drawn_are_the_reports_but_names_are_not() -> None:
    report = read_objects(sdo("identity", name="?", sectors=["energy"]), sdo("location", region="eastern-europe"))
    assert (report.victims, report.sectors, report.regions) == ([], ["energy"], ["eastern-europe"])


def test_the_newest_version_of_an_object_counts_and_a_revoked_one_is_gone() -> None:
    older = {**MALWARE, "name": "Old"}
    newer = {**MALWARE, "modified": "2026-11-24T12:00:00.001Z"}
    assert [one.name for one in read_objects(newer, older).malware] == ["BlackEnergy"]
    report = read_objects(older, {**newer, "revoked": True})
    assert report.malware == []
    assert report.warnings[:2] == [
        f"{MALWARE['id']}: is revoked by its maker and was left out",
        "1 older versions of objects were passed over",
    ]


@pytest.mark.parametrize(
    ("sentence", "tree"),
    [
        ("a bundle", bundle(MALWARE)),
        ("a bundle that names its version", {**bundle(MALWARE), "spec_version": "2.1"}),
        ("a list of objects", [MALWARE]),
        ("one object alone", MALWARE),
    ],
)
def test_the_wrappings_of_stix(sentence: str, tree: Any) -> None:
    report = read(tree)
    assert (report.format, report.format_version) == ("stix", "2.1"), sentence
    assert [one.id for one in report.malware] == [f"malware--{uuid(1)}"]


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read_report(b"\xef\xbb\xbf" + json.dumps(bundle(MALWARE)).encode()) == read_objects(MALWARE)
