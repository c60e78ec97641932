"""What Crimson's CSIRT saw, as indicators, and a log of Lazuria in which some of it stands.

Made up: addresses of documentation (RFC 5737) and names under `.example` (RFC 2606), so that nobody is accused.
"""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from verbale.intel.tlp import TLP_2_IDS

__all__ = ["indicators", "own_log"]

_SERVER = "198.51.100.23"
_NAME = "update-check.example"
_SAMPLE = "5f0c1d9c6a0f4f6e8c7b1a2d3e4f5061728394a5b6c7d8e9f0a1b2c3d4e5f607"


def indicators() -> bytes:
    """A STIX 2.1 bundle."""
    now = _written(datetime.now(UTC) - timedelta(days=2))
    csirt = _object("identity", now, name="National CSIRT of Crimson", identity_class="organization")
    found = [
        ("Command server of the campaign", f"[ipv4-addr:value = '{_SERVER}']"),
        ("Name under which the command server is looked up", f"[domain-name:value = '{_NAME}']"),
        ("Sample that encrypts", f"[file:hashes.'SHA-256' = '{_SAMPLE}']"),
    ]
    made = [
        _object(
            "indicator",
            now,
            created_by_ref=csirt["id"],
            name=name,
            pattern=pattern,
            pattern_type="stix",
            valid_from=now,
            indicator_types=["malicious-activity"],
        )
        for name, pattern in found
    ]
    bundle = {"type": "bundle", "id": f"bundle--{uuid.uuid4()}", "objects": [csirt, *made]}
    return json.dumps(bundle, indent=2).encode()


def own_log() -> bytes:
    """A day of a hosting provider in Lazuria, in ECS."""
    return b"".join(json.dumps(row, separators=(",", ":")).encode() + b"\n" for row in _rows())


def _rows() -> Iterator[dict[str, Any]]:
    start = datetime.now(UTC) - timedelta(hours=20)
    for number in range(400):
        at = {"@timestamp": _written(start + timedelta(minutes=3 * number // 2)), "observer": {"name": "edge-1"}}
        source = {"ip": f"192.0.2.{number * 7 % 250 + 1}"}
        if number % 97 == 5:
            yield {**at, "source": source, "dns": {"question": {"name": _NAME, "type": "A"}}}
            there = {"ip": _SERVER, "port": 443}
            yield {**at, "source": source, "destination": there, "network": {"transport": "tcp"}}
        elif number % 3:
            there = {"ip": f"203.0.113.{number % 60 + 1}", "port": 443}
            yield {**at, "source": source, "destination": there, "network": {"transport": "tcp"}}
        else:
            yield {**at, "source": source, "dns": {"question": {"name": f"www{number % 40}.example", "type": "A"}}}


def _object(kind: str, now: str, **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "spec_version": "2.1",
        "id": f"{kind}--{uuid.uuid4()}",
        "created": now,
        "modified": now,
        "object_marking_refs": [TLP_2_IDS["AMBER"]],
        **more,
    }


def _written(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"
