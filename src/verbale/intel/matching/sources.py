"""Indicators from files: a STIX 2.1 bundle, MISP events, a CSV of `kind,value`, or a value a line.

Values in CSV and in lines may be written harmless (`hxxp://evil[.]example`). A line that begins with `#` is a remark.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import msgspec

from ..errors import ReportError
from ..read import read_reports
from ..tlp import DEFAULT_MARKING, TLP_EXTENSION, TLP_MARKING_IDS, strictest, tlp_word
from .errors import MatchingError
from .indicators import Indicator
from .kinds import FIELD_KINDS, refanged
from .limits import MAX_INDICATOR_BYTES
from .times import micros

__all__ = ["indicator_of_stix", "read_indicators"]

NAMESPACE: Final = uuid.UUID("4c1b2c5e-7a43-5d0e-9c52-0d1f3f6a8b11")
"""Of the ids that are made here, so that the same value gets the same id again."""

_MISP_KINDS: Final = {
    "ip": "ip",
    "hostname": "domain",
    "filename": "file-name",
    "email-subject": "subject",
    "email-message-id": "message-id",
    "user-agent": "user-agent",
    "mac-address": "mac",
    "ja3-fingerprint-md5": "ja3",
    "x509-fingerprint-md5": "cert-md5",
    "x509-fingerprint-sha1": "cert-sha1",
    "x509-fingerprint-sha256": "cert-sha256",
}


class _Granular(msgspec.Struct):
    marking_ref: str = ""


class _Object(msgspec.Struct):
    """What a match needs to know of a STIX object."""

    type: str
    id: str
    modified: str = ""
    revoked: bool = False
    name: str = ""
    pattern: str = ""
    pattern_type: str = ""
    valid_from: str | None = None
    valid_until: str | None = None
    object_marking_refs: list[str] = []
    granular_markings: list[_Granular] = []
    definition: dict[str, Any] | None = None
    extensions: dict[str, Any] | None = None


class _Bundle(msgspec.Struct):
    type: str
    objects: list[msgspec.Raw] = []


_OBJECT: Final = msgspec.json.Decoder(_Object)
_BUNDLE: Final = msgspec.json.Decoder(_Bundle)


def read_indicators(path: Path, *, origin: str = "", marking: str | None = None) -> Iterator[Indicator]:
    """The indicators of a file; `marking` is taken for those that have none. Raises `ReportError`."""
    size = path.stat().st_size
    if size > MAX_INDICATOR_BYTES:
        raise MatchingError(f"has {size:,} bytes; the limit is {MAX_INDICATOR_BYTES:,}", file=str(path))
    with path.open("rb") as opened:
        head = opened.read(4_096).removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] in (b"{", b"["):
        yield from _from_json(path, origin, marking)
    else:
        yield from _from_lines(path, origin, marking)


def _from_json(path: Path, origin: str, marking: str | None) -> Iterator[Indicator]:
    data = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        bundle = _BUNDLE.decode(data)
    except (msgspec.MsgspecError, RecursionError):
        bundle = None
    if bundle is None or bundle.type != "bundle":
        yield from _from_reports(data, path, origin, marking)
        return
    del data
    words, newest = _first_pass(bundle.objects, path)
    for raw in bundle.objects:
        if b'"indicator"' not in bytes(raw):
            continue
        try:
            found = _OBJECT.decode(raw)
        except msgspec.MsgspecError:
            continue  # told in the first pass
        if found.type == "indicator" and newest.get(found.id) == found.modified:
            del newest[found.id]
            yield _indicator(found, words, origin, marking)


def _first_pass(raws: list[msgspec.Raw], path: Path) -> tuple[dict[str, str | None], dict[str, str]]:
    """The words of the marking definitions, and the newest version of each indicator."""
    words: dict[str, str | None] = dict(TLP_MARKING_IDS)
    newest: dict[str, str] = {}
    for place, raw in enumerate(raws):
        try:
            found = _OBJECT.decode(raw)
        except (msgspec.MsgspecError, RecursionError) as error:
            if b'"indicator"' not in bytes(raw) and b'"marking-definition"' not in bytes(raw):
                continue
            raise MatchingError(f"objects[{place}] cannot be read: {error}", file=str(path)) from None
        if found.type == "marking-definition":
            words.setdefault(found.id, _word(found))
        elif found.type == "indicator" and newest.get(found.id, "") <= found.modified:
            newest[found.id] = found.modified
    return words, newest


def _word(definition: _Object) -> str:
    """A statement is a wish of its maker's that nobody here can weigh: it counts as AMBER."""
    extension = (definition.extensions or {}).get(TLP_EXTENSION)
    for holder, name in ((extension, "tlp_2_0"), (definition.definition, "tlp")):
        if isinstance(holder, dict) and isinstance(holder.get(name), str):
            return tlp_word(holder[name]) or DEFAULT_MARKING
    return DEFAULT_MARKING


