"""Brings logs into the shape of `observed`, file by file, in memory that does not grow with them."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from . import jsonlines, tabular, zeek
from .errors import MatchingError
from .fields import Field
from .limits import MAX_FILES
from .logs import Progress, Source, Stream, recognise
from .observed import Account, Writer


def stage(
    paths: Sequence[Path],
    into: Path,
    *,
    columns: Mapping[str, Field] | None = None,
    format: str | None = None,
    progress: Progress | None = None,
) -> list[Account]:
    """Read the logs and write one Parquet file. A file that cannot be read says so in its account (`failed`); the
    others are read all the same. `columns` name those of CSV and Parquet files, `format` is one of `logs.FORMATS`."""
    if len(paths) > MAX_FILES:
        raise MatchingError(f"there are more than {MAX_FILES:,} files")
    accounts = []
    with Writer(into) as writer:
        for number, path in enumerate(paths):
            account = Account(str(path))
            accounts.append(account)
            try:
                source = Source(path, format) if format else recognise(path)
                _read(number, source, account, writer, columns or {}, progress)
            except MatchingError as error:
                account.failed = error.reason
            except (OSError, EOFError, zlib.error, pa.ArrowException) as error:
                account.failed = f"cannot be read to its end: {' '.join(str(error).split())[:300]}"
    return accounts


def _read(
    number: int,
    source: Source,
    account: Account,
    writer: Writer,
    columns: Mapping[str, Field],
    progress: Progress | None,
) -> None:
    account.format = source.format
    if source.format == "parquet":
        tabular.read_parquet(number, source.path, account, writer, columns, progress)
        return
    with Stream(source.path, progress) as stream:
        if source.format == "zeek":
            zeek.read(number, stream, account, writer)
        elif source.format == "json":
            jsonlines.read(number, stream, account, writer)
        else:
            tabular.read_csv(number, stream, account, writer, columns)
