"""Who a STIX report says was hit: victims, their sectors, and where.

Targeted are the identities and locations that a `targets` or `impacts` relationship points to, and those where a
sighting was made (`where_sighted_refs`). A targeted identity brings its location along (`located-at`). Where a report
draws no such line, the sectors and places of what it lists without any relationship are taken, since that is what such
lists mean in practice; names are not, as an unconnected identity is as likely the author's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from .collect import Texts
from .stix_objects import StixObject

_TARGETING: Final = frozenset({"targets", "impacts"})


def collect_targets(objects: list[StixObject], marking_of: Callable[[StixObject], str | None], texts: Texts) -> None:
    """Adds `victims`, `sectors`, `regions` and `countries` to `texts`."""
    by_id = {obj.id: obj for obj in objects if obj.type in ("identity", "location")}
    targeted, connected = _connections(objects)
    for ref in targeted:
        obj = by_id.get(ref)
        if obj is not None and obj.type == "identity":
            texts.add("victims", obj.line("name"), obj.id, marking_of(obj))
    hit = [by_id[ref] for ref in targeted if ref in by_id]
    loose = [obj for obj in by_id.values() if obj.id not in connected]
    _add_sectors(_of_type(hit, "identity") or _of_type(loose, "identity"), marking_of, texts)
    _add_places(_of_type(hit, "location") or _of_type(loose, "location"), marking_of, texts)


def _connections(objects: list[StixObject]) -> tuple[list[str], set[str]]:
    """The ids that are targeted, in order, and the ids that take part in anything, as author or in a relationship."""
    targeted: dict[str, None] = {}
    connected: set[str] = set()
    homes: dict[str, list[str]] = {}
    for obj in objects:
        connected.add(obj.identifier("created_by_ref"))
        if obj.type == "relationship":
            source, target = obj.identifier("source_ref"), obj.identifier("target_ref")
            verb = obj.line("relationship_type")
            connected.update((source, target))
            if verb in _TARGETING:
                targeted[target] = None
            elif verb == "located-at":
                homes.setdefault(source, []).append(target)
        elif obj.type == "sighting":
            targeted.update(dict.fromkeys(obj.identifiers("where_sighted_refs")))
    targeted.update(dict.fromkeys(home for ref in list(targeted) for home in homes.get(ref, ())))
    return list(targeted), connected


def _of_type(objects: Iterable[StixObject], kind: str) -> list[StixObject]:
    return [obj for obj in objects if obj.type == kind]


def _add_sectors(identities: list[StixObject], marking_of: Callable[[StixObject], str | None], texts: Texts) -> None:
    for identity in identities:
        for sector in identity.lines("sectors"):
            texts.add("sectors", sector, identity.id, marking_of(identity))


def _add_places(locations: list[StixObject], marking_of: Callable[[StixObject], str | None], texts: Texts) -> None:
    for place in locations:
        country = place.line("country")
        # Section 4.10: country SHOULD be an ISO 3166-1 alpha-2 code, which is written in capitals.
        texts.add("countries", country.upper() if len(country) == 2 else country, place.id, marking_of(place))
        region = place.line("region") or ("" if country else place.line("name"))
        texts.add("regions", region, place.id, marking_of(place))
