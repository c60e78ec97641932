"""Acts recorded per second, on the disk: register and projection on SQLite and PostgreSQL, signatures left out."""

import contextlib
import os
import tempfile
import time
from typing import Any

import psycopg
from tests import postgres

from benchmarks.material import Author
from benchmarks.scratch import node
from benchmarks.tables import print_table, spread
from verbale.protocol import Act, Envelope, sign_act
from verbale.protocol.envelope import ACT_TYPE

__all__ = ["run"]

BATCHES = {1: 60, 10: 20, 100: 5, 1000: 1}
"""Size of the batch: batches in a round."""
ROUNDS = 7


def run() -> None:
    with contextlib.ExitStack() as stack:
        nodes = {"SQLite": stack.enter_context(node())}
        notes = [f"One fsync of 4 KiB in the folder of these databases: {_fsync()} ms."]
        if postgres.binaries() is None:
            notes.append("PostgreSQL is not installed here, so it was not measured.")
        else:
            prefix = stack.enter_context(postgres.server())
            with psycopg.connect(prefix + "postgres", autocommit=True) as connection:
                connection.execute("CREATE DATABASE bench")
            nodes["PostgreSQL"] = stack.enter_context(node(prefix + "bench"))
        rates: dict[tuple[str, int], list[float]] = {(name, batch): [] for name in nodes for batch in BATCHES}
        for turn in range(ROUNDS + 1):
            for batch, count in BATCHES.items():
                for name, there in nodes.items():
                    seconds = there.call(append_round, batch=batch, count=count)
                    if turn:  # the first round warms up
                        rates[name, batch].append(batch * count / seconds)
    print_table(
        f"Durable appends, acts/s: append() and project() in one transaction a batch, {ROUNDS} rounds",
        ["acts a batch", *nodes],
        [[f"{batch:,}", *(spread(rates[name, batch]) for name in nodes)] for batch in BATCHES],
        *notes,
        "SQLite: WAL, synchronous=FULL. PostgreSQL: its defaults (fsync, synchronous_commit), by TCP on this machine.",
        "Target: at least 1,000 acts/s in batches on SQLite.",
    )


def _fsync() -> str:
    times = []
    with tempfile.NamedTemporaryFile(prefix="verbale-bench-") as file:
        for _ in range(101):
            began = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - began) * 1000)
    return spread(times)


_far: dict[str, Any] = {}


def append_round(batch: int, count: int) -> float:
    """There: seconds to record that many batches of fresh acts."""
    from django.db import transaction

    from verbale.node.projection import project
    from verbale.node.register import append

    if not _far:
        author = Author()
        _far.update(author=author, pairs=sign_act(author.note().canonical, author.keys).pairs)

    def enveloped(act: Act) -> tuple[Act, Envelope]:
        # Nothing here verifies: one pair of signatures, of the true size, serves all.
        return act, Envelope(ACT_TYPE, act.canonical, _far["pairs"])

    batches = [[enveloped(act) for act in _far["author"].notes(batch)] for _ in range(count)]
    began = time.perf_counter()
    for items in batches:
        with transaction.atomic():
            project(append(items, via="exchange"))
    return time.perf_counter() - began
