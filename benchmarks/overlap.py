"""Private overlap of two large sets: ours, in pieces on the disk, on one and two threads, beside openmined-psi bare."""

import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import private_set_intersection.python as psi

from benchmarks.tables import print_table, spread
from verbale.intel.overlap.run import Client, Server, Terms

__all__ = ["run"]

SIZES = {10_000: 3, 100_000: 1}
"""Values of each side: rounds."""
SHARED = 10
"""One value in so many is held by both."""
STEPS = ("request", "answer", "result")


class _Run(NamedTuple):
    laps: dict[str, float]
    processor: float
    sizes: tuple[int, ...]
    """Bytes of request, setup and response."""
    found: int

    @property
    def seconds(self) -> float:
        return sum(self.laps.values())


def run() -> None:
    rows, ratios = [], []
    for size, rounds in SIZES.items():
        ours, theirs = _sets(size)
        ways: dict[str, Callable[[], _Run]] = {
            "openmined-psi bare": partial(_bare, ours, theirs),
            "ours, 1 thread": partial(_own, ours, theirs, 1),
            "ours, 2 threads": partial(_own, ours, theirs, 2),
        }
        taken: dict[str, list[_Run]] = {name: [] for name in ways}
        for turn in range(rounds + (rounds > 1)):
            for name, measure in ways.items():
                done = measure()
                assert done.found == size // SHARED, f"{name}: {done.found:,} found, not {size // SHARED:,}"
                if turn or rounds == 1:  # the first round warms up, where there are several
                    taken[name].append(done)
        for name, runs in taken.items():
            rows.append(
                [
                    f"{size:,}, {name}",
                    *(spread([item.laps[step] for item in runs]) for step in STEPS),
                    spread([item.seconds for item in runs]),
                    spread([item.processor for item in runs]),
                    " + ".join(f"{bytes_ / 1e6:.2f}" for bytes_ in runs[-1].sizes),
                ]
            )
        bare, *own = taken.values()
        for name, runs in zip(("1 thread", "2 threads"), own, strict=True):
            wall = [item.seconds / other.seconds for item, other in zip(runs, bare, strict=True)]
            work = [item.processor / other.processor for item, other in zip(runs, bare, strict=True)]
            ratios.append(
                f"{size:,}: ours on {name} takes {spread(wall, 2)} times the bare library's time, "
                f"and {spread(work, 2)} times its processor time."
            )
    print_table(
        "Private overlap of two sets of that size, seconds; the values are learnt, one in ten is held by both",
        ["values", *STEPS, "together", "processor", "MB: request + setup + response"],
        rows,
        *ratios,
        "Bare: the whole set in one call, in memory, one thread (its objects bear no other).",
        "Ours: pieces of 2,000 values, each kept on the disk; container read with its bounds checked.",
        "Processor: of all threads together, which other work on the machine does not change.",
        "Both: Golomb container, a false match in at most one run of 10^6; new keys each round.",
        "Target: no slower on one core, faster on two.",
    )


def _sets(size: int) -> tuple[list[str], list[str]]:
    def names(first: int, count: int) -> list[str]:
        return [f"domain:host-{number}.example" for number in range(first, first + count)]

    shared = size // SHARED
    return names(0, size), names(size - shared, size)


def _bare(ours: list[str], theirs: list[str]) -> _Run:
    clock = _Clock()
    client, server = psi.client.CreateWithNewKey(True), psi.server.CreateWithNewKey(True)
    request = client.CreateRequest(ours).SerializeToString()
    clock.lap("request")
    asked = psi.Request()
    asked.ParseFromString(request)
    setup = server.CreateSetupMessage(1e-6, len(ours), theirs, psi.DataStructure.GCS).SerializeToString()
    response = server.ProcessRequest(asked).SerializeToString()
    clock.lap("answer")
    held, told = psi.ServerSetup(), psi.Response()
    held.ParseFromString(setup)
    told.ParseFromString(response)
    found = client.GetIntersection(held, told)
    clock.lap("result")
    return clock.run((len(request), len(setup), len(response)), len(found))


def _own(ours: list[str], theirs: list[str], threads: int) -> _Run:
    terms = Terms(True)
    with tempfile.TemporaryDirectory(prefix="verbale-bench-") as folder:
        client = Client(Path(folder) / "client", terms, threads=threads)
        server = Server(Path(folder) / "server", terms, threads=threads)
        clock = _Clock()
        client.begin(ours)
        _count, request = client.request()
        clock.lap("request")
        server.begin(theirs)
        answer = server.answer(request)
        clock.lap("answer")
        found = client.result(answer.setup, answer.response, answer.count)
        clock.lap("result")
    return clock.run(tuple(sum(map(len, parts)) for parts in (request, answer.setup, answer.response)), found.size)


class _Clock:
    """Seconds between laps, and of the processor altogether."""

    def __init__(self) -> None:
        self._laps: dict[str, float] = {}
        self._last, self._processor = time.perf_counter(), time.process_time()

    def lap(self, name: str) -> None:
        now = time.perf_counter()
        self._laps[name], self._last = now - self._last, now

    def run(self, sizes: tuple[int, ...], found: int) -> _Run:
        return _Run(self._laps, time.process_time() - self._processor, sizes, found)
