"""How probable each hypothesis is, as a picture."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from verbale.matters.likelihood import BAND_WORDS, Bar, percent, picture
from verbale.matters.workbench import words
from verbale.matters.workbench.weighing import Weighing, hypotheses, labels

__all__ = ["plot_of", "probability"]


def probability(found: Weighing, key: str) -> str:
    """`likely, 79 %`"""
    return f"{BAND_WORDS[found.posterior.band(key).code]}, {percent(found.posterior.shares[key])}"


def plot_of(state: Mapping[str, Any], found: Weighing) -> dict[str, Any] | None:
    """A bar for each hypothesis, with a stroke where it stood before the evidence."""
    known = labels(state)
    return picture(
        Bar(
            f"{known[key]} {words.named(key, entry)}",
            Fraction(0),
            found.posterior.shares[key],
            probability(found, key),
            found.priors[key],
        )
        for key, entry in hypotheses(state)
    )
