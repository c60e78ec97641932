"""Proofs over registers of growing size, in memory and from the node's SQLite, beside pymerkle in the same rounds."""

import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import pymerkle

from benchmarks.scratch import node
from benchmarks.tables import print_table, spread
from verbale.protocol.merkle import (
    MemoryTree,
    appended,
    evaluate,
    inclusion_plan,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)

__all__ = ["run"]

SIZES = (1_000, 10_000, 100_000, 1_000_000)
PYMERKLE_IN_MEMORY_UP_TO = 100_000
ROUNDS, PROOFS = 7, 40
APPEND_ROUNDS = 7
BATCHES = {1: 100, 1000: 3}
"""Size of the batch: batches in a round."""
TREES = ("memory", "pymerkle memory", "node SQLite", "pymerkle SQLite")
STEPS = ("first", "inclusion", "consistency", "verify inclusion", "verify consistency")


def run() -> None:
    with node() as there:
        _appends(there)
        _proofs(there)


def _appends(there: Any) -> None:
    rates: dict[tuple[str, int], list[float]] = {(tree, batch): [] for tree in TREES for batch in BATCHES}
    for turn in range(APPEND_ROUNDS + 1):
        for batch, count in BATCHES.items():
            for tree, seconds in there.call(append_round, batch=batch, count=count).items():
                if turn:  # the first round warms up
                    rates[tree, batch].append(batch * count / seconds)
    print_table(
        f"Leaves appended to a tree, leaves/s, {APPEND_ROUNDS} rounds",
        ["leaves a batch", *TREES],
        [[f"{batch:,}", *(spread(rates[tree, batch]) for tree in TREES)] for batch in BATCHES],
        "On SQLite each batch is committed durably: the node with WAL and synchronous=FULL, pymerkle with what it sets",
        "(rollback journal, synchronous=FULL). The node stores two hashes a leaf by way of Django, pymerkle one row.",
    )


def _proofs(there: Any) -> None:
    rows: dict[str, list[list[str]]] = {step: [] for step in STEPS}
    for size in SIZES:
        there.call(grow, size=size)
        times: dict[str, dict[str, list[float]]] = {}
        for turn in range(ROUNDS + 1):
            for step, by_tree in there.call(proof_round).items():
                for tree, seconds in by_tree.items():
                    if turn or step == "first":  # the first round warms up, but for the very first proof
                        times.setdefault(step, {}).setdefault(tree, []).append(seconds * 1e6)
        for step in STEPS:
            found = times[step]
            rows[step].append([f"{size:,}", *(spread(found[tree]) if tree in found else "-" for tree in TREES)])
    titles = {
        "first": "First inclusion proof after the tree was opened, µs (one a size)",
        "inclusion": f"Inclusion proof of a random leaf, µs ({ROUNDS} rounds of {PROOFS})",
        "consistency": "Consistency proof from a random size, µs (the same rounds)",
        "verify inclusion": "Inclusion proof verified, µs (the same rounds)",
        "verify consistency": "Consistency proof verified, µs (the same rounds)",
    }
    notes = {
        "inclusion": (
            f"pymerkle's tree in memory is measured up to {PYMERKLE_IN_MEMORY_UP_TO:,} entries, to keep this short.",
            "pymerkle on SQLite keeps inner hashes in a cache of its process, which every proof made fills further;",
            "the node reads them from its table, in any process. One round, not counted, has warmed all of them.",
        ),
    }
    for step in STEPS:
        print_table(titles[step], ["entries", *TREES], rows[step], *notes.get(step, ()))


# -- over there -----------------------------------------------------------------------------------------------------

_far: dict[str, Any] = {}


def _entry(index: int) -> bytes:
    # As long as a leaf of the register.
    return b'{"act":"%064x","at":"2026-11-24T14:02:07.120Z"}' % index


