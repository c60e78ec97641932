"""What is weighed: hypotheses that exclude each other, and items of evidence with their likelihoods."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Self

__all__ = ["Case", "CaseError", "Hypothesis", "Item"]


class CaseError(ValueError):
    """A case that cannot be weighed: says what is wrong with it, and where."""


@dataclass(frozen=True)
class Hypothesis:
    """One answer to the question. They exclude each other, and one of them is so: hence one is “somebody else”."""

    key: str
    prior: Fraction
    """Its weight before the evidence, against those of the others; they need not add up to one."""


@dataclass(frozen=True)
class Item:
    """One item of evidence, as it was judged."""

    key: str
    likelihoods: Mapping[str, Fraction]
    """By hypothesis: how probable it would be to see this if the hypothesis were so. Above 0 and below 1."""
    trust: Fraction = Fraction(1)
    """How probable it is that the report tells what is so; see `scales.trust`. From 0 to 1."""
    group: str = ""
    """Items of one group come from one origin and count once. Without a name it is a group of its own."""

    def flipped(self) -> Self:
        """The same item, had the opposite been seen."""
        return replace(self, likelihoods={key: 1 - value for key, value in self.likelihoods.items()})


@dataclass(frozen=True)
class Case:
    """Raises CaseError when it is made of what cannot be weighed."""

    hypotheses: tuple[Hypothesis, ...]
    items: tuple[Item, ...] = ()

    def __post_init__(self) -> None:
        if len(self.hypotheses) < 2:
            raise CaseError("it takes two hypotheses at least")
        _once("hypothesis", self.keys)
        for hypothesis in self.hypotheses:
            if hypothesis.prior <= 0:
                raise CaseError(f"hypothesis {hypothesis.key}: its prior must be above 0")
        _once("item", tuple(item.key for item in self.items))
        for item in self.items:
            self._check(item)

    def _check(self, item: Item) -> None:
        if not 0 <= item.trust <= 1:
            raise CaseError(f"item {item.key}: its trust must lie from 0 to 1")
        if set(item.likelihoods) != set(self.keys):
            raise CaseError(f"item {item.key}: it takes a likelihood under each hypothesis, and no other")
        for key, value in item.likelihoods.items():
            if not 0 < value < 1:
                raise CaseError(f"item {item.key}: its likelihood under {key} must lie between 0 and 1")

    @property
    def keys(self) -> tuple[str, ...]:
        """Of the hypotheses."""
        return tuple(hypothesis.key for hypothesis in self.hypotheses)

    def without(self, *items: str) -> Self:
        return replace(self, items=tuple(item for item in self.items if item.key not in items))

    def flipping(self, *items: str) -> Self:
        """The case in which those items said the opposite."""
        return replace(self, items=tuple(item.flipped() if item.key in items else item for item in self.items))

    def adding(self, item: Item) -> Self:
        return replace(self, items=(*self.items, item))


def _once(what: str, keys: tuple[str, ...]) -> None:
    if len(set(keys)) != len(keys):
        raise CaseError(f"a {what} stands twice")
