"""Feeds of the tests, and how they run."""

import time
from typing import Any

import httpx

from tests.holdings.other_server import NAME, ROOT, Other
from verbale.holdings import store
from verbale.holdings.client import feeds, schedule
from verbale.holdings.client.models import Feed
from verbale.holdings.client.running import Tally
from verbale.holdings.models import Shelf

__all__ = ["feed_of", "held", "run", "unhand"]


def feed_of(shelf: Shelf, **more: Any) -> Feed:
    """From LZ, polled."""
    given = {"name": "LZ", "address": ROOT, "collection": NAME, "origin": "LZ", "token": "t0ken", "by": "test"}
    return feeds.make(**{**given, "shelf": shelf, **more})


def run(feed: Feed, other: Other | httpx.BaseTransport, *, again: bool = False) -> tuple[Feed, Tally]:
    transport = other.transport if isinstance(other, Other) else other
    return schedule.run(feed, again=again, transport=transport)


def unhand(feed: Feed) -> None:
    """The process that had it is dead, and its time has passed."""
    Feed.objects.filter(pk=feed.pk).update(leased_until=time.time() - 1)


def held(shelf: Shelf) -> list[str]:
    """Ids of all rows that stand on a shelf."""
    return [entry.stix_id for entry in store.everything(shelf, store.STAFF, query=store.Query(versions=("all",)))]