def _store_nodes(nodes: Sequence[tuple[int, int, bytes]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO node_treenode (id, hash) VALUES (%s, %s)",
            [(level << 52 | index, value) for level, index, value in nodes],
        )


def append_round(batch: int, count: int) -> dict[str, float]:
    """There: seconds to append that many batches to an empty tree of each kind."""
    from django.conf import settings
    from django.db import transaction

    from verbale.node.models import RegisterHead, TreeNode

    batches = [[_entry(start * batch + offset) for offset in range(batch)] for start in range(count)]
    memory, other = MemoryTree(), pymerkle.InmemoryTree()
    file = settings.HOME.path / "pymerkle-appends.sqlite3"
    stored = pymerkle.SqliteTree(str(file))
    head, tops = RegisterHead.objects.get_or_create(pk=1)[0], []
    head.size = 0

    def to_node(entries: list[bytes]) -> None:
        # As `register.append` does, without the acts and the signed head.
        with transaction.atomic():
            nodes = appended(head.size, tops, map(leaf_hash, entries))
            TreeNode.objects.bulk_create(
                [TreeNode(id=level << 52 | index, hash=value) for level, index, value in nodes]
            )
            head.size, head.tops = head.size + len(entries), b"".join(tops)
            head.save(update_fields=["size", "tops"])

    roads = {
        "memory": lambda entries: memory.extend(map(leaf_hash, entries)),
        "pymerkle memory": other.append_entries,
        "node SQLite": to_node,
        "pymerkle SQLite": stored.append_entries,
    }
    seconds = {}
    for tree in TREES:
        began = time.perf_counter()
        for entries in batches:
            roads[tree](entries)
        seconds[tree] = time.perf_counter() - began
    assert memory.root() == other.get_root() == stored.get_root()
    stored.close()
    file.unlink()
    TreeNode.objects.all().delete()
    head.delete()
    return seconds


def grow(size: int) -> None:
    """There: bring all trees to that size and open those on the disk anew."""
    from django.conf import settings
    from django.db import connection, transaction

    if not _far:
        _far.update(memory=MemoryTree(), tops=[], other=pymerkle.InmemoryTree(), random=random.Random(1))
    memory: MemoryTree = _far["memory"]
    entries = [_entry(index) for index in range(memory.size, size)]
    leaves = [leaf_hash(entry) for entry in entries]
    nodes = appended(memory.size, _far["tops"], leaves)
    memory.extend(leaves)
    with transaction.atomic():
        _store_nodes(nodes)
    if size <= PYMERKLE_IN_MEMORY_UP_TO:
        _far["other"].append_entries(entries)
    else:
        _far["other"] = None
    if "stored" in _far:
        _far["stored"].close()
    file = str(settings.HOME.path / "pymerkle.sqlite3")
    filling = pymerkle.SqliteTree(file)
    filling.append_entries(entries)
    filling.close()
    connection.close()
    connection.ensure_connection()
    _far.update(stored=pymerkle.SqliteTree(file), size=size, first=True)


def proof_round() -> dict[str, dict[str, float]]:
    """There: mean seconds of each step on each tree, on the same random leaves and sizes."""
    from verbale.node.register import _nodes, consistency

    memory, other, stored, size = _far["memory"], _far["other"], _far["stored"], _far["size"]
    leaves = [_far["random"].randrange(size) for _ in range(PROOFS)]
    olds = [_far["random"].randrange(1, size) for _ in range(PROOFS)]
    inclusions: dict[str, Callable[[int], Any]] = {
        "memory": lambda index: memory.inclusion(index, size),
        "node SQLite": lambda index: evaluate(inclusion_plan(index, size), _nodes),
        "pymerkle SQLite": lambda index: stored.prove_inclusion(index + 1, size),
    }
    consistencies: dict[str, Callable[[int], Any]] = {
        "memory": lambda old: memory.consistency(old, size),
        "node SQLite": lambda old: consistency(old, size),
        "pymerkle SQLite": lambda old: stored.prove_consistency(old, size),
    }
    if other is not None:
        inclusions["pymerkle memory"] = lambda index: other.prove_inclusion(index + 1, size)
        consistencies["pymerkle memory"] = lambda old: other.prove_consistency(old, size)
    seconds: dict[str, dict[str, float]] = {step: {} for step in STEPS}
    if _far["first"]:
        for tree, prove in inclusions.items():
            _, seconds["first"][tree] = _timed(prove, leaves[:1])
        _far["first"] = False
    proofs: dict[str, list[Any]] = {}
    paths: dict[str, list[Any]] = {}
    for tree, prove in inclusions.items():
        proofs[tree], seconds["inclusion"][tree] = _timed(prove, leaves)
    for tree, prove in consistencies.items():
        paths[tree], seconds["consistency"][tree] = _timed(prove, olds)
    assert proofs["memory"] == proofs["node SQLite"]
    assert paths["memory"] == paths["node SQLite"]

    root, hashes = memory.root(size), memory.get_many([(0, index) for index in leaves])
    roots = [memory.root(old) for old in olds]
    numbers = list(range(PROOFS))
    for tree in proofs:
        mine, other_paths = proofs[tree], paths[tree]
        if tree.startswith("pymerkle"):
            _, seconds["verify inclusion"][tree] = _timed(
                lambda n, mine=mine: pymerkle.verify_inclusion(hashes[n], root, mine[n]), numbers
            )
            _, seconds["verify consistency"][tree] = _timed(
                lambda n, mine=other_paths: pymerkle.verify_consistency(roots[n], root, mine[n]), numbers
            )
        else:
            _, seconds["verify inclusion"][tree] = _timed(
                lambda n, mine=mine: verify_inclusion(hashes[n], leaves[n], size, mine[n], root), numbers
            )
            _, seconds["verify consistency"][tree] = _timed(
                lambda n, mine=other_paths: verify_consistency(olds[n], roots[n], size, root, mine[n]), numbers
            )
    return seconds


def _timed(work: Callable[[int], Any], items: list[int]) -> tuple[list[Any], float]:
    began = time.perf_counter()
    results = [work(item) for item in items]
    return results, (time.perf_counter() - began) / len(items)
