"""How far a collection was polled, and where to go on. Pure.

1. A walk begins with `added_after`, the time of addition up to which all was received, in the server's own words.
2. While the server gives `next`, the walk goes on with it and with the same `added_after` (TAXII 2.1, 3.5). Times of
   addition that went by are noted, for the server may forget its `next`: then the walk begins anew just before the
   latest of them, since more objects of that very moment may follow. What comes twice is held already.
3. Where the server gives no `next`, the walk goes on just before the latest time, for the same reason.
4. At the end, `added_after` is the latest time itself, so that a poll with nothing new is answered with nothing. But
   when the server writes its times to the second or millisecond, and by its own clock that moment is hardly over, the
   next poll begins just before it: another object may still be added in it.

No step looks at the clock of this machine.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from verbale.holdings.moments import parse_moment, taxii_moment

__all__ = ["Place", "Stuck"]

_HARDLY_OVER = 2_000_000


class Stuck(Exception):
    """The server says that there is more, and gives no way to it."""


@dataclass(frozen=True)
class Place:
    after: str = ""
    next: str = ""
    reached: str = ""

    def then(self, *, more: bool, next: str, last: str, date: float | None) -> Place:
        """After a page: whether there is more, `next`, the latest time of addition on it, and the server's clock.

        Raises Stuck.
        """
        reached = _later(self.reached, last)
        if more and next:
            return Place(self.after, next, reached)
        if more:
            after = _before(reached)
            if not reached or _order(after) <= _order(self.after):
                raise Stuck
            return Place(after, "", reached)
        if not reached:
            return replace(self, next="")
        moment = _order(reached)
        coarse = moment % 1_000 == 0
        open_still = coarse and date is not None and date * 1_000_000 <= moment + _HARDLY_OVER
        return Place(_before(reached) if open_still else reached, "", reached)

    def anew(self) -> Place:
        """The server no longer knows its `next`."""
        begun = _before(self.reached)
        return Place(begun if _order(begun) > _order(self.after) else self.after, "", self.reached)


def _order(text: str) -> int:
    moment = parse_moment(text)
    return -(1 << 62) if moment is None else moment


def _later(one: str, other: str) -> str:
    return other if _order(other) > _order(one) else one


def _before(text: str) -> str:
    moment = parse_moment(text)
    return text if moment is None else taxii_moment(moment - 1)
