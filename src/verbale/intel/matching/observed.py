"""The one shape that every log is brought into: a Parquet file with a row for each observed value.

| column | |
|---|---|
| `place` | file number << 40 + row number: the line, or the record after the head of a CSV or in Parquet |
| `time` | microseconds since 1970, null where the row does not tell |
| `kind`, `value` | see `kinds` |
| `role` | the part it played: `src`, `dst`, `from`, `to`, `answer`, `process` …, or "" |
| `net` | the bits of an address as hexadecimal digits, null for other kinds |

Nothing is dropped in silence: a row that cannot be read and a value that is none of its field's kind are counted in the
`Account` of the file, the first ones with their row. (Answers of the DNS that are neither address nor name are not.)
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .fields import Field
from .kinds import HASH_DIGITS, TEXTS, normal
from .limits import MAX_EXAMPLES, ROW_BITS

SCHEMA: Final = pa.schema(
    [
        pa.field("place", pa.int64(), nullable=False),
        pa.field("time", pa.int64()),
        pa.field("kind", pa.string(), nullable=False),
        pa.field("value", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("net", pa.string()),
    ]
)


class BadRow(msgspec.Struct, frozen=True):
    """A row that could not be read, or a value in it; `row` as in the place."""

    row: int
    reason: str


class Account(msgspec.Struct):
    """What was read of one file. `rows` counts all rows, bad ones too; `timeless` those without a time that can be
    read; `unusable` values by field that are none of its kind."""

    path: str
    format: str = ""
    rows: int = 0
    values: int = 0
    bad: int = 0
    timeless: int = 0
    unusable: dict[str, int] = {}
    examples: list[BadRow] = []
    remarks: list[str] = []
    failed: str = ""
    """Why the file could not be read to its end."""

    def refuse(self, row: int, reason: str) -> None:
        """Count a bad row."""
        self.bad += 1
        self.example(row, reason)

    def example(self, row: int, reason: str) -> None:
        """Name a row, as long as few are named."""
        if len(self.examples) < MAX_EXAMPLES:
            self.examples.append(BadRow(row, reason))

    def pass_over(self, name: str, count: int, row: int, value: str) -> None:
        """Count values of a field that are none of its kind."""
        if name not in self.unusable:
            self.example(row, f"{name} is {value[:60]!r}")
        self.unusable[name] = self.unusable.get(name, 0) + count


class Column(msgspec.Struct, frozen=True):
    """Values of one field: `rows` says for each which row of the batch it stands in."""

    name: str
    field: Field
    rows: Any  # pa.Int64Array
    values: Any  # pa.StringArray


def whole_column(name: str, field: Field, values: Any, unset: Iterable[str] = ()) -> Column:
    """A column with at most one value a row; null, "" and `unset` are no values."""
    keep = pc.and_kleene(pc.is_valid(values), pc.not_equal(values, ""))
    for word in unset:
        keep = pc.and_kleene(keep, pc.not_equal(values, word))
    keep = pc.fill_null(keep, False)
    rows = pc.indices_nonzero(keep).cast(pa.int64())
    return Column(name, field, rows, values.filter(keep))


class Writer:
    """Writes batches of one or more files."""

    def __init__(self, path: Path) -> None:
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd", compression_level=1)
        # Arrow's own loops let other threads run meanwhile.
        self._pool = ThreadPoolExecutor(min(4, os.cpu_count() or 1))

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        self._writer.close()

    def add(self, file: int, account: Account, numbers: Any, times: Any, columns: Iterable[Column]) -> None:
        """One batch: `numbers` are the rows' numbers, `times` their times (int64 with nulls)."""
        places = pc.add(numbers, pa.scalar(file << ROW_BITS, pa.int64()))
        account.timeless += times.null_count
        tables = []
        filled = [column for column in columns if len(column.values)]
        found = self._pool.map(lambda column: _normalised(column.field.kind, column.values), filled)
        for column, (kinds, values, nets, good) in zip(filled, found, strict=True):
            wrong = len(good) - (pc.sum(good).as_py() or 0)
            rows = column.rows
            if wrong:
                if column.field.role != "answer":  # to a query for text, the answer is no address
                    first = pc.index(good, False).as_py()
                    row = numbers[rows[first].as_py()].as_py()
                    account.pass_over(column.name, wrong, row, column.values[first].as_py())
                rows, kinds, values, nets = (part.filter(good) for part in (rows, kinds, values, nets))
            if len(rows):
                role = pa.repeat(pa.scalar(column.field.role), len(rows))
                tables.append(pa.table([places.take(rows), times.take(rows), kinds, values, role, nets], schema=SCHEMA))
        if tables:
            whole = pa.concat_tables(tables)
            account.values += whole.num_rows
            self._writer.write_table(whole)


