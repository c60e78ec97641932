"""What a matter makes of a case, in one shape for all kinds: a question, its answer, the reasons, what is unknown.

A kind gives it by `Kind.judges`; the page of a case gathers what its matters give, and prints it. All texts are in the
language of the reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Ground", "Judged", "Point", "Press", "Side", "Unknown"]


@dataclass(frozen=True)
class Ground:
    """A reason, and the reasons below it."""

    says: str
    standing: str = ""
    """`met`, `open` or `missing`, where it is a condition."""
    sources: tuple[str, ...] = ()
    under: tuple["Ground", ...] = ()


@dataclass(frozen=True)
class Side:
    """One of two views on which states publicly differ, and where it leads."""

    label: Any
    """`Our view:`"""
    says: str
    answer: Any


@dataclass(frozen=True)
class Point:
    """One thing that is found."""

    name: str
    says: str = ""
    tag: Any = ""
    """How it stands, in a word."""
    sure: bool = False
    """Whether it is found for certain: the tag stands out."""
    sources: tuple[str, ...] = ()
    grounds: tuple[Ground, ...] = ()
    sides: tuple[tuple[Side, Side], ...] = ()
    settles: tuple[str, ...] = ()
    """What would settle it, each way in a sentence."""


@dataclass(frozen=True)
class Press:
    """An answer that is given by one press: where it is posted, and what."""

    label: Any
    url: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Unknown:
    """Something that is not known, and what it would settle."""

    question: str
    bears: str = ""
    help: str = ""
    presses: tuple[Press, ...] = ()
    url: str = ""
    """Where it is answered with reasons; `label` is what the link is called."""
    label: Any = ""


@dataclass(frozen=True)
class Judged:
    """The answer to one question about a case."""

    order: int
    """10 severity, 20 and 25 attribution, 30 to 32 norms, law and options, 40 treaties, 50 precedents."""
    key: str
    """For the address on the page: `severity`."""
    question: Any
    answer: str = ""
    """Empty while there is none."""
    points: tuple[Point, ...] = ()
    rest: str = ""
    """What else was looked at, in a sentence."""
    unknown: tuple[Unknown, ...] = ()
    bears: Any = ""
    """What the unknown bears on, where that is more than this question."""
    note: str = ""
    """What a reader should know of the method."""
    url: str = ""
    """Where it is worked on."""
    label: Any = ""
    plot: Mapping[str, Any] | None = field(default=None, compare=False)
    """Likelihoods as a picture, see `verbale.matters.likelihood.picture`."""
