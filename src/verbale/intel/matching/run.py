"""From logs and indicators to hits."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import msgspec

from .engines import DuckDb, Engine, Spark
from .expression import hits
from .fields import Field
from .indicators import Indicator, Planned, lay_out
from .limits import MAX_HITS, ROW_BITS
from .observed import Account
from .stage import stage

__all__ = ["Hit", "Matched", "Progress", "match"]

Progress = Callable[[str, float, float], None]
"""Told the step (`indicators`, `logs`, `match`), how much of it is done, and of how much (0 when not known)."""


class Hit(msgspec.Struct, frozen=True):
    """An indicator that was seen. `first` and `last` are microseconds since 1970, None when no row tells a time;
    `count` is how many rows, `in_time` how many of them while the indicator was valid; `file` and `row` are where it
    was found first, `logs` the first files in which it was found, of `log_count`."""

    indicator: str
    name: str
    marking: str | None
    origin: str
    kind: str
    value: str
    first: int | None
    last: int | None
    count: int
    in_time: int
    file: str
    row: int
    logs: tuple[str, ...] = ()
    log_count: int = 0


class Matched(msgspec.Struct, frozen=True):
    """The outcome. `more` says that there were more hits than are handed on."""

    hits: list[Hit]
    logs: list[Account]
    indicators: Planned
    more: bool = False


def match(
    logs: Sequence[Path],
    indicators: Iterable[Indicator],
    *,
    engine: str = "duckdb",
    memory: str = "",
    subdomains: bool = False,
    columns: Mapping[str, Field] | None = None,
    format: str | None = None,
    scratch: Path | None = None,
    progress: Progress | None = None,
    limit: int = MAX_HITS,
) -> Matched:
    """Look for the indicators in the logs. `scratch` is where the tables are laid, which takes about as much room as
    the logs do when packed; it is left as it was. `memory` is what the engine may take, as `4GB`."""
    tell = progress or (lambda _step, _done, _whole: None)
    with tempfile.TemporaryDirectory(prefix="verbale-match-", dir=scratch) as made:
        folder = Path(made)
        planned = lay_out(_told(indicators, tell), folder, subdomains=subdomains)
        size, read = sum(path.stat().st_size for path in logs if path.exists()), 0

        def heard(count: int) -> None:
            nonlocal read
            read += count
            tell("logs", read, size)

        accounts = stage(logs, folder / "observed.parquet", columns=columns, format=format, progress=heard)
        found: list[Hit] = []
        more = False
        if planned.looked:
            with engine_named(engine, folder, memory) as running:
                running.hold(folder)
                rows = running.run(hits(planned.shape), lambda done: tell("match", done, 1.0))
                for row in rows:
                    if len(found) >= limit:
                        more = True
                        break
                    found.append(_hit(row, logs))
    return Matched(found, accounts, planned, more)


@contextlib.contextmanager
def engine_named(name: str, folder: Path, memory: str) -> Iterator[Engine]:
    """`duckdb` or `spark`, in at most `memory` (4 GB, or 8 for Spark, when not said)."""
    if name == "spark":
        # Java counts in `g` what DuckDB counts in `GB`.
        with Spark(folder, memory=(memory or "8GB").lower().removesuffix("b")) as spark:
            yield spark
    else:
        with DuckDb(folder, memory=memory or "4GB") as duckdb:
            yield duckdb


def _told(indicators: Iterable[Indicator], tell: Progress) -> Iterator[Indicator]:
    for number, indicator in enumerate(indicators, start=1):
        if number % 10_000 == 0:
            tell("indicators", number, 0)
        yield indicator


def _hit(row: Mapping[str, object], logs: Sequence[Path]) -> Hit:
    example, numbers = row["example"], row["logs"]
    assert isinstance(example, int)
    assert isinstance(numbers, list)
    return msgspec.convert(
        {
            **row,
            "indicator": row["id"],
            "file": str(logs[example >> ROW_BITS]),
            "row": example & ((1 << ROW_BITS) - 1),
            "logs": [str(logs[number]) for number in sorted(numbers)],
        },
        Hit,
    )
