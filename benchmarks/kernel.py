"""What an act costs beyond its two signatures: in the kernel alone, and through the node's door to the disk."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec

from benchmarks.material import Author, Bare
from benchmarks.scratch import node
from benchmarks.tables import print_table, spread
from verbale.matters.channel.acts import Note
from verbale.matters.channel.fold import rule
from verbale.protocol import Act, Credentials, Envelope, Leaf, format_time, parse_act
from verbale.protocol.merkle import MemoryTree

__all__ = ["run"]

THREADS = 2
ACTS, ROUNDS = 400, 11
BATCHES = {1: (60, 9), 10: (12, 9), 100: (3, 9)}
"""Size of the batch: batches in a round, rounds."""


def run() -> None:
    in_memory()
    through_the_door()


# -- the kernel alone -----------------------------------------------------------------------------------------------


def _check(wire: list[bytes], credentials: Credentials) -> list[Act]:
    checked = []
    for data in wire:
        envelope = Envelope.from_bytes(data)
        act = parse_act(envelope.payload)
        credentials.verify_envelope(envelope, act.issued, "act")
        checked.append(act)
    return checked


def _record(acts: list[Act], at: str) -> None:
    tree, state = MemoryTree(), {}
    tree.extend(Leaf(act.id, at).hash() for act in acts)
    for act in acts:
        # As the node's registry does before it hands an act to the rule of its kind.
        msgspec.convert(act.body, Note)
        assert rule(state, act).effective
    assert tree.size == len(acts)
    tree.root()


def in_memory() -> None:
    author = Author()
    envelopes = author.signed(ACTS)
    wire = [envelope.to_bytes() for envelope in envelopes]
    bare, jobs, credentials = Bare(author), Bare.jobs(envelopes), author.credentials
    at = format_time(author.note().issued_at)
    rows = []
    with ThreadPoolExecutor(THREADS) as pool:

        def kernel_alone() -> None:
            _record(_check(wire, credentials), at)

        def kernel_on_pool() -> None:
            shares = [wire[start::THREADS] for start in range(THREADS)]
            checked = list(pool.map(_check, shares, [credentials] * THREADS))
            _record(sorted((act for share in checked for act in share), key=lambda act: act.order), at)

        pairs = {
            "1 thread": (lambda: bare.verify(jobs), kernel_alone),
            f"{THREADS} threads": (lambda: bare.verify_on(pool, THREADS, jobs), kernel_on_pool),
        }
        for name, (bare_round, kernel_round) in pairs.items():
            times: list[tuple[float, float]] = []
            for _ in range(ROUNDS + 1):
                began = time.perf_counter()
                bare_round()
                middle = time.perf_counter()
                kernel_round()
                times.append((middle - began, time.perf_counter() - middle))
            rows.append(_row(name, times[1:], ACTS))  # the first round warms up
    size = sum(map(len, wire)) // len(wire)
    print_table(
        f"Kernel in memory: {ACTS} notes of {len(envelopes[0].payload):,} B ({size:,} B as envelopes), {ROUNDS} rounds",
        ["", "bare signatures, acts/s", "kernel, acts/s", "time, kernel / bare"],
        rows,
        "kernel: parse envelope and act, verify with credentials, leaf and tree, typed body, rule of the channel.",
        "Target: at most 1.5.",
    )


def _row(name: str, times: list[tuple[float, float]], acts: int) -> list[str]:
    return [
        name,
        spread([acts / bare for bare, _ in times]),
        spread([acts / full for _, full in times]),
        spread([full / bare for bare, full in times], 2),
    ]


# -- the node's door ------------------------------------------------------------------------------------------------


def through_the_door() -> None:
    times: dict[int, list[tuple[float, float]]] = {batch: [] for batch in BATCHES}
    with node() as here:
        here.call(begin)
        for turn in range(max(rounds for _, rounds in BATCHES.values()) + 1):
            for batch, (count, rounds) in BATCHES.items():
                if turn <= rounds:
                    measured = here.call(receive_round, batch=batch, count=count)
                    if turn:  # the first round warms up
                        times[batch].append(tuple(measured))
    print_table(
        f"receive() on SQLite, durably committed; signatures on {THREADS} threads where a batch has more than one act",
        ["acts a batch", "bare signatures, acts/s", "receive, acts/s", "time, receive / bare"],
        [_row(str(batch), times[batch], batch * BATCHES[batch][0]) for batch in BATCHES],
        "receive: the kernel on rows of the database, signed head, receipts, notices; one commit a batch.",
    )


_far: dict[str, Any] = {}


def begin() -> None:
    """There: make the author a confirmed partner."""
    from verbale.node.models import Partner

    author = Author()
    now = author.credentials.current
    Partner.objects.create(
        node=now.node,
        name=now.name,
        kind=now.kind,
        status=Partner.Status.CONFIRMED,
        chain=author.credentials.to_bytes(),
        fingerprint=now.fingerprint,
    )
    _far.update(author=author, bare=Bare(author), pool=ThreadPoolExecutor(THREADS))


def receive_round(batch: int, count: int) -> tuple[float, float]:
    """There: seconds of the bare signatures of fresh acts, and of receiving them."""
    from verbale.node.services import receive

    batches = [_far["author"].signed(batch) for _ in range(count)]
    jobs = [Bare.jobs(envelopes) for envelopes in batches]
    bare, pool = _far["bare"], _far["pool"]
    began = time.perf_counter()
    for item in jobs:
        if batch == 1:
            bare.verify(item)
        else:
            bare.verify_on(pool, THREADS, item)
    middle = time.perf_counter()
    outcomes = [outcome for envelopes in batches for outcome in receive(envelopes, via="exchange")]
    end = time.perf_counter()
    assert all(outcome.status == "accepted" for outcome in outcomes), outcomes[0].reason
    return middle - began, end - middle
