"""Pushing to a TAXII collection: what the reader may see by our markings and did not give itself.

1. An object has arrived when the server says so of it, or counts every one of a POST as a success and none otherwise.
2. One that the server counts as failed and yet shows us, the same in content, has arrived: it came before.
3. Where the server's counts leave open which object failed, the parts of the POST are posted again until it is known.
4. What failed is kept with the server's reason, and the place moves on past it. What is undecided holds the place until
   it is decided.
5. Posting again what arrived already does no harm, so an end at any moment loses nothing.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import orjson
from django.db import transaction

from verbale.holdings import store
from verbale.holdings.client.collection import Collection, Status, read_status
from verbale.holdings.client.link import Trouble, reason_of
from verbale.holdings.client.models import Feed, Refusal
from verbale.holdings.client.running import Run
from verbale.holdings.models import Entry, Source
from verbale.holdings.store import Held, Query, Viewer
from verbale.holdings.viewing import visible
from verbale.node.identity import node_name

__all__ = ["push", "push_again"]

BATCH = 200
"""Objects in one POST."""
PATIENCE_SECONDS = 60.0
"""So long a run waits for the server to decide about one batch; the next run asks again."""
_PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
_UNTOLD = "the server counts it as failed and does not say why"
_UNSAID = "the server does not say what became of it"


@dataclass
class _Verdict:
    """What became of the objects of a batch."""

    arrived: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    waiting: dict[str, str] = field(default_factory=dict)
    flights: list[dict[str, object]] = field(default_factory=list)
    """Status resources that are still pending, each with the ids that it is to decide."""


def push(run: Run, collection: Collection) -> None:
    """Send what has not gone yet. Raises Trouble, Stopped."""
    viewer = run.viewer()
    if run.feed.flight and not _land(run, collection, viewer):
        return
    _look_back(run, viewer)
    theirs = _given_by(run.feed)
    largest = 0
    while True:
        page = store.page(run.feed.shelf, viewer, Query(after=run.feed.sent_up_to, limit=BATCH))
        going = [entry for entry in page.entries if entry.source not in theirs]
        if going:
            largest = largest or collection.largest()
            verdict = _give(run, collection, going, largest)
            _settle(run, verdict, page.cursor)
            if verdict.flights:
                return
        elif page.entries:
            run.hold(sent_up_to=page.cursor)
        if not page.more:
            return
        run.between()


def push_again(run: Run, collection: Collection) -> None:
    """Send once more what their server refused, as far as it may still be seen. Raises Trouble."""
    viewer, theirs = run.viewer(), _given_by(run.feed)
    refused = Refusal.objects.filter(feed=run.feed, side=Refusal.Side.THERE).order_by("pk")
    ids = list(refused.values_list("stix_id", flat=True))
    largest = 0
    for start in range(0, len(ids), BATCH):
        part = ids[start : start + BATCH]
        page = store.page(run.feed.shelf, viewer, Query(ids=tuple(part), limit=BATCH))
        going = [entry for entry in page.entries if entry.source not in theirs]
        gone = set(part) - {entry.stix_id for entry in going}
        run.forget([Refusal.Side.THERE], gone)
        if going:
            largest = largest or collection.largest()
            _settle(run, _give(run, collection, going, largest), run.feed.sent_up_to)
        run.between()


def _given_by(feed: Feed) -> set[int]:
    """Sources of what the reader gave itself. Software of our own is no giver: what it gave is ours."""
    if feed.origin == node_name():
        return set()
    return set(Source.objects.filter(origin=feed.origin).values_list("pk", flat=True))


def _look_back(run: Run, viewer: Viewer) -> None:
    """When the reader has come to belong to audiences of objects that came before the place, a new party of a
    collection say, go back to the first of them."""
    now = sorted(visible(run.feed.shelf, viewer))
    if run.feed.shown == now:
        return
    place = run.feed.sent_up_to
    for audience in set(now) - set(run.feed.shown or ()):
        first = Entry.objects.filter(audience=audience).order_by("added").values_list("added", flat=True).first()
        if first is not None:
            place = min(place, first - 1)
    run.hold(shown=now, sent_up_to=place)


# -- one batch ---------------------------------------------------------------------------------------------------------


def _give(
    run: Run,
    collection: Collection,
    going: Sequence[Held],
    largest: int,
    verdict: _Verdict | None = None,
    *,
    singly: bool = False,
) -> _Verdict:
    verdict = verdict or _Verdict()
    until = time.monotonic() + PATIENCE_SECONDS
    todo = list(_parcels(going, largest, verdict))
    if singly:
        todo = [[entry] for part in todo for entry in part]
    while todo:
        run.hold()
        part = todo.pop(0)
        got = collection.give([entry.raw for entry in part])
        if got.status in (400, 413, 422):
            # One of them is at fault, or all together are too many.
            if len(part) == 1:
                verdict.failed[part[0].stix_id] = reason_of(got)
            else:
                todo[:0] = _halves(part)
            continue
        status = _decided(run, collection, read_status(got), until)
        todo[:0] = _judge(part, status, verdict)
    _find_held(collection, going, verdict)
    return verdict


def _parcels(going: Sequence[Held], largest: int, verdict: _Verdict) -> Iterable[list[Held]]:
    """As much as fits into one POST; no id twice in it, since the server tells of ids."""
    part: list[Held] = []
    size = 0
    for entry in going:
        if len(entry.raw) + 20 > largest:
            verdict.failed[entry.stix_id] = f"it has {len(entry.raw):,} bytes, and the server takes {largest:,}"
            continue
        if part and (size + len(entry.raw) + 21 > largest or any(entry.stix_id == other.stix_id for other in part)):
            yield part
            part, size = [], 0
        part.append(entry)
        size += len(entry.raw) + 1
    if part:
        yield part


def _halves(part: list[Held]) -> list[list[Held]]:
    middle = len(part) // 2
    return [part[:middle], part[middle:]]


def _decided(run: Run, collection: Collection, status: Status, until: float) -> Status:
    """The status once it is complete, or as it is when patience or the run ends."""
    for pause in (*_PAUSES, *[_PAUSES[-1]] * 100):
        left = min(until, run.ends) - time.monotonic()
        if status.complete or not status.id or left <= 0 or run.stopping():
            break
        time.sleep(min(pause, left))
        run.hold()
        status = collection.status(status.id) or status
    return status


def _judge(part: list[Held], status: Status, verdict: _Verdict) -> list[list[Held]]:
    """Note what is decided; returns what has to be posted again to know."""
    open_ids = _sort([entry.stix_id for entry in part], len(part), status, verdict)
    if not open_ids:
        return []
    if not status.complete:
        if not status.id:
            raise Trouble("the server puts objects off and gives no status to ask for")
        verdict.waiting.update({key: status.waiting.get(key, "") for key in open_ids})
        verdict.flights.append({"status": status.id, "ids": open_ids, "size": len(part)})
        return []
    open_ = [entry for entry in part if entry.stix_id in set(open_ids)]
    return _halves(open_) if len(open_) > 1 else [open_]


def _sort(ids: Sequence[str], size: int, status: Status, verdict: _Verdict) -> list[str]:
    """Of objects of a POST of that size, note which arrived and which failed; returns the others."""
    successes, failures, pendings = status.counts
    all_arrived = status.complete and (successes, failures, pendings) == (size, 0, 0)
    open_ = []
    for key in ids:
        if key in status.failed:
            verdict.failed[key] = status.failed[key] or _UNTOLD
        elif key in status.arrived or (all_arrived and not status.failed):
            verdict.arrived.add(key)
        elif status.complete and (failures == size or size == 1):
            verdict.failed[key] = status.waiting.get(key) or (_UNTOLD if failures else _UNSAID)
        else:
            open_.append(key)
    return open_


def _find_held(collection: Collection, going: Sequence[Held], verdict: _Verdict) -> None:
    """Servers there are that call it a failure when an object comes twice."""
    doubtful = [entry for entry in going if entry.stix_id in verdict.failed]
    for start in range(0, len(doubtful), 50):
        part = doubtful[start : start + 50]
        there = [_loaded(raw) for raw in collection.held([entry.stix_id for entry in part])]
        for entry in part:
            if _loaded(entry.raw) in there:
                del verdict.failed[entry.stix_id]
                verdict.arrived.add(entry.stix_id)


def _loaded(raw: bytes) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


# -- what is kept ------------------------------------------------------------------------------------------------------


def _settle(run: Run, verdict: _Verdict, up_to: int, before: int = 0) -> None:
    """`before` have arrived of the same batch in runs before."""
    arrived = before + len(verdict.arrived)
    with transaction.atomic():
        if verdict.flights:
            run.hold(flight={"up_to": up_to, "statuses": verdict.flights, "arrived": arrived})
        else:
            run.hold(flight=None, sent_up_to=up_to, sent=run.feed.sent + arrived, attempts=0)
        run.note(Refusal.Side.THERE, [(key, key, why) for key, why in verdict.failed.items()])
        run.note(Refusal.Side.WAITS, [(key, key, why) for key, why in verdict.waiting.items()])
        run.forget([Refusal.Side.THERE, Refusal.Side.WAITS], verdict.arrived)
    run.tally.sent += len(verdict.arrived)
    run.tally.not_arrived += len(verdict.failed)
    run.tally.waiting += len(verdict.waiting)


def _land(run: Run, collection: Collection, viewer: Viewer) -> bool:
    """Ask once more for what was undecided; whether it is decided now."""
    flight = run.feed.flight or {}
    verdict, unclear = _Verdict(), []
    until = time.monotonic() + PATIENCE_SECONDS
    for item in flight["statuses"]:
        status = collection.status(item["status"])
        if status is None:
            return _post_anew(run)
        status = _decided(run, collection, status, until)
        left = _sort(item["ids"], item["size"], status, verdict)
        if left and not status.complete:
            verdict.waiting.update({key: status.waiting.get(key, "") for key in left})
            verdict.flights.append({**item, "ids": left})
        else:
            unclear += left
    asked = [*unclear, *verdict.failed]
    found = store.page(run.feed.shelf, viewer, Query(ids=tuple(asked), limit=len(asked))).entries if asked else []
    _find_held(collection, found, verdict)
    again = [entry for entry in found if entry.stix_id in unclear]
    if again:
        # Each by itself: then the counts alone say what became of it.
        _give(run, collection, again, collection.largest(), verdict, singly=True)
    run.forget([Refusal.Side.WAITS], set(unclear) - {entry.stix_id for entry in again})
    _settle(run, verdict, flight["up_to"], flight["arrived"])
    return not verdict.flights


def _post_anew(run: Run) -> bool:
    """The server forgot, or does not say: the place has not moved, so the batch goes once more."""
    run.hold(flight=None)
    return True
