"""The worker that keeps the outbox moving: by precedence, with exponential back-off, one parcel a partner at a time.

At least once on the wire: a delivery stays queued until a verified receipt is on the disk. Exactly once in the
register: the recipient knows acts by their id. A lease keeps several workers off one partner's queue, and runs out if
one dies.
"""

import contextlib
import logging
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import httpx
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection, transaction
from django.utils import timezone

from verbale.node import events
from verbale.node.errors import NodeError
from verbale.node.exchange.client import exchange
from verbale.node.models import Delivery, Partner
from verbale.node.registry import all_chores, all_kinds
from verbale.protocol import ProtocolError

__all__ = ["Worker", "back_off", "release", "run_once"]

log = logging.getLogger(__name__)
BATCH = 100
LEASE_SECONDS = 120.0
CLOCK_SECONDS = 30.0
"""How often the kinds are asked what is due by the clock."""
_PAUSE_SECONDS = 1.0
"""Between two rounds of the chores, at the least."""
_CEILING = (10.0, 60.0, 300.0, 900.0)
"""Longest pause between tries, in seconds, for FLASH, IMMEDIATE, PRIORITY, ROUTINE."""
_tried: dict[str, float] = {}
"""When this process last tried each partner, by the monotonic clock."""


def back_off(attempts: int, rank: int) -> float:
    """Seconds to wait after that many failed tries: doubling, capped by precedence, spread by chance."""
    pause = min(_CEILING[rank], 0.5 * 2 ** min(attempts, 20))
    return pause * random.uniform(0.7, 1.0)  # noqa: S311 - a spread of retries, no secret


def claim(node: str) -> list[Delivery]:
    """Lease the next deliveries to one partner: FLASH first, then oldest first."""
    now = time.time()
    with transaction.atomic():
        due = Delivery.objects.filter(
            status=Delivery.Status.QUEUED, node=node, next_at__lte=now, leased_until__lte=now
        ).order_by("rank", "id")
        ids = list(due.values_list("id", flat=True)[:BATCH])
        # Conditional on the lease, so that of two workers one gets the row.
        mine = [
            identifier
            for identifier in ids
            if Delivery.objects.filter(id=identifier, leased_until__lte=now).update(leased_until=now + LEASE_SECONDS)
        ]
    rows = Delivery.objects.filter(id__in=mine).select_related("act").order_by("rank", "id")
    return list(rows)


def serve_partner(partner: Partner, http: httpx.Client) -> bool:
    """One exchange with a partner, if anything is due. Returns whether there is reason to come again at once."""
    deliveries = claim(partner.node)
    if not deliveries and not _greeting_due(partner):
        return False
    _tried[partner.node] = time.monotonic()
    try:
        outcome = exchange(partner, deliveries, http)
    except (NodeError, ProtocolError) as error:
        _postpone(deliveries, str(error))
        failing = partner.failing_since or timezone.now()
        Partner.objects.filter(pk=partner.pk).update(last_failure=str(error)[:1000], failing_since=failing)
        if partner.failing_since is None:
            log.warning("exchange with %s failed: %s", partner.node, error)
            events.note("partner", node=partner.node)
        return False
    released = release(partner) if partner.failing_since is not None else 0
    unsettled = [item for item in deliveries[: outcome.sent] if item.status == Delivery.Status.QUEUED]
    _postpone(unsettled, "")
    # What the parcel had no room for was not tried: it goes with the next one.
    Delivery.objects.filter(pk__in=[item.pk for item in deliveries[outcome.sent :]]).update(leased_until=0)
    Partner.objects.filter(pk=partner.pk).update(last_contact=timezone.now(), last_failure="", failing_since=None)
    if partner.failing_since is not None:
        events.note("partner", node=partner.node)
    return bool(deliveries or released)


def release(partner: Partner) -> int:
    """The link with a partner is back: what waited for it is due now, by precedence and not by the pauses of each."""
    return Delivery.objects.filter(status=Delivery.Status.QUEUED, node=partner.node, next_at__gt=0).update(next_at=0)


def _greeting_due(partner: Partner) -> bool:
    """Whether heads should be exchanged although there is nothing to deliver."""
    last = max(filter(None, (partner.last_contact, partner.failing_since)), default=None)
    age = (timezone.now() - last).total_seconds() if last else float("inf")
    if partner.failing_since is not None:
        pause = min(settings.CONFIG.sync_seconds, 30)
        return age > pause and time.monotonic() - _tried.get(partner.node, float("-inf")) > pause
    return age > settings.CONFIG.sync_seconds or (not partner.cosignature_told and age > 1)


