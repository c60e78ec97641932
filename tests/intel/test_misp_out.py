"""STIX objects to a MISP event: what each becomes, what is left out, what misp-stix makes of the same bundle."""

import json
from typing import Any

import pytest
import stix2
from misp_stix_converter import ExternalSTIX2toMISPParser

from verbale.intel import read_report
from verbale.intel.misp_map import TEMPLATES, made_uuid
from verbale.intel.misp_out import Made, Organisation, event_of
from verbale.intel.objects import check

from .builders import TLP1, TLP2, Json, ref, uuid
from .test_objects import NOON, VALID, raw, sco, sdo

SHA256 = "6db12788c37247f2316052e142f42f4b259d6561751e5f401a1ae2a6df9c674b"
MD5 = "b365b9a80a06906fc9b400c06c33ff43"


def indicator(pattern: str, number: int = 1, **fields: Any) -> Json:
    value = sdo("indicator", **{"pattern": pattern, "pattern_type": "stix", "valid_from": NOON, **fields})
    return value | {"id": ref("indicator", number)}


def made(*objects: Json) -> Made:
    for obj in objects:
        check(raw(obj))
    return event_of(objects)


def event(*objects: Json) -> Json:
    found: Json = made(*objects).event["Event"]
    return found


def values(found: Json) -> list[tuple[str, str, bool]]:
    return [(a["type"], a["value"], a["to_ids"]) for a in found["Attribute"]]


def in_objects(found: Json) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (o["name"], [(a["object_relation"], a["type"], a["value"]) for a in o["Attribute"]]) for o in found["Object"]
    ]


@pytest.mark.parametrize(
    ("pattern", "attributes"),
    [
        ("[ipv4-addr:value = '192.0.2.1']", [("ip-dst", "192.0.2.1")]),
        ("[ipv6-addr:value = '2001:db8::1']", [("ip-dst", "2001:db8::1")]),
        ("[domain-name:value = 'a.example']", [("domain", "a.example")]),
        ("[url:value = 'http://a.example/it\\'s']", [("url", "http://a.example/it's")]),
        (f"[file:hashes.'SHA-256' = '{SHA256}']", [("sha256", SHA256)]),
        (f"[file:hashes.MD5 = '{MD5}']", [("md5", MD5)]),
        ("[file:name = 'a\\\\b.exe']", [("filename", "a\\b.exe")]),
        ("[autonomous-system:number = 64496]", [("AS", "AS64496")]),
        ("[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\x']", [("regkey", "HKEY_LOCAL_MACHINE\\x")]),
        (
            "[ipv4-addr:value = '192.0.2.1' OR domain-name:value = 'b.example']",
            [("ip-dst", "192.0.2.1"), ("domain", "b.example")],
        ),
        ("[file:size > 5]", [("stix2-pattern", "[file:size > 5]")]),
        ("[file:name LIKE 'a%']", [("stix2-pattern", "[file:name LIKE 'a%']")]),
        (
            "[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [file:name = 'a']",
            [("stix2-pattern", "[ipv4-addr:value = '192.0.2.1'] FOLLOWEDBY [file:name = 'a']")],
        ),
        (
            "[ipv4-addr:value = '192.0.2.1' AND url:value = 'http://a']",
            [("stix2-pattern", "[ipv4-addr:value = '192.0.2.1' AND url:value = 'http://a']")],
        ),
        ("[url:value = 'a' AND (url:value = 'b')]", [("stix2-pattern", "[url:value = 'a' AND (url:value = 'b')]")]),
    ],
)
def test_patterns_become_attributes(pattern: str, attributes: list[tuple[str, str]]) -> None:
    found = event(indicator(pattern))
    assert values(found) == [(kind, value, True) for kind, value in attributes]
    assert found["Object"] == []


@pytest.mark.parametrize(
    ("pattern", "name", "attributes"),
    [
        (
            f"[file:name = 'a.exe' AND file:hashes.MD5 = '{MD5}']",
            "file",
            [("filename", "filename", "a.exe"), ("md5", "md5", MD5)],
        ),
        (
            "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.1']",
            "domain-ip",
            [("domain", "domain", "a.example"), ("ip", "ip-dst", "192.0.2.1")],
        ),
        (
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1' "
            "AND network-traffic:dst_port = 443]",
            "network-connection",
            [("ip-dst", "ip-dst", "192.0.2.1"), ("dst-port", "port", "443")],
        ),
    ],
)
def test_comparisons_that_belong_together_become_an_object(
    pattern: str, name: str, attributes: list[tuple[str, str, str]]
) -> None:
    found = event(indicator(pattern))
    assert in_objects(found) == [(name, attributes)]
    assert found["Object"][0]["uuid"] == uuid(1)
    assert found["Object"][0]["template_uuid"] == TEMPLATES[name][0]


