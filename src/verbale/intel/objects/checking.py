"""One STIX 2.1 object from bytes: is it what the standard allows, and what must a store know of it.

Two readings by msgspec, into plain dictionaries and into the struct of the type, cost a few microseconds; what they do
not see is asked for in Python only where the bytes show that it may be there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from ..decode import decode as decode_carefully
from ..decode import object_name
from ..errors import NotJson, TooLarge
from ..fields import json_kind
from ..limits import MAX_DEPTH, MAX_NAME_CHARACTERS
from ..text import visible_value
from . import domain, observables
from .faults import Breach, InvalidObject
from .forms import TYPE_NAME
from .parts import OtherObservable, OtherVersioned
from .reading import SECTIONS, breach_of
from .rules import (
    CHECKS,
    check_custom,
    check_extensions,
    check_observable,
    check_order,
    check_references,
)
from .selectors import check_granular

MAX_OBJECT_BYTES: Final = 16 * 1024 * 1024
"""Bytes of one object; artifacts carry whole files."""

_STRUCTS: Final = {str(struct.__struct_config__.tag): struct for struct in (*domain.ALL, *observables.ALL)}
_DECODERS: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    kind: msgspec.json.Decoder(struct) for kind, struct in _STRUCTS.items()
}
_OTHER_VERSIONED: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(OtherVersioned)
_OTHER_OBSERVABLE: Final[msgspec.json.Decoder[Any]] = msgspec.json.Decoder(OtherObservable)
_FIELDS: Final = {kind: frozenset(struct.__struct_fields__) | {"type"} for kind, struct in _STRUCTS.items()}
_OBSERVABLES: Final = frozenset(str(struct.__struct_config__.tag) for struct in observables.ALL)
_OTHER_FIELDS: Final = frozenset(OtherObservable.__struct_fields__)
_TYPE: Final = re.compile(TYPE_NAME)
_ID: Final = re.compile(rf"{TYPE_NAME}--[0-9a-fA-F-]{{36}}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LONG_NUMBERS: Final = (re.compile(rb":-?\d{16}"), re.compile(rb",-?\d{16}"), re.compile(rb"\[-?\d{16}"))
"""Three, since an expression that begins with one certain byte is found much faster."""

_read = msgspec.json.Decoder().decode
_write = msgspec.json.Encoder().encode


class Header(msgspec.Struct, frozen=True, gc=False):
    """What a store keeps of an object beside its bytes.

    `version` and `created` are microseconds since 1970; `version` is that of `modified`, else `created`, else None: an
    object that says neither is of the time at which it was added (TAXII 2.1 section 3.4). Digits beyond microseconds
    are cut. `references` are all ids that the object names but its creator's and its markings', each once, in the order
    of the text. `raw` is the object as compact JSON in UTF-8, properties in the order in which they came.
    """

    type: str
    id: str
    version: int | None
    created: int | None
    spec_version: str
    revoked: bool
    created_by: str
    markings: tuple[str, ...]
    granular_markings: tuple[str, ...]
    references: tuple[str, ...]
    raw: bytes


def check(raw: bytes) -> Header:
    """The header of a STIX 2.1 object other than a bundle.

    Raises `InvalidObject` when the standard forbids it, `NotJson` when the bytes are no JSON text that all readers read
    alike, `TooLarge` beyond `MAX_OBJECT_BYTES`.
    """
    if len(raw) > MAX_OBJECT_BYTES:
        raise TooLarge(f"the object has {len(raw):,} bytes; the limit is {MAX_OBJECT_BYTES:,}")
    value = _decoded(raw)
    compact = _write(value)
    if len(compact) != len(raw):
        # Written otherwise than msgspec writes it: harmless, or a name that stands twice.
        decode_carefully(raw)
    try:
        return _checked(value, compact)
    except Breach as breach:
        raise InvalidObject(
            breach.reason,
            object_id=object_name(value, ""),
            field=visible_value(breach.field[:MAX_NAME_CHARACTERS]),
            clause=breach.clause,
        ) from None


def _decoded(raw: bytes) -> dict[str, Any]:
    try:
        value = _read(raw)
    except (msgspec.DecodeError, RecursionError, ValueError):
        decode_carefully(raw)
        raise NotJson("not one JSON text in UTF-8") from None
    if not isinstance(value, dict):
        raise InvalidObject(f"must be an object, not {json_kind(value)}", clause="3.2")
    return value


def _checked(value: dict[str, Any], compact: bytes) -> Header:
    kind = value.get("type")
    if not isinstance(kind, str):
        raise Breach("type", "is missing" if kind is None else f"must be a string, not {json_kind(kind)}", "3.2")
    decoder = _DECODERS.get(kind) or _other(kind, value)
    try:
        decoder.decode(compact)
    except msgspec.ValidationError as error:
        raise breach_of(error, "", SECTIONS.get(kind, "11.2.1")) from None
    extra = value.keys() - _FIELDS.get(kind, _OTHER_FIELDS)
    if extra:
        check_custom(value, [name for name in value if name in extra])
    if extra or compact.find(b"{", 1) > 0:
        _check_untyped(value, compact)
    if kind not in _DECODERS and not value["id"].startswith(f"{kind}--"):
        raise Breach("id", f'must begin with "{kind}--"', "2.9")
    check_order(kind, value)
    if "external_references" in value:
        check_references(value["external_references"])
    if kind in _OBSERVABLES:
        check_observable(kind, value)
    if "extensions" in value:
        check_extensions(kind, value)
    rule = CHECKS.get(kind)
    if rule is not None:
        rule(value)
    granular: tuple[str, ...] = ()
    if "granular_markings" in value:
        check_granular(value)
        granular = tuple(dict.fromkeys(m["marking_ref"] for m in value["granular_markings"] if "marking_ref" in m))
    created, modified = value.get("created"), value.get("modified")
    started = microseconds(created) if created else None
    plain = _REFERENCES.get(kind)
    if plain is None or extra or "extensions" in value:
        plain = tuple(_references(value))
    elif plain:
        plain = tuple(_top_references(value, plain))
    return Header(
        kind,
        value["id"],
        started if modified is None or modified == created else microseconds(modified),
        started,
        value.get("spec_version", "2.1"),
        value.get("revoked", False),
        value.get("created_by_ref", ""),
        tuple(dict.fromkeys(value["object_marking_refs"])) if "object_marking_refs" in value else (),
        granular,
        tuple(dict.fromkeys(plain)) if len(plain) > 1 else plain,
        compact,
    )


def _other(kind: str, value: dict[str, Any]) -> msgspec.json.Decoder[Any]:
    """The reader of a type that the standard does not define: told by its extension, else by what it has."""
    if kind == "bundle":
        raise Breach("type", "is a bundle, which is no object itself", "8")
    if kind == "action" or _TYPE.fullmatch(kind) is None:
        raise Breach(
            "type", "must be a type name: a-z, 0-9 and single hyphens, a letter first, 3 to 250 long", "11.2.1"
        )
    extensions = value.get("extensions")
    parts = extensions.values() if isinstance(extensions, dict) else ()
    told = [part.get("extension_type") for part in parts if isinstance(part, dict)]
    versioned = "new-sdo" in told or "new-sro" in told or "created" in value or "modified" in value
    return _OTHER_OBSERVABLE if "new-sco" in told or not versioned else _OTHER_VERSIONED


def _check_untyped(value: dict[str, Any], compact: bytes) -> None:
    """What no struct looks at: properties of somebody's own, and what stands in dictionaries."""
    if b"null" in compact or b"[]" in compact or b"{}" in compact:
        _check_nothing_empty(value)
    first, second, third = _LONG_NUMBERS
    long = first.search(compact) or second.search(compact) or third.search(compact)
    if long or compact.count(b"{") + compact.count(b"[") > MAX_DEPTH:
        decode_carefully(compact)  # refuses what is too deep or beyond section 2.10, and names it


