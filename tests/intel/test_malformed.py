"""Reports with one thing wrong: each is refused as a whole, with the object and the field named."""

from typing import Any

import pytest

from verbale.intel import BadObject, ReportError, WrongVersion

from .builders import (
    TLP2,
    attribute,
    bundle,
    event,
    indicator,
    link,
    read,
    read_objects,
    ref,
    sco,
    sdo,
    uuid,
)

DAY = "2026-01-01T00:00:00Z"
MALWARE = sdo("malware", name="x", is_family=True)


def observed(**fields: Any) -> dict[str, Any]:
    common = {"first_observed": DAY, "last_observed": DAY, "number_observed": 1}
    return sdo("observed-data", **{**common, **fields})


STIX_FAULTS: list[tuple[str, list[Any], type[ReportError], str, str, str]] = [
    ("an object that is none", [7], BadObject, "objects[0]", "", "must be an object, not a number"),
    ("no type", [{"id": ref("malware")}], BadObject, ref("malware"), "type", "is missing"),
    ("no id", [sdo("tool", name="x", id=None)], BadObject, "objects[0]", "id", "is missing"),
    ("an id without UUID", [sdo("tool", name="x", id="tool--1")], BadObject, "tool--1", "id", "is no STIX id"),
    ("an id of another type", [{**MALWARE, "type": "tool"}], BadObject, MALWARE["id"], "id", 'begins with "malware"'),
    (
        "STIX 2.0",
        [{**MALWARE, "spec_version": "2.0"}],
        WrongVersion,
        MALWARE["id"],
        "spec_version",
        '"2.0"; this is read',
    ),
    (
        "no version",
        [sdo("tool", spec_version=None)],
        WrongVersion,
        ref("tool"),
        "spec_version",
        "missing, as in STIX 2.0",
    ),
    (
        "an unknown type of 2.0",
        [{"type": "x-a", "spec_version": "2.0"}],
        WrongVersion,
        "objects[0]",
        "spec_version",
        "2.0",
    ),
    ("no created", [sdo("tool", name="x", created=None)], BadObject, ref("tool"), "created", "is missing"),
    ("no modified", [sdo("tool", name="x", modified=None)], BadObject, ref("tool"), "modified", "is missing"),
    ("no name", [sdo("tool")], BadObject, ref("tool"), "name", "is missing"),
    ("an empty name", [sdo("threat-actor", name=" ")], BadObject, ref("threat-actor"), "name", "is empty"),
    (
        "30 February",
        [{**MALWARE, "created": "2026-02-30T00:00:00Z"}],
        BadObject,
        MALWARE["id"],
        "created",
        "is no time",
    ),
    (
        "another time zone",
        [{**MALWARE, "created": "2026-02-20T00:00:00+00:00"}],
        BadObject,
        MALWARE["id"],
        "created",
        "is no",
    ),
    ("the same object twice", [MALWARE, MALWARE], BadObject, MALWARE["id"], "id", "two objects with identical content"),
    (
        "two objects of an id",
        [MALWARE, {**MALWARE, "name": "y"}],
        BadObject,
        MALWARE["id"],
        "id",
        "with different content",
    ),
    (
        "a pattern cut off",
        [indicator(pattern="[a:b = 'c'")],
        BadObject,
        ref("indicator"),
        "pattern",
        "is not a STIX pattern",
    ),
    ("an empty pattern", [indicator(pattern="")], BadObject, ref("indicator"), "pattern", "is empty"),
    (
        "a hash too short",
        [indicator(pattern="[file:hashes.MD5 = 'a']")],
        BadObject,
        ref("indicator"),
        "pattern",
        "is not a",
    ),
    (
        "a pattern too deep",
        [indicator(pattern="(" * 99)],
        BadObject,
        ref("indicator"),
        "pattern",
        "nested deeper than 32",
    ),
    (
        "a pattern too long",
        [indicator(pattern="[" + "a" * 70_000)],
        BadObject,
        ref("indicator"),
        "pattern",
        "70,001 char",
    ),
    (
        "an AS beyond all",
        [sco("autonomous-system", number=2**33)],
        BadObject,
        ref("autonomous-system"),
        "number",
        "between 0",
    ),
    ("no observation", [observed(number_observed=0)], BadObject, ref("observed-data"), "number_observed", "between 1"),
    (
        "a key without end",
        [observed(objects={"k" * 251: {}})],
        BadObject,
        ref("observed-data"),
        "objects",
        "a key of 251",
    ),
    (
        "no TLP",
        [sdo("marking-definition", definition_type="tlp", definition={"tlp": "blue"})],
        BadObject,
        ref("marking-definition"),
        "definition.tlp",
        '"blue" is no TLP',
    ),
    (
        "a granular marking of nothing",
        [{**MALWARE, "granular_markings": [{"marking_ref": TLP2["RED"]}]}],
        BadObject,
        MALWARE["id"],
        "granular_markings[0].selectors",
        "is missing or empty",
    ),
    (
        "a granular marking without mark",
        [{**MALWARE, "granular_markings": [{"selectors": ["name"]}]}],
        BadObject,
        MALWARE["id"],
        "granular_markings[0].lang",
        "is missing",
    ),
    (
        "a reference without source",
        [{**MALWARE, "external_references": [{}]}],
        BadObject,
        MALWARE["id"],
        "external_references[0].source_name",
        "is missing",
    ),
    (
        "an end that is no id",
        [link("x", "uses", MALWARE["id"])],
        BadObject,
        ref("relationship"),
        "source_ref",
        '"x" is no STIX id',
    ),
]

