"""Heuer's matrix: how much stands against each hypothesis (Psychology of Intelligence Analysis, 1999, chapter 8).

He asks to refute hypotheses rather than to confirm them: the most likely one has the least against it, not the most for
it. His count knows neither priors nor likelihoods, so it stands beside the posterior, as a check of it.
"""

from dataclasses import dataclass
from fractions import Fraction

from verbale.knowledge.attribution.model import Case
from verbale.knowledge.attribution.posterior import groups_of
from verbale.knowledge.attribution.scales import CONSISTENCY

__all__ = ["Inconsistency", "grade", "inconsistency", "least_inconsistent"]

_FROM = (CONSISTENCY["C"] + CONSISTENCY["N"]) / 2
_UP_TO = (CONSISTENCY["N"] + CONSISTENCY["I"]) / 2


@dataclass(frozen=True)
class Inconsistency:
    """What stands against one hypothesis."""

    count: int
    """Items inconsistent with it."""
    weighted: Fraction
    """The trust in them, each group once, by its most trusted inconsistent item."""


def grade(likelihood: Fraction) -> str:
    """The mark of a likelihood in the matrix: C, N or I, whichever number lies nearest."""
    return "C" if likelihood >= _FROM else "I" if likelihood <= _UP_TO else "N"


def inconsistency(case: Case) -> dict[str, Inconsistency]:
    """By hypothesis."""
    found = {}
    groups = groups_of(case)
    for key in case.keys:
        against = [[item.trust for item in group.items if grade(item.likelihoods[key]) == "I"] for group in groups]
        found[key] = Inconsistency(
            sum(map(len, against)), sum((max(trusts) for trusts in against if trusts), Fraction(0))
        )
    return found


def least_inconsistent(case: Case) -> tuple[str, ...]:
    """The hypotheses against which least stands, by the weighted score."""
    found = inconsistency(case)
    least = min(item.weighted for item in found.values())
    return tuple(sorted(key for key, item in found.items() if item.weighted == least))
