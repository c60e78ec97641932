"""REST API of the feeds. As on the pages: who reads what came may look, who sees to partners may change; only addresses
are taken, never a folder of this machine; a token goes in and never comes out."""

from typing import Any, Literal

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Router, Schema

from verbale.desk.holdings.opened import open_feed, open_feeds, open_shelves
from verbale.holdings.client import feeds
from verbale.holdings.client.link import checked_address
from verbale.holdings.client.look import as_json, look
from verbale.holdings.client.models import Feed
from verbale.holdings.client.standing import described, described_one, refusals
from verbale.node.access import audit, require
from verbale.node.api import person
from verbale.node.errors import UserError

__all__ = ["router"]

router = Router(tags=["feeds"])
_PAGE = 100


class FeedFields(Schema):
    name: str
    address: str
    shelf: str
    """Its id or alias."""
    origin: str
    """A partner's node, this node for software of our own, or the name of a server."""
    kind: str = "taxii"
    direction: str = "poll"
    collection: str = ""
    user: str = ""
    token: str = ""
    marking: str = "AMBER"
    named: list[str] = []
    interval: int = 3600
    """Seconds from the end of one run to the next."""


class FeedChanges(Schema):
    name: str | None = None
    address: str | None = None
    collection: str | None = None
    user: str | None = None
    token: str = ""
    """Empty: the one that is kept stays."""
    no_token: bool = False
    marking: str | None = None
    named: list[str] | None = None
    interval: int | None = None


class Server(Schema):
    address: str
    user: str = ""
    token: str = ""


@router.get("", summary="Feeds from and to servers of others, and how each stands")
def all_feeds(request: HttpRequest) -> list[dict[str, Any]]:
    known = set(open_feeds(person(request)).values_list("pk", flat=True))
    return [row for row in described() if row["id"] in known]


@router.post("", summary="Make a feed, which runs from now on")
def make(request: HttpRequest, fields: FeedFields) -> dict[str, Any]:
    who = person(request)
    require(who, "partners")
    given = fields.dict()
    named = given.pop("shelf")
    shelf = next((item for item in open_shelves(who) if named in (item.pk, item.alias)), None)
    if shelf is None:
        raise UserError(_("%(name)s names no shelf here") % {"name": named[:100]}, "shelf")
    return described_one(feeds.make(given.pop("name"), shelf=shelf, by=who.username, folders=False, **given))


@router.post("/look", summary="What there is on a TAXII 2.1 server: API roots and collections; nothing is kept")
def look_at(request: HttpRequest, fields: Server) -> dict[str, Any]:
    who = person(request)
    require(who, "partners")
    feeds.checked_account(fields.user, fields.token)
    address = checked_address(fields.address)
    audit(who.username, "looked at server", detail=address)
    return as_json(look(address, user=fields.user, token=fields.token))


@router.get("/{int:feed}", summary="One feed")
def one(request: HttpRequest, feed: int) -> dict[str, Any]:
    return described_one(open_feed(person(request), feed))


@router.get("/{int:feed}/refused", summary="Objects that did not arrive, here or there, with the reason; latest first")
def refused(
    request: HttpRequest, feed: int, side: Literal["", "here", "there", "waits"] = "", page: int = 1
) -> list[dict[str, Any]]:
    found = open_feed(person(request), feed)
    start = (min(max(page, 1), 1_000_000) - 1) * _PAGE
    return [
        {"side": row.side, "id": row.stix_id, "why": row.why, "at": row.at}
        for row in refusals(found, _PAGE, start=start, side=side)
    ]


@router.post("/{int:feed}/change", summary="Change what is given; `anew` tells that it begins anew elsewhere")
def change(request: HttpRequest, feed: int, fields: FeedChanges) -> dict[str, Any]:
    found = _to_change(request, feed)
    done = feeds.change(found, by=person(request).username, folders=False, **fields.dict())
    changed = ["token" if field == "secret" else field for field in done.fields]
    return {**described_one(done.feed), "changed": changed, "anew": done.anew}


@router.post("/{int:feed}/run", summary="Have the node run it soon; with `again` from the beginning")
def run(request: HttpRequest, feed: int, again: bool = False) -> dict[str, Any]:
    found = _to_change(request, feed)
    (feeds.again if again else feeds.run_soon)(found, by=person(request).username)
    return described_one(found)


@router.post("/{int:feed}/stop", summary="It runs by itself no longer")
def stop(request: HttpRequest, feed: int) -> dict[str, Any]:
    found = _to_change(request, feed)
    feeds.stop(found, by=person(request).username)
    return described_one(found)


@router.post("/{int:feed}/start", summary="It runs by itself again")
def start(request: HttpRequest, feed: int) -> dict[str, Any]:
    found = _to_change(request, feed)
    feeds.start(found, by=person(request).username)
    return described_one(found)


@router.post("/{int:feed}/remove", summary="Forget a feed and its token; what it brought stays")
def remove(request: HttpRequest, feed: int) -> dict[str, Any]:
    found = _to_change(request, feed)
    told = described_one(found)
    feeds.remove(found, by=person(request).username)
    return told


def _to_change(request: HttpRequest, feed: int) -> Feed:
    require(person(request), "partners")
    return open_feed(person(request), feed)
