"""When an agreement enters into force, from its state and a given day. Pure: who asks brings the day.

The day counts from the last of the acts that the clause names (VCLT Article 24 (1)), by the date of that act in UTC:

    N days after     that date and N days: 30 days after 24 November is 24 December
    N months after   the same day of the month N months later, or the last day of that month where it has no such day:
                     one month after 31 January is 28 February (29 in a leap year)
    0                that very date

All parties must have signed; with a clause of notification, all must have notified as well, and the last of the
notifications counts even where a signature is later than it. A day beyond the year 9999 is none.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

__all__ = ["Force", "force_of", "in_force", "later"]


@dataclass(frozen=True)
class Force:
    """What the entry into force hangs on."""

    after: str
    """`signature` or `notification`."""
    number: int
    unit: str
    unsigned: tuple[str, ...]
    """Parties that have still to sign."""
    silent: tuple[str, ...]
    """Parties that have still to notify, where the clause asks for that."""
    last: date | None
    """The day of the act from which it counts, once none is missing."""
    day: date | None
    """The day on which it enters into force."""


def later(day: date, number: int, unit: str) -> date | None:
    """So many days or months later."""
    try:
        if unit == "day":
            return day + timedelta(days=number)
        year, month = divmod(day.year * 12 + day.month - 1 + number, 12)
        return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
    except (OverflowError, ValueError):
        return None


def force_of(state: Mapping[str, Any]) -> Force | None:
    """None before there is an agreement."""
    opening = state.get("opening")
    if opening is None:
        return None
    clause, parties = state["clause"], opening["parties"]
    asks = clause["after"] == "notification"
    unsigned = tuple(node for node in parties if f"signature:{node}" not in state)
    silent = tuple(node for node in parties if asks and f"notification:{node}" not in state)
    last = None
    if not unsigned and not silent:
        last = max(date.fromisoformat(state[f"{clause['after']}:{node}"]["issued"][:10]) for node in parties)
    return Force(
        after=clause["after"],
        number=clause["number"],
        unit=clause["unit"],
        unsigned=unsigned,
        silent=silent,
        last=last,
        day=later(last, clause["number"], clause["unit"]) if last else None,
    )


def in_force(state: Mapping[str, Any], today: date) -> bool:
    """Whether it is in force on that day."""
    force = force_of(state)
    return force is not None and force.day is not None and force.day <= today
