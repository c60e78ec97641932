"""From priors and evidence to probabilities, in closed form and in fractions: no rounding, and no order of evidence.

A report tells what is so with the probability of its trust; otherwise it would have come whichever hypothesis is so, as
often as it does on average. So a report that nobody can trust says nothing, and one of trust t shifts no odds beyond
what t allows, however extreme the likelihoods that an analyst gives. Reports of one group are one observation: the
strongest counts, the others add nothing. Groups are independent given the hypothesis, and their likelihoods multiply.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import gcd, lcm, prod

from verbale.knowledge.attribution.model import Case, Item
from verbale.knowledge.attribution.scales import Band, band_of

__all__ = ["Group", "Posterior", "Vector", "combined", "groups_of", "posterior", "report_of", "reported", "strength"]

Vector = tuple[int, ...]
"""A whole number for each hypothesis, in the order of the case, without a common divisor: of likelihoods nothing but
their proportions matters, and whole numbers multiply far faster than fractions do."""


@dataclass(frozen=True)
class Group:
    """Items of one origin."""

    name: str
    items: tuple[Item, ...]
    """By key."""
    counted: tuple[str, ...]
    """Keys of the strongest, which alone counts. Several when they are equally strong: their mean counts."""
    likelihood: Vector


@dataclass(frozen=True)
class Posterior:
    """How probable each hypothesis is, given the evidence."""

    shares: Mapping[str, Fraction]

    @property
    def leaders(self) -> tuple[str, ...]:
        """The most probable hypothesis; several when they are equally probable."""
        most = max(self.shares.values())
        return tuple(sorted(key for key, share in self.shares.items() if share == most))

    @property
    def leader(self) -> str | None:
        """The most probable hypothesis; None when several are equally probable."""
        return self.leaders[0] if len(self.leaders) == 1 else None

    def odds(self, key: str, against: str) -> Fraction:
        return self.shares[key] / self.shares[against]

    def band(self, key: str) -> Band:
        return band_of(self.shares[key])


def reported(item: Item, keys: Sequence[str]) -> tuple[Fraction, ...]:
    """Likelihoods of the report of an item: those of the item, mixed with their mean by what is not trusted."""
    given = [item.likelihoods[key] for key in keys]
    mean = sum(given, Fraction(0)) / len(given)
    return tuple(item.trust * value + (1 - item.trust) * mean for value in given)


def report_of(item: Item, keys: Sequence[str]) -> Vector:
    """The proportions of `reported`."""
    given = _whole([item.likelihoods[key] for key in keys])
    trusted, rest = item.trust.numerator, item.trust.denominator - item.trust.numerator
    total = sum(given)
    return _coprime([trusted * value * len(given) + rest * total for value in given])


def strength(likelihood: Sequence[Fraction | int]) -> Fraction:
    """How far it moves the odds of any two hypotheses at most: `4` is four to one, `1` is not at all."""
    return Fraction(max(likelihood)) / min(likelihood)


def combined(reports: Mapping[str, Vector]) -> tuple[tuple[str, ...], Vector]:
    """Of the reports of one group: the keys of those that count, and the likelihood of them all.

    The strongest counts. Of several that are equally strong none goes before the others: the mean of their proportions
    counts, as if one of them, we know not which, were what was seen.
    """
    most = max(strength(report) for report in reports.values())
    counted = tuple(sorted(key for key, report in reports.items() if strength(report) == most))
    if len(counted) == 1:
        return counted, reports[counted[0]]
    parts = [[Fraction(value, sum(reports[key])) for value in reports[key]] for key in counted]
    return counted, _whole([sum(column, Fraction(0)) for column in zip(*parts, strict=True)])


def groups_of(case: Case) -> list[Group]:
    """The groups of a case, in an order that depends on their content alone."""
    found: dict[tuple[str, str], list[Item]] = {}
    for item in case.items:
        # An item without a group is one of its own, whatever others are called.
        found.setdefault((item.group, "" if item.group else item.key), []).append(item)
    groups = []
    for (name, _own), items in sorted(found.items()):
        counted, likelihood = combined({item.key: report_of(item, case.keys) for item in items})
        groups.append(Group(name, tuple(sorted(items, key=lambda item: item.key)), counted, likelihood))
    return groups


def posterior(case: Case) -> Posterior:
    """The probabilities of the hypotheses: prior times the likelihoods of all groups, with the sum of one."""
    vectors = [group.likelihood for group in groups_of(case)]
    return of_scores(case.keys, scores(case, vectors))


def scores(case: Case, vectors: Iterable[Vector]) -> list[int]:
    """Prior times likelihoods, in proportion."""
    priors = _whole([hypothesis.prior for hypothesis in case.hypotheses])
    return [prod(column) for column in zip(priors, *vectors, strict=True)]


def of_scores(keys: Sequence[str], found: Sequence[int]) -> Posterior:
    total = sum(found)
    return Posterior({key: Fraction(score, total) for key, score in zip(keys, found, strict=True)})


def _whole(values: Sequence[Fraction]) -> Vector:
    common = lcm(*(value.denominator for value in values))
    return _coprime([value.numerator * (common // value.denominator) for value in values])


def _coprime(values: Sequence[int]) -> Vector:
    shared = gcd(*values)
    return tuple(value // shared for value in values)
