"""What sources have in common: values and techniques that several of them name, pairs of sources by what they share, a
graph of both, and a matrix of techniques.

A source is whatever names features: a case, a partner, a campaign. A feature is a value (`domain-name`, `evil.example`)
or a technique (`technique`, `T1486`). What many sources name says little of any two of them, so a feature weighs

    weight = ln((N + 1) / n)        with N sources in all, of which n name it

and a pair of sources weighs the sum over what both name (inverse document frequency, Sparck Jones 1972). Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import log
from typing import Final

from .techniques import TACTICS

__all__ = [
    "MOST_SOURCES",
    "TECHNIQUE",
    "Cell",
    "Column",
    "Correlation",
    "Feature",
    "Named",
    "Pair",
    "Shared",
    "Used",
    "correlate",
    "matrix",
]

TECHNIQUE: Final = "technique"
MOST_SOURCES: Final = 500
"""Sources that name one feature, beyond which it makes no pairs: n sources make n * (n - 1) / 2."""


@dataclass(frozen=True, order=True)
class Feature:
    kind: str
    value: str


@dataclass(frozen=True)
class Named:
    """That a source names a feature."""

    source: str
    feature: Feature


@dataclass(frozen=True)
class Shared:
    """A feature that two sources or more name."""

    feature: Feature
    sources: tuple[str, ...]
    """Sorted."""
    weight: float


@dataclass(frozen=True)
class Pair:
    """Two sources with what both name, the weightiest first."""

    first: str
    second: str
    shared: tuple[Feature, ...]
    weight: float


@dataclass(frozen=True)
class Correlation:
    sources: int
    shared: tuple[Shared, ...]
    """The weightiest first; among equals those that more sources name."""
    pairs: tuple[Pair, ...]
    """The weightiest first."""
    common: tuple[Shared, ...]
    """What more than MOST_SOURCES name: it makes no pairs."""

    def group_of(self) -> Mapping[str, int]:
        """The sources that hang together, however indirectly, under one number; those that share nothing are absent."""
        parent: dict[str, str] = {}

        def root(source: str) -> str:
            while parent.setdefault(source, source) != source:
                parent[source] = parent[parent[source]]
                source = parent[source]
            return source

        for pair in self.pairs:
            parent[root(pair.first)] = root(pair.second)
        numbers: dict[str, int] = {}
        return {source: numbers.setdefault(root(source), len(numbers)) for source in sorted(parent)}


def correlate(named: Iterable[Named], *, least: float = 0.0) -> Correlation:
    """What the sources have in common; pairs below the weight `least` are left out. Order and repetition of `named` do
    not matter."""
    by: dict[Feature, set[str]] = defaultdict(set)
    sources: set[str] = set()
    for item in named:
        by[item.feature].add(item.source)
        sources.add(item.source)
    count = len(sources)
    found = [
        Shared(feature, tuple(sorted(who)), log((count + 1) / len(who)))
        for feature, who in sorted(by.items())
        if len(who) > 1
    ]
    found.sort(key=lambda item: (-item.weight, -len(item.sources), item.feature))
    weights: dict[tuple[str, str], float] = defaultdict(float)
    both: dict[tuple[str, str], list[Feature]] = defaultdict(list)
    telling = [item for item in found if len(item.sources) <= MOST_SOURCES]
    for shared in telling:
        for pair in combinations(shared.sources, 2):
            weights[pair] += shared.weight
            both[pair].append(shared.feature)
    pairs = [Pair(pair[0], pair[1], tuple(both[pair]), weight) for pair, weight in weights.items() if weight >= least]
    pairs.sort(key=lambda found: (-found.weight, found.first, found.second))
    common = tuple(item for item in found if len(item.sources) > MOST_SOURCES)
    return Correlation(count, tuple(found), tuple(pairs), common)


# -- the matrix of techniques ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Used:
    """That a source names a technique; `tactics` are ATT&CK's short names, in which it was used."""

    source: str
    id: str
    name: str = ""
    tactics: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cell:
    id: str
    name: str
    sources: tuple[str, ...]
    """Sorted."""
    below: bool
    """Whether it is a technique below another: `T1566.001`."""


@dataclass(frozen=True)
class Column:
    """A tactic with its techniques, by id."""

    tactic: str
    """ATT&CK's short name; empty for techniques of which no source says the tactic."""
    cells: tuple[Cell, ...]


def matrix(used: Iterable[Used]) -> tuple[Column, ...]:
    """Techniques under the tactics that sources name for them, in ATT&CK's order; a technique stands in each of its
    tactics. Tactics that ATT&CK's enterprise matrix does not have come last, by name."""
    rows = list(used)
    names: dict[str, str] = {}
    tactics: dict[str, set[str]] = defaultdict(set)
    who: dict[str, set[str]] = defaultdict(set)
    for item in sorted(rows, key=lambda item: (item.id, item.name)):
        names[item.id] = names.get(item.id) or item.name
        tactics[item.id].update(item.tactics)
        who[item.id].add(item.source)
    columns: dict[str, list[Cell]] = defaultdict(list)
    for identifier in sorted(who):
        cell = Cell(identifier, names[identifier], tuple(sorted(who[identifier])), "." in identifier)
        for tactic in tactics[identifier] or {""}:
            columns[tactic].append(cell)
    order = {tactic: place for place, tactic in enumerate(TACTICS)}
    last = len(order)
    ordered = sorted(columns, key=lambda tactic: (order.get(tactic, last + (not tactic)), tactic))
    return tuple(Column(tactic, tuple(columns[tactic])) for tactic in ordered)
