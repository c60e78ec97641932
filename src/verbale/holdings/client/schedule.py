"""When feeds run: one after another in each process, and one feed in one process only."""

import logging
import os
import random
import secrets
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime

import httpx
from django.db import transaction
from django.db.models import Case, F, FloatField, Q, Value, When
from django.utils import timezone

from verbale.holdings.client import misp_feed, poll, push
from verbale.holdings.client.collection import TAXII, Collection
from verbale.holdings.client.link import Link, Trouble
from verbale.holdings.client.models import Feed
from verbale.holdings.client.running import LEASE_SECONDS, Run, Stopped, Tally
from verbale.holdings.client.secret import shown
from verbale.node.access import audit
from verbale.node.errors import NodeError, UserError

__all__ = ["in_hand", "next_run", "run", "run_due"]

log = logging.getLogger(__name__)
TURN_SECONDS = 300.0
"""A feed that has more to do after that makes room for the others, and comes again after them."""
_FIRST_PAUSE, _LONGEST_PAUSE = 30.0, 3600.0
_DAY = 86_400
"""A moment that lies further ahead than an interval and that is of a clock that was wrong."""
_HOST = socket.gethostname().replace("/", " ")[:64]
_in_hand: set[str] = set()
"""Leases of this process."""


def run_due(stopping: Callable[[], bool] = lambda: False, *, transport: httpx.BaseTransport | None = None) -> int:
    """Run what is due; returns how many feeds ran."""
    count = 0
    now = time.time()
    due = Q(next_at__lte=now) | Q(next_at__gt=now + _DAY + F("interval"))
    for key in list(Feed.objects.filter(due, enabled=True).order_by("next_at", "pk").values_list("pk", flat=True)):
        if stopping():
            break
        feed = _claim(key, only_if=Q(enabled=True) & due)
        if feed is not None:
            _run(feed, _unless_stopped(key, stopping), lambda tally: None, transport)
            count += 1
    return count


