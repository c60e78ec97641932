"""MISP events to STIX objects and back: the same attributes with the same UUIDs, objects that the standard allows."""

import json
from typing import Any

import pytest
import stix2
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel import BadObject
from verbale.intel.misp_in import objects_of, tlp_marking
from verbale.intel.misp_map import HASH_NAMES, TYPE_PATHS
from verbale.intel.misp_out import event_of
from verbale.intel.objects import check, remarks

from .builders import MISP_REPORTS, TLP2, Json, attribute, event, raw, tags, uuid


def objects(tree: Json) -> list[Json]:
    found = objects_of(tree).objects
    for obj in found:
        check(json.dumps(obj, ensure_ascii=False).encode())
    return found


def one(tree: Json, kind: str) -> Json:
    (found,) = [obj for obj in objects(tree) if obj["type"] == kind]
    return found


Told = set[tuple[str, str, str, bool, str]]


def attributes(tree: Json) -> Told:
    inside = tree["Event"]
    found = [(a, "") for a in inside.get("Attribute", ())]
    found += [(a, a.get("object_relation", "")) for o in inside.get("Object", ()) for a in o["Attribute"]]
    return {(a["uuid"], a["type"], _written(a), bool(a.get("to_ids")), r) for a, r in found}


def _written(found: Json) -> str:
    """STIX keeps the number of an autonomous system, not the two letters before it or zeros."""
    value: str = found["value"].strip()
    number = value.upper().removeprefix("AS").strip()
    return f"AS{int(number)}" if found["type"] == "AS" and number.isascii() and number.isdigit() else value


@pytest.mark.parametrize("name", MISP_REPORTS)
def test_real_events_come_back_whole(name: str) -> None:
    tree = raw(name)
    taken = objects_of(tree)
    again = event_of(objects(tree))
    assert attributes(again.event) == attributes(tree)
    assert again.event["Event"]["uuid"] == tree["Event"]["uuid"]
    assert {o["uuid"]: o["name"] for o in again.event["Event"]["Object"]} == {
        o["uuid"]: o["name"] for o in tree["Event"].get("Object", ())
    }
    links = [r["uuid"] for o in tree["Event"].get("Object", ()) for r in o.get("ObjectReference", ())]
    assert sorted(r["uuid"] for o in again.event["Event"]["Object"] for r in o["ObjectReference"]) == sorted(links)
    assert {left.why for left in taken.not_taken} <= {"has a file with it, which is not taken"}
    assert again.left_out == []
    assert again.event["Event"]["threat_level_id"] == str(tree["Event"]["threat_level_id"])
    kept = {t["name"] for t in tree["Event"].get("Tag", ())} - {"tlp:white"}
    assert kept <= {t["name"] for t in again.event["Event"]["Tag"]}


@pytest.mark.parametrize(
    ("kind", "value", "pattern"),
    [
        ("ip-dst", "192.0.2.1", "[ipv4-addr:value = '192.0.2.1']"),
        ("ip-src", "2001:db8::1", "[ipv6-addr:value = '2001:db8::1']"),
        ("hostname", "a.example", "[domain-name:value = 'a.example']"),
        ("url", "http://a.example/it's", "[url:value = 'http://a.example/it\\'s']"),
        ("sha256", "a" * 64, f"[file:hashes.'SHA-256' = '{'a' * 64}']"),
        ("AS", "as 64496", "[autonomous-system:number = 64496]"),
        ("filename|md5", "a|" + "b" * 32, f"[file:name = 'a' AND file:hashes.'MD5' = '{'b' * 32}']"),
        (
            "ip-dst|port",
            "192.0.2.1|443",
            "[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '192.0.2.1' "
            "AND network-traffic:dst_port = 443]",
        ),
        (
            "domain|ip",
            "a.example|192.0.2.1",
            "[domain-name:value = 'a.example' AND domain-name:resolves_to_refs[*].value = '192.0.2.1']",
        ),
    ],
)
def test_what_is_looked_for_becomes_an_indicator(kind: str, value: str, pattern: str) -> None:
    found = one(event(attribute(kind, value, to_ids=True, comment="C2")), "indicator")
    assert (found["pattern"], found["id"]) == (pattern, f"indicator--{uuid(100)}")
    assert found["labels"][0] == f'misp:type="{kind}"'
    assert found["description"] == "C2"


def test_what_was_seen_becomes_observed_data() -> None:
    found = objects(event(attribute("md5", "b" * 32, comment="seen", first_seen="2026-11-01T00:00:00+00:00")))
    data = next(obj for obj in found if obj["type"] == "observed-data")
    file = next(obj for obj in found if obj["type"] == "file")
    assert data["id"] == f"observed-data--{uuid(100)}"
    assert (data["object_refs"], data["first_observed"]) == ([file["id"]], "2026-11-01T00:00:00.000Z")
    assert not [remark for remark in remarks(file) if remark.clause == "2.9"]