@pytest.mark.parametrize(
    ("language", "kind", "left"), [("yara", "yara", 0), ("suricata", "suricata", 0), ("pcre", "text", 1)]
)
def test_rules_of_other_languages(language: str, kind: str, left: int) -> None:
    found = made(indicator("rule", pattern_type=language))
    assert found.event["Event"]["Attribute"][0]["type"] == kind
    assert len(found.left_out) == left


def test_observables() -> None:
    seen = [
        sco("ipv4-addr", value="192.0.2.1"),
        sco("file", name="a.exe", size=3, hashes={"SHA-256": SHA256, "x_own": "1"}),
        sco("email-addr", value="jane@example.org"),
        sco("email-message", is_multipart=False, from_ref=ref("email-addr"), subject="Hello"),
        sco(
            "network-traffic",
            protocols=["ipv4", "tcp", "http"],
            src_ref=ref("ipv4-addr"),
            dst_port=80,
            dst_ref=ref("url"),
        )
        | {"dst_ref": ref("domain-name")},
        sco("process", command_line="x"),
        sco("x509-certificate", serial_number="1"),
        sco("directory", path="/tmp"),
    ]
    found = made(*seen)
    assert values(found.event["Event"]) == [
        ("ip-dst", "192.0.2.1", False),
        ("email", "jane@example.org", False),
        ("text", "/tmp", False),
    ]
    assert in_objects(found.event["Event"]) == [
        (
            "file",
            [("filename", "filename", "a.exe"), ("size-in-bytes", "size-in-bytes", "3"), ("sha256", "sha256", SHA256)],
        ),
        ("email", [("from", "email-src", "jane@example.org"), ("subject", "email-subject", "Hello")]),
        (
            "network-connection",
            [
                ("ip-src", "ip-src", "192.0.2.1"),
                ("dst-port", "port", "80"),
                ("layer3-protocol", "text", "IPV4"),
                ("layer4-protocol", "text", "TCP"),
                ("layer7-protocol", "text", "HTTP"),
            ],
        ),
        ("process", [("command-line", "text", "x")]),
        ("x509", [("serial-number", "text", "1")]),
    ]
    assert [left.why for left in found.left_out] == ["has a digest by x_own, which MISP's file object does not know"]


def test_actors_and_their_kin_become_clusters_of_event_and_attribute() -> None:
    technique = sdo(
        "attack-pattern",
        name="Phishing",
        external_references=[{"source_name": "mitre-attack", "external_id": "T1566.001"}],
    )
    malware = sdo("malware", name="Locky", is_family=True, malware_types=["ransomware"], aliases=["Osiris"])
    link = sdo("relationship", relationship_type="indicates", source_ref=ref("indicator"), target_ref=ref("malware"))
    found = made(indicator("[file:name = 'a']"), technique, malware, sdo("threat-actor", name="A"), link)
    inside = found.event["Event"]
    assert [t["name"] for t in inside["Tag"]] == [
        'misp-galaxy:mitre-attack-pattern="Phishing - T1566.001"',
        'misp-galaxy:ransomware="Locky"',
        'misp-galaxy:threat-actor="A"',
    ]
    assert inside["Attribute"][0]["Tag"] == [{"name": 'misp-galaxy:ransomware="Locky"'}]
    assert inside["Galaxy"][1]["GalaxyCluster"][0]["meta"]["synonyms"] == ["Osiris"]
    assert found.left_out == []


def test_markings_become_tags_and_the_event_has_the_strictest() -> None:
    amber = indicator("[file:name = 'a']", object_marking_refs=[TLP1["AMBER"]])
    strict = indicator("[file:name = 'b']", 2, object_marking_refs=[TLP2["AMBER+STRICT"]])
    part = [{"selectors": ["pattern"], "marking_ref": TLP2["RED"]}]
    red = indicator("[file:name = 'c']", 3, granular_markings=part)
    unknown = indicator("[file:name = 'd']", 4, object_marking_refs=[ref("marking-definition", 7)])
    found = event(amber, strict, red, unknown, indicator("[file:name = 'e']", 5))
    assert [[t["name"] for t in a["Tag"]] for a in found["Attribute"]] == [
        ["tlp:amber"],
        ["tlp:amber+strict"],
        ["tlp:red"],
        ["tlp:amber"],
        [],
    ]
    assert found["Tag"] == [{"name": "tlp:red"}]
    assert read_report(json.dumps({"Event": found}).encode(), name="x").own_marking == "RED"


