"""How far what a partner gives can be relied on, by what was said of it: a probability with its bounds, and the counts.

Each thing that somebody judged is one trial: it was right or it was a false positive. Before any trial every share of
right things is as likely as any other, Beta(1, 1); after `right` and `wrong` trials the share is Beta(1 + right,
1 + wrong), the rule of succession. Told are its mean, (right + 1) / (right + wrong + 2), and the bounds between which
it lies with a probability of 90 %, 5 % being left on either side. Source: A. Gelman, J. Carlin, H. Stern, D. Dunson,
A. Vehtari, D. Rubin, "Bayesian Data Analysis", 3rd edition (2013), sections 2.1 to 2.4.

Rules:

1. Of what one node says of one thing, the false positive counts before all else; else `confirmed`, `useful` and `seen`
   are for it. `no-use` says nothing about right or wrong: it is counted, and moves nothing.
2. One node and one thing make one trial, however often it is said.
3. What the giver says of its own things is counted apart, and is no trial: nobody vouches for itself, and whoever owns
   up to a false positive is not the worse for it.
4. What we say and what others say stand apart. Partners need not trust each other's word, and a partner could speak
   well of a friend.
5. Where one number is needed, ours is taken; that of others only where we judged nothing.

Pure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final, Literal, NamedTuple

__all__ = ["Confidence", "Judgement", "Level", "Trust", "Word", "confidence", "level", "source_score", "trust"]

Word = Literal["seen", "useful", "no-use", "false-positive", "confirmed"]
Level = Literal["none", "few", "nearly-always", "mostly", "rather", "often-wrong", "mostly-wrong"]

_RIGHT: Final = ("confirmed", "useful", "seen")
_LEFT_OUT: Final = 0.05
_STEPS: Final = 60
"""Halvings of the interval: beyond what a double tells apart."""
_MOST_TERMS: Final = 100_000
"""Of the continued fraction: about the root of the larger count is needed. A guard against what cannot be."""
_WIDE: Final = 0.5
_LEVELS: Final[tuple[tuple[float, Level], ...]] = (
    (0.9, "nearly-always"),
    (0.7, "mostly"),
    (0.5, "rather"),
    (0.3, "often-wrong"),
)
_DEFAULT_SCORE: Final = 80.0
_DEFAULT_WEIGHT: Final = 5


class Judgement(NamedTuple):
    """That the node `by` said `word` of `thing`: an object or a contribution."""

    by: str
    thing: str
    word: Word


class Trust(NamedTuple):
    """The share of right things: its mean, the bounds of 90 %, and the counts behind it."""

    mean: float
    low: float
    high: float
    right: int
    wrong: int

    @property
    def judged(self) -> int:
        return self.right + self.wrong


class Confidence(NamedTuple):
    """In what one partner gave. `owned_up` is how many things it called a false positive itself, `no_use` how many
    others or we had no use for."""

    ours: Trust
    others: Trust
    no_use: int
    owned_up: int

    @property
    def best(self) -> Trust:
        """Ours where we judged anything, else that of others."""
        return self.ours if self.ours.judged else self.others


def trust(right: int, wrong: int) -> Trust:
    """The share of right things after so many were right and so many wrong."""
    a, b = right + 1, wrong + 1
    return Trust(a / (a + b), _quantile(_LEFT_OUT, a, b), _quantile(1 - _LEFT_OUT, a, b), right, wrong)


def confidence(judgements: Iterable[Judgement], *, giver: str, own: str) -> Confidence:
    """Confidence in what `giver` gave, as `own` and all others judge it."""
    said: dict[tuple[str, str], set[Word]] = {}
    for item in judgements:
        said.setdefault((item.by, item.thing), set()).add(item.word)
    counts = {(ours, right): 0 for ours in (True, False) for right in (True, False)}
    owned_up = 0
    no_use: set[str] = set()
    for (by, thing), words in said.items():
        if by == giver:
            owned_up += "false-positive" in words
            continue
        if "no-use" in words:
            no_use.add(thing)
        if "false-positive" in words or not words.isdisjoint(_RIGHT):
            counts[by == own, "false-positive" not in words] += 1
    return Confidence(
        trust(counts[True, True], counts[True, False]),
        trust(counts[False, True], counts[False, False]),
        len(no_use),
        owned_up,
    )


def level(found: Trust) -> Level:
    """A word for it. `few` where the bounds are so far apart that the mean says little."""
    if not found.judged:
        return "none"
    if found.high - found.low > _WIDE:
        return "few"
    return next((word for least, word in _LEVELS if found.mean >= least), "mostly-wrong")


def source_score(found: Trust) -> float | None:
    """What the decay of indicators starts from for this source, 0 to 100; None where nothing was judged.

    The models of decay begin at 80 for what nobody has judged. That is taken for the first five judgements, so that the
    first thing that proves right raises a score and the first false positive lowers it.
    """
    if not found.judged:
        return None
    return (_DEFAULT_SCORE * _DEFAULT_WEIGHT + 100 * found.right) / (_DEFAULT_WEIGHT + found.judged)


def _quantile(share: float, a: int, b: int) -> float:
    """Below which a share of Beta(a, b) lies."""
    low, high = 0.0, 1.0
    for _step in range(_STEPS):
        middle = (low + high) / 2
        if _below(middle, a, b) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _below(x: float, a: int, b: int) -> float:
    """The regularized incomplete beta function I_x(a, b), 0 < x < 1, by its continued fraction (NIST Digital Library of
    Mathematical Functions, 8.17.22), on the side where that converges fast."""
    if x > (a + 1) / (a + b + 2):
        return 1 - _below(1 - x, b, a)
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x) - math.log(a)
    )
    return front * _fraction(x, a, b)


def _fraction(x: float, a: int, b: int) -> float:
    """1 / (1 + d1 / (1 + d2 / (1 + …))) by Lentz's method."""
    tiny, close = 1e-300, 1e-15
    value, c, d = 1.0, 1.0, 0.0
    step = 0
    while True:
        m = step // 2
        if step == 0:
            term = 1.0
        elif step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1 / _away(1 + term * d, tiny)
        c = _away(1 + term / c, tiny)
        value *= c * d
        step += 1
        if abs(c * d - 1) < close or step > _MOST_TERMS:
            return value - 1


def _away(value: float, tiny: float) -> float:
    return value if abs(value) > tiny else tiny
