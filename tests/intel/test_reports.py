"""The seven reports that ship with the demo, against their raw JSON and against what a person reads in them."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from verbale.intel import Report, read_report, read_report_file, report_to_dict

from .builders import MISP_REPORTS, REPORTS, STIX_REPORTS, raw, raw_bytes

FACTS: dict[str, dict[str, Any]] = {
    "conti-cisa-alert": {
        "title": "Conti CISA Alert",
        "producer": "Dr. Desiree Beck",
        "created": "2022-10-27T02:44:54.520Z",
        "modified": "2022-12-21T21:12:06.367Z",
        "published": None,
        "marking": None,
    },
    "conti-ransomware": {
        "title": "Conti Ransomware",
        "summary": "Based on DFIR report",
        "producer": "Alaa Nasser",
        "modified": "2022-12-21T22:02:43.629Z",
        "marking": None,
    },
    "swift-heist": {
        "title": "SWIFT Heist",
        "summary": "A financial crime involving the SWIFT banking network.",
        "producer": "Lauren Parker",
        "modified": "2023-01-04T17:57:45.151Z",
    },
    "whispergate": {
        "title": "WhisperGate",
        "producer": "Mia Sanchez",
        "modified": "2023-01-04T22:19:56.102Z",
        "first_seen": "2022-01-01T05:00:00Z",
        "last_seen": None,
    },
    "cerber-ransomware": {
        "title": "Cerber Ransomware",
        "producer": "CIRCL",
        "created": "2016-03-10T00:00:00Z",
        "modified": "2016-03-10T10:20:35Z",
        "published": "2019-02-20T09:13:19Z",
        "threat_level": "low",
        "analysis": "initial",
        "marking": "CLEAR",
    },
    "qakbot-emotet": {
        "title": "OSINT - Mitigating and eliminating info-stealing Qakbot and Emotet in corporate networks",
        "created": "2017-11-06T00:00:00Z",
        "modified": "2017-11-20T13:25:52Z",
        "published": None,
        "analysis": "completed",
        "labels": ["type:OSINT", 'osint:source-type="blog-post"'],
        "marking": "CLEAR",
    },
    "samsam-mar-10164494": {
        "title": "MAR-10164494.r1.v1 (SamSam ransomware)",
        "created": "2018-11-27T00:00:00Z",
        "published": "2019-02-20T09:17:57Z",
        "marking": "CLEAR",
    },
}
"""What stands in the files, copied by hand; epoch seconds were turned into UTC with `date -u`."""

ATTACK = {
    "conti-cisa-alert": "T1566.001 T1204 T1078 T1057 T1558.003 T1110 T1203 T1486 T1566.002",
    "conti-ransomware": "T1566.001 T1059.007 T1105 T1218.011 T1033 T1018 T1069 T1134 T1021.002 T1046 T1021.001 "
    "T1087.002 T1484.001 T1486",
    "swift-heist": "T1566 T1068 T1078 T1105 T1070.004 T1562.001",
    "whispergate": "T1078 T1105 T1542.003 T1059.001 T1036 T1027 T1059.005 T1140 T1055 T1218.004 T1082 T1049 T1485 "
    "T1070.004 T1529",
}
"""Pinned, so that a change of the order is seen; that it is an order of the attack is the test's to check."""

NAMES = {
    "conti-ransomware": {"malware": ["IcedID DLL"], "infrastructure": ["Proxy"]},
    "swift-heist": {"actors": ["Maia Santos-Deguito", "Kam Sin (Kim) Wong", "Michael and Salud Bautista"]},
    "whispergate": {"actors": ["DEV-0586", "Ukraine WhisperGate"], "infrastructure": ["162.159.135.233"]},
    "qakbot-emotet": {"malware": ["Qakbot"], "tools": ["Emotet"]},
    "samsam-mar-10164494": {"malware": ["SamSam", "Samas-Samsam"], "tools": []},
}

LISTS = {
    "actors": {"threat-actor", "intrusion-set", "campaign"},
    "malware": {"malware"},
    "tools": {"tool"},
    "infrastructure": {"infrastructure"},
    "relationships": {"relationship"},
    "courses_of_action": {"course-of-action"},
    "notes": {"note", "opinion"},
    "vulnerabilities": {"vulnerability"},
    "indicators": {"indicator"},
}
"""Which STIX types fill which list of a report."""

MISP_WORDS = {
    "ip-dst": ["ipv4"],
    "hostname": ["domain"],
    "malware-sample": ["filename", "md5"],
    "filename|sha1": ["filename", "sha1"],
    "filename|sha256": ["filename", "sha256"],
    "regkey": ["registry-key"],
    **{name: [name] for name in ("md5", "sha1", "sha256", "sha512", "ssdeep", "filename", "port", "url", "btc")},
}
"""What each attribute type of the three events gives; a type that is not here gives nothing to look for."""


def shipped(name: str) -> Report:
    return read_report(raw_bytes(name), name=f"{name}.json")


def all_attributes(tree: dict[str, Any]) -> list[dict[str, Any]]:
    event = tree["Event"]
    inner = [attribute for obj in event.get("Object", []) for attribute in obj["Attribute"]]
    return [*event.get("Attribute", []), *inner]


def led_to(obj: dict[str, Any]) -> list[str]:
    refs: list[str] = []
    for field in ("effect_refs", "on_true_refs", "on_false_refs"):
        refs += obj.get(field) or []
    return refs


