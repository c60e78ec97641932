"""What a TAXII 2.1 server says, read with the patience that the servers of others need. No database here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec
import orjson

from verbale.holdings.client.link import Got, Link, Trouble, reason_of
from verbale.holdings.client.place import Place

__all__ = ["TAXII", "Collection", "Envelope", "Status", "read_status"]

TAXII = "application/taxii+json;version=2.1"
_DEFAULT_LENGTH = 10 << 20
_MOST_LENGTH = 16 << 20
"""Bytes of one POST, whatever the server would take."""
_PROBLEMS = {
    400: "does not understand the request",
    401: "does not accept the name and the token",
    403: "does not allow this account to do this",
    404: "has no such collection, or hides it from this account",
    406: "does not speak TAXII 2.1",
    415: "does not speak TAXII 2.1",
}


class _Wire(msgspec.Struct):
    """`next` should be a string, `more` a boolean, and a list should not be null; not all servers know."""

    objects: list[msgspec.Raw] | None = None
    more: Any = False
    next: Any = None


_decode = msgspec.json.Decoder(_Wire).decode


@dataclass(frozen=True)
class Envelope:
    """A page of a collection."""

    objects: list[bytes]
    more: bool
    next: str
    last: str
    """The latest time of addition on it, in the server's words; empty when it does not say."""
    date: float | None
    """The server's clock."""


@dataclass(frozen=True)
class Status:
    """What became of a POST, as the server tells (4.3.1)."""

    id: str
    complete: bool
    arrived: frozenset[str]
    failed: Mapping[str, str]
    waiting: Mapping[str, str]
    counts: tuple[int, int, int]
    """Successes, failures, pendings."""

    @classmethod
    def read(cls, told: Any) -> "Status":
        if not isinstance(told, dict) or told.get("status") not in ("complete", "pending"):
            raise Trouble("the server does not say what became of the objects that it was given")
        counts = tuple(_number(told.get(f"{name}_count")) for name in ("success", "failure", "pending"))
        return cls(
            str(told.get("id") or ""),
            told["status"] == "complete",
            frozenset(_reasons(told.get("successes"))),
            _reasons(told.get("failures")),
            _reasons(told.get("pendings")),
            (counts[0], counts[1], counts[2]),
        )


class Collection:
    """One collection of a server."""

    def __init__(self, link: Link, root: str, name: str) -> None:
        self._link, self._root = link, root
        self._url = f"{root}/collections/{quote(name, safe='')}"

    def page(self, place: Place, limit: int) -> Envelope:
        """The objects from a place on. Raises Trouble, TooMuch."""
        params = {"limit": str(limit)}
        if place.after:
            params["added_after"] = place.after
        if place.next:
            params["next"] = place.next
        got = self._got(self._link.ask("GET", f"{self._url}/objects/", params=params))
        envelope = _envelope(got)
        last = _last_added(got, len(envelope.objects or ()))
        if envelope.objects and not last:
            last = self._last_by_manifest(params)
        more = envelope.more is True or envelope.more == "true"
        next_page = "" if envelope.next is None or envelope.next is False else str(envelope.next)
        return Envelope([bytes(raw) for raw in envelope.objects or ()], more, next_page, last, got.date)

    def _last_by_manifest(self, params: Mapping[str, str]) -> str:
        """For servers that leave out the header."""
        got = self._link.ask("GET", f"{self._url}/manifest/", params=params)
        try:
            times = [str(item["date_added"]) for item in orjson.loads(got.body)["objects"]] if got.status == 200 else []
        except (orjson.JSONDecodeError, KeyError, TypeError):
            times = []
        if not times:
            raise Trouble("the server does not say when its objects were added (header X-TAXII-Date-Added-Last)")
        return max(times)

    def held(self, ids: Sequence[str]) -> list[bytes]:
        """All versions of these objects that the server shows us; none when it refuses to. Raises Trouble."""
        params = {"match[id]": ",".join(ids), "match[version]": "all", "limit": "1000"}
        got = self._link.ask("GET", f"{self._url}/objects/", params=params)
        return [bytes(raw) for raw in _envelope(got).objects or ()] if got.status in (200, 206) else []

    def largest(self) -> int:
        """Bytes that the server takes in one POST."""
        got = self._got(self._link.ask("GET", f"{self._root}/"))
        try:
            length = _number(orjson.loads(got.body).get("max_content_length"))
        except (orjson.JSONDecodeError, AttributeError):
            length = 0
        return min(length or _DEFAULT_LENGTH, _MOST_LENGTH)

    def give(self, raws: Sequence[bytes]) -> Got:
        """Post objects; statuses 400, 413 and 422 are for the caller to judge."""
        body = b'{"objects":[' + b",".join(raws) + b"]}"
        got = self._link.ask("POST", f"{self._url}/objects/", content=body, headers={"content-type": TAXII})
        return got if got.status in (400, 413, 422) else self._got(got)

    def status(self, key: str) -> Status | None:
        """None when the server does not know it (any longer)."""
        got = self._link.ask("GET", f"{self._root}/status/{quote(key, safe='')}/")
        return None if got.status == 404 else read_status(self._got(got))

    def _got(self, got: Got) -> Got:
        if got.status in (200, 202, 206):
            return got
        if got.status == 204:
            return got._replace(body=b"")
        said = _PROBLEMS.get(got.status, f"answers {got.status}")
        raise Trouble(f"the server {said}: {reason_of(got)}", status=got.status)


def read_status(got: Got) -> Status:
    try:
        return Status.read(orjson.loads(got.body))
    except orjson.JSONDecodeError:
        raise Trouble("the server does not say what became of the objects that it was given") from None


def _envelope(got: Got) -> _Wire:
    if not got.body.strip():
        return _Wire()
    try:
        return _decode(got.body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        kind = got.headers.get("content-type", "no type")
        raise Trouble(f"the answer is no TAXII envelope but something else ({kind:.100})", status=got.status) from None


def _last_added(got: Got, count: int) -> str:
    last = got.headers.get("x-taxii-date-added-last", "")
    return last or (got.headers.get("x-taxii-date-added-first", "") if count == 1 else "")


def _reasons(items: Any) -> dict[str, str]:
    """Id and message; older servers list bare ids."""
    found: dict[str, str] = {}
    for item in items if isinstance(items, list) else ():
        if isinstance(item, str):
            found[item] = ""
        elif isinstance(item, dict) and isinstance(item.get("id"), str):
            line = " ".join(str(item.get("message") or "").split())
            found[item["id"]] = "".join(char for char in line if char.isprintable())[:500]
    return found


def _number(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else 0
