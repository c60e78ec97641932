"""How members answer communication checks. Pure: the states of directories and a moment."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from verbale.protocol import parse_time

__all__ = ["Figure", "answers_of", "figures"]


@dataclass
class _Tally:
    seconds: list[float] = field(default_factory=list)
    pings: int = 0
    late: int = 0
    missed: int = 0
    waiting: int = 0


@dataclass(frozen=True)
class Figure:
    """One state's answers."""

    state: str
    pings: int
    """Addressed to it."""
    answered: int
    """In time or late."""
    late: int
    missed: int
    """Not answered though the deadline has passed."""
    waiting: int
    """Not answered, the deadline still to come."""
    median_seconds: float | None
    slowest_seconds: float | None


def _seconds(ping: Mapping[str, Any], pong: Mapping[str, Any]) -> float:
    """From ping to pong by the clocks of the two; never below zero, since clocks differ."""
    taken = parse_time(pong["issued"], "issued") - parse_time(ping["issued"], "issued")
    return max(0.0, taken.total_seconds())


def answers_of(state: Mapping[str, Any], identifier: str, moment: datetime) -> list[dict[str, Any]]:
    """What became of a ping, node by node: `state`, `word` (answered, late, missed, waiting), `seconds`, `pong`."""
    ping = state[f"ping:{identifier}"]
    passed = parse_time(ping["deadline"], "deadline") < moment
    found = []
    for node in ping["to"]:
        pong = state.get(f"pong:{identifier}:{node}")
        if pong is None:
            found.append({"state": node, "word": "missed" if passed else "waiting", "seconds": None, "pong": None})
        else:
            word = "late" if pong["late"] else "answered"
            found.append({"state": node, "word": word, "seconds": _seconds(ping, pong), "pong": pong})
    return found


def figures(state: Mapping[str, Any], moment: datetime, *, author: str = "") -> list[Figure]:
    """The figures of each state that was ever pinged, by node; with `author`, of that author's pings alone."""
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    for key in state:
        if not key.startswith("ping:") or (author and state[key]["author"] != author):
            continue
        for answer in answers_of(state, key.removeprefix("ping:"), moment):
            tally = tallies[answer["state"]]
            tally.pings += 1
            tally.late += answer["word"] == "late"
            tally.missed += answer["word"] == "missed"
            tally.waiting += answer["word"] == "waiting"
            if answer["seconds"] is not None:
                tally.seconds.append(answer["seconds"])
    return [
        Figure(
            state=node,
            pings=tally.pings,
            answered=len(tally.seconds),
            late=tally.late,
            missed=tally.missed,
            waiting=tally.waiting,
            median_seconds=median(tally.seconds) if tally.seconds else None,
            slowest_seconds=max(tally.seconds, default=None),
        )
        for node, tally in sorted(tallies.items())
    ]
