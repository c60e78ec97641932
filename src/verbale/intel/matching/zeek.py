"""Zeek's own format: lines of fields between tabs, with `#fields` and `#types` above them.

A header may come again in the middle of a file, as it does when logs are put one after another. Each log is read by the
table of its `#path`; of a log without a table only the connection's ends are read.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from . import times
from .errors import MatchingError
from .fields import ENDS, ZEEK, Field, Fields
from .limits import MAX_VALUES_PER_FIELD
from .logs import Block, Stream, blocks
from .observed import Account, Column, Writer, whole_column

_ESCAPE: Final = re.compile(r"\\x([0-9a-fA-F]{2})")


def fields_of(path: str) -> Fields:
    """The table of a log."""
    return {**ENDS, **ZEEK.get(path, {})}


class _Header:
    """What the lines that begin with `#` say."""

    def __init__(self) -> None:
        self.separator, self.inner, self.empty, self.unset = "\t", ",", "(empty)", "-"
        self.path = ""
        self.names: list[str] = []
        self.types: list[str] = []

    def read(self, line: str) -> None:
        if line.startswith("#separator"):
            self.separator = _unescaped(line[len("#separator") :].strip()) or "\t"
            if len(self.separator) != 1 or not self.separator.isascii() or self.separator in "\r\n":
                raise MatchingError(f"separates its fields by {self.separator!r:.20}, which is no one character")
            self.names, self.types = [], []
            return
        word, _, rest = line.partition(self.separator)
        if word == "#set_separator":
            self.inner = _unescaped(rest) or ","
        elif word == "#empty_field":
            self.empty = rest
        elif word == "#unset_field":
            self.unset = rest
        elif word == "#path":
            self.path = rest
        elif word == "#fields":
            self.names = rest.split(self.separator)
        elif word == "#types":
            self.types = rest.split(self.separator)

    def is_list(self, name: str) -> bool:
        place = self.names.index(name)
        return place < len(self.types) and self.types[place].startswith(("set[", "vector[", "table["))


def _unescaped(text: str) -> str:
    """`\\xHH` stands for a byte; what is no UTF-8 then stays as it was written."""
    if "\\x" not in text:
        return text
    try:
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text).encode("latin-1").decode("utf-8")
    except UnicodeError:
        return _ESCAPE.sub(lambda found: chr(int(found[1], 16)) if int(found[1], 16) < 128 else found[0], text)


def read(file: int, stream: Stream, account: Account, writer: Writer) -> None:
    """Read a whole file."""
    header, told = _Header(), set[str]()
    account.format = "zeek"
    for block in blocks(stream, account):
        for lines in _segments(block, header):
            count = len(lines.numbers)
            account.rows += count
            if not header.names:
                account.bad += count
                account.example(lines.numbers[0].as_py(), "stands before any #fields line")
                continue
            if header.path not in ZEEK and header.path not in told:
                told.add(header.path)
                account.remarks.append(f"of the log {header.path!r:.60} only the ends of connections are read")
            _rows(file, lines, header, account, writer)
    account.format = f"zeek {header.path}".strip()


def _segments(block: Block, header: _Header) -> Iterator[Block]:
    """The lines between those that begin with `#`, which the header takes in. A value that begins so is escaped."""
    data, at, row = block.data, 0, 0
    while at < len(data):
        if data[at : at + 1] == b"#":
            end = data.index(b"\n", at) + 1
            header.read(data[at : end - 1].decode("utf-8"))
            row += 1
        else:
            end = data.find(b"\n#", at) + 1 or len(data)
            count = data.count(b"\n", at, end)
            yield Block(data[at:end], block.numbers[row : row + count])
            row += count
        at = end


def _rows(file: int, lines: Block, header: _Header, account: Account, writer: Writer) -> None:
    table = {name: field for name, field in fields_of(header.path).items() if name in header.names}
    wanted = [*table, *(name for name in ("ts",) if name in header.names)]
    if not wanted:
        return
    bad: list[int] = []

    def refused(row: Any) -> str:
        bad.append(row.number - 1)
        number = lines.numbers[row.number - 1].as_py()
        account.refuse(number, f"has {row.actual_columns} fields instead of {row.expected_columns}")
        return "skip"

    read = pacsv.read_csv(
        io.BytesIO(lines.data),
        # One thread, for only so are refused rows numbered; and one block, which `lines` is.
        read_options=pacsv.ReadOptions(
            column_names=header.names, use_threads=False, block_size=max(len(lines.data) + 1, 1024)
        ),
        parse_options=pacsv.ParseOptions(
            delimiter=header.separator,
            quote_char=False,
            double_quote=False,
            escape_char=False,
            newlines_in_values=False,
            ignore_empty_lines=False,
            invalid_row_handler=refused,
        ),
        convert_options=pacsv.ConvertOptions(
            include_columns=wanted, column_types={name: pa.string() for name in wanted}, strings_can_be_null=False
        ),
    ).combine_chunks()
    numbers = lines.numbers
    if bad:
        numbers = pa.array(np.delete(numbers.to_numpy(), bad))
    if not read.num_rows:
        return
    moments = times.column(_plain(read["ts"])) if "ts" in header.names else pa.nulls(read.num_rows, pa.int64())
    unset = (header.unset, header.empty)
    columns = []
    for name, field in table.items():
        if header.is_list(name):
            columns.append(_list_column(name, field, _plain(read[name]), header, account))
        else:
            columns.append(_unescape(whole_column(name, field, _plain(read[name]), unset)))
    if header.path == "http":
        columns += urls(read, header.unset)
    writer.add(file, account, numbers, moments, columns)


def _plain(values: Any) -> Any:
    return values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values


def _list_column(name: str, field: Field, values: Any, header: _Header, account: Account) -> Column:
    keep = pc.and_(pc.not_equal(values, header.unset), pc.not_equal(values, header.empty))
    rows = pc.indices_nonzero(keep).cast(pa.int64())
    lists = pc.split_pattern(values.filter(keep), header.inner)
    lengths = pc.list_value_length(lists)
    if (pc.max(lengths).as_py() or 0) > MAX_VALUES_PER_FIELD:
        over = pc.sum(pc.max_element_wise(pc.subtract(lengths, MAX_VALUES_PER_FIELD), 0)).as_py()
        lists = pc.list_slice(lists, 0, MAX_VALUES_PER_FIELD)
        account.unusable[name] = account.unusable.get(name, 0) + over
    inner = pc.list_flatten(lists)
    parents = rows.take(pc.list_parent_indices(lists))
    good = pc.and_(pc.not_equal(inner, header.unset), pc.not_equal(inner, ""))
    return _unescape(Column(name, field, parents.filter(good), inner.filter(good)))


def _unescape(column: Column) -> Column:
    if not pc.any(pc.match_substring(column.values, "\\x")).as_py():
        return column
    texts = [_unescaped(text) for text in column.values.to_pylist()]
    return Column(column.name, column.field, column.rows, pa.array(texts, pa.string()))


def urls(read: Any, unset: str) -> list[Column]:
    """The addresses that `http.log` tells in parts: host, port and uri. Zeek takes the port out of the host; where it
    is not 80 the address is looked for with it and without."""
    names = read.column_names
    if "host" not in names or "uri" not in names:
        return []
    host, uri = _plain(read["host"]), _plain(read["uri"])
    there = pc.fill_null(pc.and_kleene(pc.not_equal(host, unset), pc.starts_with(uri, "/")), False)
    rows = pc.indices_nonzero(there).cast(pa.int64())
    # An address of IPv6 needs its brackets.
    bare = pc.and_(pc.match_substring(host, ":"), pc.invert(pc.starts_with(host, "[")))
    host = pc.if_else(bare, pc.binary_join_element_wise("[", host, "]", ""), host)
    field = ZEEK["http"]["url"]
    found = [Column("host and uri", field, rows, _joined("http://", host, uri).filter(there))]
    if "id.resp_p" in names:
        port = _plain(read["id.resp_p"])
        other = pc.and_(there, pc.match_substring_regex(port, "^[0-9]+$"))
        other = pc.fill_null(pc.and_kleene(other, pc.not_equal(port, "80")), False)
        if pc.any(other).as_py():
            whole = _joined("http://", host, ":", port, uri).filter(other)
            found.append(Column("host and uri", field, pc.indices_nonzero(other).cast(pa.int64()), whole))
    return found


def _joined(*parts: Any) -> Any:
    return pc.binary_join_element_wise(*parts, "")