def _check_nothing_empty(value: dict[str, Any]) -> None:
    """No null (no type of section 2), no empty list or dictionary (2.3, 2.12), however deep; no recursion."""
    stack: list[tuple[str, object]] = [("", value)]
    while stack:
        path, part = stack.pop()
        if part is None and not path.startswith("extensions.windows-process-ext.startup_info."):
            raise Breach(path, "must not be null; leave the property out", "2")
        if isinstance(part, dict):
            if not part and path:
                raise Breach(path, "must not be an empty dictionary; leave the property out", "2.3")
            stack.extend((f"{path}.{name}" if path else name, inner) for name, inner in part.items())
        elif isinstance(part, list):
            if not part:
                raise Breach(path, "must not be an empty list; leave the property out", "2.12")
            stack.extend((f"{path}[{place}]", inner) for place, inner in enumerate(part))


_NO_REFERENCES: Final = frozenset({"created_by_ref", "object_marking_refs", "granular_markings"})
_REFERENCES: Final = {
    kind: tuple(
        name for name in struct.__struct_fields__ if name.endswith(("_ref", "_refs")) and name not in _NO_REFERENCES
    )
    for kind, struct in _STRUCTS.items()
    if kind not in ("email-message", "observed-data")
}
"""Type to its properties that hold references; the two left out also have some inside of parts."""


def _top_references(value: dict[str, Any], names: tuple[str, ...]) -> Iterator[str]:
    for name in names:
        found = value.get(name)
        if isinstance(found, str):
            yield found
        elif found is not None:
            yield from found


def _references(value: dict[str, Any]) -> Iterator[str]:
    """Section 3.1: what is an id reference is named `_ref` or `_refs`, also inside of parts."""
    for name, found in value.items():
        if name in _NO_REFERENCES:
            continue
        if isinstance(found, str):
            if name.endswith("_ref") and _ID.fullmatch(found):
                yield found
        elif isinstance(found, list):
            if name.endswith("_refs"):
                yield from (ref for ref in found if isinstance(ref, str) and _ID.fullmatch(ref))
            else:
                for part in found:
                    if isinstance(part, dict):
                        yield from _references(part)
        elif isinstance(found, dict):
            yield from _references(found)


def microseconds(timestamp: str) -> int:
    """A well-formed timestamp as microseconds since 1970; a leap second is that which follows it."""
    if timestamp[17:19] == "60":
        return microseconds(f"{timestamp[:17]}59{timestamp[19:]}") + 1_000_000
    since = datetime.fromisoformat(timestamp) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
