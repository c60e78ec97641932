"""From a set of acts to the state of a matter: one order for all, and rules of effect applied in it.

Order: an act stands after the acts it refers to; among acts not so bound, the earlier `issued` first, then the smaller
id. It is a function of the set alone, so any order of arrival and any duplication give the same state.

A state is a flat mapping from text keys to JSON values. Rules read and write the few keys that they need, so an act
that arrives in order costs its own size, whatever the size of the matter.
"""

import heapq
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any

from verbale.protocol.acts import Act

__all__ = ["EFFECTIVE", "Effect", "Rule", "State", "fold", "gettext_noop", "ordered"]

State = MutableMapping[str, Any]


@dataclass(frozen=True)
class Effect:
    """What became of an act: with effect, or without and why."""

    reason: str | None = None
    """A message id (English sentence) of why it is without effect; None when it took effect."""
    about: tuple[str, ...] = ()
    """Values for the `%s` places of the reason."""

    @property
    def effective(self) -> bool:
        return self.reason is None

    def sentence(self) -> str:
        return "" if self.reason is None else self.reason % self.about if self.about else self.reason


EFFECTIVE = Effect()


def gettext_noop(text: str) -> str:
    """`text` itself: marks the reason of an effect for translators' tools, which find it by this name."""
    return text


Rule = Callable[[State, Act], Effect]
"""Rules of effect of one kind of matter. Pure: no clock, no I/O; what they know is the state and the act."""


def ordered(acts: Iterable[Act]) -> list[Act]:
    """Every act once, in the order of this module. References to acts not in the set do not hold anything up."""
    by_id = {act.id: act for act in acts}
    waiting = {act.id: sum(ref in by_id for ref in act.refs) for act in by_id.values()}
    followers: dict[str, list[str]] = {}
    for act in by_id.values():
        for ref in act.refs:
            if ref in by_id:
                followers.setdefault(ref, []).append(act.id)
    ready = [act.order for act in by_id.values() if not waiting[act.id]]
    heapq.heapify(ready)
    result = []
    while ready:
        _, identifier = heapq.heappop(ready)
        result.append(by_id[identifier])
        for follower in followers.get(identifier, ()):
            waiting[follower] -= 1
            if not waiting[follower]:
                heapq.heappush(ready, by_id[follower].order)
    # An id is a hash of the refs it contains: a circle of references cannot be made.
    return result


def fold(rule: Rule, acts: Iterable[Act]) -> tuple[dict[str, Any], dict[str, Effect]]:
    """The state of a matter and the effect of each act, by id."""
    state: dict[str, Any] = {}
    effects = {act.id: rule(state, act) for act in ordered(acts)}
    return state, effects
