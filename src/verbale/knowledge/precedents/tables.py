"""Reading EuRepoC's public tables.

A table is known by its columns, whatever its file is called. Each file is UTF-8 with a line of column names. A row
names an incident by its number and repeats it once per combination of receiver, initiator and type; all rows of a
number are brought together into one case. A row that is not lawful is left out whole, and named by file and line.
"""

import ast
import csv
import hashlib
import io
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any

from verbale.knowledge.precedents.cases import BODIES, Case, Collection, Refused, Response, Table
from verbale.knowledge.precedents.vocabulary import vocabulary

__all__ = ["TABLES", "TableError", "read_tables"]

MAX_CELL = 2_000
_ID = re.compile(r"[0-9]{1,9}\Z")
_NUMBER = re.compile(r"(-?[0-9]{1,6})(?:\.0+)?\Z")
_MAX_INTENSITY = 15


class TableError(ValueError):
    """A file that is none of the tables, or one table given twice."""


@dataclass
class _Draft:
    """What the rows of one number add up to."""

    start: str = ""
    year: int | None = None
    intensity: int | None = None
    political: bool | None = None
    legal: bool | None = None
    attributed: dict[str, str] = field(default_factory=dict)
    sets: dict[str, set[Any]] = field(default_factory=dict)

    def add(self, name: str, values: Iterable[Any]) -> None:
        self.sets.setdefault(name, set()).update(values)


Row = Mapping[str, str]
_Read = Callable[[Row, _Draft], None]


def _text(row: Row, column: str) -> tuple[str, ...]:
    """The value, or nothing where the table knows nothing."""
    value = " ".join((row.get(column) or "").split())
    return () if value in _unknown() else (value,)


def _unknown() -> frozenset[str]:
    return frozenset(vocabulary().unknown)


def _day(row: Row, column: str) -> str:
    value = (row.get(column) or "").strip()
    if not value:
        return ""
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise ValueError(f"{column} is no day: {value[:40]}") from None


def _number(row: Row, column: str, least: int, most: int) -> int | None:
    value = (row.get(column) or "").strip()
    if not value:
        return None
    found = _NUMBER.match(value)
    if found is None or not least <= int(found.group(1)) <= most:
        raise ValueError(f"{column} is no whole number from {least} to {most}: {value[:40]}")
    return int(found.group(1))


def _regions(row: Row) -> Iterator[str]:
    """`['NATO', 'NORTHAM']`, as Python writes a list."""
    value = (row.get("receiver_region") or "").strip()
    if not value:
        return
    try:
        listed = ast.literal_eval(value)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise ValueError(f"receiver_region is no list: {value[:40]}") from None
    if not isinstance(listed, list) or not all(isinstance(item, str) for item in listed):
        raise ValueError(f"receiver_region is no list of words: {value[:40]}")
    yield from (item for item in listed if item != "NO_REGION")


def _common(row: Row, draft: _Draft) -> None:
    start, year, regions = _day(row, "start_date"), _number(row, "year", 1900, 2200), tuple(_regions(row))
    intensity = _number(row, "weighted_cyber_intensity", 0, _MAX_INTENSITY)
    if start:
        draft.start = min(draft.start or start, start)
    if year is not None:
        draft.year = min(draft.year or year, year)
    draft.add("receivers", _text(row, "receiver_country"))
    draft.add("initiators", _text(row, "initiator_country"))
    draft.add("types", _text(row, "incident_type"))
    draft.add("regions", regions)
    if intensity is not None:
        draft.intensity = max(draft.intensity or 0, intensity)


def _attributions(row: Row, draft: _Draft) -> None:
    days = {body: _day(row, f"{body}_date") for body in BODIES}
    _common(row, draft)
    for body, day in days.items():
        if day:
            draft.attributed[body] = min(draft.attributed.get(body, day), day)


def _responses(row: Row, draft: _Draft) -> None:
    counts = {kind: _number(row, f"{kind}_response", 0, 10_000) for kind in ("political", "legal")}
    _common(row, draft)
    if counts["political"] is not None:
        draft.political = bool(draft.political or counts["political"])
    if counts["legal"] is not None:
        draft.legal = bool(draft.legal or counts["legal"])


def _details(row: Row, draft: _Draft) -> None:
    _responses(row, draft)
    by = "".join(_text(row, "country_type_response"))
    draft.add("responses", [Response("political", told, by) for told in _text(row, "response_type")])
    draft.add("responses", [Response("legal", told, by) for told in _text(row, "legal_response_type_clean")])


def _initiators(row: Row, draft: _Draft) -> None:
    _common(row, draft)
    draft.add("categories", _text(row, "initiator_category"))
    draft.add("groups", _text(row, "initiator_name"))


def _issues(row: Row, draft: _Draft) -> None:
    _common(row, draft)
    draft.add("issues", _text(row, "cyber_conflict_issue"))
    draft.add("conflicts", _text(row, "offline_conflict_issue_subcode"))


def _infrastructure(row: Row, draft: _Draft) -> None:
    draft.add("sectors", _text(row, "receiver_subcategory"))
    draft.add("receivers", _text(row, "receiver_country"))
    draft.add("regions", _text(row, "region_name"))


