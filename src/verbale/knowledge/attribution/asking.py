"""What would discriminate most: how much a question that is still open can be expected to tell.

Expected information is the mean fall of entropy, in bits (Lindley 1956): that of the hypotheses now, less the mean of
that after the answer, each answer by its probability as things stand. A question is taken to be independent of all
evidence that is there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import log2

from verbale.knowledge.attribution.model import Case, Item
from verbale.knowledge.attribution.posterior import Posterior, posterior, reported

__all__ = ["Expectation", "Question", "expectation", "ranked"]


@dataclass(frozen=True)
class Question:
    """Something that could be looked for, and would be seen or not."""

    key: str
    likelihoods: Mapping[str, Fraction]
    """By hypothesis: how probable it is to be seen if the hypothesis is so."""
    trust: Fraction = Fraction(1)
    """Of the source that would answer it."""


@dataclass(frozen=True)
class Expectation:
    """What a question can be expected to tell."""

    key: str
    bits: float
    """Expected information; 0 when no answer changes anything."""
    chance: Fraction
    """How probable it is, as things stand, that it will be reported as seen."""
    if_seen: Posterior
    if_not: Posterior
    overturns: Fraction
    """How probable an answer is after which another hypothesis leads than does now."""


def expectation(case: Case, question: Question) -> Expectation:
    """Raises CaseError for likelihoods that are not lawful."""
    case.adding(Item("\0question", question.likelihoods, question.trust))  # checks it
    now = posterior(case)
    seen = reported(Item(question.key, question.likelihoods, question.trust), case.keys)
    before = tuple(now.shares[key] for key in case.keys)
    chance = sum((share * likelihood for share, likelihood in zip(before, seen, strict=True)), Fraction(0))
    if_seen = _after(case, before, seen)
    if_not = _after(case, before, tuple(1 - likelihood for likelihood in seen))
    told = _entropy(now) - float(chance) * _entropy(if_seen) - float(1 - chance) * _entropy(if_not)
    return Expectation(
        key=question.key,
        bits=max(0.0, told),
        chance=chance,
        if_seen=if_seen,
        if_not=if_not,
        overturns=sum(
            (part for part, after in ((chance, if_seen), (1 - chance, if_not)) if after.leaders != now.leaders),
            Fraction(0),
        ),
    )


def ranked(case: Case, questions: Iterable[Question]) -> list[Expectation]:
    """The most telling first."""
    return sorted((expectation(case, question) for question in questions), key=lambda item: (-item.bits, item.key))


def _after(case: Case, before: tuple[Fraction, ...], likelihood: tuple[Fraction, ...]) -> Posterior:
    found = [share * value for share, value in zip(before, likelihood, strict=True)]
    total = sum(found, Fraction(0))
    return Posterior({key: value / total for key, value in zip(case.keys, found, strict=True)})


def _entropy(found: Posterior) -> float:
    return -sum(float(share) * log2(share) for share in found.shares.values())