@pytest.mark.parametrize(
    ("kind", "value", "made"),
    [
        ("ip-dst", "198.51.100.3", stix2.IPv4Address(value="198.51.100.3")),
        ("domain", "exämple.org", stix2.DomainName(value="exämple.org")),
        ("md5", "b" * 32, stix2.File(hashes={"MD5": "b" * 32})),
        ("filename|sha256", "a|" + "b" * 64, stix2.File(name="a", hashes={"SHA-256": "b" * 64})),
        ("AS", "AS64496", stix2.AutonomousSystem(number=64496)),
        ("regkey", "HKEY_USERS\\x", stix2.WindowsRegistryKey(key="HKEY_USERS\\x")),
        ("mutex", "m", stix2.Mutex(name="m")),
        ("x509-fingerprint-sha1", "c" * 40, stix2.X509Certificate(hashes={"SHA-1": "c" * 40})),
    ],
)
def test_the_id_of_an_observable_is_that_of_the_standard(kind: str, value: str, made: Any) -> None:
    assert one(event(attribute(kind, value)), made.type)["id"] == made.id


def test_the_id_in_the_example_of_the_standard() -> None:
    # STIX 2.1 section 2.9
    found = one(event(attribute("ip-dst", "198.51.100.3")), "ipv4-addr")
    assert found["id"] == "ipv4-addr--28bb3599-77cd-5a82-a950-b5bc3caf07c4"


@pytest.mark.parametrize(
    ("kind", "value", "to_ids"),
    [("btc", "1GCaWA685Nj2PqqG7P2ZBACYZB8ZtpQuQ9", True), ("ip-dst", "no address", True), ("url", "no url", False)],
)
def test_what_stix_has_no_place_for_is_kept_under_its_own_name(kind: str, value: str, to_ids: bool) -> None:
    tree = event(attribute(kind, value, to_ids=to_ids))
    found = one(tree, "x-misp-attribute")
    assert (found["x_misp_type"], found["x_misp_value"]) == (kind, value)
    assert attributes(event_of(objects(tree)).event) == attributes(tree)


def test_markings_come_from_tags_and_never_get_looser() -> None:
    tree = event(
        attribute("domain", "a.example", 100, to_ids=True),
        attribute("domain", "b.example", 101, to_ids=True, Tag=tags("tlp:red")),
        attribute("domain", "c.example", 102, Tag=tags("tlp:red")),
        Tag=tags("tlp:amber"),
    )
    found = {obj["id"]: obj.get("object_marking_refs") for obj in objects(tree)}
    assert found[f"indicator--{uuid(100)}"] == [TLP2["AMBER"]]
    assert found[f"indicator--{uuid(101)}"] == [TLP2["RED"]]
    assert [refs for ident, refs in found.items() if ident.startswith("domain-name")] == [[TLP2["RED"]]]
    assert found[f"report--{uuid(1)}"] == [TLP2["AMBER"]]
    assert {TLP2["AMBER"], TLP2["RED"]} <= found.keys()


def test_the_same_observable_twice_has_the_stricter_marking() -> None:
    tree = event(
        attribute("domain", "a.example", 100),
        attribute("domain", "a.example", 101, Tag=tags("tlp:red")),
        attribute("domain", "a.example", 102, Tag=tags("tlp:green")),
    )
    assert one(tree, "domain-name")["object_marking_refs"] == [TLP2["RED"]]


def test_markings_of_oasis() -> None:
    for word in TLP2:
        assert check(json.dumps(tlp_marking(word)).encode()).id == TLP2[word]


def test_clusters_become_what_they_name_and_are_tied_to_their_attribute() -> None:
    technique, actor = 'misp-galaxy:mitre-attack-pattern="Phishing - T1566"', 'misp-galaxy:threat-actor="Sofacy"'
    tree = event(attribute("domain", "a.example", to_ids=True, Tag=tags(technique)), Tag=tags(actor, "grid"))
    found = one(tree, "attack-pattern")
    assert (found["name"], found["external_references"][0]["external_id"]) == ("Phishing", "T1566")
    link = one(tree, "relationship")
    assert (link["source_ref"], link["target_ref"]) == (f"indicator--{uuid(100)}", found["id"])
    assert one(tree, "threat-actor")["name"] == "Sofacy"
    assert one(tree, "report")["labels"] == ["grid"]
    other = event(attribute("domain", "b.example", 7), number=2, Tag=tags(technique))
    assert one(other, "attack-pattern")["id"] == found["id"]


def test_sightings() -> None:
    seen = [{"type": "0", "date_sighting": "1795521600", "uuid": uuid(7), "source": "CERT"}, {"type": "1"}]
    taken = objects_of(event(attribute("domain", "a.example", to_ids=True, Sighting=seen)))
    (sighting,) = [obj for obj in taken.objects if obj["type"] == "sighting"]
    assert (sighting["id"], sighting["last_seen"]) == (f"sighting--{uuid(7)}", "2026-11-24T12:00:00.000Z")
    assert [left.why for left in taken.not_taken] == ["is a false positive"]


