"""A feed in words: when it runs, what did not arrive, what was done with it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy

from verbale.desk.holdings.described import TYPE_NAMES, name_of_type, parsed, title_of
from verbale.holdings import store
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.client.schedule import in_hand, next_run
from verbale.holdings.store import STAFF, Query
from verbale.node.models import AuditEntry
from verbale.node.sentences import clock

__all__ = ["SIDES", "Row", "audited", "every", "refused_rows", "waits", "when"]

SIDES = {
    Refusal.Side.HERE: gettext_lazy("Refused here"),
    Refusal.Side.THERE: gettext_lazy("Refused by their server"),
    Refusal.Side.WAITS: gettext_lazy("Their server has not decided"),
}
_VERBS = ("made feed", "changed feed", "asked feed to run", "started feed", "stopped feed")
_LINES = 20
_UNITS = (
    (86_400, ngettext_lazy("every day", "every %(n)s days", "n")),
    (3_600, ngettext_lazy("every hour", "every %(n)s hours", "n")),
    (60, ngettext_lazy("every minute", "every %(n)s minutes", "n")),
    (1, ngettext_lazy("every second", "every %(n)s seconds", "n")),
)


def waits(feed: Feed) -> bool:
    """Whether something is about to happen to it: it is being run, or is about to be."""
    run = next_run(feed)
    return in_hand(feed) or (run is not None and run <= timezone.now())


def when(feed: Feed) -> str:
    """When it runs, in a sentence."""
    run = next_run(feed)
    if in_hand(feed):
        return _("It is being run now.")
    if run is None:
        return _("It is stopped and does not run by itself.")
    if run <= timezone.now():
        return _("It runs within a minute, unless another feed is in hand.")
    told = {"moment": clock(run), "every": every(feed.interval)}
    if feed.failure:
        return _("It is tried again at %(moment)s.") % told
    return _("It runs next at %(moment)s, and then %(every)s.") % told


def every(seconds: int) -> str:
    unit, told = next(row for row in _UNITS if seconds % row[0] == 0)
    return told % {"n": seconds // unit}


@dataclass(frozen=True)
class Row:
    """An object that did not arrive."""

    side: Any
    """Where, translatable."""
    what: str
    """What it is called, or of which kind it is."""
    stix_id: str
    short: str
    """The beginning of its id, for who has to tell it from others."""
    held: bool
    """Whether it stands on the shelf, where one can read it."""
    why: str
    at: datetime


def refused_rows(feed: Feed, refusals: Sequence[Refusal], *, named: bool) -> list[Row]:
    """With `named`, what stands on our shelf is called by its title."""
    ids = tuple({row.stix_id for row in refusals if row.side != Refusal.Side.HERE}) if named else ()
    held = store.page(feed.shelf, STAFF, Query(ids=ids, limit=len(ids))).entries if ids else ()
    titles = {item.stix_id: title_of(parsed(item.raw)) for item in held}
    return [
        Row(
            SIDES[Refusal.Side(row.side)],
            titles.get(row.stix_id) or _kind(row.stix_id),
            row.stix_id,
            _short(row.stix_id),
            row.stix_id in titles,
            row.why,
            row.at,
        )
        for row in refusals
    ]


def _kind(stix_id: str) -> str:
    kind, _dashes, _rest = stix_id.partition("--")
    if kind in TYPE_NAMES:
        return str(name_of_type(kind))
    try:
        uuid.UUID(stix_id)
    except ValueError:
        return _("An object")
    return _("An event of MISP, or a part of one")


def _short(stix_id: str) -> str:
    return stix_id.partition("--")[2][:8] or stix_id[:8]


def audited(feed: Feed) -> list[AuditEntry]:
    """The latest lines of the audit trail about it, under the name that it has now."""
    about = Q(verb__in=_VERBS) & (Q(detail=feed.name) | Q(detail__startswith=f"{feed.name}: "))
    return list(AuditEntry.objects.filter(about | Q(who=f"feed {feed.name}")).order_by("-id")[:_LINES])
