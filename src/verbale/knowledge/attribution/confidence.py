"""How much confidence the evidence bears, kept apart from how likely the answer is.

ICD 203 bases confidence on the logic and the evidence that underpin a judgement, the quantity and quality of source
material among them, and keeps it out of the sentence of likelihood. What each level takes is our own choice; each
ground that holds it down is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from verbale.knowledge.attribution.asking import Expectation
from verbale.knowledge.attribution.heuer import least_inconsistent
from verbale.knowledge.attribution.model import Case, Item
from verbale.knowledge.attribution.posterior import groups_of, posterior, strength
from verbale.knowledge.attribution.scales import CONFIDENCE, trust
from verbale.knowledge.attribution.sensitivity import FLIPPED, REMOVED, Change, changes

__all__ = ["Confidence", "Ground", "Standing", "confidence"]

GOOD = trust("B", "2")
"""A source at least usually reliable, with information at least probably true."""
FAIR = trust("C", "3")
GROUPS_HIGH, GROUPS_MODERATE = 3, 2
GAP = Fraction(1, 5)
"""A question whose answer would overturn the answer with this probability, or more, is a gap."""


@dataclass(frozen=True)
class Ground:
    """Why confidence is no higher."""

    code: str
    holds: str
    """The level that it does not let pass."""
    number: int = 0
    items: tuple[str, ...] = ()


@dataclass(frozen=True)
class Confidence:
    level: str
    """One of CONFIDENCE."""
    grounds: tuple[Ground, ...]
    groups: int
    """Independent groups that bear on the answer."""
    good: int
    """Those among them with a good source (B2 or better)."""


@dataclass(frozen=True)
class Standing:
    """What confidence looks at beyond the case itself."""

    unjudged: int = 0
    """Items that nobody has judged."""
    questions: Sequence[Expectation] = ()
    split: bool = False
    """Whether analysts come to different answers."""
    changes: Sequence[Change] | None = None
    """Those of the case, where they are known already."""


def confidence(case: Case, standing: Standing | None = None) -> Confidence:
    """The level and what holds it down: the lowest level that any ground holds, `high` without one."""
    standing = standing or Standing()
    # What moves no odds is no ground for anything.
    bearing = [group for group in groups_of(case) if strength(group.likelihood) > 1]
    best = [_most_trusted(group.items, group.counted) for group in bearing]
    good = sum(value >= GOOD for value in best)
    low, moderate = CONFIDENCE[0], CONFIDENCE[1]
    grounds: list[Ground] = []
    now = posterior(case)
    if now.leader is None:
        grounds.append(Ground("no-leader", low))
    if len(bearing) < GROUPS_MODERATE:
        grounds.append(Ground("few-groups", low, len(bearing)))
    elif len(bearing) < GROUPS_HIGH:
        grounds.append(Ground("few-groups", moderate, len(bearing)))
    if not any(value >= FAIR for value in best):
        grounds.append(Ground("no-fair-source", low))
    elif good < GROUPS_HIGH:
        grounds.append(Ground("few-good-sources", moderate, good))
    found = changes(case) if standing.changes is None else standing.changes
    removed = tuple(change.item for change in found if change.how == REMOVED and change.overturns)
    flipped = tuple(change.item for change in found if change.how == FLIPPED and change.overturns)
    if removed and now.leader is not None:
        grounds.append(Ground("rests-on-one", low, items=removed))
    elif flipped and now.leader is not None:
        grounds.append(Ground("falls-with-one", moderate, items=flipped))
    if standing.split:
        grounds.append(Ground("analysts-differ", moderate))
    if now.leader is not None and now.leader not in least_inconsistent(case):
        grounds.append(Ground("more-stands-against-it", moderate))
    if standing.unjudged:
        grounds.append(Ground("not-judged", moderate, standing.unjudged))
    if gaps := tuple(question.key for question in standing.questions if question.overturns >= GAP):
        grounds.append(Ground("gaps", moderate, len(gaps), gaps))
    held = min((CONFIDENCE.index(ground.holds) for ground in grounds), default=len(CONFIDENCE) - 1)
    return Confidence(CONFIDENCE[held], tuple(grounds), len(bearing), good)


def _most_trusted(items: Sequence[Item], counted: Sequence[str]) -> Fraction:
    return max(item.trust for item in items if item.key in counted)
