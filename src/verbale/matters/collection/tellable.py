"""Whether what was seen of a shelf's indicators can be told to anybody, and by whom."""

from django.utils.translation import gettext as _

from verbale.holdings.models import Shelf
from verbale.matters.kit.operations import matter_of
from verbale.node.access import require
from verbale.node.errors import UserError
from verbale.node.models import Matter, User

__all__ = ["tellable"]


def tellable(shelf: Shelf, user: User) -> Matter:
    """The collection that a shelf serves, if the person may draft in it. Raises UserError for a shelf that serves none,
    NotFoundError, AccessError."""
    if not shelf.matter:
        raise UserError(_("%(shelf)s serves no collection: there is nobody to tell.") % {"shelf": shelf.title}, "shelf")
    require(user, "draft")
    return matter_of(user, shelf.matter, "collection")
