"""What runs the expression: DuckDB, or Apache Spark when one machine is outgrown."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

import ibis

from .errors import MatchingError

__all__ = ["DuckDb", "Engine", "Spark"]

TABLES: Final = ("observed", "terms", "indicators")


class Engine(Protocol):
    """Holds the three tables and runs the expression on them."""

    def __enter__(self) -> Engine: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def hold(self, folder: Path) -> None:
        """Take `observed.parquet`, `terms.parquet` and `indicators.parquet` of a folder for the tables."""

    def run(self, expression: Any, progress: Callable[[float], None] | None = None) -> Iterator[dict[str, Any]]:
        """The rows; `progress` hears now and then how much is done, from 0 to 1."""


class DuckDb:
    """DuckDB in this process, in at most `memory` (as `4GB`); what does not fit goes to `folder`."""

    def __init__(self, folder: Path, *, memory: str = "4GB", threads: int | None = None) -> None:
        config: dict[str, Any] = {"memory_limit": memory, "temp_directory": str(folder / "duckdb")}
        if threads:
            config["threads"] = threads
        self._connection = ibis.duckdb.connect(**config)
        self._connection.raw_sql("SET preserve_insertion_order = false")

    def __enter__(self) -> DuckDb:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.disconnect()

    def hold(self, folder: Path) -> None:
        for name in TABLES:
            self._connection.read_parquet(folder / f"{name}.parquet", table_name=name)

    def run(self, expression: Any, progress: Callable[[float], None] | None = None) -> Iterator[dict[str, Any]]:
        done = threading.Event()
        watcher = None
        if progress is not None:
            raw, told = self._connection.con, progress
            raw.execute("SET enable_progress_bar = true")
            raw.execute("SET enable_progress_bar_print = false")

            def watch() -> None:
                while not done.wait(0.2):
                    told(max(0.0, min(raw.query_progress() / 100, 1.0)))

            watcher = threading.Thread(target=watch, daemon=True)
            watcher.start()
        try:
            table = self._connection.to_pyarrow(expression)
        finally:
            done.set()
            if watcher is not None:
                watcher.join()
        for batch in table.to_batches(max_chunksize=10_000):
            yield from batch.to_pylist()


class Spark:
    """Apache Spark: a session of its own in local mode, or one that is given (then it is not ended here)."""

    def __init__(self, folder: Path, *, memory: str = "8g", threads: int | None = None, session: Any = None) -> None:
        self._own = session is None
        self._session = session if session is not None else local_session(folder, memory=memory, threads=threads)
        self._connection = ibis.pyspark.connect(self._session)

    def __enter__(self) -> Spark:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._own:
            self._session.stop()

    def hold(self, folder: Path) -> None:
        for name in TABLES:
            self._connection.read_parquet(str(folder / f"{name}.parquet"), table_name=name)

    def run(self, expression: Any, progress: Callable[[float], None] | None = None) -> Iterator[dict[str, Any]]:
        done = threading.Event()
        watcher = None
        if progress is not None:
            tracker, told = self._session.sparkContext.statusTracker(), progress

            def watch() -> None:
                while not done.wait(0.5):
                    whole = finished = 0
                    for stage in tracker.getActiveStageIds():
                        info = tracker.getStageInfo(stage)
                        if info is not None:
                            whole += info.numTasks
                            finished += info.numCompletedTasks
                    if whole:
                        told(finished / whole)

            watcher = threading.Thread(target=watch, daemon=True)
            watcher.start()
        try:
            for batch in self._session.sql(ibis.to_sql(expression, dialect="pyspark")).toArrow().to_batches(10_000):
                yield from batch.to_pylist()
        finally:
            done.set()
            if watcher is not None:
                watcher.join()


def local_session(folder: Path, *, memory: str = "8g", threads: int | None = None) -> Any:
    """A Spark session on this machine. Raises `MatchingError` where Spark or Java is missing."""
    try:
        from pyspark.errors import PySparkException
        from pyspark.sql import SparkSession
    except ImportError:
        raise MatchingError(
            "Apache Spark is not installed here: pip install pyspark, and a Java of 17 or newer"
        ) from None
    try:
        session = (
            SparkSession.builder.master(f"local[{threads or '*'}]")
            .appName("verbale-matching")
            .config("spark.driver.memory", memory)
            .config("spark.local.dir", str(folder / "spark"))
            .config("spark.sql.warehouse.dir", str(folder / "spark-warehouse"))
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.session.timeZone", "UTC")
            # The terms go to where the logs are, to some ten million: sorting the logs instead costs minutes.
            # It is memory that this takes: with 4 GB for 10^6 terms Java mostly collects garbage.
            .config("spark.sql.autoBroadcastJoinThreshold", "256m")
            .config("spark.sql.shuffle.partitions", "8")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.driver.host", "127.0.0.1")
            .getOrCreate()
        )
    except (PySparkException, RuntimeError, OSError) as error:
        raise MatchingError(
            f"Apache Spark does not start; it needs a Java of 17 or newer: {str(error)[:200]}"
        ) from None
    session.sparkContext.setLogLevel("ERROR")
    return session
