"""Polling a TAXII collection, page by page."""

import hashlib
from collections.abc import Callable
from typing import NamedTuple

import msgspec
import orjson

from verbale.holdings import rows, store
from verbale.holdings.client.collection import Collection, Envelope
from verbale.holdings.client.link import TooMuch, Trouble
from verbale.holdings.client.models import Refusal
from verbale.holdings.client.place import Place, Stuck
from verbale.holdings.client.running import Run, Tally
from verbale.holdings.models import Shelf, Source
from verbale.holdings.moments import parse_moment
from verbale.intel.limits import MAX_GRAMMAR_CHARACTERS
from verbale.node.identity import node_name

__all__ = ["LIMIT", "Taken", "count", "poll", "take"]

LIMIT = 1_000
"""Objects that are asked for at once."""


class _Name(msgspec.Struct):
    id: str = ""
    modified: str = ""
    created: str = ""


_decode_name = msgspec.json.Decoder(_Name).decode


def poll(run: Run, collection: Collection) -> None:
    """Take in what there is from where the last run stood. Raises Trouble, Stopped."""
    limit, before = LIMIT, b""
    while True:
        place = Place(run.feed.after, run.feed.next, run.feed.reached)
        try:
            page = collection.page(place, limit)
        except TooMuch:
            # Fewer at a time, from a place that does not depend on the number asked for.
            limit //= 2
            if limit == 0:
                raise
            _keep(run, place.anew() if place.next else place)
            continue
        except Trouble as trouble:
            if not place.next or trouble.status not in (400, 404, 410):
                raise
            # Servers keep a walk for some minutes only, or till their next start.
            _keep(run, place.anew())
            continue
        try:
            then = place.then(more=page.more, next=page.next, last=page.last, date=page.date)
        except Stuck:
            raise Trouble(
                f"the server says that there is more after {len(page.objects):,} objects, and gives no way to it"
            ) from None
        digest = hashlib.sha256(b"\n".join([page.next.encode("utf-8", "surrogatepass"), *page.objects])).digest()
        if page.more and page.objects and digest == before:
            raise Trouble("the server gives the same page again and again")
        before = digest
        if page.objects or then != place:
            _commit(run, page, then)
        run.tally.pages += 1
        if not page.more:
            run.tell(run.tally)
            return
        run.between()


def _keep(run: Run, place: Place) -> None:
    run.hold(after=place.after, next=place.next, reached=place.reached)


def _commit(run: Run, page: Envelope, then: Place) -> None:
    feed = run.feed

    def keep(taken: Taken) -> None:
        run.hold(
            after=then.after,
            next=then.next,
            reached=then.reached,
            received=feed.received + taken.received,
            same=feed.same + taken.same,
            refused=feed.refused + taken.refused,
            attempts=0,
        )

    count(run.tally, take(run, page.objects, keep))


class Taken(NamedTuple):
    """How many were new, held already, refused."""

    received: int = 0
    same: int = 0
    refused: int = 0


def count(tally: Tally, taken: Taken) -> None:
    tally.received += taken.received
    tally.same += taken.same
    tally.refused += taken.refused


def take(run: Run, raws: list[bytes], keep: Callable[[Taken], None]) -> Taken:
    """Put objects on the feed's shelf; `keep` notes where to go on, in the transaction of the last of them."""
    feed = run.feed
    given = _without_echo(feed.shelf, feed.origin, raws)
    parts = _parts(given)
    taken = Taken(same=len(raws) - len(given))

    def settle(part: list[bytes], added: store.Added) -> None:
        nonlocal taken
        refused = len(added.refused)
        taken = Taken(taken.received + added.accepted, taken.same + added.same, taken.refused + refused)
        run.note(
            Refusal.Side.HERE,
            [(hashlib.sha256(part[item.index]).hexdigest(), item.id, item.why) for item in added.refused],
        )
        if added.taken and feed.refused:
            run.forget([Refusal.Side.HERE], [item.id for item in added.taken])
        if part is parts[-1]:
            keep(taken)

    for part in parts:
        store.add(
            feed.shelf,
            part,
            origin=feed.origin,
            marking=feed.marking,
            named=feed.named,
            told=True,
            record=lambda added, part=part: settle(part, added),  # type: ignore[misc]
        )
    return taken


def _parts(raws: list[bytes]) -> list[list[bytes]]:
    """One mostly. The store reads only so many characters of patterns at once and refuses those beyond; a page of a
    server's is no one's delivery, so none of it may be refused for what stood before it."""
    parts: list[list[bytes]] = [[]]
    size = 0
    for raw in raws:
        patterns = len(raw) if b"pattern" in raw or b"\\u" in raw else 0
        if parts[-1] and size + patterns > MAX_GRAMMAR_CHARACTERS:
            parts.append([])
            size = 0
        parts[-1].append(raw)
        size += patterns
    return parts


def _without_echo(shelf: Shelf, origin: str, raws: list[bytes]) -> list[bytes]:
    """Without what we gave ourselves and get back: that they hold it too does not make it theirs."""
    if origin == node_name() or not raws:
        return raws
    named: dict[int, tuple[str, int | None]] = {}
    for index, raw in enumerate(raws):
        try:
            name = _decode_name(raw)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            continue
        if name.id:
            named[index] = (name.id, parse_moment(name.modified or name.created))
    audiences = list(shelf.audiences.values_list("pk", flat=True))
    own = set(Source.objects.filter(origin=node_name()).values_list("pk", flat=True))
    if not own:
        return raws
    ours: dict[tuple[str, int | None], list[int]] = {}
    for row in rows.known({stix_id for stix_id, _version in named.values()}, audiences):
        if row.source in own:
            ours.setdefault((row.stix_id, row.version), []).append(row.added)
            ours.setdefault((row.stix_id, None), []).append(row.added)
    if not ours:
        return raws
    contents = rows.raws([added for found in ours.values() for added in found])
    return [
        raw
        for index, raw in enumerate(raws)
        if not any(_alike(contents[added], raw) for added in ours.get(named.get(index, ("", None)), ()))
    ]


def _alike(one: bytes, other: bytes) -> bool:
    try:
        return one == other or orjson.loads(one) == orjson.loads(other)
    except orjson.JSONDecodeError:
        return False