def test_the_report_is_the_event() -> None:
    report = sdo(
        "report",
        name="Night on the grid",
        published=NOON,
        object_refs=[ref("indicator"), ref("tool")],
        created_by_ref=ref("identity"),
        description="What happened.",
        labels=["grid"],
        external_references=[{"source_name": "blog", "url": "https://example.org/1"}],
        object_marking_refs=[TLP2["GREEN"]],
    )
    found = made(report | {"id": ref("report", 9)}, VALID["identity"], VALID["indicator"])
    inside = found.event["Event"]
    assert (inside["uuid"], inside["info"], inside["published"]) == (uuid(9), "Night on the grid", True)
    assert inside["Orgc"] == {"name": "CERT", "uuid": uuid(1)}
    assert [t["name"] for t in inside["Tag"]] == ["grid", "tlp:green"]
    assert inside["EventReport"][0]["content"] == "What happened."
    assert values(inside) == [("link", "https://example.org/1", False), ("ip-dst", "192.0.2.1", True)]
    assert [left.why for left in found.left_out] == [f"refers to {ref('tool')}, which is not among the objects"]


def test_sightings_relations_and_times() -> None:
    file = sco("file", name="a", size=1)
    address = sco("ipv4-addr", value="192.0.2.1")
    sighting = sdo(
        "sighting", sighting_of_ref=ref("indicator"), last_seen=NOON, where_sighted_refs=[ref("identity")], count=2
    )
    link = sdo("relationship", relationship_type="related-to", source_ref=ref("file"), target_ref=ref("ipv4-addr"))
    back = link | {"id": ref("relationship", 2), "source_ref": ref("ipv4-addr"), "target_ref": ref("file")}
    found = made(
        file,
        address,
        VALID["indicator"],
        VALID["identity"],
        sighting,
        link,
        back,
        VALID["observed-data"],
        VALID["tool"],
    )
    inside = found.event["Event"]
    target = next(a["uuid"] for a in inside["Attribute"] if a["type"] == "ip-dst" and not a["to_ids"])
    assert inside["Object"][0]["ObjectReference"][0]["referenced_uuid"] == target
    assert inside["Object"][0]["Attribute"][0]["first_seen"] == NOON
    (seen,) = next(a["Sighting"] for a in inside["Attribute"] if a["to_ids"])
    assert (seen["source"], seen["date_sighting"]) == ("CERT", "1795521600")
    assert {left.type: left.why for left in found.left_out} == {
        "identity": "is an identity that is neither the event's maker nor its target",
        "sighting": "counts 2 times, of which MISP keeps one",
        "relationship": "starts at an attribute, and MISP has references from objects only",
    }


def test_revoked_and_older_versions() -> None:
    gone = indicator("[file:name = 'a']", revoked=True)
    old, new = indicator("[file:name = 'b']", 2), indicator("[file:name = 'c']", 2, modified="2026-11-24T12:00:00.001Z")
    found = made(gone, new, old)
    assert values(found.event["Event"]) == [("filename", "c", True)]
    assert [left.why for left in found.left_out] == ["is revoked by its maker"]


def test_nothing_is_dropped_silently() -> None:
    for kind, obj in VALID.items():
        found = made(obj)
        inside = found.event["Event"]
        somewhere = bool(inside["Attribute"] or inside["Object"] or inside["Galaxy"] or inside["EventReport"])
        assert somewhere or found.left_out or kind in ("report", "grouping"), kind


def test_properties_without_a_place_are_listed() -> None:
    told = indicator(
        "[file:name = 'a']",
        lang="fr",
        indicator_types=["benign"],
        created_by_ref=ref("identity"),
        external_references=[{"source_name": "x", "description": "y"}],
    )
    other = VALID["tool"] | {"created_by_ref": ref("identity", 2), "tool_version": "1"}
    assert [(left.type, left.why) for left in made(told, other).left_out] == [
        ("indicator", "says what has no place in an event: lang, indicator_types, external_references"),
        ("indicator", f"was made by {ref('identity')}, who is not the maker of the event"),
        ("tool", "says what has no place in an event: tool_version"),
        ("tool", f"was made by {ref('identity', 2)}, who is not the maker of the event"),
    ]


