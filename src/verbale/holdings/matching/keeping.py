"""Sightings of what a run saw, put on its shelf."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.holdings.matching.models import MatchedIndicator, MatchRun
from verbale.holdings.models import Shelf
from verbale.intel.tlp import tlp_word
from verbale.node.access import audit
from verbale.node.errors import UserError

if TYPE_CHECKING:  # the libraries behind it are loaded by the process that matches
    from verbale.holdings.watched import Kept
    from verbale.intel.matching import Hit

__all__ = ["keep", "locked", "may_keep", "needs_word", "own_word"]

_MOST_REFUSED = 100
"""Refused sightings that are named; all are counted."""
_DEFAULT_WORD = "AMBER"


def needs_word(shelf: Shelf) -> bool:
    """Whether our own marking must be said before something is kept: on the shelf of a collection, whom it lets see
    the sighting sees it at once."""
    return bool(shelf.matter)


def own_word(marking: str) -> str:
    """Our own TLP word; AMBER when none is said. Raises UserError."""
    word = tlp_word(marking or _DEFAULT_WORD)
    if word is None:
        raise UserError(_("%(word)s is no TLP 2.0 word.") % {"word": marking}, "marking")
    return word


def locked(run: MatchRun) -> MatchRun:
    """The run as it stands, held until the end of the transaction. Raises UserError while it is not done."""
    found = MatchRun.objects.select_for_update().select_related("shelf").get(pk=run.pk)
    if not found.done:
        raise UserError(_("The logs have not been looked through yet."))
    return found


def may_keep(run: MatchRun) -> bool:
    """Whether its sightings are still to be kept: nobody has, or the shelf refused some."""
    return run.done and (run.kept is None or run.kept["refused_count"] > 0)


def keep(run: MatchRun, hits: Sequence[Hit], *, marking: str, who: str) -> Kept:
    """Put a sighting on the shelf for each indicator that was hit while it was valid; `marking` is our own word, which
    may be empty where none is needed. Raises UserError when it was done before."""
    from verbale.holdings import watched

    with transaction.atomic():
        run = locked(run)
        if not may_keep(run):
            raise UserError(_("The sightings of this run have been put on the shelf already."))
        if needs_word(run.shelf) and not marking:
            raise UserError(
                _(
                    "This shelf serves a collection: what is kept on it is seen at once by whom its marking lets see "
                    "it. Say our own marking."
                ),
                "marking",
            )
        word, now = own_word(marking), timezone.now()
        kept = watched.keep(run.shelf, watched.in_time(hits), marking=word, at=now)
        run.kept = {
            "by": who,
            "at": now.isoformat(),
            "marking": word,
            "new": kept.new,
            "same": kept.same,
            "refused_count": len(kept.refused),
            "refused": [[item.id, item.why] for item in kept.refused[:_MOST_REFUSED]],
        }
        run.save(update_fields=["kept"])
        rows = [row for row in run.indicators.all() if row.stix_id in kept.made]
        for row in rows:
            row.sighting = kept.made[row.stix_id]
        MatchedIndicator.objects.bulk_update(rows, ["sighting"], batch_size=500)
        audit(who, "kept sightings", detail=f"{run.shelf.title}: {kept.new} new")
    return kept
