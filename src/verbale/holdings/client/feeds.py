"""Feeds: made, changed, stopped, removed, and asked to run."""

import copy
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from verbale.holdings.client.link import checked_address
from verbale.holdings.client.models import BEGINNING, Feed
from verbale.holdings.client.secret import hidden
from verbale.holdings.models import Shelf
from verbale.node import events
from verbale.node.access import audit
from verbale.node.errors import NotFoundError, UserError
from verbale.node.identity import node_name
from verbale.node.models import Partner
from verbale.protocol import MalformedError
from verbale.protocol.marking import parse_marking

__all__ = [
    "Changed",
    "again",
    "change",
    "checked_account",
    "make",
    "named",
    "remove",
    "run_soon",
    "same_server",
    "start",
    "stop",
]

_SHORTEST = 60
_LONGEST = 30 * 86_400
_NAME_CHARACTERS = 80
_ADDRESS_CHARACTERS = 1_000
_COLLECTION_CHARACTERS = 300
_USER_CHARACTERS = 200
_TOKEN_CHARACTERS = 4_000
_PLACE = ("address", "collection")
_ROAD = (*_PLACE, "user", "secret", "marking", "named")
"""What a run in hand has read and goes by: when one of these changes, it is not to write another page."""
_CHANGEABLE = ("name", *_ROAD, "interval")


class Changed(NamedTuple):
    """A feed as it is now, and what became of it."""

    feed: Feed
    fields: tuple[str, ...]
    """Which changed; `secret` is the token."""
    anew: bool
    """Whether the place it had come to was forgotten, since it leads elsewhere now."""


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
    folders: bool = True,
) -> Feed:
    """A feed that runs from now on. Raises UserError naming the field.

    Without `folders` it leads to an address only: whoever asks through the network is not to read this machine's disk.
    """
    feed = Feed(
        name=name,
        kind=kind,
        direction=direction,
        address=address,
        collection="" if kind == Feed.Kind.MISP else collection,
        user=user,
        shelf=shelf,
        origin=origin,
        marking=marking,
        named=sorted(set(named)),
        interval=interval,
    )
    if kind not in Feed.Kind.values or direction not in Feed.Direction.values:
        raise UserError(_("a feed is of kind taxii or misp-feed, and its direction is poll, push or both"), "kind")
    _check(feed)
    checked_account(user, token)
    _who(feed)
    feed.address = _where(feed, folders=folders)
    feed.secret = hidden(token)
    _keep(feed.save)
    transaction.on_commit(events.wake)
    audit(by, "made feed", detail=f"{name}: {direction} {feed.address} {feed.collection}".strip())
    return feed


def change(
    feed: Feed,
    *,
    by: str,
    name: str | None = None,
    address: str | None = None,
    collection: str | None = None,
    user: str | None = None,
    token: str = "",
    no_token: bool = False,
    marking: str | None = None,
    named: Iterable[str] | None = None,
    interval: int | None = None,
    folders: bool = True,
) -> Changed:
    """Change what is given; an empty token leaves the one that is kept, `no_token` forgets it. Raises UserError.

    When it leads elsewhere, all that it knew of the place is forgotten: how far it had come, and what was refused. A
    run in hand loses its hold, and cannot write another page.
    """
    now = Feed.objects.select_related("shelf").filter(pk=feed.pk).first()
    if now is None:
        raise NotFoundError(_("this feed has been removed"))
    before = copy.copy(now)
    given = {
        "name": name,
        "address": address.strip().rstrip("/") if address is not None and "://" in address else address,
        "collection": None if now.kind == Feed.Kind.MISP else collection,
        "user": user,
        "marking": marking,
        "named": sorted(set(named)) if named is not None else None,
        "interval": interval,
    }
    for field, value in given.items():
        if value is not None:
            setattr(now, field, value)
    _check(now)
    checked_account(now.user, token)
    if now.named != before.named:
        _who(now)
    if now.address != before.address:
        now.address = _where(now, folders=folders)
    _token_stays_here(before, now, token, no_token=no_token)
    if token:
        now.secret = hidden(token)
    elif no_token:
        now.secret = ""
    fields = tuple(field for field in _CHANGEABLE if getattr(now, field) != getattr(before, field))
    anew = bool(set(fields) & set(_PLACE))
    if not fields:
        return Changed(now, (), False)

    def write() -> None:
        Feed.objects.filter(pk=now.pk).update(**_consequences(now, fields, anew=anew))
        if anew:
            now.refusals.all().delete()
            now.events.all().delete()

    _keep(write)
    audit(by, "changed feed", detail=_told(before, now, fields))
    return Changed(Feed.objects.select_related("shelf").get(pk=now.pk), fields, anew)


