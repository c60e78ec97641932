"""Own logs of up to 10^7 rows against 10^6 indicators: laid out, brought into shape, matched on DuckDB and on Spark.

Each step runs in a process of its own, so that its peak of memory is its own. The hits of both engines are compared.
"""

import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from benchmarks.tables import print_table

__all__ = ["run"]

SIZES = (10**5, 10**6, 10**7)
INDICATORS = 10**6
SEED = 20_261_124
PLANTED = 10_000
"""One row in so many holds the value of an indicator; by chance others do too."""
MEMORY = {"duckdb": "2GB", "spark": "8g"}


# -- the material ---------------------------------------------------------------------------------------------------


def _address(number: int) -> str:
    """Of 198.18.0.0/15 and its neighbours, some 16 million."""
    return f"{100 + (number >> 20) % 16}.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


def _digest(number: int) -> str:
    return hashlib.sha256(b"%d" % number).hexdigest()


def patterns(count: int = INDICATORS) -> Iterator[tuple[str, str]]:
    """Id and pattern of each indicator: addresses, domains, hashes, URLs, networks, AND, LIKE and MATCHES."""
    rng = random.Random(SEED)
    for number in range(count):
        name = f"indicator--{number:08x}-0000-4000-8000-000000000000"
        kind = number % 20
        if number % 50_000 == 7:
            yield name, f"[domain-name:value LIKE '%.c2-{number}.example']"
        elif number % 50_000 == 8:
            yield name, f"[url:value MATCHES '/gate{number}/[a-z]+\\\\.php$']"
        elif number % 1_000 == 9:
            other = _address(rng.getrandbits(24))
            yield name, f"[network-traffic:dst_ref.value = '{other}' AND network-traffic:dst_port = 443]"
        elif number % 500 == 11:
            yield name, f"[ipv4-addr:value ISSUBSET '{_address(rng.getrandbits(24))}/{rng.choice((24, 26, 28))}']"
        elif kind < 8:
            yield name, f"[ipv4-addr:value = '{_address(rng.getrandbits(24))}']"
        elif kind < 14:
            yield name, f"[domain-name:value = 'host{number}.evil{number % 977}.example']"
        elif kind < 17:
            yield name, f"[file:hashes.'SHA-256' = '{_digest(number)}']"
        else:
            yield name, f"[url:value = 'http://host{number}.evil{number % 977}.example/drop/{number}']"


