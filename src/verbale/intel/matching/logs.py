"""Log files: what they are, and their lines in blocks."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final, NamedTuple

import numpy as np
import pyarrow as pa

from .errors import MatchingError
from .limits import BLOCK_BYTES, MAX_LINE_BYTES
from .observed import Account

Progress = Callable[[int], None]
"""Told how many bytes of the files have been read since the last call."""

FORMATS: Final = ("zeek", "json", "csv", "parquet")
_PACKED: Final = {b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ": "xz", b"PK\x03\x04": "zip"}


class Source(NamedTuple):
    """A log file and its format: one of `FORMATS`."""

    path: Path
    format: str


def recognise(path: Path) -> Source:
    """What a file is, by its first bytes. Raises `MatchingError`."""
    with path.open("rb") as raw:
        head = raw.read(4_096)
    if head[:4] == b"PAR1":
        return Source(path, "parquet")
    for magic, name in _PACKED.items():
        if head.startswith(magic):
            raise MatchingError(f"is packed with {name}; only gzip is unpacked here", file=str(path))
    if head[:2] == b"\x1f\x8b":
        try:
            # The beginning alone, so that a file of which the end is missing is known all the same.
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 4_096)
        except zlib.error as error:
            raise MatchingError(f"cannot be unpacked: {error}", file=str(path)) from None
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:1] == b"#" and (head.startswith((b"#separator", b"#fields")) or b"\n#fields" in head):
        return Source(path, "zeek")
    if head[:1] == b"{":
        return Source(path, "json")
    if head[:1] == b"[":
        raise MatchingError("is one JSON array; logs in JSON have an object a line", file=str(path))
    if b"\0" in head:
        raise MatchingError("is no log that is understood here: Zeek, JSON lines, CSV or Parquet", file=str(path))
    return Source(path, "csv")


class Stream:
    """A file's bytes, unpacked; `progress` hears of the packed ones."""

    def __init__(self, path: Path, progress: Progress | None) -> None:
        self._raw = path.open("rb")
        self._told = 0
        self._progress = progress
        packed = self._raw.read(2) == b"\x1f\x8b"
        self._raw.seek(0)
        self._unpacked: IO[bytes] = gzip.GzipFile(fileobj=self._raw) if packed else self._raw  # type: ignore[assignment]

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def closed(self) -> bool:
        """As a file has it."""
        return self._raw.closed

    def close(self) -> None:
        """As a file has it."""
        self._unpacked.close()
        self._raw.close()

    def readable(self) -> bool:
        """As a file has it."""
        return True

    def seekable(self) -> bool:
        """As a file has it."""
        return False

    def read(self, size: int = BLOCK_BYTES) -> bytes:
        """Raises OSError, EOFError or zlib.error on a broken file."""
        data = self._unpacked.read(size)
        if self._progress is not None:
            here = self._raw.tell()
            self._progress(here - self._told)
            self._told = here
        return data


class Block(NamedTuple):
    """Whole lines, none empty; `numbers` has the number of each."""

    data: bytes
    numbers: Any


def blocks(stream: Stream, account: Account, limit: int = BLOCK_BYTES) -> Iterator[Block]:
    """The lines of a file. Empty ones are passed over; too long ones and those not in UTF-8 are bad rows."""
    rest, number, skipping = b"", 1, False
    first = True
    while True:
        data = stream.read(limit)
        if first:
            data, first = data.removeprefix(b"\xef\xbb\xbf"), False
        if not data:
            if rest and not skipping:
                yield from _checked(rest + b"\n", number, account)
            return
        if skipping:
            end = data.find(b"\n")
            if end < 0:
                continue
            data, skipping = data[end + 1 :], False
            number += 1
        data = rest + data
        cut = data.rfind(b"\n") + 1
        rest = data[cut:]
        if cut:
            yield from _checked(data[:cut], number, account)
            number += data.count(b"\n", 0, cut)
        if len(rest) > MAX_LINE_BYTES:
            account.rows += 1
            account.refuse(number, f"has more than {MAX_LINE_BYTES:,} bytes")
            rest, skipping = b"", True


def _checked(data: bytes, number: int, account: Account) -> Iterator[Block]:
    half = MAX_LINE_BYTES // 2
    odd = b"\r" in data or b"\n\n" in data or data[:1] == b"\n"
    odd = odd or any(data.find(b"\n", at, at + half) < 0 for at in range(0, len(data) - half, half))
    if not odd:
        try:
            data.decode("utf-8")
        except UnicodeDecodeError:
            odd = True
    if not odd:
        yield Block(data, _numbers(number, data.count(b"\n")))
        return
    kept, numbers = [], []
    for place, line in enumerate(data.split(b"\n")[:-1], start=number):
        line = line.removesuffix(b"\r")
        if not line.strip():
            continue
        if len(line) > MAX_LINE_BYTES:
            account.rows += 1
            account.refuse(place, f"has more than {MAX_LINE_BYTES:,} bytes")
            continue
        try:
            line.decode("utf-8")
        except UnicodeDecodeError as error:
            account.rows += 1
            account.refuse(place, f"is not UTF-8: byte {error.start} of the line is 0x{line[error.start]:02x}")
            continue
        kept.append(line)
        numbers.append(place)
    if kept:
        yield Block(b"\n".join(kept) + b"\n", pa.array(numbers, pa.int64()))


def _numbers(first: int, count: int) -> Any:
    return pa.array(np.arange(first, first + count, dtype=np.int64))
