"""What there is on a TAXII 2.1 server: its API roots and their collections, for whoever sets up a feed. No database.

Somebody waits for it, so that it takes half a minute and a few small answers at most. The name and the token go to the
server that was named and to no other: a root that lies elsewhere is told of and not asked.
"""

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import orjson

from verbale.holdings.client.collection import TAXII
from verbale.holdings.client.link import Got, Link, Trouble, checked_address, reason_of

__all__ = ["Found", "Root", "There", "as_json", "look"]

MOST_ROOTS = 10
MOST_COLLECTIONS = 200
"""Of one root."""
MOST_BYTES = 1 << 20
"""Of one answer."""
SECONDS = 7.0
"""For one request."""
LONGEST = 15.0
"""After that nothing more is asked."""
_TITLE, _DESCRIPTION, _ID, _ADDRESS = 200, 500, 300, 1_000
_WELL_KNOWN = "/taxii2/"
"""Where discovery lives (TAXII 2.1, 4.1)."""


@dataclass(frozen=True)
class There:
    """A collection, as its server tells of it."""

    id: str
    alias: str
    title: str
    description: str
    reads: bool
    """Whether the account may read it."""
    writes: bool


@dataclass(frozen=True)
class Root:
    """An API root; `trouble` says why its collections are not known."""

    address: str
    title: str = ""
    collections: tuple[There, ...] = ()
    more: int = 0
    """Collections that are not listed here."""
    trouble: str = ""


@dataclass(frozen=True)
class Found:
    title: str = ""
    roots: tuple[Root, ...] = ()
    elsewhere: tuple[str, ...] = ()
    """Roots on other servers, which were not asked."""
    more: int = 0
    """Roots that were not asked because there are too many."""


@dataclass
class _Asking:
    link: Link
    ends: float
    known: dict[str, dict[str, Any]] = field(default_factory=dict)

    def resource(self, url: str) -> dict[str, Any]:
        """A resource of TAXII. Raises Trouble."""
        if url not in self.known:
            if time.monotonic() > self.ends:
                raise Trouble("it was not asked: the server has taken too long already")
            self.known[url] = _resource(self.link.ask("GET", url, most=MOST_BYTES))
        return self.known[url]


def look(address: str, *, user: str = "", token: str = "", transport: httpx.BaseTransport | None = None) -> Found:
    """What a server lets an account see; the address is that of the server, of an API root or of a collection.

    Raises UserError for what is no address, Trouble when nothing can be learned.
    """
    start = checked_address(address)
    link = Link(user=user, token=token, accept=TAXII, seconds=SECONDS, transport=transport)
    try:
        return _look(_Asking(link, time.monotonic() + LONGEST), start)
    finally:
        link.close()


def as_json(found: Found) -> dict[str, Any]:
    """As software reads it."""
    return asdict(found)


def _look(asking: _Asking, start: str) -> Found:
    first, told = _beginning(asking, start)
    if "api_roots" not in told:
        return Found(_line(told.get("title"), _TITLE), (_root(asking, first),))
    listed = told["api_roots"] if isinstance(told["api_roots"], list) else []
    addresses = _addresses(first, [told.get("default"), *listed])
    here = [item for item in addresses if urlsplit(item)[:2] == urlsplit(first)[:2]]
    elsewhere = tuple(_line(item, _ID) for item in addresses if item not in here)
    roots = tuple(_root(asking, item) for item in here[:MOST_ROOTS])
    return Found(_line(told.get("title"), _TITLE), roots, elsewhere[:MOST_ROOTS], max(0, len(here) - MOST_ROOTS))


def _beginning(asking: _Asking, start: str) -> tuple[str, dict[str, Any]]:
    """The first address that answers as a server or an API root, and what it says. Raises the first trouble."""
    parts = urlsplit(start)
    root, found, _rest = start.partition("/collections/")
    addresses = [f"{root}/"] if found else [f"{start}/"]
    if not parts.path.strip("/"):
        addresses.insert(0, f"{start}{_WELL_KNOWN}")
    elif start.endswith("/collections"):
        addresses = [start.removesuffix("collections")]
    first: Trouble | None = None
    for address in addresses:
        try:
            told = asking.resource(address)
            if isinstance(told.get("api_roots"), list) or "versions" in told or "max_content_length" in told:
                return address, told
            raise Trouble("the answer is neither a TAXII server's nor an API root's")
        except Trouble as trouble:
            first = first or trouble
            if trouble.status == 0:
                break
    assert first is not None  # an address was asked
    raise first


def _root(asking: _Asking, address: str) -> Root:
    title = ""
    try:
        title = _line(asking.resource(address).get("title"), _TITLE)
        listed = asking.resource(f"{address}collections/").get("collections")
    except Trouble as trouble:
        return Root(address, title, trouble=str(trouble))
    made = [item for item in map(_there, listed if isinstance(listed, list) else []) if item is not None]
    return Root(address, title, tuple(made[:MOST_COLLECTIONS]), max(0, len(made) - MOST_COLLECTIONS))


def _there(told: Any) -> There | None:
    """None for what cannot be named."""
    if not isinstance(told, dict):
        return None
    key = told.get("id")
    if not isinstance(key, str) or not key.strip() or len(key) > _ID or not key.isprintable():
        return None
    return There(
        key,
        _line(told.get("alias"), _ID),
        _line(told.get("title"), _TITLE) or key,
        _line(told.get("description"), _DESCRIPTION),
        told.get("can_read") is True,
        told.get("can_write") is True,
    )


def _resource(got: Got) -> dict[str, Any]:
    if got.status in (401, 403):
        word = "does not accept the name and the token" if got.status == 401 else "does not allow this account to ask"
        raise Trouble(f"the server {word}: {reason_of(got)}", status=got.status)
    none = "no TAXII 2.1 server at this address"
    if got.status != 200:
        raise Trouble(f"{none}: it answers {got.status}, {reason_of(got)}", status=got.status)
    try:
        told = orjson.loads(got.body)
    except orjson.JSONDecodeError:
        told = None
    if not isinstance(told, dict):
        kind = _line(got.headers.get("content-type", ""), 100) or "no type"
        raise Trouble(f"{none}: the answer is something else ({kind})", status=got.status)
    return told


def _addresses(base: str, told: Iterable[Any]) -> list[str]:
    """Each once, in the order in which they are told; relative ones are lawful (4.1.1)."""
    found: dict[str, None] = {}
    for item in told:
        if not isinstance(item, str) or not item.strip() or not item.isprintable() or len(item) > _ADDRESS:
            continue
        try:
            joined = urljoin(base, item.strip())
            urlsplit(joined)
        except ValueError:
            continue
        found[joined.rstrip("/") + "/"] = None
    return list(found)


def _line(value: Any, most: int) -> str:
    """What a stranger says, on one line."""
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return "".join(char for char in text if char.isprintable())[:most]
