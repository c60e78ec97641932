"""Bundles (STIX 2.1 section 8): many objects in one file, each of them held against the standard by itself."""

from __future__ import annotations

from typing import Annotated, Literal, NamedTuple

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from ..decode import object_name
from ..errors import NotJson, ReportError, TooLarge
from ..limits import MAX_BYTES, MAX_OBJECTS
from ..text import clean_line
from .budget import PatternBudget
from .checking import Header, check
from .faults import InvalidObject
from .forms import own_id
from .reading import SECTIONS, breach_of


class _Bundle(Struct, kw_only=True):
    """Read without its objects, which stay bytes until each has its turn."""

    type: Literal["bundle"]
    id: Annotated[str, own_id("bundle")]
    objects: list[Raw] | UnsetType = UNSET


class Refusal(NamedTuple):
    """An object of a bundle that was refused: its place from 0, what it calls itself ("" if nothing), and why."""

    place: int
    id: str
    error: ReportError


class CheckedBundle(NamedTuple):
    """`headers` are the objects that hold, in file order."""

    id: str
    headers: list[Header]
    refusals: list[Refusal]


_decoder = msgspec.json.Decoder(_Bundle)


def check_bundle(raw: bytes) -> CheckedBundle:
    """The objects of a bundle. A fault of the bundle itself is raised; one of an object refuses that object alone."""
    if len(raw) > MAX_BYTES:
        raise TooLarge(f"the file has {len(raw):,} bytes; the limit is {MAX_BYTES:,} ({MAX_BYTES // 2**20} MiB)")
    try:
        bundle = _decoder.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except msgspec.ValidationError as error:
        breach = breach_of(error, "", SECTIONS["bundle"])
        raise InvalidObject(breach.reason, field=breach.field, clause=breach.clause) from None
    except (msgspec.DecodeError, RecursionError, ValueError) as error:
        raise NotJson(f"not JSON in UTF-8: {clean_line(str(error))[:200]}") from None
    parts = [] if isinstance(bundle.objects, UnsetType) else bundle.objects
    if not isinstance(bundle.objects, UnsetType) and not parts:
        raise InvalidObject("must not be an empty list", object_id=bundle.id, field="objects", clause="2.12")
    if len(parts) > MAX_OBJECTS:
        raise TooLarge(f"{len(parts):,} STIX objects; the limit is {MAX_OBJECTS:,}")
    budget = PatternBudget()
    headers, refusals = [], []
    for place, part in enumerate(parts):
        try:
            budget.spend(bytes(part))
            headers.append(check(bytes(part)))
        except ReportError as error:
            refusals.append(Refusal(place, error.object_id or object_name(_loose(part), ""), error))
    return CheckedBundle(bundle.id, headers, refusals)


def _loose(part: Raw) -> object:
    try:
        return msgspec.json.decode(part)
    except (msgspec.DecodeError, RecursionError, ValueError):
        return None
