"""Values of MISP attributes as STIX patterns and as STIX observables."""

from __future__ import annotations

import json
import uuid
from typing import Any, Final

from .errors import ReportError
from .misp_map import HASH_NAMES, TYPE_PATHS
from .misp_types import COMPOSITES
from .objects.checking import check
from .pattern_values import quoted
from .stix_observables import ip_word

Json = dict[str, Any]

_STIX_NAMESPACE: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""STIX 2.1 section 2.9."""
_HASH_CHOICE: Final = ("MD5", "SHA-1", "SHA-256", "SHA-512")
"""Section 6.7.1: of several digests the first of these makes the id, else the first in the order of the alphabet."""
_PREFERRED_PROPERTIES: Final = {
    "autonomous-system": ("number",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name"),
    "mutex": ("name",),
    "network-traffic": ("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
"""ID contributing properties (section 6) where `value` is not the only one."""


def pattern_of(kind: str, value: str) -> str:
    """The pattern that looks for an attribute's value, "" where STIX has none; the grammar may still refuse it."""
    if kind in COMPOSITES and "|" in value:
        parts = [part for part in _composite(kind, value) if part]
        return f"[{' AND '.join(parts)}]" if len(parts) >= 2 else ""
    comparison = _comparison(kind, value)
    return f"[{comparison}]" if comparison else ""


def _comparison(kind: str, value: str) -> str:
    path = TYPE_PATHS.get(kind)
    if path is None:
        return ""
    if path == "autonomous-system:number":
        number = _as_number(value)
        return "" if number is None else f"{path} = {number}"
    if path == "ipv4-addr:value":
        word = ip_word(value)
        return f"{word}-addr:value = {quoted(value)}" if word else ""
    kind_name, _, rest = path.partition(":")
    steps = rest.split(".", 1)
    written = f"hashes.'{steps[1]}'" if len(steps) > 1 else rest
    return f"{kind_name}:{written} = {quoted(value)}"


def _as_number(value: str) -> int | None:
    number = value.upper().removeprefix("AS").strip()
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 10 else None


def _composite(kind: str, value: str) -> list[str]:
    left_kind, right_kind = COMPOSITES[kind]
    left, _, right = value.partition("|")
    left, right = left.strip(), right.strip()
    if right_kind == "port":
        side = "src" if left_kind == "ip-src" else "dst"
        word = ip_word(left) or "domain-name"
        kind_of_end = f"{word}-addr" if word != "domain-name" else word
        is_port = right.isascii() and right.isdigit() and len(right) < 6
        ends = f"network-traffic:{side}_ref.type = {quoted(kind_of_end)}"
        value_of = f"network-traffic:{side}_ref.value = {quoted(left)}"
        return [ends, value_of, f"network-traffic:{side}_port = {int(right)}"] if is_port else []
    if kind == "domain|ip":
        found = f"domain-name:resolves_to_refs[*].value = {quoted(right)}" if ip_word(right) else ""
        return [f"domain-name:value = {quoted(left)}", found] if found else []
    if kind == "regkey|value":
        key = f"windows-registry-key:key = {quoted(left)}"
        return [key, f"windows-registry-key:values[*].data = {quoted(right)}"]
    if left_kind == "filename":
        return [_comparison("filename", left), _comparison(right_kind, right)]
    return []


def observables_of(kind: str, value: str) -> list[Json]:
    """The observables of an attribute's value, each such as the standard allows; [] where there is none."""
    made = _observables(kind, value)
    for obj in made:
        try:
            check(json.dumps(obj, ensure_ascii=False).encode(errors="surrogatepass"))
        except ReportError:
            return []
    return made


def _observables(kind: str, value: str) -> list[Json]:
    if kind in COMPOSITES and "|" in value:
        left, _, right = value.partition("|")
        left_kind, right_kind = COMPOSITES[kind]
        if left_kind == "filename" and right_kind in HASH_NAMES:
            return [observable("file", name=left.strip(), hashes={HASH_NAMES[right_kind]: right.strip()})]
        return []
    path = TYPE_PATHS.get(kind, "")
    name, _, rest = path.partition(":")
    if path == "ipv4-addr:value":
        word = ip_word(value)
        return [observable(f"{word}-addr", value=value)] if word else []
    if path == "autonomous-system:number":
        number = value.upper().removeprefix("AS")
        return (
            [observable(name, number=int(number))] if number.isascii() and number.isdigit() and len(number) < 11 else []
        )
    if name == "email-message":
        return [observable(name, is_multipart=False, **{rest: value})]
    if rest.startswith("hashes."):
        return [observable(name, hashes={rest.removeprefix("hashes."): value})]
    return [observable(name, **{rest: value})] if path else []


def observable(kind: str, **fields: Any) -> Json:
    """An observable with the id that every maker gives it (section 2.9), or a made one where nothing contributes."""
    names = _PREFERRED_PROPERTIES.get(kind, ("value",))
    contributing = {name: fields[name] for name in names if name in fields}
    if "hashes" in contributing:
        hashes = contributing["hashes"]
        chosen = next((name for name in _HASH_CHOICE if name in hashes), min(hashes))
        contributing["hashes"] = {chosen: hashes[chosen]}
    if contributing:
        # RFC 8785 on texts and small whole numbers is what this writes: sorted names, no spaces, UTF-8.
        written = json.dumps(contributing, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        made = uuid.uuid5(_STIX_NAMESPACE, written)
    else:
        made = _random_looking(kind, fields)
    return {"type": kind, "spec_version": "2.1", "id": f"{kind}--{made}", **fields}


def _random_looking(kind: str, fields: Json) -> uuid.UUID:
    """Section 2.9 asks for a UUIDv4 here; one made from the content keeps the same event the same objects."""
    digest = uuid.uuid5(uuid.NAMESPACE_OID, json.dumps([kind, fields], sort_keys=True, ensure_ascii=False))
    return uuid.UUID(bytes=digest.bytes, version=4)
