"""The same expression on Apache Spark: the same hits as on DuckDB. Starting Java takes some ten seconds, once."""

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.intel.matching_case import (
    IN_MANY_LOGS,
    LOGS,
    Seen,
    case_indicators,
    case_observed,
    found_in_logs,
    naive,
    plainly,
    write_observed,
)
from verbale.intel.matching import Indicator, MatchingError, match
from verbale.intel.matching.engines import DuckDb, Spark, local_session
from verbale.intel.matching.expression import hits
from verbale.intel.matching.indicators import lay_out

pytestmark = [
    pytest.mark.skipif(shutil.which("java") is None, reason="Apache Spark needs a Java of 17 or newer"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    pytest.importorskip("pyspark")
    started = local_session(tmp_path_factory.mktemp("spark"), memory="1g", threads=2)
    # Small tables: fewer tasks, and no time spent on compiling for millions of rows.
    for key, value in {"shuffle.partitions": "1", "codegen.wholeStage": "false"}.items():
        started.conf.set(f"spark.sql.{key}", value)
    yield started
    started.stop()


def both(
    session: Any, folder: Path, seen: list[Seen], indicators: list[Indicator], *, subdomains: bool
) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    write_observed(folder / "observed.parquet", seen)
    expression = hits(lay_out(indicators, folder, subdomains=subdomains).shape)
    found = []
    for engine in (DuckDb(folder, memory="512MB"), Spark(folder, session=session)):
        with engine:
            engine.hold(folder)
            found.append(plainly(engine.run(expression)))
    return found[0], found[1]


def test_every_way_of_matching(session: Any, tmp_path: Path) -> None:
    duckdb, spark = both(session, tmp_path, case_observed(), case_indicators(), subdomains=True)
    assert spark == duckdb == naive(case_observed(), case_indicators(), subdomains=True)


def test_many_rows_at_random(session: Any, tmp_path: Path) -> None:
    rng = random.Random(6)
    names = [f"h{n}.d{n % 50}.example" for n in range(300)]
    seen = []
    for place in range(1, 3_000):
        time = rng.choice([None, rng.randrange(10**6)])
        seen += [
            Seen(place, time, "ipv4", f"198.51.{rng.randrange(4)}.{rng.randrange(256)}", "dst"),
            Seen(place, time, "port", rng.choice(["80", "443"]), "dst"),
            Seen(place, time, "domain", rng.choice(names)),
            Seen(place, time, "url", f"http://{rng.choice(names)}/Ä/{rng.randrange(50)}"),
        ]
    patterns = [f"[domain-name:value = '{rng.choice(names)}']" for _ in range(40)]
    patterns += [f"[ipv4-addr:value ISSUBSET '198.51.{rng.randrange(4)}.0/{rng.randrange(18, 32)}']" for _ in range(10)]
    patterns += [f"[network-traffic:dst_port = 443 AND ipv4-addr:value = '198.51.1.{n}']" for n in range(20)]
    patterns += [r"[url:value MATCHES '/\\D/1\\d$']", "[url:value LIKE '%/Ä/4_']", "[domain-name:value LIKE 'H1%']"]
    indicators = [Indicator(f"i{n:03d}", pattern, since=5 * 10**5) for n, pattern in enumerate(patterns)]
    duckdb, spark = both(session, tmp_path, seen, indicators, subdomains=True)
    assert spark == duckdb == naive(seen, indicators, subdomains=True)
    assert len({row[0] for row in spark}) > 60


def test_the_logs_of_a_hit_are_counted_and_the_first_are_named(session: Any, tmp_path: Path) -> None:
    assert found_in_logs(Spark(tmp_path, session=session), tmp_path) == IN_MANY_LOGS


def test_nothing_at_all(session: Any, tmp_path: Path) -> None:
    indicators = [Indicator("i", "[domain-name:value = 'x.example']")]
    assert both(session, tmp_path, [], indicators, subdomains=False) == ([], [])


def test_the_whole_road(session: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verbale.intel.matching.engines.local_session", lambda *_, **__: session)
    monkeypatch.setattr(type(session), "stop", lambda _: None)
    wanted = [Indicator("i", kind="ip", value="198.51.100.0/24")]
    spark = match([LOGS / "conn.log"], wanted, engine="spark", progress=lambda *_: None)
    assert spark.hits == match([LOGS / "conn.log"], wanted, memory="512MB").hits
    assert spark.hits


def test_without_spark_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyspark.sql", None)
    with pytest.raises(MatchingError, match="is not installed here"):
        local_session(tmp_path)
