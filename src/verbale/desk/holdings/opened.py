"""Which shelves and feeds a person may open: all but those of collections that are closed to them."""

from django.db.models import Q, QuerySet
from django.http import Http404

from verbale.holdings.client.models import Feed
from verbale.holdings.models import Shelf
from verbale.node.access import may, readable_matters, require
from verbale.node.models import User

__all__ = ["open_feed", "open_feeds", "open_shelves", "require_feeds"]


def open_shelves(user: User) -> list[Shelf]:
    """By title."""
    open_ones = set(readable_matters(user).filter(kind="collection").values_list("id", flat=True))
    return [item for item in Shelf.objects.order_by("title", "id") if not item.matter or item.matter in open_ones]


def require_feeds(user: User) -> None:
    """Who reads what came may see how the feeds stand, and so may who sees to them. Raises AccessError."""
    if not may(user, "partners"):
        require(user, "read")


def open_feeds(user: User) -> QuerySet[Feed]:
    """Those of shelves that a person may open. Raises AccessError."""
    require_feeds(user)
    open_ones = readable_matters(user).filter(kind="collection").values("id")
    return Feed.objects.select_related("shelf").filter(Q(shelf__matter="") | Q(shelf__matter__in=open_ones))


def open_feed(user: User, pk: int) -> Feed:
    """Raises AccessError, Http404."""
    found = open_feeds(user).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found
