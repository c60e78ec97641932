"""Indicators: read from a file, and laid out as the two tables that the expression joins with what was observed.

| table | columns |
|---|---|
| `terms` | a row a key: `indicator`, `part` (the alternative), `term`, `needed` (how many terms the alternative has), |
| | `first` (whether it is the term to look for first), `how`, `kind`, `value`, `role`, `said`, and of the indicator |
| | `since`, `until` (microseconds or null), `at_least` |
| `indicators` | `indicator`, `id`, `name`, `marking`, `origin` |

Both are written in batches, so that memory does not grow with the number of indicators.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, TypeVar

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from ..text import clean_line
from .errors import MatchingError
from .kinds import FIELD_KINDS, guessed
from .limits import MAX_EXPRESSIONS, MAX_GRAMMAR_CHARACTERS, MAX_INDICATORS
from .patterns import Key, Plan, Term, Unmatched, needs_grammar, plan_of, value_keys

__all__ = ["Indicator", "Planned", "Shape", "Unlooked", "lay_out"]


class Indicator(msgspec.Struct, frozen=True, gc=False):
    """A STIX pattern (`pattern`), or a plain value with its kind ("" lets the value decide).

    `origin` is who shared it: a node's id, a server's name, or "" for our own. `marking` is a TLP 2.0 word or None.
    `since` and `until` are microseconds since 1970, None when open. `revoked` ones are not looked for.
    """

    id: str
    pattern: str = ""
    pattern_type: str = "stix"
    kind: str = ""
    value: str = ""
    name: str = ""
    marking: str | None = None
    origin: str = ""
    since: int | None = None
    until: int | None = None
    revoked: bool = False


class Unlooked(msgspec.Struct, frozen=True):
    """An indicator that is not looked for; `reason` completes `not matched here, because it …`."""

    id: str
    name: str
    reason: str


class Ways(msgspec.Struct):
    """In which ways values are looked for in all rows: as they are (`exact`); by prefixes of these lengths by kind
    (`nets`); as names below domains of so many labels (`labels`); by these regular expressions by kind (`likes`)."""

    exact: bool = False
    nets: dict[str, list[int]] = msgspec.field(default_factory=dict)
    labels: list[int] = msgspec.field(default_factory=list)
    likes: dict[str, list[str]] = msgspec.field(default_factory=dict)

    def __bool__(self) -> bool:
        return self.exact or bool(self.nets or self.labels or self.likes)


class Shape(msgspec.Struct):
    """Which branches the expression needs: `alone` for alternatives of one term, `first` for the first terms of those
    with several, `further` the ways of their further terms with the kinds of each, `repeats` when some indicator asks
    for several rows."""

    alone: Ways = msgspec.field(default_factory=Ways)
    first: Ways = msgspec.field(default_factory=Ways)
    further: dict[str, list[str]] = msgspec.field(default_factory=dict)
    repeats: bool = False


class Planned(msgspec.Struct):
    """What became of the indicators: `count` read, `looked` looked for, the others counted with `examples`."""

    shape: Shape
    count: int = 0
    looked: int = 0
    terms: int = 0
    unlooked: int = 0
    examples: list[Unlooked] = msgspec.field(default_factory=list)


TERMS: Final = pa.schema(
    [
        pa.field("indicator", pa.int64(), nullable=False),
        pa.field("part", pa.int64(), nullable=False),
        pa.field("term", pa.int64(), nullable=False),
        pa.field("needed", pa.int64(), nullable=False),
        pa.field("first", pa.bool_(), nullable=False),
        pa.field("how", pa.string(), nullable=False),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("said", pa.string(), nullable=False),
        pa.field("since", pa.int64()),
        pa.field("until", pa.int64()),
        pa.field("at_least", pa.int64(), nullable=False),
    ]
)
INDICATORS: Final = pa.schema(
    [
        pa.field("indicator", pa.int64(), nullable=False),
        pa.field("id", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("marking", pa.string()),
        pa.field("origin", pa.string(), nullable=False),
    ]
)
_AT_ONCE: Final = 50_000
_MAX_EXAMPLES: Final = 100


class _Table:
    """Rows, written when there are many."""

    def __init__(self, path: Path, schema: Any) -> None:
        self._schema = schema
        self._writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)
        self._rows: list[tuple[Any, ...]] = []

    def __enter__(self) -> _Table:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._writer.close()

    def add(self, *row: Any) -> None:
        self._rows.append(row)
        if len(self._rows) >= _AT_ONCE:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
            self._writer.write_table(pa.table(arrays, schema=self._schema))
            self._rows = []


def lay_out(indicators: Iterable[Indicator], folder: Path, *, subdomains: bool = False) -> Planned:
    """Write `terms.parquet` and `indicators.parquet`. With `subdomains`, names below a domain count as the domain."""
    planned = Planned(Shape())
    shape, grammar, expressions, part = planned.shape, 0, 0, 0
    with _Table(folder / "terms.parquet", TERMS) as terms, _Table(folder / "indicators.parquet", INDICATORS) as rows:
        for number, indicator in enumerate(indicators):
            planned.count += 1
            if planned.count > MAX_INDICATORS:
                raise MatchingError(f"there are more than {MAX_INDICATORS:,} indicators; that is the limit")
            try:
                if indicator.pattern and needs_grammar(indicator.pattern):
                    grammar += len(indicator.pattern)
                    if grammar > MAX_GRAMMAR_CHARACTERS:
                        raise Unmatched(
                            f"comes after {MAX_GRAMMAR_CHARACTERS:,} characters of patterns; that is the limit"
                        )
                plan = _plan(indicator)
                likes = sum(key.how == "like" for alternative in plan.parts for term in alternative for key in term)
                if likes and expressions + likes > MAX_EXPRESSIONS:
                    raise Unmatched(f"comes after {MAX_EXPRESSIONS:,} regular expressions; that is the limit")
                expressions += likes
            except Unmatched as error:
                planned.unlooked += 1
                if len(planned.examples) < _MAX_EXAMPLES:
                    planned.examples.append(Unlooked(indicator.id, indicator.name[:200], str(error)))
                continue
            planned.looked += 1
            shape.repeats |= plan.at_least > 1
            rows.add(number, indicator.id, clean_line(indicator.name[:400]), indicator.marking, indicator.origin)
            for alternative, said in zip(plan.parts, plan.said, strict=True):
                rarest = min(range(len(alternative)), key=lambda place: _commonness(alternative[place]))
                for place, term in enumerate(alternative):
                    for key in term:
                        for how in _note(key, shape, subdomains, alone=len(alternative) == 1, first=place == rarest):
                            planned.terms += 1
                            terms.add(
                                number,
                                part,
                                place,
                                len(alternative),
                                place == rarest,
                                how,
                                key.kind,
                                key.value,
                                key.role,
                                said,
                                indicator.since,
                                indicator.until,
                                plan.at_least,
                            )
                part += 1
    return planned


_COMMON: Final = {
    "port": 9,
    "protocol": 10,
    "user-agent": 5,
    "user": 4,
    "asn": 6,
    "mac": 3,
    "file-name": 2,
    "request": 2,
}
"""How little a kind of value says by itself; 0 for the others."""


def _commonness(term: Term) -> int:
    """How many rows a term may fit, on no particular scale: of several, the rarest is looked for first."""
    return max(_COMMON.get(key.kind, 0) + {"like": 20, "net": 1}.get(key.how, 0) for key in term)


def _note(key: Key, shape: Shape, subdomains: bool, *, alone: bool, first: bool) -> list[str]:
    """Let the shape know of a key; the ways in which it is looked for."""
    below = subdomains and key.how == "is" and key.kind == "domain"
    found = ["is", "under"] if below else [key.how]
    if not first:
        for how in found:
            _once(shape.further.setdefault(how, []), key.kind)
        return found
    ways = shape.alone if alone else shape.first
    if key.how == "net":
        _once(ways.nets.setdefault(key.kind, []), len(key.value))
    elif key.how == "like":
        _once(ways.likes.setdefault(key.kind, []), key.value)
    else:
        ways.exact = True
        if below:
            _once(ways.labels, key.value.count(".") + 1)
    return found


T = TypeVar("T")


def _once(values: list[T], value: T) -> None:
    if value not in values:
        values.append(value)


def _plan(indicator: Indicator) -> Plan:
    if indicator.revoked:
        raise Unmatched("was revoked")
    if indicator.pattern:
        if indicator.pattern_type != "stix":
            raise Unmatched(f"is written in {clean_line(indicator.pattern_type)[:40]!r}, not as a STIX pattern")
        return plan_of(indicator.pattern)
    kind = indicator.kind or guessed(indicator.value.strip())
    if kind is None:
        raise Unmatched(f"is {clean_line(indicator.value)[:80]!r}, which is no kind of value that is known here")
    if kind not in FIELD_KINDS:
        raise Unmatched(f"is of the kind {clean_line(kind)[:40]!r}, which is not looked for in logs")
    return Plan(((tuple(value_keys(kind, indicator.value)),),), ("",))