def _postpone(deliveries: list[Delivery], failure: str) -> None:
    now = time.time()
    for delivery in deliveries:
        delivery.attempts += 1
        delivery.next_at = now + back_off(delivery.attempts, delivery.rank)
        delivery.leased_until = 0
        delivery.failure = failure[:1000] or delivery.failure
    Delivery.objects.bulk_update(deliveries, ["attempts", "next_at", "leased_until", "failure"])


def run_once(http: httpx.Client | None = None) -> int:
    """Serve every reachable partner until nothing is due; returns how many exchanges brought something. For tests
    and for `verbale deliver`."""
    rounds = 0
    with http or httpx.Client(timeout=30) as client:
        for partner in _reachable():
            while serve_partner(Partner.objects.get(pk=partner.pk), client):
                rounds += 1
    return rounds


def _reachable() -> list[Partner]:
    return list(Partner.objects.filter(status=Partner.Status.CONFIRMED).exclude(endpoint=""))


class Worker:
    """Background delivery, as threads of the serving process or of `verbale worker`."""

    def __init__(self, idle_seconds: float = 0.5, parallel: int = 8) -> None:
        self._idle = idle_seconds
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(parallel, thread_name_prefix="deliver")
        self._busy: dict[str, Future[None]] = {}
        self._again: set[str] = set()
        self._thread = threading.Thread(target=self._run, name="outbox", daemon=True)
        # Apart from the outbox, which nothing may hold up; and the end of the process does not wait for a long one.
        self._chores = threading.Thread(target=self._run_chores, name="chores", daemon=True)
        self._called = threading.Event()
        self._http = httpx.Client(timeout=httpx.Timeout(30.0, connect=5.0))

    def start(self) -> None:
        events.listen(self._wake.set)
        events.listen(self._called.set)
        self._thread.start()
        self._chores.start()

    def stop(self) -> None:
        """End after the exchanges in hand."""
        self._stop.set()
        self._wake.set()
        self._called.set()
        self._thread.join(timeout=10)
        self._chores.join(timeout=10)
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._http.close()

    def _run(self) -> None:
        _guarded(_end_leases)
        looked = float("-inf")
        while not self._stop.is_set():
            self._wake.clear()
            if time.monotonic() - looked > CLOCK_SECONDS:
                looked = time.monotonic()
                for kind in all_kinds():
                    _guarded(kind.periodic)
            _guarded(self._dispatch)
            self._wake.wait(self._idle)
        connection.close()

    def _run_chores(self) -> None:
        while not self._stop.is_set():
            self._called.clear()
            for chore in all_chores():
                _guarded(chore, self._stop.is_set)
            # At once when something was committed that may be work for them, but not for each of a thousand acts.
            if not self._stop.wait(_PAUSE_SECONDS):
                self._called.wait(CLOCK_SECONDS - _PAUSE_SECONDS)
        connection.close()

    def _dispatch(self) -> None:
        for partner in _reachable():
            # Whoever is busy with the partner looks once more before going: nothing waits for the next idle round.
            self._again.add(partner.node)
            busy = self._busy.get(partner.node)
            if busy is None or busy.done():
                # One thread a partner: a slow one holds up nobody else.
                self._busy[partner.node] = self._pool.submit(_guarded, self._serve, partner.node)

    def _serve(self, node: str) -> None:
        while not self._stop.is_set():
            self._again.discard(node)
            partner = Partner.objects.filter(pk=node).first()
            more = partner is not None and serve_partner(partner, self._http)
            if not more and node not in self._again:
                return


def _end_leases() -> None:
    """What a worker that died had in hand need not wait for its lease to run out. Where another one lives, an act may
    go twice over the wire; its recipient records it once."""
    Delivery.objects.filter(leased_until__gt=0).update(leased_until=0)


def _guarded(work: Callable[..., None], *arguments: object) -> None:
    """A fault of one round must not end the worker: it is logged, and the next round tries again."""
    close_old_connections()
    try:
        work(*arguments)
    except DatabaseError:
        log.exception("the database refused; trying again")
        with contextlib.suppress(DatabaseError):
            connection.close()
    except Exception:
        log.exception("delivery failed unexpectedly; trying again")