def test_what_is_not_taken_of_an_attribute_is_listed() -> None:
    whole = {"to_ids": True, "last_seen": "2026-11-01T00:00:00Z", "data": "UEs="}
    taken = objects_of(event(attribute("filename", "a", **whole), distribution="0"))
    assert [left.why for left in taken.not_taken] == [
        "has a file with it, which is not taken",
        "says when it was last seen, which an indicator does not",
        "is limited, and no marking says so",
    ]
    marked = objects_of(event(attribute("filename", "a"), distribution="0", Tag=tags("tlp:red")))
    assert marked.not_taken == []


def test_a_galaxy_that_names_no_object_stays_a_label() -> None:
    sector = 'misp-galaxy:sector="Energy"'
    tree = event(attribute("domain", "a.example", to_ids=True, Tag=tags(sector)), Tag=tags(sector))
    assert one(tree, "report")["labels"] == [sector]
    assert one(tree, "indicator")["labels"][-1] == sector
    assert {"name": sector} in event_of(objects(tree)).event["Event"]["Tag"]


def test_references_between_elements() -> None:
    link = {"uuid": uuid(8), "referenced_uuid": uuid(100), "relationship_type": "Contained Within"}
    lost = {"uuid": uuid(9), "referenced_uuid": uuid(55), "relationship_type": "x"}
    inner = attribute("md5", "b" * 32, 101, object_relation="md5")
    box = {"uuid": uuid(7), "name": "file", "Attribute": [inner], "ObjectReference": [link, lost]}
    taken = objects_of(event(attribute("domain", "a.example", to_ids=True), Object=[box]))
    (found,) = [obj for obj in taken.objects if obj["type"] == "relationship"]
    assert (found["id"], found["source_ref"], found["target_ref"], found["relationship_type"]) == (
        f"relationship--{uuid(8)}",
        f"grouping--{uuid(7)}",
        f"indicator--{uuid(100)}",
        "contained-within",
    )
    assert [left.uuid for left in taken.not_taken] == [uuid(9)]


def test_what_is_not_taken_is_listed() -> None:
    tree = event(attribute("domain", "a.example", deleted=True), ShadowAttribute=[{"uuid": uuid(3)}])
    taken = objects_of(tree)
    assert [left.type for left in taken.not_taken] == ["domain", "ShadowAttribute", "event"]


def test_no_event() -> None:
    with pytest.raises(BadObject):
        objects_of({"Event": {"info": "x"}})


HEX = "0123456789abcdef"
LENGTHS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128, "sha3-256": 64, "sha3-512": 128}
TEXTS = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]), min_size=1, max_size=20)
PLAIN = TEXTS.map(str.strip).filter(bool)


TAGS = st.sampled_from(["tlp:red", "tlp:green", "grid", 'misp-galaxy:tool="X"'])


@st.composite
def misp_attributes(draw: st.DrawFn) -> Json:
    kind = draw(st.sampled_from([*TYPE_PATHS, *(f"filename|{h}" for h in HASH_NAMES), "btc", "yara", "text", "link"]))
    digest = kind.partition("|")[2] or kind
    if draw(st.booleans()) and digest in LENGTHS:
        value = draw(st.text(HEX, min_size=LENGTHS[digest], max_size=LENGTHS[digest]))
        value = f"{draw(PLAIN)}|{value}" if "|" in kind else value
    elif kind.startswith("ip-"):
        value = draw(st.ip_addresses().map(str) | PLAIN)
    else:
        value = f"{draw(PLAIN)}|{draw(PLAIN)}" if "|" in kind else draw(PLAIN)
    return {
        "uuid": str(draw(st.uuids(version=4))),
        "type": kind,
        "category": draw(st.sampled_from(["Network activity", "Other"])),
        "value": value,
        "to_ids": draw(st.booleans()),
        "comment": draw(TEXTS | st.just("")),
        "timestamp": str(draw(st.integers(1, 2_000_000_000))),
        "Tag": tags(
            *draw(st.lists(st.sampled_from(["tlp:red", "tlp:green", "grid", 'misp-galaxy:tool="X"']), max_size=2))
        ),
    }


@given(st.lists(misp_attributes(), min_size=1, max_size=4, unique_by=lambda a: a["uuid"]), st.data())
def test_any_event_makes_valid_objects_and_comes_back(found: list[Json], data: st.DataObject) -> None:
    tree: Json = event(*found, Tag=tags("tlp:amber"), timestamp="1795521600")
    if len(found) > 1 and data.draw(st.booleans()):
        inner = {**found[-1], "object_relation": "any"}
        tree["Event"]["Attribute"] = found[:-1]
        tree["Event"]["Object"] = [{"uuid": uuid(77), "name": "file", "Attribute": [inner]}]
    taken = objects(tree)
    assert taken == objects(tree)
    again: Any = event_of(taken).event
    assert attributes(again) == attributes(tree)
