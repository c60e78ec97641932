"""Small reports, written by hand in a line or two, and the real ones that ship with the demo."""

import json
from pathlib import Path
from typing import Any

from verbale.intel import Report, read_report

REPORTS = Path(__file__).parents[2] / "src/verbale/demo/reports"
STIX_REPORTS = ("conti-cisa-alert", "conti-ransomware", "swift-heist", "whispergate")
MISP_REPORTS = ("cerber-ransomware", "qakbot-emotet", "samsam-mar-10164494")

NOON = "2026-11-24T12:00:00Z"

TLP1 = {
    "CLEAR": "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "GREEN": "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "AMBER": "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "RED": "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
}
"""STIX 2.1 section 7.2.1.4."""

TLP2 = {
    "CLEAR": "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487",
    "GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "AMBER": "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421",
    "AMBER+STRICT": "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
    "RED": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}
"""The OASIS extension definition for TLP 2.0."""

Json = dict[str, Any]


def raw_bytes(name: str) -> bytes:
    return (REPORTS / f"{name}.json").read_bytes()


def raw(name: str) -> Json:
    tree: Json = json.loads(raw_bytes(name))
    return tree


def uuid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def ref(kind: str, number: int = 1) -> str:
    return f"{kind}--{uuid(number)}"


def sdo(kind: str, number: int = 1, /, **fields: Any) -> Json:
    """A STIX domain, relationship or meta object with the common properties; a field given as None is left out."""
    common = {"type": kind, "spec_version": "2.1", "id": ref(kind, number), "created": NOON, "modified": NOON}
    return {key: value for key, value in {**common, **fields}.items() if value is not None}


def sco(kind: str, number: int = 1, /, **fields: Any) -> Json:
    """A STIX cyber observable, which has no dates."""
    return {"type": kind, "id": ref(kind, number), **fields}


def bundle(*objects: Any) -> Json:
    return {"type": "bundle", "id": ref("bundle"), "objects": list(objects)}


def indicator(number: int = 1, /, **fields: Any) -> Json:
    return sdo(
        "indicator",
        number,
        **{"pattern": "[ipv4-addr:value = '192.0.2.1']", "pattern_type": "stix", "valid_from": NOON, **fields},
    )


def report_object(*refs: str, number: int = 1, **fields: Any) -> Json:
    common = {"name": "Night on the grid", "published": NOON, "object_refs": list(refs) or [ref("malware")]}
    return sdo("report", number, **{**common, **fields})


def link(source: str, verb: str, target: str, number: int = 1, **fields: Any) -> Json:
    return sdo(
        "relationship", number, **{"source_ref": source, "relationship_type": verb, "target_ref": target, **fields}
    )


def event(*attributes: Json, number: int = 1, **fields: Any) -> Json:
    """A MISP event in its usual wrapping."""
    return {"Event": {"uuid": uuid(number), "info": "Night on the grid", "Attribute": list(attributes), **fields}}


def attribute(kind: str, value: Any, number: int = 100, **fields: Any) -> Json:
    return {"uuid": uuid(number), "type": kind, "value": value, "category": "Network activity", **fields}


def tags(*names: str) -> list[Json]:
    return [{"name": name} for name in names]


def read(tree: Any, *, name: str = "") -> Report:
    return read_report(json.dumps(tree).encode(), name=name)


def read_objects(*objects: Any, name: str = "") -> Report:
    return read(bundle(*objects), name=name)
