"""What the law makes of an assessment as it stands: the engine's answer, kept as long as nothing changes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from verbale.knowledge.law import Assessment, Case, assess, clash, the_law
from verbale.matters.assessment.fold import facts_of, positions_of

__all__ = ["Reading", "reading_of"]

Stated = tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Reading:
    found: Assessment | None
    """None while the facts cannot stand together."""
    clash: str
    """Why they cannot."""
    foreign: tuple[str, ...]
    """What was stated and no pack here knows; it bears on nothing."""


def reading_of(state: Mapping[str, Any]) -> Reading:
    """Of the facts and positions in the state of the matter."""
    law = the_law()
    facts, positions = facts_of(state), positions_of(state)
    foreign = sorted((set(facts) - set(law.facts)) | (set(positions) - set(law.positions)))
    known = _sorted(facts, law.facts), _sorted(positions, law.positions)
    reason = clash(dict(known[0]), law)
    return Reading(None if reason else _found(*known), reason, tuple(foreign))


def _sorted(stated: Mapping[str, bool], known: Mapping[str, Any]) -> Stated:
    return tuple(sorted((name, value) for name, value in stated.items() if name in known))


@lru_cache(maxsize=32)
def _found(facts: Stated, positions: Stated) -> Assessment:
    # A page is opened far more often than a fact changes.
    return assess(Case(dict(facts), dict(positions)), the_law())
