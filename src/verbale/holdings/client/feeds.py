"""Feeds: made, stopped, removed."""

from collections.abc import Iterable
from pathlib import Path

from django.utils.translation import gettext as _

from verbale.holdings.client.link import checked_address
from verbale.holdings.client.models import Feed
from verbale.holdings.client.secret import hidden
from verbale.holdings.models import Shelf
from verbale.node.access import audit
from verbale.node.errors import UserError
from verbale.node.identity import node_name
from verbale.node.models import Partner
from verbale.protocol.marking import parse_marking

__all__ = ["make", "named", "remove", "start", "stop"]

_SHORTEST = 60
_LONGEST = 30 * 86_400
_NAME_CHARACTERS = 80


def make(
    name: str,
    *,
    shelf: Shelf,
    address: str,
    origin: str,
    by: str,
    kind: str = Feed.Kind.TAXII,
    direction: str = Feed.Direction.POLL,
    collection: str = "",
    user: str = "",
    token: str = "",
    marking: str = "AMBER",
    named: Iterable[str] = (),
    interval: int = 3600,
) -> Feed:
    """A feed that runs from now on. Raises UserError naming the field."""
    if not name.strip() or len(name) > _NAME_CHARACTERS or not name.isprintable():
        raise UserError(_("a name has 1 to 80 characters on one line"), "name")
    if Feed.objects.filter(name=name).exists():
        raise UserError(_("there is a feed of this name already"), "name")
    if not origin.strip() or len(origin) > 200 or not origin.isprintable():
        raise UserError(_("say who gives: a partner's node, this node, or a name"), "origin")
    if kind not in Feed.Kind.values or direction not in Feed.Direction.values:
        raise UserError(_("a feed is of kind taxii or misp-feed, and its direction is poll, push or both"), "kind")
    if not _SHORTEST <= interval <= _LONGEST:
        raise UserError(_("the interval is between 60 seconds and 30 days"), "interval")
    if any(not value.isprintable() for value in (user, token, collection)) or ":" in user:
        raise UserError(_("a name and a token have no control characters, and a name no colon"), "user")
    names = sorted(set(named))
    _who(origin, direction, names)
    if kind == Feed.Kind.TAXII:
        if not collection:
            raise UserError(_("say which collection: its id or alias on the server"), "collection")
        address = checked_address(address)
    else:
        if direction != Feed.Direction.POLL:
            raise UserError(_("a MISP feed is polled; verbale intel feed write makes one of our own"), "direction")
        address = _place(address)
    feed = Feed.objects.create(
        name=name,
        kind=kind,
        direction=direction,
        address=address,
        collection=collection,
        user=user,
        secret=hidden(token),
        shelf=shelf,
        origin=origin,
        marking=parse_marking(marking).value,
        named=names,
        interval=interval,
    )
    audit(by, "made feed", detail=f"{name}: {direction} {address} {collection}".strip())
    return feed


def _who(origin: str, direction: str, names: list[str]) -> None:
    own = node_name()
    partner = Partner.objects.filter(pk=origin).first()
    if partner is not None and partner.status != Partner.Status.CONFIRMED:
        raise UserError(_("%(node)s is no confirmed partner") % {"node": origin}, "origin")
    if names and origin != own:
        raise UserError(
            _("only for what is our own we name who may see it: the origin is %(own)s then") % {"own": own}, "named"
        )
    known = set(Partner.objects.filter(status=Partner.Status.CONFIRMED).values_list("pk", flat=True))
    if strangers := [node for node in names if node not in known]:
        raise UserError(_("%(node)s is no confirmed partner") % {"node": strangers[0]}, "named")
    if origin == own and direction == Feed.Direction.BOTH:
        raise UserError(_("with software of our own a feed goes one way: make two, with a shelf each"), "direction")


def _place(address: str) -> str:
    if "://" in address:
        return checked_address(address)
    folder = Path(address).expanduser().resolve()
    if not folder.is_dir():
        raise UserError(_("%(folder)s is no folder") % {"folder": folder}, "address")
    return str(folder)


def named(name: str) -> Feed:
    found = Feed.objects.select_related("shelf").filter(name=name).first()
    if found is None:
        raise UserError(_("there is no feed named %(name)s; see verbale intel feeds") % {"name": name})
    return found


def stop(feed: Feed, *, by: str) -> None:
    """It runs by itself no longer; a run in hand ends with the page in hand."""
    Feed.objects.filter(pk=feed.pk).update(enabled=False)
    audit(by, "stopped feed", detail=feed.name)


def start(feed: Feed, *, by: str) -> None:
    Feed.objects.filter(pk=feed.pk).update(enabled=True, next_at=0)
    audit(by, "started feed", detail=feed.name)


def remove(feed: Feed, *, by: str) -> None:
    """With its token and its list of refused objects; what it brought stays on the shelf."""
    feed.delete()
    audit(by, "removed feed", detail=feed.name)
