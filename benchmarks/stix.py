"""STIX 2.1 objects held against the standard, beside the stix2 library on the same bytes in the same rounds."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import msgspec
import stix2

from benchmarks.tables import print_table, spread
from verbale.intel.objects import check

__all__ = ["run"]

ROUNDS, OBJECTS, BESIDE = 7, 5_000, 200
"""The library is given fewer objects of the same sort, since it takes many times as long."""
WHEN = "2026-05-01T10:11:12.123Z"
LATER = "2026-05-02T10:11:12.123Z"


def _indicator(number: int, pattern: str) -> dict[str, Any]:
    return {
        **_versioned("indicator"),
        "created_by_ref": f"identity--{uuid.uuid4()}",
        "modified": LATER,
        "name": f"Address {number}",
        "description": "Seen in the night on the grid",
        "indicator_types": ["malicious-activity"],
        "pattern": pattern,
        "pattern_type": "stix",
        "valid_from": WHEN,
        "valid_until": "2027-05-01T10:11:12.123Z",
        "object_marking_refs": ["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"],
        "confidence": 80,
    }


def _versioned(kind: str) -> dict[str, Any]:
    ident = f"{kind}--{uuid.uuid4()}"
    return {"type": kind, "spec_version": "2.1", "id": ident, "created": WHEN, "modified": WHEN}


def _address(number: int) -> dict[str, Any]:
    return _indicator(number, f"[ipv4-addr:value = '10.{number // 65536}.{number // 256 % 256}.{number % 256}']")


def _digest(number: int) -> dict[str, Any]:
    return _indicator(number, f"[file:hashes.'SHA-256' = '{uuid.uuid4().hex * 2}']")


def _relationship(number: int) -> dict[str, Any]:
    ends = {"source_ref": f"indicator--{uuid.uuid4()}", "target_ref": f"malware--{uuid.uuid4()}"}
    return {**_versioned("relationship"), "relationship_type": "indicates", **ends}


def _malware(number: int) -> dict[str, Any]:
    return {
        **_versioned("malware"),
        "name": f"Malware {number}",
        "is_family": True,
        "malware_types": ["remote-access-trojan"],
        "kill_chain_phases": [{"kill_chain_name": "mitre-attack", "phase_name": "execution"}],
        "external_references": [
            {"source_name": "mitre-attack", "external_id": "S0001", "url": "https://example.org/1"}
        ],
    }


def _file(number: int) -> dict[str, Any]:
    hashes = {"MD5": uuid.uuid4().hex, "SHA-256": uuid.uuid4().hex * 2}
    made = uuid.uuid5(uuid.NAMESPACE_DNS, str(number))
    return {"type": "file", "spec_version": "2.1", "id": f"file--{made}", "hashes": hashes, "name": "a.exe", "size": 12}


MADE: dict[str, Callable[[int], dict[str, Any]]] = {
    "indicator, an address": _address,
    "indicator, a digest": _digest,
    "relationship": _relationship,
    "malware, kill chain and reference": _malware,
    "file": _file,
}


def run() -> None:
    rows = []
    for name, made in MADE.items():
        ours, theirs = [], []
        for turn in range(ROUNDS + 1):
            # Fresh ids and patterns each round, so that nothing is remembered from the one before.
            raws = [msgspec.json.encode(made(turn * OBJECTS + n)) for n in range(OBJECTS)]
            mine = _microseconds(check, raws)
            other = _microseconds(_parse, raws[:BESIDE])
            if turn:  # the first round warms up
                ours.append(mine)
                theirs.append(other)
        rows.append([name, spread(ours), spread(theirs), spread([b / a for a, b in zip(ours, theirs, strict=True)])])
    print_table(
        f"STIX 2.1 objects from bytes, one at a time, µs an object, {ROUNDS} rounds",
        ["object", "objects.check", "stix2.parse", "times"],
        rows,
        "Both hold the object against the standard; the library also makes an object of it, check the header that the",
        "store needs (version, markings, references). The library has the grammar read every pattern, check only those",
        "that are not plain.",
    )


def _parse(raw: bytes) -> object:
    return stix2.parse(raw.decode(), allow_custom=False)


def _microseconds(one: Callable[[bytes], object], raws: list[bytes]) -> float:
    start = time.perf_counter()
    for raw in raws:
        one(raw)
    return (time.perf_counter() - start) / len(raws) * 1e6
