"""Who named a value: on which of the shelves that a person may open, from whom, since when; and in which dossiers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from verbale.desk.holdings.described import name_of_type, parsed, title_of
from verbale.desk.holdings.opened import open_shelves
from verbale.desk.intelligence.named import features_of, reports_of
from verbale.holdings import rows, terms
from verbale.holdings.models import Audience, Entry, Shelf, Source, Term
from verbale.holdings.places import latest, representatives
from verbale.holdings.rows import Row
from verbale.intel.fields import STIX_ID
from verbale.intel.naming import ACTOR, SOFTWARE, TECHNIQUE, plain_name
from verbale.intel.overlap.values import Value, normal, of_lines
from verbale.intel.techniques import technique_id
from verbale.node.access import readable_matters, require
from verbale.node.errors import UserError
from verbale.node.models import User
from verbale.node.partners import name_of

__all__ = ["Dossier", "Found", "Giver", "Thing", "found_json", "search", "search_shelves"]

ID = "stix-id"
_MOST = 200
"""Objects that are listed; how many more there are is said."""
_LONGEST = 4_000
Wanted = tuple[str, str]
"""Kind and value, in one spelling."""


@dataclass(frozen=True)
class Giver:
    """What one origin put on one shelf under one marking that names it."""

    shelf: Shelf
    origin: str
    marking: str
    entries: int
    """Versions of objects."""
    since: datetime
    last: datetime


@dataclass(frozen=True)
class Thing:
    """An object that names it, by its latest version."""

    shelf: Shelf
    stix_id: str
    type: str
    title: str
    marking: str
    origins: tuple[str, ...]
    since: datetime
    """When it came with this value first, among what is listed."""
    version: datetime
    revoked: bool
    still: bool
    """Whether the latest version names it too."""

    @property
    def kind(self) -> Any:
        """In the language of the reader."""
        return name_of_type(self.type)


@dataclass
class Dossier:
    """A dossier of which reports name it."""

    id: str
    title: str
    authors: list[str] = field(default_factory=list)
    since: str = ""


@dataclass
class Found:
    wanted: list[Wanted]
    """As what the question was understood."""
    givers: list[Giver] = field(default_factory=list)
    things: list[Thing] = field(default_factory=list)
    more: bool = False
    dossiers: list[Dossier] = field(default_factory=list)
    all_reports: bool = True
    behind: int = 0
    """Entries that are not in the index yet."""

    @property
    def nothing(self) -> bool:
        return not self.givers and not self.dossiers


def search(user: User, text: str) -> Found:
    """What a person may know of who named it. Raises UserError when it is no value, AccessError."""
    require(user, "read")
    found = search_shelves(open_shelves(user), text)
    records, found.all_reports = reports_of(user)
    titles = dict(readable_matters(user).values_list("id", "title"))
    wanted, dossiers = set(found.wanted), dict[str, Dossier]()
    for record, report in records:
        if not wanted.isdisjoint(_of_report(report)):
            case = record.matter_id
            told = dossiers.setdefault(case, Dossier(case, titles.get(case) or case[:12], since=record.issued))
            told.since = min(told.since, record.issued)
            if record.author not in told.authors:
                told.authors.append(record.author)
    found.dossiers = sorted(dossiers.values(), key=lambda item: (item.since, item.id))
    return found


def _of_report(report: Mapping[str, Any]) -> Iterator[Wanted]:
    for feature in features_of(report):
        yield feature.kind, feature.value
    actors = report.get("actors")
    for actor in actors if isinstance(actors, list) else ():
        if isinstance(actor, Mapping):
            yield ACTOR, plain_name(str(actor.get("name", "")))


def search_shelves(shelves: Sequence[Shelf], text: str) -> Found:
    """The same among the objects on these shelves alone."""
    wanted = _understood(text)
    found = Found(wanted)
    if not terms.catch_up():
        found.behind = terms.behind()
    on = {shelf.pk: shelf for shelf in shelves}
    audiences = {item.pk: item for item in Audience.objects.filter(shelf__in=on)}
    if wanted[0][0] == ID:
        sums, entries = _by_id(wanted[0][1], audiences)
    else:
        sums = [item for kind, value in wanted for item in terms.sums(kind, value, audiences)]
        named_by = {item.audience for item in sums}
        entries = sorted(
            {added for kind, value in wanted for added in terms.latest(kind, value, named_by, _MOST + 1)}, reverse=True
        )
    origins = dict(Source.objects.filter(pk__in={item.source for item in sums}).values_list("pk", "origin"))
    found.givers = _givers(sums, audiences, on, origins)
    found.more = len(entries) > _MOST
    found.things = list(_things(entries[:_MOST], wanted, audiences, on))
    return found


# -- what was asked ----------------------------------------------------------------------------------------------------


def _understood(text: str) -> list[Wanted]:
    """All that a text can mean: an id alone, else a value, a technique, the name of a tool or of an actor."""
    plain = text.strip()
    if not plain or len(plain) > _LONGEST:
        raise UserError(_("Give a value, a technique, a name or a STIX id, of 4,000 characters at most."), "value")
    if STIX_ID.fullmatch(plain):
        return [(ID, plain)]
    found: list[Wanted] = [(item.kind, item.value) for item in of_lines(plain) if isinstance(item, Value)]
    if technique := technique_id(plain):
        found.append((TECHNIQUE, technique))
    if not re.match(r"[a-z0-9+.-]+://", plain) and (mutex := normal("mutex", plain)):
        found.append((mutex.kind, mutex.value))
    if name := plain_name(plain):
        found += [(SOFTWARE, name), (ACTOR, name)]
    return list(dict.fromkeys(found))


# -- what is there -----------------------------------------------------------------------------------------------------


def _by_id(stix_id: str, audiences: Iterable[int]) -> tuple[list[terms.Sum], list[int]]:
    sums: dict[tuple[int, int], terms.Sum] = {}
    known = rows.known([stix_id], list(audiences))
    for row in known:
        at = row.audience, row.source
        before = sums.get(at, terms.Sum(*at, 0, row.added, row.added))
        sums[at] = terms.Sum(*at, before.entries + 1, min(before.first, row.added), max(before.last, row.added))
    return list(sums.values()), sorted((row.added for row in known), reverse=True)


def _givers(
    sums: Iterable[terms.Sum], audiences: Mapping[int, Audience], on: Mapping[str, Shelf], origins: Mapping[int, str]
) -> list[Giver]:
    together: dict[tuple[str, str, str], tuple[int, int, int]] = {}
    for item in sums:
        audience = audiences[item.audience]
        key = audience.shelf_id, origins[item.source], audience.marking
        entries, first, last = together.get(key, (0, item.first, item.last))
        together[key] = entries + item.entries, min(first, item.first), max(last, item.last)
    return [
        Giver(on[shelf], origin, marking, entries, _moment(first), _moment(last))
        for (shelf, origin, marking), (entries, first, last) in sorted(together.items(), key=lambda pair: pair[1][1])
    ]


def _things(
    named_at: Sequence[int], wanted: Iterable[Wanted], audiences: Mapping[int, Audience], on: Mapping[str, Shelf]
) -> Iterator[Thing]:
    """The objects of these entries, those that came last first."""
    naming = set(named_at)
    ids = set(Entry.objects.filter(pk__in=naming).values_list("stix_id", flat=True))
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows.known(ids, list(audiences)):
        groups.setdefault((audiences[row.audience].shelf_id, row.stix_id), []).append(row)
    newest = {
        at: latest(representatives(group)) for at, group in groups.items() if any(row.added in naming for row in group)
    }
    entries = Entry.objects.in_bulk([row.added for row in newest.values()])
    keys = [Term.key_of(kind, value) for kind, value in wanted]
    still = naming | set(Term.objects.filter(added__in=list(entries), key__in=keys).values_list("added", flat=True))
    givers = dict(
        Source.objects.filter(pk__in={row.source for group in groups.values() for row in group}).values_list(
            "pk", "origin"
        )
    )
    ordered = sorted(newest.items(), key=lambda pair: max(row.added for row in groups[pair[0]]), reverse=True)
    for at, row in ordered:
        entry = entries.get(row.added)
        if entry is None:
            continue  # deleted meanwhile
        those = [one for one in groups[at] if one.added in naming]
        yield Thing(
            on[at[0]],
            entry.stix_id,
            entry.type,
            title_of(parsed(bytes(entry.raw))),
            audiences[row.audience].marking,
            tuple(sorted({givers[one.source] for one in those if one.source in givers})),
            _moment(min(one.added for one in those)),
            _moment(row.version),
            entry.revoked,
            row.added in still,
        )


def _moment(micros: int) -> datetime:
    return datetime.fromtimestamp(micros / 1_000_000, UTC)


# -- as JSON -----------------------------------------------------------------------------------------------------------


def found_json(found: Found) -> dict[str, Any]:
    """For machines."""
    return {
        "understood_as": [{"kind": kind, "value": value} for kind, value in found.wanted],
        "named_by": [
            {
                "shelf": {"id": item.shelf.pk, "title": item.shelf.title},
                "origin": {"node": item.origin, "name": name_of(item.origin)},
                "marking": f"TLP:{item.marking}",
                "versions": item.entries,
                "since": item.since.isoformat(),
                "last": item.last.isoformat(),
            }
            for item in found.givers
        ],
        "objects": [
            {
                "id": item.stix_id,
                "type": item.type,
                "title": item.title,
                "shelf": item.shelf.pk,
                "origins": list(item.origins),
                "marking": f"TLP:{item.marking}",
                "since": item.since.isoformat(),
                "latest_version": item.version.isoformat(),
                "latest_names_it": item.still,
                "revoked": item.revoked,
                "page": reverse("thing", args=[item.shelf.pk, item.stix_id]),
            }
            for item in found.things
        ],
        "more_objects": found.more,
        "dossiers": [
            {"id": item.id, "title": item.title, "reported_by": item.authors, "since": item.since}
            for item in found.dossiers
        ],
        "all_reports_read": found.all_reports,
        "not_indexed_yet": found.behind,
    }