def test_uuids_are_kept_or_made_and_the_same_every_time() -> None:
    first = indicator("[file:name = 'a']") | {"id": "indicator--00000001-0000-1000-8000-000000000000"}
    twin = sco("ipv4-addr", value="192.0.2.1")
    same = VALID["indicator"]
    one, two = event(first, same, twin), event(first, same, twin)
    assert one == two
    assert one["Attribute"][0]["uuid"] == made_uuid(first["id"])
    assert one["Attribute"][1]["uuid"] == uuid(1)
    assert len({a["uuid"] for a in one["Attribute"]}) == 3


def test_who_gives_it_out_when_nobody_made_it() -> None:
    found = event_of([VALID["tool"]], info="Tools", organisation=Organisation("CERT-XX", uuid(5))).event["Event"]
    assert (found["info"], found["Orgc"]) == ("Tools", {"name": "CERT-XX", "uuid": uuid(5)})


BUNDLE = [
    indicator("[ipv4-addr:value = '192.0.2.1']", 1),
    indicator("[domain-name:value = 'a.example']", 2),
    indicator("[url:value = 'http://a.example/x']", 3),
    indicator(f"[file:hashes.'SHA-256' = '{SHA256}']", 4),
    indicator(f"[file:name = 'a.exe' AND file:hashes.MD5 = '{MD5}']", 5),
    indicator("[email-addr:value = 'jane@example.org']", 6),
    indicator("[ipv4-addr:value = '192.0.2.3' OR ipv4-addr:value = '192.0.2.4']", 7),
    indicator("[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\\\x']", 8),
    indicator("[mutex:name = 'm']", 9),
    indicator("[ipv6-addr:value = '2001:db8::1']", 10),
    indicator("[domain-name:value = 'b.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.5']", 11),
    indicator("[process:command_line = 'x']", 12),
    indicator("[autonomous-system:number = 64496]", 13),
    indicator("[mac-addr:value = '00:00:ab:cd:ef:01']", 14),
    indicator("[x-own:value = 'x']", 15),
    indicator("[file:size > 5]", 16),
    sco("file", name="z.dll", size=12, hashes={"MD5": MD5[::-1]}),
    sco("ipv4-addr", value="192.0.2.6"),
    sco("network-traffic", protocols=["tcp"], dst_ref=ref("ipv4-addr"), dst_port=443),
    sco("url", value="http://z.example/"),
    sdo(
        "observed-data",
        first_observed=NOON,
        last_observed=NOON,
        number_observed=1,
        object_refs=[ref("file"), ref("network-traffic"), ref("url"), ref("ipv4-addr")],
    ),
    VALID["malware"],
    VALID["threat-actor"],
]

DIFFERENCES = {
    ("email", "jane@example.org"): "an address whose direction is not known is `email` here, `email-dst` there",
    ("email-dst", "jane@example.org"): "the same, there",
    ("stix2-pattern", "[process:command_line = 'x']"): "a pattern for a process is kept as one here",
    ("text", "x"): "the same, there as an object `process`",
    ("text", "X"): "a malware is a galaxy cluster here, there an object too",
    ("boolean", "True"): "the same: whether it is a family",
    ("text", "stix 2.1"): "there a pattern is an object that also tells its version",
}


def test_misp_stix_makes_the_same_attributes_of_the_same_bundle() -> None:
    report = sdo("report", name="R", published=NOON, object_refs=[obj["id"] for obj in BUNDLE])
    bundle = {"type": "bundle", "id": ref("bundle"), "objects": [*BUNDLE, report]}
    parser = ExternalSTIX2toMISPParser()
    parser.load_stix_bundle(stix2.parse(bundle, allow_custom=True))
    parser.parse_stix_bundle()
    theirs = {(a.type, str(a.value)) for a in parser.misp_event.attributes}
    theirs |= {(a.type, str(a.value)) for o in parser.misp_event.objects for a in o.attributes}
    found = event(*BUNDLE, report)
    ours = {(kind, value) for kind, value, _ in values(found)}
    ours |= {(kind, value) for _, parts in in_objects(found) for _, kind, value in parts}
    assert ours ^ theirs == set(DIFFERENCES)
    # All but the first, whose UUID is also that of the observables here
    kept = {a.uuid: str(a.value) for a in parser.misp_event.attributes if a.uuid != uuid(1)}
    mine = {a["uuid"]: a["value"] for a in found["Attribute"]}
    assert len(kept.keys() & mine.keys()) == 9
    assert all(mine[number] == kept[number] for number in kept.keys() & mine.keys() if "@" not in kept[number])