def make_logs(path: Path, rows: int) -> None:
    """A Parquet file of proxy-like rows: time, both ends, name, URL, and a hash in one row of twenty."""
    rng = np.random.default_rng(SEED)
    writer = None
    at_once = 500_000
    for first in range(0, rows, at_once):
        count = min(at_once, rows - first)
        numbers = np.arange(first, first + count)
        planted = numbers % PLANTED == 17
        targets = rng.integers(0, INDICATORS // 20, count) * 20
        src = _addresses(rng.integers(0, 2**16, count), "10.1")
        dst = _wide(rng.zipf(1.3, count) % 2**24 * 7919 % 2**24)
        names = pa.array(rng.integers(0, 400_000, count)).cast(pa.string())
        benign = pc.binary_join_element_wise("www", names, ".org.example", "")
        bad = targets + 8
        evil = pc.binary_join_element_wise(
            "host", pa.array(bad).cast(pa.string()), ".evil", pa.array(bad % 977).cast(pa.string()), ".example", ""
        )
        domain = pc.if_else(pa.array(planted), evil, benign)
        url = pc.binary_join_element_wise("https://", benign, "/page/", pa.array(numbers).cast(pa.string()), "")
        drop = targets + 17
        dropped = pc.binary_join_element_wise(
            "http://host",
            pa.array(drop).cast(pa.string()),
            ".evil",
            pa.array(drop % 977).cast(pa.string()),
            ".example/drop/",
            pa.array(drop).cast(pa.string()),
            "",
        )
        url = pc.if_else(pa.array(planted & (numbers % 2 == 1)), dropped, url)
        hashes = [
            _digest(int(target) + 14 if plant else int(number) + 10**9) if number % 20 == 17 else None
            for number, target, plant in zip(numbers, targets, planted, strict=True)
        ]
        table = pa.table(
            {
                "timestamp": pa.array(1_760_000_000_000_000 + numbers * 8_640, pa.timestamp("us", "UTC")),
                "src_ip": src,
                "src_port": pa.array(rng.integers(1024, 65_535, count)),
                "dst_ip": dst,
                "dst_port": pa.array(rng.choice([53, 80, 443, 8443], count)),
                "domain": domain,
                "url": url,
                "sha256": pa.array(hashes, pa.string()),
            }
        )
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    assert writer is not None
    writer.close()


def _addresses(numbers: Any, begin: str) -> Any:
    high, low = (pa.array(part).cast(pa.string()) for part in (numbers >> 8 & 255, numbers & 255))
    return pc.binary_join_element_wise(begin, high, low, ".")


def _wide(numbers: Any) -> Any:
    parts = (100 + (numbers >> 20) % 16, numbers >> 16 & 255, numbers >> 8 & 255, numbers & 255)
    return pc.binary_join_element_wise(*(pa.array(part).cast(pa.string()) for part in parts), ".")


# -- the steps, each in a process of its own ------------------------------------------------------------------------


def _logs(folder: Path, rows: int) -> dict[str, Any]:
    path = folder / f"logs-{rows}.parquet"
    make_logs(path, rows)
    return {"bytes": path.stat().st_size}


def _lay_out(folder: Path, rows: int) -> dict[str, Any]:
    from verbale.intel.matching.indicators import Indicator, lay_out

    planned = lay_out((Indicator(name, pattern) for name, pattern in patterns()), folder)
    (folder / "shape.json").write_bytes(msgspec.json.encode(planned.shape))
    return {"looked": planned.looked, "unlooked": planned.unlooked, "terms": planned.terms}


def _stage(folder: Path, rows: int) -> dict[str, Any]:
    from verbale.intel.matching.stage import stage

    own = folder / str(rows)
    own.mkdir(exist_ok=True)
    (account,) = stage([folder / f"logs-{rows}.parquet"], own / "observed.parquet")
    assert account.rows == rows
    assert not account.failed, account.failed
    for name in ("terms", "indicators"):
        (own / f"{name}.parquet").unlink(missing_ok=True)
        (own / f"{name}.parquet").symlink_to(folder / f"{name}.parquet")
    return {"values": account.values, "bytes": (own / "observed.parquet").stat().st_size}


def _duckdb(folder: Path, rows: int) -> dict[str, Any]:
    from verbale.intel.matching.engines import DuckDb

    return _match(folder, rows, DuckDb(folder, memory=MEMORY["duckdb"]))


def _spark(folder: Path, rows: int) -> dict[str, Any]:
    from verbale.intel.matching.engines import Spark

    return _match(folder, rows, Spark(folder, memory=MEMORY["spark"]))


def _match(folder: Path, rows: int, engine: Any) -> dict[str, Any]:
    from verbale.intel.matching.expression import hits
    from verbale.intel.matching.indicators import Shape

    shape = msgspec.json.decode((folder / "shape.json").read_bytes(), type=Shape)
    with engine:
        began = time.perf_counter()
        engine.hold(folder / str(rows))
        seal, count, seen = hashlib.sha256(), 0, 0
        for row in engine.run(hits(shape)):
            seal.update(json.dumps(row, sort_keys=True).encode())
            count += 1
            seen += row["count"]
        took = time.perf_counter() - began
        child = _peak_of_children()
    return {"took": took, "hits": count, "seen": seen, "seal": seal.hexdigest(), "java": child}


def _peak_of_children() -> float:
    """The highest resident memory of the processes below this one, MiB; Spark's Java is one."""
    peak = 0.0
    waiting = [os.getpid()]
    while waiting:
        pid = waiting.pop()
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            for child in task.read_text().split():
                waiting.append(int(child))
                peak = max(peak, _high(int(child)))
    return peak


def _high(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


STEPS = {"logs": _logs, "lay_out": _lay_out, "stage": _stage, "duckdb": _duckdb, "spark": _spark}


def _step(name: str, folder: Path, rows: int = 0) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "benchmarks.matching", name, str(folder), str(rows)],
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _far_end() -> None:
    name, folder, rows = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    began = time.perf_counter()
    answer = STEPS[name](folder, rows)
    print(json.dumps({"took": time.perf_counter() - began, **answer, "peak": _high(os.getpid())}))


# -- the tables -----------------------------------------------------------------------------------------------------


def run(sizes: tuple[int, ...] = SIZES) -> None:
    folder = Path(tempfile.mkdtemp(prefix="verbale-bench-"))
    try:
        laid = _step("lay_out", folder)
        rows = []
        for size in sizes:
            _step("logs", folder, size)
            staged = _step("stage", folder, size)
            duck = _step("duckdb", folder, size)
            spark = _step("spark", folder, size) if shutil.which("java") else None
            if spark is not None:
                assert spark["seal"] == duck["seal"], f"the engines differ: {duck} {spark}"
            rows.append(
                [
                    f"{size:,}",
                    f"{staged['values']:,}",
                    f"{staged['took']:.1f} s, {staged['peak']:,.0f} MiB",
                    f"{duck['took']:.1f} s, {duck['peak']:,.0f} MiB",
                    f"{spark['took']:.1f} s, {spark['peak'] + spark['java']:,.0f} MiB" if spark else "no Java here",
                    f"{duck['hits']:,} ({duck['seen']:,} rows)",
                ]
            )
            (folder / str(size) / "observed.parquet").unlink()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print_table(
        f"Matching of logs against {INDICATORS:,} indicators: time and peak of memory",
        ["log rows", "values in them", "brought into shape", "DuckDB", "Spark, local", "hits, the same on both"],
        rows,
        f"indicators laid out once: {laid['took']:.1f} s, {laid['peak']:,.0f} MiB; {laid['looked']:,} looked for as "
        f"{laid['terms']:,} terms.",
        f"DuckDB may take {MEMORY['duckdb']}, Spark's Java {MEMORY['spark']}; the time to start Spark is not counted.",
    )


if __name__ == "__main__":
    _far_end()
