"""Which shelves a person may open: all but those of collections that are closed to them."""

from verbale.holdings.models import Shelf
from verbale.node.access import readable_matters
from verbale.node.models import User

__all__ = ["open_shelves"]


def open_shelves(user: User) -> list[Shelf]:
    """By title."""
    open_ones = set(readable_matters(user).filter(kind="collection").values_list("id", flat=True))
    return [item for item in Shelf.objects.order_by("title", "id") if not item.matter or item.matter in open_ones]
