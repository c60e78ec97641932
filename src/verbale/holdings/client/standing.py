"""How each feed stands, in a sentence."""

from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.client.schedule import in_hand, next_run
from verbale.node.partners import name_of

__all__ = ["Standing", "described", "described_one", "refusals", "standing", "standing_of"]


class Standing(NamedTuple):
    key: int
    """The feed's id."""
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
    return [_standing(feed) for feed in _counted(feeds)]


def standing_of(feed: Feed) -> Standing:
    return _standing(_counted(Feed.objects.filter(pk=feed.pk)).get())


def _counted(feeds: QuerySet[Feed]) -> QuerySet[Feed]:
    counts = {side: Count("refusals", filter=Q(refusals__side=side)) for side in Refusal.Side.values}
    return feeds.select_related("shelf").annotate(**counts).order_by("name")


def _standing(feed: Feed) -> Standing:
    return Standing(feed.pk, feed.name, feed.shelf_id, _good(feed), _sentence(feed), feed.here, feed.there, feed.waits)


def described() -> list[dict[str, Any]]:
    """Each feed as software reads it. The token is not among it, only whether there is one."""
    return [_described(feed) for feed in _counted(Feed.objects.all())]


def described_one(feed: Feed) -> dict[str, Any]:
    return _described(_counted(Feed.objects.filter(pk=feed.pk)).get())


def _described(feed: Feed) -> dict[str, Any]:
    return {
        "id": feed.pk,
        "name": feed.name,
        "kind": feed.kind,
        "direction": feed.direction,
        "address": feed.address,
        "collection": feed.collection or None,
        "user": feed.user or None,
        "has_token": bool(feed.secret),
        "shelf": feed.shelf_id,
        "origin": feed.origin,
        "marking": feed.marking,
        "named": feed.named,
        "interval": feed.interval,
        "enabled": feed.enabled,
        "running": in_hand(feed),
        "next_run": next_run(feed),
        "last_run": feed.last_run,
        "last_success": feed.last_success,
        "failure": feed.failure or None,
        "failing_since": feed.failing_since,
        "received": feed.received,
        "same": feed.same,
        "refused": feed.refused,
        "sent": feed.sent,
        "refused_here": feed.here,
        "refused_there": feed.there,
        "waiting": feed.waits,
        "standing": _sentence(feed),
    }


def refusals(feed: Feed, most: int = 100, *, start: int = 0, side: str = "") -> list[Refusal]:
    """Objects that did not arrive, the latest first."""
    rows = feed.refusals.filter(side=side) if side else feed.refusals.all()
    return list(rows.order_by("-at", "-pk")[start : start + most])


def _good(feed: Feed) -> bool:
    return not (feed.failure or feed.there or feed.waits or feed.here)


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
        moment = date_format(localtime(feed.last_success), "j F Y, H:i")
        done = _("it came to its end on %(moment)s") if feed.here else _("all of it had arrived on %(moment)s")
        told.append(done % {"moment": moment})
    else:
        told.append(_("it has not come to its end yet"))
    if feed.failure:
        # What a server says may end with a full stop of its own.
        told.append(_("the last try failed: %(why)s") % {"why": feed.failure.removesuffix(".")})
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
