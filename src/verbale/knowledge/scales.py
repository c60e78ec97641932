"""Severity scales, side by side: what each level means, by its own source, and how a scale that computes arrives at it.

A scale may ask *factors*, each a question with answers. Where its levels say from which score on they hold (`at`), the
scale computes: each answer has points, each factor a weight, and the score is the weighted mean of the points,
stretched so that the least answers give 0 and the gravest 100:

    score = 100 * (sum of weight * points - least sum) / (greatest sum - least sum)

All in whole numbers, so that every node finds the same level. A scale with factors but without `at` asks them to make
the reasons plain, and a person chooses the level.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from itertools import pairwise
from typing import Annotated

import msgspec

from verbale.knowledge.packs import PackHead, load_kind

__all__ = ["Answer", "Factor", "Level", "Part", "Scale", "Score", "all_scales", "scale_of"]

_Code = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,59}\Z")]
Which = Callable[[Iterable[int]], int]
"""`min` or `max`."""
_Points = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class Level(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One level; levels stand in a pack from the gravest to the least."""

    code: _Code
    name: str
    means: str = ""
    at: Annotated[int, msgspec.Meta(ge=0, le=100)] | None = None
    """The least score of this level, where the scale computes."""


class Answer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: _Code
    name: str
    points: _Points | None = None
    means: str = ""


class Factor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One question of a scale."""

    id: _Code
    name: str
    question: str
    answers: Annotated[list[Answer], msgspec.Meta(min_length=2, max_length=60)]
    weight: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 1

    def answer(self, identifier: str) -> Answer | None:
        """The answer of that id."""
        return next((answer for answer in self.answers if answer.id == identifier), None)


class Part(msgspec.Struct, frozen=True):
    """What one answer adds to a score, and what it could have added at most."""

    factor: Factor
    answer: Answer
    points: int
    most: int


class Score(msgspec.Struct, frozen=True):
    """A score with its reasons."""

    level: Level
    tenths: int
    """Of a point, 0 to 1,000, rounded half up."""
    parts: tuple[Part, ...]

    @property
    def told(self) -> str:
        return f"{self.tenths // 10}.{self.tenths % 10}"


class Scale(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    levels: Annotated[list[Level], msgspec.Meta(min_length=1, max_length=100)]
    factors: Annotated[list[Factor], msgspec.Meta(max_length=60)] = []
    word: str = "level"
    """What the source calls a level: `category`, `level`."""
    note: str = ""
    """What one should know before relying on it."""

    def __post_init__(self) -> None:
        for told, codes in self._codes():
            if len(set(codes)) < len(codes):
                raise ValueError(f"{told} have the same code twice")
        if not self.computes:
            return
        if not self.factors:
            raise ValueError("levels say from which score on they hold, and there is no factor to score")
        least = [level.at for level in self.levels]
        if None in least or least[-1] != 0 or any(a <= b for a, b in pairwise(x for x in least if x is not None)):
            raise ValueError("`at` must stand at each level, fall from level to level, and be 0 at the last")
        for factor in self.factors:
            if any(answer.points is None for answer in factor.answers):
                raise ValueError(f"each answer to {factor.id} needs points, since the scale computes")
        if _sum(self, max) == _sum(self, min):
            raise ValueError("all answers have the same points")

    def _codes(self) -> Iterator[tuple[str, list[str]]]:
        yield "two levels", [level.code for level in self.levels]
        yield "two factors", [factor.id for factor in self.factors]
        for factor in self.factors:
            yield f"two answers to {factor.id}", [answer.id for answer in factor.answers]

    @property
    def computes(self) -> bool:
        """Whether the level follows from the answers."""
        return any(level.at is not None for level in self.levels)

    def level(self, code: str) -> Level | None:
        """The level of that code."""
        return next((level for level in self.levels if level.code == code), None)

    def factor(self, identifier: str) -> Factor | None:
        """The factor of that id."""
        return next((factor for factor in self.factors if factor.id == identifier), None)

    def unanswered(self, answers: Mapping[str, str]) -> list[Factor]:
        """The factors to which there is no answer that the scale knows."""
        return [factor for factor in self.factors if factor.answer(answers.get(factor.id, "")) is None]

    def parts(self, answers: Mapping[str, str]) -> tuple[Part, ...]:
        """The answers that the scale knows, in the order of its factors."""
        found = ((factor, factor.answer(answers.get(factor.id, ""))) for factor in self.factors)
        return tuple(
            Part(factor, answer, factor.weight * (answer.points or 0), factor.weight * _extreme(factor, max))
            for factor, answer in found
            if answer is not None
        )

    def score(self, answers: Mapping[str, str]) -> Score | None:
        """The score and its level; None when the scale does not compute or a factor is not answered."""
        if not self.computes or self.unanswered(answers):
            return None
        parts = self.parts(answers)
        least, greatest = _sum(self, min), _sum(self, max)
        above, span = sum(part.points for part in parts) - least, greatest - least
        level = next(level for level in self.levels if 100 * above >= (level.at or 0) * span)
        return Score(level, (2_000 * above + span) // (2 * span), parts)


def _extreme(factor: Factor, which: Which) -> int:
    return which(answer.points or 0 for answer in factor.answers)


def _sum(scale: Scale, which: Which) -> int:
    return sum(factor.weight * _extreme(factor, which) for factor in scale.factors)


@cache
def _scales() -> dict[str, Scale]:
    return load_kind("scales", Scale)


def scale_of(identifier: str) -> Scale | None:
    """The scale of that pack id."""
    return _scales().get(identifier)


def all_scales() -> list[Scale]:
    return sorted(_scales().values(), key=lambda scale: scale.name)
