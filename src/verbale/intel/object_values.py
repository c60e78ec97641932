"""The values that a STIX object is about, each with MISP's word for its type, such as warning lists are asked for."""

from __future__ import annotations

from typing import Any

from .misp_map import HASH_TYPES, PATH_TYPES
from .pattern_values import plain_values


def object_values(obj: dict[str, Any]) -> list[tuple[str, str]]:
    """(type, value) pairs of an indicator with a plain pattern or of an observable; [] for everything else.

    The object is taken to be valid: `objects.check` has seen it.
    """
    if obj["type"] == "indicator":
        plain = plain_values(obj["pattern"]) if obj["pattern_type"] == "stix" else None
        comparisons = plain.comparisons if plain else []
        found = [(_type_of(c.path), c.value) for c in comparisons if c.operator == "="]
        return [(kind, _written(kind, value)) for kind, value in found if kind]
    kind = str(obj["type"])
    values = [(PATH_TYPES[path], obj[field]) for path, field in _fields(kind) if field in obj]
    hashes = obj.get("hashes", {}) if kind in ("file", "artifact") else {}
    values += [(HASH_TYPES[name], digest) for name, digest in hashes.items() if name in HASH_TYPES]
    return [(word, _written(word, value)) for word, value in values]


def _type_of(path: str) -> str:
    """References of network traffic and names lead to addresses, or to names in their place."""
    if path in ("network-traffic:src_ref.value", "network-traffic:dst_ref.value"):
        return "ip-src" if "src_ref" in path else "ip-dst"
    if path == "domain-name:resolves_to_refs[*].value":
        return "ip-dst"
    return PATH_TYPES.get(path, "")


def _fields(kind: str) -> list[tuple[str, str]]:
    parts = ((path, *path.split(":", 1)) for path in PATH_TYPES)
    return [(path, field) for path, owner, field in parts if owner == kind and "." not in field]


def _written(kind: str, value: object) -> str:
    return f"AS{value}" if kind == "AS" else str(value)
