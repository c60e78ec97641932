"""Several analysts, several states: two ways to combine what they hold, side by side, and who differs.

The linear pool is the mean of the probabilities (Stone 1961): it keeps everybody's doubt, and lies between the
extremes. The logarithmic pool is the mean of the log-odds: it comes out the same whether evidence that all share is
taken up before or after pooling (external Bayesianity, Genest 1984), and one who all but excludes a hypothesis all but
excludes it for all. Neither is the truth: neither is shown without the other, nor either without the range.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import exp, fsum, log

from verbale.knowledge.attribution.posterior import Posterior
from verbale.knowledge.attribution.scales import BANDS, Band, band_of, band_with

__all__ = ["LevelPool", "Pool", "joint", "linear_pool", "logarithmic_pool", "pool", "pool_of_bands"]


@dataclass(frozen=True)
class Pool:
    """What several hold, combined, and how far they are apart."""

    linear: Mapping[str, Fraction]
    logarithmic: Mapping[str, float]
    lowest: Mapping[str, Fraction]
    highest: Mapping[str, Fraction]
    leaders: Mapping[str, tuple[str, ...]]
    """By who holds it: the hypotheses that lead."""

    @property
    def split(self) -> bool:
        """Whether another hypothesis leads for some than for others."""
        return len(set(self.leaders.values())) > 1


def joint(opinions: Sequence[Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The mean of the likelihoods that several analysts give one item; all name the same hypotheses."""
    return {
        key: sum((opinion[key] for opinion in opinions), Fraction(0)) / len(opinions) for key in sorted(opinions[0])
    }


def linear_pool(opinions: Sequence[Mapping[str, Fraction]]) -> dict[str, Fraction]:
    """The mean of probabilities, each opinion with the same weight."""
    return joint(opinions)


def logarithmic_pool(opinions: Sequence[Mapping[str, Fraction]]) -> dict[str, float]:
    """The geometric mean of probabilities, with the sum of one, each opinion with the same weight."""
    means = {key: fsum(log(opinion[key]) for opinion in opinions) / len(opinions) for key in sorted(opinions[0])}
    most = max(means.values())
    powers = {key: exp(value - most) for key, value in means.items()}
    total = fsum(powers.values())
    return {key: value / total for key, value in powers.items()}


def pool(opinions: Mapping[str, Posterior]) -> Pool:
    """By who holds it, one at least; all about the same hypotheses."""
    shares = [opinion.shares for _who, opinion in sorted(opinions.items())]
    keys = sorted(shares[0])
    return Pool(
        linear=linear_pool(shares),
        logarithmic=logarithmic_pool(shares),
        lowest={key: min(share[key] for share in shares) for key in keys},
        highest={key: max(share[key] for share in shares) for key in keys},
        leaders={who: opinion.leaders for who, opinion in sorted(opinions.items())},
    )


@dataclass(frozen=True)
class LevelPool:
    """What several states hold of one finding, each in words, by the middle of its step."""

    linear: Fraction
    logarithmic: float
    lowest: Band
    highest: Band

    @property
    def linear_band(self) -> Band:
        return band_of(self.linear)

    @property
    def logarithmic_band(self) -> Band:
        return band_of(self.logarithmic)

    @property
    def steps(self) -> int:
        """How many steps the farthest are apart."""
        return BANDS.index(self.highest) - BANDS.index(self.lowest)


def pool_of_bands(codes: Iterable[str]) -> LevelPool | None:
    """Codes of steps of the verbal scale; None when there is none among them."""
    found = sorted((band for code in codes if (band := band_with(code)) is not None), key=BANDS.index)
    if not found:
        return None
    shares = [{"so": band.middle, "not": 1 - band.middle} for band in found]
    return LevelPool(linear_pool(shares)["so"], logarithmic_pool(shares)["so"], found[0], found[-1])
