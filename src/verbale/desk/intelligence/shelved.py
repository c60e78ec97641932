"""Who names what on the shelves that a person may open, beside the reports.

A shelf is a source among the cases, an origin of its objects one among the partners, and an actor on it one among the
campaigns: that names what relationships tie to it. Only latest versions that are not revoked count.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse

from verbale.desk.holdings.described import parsed
from verbale.desk.holdings.opened import open_shelves
from verbale.desk.intelligence.sources import Read, Source
from verbale.holdings import ties
from verbale.holdings.models import Audience, Shelf
from verbale.holdings.models import Source as Given
from verbale.holdings.terms import catch_up
from verbale.intel.correlation import TECHNIQUE, Feature, Named, Used
from verbale.intel.naming import plain_name
from verbale.knowledge.attack import Known, known_techniques
from verbale.node.identity import node_name
from verbale.node.models import Partner, User
from verbale.node.partners import name_of

__all__ = ["read_shelves"]


def read_shelves(found: Read, user: User) -> None:
    """Add what stands on shelves to what reports say."""
    shelves = {shelf.pk: shelf for shelf in open_shelves(user)}
    audiences = dict(Audience.objects.filter(shelf__in=shelves).values_list("pk", "shelf_id"))
    if not audiences:
        return
    found.whole_shelves = catch_up()
    if found.level == "campaigns":
        _actors(found, audiences)
        return
    reported = {item.feature for item in found.named}
    by_shelf = found.level == "cases"
    keys, whole = ties.shared(audiences, by_shelf=by_shelf)
    more, all_of_them = ties.of_features({(item.kind, item.value) for item in reported})
    rows, read_all = ties.named_by({*keys, *more, *ties.techniques(audiences)}, audiences)
    found.whole_shelves &= whole and all_of_them and read_all
    sources = _shelf_sources(audiences, shelves) if by_shelf else _origin_sources(rows)
    for row in rows:
        source = sources[row.audience if by_shelf else row.source]
        _note(found, source, [Feature(row.kind, row.value)])
    for source in sources.values():
        # That a source is there at all counts for how much it says that few of them name a thing.
        found.named.append(Named(source.key, Feature("source", source.key)))


def _note(found: Read, source: Source, features: Iterable[Feature]) -> None:
    found.sources.setdefault(source.key, source)
    for feature in features:
        found.named.append(Named(source.key, feature))
        if feature.kind == TECHNIQUE:
            known = known_techniques().get(feature.value, Known("", ()))
            found.used.append(Used(source.key, feature.value, known.name, known.tactics))


def _shelf_sources(audiences: Mapping[int, str], shelves: Mapping[str, Shelf]) -> dict[int, Source]:
    return {
        audience: Source(f"shelf:{shelf}", shelves[shelf].title, reverse("shelf", args=[shelf]))
        for audience, shelf in audiences.items()
    }


def _origin_sources(rows: Iterable[ties.Row]) -> dict[int, Source]:
    origins = dict(Given.objects.filter(pk__in={row.source for row in rows}).values_list("pk", "origin"))
    partners = set(Partner.objects.filter(pk__in=set(origins.values())).values_list("pk", flat=True))
    return {
        given: Source(
            origin,
            name_of(origin),
            reverse("partner", args=[origin]) if origin in partners else "",
            origin == node_name(),
        )
        for given, origin in origins.items()
    }


def _actors(found: Read, audiences: Mapping[int, str]) -> None:
    actors, whole = ties.actors(audiences)
    names = {actor.stix_id: list(_names(parsed(actor.raw), actor, audiences)) for actor in actors}
    tied, read_all = ties.tied_to(names, audiences)
    found.whole_shelves &= whole and read_all
    for stix_id, sources in names.items():
        features = [Feature(kind, value) for kind, value in tied.get(stix_id, ())]
        for source in sources:
            _note(found, source, features)


def _names(value: Mapping[str, Any], actor: ties.Actor, audiences: Mapping[int, str]) -> Iterator[Source]:
    """As reports name actors: by the name, whatever the object."""
    name = plain_name(str(value.get("name", "")))
    if name:
        yield Source(
            name,
            " ".join(str(value["name"]).split()),
            reverse("thing", args=[audiences[actor.audience], actor.stix_id]),
        )
