"""What is done with a run, the same from the page, the API and the command: sightings kept, drafts for partners.

`hits` are those in hand right after the match; when none are given, those that stand on record.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.desk.holdings.opened import open_shelves
from verbale.holdings.matching import keeping
from verbale.holdings.matching.models import MatchedIndicator, MatchedValue, MatchRun
from verbale.holdings.matching.recorded import hits_of, runs_of
from verbale.holdings.viewing import parties_of
from verbale.matters.collection.tellable import tellable
from verbale.node.access import may, require
from verbale.node.errors import NodeError, NotFoundError, UserError
from verbale.node.models import User

if TYPE_CHECKING:  # the libraries behind it are loaded by the process that matches
    from verbale.holdings.watched import Kept
    from verbale.intel.matching import Hit
    from verbale.matters.collection.seen import Ready

__all__ = [
    "has_seen_in_time",
    "indicators_of",
    "keep",
    "keep_as",
    "may_tell",
    "open_run",
    "open_runs",
    "partners_to_tell",
    "tell",
]


def open_runs(user: User) -> QuerySet[MatchRun]:
    """The runs that a person may see, newest first: those with the shelves that are open to them."""
    found: QuerySet[MatchRun] = runs_of(open_shelves(user)) if may(user, "read") else MatchRun.objects.none()
    return found


def open_run(user: User, number: int) -> MatchRun:
    """One of them. Raises NotFoundError."""
    found = open_runs(user).filter(pk=number).first() if number < 1 << 63 else None
    if found is None:
        raise NotFoundError(_("There is no such run."))
    return found


def indicators_of(run: MatchRun) -> QuerySet[MatchedIndicator]:
    """What was seen, most rows first, with the values."""
    found = Prefetch("found", MatchedValue.objects.order_by("-times", "pk"))
    return run.indicators.order_by("-times", "stix_id").prefetch_related(found)


def keep(run: MatchRun, *, marking: str, who: str, hits: Sequence[Hit] | None = None) -> Kept:
    """Put the sightings on the shelf, for the operator. Raises UserError."""
    return keeping.keep(run, hits_of(run) if hits is None else hits, marking=marking, who=who)


def keep_as(run: MatchRun, user: User, *, marking: str) -> Kept:
    """The same for a person. Raises AccessError for one who may not put anything on a shelf."""
    require(user, "import")
    return keep(run, marking=marking, who=user.username)


def tell(run: MatchRun, user: User, *, marking: str, hits: Sequence[Hit] | None = None) -> Ready:
    """Draft what partners can be told; nothing leaves before a second person clears it. Raises what `tellable` does,
    UserError when there are drafts of this run already."""
    from verbale.holdings import watched
    from verbale.matters.collection.seen import make_ready

    with transaction.atomic():
        run = keeping.locked(run)
        if not _untold(run):
            raise UserError(_("What partners can be told of this run has been drafted already."))
        word, now = keeping.own_word(marking), timezone.now()
        seen = watched.in_time(hits_of(run) if hits is None else hits)
        ready = make_ready(run.shelf, seen, user, marking=word, at=now)
        run.told = {
            "by": user.username,
            "at": now.isoformat(),
            "marking": word,
            "drafts": [str(item.pk) for item in ready.drafts],
            "untold": ready.untold,
        }
        run.save(update_fields=["told"])
    return ready


def _untold(run: MatchRun) -> bool:
    return run.told is None or not run.told["drafts"]


def _in_time(run: MatchRun) -> QuerySet[MatchedValue]:
    """As `watched.in_time` has it, of what stands on record."""
    return MatchedValue.objects.filter(Q(in_time__gt=0) | Q(first=None), indicator__run=run)


def has_seen_in_time(run: MatchRun) -> bool:
    """Whether there is anything of which a sighting can be made."""
    return _in_time(run).exists()


def partners_to_tell(run: MatchRun) -> list[str]:
    """Parties of the collection whose indicators were seen while they were valid."""
    found = set(_in_time(run).values_list("indicator__origin", flat=True).distinct())
    return sorted(found & parties_of(run.shelf) - {""})


def may_tell(run: MatchRun, user: User) -> bool:
    """Whether there is something to draft that nobody has drafted."""
    if not run.done or not _untold(run):
        return False
    try:
        tellable(run.shelf, user)
    except NodeError:
        return False
    return bool(partners_to_tell(run))
