"""Entry into force, computed by the instrument's own rule."""

import calendar
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated

import msgspec

from verbale.knowledge.countries import CODE

__all__ = ["Delay", "EntryRule", "enters", "entry_of"]


class Delay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`{months: 3, first_of_month: true}` is the first day of the month after three months have passed."""

    months: Annotated[int, msgspec.Meta(ge=0, le=120)] = 0
    days: Annotated[int, msgspec.Meta(ge=0, le=3_650)] = 0
    first_of_month: bool = False

    def after(self, day: date) -> date:
        """The day on which the delay after that day has run out."""
        moved = _months_later(day, self.months) + timedelta(days=self.days)
        return _months_later(moved.replace(day=1), 1) if self.first_of_month else moved


class EntryRule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    consents: Annotated[int, msgspec.Meta(ge=1, le=200)]
    """How many states must have expressed their consent."""
    among: list[Annotated[str, msgspec.Meta(pattern=CODE)]] = []
    among_at_least: Annotated[int, msgspec.Meta(ge=0, le=200)] = 0
    """How many of them must belong to `among`."""
    not_counted: list[Annotated[str, msgspec.Meta(pattern=CODE)]] = []
    """Organisations, whose instruments add nothing to those of their member states."""
    delay: Delay
    """From the last consent that was needed."""
    later: Delay | None = None
    """From the consent of a state that comes later."""
    reference: str
    """`Article 36 (3) and (4)`."""

    def __post_init__(self) -> None:
        if self.among_at_least > len(self.among):
            raise ValueError("among: fewer states than among_at_least asks for")


def entry_of(rule: EntryRule, given: Iterable[tuple[str, date]]) -> date | None:
    """The day on which the instrument enters into force by these consents (state, day); None when they are too few."""
    consents = sorted((day, state) for state, day in given if state not in rule.not_counted)
    for count, (day, _state) in enumerate(consents, start=1):
        among = sum(state in rule.among for _day, state in consents[:count])
        if count >= rule.consents and among >= rule.among_at_least:
            return rule.delay.after(day)
    return None


def enters(rule: EntryRule | None, in_force: date | None, consent: date) -> date | None:
    """The day from which a state that consented on that day is bound; None when it does not follow."""
    if in_force is None or rule is None or rule.later is None:
        return None
    return max(in_force, rule.later.after(consent))


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or its last where it has fewer days."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
