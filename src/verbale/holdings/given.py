"""What partners gave to the shelves of this node, and how far it can be relied on: who judged which of it."""

from collections.abc import Iterable
from typing import NamedTuple

from verbale.holdings.heard import Contribution, origins_of, seen_on, told_in
from verbale.holdings.models import Contributed, Shelf
from verbale.intel.trust import Confidence, Judgement, confidence
from verbale.node.identity import node_name

__all__ = ["Gave", "confidences", "gave"]


class Gave(NamedTuple):
    """By one partner."""

    contributions: int
    withdrawn: int
    objects: int
    """STIX objects that came with the contributions which still stand."""
    seen: int
    """Objects, and contributions as a whole, that others than the giver saw."""
    false_positives: int
    """The same, which anybody called so."""
    confidence: Confidence


def gave(node: str, shelves: Iterable[Shelf]) -> Gave:
    """What a partner gave to these shelves."""
    standing: set[str] = set()
    withdrawn = objects = 0
    judgements: list[Judgement] = []
    for shelf in shelves:
        contributions, found = _judged(shelf)
        own = [item for item in contributions if item.giver == node]
        acts = {item.act for item in own if not item.withdrawn}
        standing |= acts
        withdrawn += len(own) - len(acts)
        judgements += [item for giver, item in found if giver == node]
        objects += sum(
            accepted + same
            for act, accepted, same in Contributed.objects.filter(shelf=shelf, left=False).values_list(
                "act", "accepted", "same"
            )
            if act in acts
        )
    seen = {item.thing for item in judgements if item.word in ("seen", "confirmed") and item.by != node}
    wrong = {item.thing for item in judgements if item.word == "false-positive"}
    return Gave(
        len(standing),
        withdrawn,
        objects,
        len(seen),
        len(wrong),
        confidence(judgements, giver=node, own=node_name()),
    )


def confidences(shelves: Iterable[Shelf]) -> dict[str, Confidence]:
    """In everybody who gave something that was judged."""
    by_giver: dict[str, list[Judgement]] = {}
    for shelf in shelves:
        for giver, item in _judged(shelf)[1]:
            by_giver.setdefault(giver, []).append(item)
    own = node_name()
    return {giver: confidence(found, giver=giver, own=own) for giver, found in by_giver.items()}


def _judged(shelf: Shelf) -> tuple[list[Contribution], list[tuple[str, Judgement]]]:
    """The contributions to a shelf, and each judgement with the one who gave what it is about.

    Of an object it counts only where the object stands here from that giver: naming ids that nobody gave must neither
    raise nor lower anybody.
    """
    told, seen = told_in(shelf), seen_on(shelf)
    givers = {item.act: item.giver for item in told.contributions}
    origins = origins_of(shelf, {item.stix_id for item in told.heard if item.stix_id})
    found = [
        (givers[item.act], Judgement(item.by, item.stix_id or item.act, item.word))
        for item in told.heard
        if item.act in givers and (not item.stix_id or givers[item.act] in origins.get(item.stix_id, ()))
    ]
    for stix_id, sightings in seen.by_object.items():
        by = {item.by for item in sightings}
        found += [(giver, Judgement(node, stix_id, "seen")) for giver in seen.givers.get(stix_id, ()) for node in by]
    return told.contributions, found
