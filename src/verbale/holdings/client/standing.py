"""How each feed stands, in a sentence."""

from typing import NamedTuple

from django.db.models import Count, Q
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale.holdings.client.models import Feed, Refusal
from verbale.node.partners import name_of

__all__ = ["Standing", "refusals", "standing"]


class Standing(NamedTuple):
    name: str
    shelf: str
    """Its id."""
    good: bool
    """Whether nothing is wrong."""
    sentence: str
    refused_here: int
    refused_there: int
    waiting: int


def standing(shelf: str = "") -> list[Standing]:
    """Each feed, or those of one shelf by its id, in the order of their names."""
    feeds = Feed.objects.filter(shelf=shelf) if shelf else Feed.objects.all()
    counted = (
        feeds.select_related("shelf")
        .annotate(**{side: Count("refusals", filter=Q(refusals__side=side)) for side in Refusal.Side.values})
        .order_by("name")
    )
    return [
        Standing(feed.name, feed.shelf_id, _good(feed), _sentence(feed), feed.here, feed.there, feed.waits)
        for feed in counted
    ]


def refusals(feed: Feed, most: int = 100) -> list[Refusal]:
    """Objects that did not arrive, the latest first."""
    return list(feed.refusals.order_by("-at", "-pk")[:most])


def _good(feed: Feed) -> bool:
    return not (feed.failure or feed.there or feed.waits)


def _sentence(feed: Feed) -> str:
    other = name_of(feed.origin)
    if feed.direction == Feed.Direction.PUSH:
        way = _("What %(other)s may see of the shelf %(shelf)s goes to it")
    elif feed.direction == Feed.Direction.POLL:
        way = _("What %(other)s gives comes to the shelf %(shelf)s")
    else:
        way = _("The shelf %(shelf)s is exchanged with %(other)s")
    told = [way % {"other": other, "shelf": feed.shelf.title}]
    if not feed.enabled:
        told[0] += _(", but this feed is stopped")
    if feed.last_success:
        moment = date_format(localtime(feed.last_success), "DATETIME_FORMAT")
        told.append(_("all of it had arrived on %(moment)s") % {"moment": moment})
    else:
        told.append(_("it has not come to its end yet"))
    if feed.failure:
        told.append(_("the last try failed: %(why)s") % {"why": feed.failure})
    if feed.there:
        told.append(
            ngettext(
                "%(count)s object was refused by their server",
                "%(count)s objects were refused by their server",
                feed.there,
            )
            % {"count": feed.there}
        )
    if feed.waits:
        told.append(
            ngettext(
                "%(count)s object waits for their server to decide",
                "%(count)s objects wait for their server to decide",
                feed.waits,
            )
            % {"count": feed.waits}
        )
    if feed.here:
        told.append(
            ngettext(
                "%(count)s object of theirs was refused here",
                "%(count)s objects of theirs were refused here",
                feed.here,
            )
            % {"count": feed.here}
        )
    return "; ".join(told) + "."
