"""Events between states: published scales of them, and rules that say which act is which event.

A scale (`event-scales`) gives codes, their names and a value from conflict to cooperation. A coding (`event-codings`)
gives acts their codes, by rules read from top to bottom: the first that fits decides. A rule fits by the type of the
act, and where it says so by fields of the body, marking or precedence. A rule without a code says, with a reason, that
such acts are not counted; an act that no rule fits is unknown to the coding.
"""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

import msgspec

from verbale.knowledge.packs import PackHead, load_kind

__all__ = [
    "Coded",
    "Coding",
    "EventCode",
    "EventScale",
    "Rule",
    "TensionLevel",
    "all_event_scales",
    "code",
    "coding",
    "reads_body",
]

CODING = "verbale"
"""The coding in use. A state puts its own in place by a pack of this id and a higher version."""

_TypePattern = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]*\.([a-z][a-z0-9.-]*|\*)\Z")]
_Path = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\Z")]
_Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_Value = Annotated[float, msgspec.Meta(ge=-10, le=10)]


class EventCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One code of a scale."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{2,4}\Z")]
    name: str
    value: _Value | None = None
    """Its own value; without one it has that of the code above it: of 021 for 0214."""


class EventScale(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    licence: str
    about: str
    codes: Annotated[list[EventCode], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        """Each code stands once, and has a value, its own or one from above."""
        known = {item.code for item in self.codes}
        if len(known) != len(self.codes):
            raise ValueError("a code stands twice")
        for item in self.codes:
            if self.value(item.code) is None:
                raise ValueError(f"{item.code} has no value, and no code above it has one")

    def named(self, identifier: str) -> EventCode | None:
        return next((item for item in self.codes if item.code == identifier), None)

    def value(self, identifier: str) -> float | None:
        """The value of a code, or of the nearest code above it."""
        values = {item.code: item.value for item in self.codes if item.value is not None}
        for length in range(len(identifier), 1, -1):
            if (found := values.get(identifier[:length])) is not None:
                return found
        return None


class TensionLevel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A level of tension."""

    code: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z-]{1,20}\Z")]
    name: str
    enter: Annotated[float, msgspec.Meta(ge=0, le=1_000)]
    """It is reached at this tension."""
    leave: Annotated[float, msgspec.Meta(ge=0, le=1_000)]
    """It is left when tension falls below this."""


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    types: Annotated[list[_TypePattern], msgspec.Meta(min_length=1)]
    """Types of act; `forum.*` is every type of that kind."""
    because: _Reason
    """Why such an act is such an event, or is none; a sentence."""
    code: str | None = None
    where: dict[_Path, list[str]] = {}
    """Field of the body, with a full stop between the steps, to the values that fit."""
    filled: list[_Path] = []
    """Fields of the body that must not be empty."""
    markings: list[str] = []
    """`AMBER`; any when none is given."""
    precedences: list[str] = []

    def fits(self, act_type: str, body: Mapping[str, Any], marking: str, precedence: str) -> bool:
        return (
            self.names(act_type)
            and (not self.markings or marking in self.markings)
            and (not self.precedences or precedence in self.precedences)
            and all(_text(_at(body, path)) in values for path, values in self.where.items())
            and all(_text(_at(body, path)) for path in self.filled)
        )

    def names(self, act_type: str) -> bool:
        """Whether it is about acts of that type."""
        return any(_same_type(pattern, act_type) for pattern in self.types)


def _same_type(pattern: str, act_type: str) -> bool:
    return act_type == pattern or (pattern.endswith(".*") and act_type.startswith(pattern[:-1]))


def _at(body: object, path: str) -> object:
    """What stands at that place of a body; None where there is nothing, whatever a stranger has put there."""
    for step in path.split("."):
        if not isinstance(body, Mapping):
            return None
        body = body.get(step)
    return body


def _text(value: object) -> str:
    """A plain value as rules spell it; empty for what is empty or not plain."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int) else ""


class Coding(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    scale: str
    """Id of the event scale."""
    half_life_days: Annotated[float, msgspec.Meta(gt=0, le=3_650)]
    """After so many days an event weighs half."""
    levels: Annotated[list[TensionLevel], msgspec.Meta(min_length=2, max_length=10)]
    """From the least tension to the gravest."""
    rules: Annotated[list[Rule], msgspec.Meta(min_length=1, max_length=2_000)]

    def __post_init__(self) -> None:
        """Levels rise, each with room between entering and leaving; every code is one of the scale."""
        if self.levels[0].enter or self.levels[0].leave:
            raise ValueError("levels: the first is where there is no tension, entered and left at 0")
        if len({level.code for level in self.levels}) != len(self.levels):
            raise ValueError("levels: a code stands twice")
        for lower, upper in itertools.pairwise(self.levels):
            if not (upper.enter > lower.enter and upper.leave > lower.leave):
                raise ValueError(f"levels: {upper.code} must be entered and left above {lower.code}")
            if not upper.leave < upper.enter:
                raise ValueError(f"levels: {upper.code} must be left below where it is entered")
        scale = load_kind("event-scales", EventScale).get(self.scale)
        if scale is None:
            raise ValueError(f"scale: there is no event scale {self.scale}")
        for place, rule in enumerate(self.rules, 1):
            if rule.code is not None and scale.named(rule.code) is None:
                raise ValueError(f"rules: rule {place} ({rule.types[0]}): {rule.code} is no code of {self.scale}")

    def rule_of(
        self, act_type: str, body: Mapping[str, Any], *, marking: str = "", precedence: str = ""
    ) -> Rule | None:
        """The first rule that fits."""
        return next((rule for rule in self.rules if rule.fits(act_type, body, marking, precedence)), None)


@dataclass(frozen=True)
class Coded:
    """An act as an event of the scale."""

    code: str
    """Empty where such acts are expressly not counted."""
    name: str
    value: float | None
    because: str


@cache
def _scales() -> dict[str, EventScale]:
    return load_kind("event-scales", EventScale)


@cache
def coding() -> Coding:
    """The coding in use."""
    return load_kind("event-codings", Coding)[CODING]


def all_event_scales() -> list[EventScale]:
    return sorted(_scales().values(), key=lambda scale: scale.name)


@cache
def _coded(rule_place: int) -> Coded:
    rule, scale = coding().rules[rule_place], _scales()[coding().scale]
    named = scale.named(rule.code) if rule.code is not None else None
    if named is None:
        return Coded("", "", None, rule.because)
    return Coded(named.code, named.name, scale.value(named.code), rule.because)


@cache
def _places(act_type: str) -> tuple[int, ...]:
    """Which rules are about acts of a type, of which there may be many thousands."""
    return tuple(place for place, rule in enumerate(coding().rules) if rule.names(act_type))


def code(act_type: str, body: Mapping[str, Any], *, marking: str = "", precedence: str = "") -> Coded | None:
    """The event that an act is; None where the coding does not know such acts."""
    for place in _places(act_type):
        if coding().rules[place].fits(act_type, body, marking, precedence):
            return _coded(place)
    return None


@cache
def reads_body(act_type: str) -> bool:
    """Whether the code of such an act hangs on its body: who codes many need not open the others."""
    return any(coding().rules[place].where or coding().rules[place].filled for place in _places(act_type))
