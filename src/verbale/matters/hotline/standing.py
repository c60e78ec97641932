"""How a hotline stands, read from its state and a given moment. Pure: who asks brings the moment.

What a node knows of delivery is no act, and not in the state: who asks brings that too.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from verbale.matters.hotline import rota

__all__ = ["LOOK_BACK", "Due", "Figure", "answer_due", "due", "figures", "next_slot", "phase", "progress", "unsent"]

LOOK_BACK = 100
"""So many of the latest moments of a schedule are looked at for tests that were not sent."""


def phase(state: Mapping[str, Any]) -> str:
    """`none` before an opening has effect, then `proposed`, `open`, `closed`; `declined` when it closed unjoined."""
    if "opening" not in state:
        return "none"
    if "closed" in state:
        return "closed" if "joined" in state else "declined"
    return "open" if "joined" in state else "proposed"


def progress(state: Mapping[str, Any], message: str, *, delivered: bool) -> str:
    """How far a message has come: `sent`, `delivered`, `read`, `answered`, `acknowledged`; the furthest of them."""
    for word in ("acknowledged", "answered", "read"):
        if f"{word}:{message}" in state:
            return word
    return "delivered" if delivered else "sent"


def answer_due(test: Mapping[str, Any]) -> datetime:
    """Until when the answer to a test is on time."""
    return _moment(test["issued"]) + timedelta(minutes=test["within"])


def _moment(issued: str) -> datetime:
    return datetime.fromisoformat(issued)


# -- the schedule ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Due:
    """A moment of the schedule in force that has come, or comes next."""

    schedule: str
    slot: str
    by: str
    """The side whose turn it is."""
    over: bool = False
    """Whether the next moment, or the time for an answer, has passed as well: the test was missed."""


def _slots(state: Mapping[str, Any], now: datetime) -> Iterator[tuple[int, str]]:
    """The latest moments of the schedule in force that have come since it was set, the earliest first."""
    schedule = state["schedule"]
    last = rota.latest(schedule, now)
    for number in range(max(0, last - LOOK_BACK + 1), last + 1):
        slot = rota.slot_of(schedule, number)
        # A schedule that begins in the past asks for nothing before it was set.
        if slot[:19] >= schedule["issued"][:19]:
            yield number, slot


def unsent(state: Mapping[str, Any], now: datetime) -> list[Due]:
    """The moments that have come and for which no test was sent, the earliest first."""
    if phase(state) != "open" or "schedule" not in state:
        return []
    schedule, parties = state["schedule"], state["opening"]["parties"]
    wait = timedelta(minutes=schedule["within"])
    last = rota.latest(schedule, now)
    return [
        Due(
            schedule["act"],
            slot,
            rota.turn(schedule, number, parties),
            over=number < last or now > rota.moment_of(slot) + wait,
        )
        for number, slot in _slots(state, now)
        if f"slot:{schedule['act']}:{slot}" not in state
    ]


def due(state: Mapping[str, Any], now: datetime) -> Due | None:
    """The test that is to be sent now: that of the moment that has come last, unless it was sent."""
    found = unsent(state, now)
    if not found or found[-1].slot != rota.slot_of(state["schedule"], rota.latest(state["schedule"], now)):
        return None
    return found[-1]


def next_slot(state: Mapping[str, Any], now: datetime) -> Due | None:
    """The next moment that is still to come."""
    if phase(state) != "open" or "schedule" not in state:
        return None
    schedule = state["schedule"]
    number = max(0, rota.latest(schedule, now) + 1)
    return Due(
        schedule["act"], rota.slot_of(schedule, number), rota.turn(schedule, number, state["opening"]["parties"])
    )


# -- how tests went ----------------------------------------------------------------------------------------------------


@dataclass
class Figure:
    """How one side has answered the tests of the other, and sent its own."""

    node: str
    asked: int = 0
    on_time: int = 0
    late: int = 0
    waiting: int = 0
    """Not answered, and the time has not run out."""
    missed: int = 0
    """Not answered, and the time has run out."""
    unsent: int = 0
    """Moments of the schedule at which it was its turn and it sent nothing in time."""
    times: list[int] = field(default_factory=list)
    """Of each answer, in milliseconds."""

    @property
    def median(self) -> timedelta | None:
        return timedelta(milliseconds=median(self.times)) if self.times else None


def figures(state: Mapping[str, Any], now: datetime) -> list[Figure]:
    """One for each side, by the name of the node."""
    parties = state["opening"]["parties"] if "opening" in state else []
    found = {node: Figure(node) for node in parties}
    for key, test in state.items():
        word, _colon, identifier = key.partition(":")
        if word != "test":
            continue
        figure = found[next(node for node in parties if node != test["by"])]
        figure.asked += 1
        answer = state.get(f"answer:{identifier}")
        if answer is not None:
            figure.times.append(answer["took"])
            figure.late += answer["late"]
            figure.on_time += not answer["late"]
        elif now.astimezone(UTC) > answer_due(test):
            figure.missed += 1
        else:
            figure.waiting += 1
    for item in unsent(state, now):
        found[item.by].unsent += item.over
    return [found[node] for node in sorted(found)]
