"""What was seen at ours of what partners contributed, made ready to be told: drafts, which leave when a second person
clears them.

Of what came with a contribution, a sighting of that contribution: how often and on which day last, no value. Of what a
partner's software put on the shelf, a contribution with STIX sightings, one for each partner. Both go to all parties,
so nothing is told that one of them may not see.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import orjson
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale.holdings import store, watched
from verbale.holdings.models import Shelf, Source
from verbale.holdings.store import STAFF, Query, Viewer
from verbale.intel.matching import Hit, tellings
from verbale.intel.matching.sightings import MAX_COUNT, marking_of, moment
from verbale.intel.tlp import strictest
from verbale.matters.collection.tellable import tellable
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given, draft
from verbale.node.errors import NodeError
from verbale.node.models import Draft, Matter, User
from verbale.node.partners import name_of
from verbale.protocol import Marking

__all__ = ["Ready", "make_ready", "tellable"]

_AT_ONCE = 200


@dataclass
class Ready:
    drafts: list[Draft] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    """What is not told, and why: a sentence each."""


def make_ready(shelf: Shelf, hits: Sequence[Hit], user: User, *, marking: str, at: datetime) -> Ready:
    """Drafts for the hits on indicators of others; `marking` is our own word on what happens at ours. Raises what
    `tellable` raises."""
    matter = tellable(shelf, user)
    ready = Ready()
    theirs = [hit for hit in hits if hit.origin in matter.parties]
    for origin in sorted({hit.origin for hit in hits if hit.origin and hit.origin not in matter.parties}):
        ready.untold.append(
            _("%(who)s is no party of the collection: there it is not told.") % {"who": name_of(origin)}
        )
    acts = _acts(shelf, theirs)
    with_act: dict[tuple[str, str], list[Hit]] = defaultdict(list)
    without: list[Hit] = []
    for hit in theirs:
        act = acts.get(hit.indicator, "")
        if act:
            with_act[hit.origin, act].append(hit)
        else:
            without.append(hit)
    for (origin, act), those in sorted(with_act.items()):
        _sighting(ready, matter, user, origin, act, those, marking)
    _contributions(ready, shelf, matter, user, without, marking, at)
    return ready


def _acts(shelf: Shelf, hits: Iterable[Hit]) -> dict[str, str]:
    """The act with which each indicator came; "" for those that came without."""
    found: dict[str, str] = {}
    ids = sorted({hit.indicator for hit in hits})
    for start in range(0, len(ids), _AT_ONCE):
        asked = Query(ids=tuple(ids[start : start + _AT_ONCE]), limit=_AT_ONCE)
        entries = store.page(shelf, STAFF, asked).entries
        given = Source.objects.in_bulk({entry.source for entry in entries})
        found.update((entry.stix_id, given[entry.source].act) for entry in entries)
    return found


def _sighting(
    ready: Ready, matter: Matter, user: User, origin: str, act: str, hits: Sequence[Hit], marking: str
) -> None:
    told = strictest(marking_of(hit, marking) for hit in hits) or marking
    if Marking(told).rank > Marking(matter.marking).rank:
        ready.untold.append(
            _("What was seen of a contribution of %(who)s is marked TLP:%(marking)s, above the collection.")
            % {"who": name_of(origin), "marking": told}
        )
        return
    number = len({hit.indicator for hit in hits})
    lasts = [hit.last for hit in hits if hit.last is not None]
    last = moment(max(lasts)) if lasts else timezone.now()
    values = {
        "contribution": act,
        "count": min(sum(hit.count for hit in hits), MAX_COUNT),
        "day": min(last, timezone.now()).astimezone(UTC).date().isoformat(),
        "text": ngettext(
            "%(n)s of its indicators was found in logs.", "%(n)s of its indicators were found in logs.", number
        )
        % {"n": number},
    }
    _draft(ready, "collection.sighting", matter, user, Given(values), origin)


def _contributions(
    ready: Ready, shelf: Shelf, matter: Matter, user: User, hits: Sequence[Hit], marking: str, at: datetime
) -> None:
    open_to_all = _seen_by_all(shelf, matter, {hit.indicator for hit in hits})
    for origin in sorted({hit.origin for hit in hits if hit.indicator not in open_to_all}):
        ready.untold.append(
            _("Some of what %(who)s gave may not be seen by all parties: nothing of it is told to them.")
            % {"who": name_of(origin)}
        )
    us = watched.identity(at)
    for telling in tellings(
        (hit for hit in hits if hit.indicator in open_to_all), identity=us["id"], marking=marking, at=at
    ):
        objects = [us, *telling.sightings]
        bundle = {
            "type": "bundle",
            "id": f"bundle--{telling.sightings[0]['id'].partition('--')[2]}",
            "objects": objects,
        }
        values = {
            "title": _("Seen in logs: indicators of %(who)s") % {"who": name_of(telling.origin)},
            "attachments": [("sightings.json", "application/json", orjson.dumps(bundle))],
        }
        _draft(ready, "collection.contribute", matter, user, Given(values, marking=telling.marking), telling.origin)


def _seen_by_all(shelf: Shelf, matter: Matter, ids: set[str]) -> set[str]:
    seen = set(ids)
    for party in matter.parties:
        wanted, there = sorted(seen), set[str]()
        for start in range(0, len(wanted), _AT_ONCE):
            asked = Query(ids=tuple(wanted[start : start + _AT_ONCE]), limit=_AT_ONCE)
            there |= {entry.stix_id for entry in store.page(shelf, Viewer(party), asked).entries}
        seen = there
    return seen


def _draft(ready: Ready, deed: str, matter: Matter, user: User, given: Given, origin: str) -> None:
    try:
        ready.drafts.append(draft(deed_of(deed), matter, user, given))
    except NodeError as error:
        ready.untold.append(
            _("What was seen of %(who)s's cannot be told: %(why)s") % {"who": name_of(origin), "why": error}
        )
