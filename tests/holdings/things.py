"""STIX objects as bytes, made by hand."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

CLEAR = "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487"
GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
AMBER = "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421"
STRICT = "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003"
RED = "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"
TLP = {"CLEAR": CLEAR, "GREEN": GREEN, "AMBER": AMBER, "AMBER+STRICT": STRICT, "RED": RED}


def key(number: int, kind: str = "indicator") -> str:
    """The id of the object with that number."""
    return f"{kind}--{uuid.UUID(int=number, version=4)}"


def moment(day: int) -> str:
    return (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def indicator(number: int, day: int = 0, marking: str = GREEN, **more: Any) -> dict[str, Any]:
    """An indicator, and with another `day` another version of it."""
    made = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": key(number),
        "created": moment(0),
        "modified": moment(day),
        "name": f"Address {number}",
        "pattern": f"[ipv4-addr:value = '192.0.2.{number % 256}']",
        "pattern_type": "stix",
        "valid_from": moment(0),
        **more,
    }
    return {**made, "object_marking_refs": [marking]} if marking else made


def malware(number: int, marking: str = GREEN) -> dict[str, Any]:
    return {
        "type": "malware",
        "spec_version": "2.1",
        "id": key(number, "malware"),
        "created": moment(0),
        "modified": moment(0),
        "name": f"Address {number}",
        "is_family": False,
        "object_marking_refs": [marking],
    }


def raw(thing: dict[str, Any]) -> bytes:
    return json.dumps(thing, separators=(",", ":")).encode()


def raws(*things: dict[str, Any]) -> list[bytes]:
    return [raw(thing) for thing in things]
