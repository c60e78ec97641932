"""Who should hold and see what at the end of a day between many nodes, told from the Traffic Light Protocol alone.

Pure, and written anew beside `verbale.intel.audience`: no rule of the node is asked here.

TLP 2.0 (FIRST, August 2022), with the node of a state for the "organization" and its partners for the "community":
    RED           for the eyes of those named only
    AMBER+STRICT  for those it was given to, and no further
    AMBER         for those it was given to; nobody passes it on, but a collection is given to all of its parties
    GREEN         for the community
    CLEAR         for the world
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

__all__ = ["ORDER", "Claim", "Edge", "Made", "Model", "Terms"]

ORDER = ("CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED")
STRANGER = ""
TRAVELLING = "AMBER"
"""What an object without a marking is taken for by whoever gets it over TAXII."""


class Edge(NamedTuple):
    """A feed: from a shelf of one node to the shelf of the same name of another."""

    source: str
    target: str
    shelf: str
    viewer: str
    """With whose eyes it is read: those of the target, or nobody's."""


class Terms(NamedTuple):
    """All that decides who may see an object."""

    producer: str
    shelf: str
    marking: str
    """Of the object itself; empty when it bears none."""
    came_with: str
    named: tuple[str, ...] = ()

    @property
    def meant(self) -> str:
        return self.marking or self.came_with

    @property
    def abroad(self) -> str:
        """What it is taken for at another node. Nobody there may take it for less than was meant."""
        return self.marking or max(TRAVELLING, self.came_with, key=ORDER.index)


class Claim(NamedTuple):
    """That a node holds an object, from whom."""

    node: str
    origin: str


class Made(NamedTuple):
    """One version of one object."""

    id: str
    version: int | None
    """Microseconds; None for what has no version."""
    terms: Terms


@dataclass
class Model:
    nodes: Sequence[str]
    parties: Mapping[str, Collection[str]]
    """Of each shelf that serves a collection."""
    edges: Sequence[Edge]
    made: dict[tuple[str, int | None], Made] = field(default_factory=dict)
    by_id: dict[str, list[Made]] = field(default_factory=dict)
    _claims: dict[Terms, frozenset[Claim]] = field(default_factory=dict)
    _seers: dict[tuple[Terms, str], frozenset[str]] = field(default_factory=dict)

    def make(self, made: Made) -> None:
        self.made[made.id, made.version] = made
        self.by_id.setdefault(made.id, []).append(made)

    # -- the protocol --------------------------------------------------------------------------------------------------

    def may_ever_see(self, terms: Terms, viewer: str) -> bool:
        """Whether any server at all may show it to a viewer."""
        meant = terms.meant
        if meant == "CLEAR" or viewer == terms.producer:
            return True
        if viewer == STRANGER:
            return False
        if meant == "GREEN" or viewer in terms.named:
            return True
        return meant != "RED" and viewer in self.parties.get(terms.shelf, ())

    def shows(self, terms: Terms, claim: Claim, viewer: str) -> bool:
        """Whether the node of a claim shows it to a viewer."""
        if viewer in (claim.node, claim.origin):
            return True
        if claim.node == terms.producer:
            return self.may_ever_see(terms, viewer)
        if terms.abroad == "CLEAR":
            return True
        if terms.abroad == "GREEN":
            return viewer != STRANGER
        parties = self.parties.get(terms.shelf, ())
        return terms.abroad == "AMBER" and viewer in parties and claim.origin in parties

    # -- the roads -----------------------------------------------------------------------------------------------------

    @cached_property
    def _leaving(self) -> dict[tuple[str, str], list[Edge]]:
        found: dict[tuple[str, str], list[Edge]] = {}
        for edge in self.edges:
            found.setdefault((edge.source, edge.shelf), []).append(edge)
        return found

    def claims(self, terms: Terms) -> frozenset[Claim]:
        """Where an object under such terms comes to, by all roads."""
        if terms not in self._claims:
            reached = {Claim(terms.producer, terms.producer)}
            todo = list(reached)
            while todo:
                claim = todo.pop()
                for edge in self._leaving.get((claim.node, terms.shelf), ()):
                    # What comes back to who made it is no news there.
                    if edge.target != terms.producer and self.shows(terms, claim, edge.viewer):
                        new = Claim(edge.target, edge.source)
                        if new not in reached:
                            reached.add(new)
                            todo.append(new)
            self._claims[terms] = frozenset(reached)
        return self._claims[terms]

    def holders(self, terms: Terms) -> frozenset[str]:
        return frozenset(claim.node for claim in self.claims(terms))

    def seers(self, terms: Terms, server: str) -> frozenset[str]:
        """To whom the server of a node may show it."""
        if (terms, server) not in self._seers:
            own = [claim for claim in self.claims(terms) if claim.node == server]
            self._seers[terms, server] = frozenset(
                viewer for viewer in (*self.nodes, STRANGER) if any(self.shows(terms, claim, viewer) for claim in own)
            )
        return self._seers[terms, server]

    # -- what is found -------------------------------------------------------------------------------------------------

    def leaks(self, server: str, shelf: str, viewer: str, found: Iterable[tuple[str, int | None]]) -> list[str]:
        """What of an answer should not stand in it, in words."""
        told = []
        for key in found:
            made = self.made.get(key)
            if made is None:
                told.append(f"{server} shows {viewer} {key}, which nobody made")
            elif made.terms.shelf != shelf or viewer not in self.seers(made.terms, server):
                told.append(f"{server} shows {viewer} {key} on {shelf}: {made.terms}")
            elif not self.may_ever_see(made.terms, viewer):
                told.append(f"{server} shows {viewer} {key}, and no server may: {made.terms}")
        return told

    def amiss(self, node: str, shelf: str, held: Collection[tuple[str, int | None]]) -> tuple[list[str], list[str]]:
        """What a node lacks and what it should not have, in words, once all is at rest."""
        has = set(held)
        too_much = [
            f"{node} holds {key} on {shelf}: {made.terms if (made := self.made.get(key)) else 'nobody made it'}"
            for key in sorted(has, key=str)
            if key not in self.made
            or self.made[key].terms.shelf != shelf
            or node not in self.holders(self.made[key].terms)
        ]
        lacking = []
        for versions in self.by_id.values():
            if len({made.terms for made in versions}) == 1 and versions[0].terms.shelf == shelf:
                # All are for the same eyes: the latest has to be everywhere, all of them where they were made.
                latest = max(versions, key=lambda made: made.version or 0)
                wanted = versions if node == latest.terms.producer else [latest]
                if node in self.holders(latest.terms):
                    lacking += [f"{node} lacks {made} on {shelf}" for made in wanted if made[:2] not in has]
        return lacking, too_much

    def left_behind(
        self, edge: Edge, source: Collection[tuple[str, int | None, str]], target: Collection[tuple[str, int | None]]
    ) -> list[str]:
        """Where markings changed between versions: what of the shelf that an edge leaves should have come over it, and
        did not. `source` holds id, version and origin."""
        latest: dict[str, int | None] = {}
        for key, version, origin in source:
            made = self.made.get((key, version))
            if made is None or not self.shows(made.terms, Claim(edge.source, origin), edge.viewer):
                continue
            if key not in latest or (version or 0) > (latest[key] or 0):
                latest[key] = version
        has = set(target)
        return [
            f"{key} {version} did not come over {edge}" for key, version in latest.items() if (key, version) not in has
        ]