def indicator_of_stix(
    raw: bytes, *, origin: str = "", marking: str | None = None, words: dict[str, str | None] | None = None
) -> Indicator:
    """One STIX indicator, as a store has it; `marking` is what it is taken for when it has none. `words` are the
    markings that definitions stand for, beside those of TLP. Raises `msgspec.MsgspecError`."""
    return _indicator(_OBJECT.decode(raw), {**TLP_MARKING_IDS, **(words or {})}, origin, marking)


def _indicator(found: _Object, words: dict[str, str | None], origin: str, marking: str | None) -> Indicator:
    refs = [*found.object_marking_refs, *(part.marking_ref for part in found.granular_markings if part.marking_ref)]
    own = strictest(words.get(ref, DEFAULT_MARKING) for ref in refs)
    return Indicator(
        found.id,
        found.pattern or " ",
        found.pattern_type or "stix",
        name=found.name,
        marking=own or marking,
        origin=origin,
        since=micros(found.valid_from) if found.valid_from else None,
        until=micros(found.valid_until) if found.valid_until else None,
        revoked=found.revoked,
    )


def _from_reports(data: bytes, path: Path, origin: str, marking: str | None) -> Iterator[Indicator]:
    try:
        reports = read_reports(data, name=path.name)
    except ReportError as error:
        raise MatchingError(f"is neither a STIX bundle nor MISP: {error}", file=str(path)) from None
    for report in reports:
        for one in report.indicators:
            stix = one.kind == "stix-pattern"
            plain = not one.pattern_type
            yield Indicator(
                one.id,
                "" if plain else one.value,
                "stix" if stix else one.pattern_type or "stix",
                kind=_MISP_KINDS.get(one.kind, one.kind) if plain else "",
                value=one.value if plain else "",
                name=one.name,
                marking=one.marking or report.own_marking or marking,
                origin=origin,
                since=micros(one.valid_from) if one.valid_from else None,
                until=micros(one.valid_until) if one.valid_until else None,
            )


def _from_lines(path: Path, origin: str, marking: str | None) -> Iterator[Indicator]:
    with path.open("r", encoding="utf-8-sig", errors="backslashreplace", newline="") as opened:
        for line in opened:
            text = line.strip()
            if not text or text.startswith("#"):
                continue
            kind, value = _kind_and_value(text)
            if kind == "kind" and value == "value":
                continue  # the head of a table
            yield plain_indicator(kind, value, origin=origin, marking=marking)


def _kind_and_value(text: str) -> tuple[str, str]:
    first, comma, _ = text.partition(",")
    word = first.strip().strip('"').lower()
    if comma and (word in FIELD_KINDS or word == "kind"):
        cells = next(csv.reader(io.StringIO(text)))
        return word, refanged(cells[1].strip()) if word not in ("file-name", "path", "command-line") else cells[1]
    return "", refanged(text)


def plain_indicator(kind: str, value: str, *, origin: str = "", marking: str | None = None) -> Indicator:
    """A plain value as an indicator, under an id that the same value gets again."""
    made = uuid.uuid5(NAMESPACE, f"{origin}\n{kind}\n{value}")
    return Indicator(f"indicator--{made}", kind=kind, value=value, marking=marking, origin=origin)
