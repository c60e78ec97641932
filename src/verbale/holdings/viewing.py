"""Who looks, and which audiences of a shelf include them."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import orjson

from verbale.holdings.models import Audience, Shelf
from verbale.holdings.prepared import Prepared
from verbale.intel import audience as rules
from verbale.intel.tlp import TLP_ORDER
from verbale.node.identity import node_name
from verbale.node.models import Matter

__all__ = ["STAFF", "Viewer", "audience_for", "parties_of", "visible"]


_parties = Prepared(lambda matter: Matter.objects.filter(pk=matter).values_list("parties"), str)
_audiences = Prepared(
    lambda shelf: Audience.objects.filter(shelf=shelf).values_list("id", "rank", "ours", "nodes"), str
)


@dataclass(frozen=True)
class Viewer:
    """A partner by its node, whoever is not known (the empty node), or our own staff, who see all that is held."""

    node: str = rules.STRANGER
    staff: bool = False


STAFF = Viewer(staff=True)


def parties_of(shelf: Shelf) -> frozenset[str]:
    """The parties of the collection that a shelf serves."""
    if not shelf.matter:
        return frozenset()
    found = _parties.first(shelf.matter)
    return frozenset(found[0] or () if found else ())


def visible(shelf: Shelf, viewer: Viewer) -> dict[int, str]:
    """The audiences of a shelf that the viewer belongs to, with the marking of each."""
    rows = _audiences(shelf.pk)
    if viewer.staff:
        return {key: TLP_ORDER[rank] for key, rank, _ours, _nodes in rows}
    parties, own = parties_of(shelf), node_name()
    return {
        key: TLP_ORDER[rank]
        for key, rank, ours, nodes in rows
        if rules.may_see(
            TLP_ORDER[rank],
            own if ours else _giver(nodes, parties),
            rules.Audience(own, parties, nodes if ours else ()),
            viewer.node,
        )
    }


def _giver(nodes: list[str], parties: Collection[str]) -> str:
    """The partner that gave, where that decides; else any party, for `audience_for` leaves out only these."""
    return nodes[0] if nodes else next(iter(parties), "\0")


def audience_for(shelf: Shelf, marking: str, origin: str, named: Iterable[str], parties: Collection[str]) -> Audience:
    """The row for objects so marked. What does not decide is left out of it, so that there are few."""
    rank, ours = rules.rank_of(marking), origin == node_name()
    nodes: list[str]
    if rank <= 1:
        ours, nodes = True, []
    elif ours:
        nodes = sorted(set(named))
    else:
        # Parties see AMBER of one another anyway, and no party ever leaves.
        nodes = [] if rank == 2 and origin in parties else [origin]
    key = hashlib.sha256(orjson.dumps([rank, ours, nodes])).hexdigest()
    return Audience.objects.get_or_create(shelf=shelf, key=key, defaults={"rank": rank, "ours": ours, "nodes": nodes})[
        0
    ]