_LENGTHS: Final = {**HASH_DIGITS, "cert-md5": 32, "cert-sha1": 40, "cert-sha256": 64, "ja3": 32, "ja3s": 32}
_LABEL: Final = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_BYTE: Final = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4: Final = rf"^(?:{_BYTE}\.){{3}}{_BYTE}$"
_DOMAIN: Final = rf"^(?:{_LABEL}\.)+[a-z_][a-z0-9_-]{{0,61}}[a-z0-9_]$"
"""The last label does not begin with a digit, so that it is no address."""
_PLAIN: Final = {
    **{kind: f"^[0-9a-f]{{{digits}}}$" for kind, digits in _LENGTHS.items()},
    "ipv4": _IPV4,
    "ip": _IPV4,
    "host": _IPV4,
    "domain": _DOMAIN,
    "url": rf"^[a-z][a-z0-9+.-]{{0,30}}://{_LABEL}(?:\.{_LABEL})*/[!-\"$-~]*$",
    "port": "^(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3})$",
    "protocol": "^[a-z0-9]{1,20}$",
    **dict.fromkeys(TEXTS, "^[!-~](?:[ -~]{0,900}[!-~])?$"),
}
"""Values that are their own normal form. They need not all be recognised here, for the others are looked at one by one;
this only is a hundred times faster."""
_HEX_BYTES: Final = pa.array([f"{number:02x}" for number in range(256)])


class _Normalised(NamedTuple):
    kinds: Any
    values: Any
    nets: Any
    good: Any


def _normalised(kind: str, values: Any) -> _Normalised:
    """`kinds.normal` for a whole column; where `good` is false the other three are null."""
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    shape = _PLAIN.get(kind)
    if shape is None:
        return _one_by_one(kind, values)
    plain = pc.match_substring_regex(values, shape)
    if kind in ("url", "domain"):
        plain = pc.and_(plain, pc.less_equal(pc.binary_length(values), 253 if kind == "domain" else 4_096))
    if not pc.all(plain, min_count=0).as_py():
        odd = pc.invert(plain)
        rest, easy = _one_by_one(kind, values.filter(odd)), _normalised(kind, values.filter(plain))
        # Where each of both comes to stand: the plain ones first, in the order in which they were taken out.
        order = pc.sort_indices(pa.concat_arrays([pc.indices_nonzero(plain), pc.indices_nonzero(odd)]))
        return _Normalised(*(pa.concat_arrays(both).take(order) for both in zip(easy, rest, strict=True)))
    count = len(values)
    good = pa.repeat(pa.scalar(True), count)
    if shape is not _IPV4:
        return _Normalised(pa.repeat(pa.scalar(kind), count), values, pa.nulls(count, pa.string()), good)
    parts = pc.list_flatten(pc.split_pattern(values, ".")).cast(pa.uint8()).to_numpy(zero_copy_only=False)
    digits = [_HEX_BYTES.take(pa.array(parts[place::4])) for place in range(4)]
    return _Normalised(pa.repeat(pa.scalar("ipv4"), count), values, pc.binary_join_element_wise(*digits, ""), good)


def _one_by_one(kind: str, values: Any) -> _Normalised:
    coded = values.dictionary_encode()
    found = [normal(kind, text) for text in coded.dictionary.to_pylist()]
    lists: list[list[str | None]] = [
        [None if one is None else one.kind for one in found],
        [None if one is None else one.value for one in found],
        [None if one is None else one.net or None for one in found],
    ]
    kinds, normals, nets = (pa.array(part, pa.string()).take(coded.indices) for part in lists)
    return _Normalised(kinds, normals, nets, pc.is_valid(kinds))


class Sparse:
    """Columns of a batch that is read row by row."""

    def __init__(self) -> None:
        self._rows: dict[str, list[int]] = {}
        self._values: dict[str, list[str]] = {}
        self._fields: dict[str, Field] = {}

    def add(self, name: str, field: Field, row: int, value: str) -> None:
        """One value."""
        rows = self._rows.get(name)
        if rows is None:
            rows = self._rows[name] = []
            self._values[name] = []
            self._fields[name] = field
        rows.append(row)
        self._values[name].append(value)

    def columns(self) -> Iterable[Column]:
        """All of it."""
        for name, rows in self._rows.items():
            yield Column(
                name, self._fields[name], pa.array(rows, pa.int64()), pa.array(self._values[name], pa.string())
            )