_STRING, _LIST, _OBJECT = "must be a string", "must be a list", "must be an object"
WRONG_TYPES: list[tuple[str, Any, str, str]] = [
    *((field, 7, field, _STRING) for field in ("type", "id", "spec_version", "created", "modified", "name", "lang")),
    *((field, ["x"], field, _STRING) for field in ("description", "first_seen", "last_seen", "created_by_ref")),
    *((field, "x", field, _LIST) for field in ("labels", "aliases", "object_marking_refs", "external_references")),
    *((field, {"a": "x"}, field, _LIST) for field in ("granular_markings", "malware_types")),
    ("labels", ["a", 1], "labels[1]", _STRING),
    ("object_marking_refs", [None], "object_marking_refs[0]", _STRING),
    ("object_marking_refs", ["x"], "object_marking_refs[0]", "is no STIX id"),
    ("external_references", [[]], "external_references[0]", _OBJECT),
    ("granular_markings", [{"marking_ref": TLP2["RED"], "selectors": "name"}], "granular_markings[0].selectors", _LIST),
    ("extensions", [], "extensions", _OBJECT),
    ("confidence", "high", "confidence", "must be a whole number"),
    ("confidence", 101, "confidence", "must be between 0 and 100"),
    ("confidence", True, "confidence", "must be a whole number, not a boolean"),
    ("revoked", "yes", "revoked", "must be true or false"),
]

