"""CSV and Parquet: columns that the user names, or of which the name is known."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from . import times
from .errors import MatchingError
from .fields import TIMES, Field, column_field
from .limits import BLOCK_BYTES, MAX_VALUES_PER_FIELD, ROWS_AT_ONCE
from .logs import Progress, Stream
from .observed import Account, Column, Writer, whole_column

Columns = Mapping[str, Field]
"""Columns that the user names; a field of the kind `time` tells when."""

_UNSET: Final = ("-", "null", "NULL", "None", "N/A", "(empty)")
_HEAD: Final = 256 * 1024


def _chosen(names: list[str], columns: Columns, file: str) -> tuple[dict[str, Field], str | None]:
    """Fields of columns, and the column that tells when."""
    if columns and not set(columns) & set(names):
        raise MatchingError(f"has none of the columns {', '.join(sorted(columns))}", file=file)
    moment = next((name for name, field in columns.items() if field.kind == "time" and name in names), None)
    plain = {name.strip().lower().replace(" ", "_"): name for name in names}
    moment = moment or next((plain[name] for name in TIMES if name in plain and plain[name] not in columns), None)
    if columns:
        fields = {name: field for name, field in columns.items() if field.kind != "time" and name in names}
    else:
        fields = {name: field for name in names if name != moment and (field := column_field(name)) is not None}
    if not fields:
        raise MatchingError(
            f"has no column with a name that is known; its columns are {', '.join(names)[:300]}. Name them, as in "
            "--column address=ip:dst",
            file=file,
        )
    return fields, moment


# -- CSV ------------------------------------------------------------------------------------------------------------


def read_csv(file: int, stream: Stream, account: Account, writer: Writer, columns: Columns) -> None:
    """Read a whole file; its first record names the columns."""
    head = stream.read(_HEAD)
    names, delimiter, lines = _header(head.removeprefix(b"\xef\xbb\xbf"), account.path)
    fields, moment = _chosen(names, columns, account.path)
    account.format = "csv"
    wanted = [*fields, *([moment] if moment else [])]
    bad: list[int] = []

    def refused(row: Any) -> str:
        number = row.number - lines
        bad.append(number)
        account.rows += 1
        account.refuse(number, f"has {row.actual_columns} fields instead of {row.expected_columns}")
        return "skip"

    reader = pacsv.open_csv(
        _Joined(head, stream),
        read_options=pacsv.ReadOptions(column_names=names, skip_rows=lines, use_threads=False, block_size=BLOCK_BYTES),
        parse_options=pacsv.ParseOptions(
            delimiter=delimiter, newlines_in_values=True, ignore_empty_lines=True, invalid_row_handler=refused
        ),
        convert_options=pacsv.ConvertOptions(
            include_columns=wanted, column_types={name: pa.binary() for name in wanted}, strings_can_be_null=False
        ),
    )
    next_number = 1
    for batch in reader:
        numbers, next_number = _numbers(next_number, batch.num_rows, bad)
        account.rows += batch.num_rows
        found = {name: _texts(name, batch.column(name), numbers, account) for name in wanted}
        moments = times.column(_unset(found[moment])) if moment else pa.nulls(batch.num_rows, pa.int64())
        writer.add(
            file,
            account,
            numbers,
            moments,
            [whole_column(name, field, found[name], _UNSET) for name, field in fields.items()],
        )


class _Joined(io.RawIOBase):
    """What was read already, and the rest."""

    def __init__(self, head: bytes, stream: Stream) -> None:
        self._head = head
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if self._head:
            data, self._head = (self._head, b"") if size < 0 else (self._head[:size], self._head[size:])
            return data
        return self._stream.read(size)


def _header(head: bytes, file: str) -> tuple[list[str], str, int]:
    """Names, delimiter, and how many lines the header takes."""
    try:
        text = head.decode("utf-8", errors="ignore")
        first = next(line for line in text.splitlines() if line.strip())
        delimiter = max(",;\t|", key=first.count)
        rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        names = next(row for row in rows if row)
    except (StopIteration, csv.Error):
        raise MatchingError("has no first line that names its columns", file=file) from None
    unique: dict[str, None] = {}
    for place, name in enumerate(names):
        name = name.strip() or f"column {place + 1}"
        unique[name if name not in unique else f"{name} ({place + 1})"] = None
    return list(unique), delimiter, rows.line_num


def _numbers(first: int, count: int, bad: list[int]) -> tuple[Any, int]:
    """Numbers of `count` rows from `first` on that were not refused."""
    refused = [number for number in bad if number >= first]
    found = np.arange(first, first + count + len(refused), dtype=np.int64)
    if refused:
        found = found[~np.isin(found, refused)][:count]
    return pa.array(found), int(found[-1]) + 1 if count else first


def _texts(name: str, values: Any, numbers: Any, account: Account) -> Any:
    try:
        return values.cast(pa.string())
    except pa.ArrowInvalid:
        texts: list[str | None] = []
        for place, value in enumerate(values.to_pylist()):
            try:
                texts.append(value.decode("utf-8"))
            except UnicodeDecodeError:
                account.pass_over(name, 1, numbers[place].as_py(), value.decode("utf-8", errors="backslashreplace"))
                texts.append(None)
        return pa.array(texts, pa.string())


def _unset(values: Any) -> Any:
    return pc.if_else(pc.is_in(values, value_set=pa.array(["", *_UNSET])), None, values)


# -- Parquet --------------------------------------------------------------------------------------------------------


def read_parquet(
    file: int, path: Path, account: Account, writer: Writer, columns: Columns, progress: Progress | None
) -> None:
    """Read a whole file; columns inside others are named with dots."""
    account.format = "parquet"
    with pq.ParquetFile(path) as opened:
        leaves = list(_leaves(opened.schema_arrow))
        fields, moment = _chosen(leaves, columns, account.path)
        wanted = sorted({name.split(".")[0] if name not in opened.schema_arrow.names else name for name in fields})
        if moment:
            wanted.append(moment if moment in opened.schema_arrow.names else moment.split(".")[0])
        total, rows, size, told = opened.metadata.num_rows, 0, path.stat().st_size, 0
        for batch in opened.iter_batches(batch_size=ROWS_AT_ONCE, columns=list(dict.fromkeys(wanted))):
            count = batch.num_rows
            if not count:
                continue
            numbers = pa.array(np.arange(rows + 1, rows + 1 + count, dtype=np.int64))
            rows += count
            account.rows += count
            flat = _flat(pa.Table.from_batches([batch]))
            moments = times.column(flat[moment].combine_chunks()) if moment else pa.nulls(count, pa.int64())
            writer.add(file, account, numbers, moments, _columns(flat, fields, account))
            if progress is not None:
                here = size * rows // max(total, 1)
                progress(here - told)
                told = here


def _leaves(schema: Any) -> Iterator[str]:
    for field in schema:
        if pa.types.is_struct(field.type):
            yield from (f"{field.name}.{name}" for name in _leaves(field.type))
        else:
            yield field.name


def _flat(table: Any) -> Any:
    while any(pa.types.is_struct(field.type) for field in table.schema):
        table = table.flatten()
    return table


def _columns(flat: Any, fields: Mapping[str, Field], account: Account) -> Iterator[Column]:
    for name, field in fields.items():
        values = flat[name].combine_chunks()
        kind = values.type
        if pa.types.is_dictionary(kind):
            values = values.dictionary_decode()
            kind = values.type
        if pa.types.is_list(kind) or pa.types.is_large_list(kind):
            if pa.types.is_nested(kind.value_type):
                account.remarks.append(f"the column {name} holds objects in lists, which are not read")
                continue
            short = pc.list_slice(values, 0, MAX_VALUES_PER_FIELD)
            lost = (pc.sum(pc.list_value_length(values)).as_py() or 0) - (
                pc.sum(pc.list_value_length(short)).as_py() or 0
            )
            if lost:
                account.unusable[name] = account.unusable.get(name, 0) + lost
            inner, parents = _strings(pc.list_flatten(short)), pc.list_parent_indices(short)
            column = whole_column(name, field, inner, _UNSET)
            yield Column(name, field, parents.take(column.rows), column.values)
        else:
            yield whole_column(name, field, _strings(values), _UNSET)


def _strings(values: Any) -> Any:
    kind = values.type
    if pa.types.is_floating(kind):  # a port with gaps, as pandas writes it
        values = values.cast(pa.int64(), safe=False)
    elif pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if value is None else _bytes(value) for value in values.to_pylist()], pa.string())
    return values.cast(pa.string())


def _bytes(value: bytes) -> str:
    """Text, else the digits of a hash or an address."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()