def _unless_stopped(key: int, stopping: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: stopping() or not Feed.objects.filter(pk=key, enabled=True).exists()


def run(
    feed: Feed,
    *,
    tell: Callable[[Tally], None] = lambda tally: None,
    again: bool = False,
    transport: httpx.BaseTransport | None = None,
) -> tuple[Feed, Tally]:
    """Run one feed now, to its end. With `again`, poll from the beginning and send once more what was refused there.

    Raises UserError when another process has it in hand, or it was removed meanwhile. What went wrong stands in
    `failure` of the feed returned.
    """
    mine = _claim(feed.pk)
    if mine is None:
        raise UserError(f"{feed.name} is being run by another process; it is free again when that ends")
    tally = _run(mine, lambda: False, tell, transport, again=again, turn=float("inf"))
    found = Feed.objects.select_related("shelf").filter(pk=feed.pk).first()
    if found is None:
        raise UserError(f"{feed.name} has been removed")
    return found, tally


def _claim(key: int, only_if: Q | None = None) -> Feed | None:
    now = time.time()
    feed = Feed.objects.select_related("shelf").filter(only_if or Q(), pk=key).first()
    if feed is None or not _is_free(feed, now):
        return None
    lease = f"{_HOST}/{os.getpid()}/{secrets.token_hex(8)}"
    # Only if nobody else has taken it since.
    mine = Feed.objects.filter(pk=key, lease=feed.lease, leased_until=feed.leased_until)
    until = now + LEASE_SECONDS
    if not mine.update(lease=lease, leased_until=until, last_run=timezone.now()):
        return None
    feed.lease, feed.leased_until = lease, until
    return feed


def in_hand(feed: Feed) -> bool:
    """Whether it is being run."""
    return not _is_free(feed, time.time())


def next_run(feed: Feed) -> datetime | None:
    """When it runs by itself, at the earliest: for one that is due, now. None for one that is stopped."""
    if not feed.enabled:
        return None
    now = time.time()
    return datetime.fromtimestamp(feed.next_at if now < feed.next_at <= now + _DAY + feed.interval else now, UTC)


def _is_free(feed: Feed, now: float) -> bool:
    """Whether nobody has it in hand. Should this err, whoever comes second gets the feed and the first cannot commit
    another page."""
    if not feed.lease or feed.leased_until <= now or feed.leased_until > now + LEASE_SECONDS + _DAY:
        return True
    host, _slash, rest = feed.lease.partition("/")
    process = rest.partition("/")[0]
    if host != _HOST or not process.isdigit():
        return False
    if int(process) == os.getpid():
        return feed.lease not in _in_hand
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _run(
    feed: Feed,
    stopping: Callable[[], bool],
    tell: Callable[[Tally], None],
    transport: httpx.BaseTransport | None,
    *,
    again: bool = False,
    turn: float | None = None,
) -> Tally:
    tally = Tally()
    ends = time.monotonic() + (TURN_SECONDS if turn is None else turn)
    failure, pause, more = "", 0.0, False
    _in_hand.add(feed.lease)
    try:
        link = Link(user=feed.user, token=shown(feed.secret), accept=_accept(feed), transport=transport)
        try:
            _work(Run(feed, feed.lease, link, ends, stopping, tell, tally), again)
        finally:
            link.close()
        failure = _undone(feed, tally)
    except Stopped:
        more = True
    except Trouble as trouble:
        failure, pause = str(trouble), trouble.pause
    except NodeError as error:
        failure = str(error)
    except Exception as error:
        # A fault of ours: the feed is not blocked by it, and the log has the whole of it.
        log.exception("feed %s failed unexpectedly", feed.name)
        failure = f"this node failed: {type(error).__name__}; its log says more"
    finally:
        _in_hand.discard(feed.lease)
    _end(feed, tally, failure, pause, more=more)
    return tally


def _accept(feed: Feed) -> str:
    return TAXII if feed.kind == Feed.Kind.TAXII else "application/json"


def _work(run: Run, again: bool) -> None:
    feed = run.feed
    run.viewer()  # with a partner that is no longer confirmed nothing is exchanged, either way
    if again:
        run.hold(again=Feed.Again.ALL)
    if feed.kind == Feed.Kind.MISP:
        if feed.again:
            with transaction.atomic():
                run.hold(stamp="", again=Feed.Again.NOTHING)
                feed.events.all().delete()
        misp_feed.poll(run)
        return
    collection = Collection(run.link, feed.address, feed.collection)
    if feed.polls:
        if feed.again == Feed.Again.ALL:
            left = Feed.Again.REFUSED if feed.pushes else Feed.Again.NOTHING
            run.hold(after="", next="", reached="", again=left)
        poll.poll(run, collection)
    if feed.pushes:
        push.push(run, collection)
        if feed.again and not feed.flight:
            push.push_again(run, collection)
            run.done_again()


def _undone(feed: Feed, tally: Tally) -> str:
    """Why a run that came to its end is no success."""
    told = []
    if tally.not_arrived:
        told.append(f"their server refused {tally.not_arrived:,} objects")
    if tally.waiting:
        told.append(f"their server has not decided about {tally.waiting:,} objects")
    return "; ".join(told)


def _end(feed: Feed, tally: Tally, failure: str, pause: float, *, more: bool) -> None:
    now, moment = time.time(), timezone.now()
    mine = Feed.objects.filter(pk=feed.pk, lease=feed.lease)
    changes: dict[str, object] = {"lease": "", "leased_until": 0}
    if more:
        changes["next_at"] = Value(now)
    elif failure:
        attempts = feed.attempts + 1
        wait = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(attempts - 1, 20))
        wait *= random.uniform(0.8, 1.0)  # noqa: S311 - a spread of retries, no secret
        changes |= {
            "next_at": Value(now + max(wait, pause)),
            "attempts": attempts,
            "failure": failure[:2000],
            "failing_since": feed.failing_since or moment,
        }
        log.warning("feed %s: %s", feed.name, failure)
    else:
        changes |= {
            # The interval may have been changed since this run began.
            "next_at": Value(now) + F("interval"),
            "attempts": 0,
            "failure": "",
            "failing_since": None,
            "last_success": moment,
        }
    if "next_at" in changes:
        # Unless somebody asked for a run since this one began.
        then = When(next_at=feed.next_at, then=changes["next_at"])
        changes["next_at"] = Case(then, default=F("next_at"), output_field=FloatField())
    mine.update(**changes)
    if tally.received or tally.refused or tally.sent or tally.not_arrived:
        detail = (
            f"{tally.received} new, {tally.refused} refused, {tally.sent} sent, {tally.not_arrived} not taken there"
        )
        audit(f"feed {feed.name}", "exchanged intelligence", detail=detail)