@dataclass(frozen=True)
class _Shape:
    columns: frozenset[str]
    read: _Read
    key: str = "ID"


TABLES: Mapping[str, _Shape] = MappingProxyType(
    {
        # Whose columns are among another's stands behind it.
        "attributions": _Shape(frozenset({"ID", "start_date", *(f"{body}_date" for body in BODIES)}), _attributions),
        "response_details": _Shape(
            frozenset({"ID", "political_response", "legal_response", "response_type"}), _details
        ),
        "responses": _Shape(frozenset({"ID", "political_response", "legal_response"}), _responses),
        "initiators": _Shape(frozenset({"ID", "initiator_category", "initiator_name"}), _initiators),
        "conflict_issues": _Shape(frozenset({"ID", "cyber_conflict_issue"}), _issues),
        "critical_infrastructure": _Shape(frozenset({"id", "receiver_subcategory"}), _infrastructure, "id"),
        "incident_types": _Shape(frozenset({"ID", "incident_type", "weighted_cyber_intensity"}), _common),
    }
)
"""Each table by its name, with the columns by which it is known."""


Progress = Callable[[Table, float], None]


def read_tables(files: Iterable[tuple[str, bytes]], progress: Progress | None = None) -> Collection:
    """Read the tables, given as names of files and their bytes, into cases.

    Raises TableError for a file that is no table of these, and for a table that comes twice.
    """
    drafts: dict[str, _Draft] = {}
    tables: dict[str, Table] = {}
    refused: list[Refused] = []
    for file, data in sorted(files):
        began = time.perf_counter()
        name, reader = _opened(file, data)
        if name in tables:
            raise TableError(f"{file} and {tables[name].file} are both the table {name}")
        seen: set[str] = set()
        rows, before = 0, len(refused)
        for line, row in _rows(file, reader, refused):
            rows += 1
            try:
                seen.add(_take(row, TABLES[name], drafts))
            except ValueError as error:
                refused.append(Refused(file, line, str(error)))
        left_out = len(refused) - before
        digest = hashlib.sha256(data).hexdigest()
        tables[name] = Table(name, file, digest, rows, len(seen), left_out)
        if progress is not None:
            progress(tables[name], time.perf_counter() - began)
    cases = (_case(number, draft) for number, draft in drafts.items())
    return Collection(
        tuple(sorted(cases, key=lambda case: int(case.id))),
        tuple(tables[name] for name in TABLES if name in tables),
        tuple(refused),
    )


def _opened(file: str, data: bytes) -> tuple[str, "csv.DictReader[str]"]:
    # What is no UTF-8 shows as U+FFFD, and its row is refused; the rest of the file is read.
    text = io.StringIO(data.decode("utf-8-sig", errors="replace"), newline="")
    reader = csv.DictReader(text, strict=True)
    try:
        columns = frozenset(reader.fieldnames or ())
    except csv.Error as error:
        raise TableError(f"{file}, line 1: {error}") from None
    for name, shape in TABLES.items():
        if shape.columns <= columns:
            return name, reader
    shown = ", ".join(sorted(columns))[:300] or "none"
    raise TableError(
        f"{file} is none of EuRepoC's tables that are read here ({', '.join(TABLES)}); its columns: {shown}"
    )


def _rows(file: str, reader: "csv.DictReader[str]", refused: list[Refused]) -> Iterator[tuple[int, dict[str, str]]]:
    """Rows with the line on which they end."""
    last = 1
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # The reader goes on behind what it could not read: a quotation mark without its fellow costs several lines.
            first, last = last + 1, reader.reader.line_num
            span = "" if first >= last else f", from line {first} on"
            refused.append(Refused(file, last, f"{error}{span}"))
            continue
        last = reader.line_num
        yield last, row


def _take(row: Mapping[Any, Any], shape: _Shape, drafts: dict[str, _Draft]) -> str:
    if None in row or None in row.values():
        raise ValueError("has not as many values as there are columns")
    cells: Row = {str(column): value for column, value in row.items()}
    for column, value in cells.items():
        if len(value) > MAX_CELL:
            raise ValueError(f"{column} has {len(value)} characters; the limit is {MAX_CELL}")
        if "\ufffd" in value or "\0" in value:
            raise ValueError(f"{column} holds what is no text")
    number = cells[shape.key].strip()
    if _ID.match(number) is None:
        raise ValueError(f"{shape.key} is no number of an incident: {number[:40] or 'empty'}")
    number = str(int(number))
    # Each reader looks at all it needs before it notes anything, so an unlawful row leaves no trace in a known case.
    draft = drafts.get(number) or _Draft()
    shape.read(cells, draft)
    drafts[number] = draft
    return number


def _case(number: str, draft: _Draft) -> Case:
    sets = {name: tuple(sorted(values)) for name, values in draft.sets.items() if values}
    year = int(draft.start[:4]) if draft.start else draft.year
    attributed = {body: draft.attributed[body] for body in BODIES if body in draft.attributed}
    return Case(
        id=number,
        start=draft.start,
        year=year,
        intensity=draft.intensity,
        political=draft.political,
        legal=draft.legal,
        attributed=attributed,
        **sets,
    )
