"""The index of what objects name: how fast it is made, and how long somebody waits who asks, as the holdings grow."""

import json
import random
import statistics
import time
import uuid
from collections.abc import Iterator
from typing import Any

from benchmarks.scratch import node
from benchmarks.tables import print_table, spread

__all__ = ["run"]

SIZES = (10_000, 100_000, 1_000_000)
ASKED = 200
_GREEN = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
_WHEN = "2026-03-01T08:00:00.000Z"
_OTHERS = 1_000
"""Objects on a second shelf, by a partner; every value of theirs is on the first as well."""


def run() -> None:
    rows = []
    with node() as there:
        there.call(start)
        for size in SIZES:
            found = there.call(grow, size=size)
            asked = there.call(ask, size=size)
            rows.append(
                [
                    f"{size:,}",
                    f"{found['added']:,.0f}",
                    f"{found['indexed']:,.0f}",
                    spread([statistics.median(asked["values"]) * 1e3]),
                    spread([sorted(asked["values"])[ASKED * 99 // 100] * 1e3]),
                    spread([value * 1e3 for value in asked["technique"]]),
                    spread([value * 1e3 for value in asked["common"]]),
                ]
            )
    heads = [
        "objects",
        "added/s",
        "indexed/s",
        "a value, p50 ms",
        "p99 ms",
        "technique, ms",
        "in common, ms",
    ]
    print_table(
        "The index of values on SQLite: made after the objects, and asked as a person does",
        heads,
        rows,
        "A tenth of the objects name one technique. `In common` is the page of cases: what several shelves and reports",
        "name; here a second shelf of 1,000 objects, all values of which stand on the first as well.",
    )


# -- over there -----------------------------------------------------------------------------------------------------


def _objects(first: int, last: int, space: int) -> Iterator[bytes]:
    patterns = (
        "[ipv4-addr:value = '10.{a}.{b}.{c}']",
        "[domain-name:value = 'host{n}.example']",
        "[file:hashes.'SHA-256' = '{n:064x}']",
        "[url:value = 'http://evil.example/a/{n}']",
    )
    for number in range(first, last):
        made: dict[str, Any] = {
            "type": "indicator",
            "spec_version": "2.1",
            "id": f"indicator--{uuid.UUID(int=space + number, version=4)}",
            "created": _WHEN,
            "modified": _WHEN,
            "name": f"Thing {number}",
            "description": "Seen in the night on the grid " * 8,
            "pattern": patterns[number % 4].format(n=number, a=number >> 16 & 255, b=number >> 8 & 255, c=number & 255),
            "pattern_type": "stix",
            "valid_from": _WHEN,
            "object_marking_refs": [_GREEN],
        }
        if number % 10 == 0:
            made["external_references"] = [{"source_name": "mitre-attack", "external_id": "T1486"}]
        yield json.dumps(made, separators=(",", ":")).encode()


def start() -> None:
    from verbale.holdings import shelves, store
    from verbale.node.models import User

    User.objects.create(username="bench", roles=["analyst"])
    shelves.make("Bench", alias="bench")
    store.add(shelves.make("Others"), _objects(0, _OTHERS, 1 << 60), origin="LZ", marking="GREEN")


def grow(size: int) -> dict[str, float]:
    from verbale.holdings import bulk, shelves, store, terms

    shelf = shelves.find("bench")
    before = store.count(shelf)
    made = list(_objects(before, size, 1 << 50))
    began = time.perf_counter()
    for _ in bulk.take_in(shelf, made, marking="GREEN"):
        pass
    added = len(made) / (time.perf_counter() - began)
    began = time.perf_counter()
    if not terms.catch_up(seconds=3_600):
        raise RuntimeError("the index is behind")
    indexed = len(made) / (time.perf_counter() - began)
    return {"added": added, "indexed": indexed}


def ask(size: int) -> dict[str, list[float]]:
    from verbale.desk.holdings.search import search
    from verbale.desk.intelligence.named import read
    from verbale.node.models import User

    user, chance = User.objects.get(username="bench"), random.Random(size)

    def timed(value: str) -> float:
        began = time.perf_counter()
        if search(user, value).nothing:
            raise RuntimeError(f"{value} is not found")
        return time.perf_counter() - began

    values = [f"host{chance.randrange(size // 4) * 4 + 1}.example" for _ in range(ASKED)]
    timed(values[0])
    common = []
    for _turn in range(3):
        began = time.perf_counter()
        if len(read(user, "cases").correlation.shared) < _OTHERS:
            raise RuntimeError("what both shelves name is not found")
        common.append(time.perf_counter() - began)
    return {
        "values": [timed(value) for value in values],
        "technique": [timed("T1486") for _ in range(5)],
        "common": common,
    }
