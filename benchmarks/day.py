"""A day of exchange between ten nodes in minutes: what was lost, doubled, leaked; restarts in the middle of it."""

import tempfile
from pathlib import Path

from tests.two_nodes.day import NAMES, Day

from benchmarks.tables import print_table

__all__ = ["run"]

TICKS = 96
"""Quarters of an hour."""
OBJECTS = 1_000
"""That the analysts of each node make in the day."""
KILLS, FAILURES = 48, 96
_HOURS = (1, 1, 1, 1, 1, 2, 3, 5, 8, 9, 8, 7, 5, 7, 8, 8, 7, 6, 4, 3, 2, 1, 1, 1)
"""How much of the day's work falls into each hour."""


def _objects(tick: int) -> int:
    """Of one node in one quarter of an hour."""
    before, now = (round(OBJECTS * _done(place)) for place in (tick, tick + 1))
    return now - before


def _done(tick: int) -> float:
    hour, quarter = divmod(tick, 4)
    return (sum(_HOURS[:hour]) + (_HOURS[hour] * quarter / 4 if quarter else 0)) / sum(_HOURS)


def run() -> None:
    with tempfile.TemporaryDirectory(prefix="verbale-day-") as folder:
        day = Day(Path(folder), seed=2026)
        try:
            day.set_up()
            day.run(TICKS, _objects, kills=KILLS, failures=FAILURES)
            told = day.reckon()
        finally:
            day.close()
    for what in ("leaked", "lost", "doubled", "other"):
        for line in getattr(told, what)[:10]:
            print(f"  {what}: {line}")
    rows = [
        ["versions of objects made, all nodes", f"{told.objects:,}"],
        ["rows held at the end, all nodes", f"{told.rows:,}"],
        ["requests between nodes", f"{told.exchange_requests:,}"],
        ["bytes between nodes, both ways", f"{told.exchange_bytes:,}"],
        ["processes killed (in the middle of a request or a feed)", f"{told.kills} ({told.kills_inside})"],
        ["links cut", f"{told.link_failures}"],
        ["rounds until all was at rest", f"{told.rounds_to_rest}"],
        ["answers held against the model", f"{told.checked:,}"],
        ["objects in them", f"{told.shown:,}"],
        ["lost", f"{len(told.lost)}"],
        ["doubled", f"{len(told.doubled)}"],
        ["leaked", f"{len(told.leaked)}"],
        ["other faults", f"{len(told.other)}"],
        ["setting up, s", f"{told.set_up_seconds:,.0f}"],
        ["the day, s", f"{told.seconds:,.0f}"],
    ]
    print_table(
        f"A day between {len(NAMES)} nodes, each a process with a database of its own; "
        f"{TICKS} rounds of all feeds, one for each quarter of an hour",
        ["", "measured"],
        rows,
        "Every answer of every server to its partners, on the way and at the end, is held against a model of TLP.",
        "Target: 24 hours in minutes, none lost, none leaked.",
    )
