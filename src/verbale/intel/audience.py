"""Who may see one object of intelligence: Traffic Light Protocol 2.0, as a node holds to it towards other nodes.

1. This node and whoever gave the object see it always.
2. CLEAR is for everybody, also for whom nobody knows.
3. GREEN is for every partner of this node: the community.
4. AMBER is for the parties of the collection that it stands in, if one of them gave it: what came to this node from
   elsewhere was not given to them. What this node gives is also for those it names.
5. AMBER+STRICT and RED that a partner gave stay with this node. AMBER+STRICT of this node is for those of AMBER;
   RED of this node is for those that it names, one by one, and for no collection.
6. Unmarked is taken for the marking of the act or the file that it came with, else for AMBER. An object of which only
   parts are marked is unmarked in the rest.
7. The strictest marking on an object, or on any part of it, counts for the whole; a marking that is not one of the TLP
   could mean anything, and counts for AMBER at least, and for no less than what it came with.

A stricter marking never shows an object to more viewers than a laxer one would.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from .tlp import DEFAULT_MARKING, TLP_MARKING_IDS, TLP_ORDER, strictest

__all__ = ["STRANGER", "Audience", "is_marked", "marking_of", "may_see", "rank_of"]

STRANGER: Final = ""
"""The viewer of whom nothing is known: sees what is CLEAR."""


@dataclass(frozen=True)
class Audience:
    """With whom an object was shared, beside what its marking says.

    `own` is the node that holds it; `parties` are those of the collection that it stands in, `named` those that were
    named one by one when this node put it there.
    """

    own: str
    parties: Collection[str] = ()
    named: Collection[str] = ()


def may_see(marking: str, origin: str, audience: Audience, viewer: str) -> bool:
    """Whether `viewer`, a partner of the node or `STRANGER`, may see an object so marked that `origin` gave."""
    rank = rank_of(marking)
    if rank == 0:
        return True
    if viewer == STRANGER:
        return False
    if viewer in (audience.own, origin) or rank == 1:
        return True
    if origin != audience.own:
        return rank == 2 and viewer in audience.parties and origin in audience.parties
    return viewer in audience.named or (rank < 4 and viewer in audience.parties)


def rank_of(marking: str) -> int:
    """Place of a TLP word in the order of strictness, 0 CLEAR to 4 RED. What is no such word is as strict as can be."""
    return TLP_ORDER.index(marking) if marking in TLP_ORDER else len(TLP_ORDER) - 1


def marking_of(refs: Collection[str], came_with: str = "", parts: Iterable[str] = ()) -> str:
    """The TLP word for an object by the ids of the markings on it and on its parts; `came_with` is for what is not
    marked."""
    words = [TLP_MARKING_IDS.get(ref, DEFAULT_MARKING) for ref in (*refs, *parts)]
    if not is_marked(refs):
        words.append(came_with if came_with in TLP_ORDER else DEFAULT_MARKING)
    return strictest(words) or DEFAULT_MARKING


def is_marked(refs: Iterable[str]) -> bool:
    """Whether the markings of a whole object, by their ids, say how far it goes."""
    return any(ref in TLP_MARKING_IDS for ref in refs)
