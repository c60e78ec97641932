"""Bundles of 10^5 and 10^6 objects in and out by command, each a process: how fast, and how much memory at most."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import NamedTuple

from benchmarks.tables import print_table
from benchmarks.taxii import objects
from verbale.intel.bundles import bundle_parts, read_objects

__all__ = ["run"]

SIZES = tuple(int(size) for size in os.environ.get("VERBALE_BENCH_BUNDLES", "100000,1000000").split(","))


class _Run(NamedTuple):
    seconds: float
    peak: float
    """MB, of the process with the most."""


def run() -> None:
    rows = []
    for size in SIZES:
        folder = Path(tempfile.mkdtemp(prefix="verbale-bench-bundles-"))
        try:
            rows.append(_sized(folder, size))
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    print_table(
        "Bundles by command on SQLite, from an empty shelf",
        ["objects", "MB", "imported/s", "peak, MB", "again/s", "peak, MB", "exported/s", "peak, MB"],
        rows,
        "Peak: resident memory of the command. `again`: the same file once more, every object held already.",
    )


def _sized(folder: Path, size: int) -> list[str]:
    bundle, out = folder / "in.json", folder / "out.json"
    with bundle.open("wb") as target:
        target.writelines(bundle_parts(objects(size), f"bundle--{uuid.uuid4()}"))
    _command(folder, "init", "--state", "CR", "--name", "Republic of Crimson")
    _command(folder, "intel", "shelf", "add", "Bench", "--alias", "bench")
    told = [f"{size:,}", f"{bundle.stat().st_size / 1e6:,.0f}"]
    for words in (("import", bundle, "--shelf", "bench"),) * 2 + (("export", out, "--shelf", "bench"),):
        done = _command(folder, "intel", *words)
        told += [f"{size / done.seconds:,.0f}", f"{done.peak:,.0f}"]
    with out.open("rb") as source:
        if sum(1 for _ in read_objects(source)) != size:
            raise RuntimeError("what was exported is not what was imported")
    return told


def _command(folder: Path, *words: object) -> _Run:
    own = {"VERBALE_HOME": str(folder / "node"), "VERBALE_PASSPHRASE": "of the bench only", "VERBALE_LOG": "ERROR"}
    keep = {key: value for key, value in os.environ.items() if not key.startswith(("VERBALE_", "DJANGO_", "DATABASE_"))}
    began = time.perf_counter()
    with (folder / "said.txt").open("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "verbale", *map(str, words)], env={**keep, **own}, stdout=said, stderr=said
        )
        _pid, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise RuntimeError(f"verbale {' '.join(map(str, words))}: {said.read()[-2000:]}")
    return _Run(time.perf_counter() - began, usage.ru_maxrss / 1024)
