"""MISP feeds of others, in a folder or at an address: event after event, each in one transaction with the note that it
was taken. A manifest that has not changed costs one request."""

import hashlib
from pathlib import Path

import msgspec
import orjson
from django.db import transaction

from verbale.holdings.client.link import Link, TooMuch, Trouble
from verbale.holdings.client.models import Refusal, TakenEvent
from verbale.holdings.client.poll import Taken, count, take
from verbale.holdings.client.running import Run
from verbale.intel import ReportError
from verbale.intel.misp_feed import MANIFEST, Entry, changed, read_manifest
from verbale.intel.misp_in import objects_of

__all__ = ["poll"]

_MOST_MISSING = 100
"""Events that are named and not there, before a run gives up."""


class _Missing(Trouble):
    """The file is not there."""


def poll(run: Run) -> None:
    """Take in what is new or newer since the last run. Raises Trouble, Stopped."""
    place = _Folder(run.feed.address) if "://" not in run.feed.address else _Address(run.link, run.feed.address)
    told = place.manifest(run.feed.stamp)
    if told is None:
        return
    stamp, data = told
    try:
        entries = read_manifest(data)
    except ReportError as error:
        raise Trouble(f"the manifest of the feed cannot be read: {error}") from None
    known = dict(TakenEvent.objects.filter(feed=run.feed).values_list("event", "stamp"))
    todo = changed(entries, known)
    run.tally.total = len(todo)
    missing: list[str] = []
    for entry in todo:
        run.between()
        try:
            _take_event(run, entry, place.event(entry.uuid))
        except _Missing:
            missing.append(entry.uuid)
            if len(missing) == _MOST_MISSING:
                break
        except TooMuch as error:
            _refuse(run, entry, str(error))
        run.tally.pages += 1
    run.tell(run.tally)
    if missing:
        raise Trouble(f"{len(missing)} events that the manifest names are not there, the first of them {missing[0]}")
    run.hold(stamp=stamp)


def _take_event(run: Run, entry: Entry, data: bytes) -> None:
    try:
        event = orjson.loads(data)
        if not isinstance(event, dict):
            raise TypeError("is no object")
        made = objects_of(event)
    except (ReportError, orjson.JSONDecodeError, TypeError) as error:
        _refuse(run, entry, str(error))
        return
    raws = [msgspec.json.encode(thing) for thing in made.objects]
    feed = run.feed
    untaken = len(made.not_taken)

    def keep(taken: Taken) -> None:
        run.hold(
            received=feed.received + taken.received,
            same=feed.same + taken.same,
            refused=feed.refused + taken.refused + untaken,
            attempts=0,
        )
        run.note(
            Refusal.Side.HERE,
            [(f"{entry.uuid} {item.uuid} {item.type}", item.uuid, item.why) for item in made.not_taken],
        )
        _note_taken(run, entry)

    count(run.tally, take(run, raws, keep))
    run.tally.refused += untaken


def _refuse(run: Run, entry: Entry, why: str) -> None:
    """The whole event; it is looked at again when it has changed."""
    with transaction.atomic():
        run.note(Refusal.Side.HERE, [(f"{entry.uuid} {entry.timestamp}", entry.uuid, why)])
        _note_taken(run, entry)
        run.hold(refused=run.feed.refused + 1)
    run.tally.refused += 1


def _note_taken(run: Run, entry: Entry) -> None:
    TakenEvent.objects.update_or_create(feed=run.feed, event=entry.uuid, defaults={"stamp": entry.timestamp})


class _Folder:
    def __init__(self, path: str) -> None:
        self._path = Path(path)

    def manifest(self, stamp: str) -> tuple[str, bytes] | None:
        data = self._read(MANIFEST)
        digest = hashlib.sha256(data).hexdigest()
        return None if digest == stamp else (digest, data)

    def event(self, uuid: str) -> bytes:
        return self._read(f"{uuid}.json")

    def _read(self, name: str) -> bytes:
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            raise _Missing(f"there is no {name} in {self._path}") from None
        except OSError as error:
            raise Trouble(f"{self._path / name} cannot be read: {error.strerror}") from None


class _Address:
    def __init__(self, link: Link, url: str) -> None:
        self._link, self._url = link, url

    def manifest(self, stamp: str) -> tuple[str, bytes] | None:
        known = {"if-none-match": stamp} if stamp.startswith(('"', "W/")) else {}
        got = self._link.ask("GET", f"{self._url}/{MANIFEST}", headers=known)
        if got.status == 304 and known:
            return None
        if got.status != 200:
            raise Trouble(f"the server answers {got.status} when asked for {MANIFEST}", status=got.status)
        tag = got.headers.get("etag", "")
        now = tag if 2 <= len(tag) <= 200 else hashlib.sha256(got.body).hexdigest()
        return None if now == stamp else (now, got.body)

    def event(self, uuid: str) -> bytes:
        got = self._link.ask("GET", f"{self._url}/{uuid}.json")
        if got.status in (404, 410):
            raise _Missing(f"there is no event {uuid}", status=got.status)
        if got.status != 200:
            raise Trouble(f"the server answers {got.status} when asked for an event", status=got.status)
        return got.body