def test_every_shipped_report_is_covered_here() -> None:
    assert {path.stem for path in REPORTS.glob("*.json")} == {*STIX_REPORTS, *MISP_REPORTS} == FACTS.keys()


@pytest.mark.parametrize("name", FACTS)
def test_a_shipped_report_says_what_its_file_says(name: str) -> None:
    report = shipped(name)
    assert {field: getattr(report, field) for field in FACTS[name]} == FACTS[name]
    assert report.format == ("stix" if name in STIX_REPORTS else "misp")
    assert report.sectors == report.victims == report.vulnerabilities == [], "none of the seven names any"
    assert report.not_understood == []


@pytest.mark.parametrize("name", FACTS)
def test_file_and_bytes_give_the_same_report_and_plain_json(name: str, tmp_path: Path) -> None:
    report = shipped(name)
    assert read_report_file(REPORTS / f"{name}.json") == report
    plain = json.loads(json.dumps(report_to_dict(report)))
    assert list(plain) == list(Report.__struct_fields__)
    assert plain == report_to_dict(report)


@pytest.mark.parametrize("name", STIX_REPORTS)
def test_the_techniques_of_a_flow_are_those_of_its_actions_in_the_order_of_the_attack(name: str) -> None:
    found = [technique.id for technique in shipped(name).techniques]
    written = re.findall(r'"technique_id": ?"(T\d{4}(?:\.\d{3})?)"', raw_bytes(name).decode())
    assert set(found) == set(written), "read off the bytes, without any JSON"
    assert len(found) == len(set(found)), "each once"
    assert found == ATTACK[name].split()


@pytest.mark.parametrize("name", STIX_REPORTS)
def test_no_technique_comes_before_one_that_is_fewer_steps_from_the_start(name: str) -> None:
    objects = {obj["id"]: obj for obj in raw(name)["objects"]}
    steps = {ref: 0 for obj in objects.values() for ref in obj.get("start_refs", [])}
    for distance in range(1, len(objects)):
        edges = [ref for known in list(steps) for ref in led_to(objects[known])]
        steps.update({ref: distance for ref in edges if ref not in steps})
    found = [steps.get(technique.source_id, len(objects)) for technique in shipped(name).techniques]
    assert found == sorted(found)
    assert found[0] == 0


@pytest.mark.parametrize("name", STIX_REPORTS)
def test_an_action_without_a_technique_is_warned_of(name: str) -> None:
    actions = [obj for obj in raw(name)["objects"] if obj["type"] == "attack-action"]
    bare = {obj["id"] for obj in actions if not re.fullmatch(r"T[\d.]+", obj.get("technique_id") or "")}
    assert {warning.split(":")[0] for warning in shipped(name).warnings} == bare


@pytest.mark.parametrize("name", STIX_REPORTS)
def test_each_list_holds_the_objects_of_its_types(name: str) -> None:
    objects = raw(name)["objects"]
    report = shipped(name)
    for field, types in LISTS.items():
        assert [part.id for part in getattr(report, field)] == [o["id"] for o in objects if o["type"] in types], field
    assert report.object_counts == Counter(obj["type"] for obj in objects)
    assert set(report.object_counts) & {"directory", "process", "user-account"} <= {
        observable.id.split("--")[0] for observable in report.observables
    }


@pytest.mark.parametrize("name", STIX_REPORTS)
def test_references_are_the_flows_and_not_those_about_the_format(name: str) -> None:
    flow = next(obj for obj in raw(name)["objects"] if obj["type"] == "attack-flow")
    expected = [(one["source_name"].strip(), one["url"]) for one in flow["external_references"]]
    assert [(one.title, one.url) for one in shipped(name).references] == expected
    assert not any("attack-flow" in one.url for one in shipped(name).references)


@pytest.mark.parametrize("name", NAMES)
def test_who_and_what_is_named(name: str) -> None:
    report = shipped(name)
    assert {field: [part.name for part in getattr(report, field)] for field in NAMES[name]} == NAMES[name]


@pytest.mark.parametrize("name", MISP_REPORTS)
def test_attributes_to_look_for_are_indicators_and_the_others_observables(name: str) -> None:
    expected: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for attribute in all_attributes(raw(name)):
        expected[attribute["to_ids"]].update(MISP_WORDS.get(attribute["type"], []))
    report = shipped(name)
    assert Counter(indicator.kind for indicator in report.indicators) == expected[True]
    assert Counter(observable.type for observable in report.observables) == expected[False]


@pytest.mark.parametrize("name", MISP_REPORTS)
def test_every_value_of_an_event_is_one_that_its_file_holds(name: str) -> None:
    halves = {half for attribute in all_attributes(raw(name)) for half in attribute["value"].split("|")}
    report = shipped(name)
    assert {part.value for part in [*report.indicators, *report.observables]} <= halves
    links = {a["value"] for a in all_attributes(raw(name)) if a["type"] == "link"}
    assert {reference.url for reference in report.references} == links
    assert report.object_counts["attribute"] == len(all_attributes(raw(name)))


@pytest.mark.parametrize("name", MISP_REPORTS)
def test_an_event_tagged_white_is_clear_throughout(name: str) -> None:
    assert {"name": "tlp:white"}.items() <= next(
        tag for tag in raw(name)["Event"]["Tag"] if tag["name"].startswith("tlp:")
    ).items()
    report = shipped(name)
    parts = [*report.indicators, *report.observables, *report.references, *report.notes, *report.origins]
    assert {part.marking for part in parts} == {"CLEAR"}
    assert report.own_marking == "CLEAR"