MISP_FAULTS: list[tuple[str, dict[str, Any], str, str, str]] = [
    ("no uuid", event(uuid=None), "Event", "uuid", "is missing"),
    ("a uuid that is none", event(uuid="7"), "Event", "uuid", '"7" is no UUID'),
    ("no title", event(info=""), uuid(1), "info", "is empty"),
    ("a title of which nothing can be shown", event(info="\u202e\x07"), uuid(1), "info", "is empty"),
    ("a title that is none", event(info=[]), uuid(1), "info", "must be a string, not an array"),
    ("attributes that are no list", event(Attribute={}), uuid(1), "Attribute", "must be a list, not an object"),
    ("an attribute that is none", event("x"), uuid(1), "Attribute[0]", "must be an object, not a string"),
    ("an attribute without value", event(attribute("md5", None)), uuid(100), "value", "is missing"),
    ("an attribute with an empty value", event(attribute("md5", " ")), uuid(100), "value", "is empty"),
    ("an attribute without type", event(attribute(None, "x")), uuid(100), "type", "is missing"),
    ("half a composite", event(attribute("filename|md5", "x")), uuid(100), "value", 'two values joined by "|"'),
    ("to_ids in words", event(attribute("md5", "x", to_ids="no")), uuid(100), "to_ids", "must be true or false"),
    (
        "two attributes of a uuid",
        event(attribute("md5", "x"), attribute("md5", "y")),
        uuid(100),
        "uuid",
        "two elements",
    ),
    ("an attribute called as the event", event(attribute("md5", "x", 1)), uuid(1), "uuid", "stands on two elements"),
    ("a bad pattern", event(attribute("stix2-pattern", "[")), uuid(100), "value", "is not a STIX pattern"),
    ("a date that is none", event(date="24.11.2026"), uuid(1), "date", '"24.11.2026" is no date'),
    ("a time that is none", event(timestamp="noon"), uuid(1), "timestamp", "whole seconds since 1970"),
    ("a time beyond all", event(timestamp=10**12), uuid(1), "timestamp", "beyond the year 9999"),
    (
        "a time seen that is none",
        event(attribute("md5", "x", first_seen="noon")),
        uuid(100),
        "first_seen",
        "is no time",
    ),
    ("an unknown threat level", event(threat_level_id="9"), uuid(1), "threat_level_id", "must be one of 1, 2, 3, 4"),
    ("an unknown state", event(analysis=True), uuid(1), "analysis", "must be one of 0, 1, 2"),
    ("a tag without name", event(Tag=[{}]), uuid(1), "Tag[0].name", "is missing"),
    ("tags that are no list", event(attribute("md5", "x", Tag="tlp:red")), uuid(100), "Tag", "must be a list"),
    ("an object without name", event(Object=[{}]), uuid(1), "Object[0].name", "is missing"),
    (
        "a cluster without value",
        event(Galaxy=[{"GalaxyCluster": [{}]}]),
        uuid(1),
        "Galaxy[0].GalaxyCluster[0].value",
        "is missing",
    ),
    (
        "a galaxy's type without end",
        event(Galaxy=[{"type": "x" * 251}]),
        uuid(1),
        "Galaxy[0].type",
        "has 251 characters",
    ),
    ("an author who is none", event(Orgc="CERT"), uuid(1), "Orgc", "must be an object"),
]


def refused(tree: Any, error: type[ReportError], object_id: str, field: str, message: str) -> None:
    with pytest.raises(ReportError) as caught:
        read(tree)
    found = caught.value
    assert (type(found), found.object_id, found.field) == (error, object_id, field), str(found)
    assert message in str(found)
    assert str(found).startswith(f'{object_id}: field "{field}": ' if field else object_id)


@pytest.mark.parametrize("case", STIX_FAULTS, ids=[case[0] for case in STIX_FAULTS])
def test_a_malformed_stix_object_is_named_with_its_field(case: Any) -> None:
    _, objects, *expected = case
    refused(bundle(*objects), *expected)


@pytest.mark.parametrize(("field", "value", "named", "message"), WRONG_TYPES)
def test_a_common_field_of_the_wrong_type_is_named(field: str, value: Any, named: str, message: str) -> None:
    # Without an id to go by, the object is called by its place.
    object_id = "objects[0]" if field == "id" else MALWARE["id"]
    refused(bundle({**MALWARE, field: value}), BadObject, object_id, named, message)


@pytest.mark.parametrize("case", MISP_FAULTS, ids=[case[0] for case in MISP_FAULTS])
def test_a_malformed_event_is_named_with_its_field(case: Any) -> None:
    _, tree, *expected = case
    refused(tree, BadObject, *expected)


def test_an_event_that_stands_twice_in_an_export_is_refused() -> None:
    refused({"response": [event(), event()]}, BadObject, "response[1].Event", "uuid", "stands on two events")


def test_null_is_as_good_as_absent() -> None:
    assert (
        read_objects({**MALWARE, "description": None, "labels": None, "confidence": None}).malware[0].description == ""
    )
