"""Shelves: made, and found for a collection."""

import re

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from verbale.holdings.adding import lock
from verbale.holdings.models import Shelf
from verbale.intel.audience import rank_of
from verbale.node.errors import UserError
from verbale.protocol.marking import parse_marking

__all__ = ["find", "for_matter", "make"]

_ALIAS = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?", re.ASCII)
_TITLE_CHARACTERS = 200


def make(title: str, *, description: str = "", alias: str = "", ceiling: str = "RED", matter: str = "") -> Shelf:
    """A new shelf. Raises UserError naming the field."""
    if not title.strip() or len(title) > _TITLE_CHARACTERS or not title.isprintable():
        raise UserError(_("a title has 1 to 200 characters on one line"), "title")
    if alias and not _ALIAS.fullmatch(alias):
        raise UserError(_("an alias is made of a-z, 0-9 and inner hyphens"), "alias")
    if alias and (Shelf.objects.filter(alias=alias).exists() or Shelf.objects.filter(pk=alias).exists()):
        raise UserError(_("there is a shelf with this alias already"), "alias")
    return Shelf.objects.create(
        title=title,
        description=description,
        alias=alias or None,
        ceiling=rank_of(parse_marking(ceiling).value),
        matter=matter,
    )


def find(name: str) -> Shelf:
    """The one of this id, alias or title. Raises UserError."""
    rows = list(Shelf.objects.filter(Q(pk=name) | Q(alias=name) | Q(title=name))[:2])
    if not rows:
        raise UserError(_("%(name)s names no shelf here") % {"name": name}, "shelf")
    if len(rows) > 1:
        raise UserError(_("%(name)s names several shelves here") % {"name": name}, "shelf")
    return rows[0]


def for_matter(matter: str, title: str, ceiling: str = "RED") -> Shelf:
    """The shelf of a collection, made when there is none yet."""
    found = _of(matter)
    if found is None:
        with transaction.atomic():
            lock()  # another process may be at the same
            found = _of(matter) or make(title[:_TITLE_CHARACTERS], ceiling=ceiling, matter=matter)
    return found


def _of(matter: str) -> Shelf | None:
    return Shelf.objects.filter(matter=matter).order_by("made_at").first()