def _consequences(feed: Feed, fields: Iterable[str], *, anew: bool) -> dict[str, Any]:
    changes: dict[str, Any] = {field: getattr(feed, field) for field in fields}
    if set(fields) & set(_ROAD):
        # Nobody's, and of a word that no claim which is under way has read: it fails then, as the run in hand does.
        changes |= {"lease": f"changed/{secrets.token_hex(8)}", "leased_until": 0, "next_at": time.time()}
        changes |= {"attempts": 0, "failure": "", "failing_since": None}
    elif "interval" in fields:
        changes["next_at"] = min(feed.next_at, time.time() + feed.interval)
    if anew:
        changes |= {"after": "", "next": "", "reached": "", "stamp": "", "again": ""}
        changes |= {"sent_up_to": BEGINNING, "shown": None, "flight": None, "last_success": None}
    return changes


def _told(before: Feed, now: Feed, fields: Iterable[str]) -> str:
    """For the audit trail: what it was and what it is; never a token."""
    said = []
    for field in fields:
        if field == "secret":
            said.append("another token" if now.secret else "no token any longer")
        else:
            said.append(f"{field} {_plain(getattr(before, field))} -> {_plain(getattr(now, field))}")
    return f"{before.name}: {'; '.join(said)}"


def _plain(value: object) -> str:
    return ", ".join(map(str, value)) or "nobody" if isinstance(value, list) else str(value) or "none"


def _keep(write: Any) -> None:
    try:
        with transaction.atomic():
            write()
    except IntegrityError:
        # Somebody else took the name since we looked.
        raise UserError(_("there is a feed of this name already"), "name") from None


# -- what is lawful ----------------------------------------------------------------------------------------------------


def _check(feed: Feed) -> None:
    if not feed.name.strip() or len(feed.name) > _NAME_CHARACTERS or not feed.name.isprintable():
        raise UserError(_("a name has 1 to 80 characters on one line"), "name")
    if Feed.objects.filter(name=feed.name).exclude(pk=feed.pk).exists():
        raise UserError(_("there is a feed of this name already"), "name")
    if not feed.origin.strip() or len(feed.origin) > 200 or not feed.origin.isprintable():
        raise UserError(_("say who gives: a partner's node, this node, or a name"), "origin")
    if not _SHORTEST <= feed.interval <= _LONGEST:
        raise UserError(_("the interval is between 60 seconds and 30 days"), "interval")
    if len(feed.address) > _ADDRESS_CHARACTERS or not feed.address.isprintable():
        raise UserError(_("an address has at most 1,000 characters, on one line"), "address")
    if len(feed.collection) > _COLLECTION_CHARACTERS or not feed.collection.isprintable():
        raise UserError(_("a collection is named by its id or alias, of at most 300 characters"), "collection")
    if feed.kind == Feed.Kind.TAXII and not feed.collection.strip():
        raise UserError(_("say which collection: its id or alias on the server"), "collection")
    if feed.kind == Feed.Kind.MISP and feed.direction != Feed.Direction.POLL:
        raise UserError(_("a MISP feed is polled; verbale intel feed write makes one of our own"), "direction")
    try:
        feed.marking = parse_marking(feed.marking).value
    except MalformedError as error:
        raise UserError(str(error), "marking") from None


def checked_account(user: str, token: str) -> None:
    """Whether a name and a token can be sent at all. Raises UserError naming the field."""
    if len(user) > _USER_CHARACTERS or not user.isprintable() or ":" in user:
        raise UserError(_("a user name has at most 200 characters on one line, and no colon"), "user")
    if len(token) > _TOKEN_CHARACTERS or not token.isprintable():
        raise UserError(_("a token has at most 4,000 characters, on one line"), "token")
    if token and not user and not token.isascii():
        raise UserError(_("a token that goes without a user name is made of ASCII characters"), "token")


def _who(feed: Feed) -> None:
    own = node_name()
    partner = Partner.objects.filter(pk=feed.origin).first()
    if partner is not None and partner.status != Partner.Status.CONFIRMED:
        raise UserError(_("%(node)s is no confirmed partner") % {"node": feed.origin}, "origin")
    if feed.named and feed.origin != own:
        raise UserError(
            _("only for what is our own we name who may see it: the origin is %(own)s then") % {"own": own}, "named"
        )
    known = set(Partner.objects.filter(status=Partner.Status.CONFIRMED).values_list("pk", flat=True))
    if strangers := [node for node in feed.named if node not in known]:
        raise UserError(_("%(node)s is no confirmed partner") % {"node": strangers[0]}, "named")
    if feed.origin == own and feed.direction == Feed.Direction.BOTH:
        raise UserError(_("with software of our own a feed goes one way: make two, with a shelf each"), "direction")


def _where(feed: Feed, *, folders: bool) -> str:
    if feed.kind == Feed.Kind.TAXII or "://" in feed.address:
        return checked_address(feed.address)
    if not folders:
        raise UserError(
            _("only an address such as https://cert.example/feed: a folder of the server is entered by its operator, "
              "with verbale intel feed add"),
            "address",
        )  # fmt: skip
    folder = Path(feed.address).expanduser().resolve()
    if not folder.is_dir():
        raise UserError(_("%(folder)s is no folder") % {"folder": folder}, "address")
    return str(folder)


def same_server(one: str, other: str) -> bool:
    """Whether two addresses lead to one server, to which one token may go."""
    return urlsplit(one)[:2] == urlsplit(other)[:2]


def _token_stays_here(before: Feed, now: Feed, token: str, *, no_token: bool) -> None:
    """A token that was entered for one server does not go to another: whoever may change an address could have it
    sent to themselves."""
    if before.secret and not token and not no_token and not same_server(before.address, now.address):
        raise UserError(
            _("the token that is kept is for %(server)s: enter the one for the new address, or say that it goes "
              "without one") % {"server": urlsplit(before.address).netloc or before.address},
            "token",
        )  # fmt: skip


# -- what is done with one ---------------------------------------------------------------------------------------------


def named(name: str) -> Feed:
    found = Feed.objects.select_related("shelf").filter(name=name).first()
    if found is None:
        raise UserError(_("there is no feed named %(name)s; see verbale intel feeds") % {"name": name})
    return found


def run_soon(feed: Feed, *, by: str) -> None:
    """Have the node run it, whatever the time of its next run. Raises UserError for one that is stopped."""
    _soon(feed)
    audit(by, "asked feed to run", detail=feed.name)


def again(feed: Feed, *, by: str) -> None:
    """Have the node poll it from the beginning, and send what was refused there once more."""
    _soon(feed, again=Feed.Again.ALL)
    audit(by, "asked feed to run", detail=f"{feed.name}: from the beginning")


def _soon(feed: Feed, **more: str) -> None:
    # Now and not 0: a run in hand knows by it that one was asked for since it began.
    if not Feed.objects.filter(pk=feed.pk, enabled=True).update(next_at=time.time(), **more):
        raise UserError(_("%(name)s is stopped: start it first") % {"name": feed.name})
    transaction.on_commit(events.wake)


def stop(feed: Feed, *, by: str) -> None:
    """It runs by itself no longer; what the node has in hand ends with the page in hand."""
    Feed.objects.filter(pk=feed.pk).update(enabled=False)
    audit(by, "stopped feed", detail=feed.name)


def start(feed: Feed, *, by: str) -> None:
    Feed.objects.filter(pk=feed.pk).update(enabled=True, next_at=time.time())
    transaction.on_commit(events.wake)
    audit(by, "started feed", detail=feed.name)


def remove(feed: Feed, *, by: str) -> None:
    """With its token and its list of refused objects; what it brought stays on the shelf."""
    feed.delete()
    audit(by, "removed feed", detail=feed.name)
