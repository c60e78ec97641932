"""What the roads share while a feed runs: the hold on it, the count of what happened, and when to stop."""

import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone

from verbale.holdings.client.link import Link, Trouble
from verbale.holdings.client.models import MOST_REFUSALS, Feed, Refusal
from verbale.holdings.viewing import STAFF, Viewer
from verbale.node.identity import node_name
from verbale.node.models import Partner

__all__ = ["LEASE_SECONDS", "Run", "Stopped", "TakenOver", "Tally"]

LEASE_SECONDS = 300.0
"""A process that died gives its feed free after that; longer than any one request may take."""


class TakenOver(Trouble):
    """Another process has this feed in hand now."""


class Stopped(Exception):
    """The run's time is over, or the process is to end: what was done is kept, and the next run goes on."""


@dataclass
class Tally:
    """What a run did so far."""

    received: int = 0
    same: int = 0
    refused: int = 0
    sent: int = 0
    not_arrived: int = 0
    """Of ours, refused by their server."""
    waiting: int = 0
    """Of ours, in their server's hands and undecided."""
    pages: int = 0
    total: int = 0
    """Steps in all, where that is known: events of a MISP feed."""


@dataclass
class Run:
    """One run of one feed."""

    feed: Feed
    lease: str
    link: Link
    ends: float
    """By the monotonic clock."""
    stopping: Callable[[], bool] = lambda: False
    tell: Callable[[Tally], None] = lambda tally: None
    tally: Tally = field(default_factory=Tally)

    def hold(self, **changes: Any) -> None:
        """Write to the feed, if it is still ours, and keep it for a while longer. In the transaction of whatever else
        is to be kept: two processes can never both go on. Raises TakenOver."""
        mine = Feed.objects.filter(pk=self.feed.pk, lease=self.lease)
        if not mine.update(leased_until=time.time() + LEASE_SECONDS, **changes):
            raise TakenOver(f"another process has {self.feed.name} in hand")
        for name, value in changes.items():
            setattr(self.feed, name, value)

    def done_again(self) -> None:
        """What was asked for once more is done; a wish that came since stays."""
        Feed.objects.filter(pk=self.feed.pk, lease=self.lease, again=self.feed.again).update(again=Feed.Again.NOTHING)
        self.feed.again = Feed.Again.NOTHING

    def between(self) -> None:
        """Between two pages. Raises Stopped."""
        self.tell(self.tally)
        if self.stopping() or time.monotonic() > self.ends:
            raise Stopped

    def viewer(self) -> Viewer:
        """Whose eyes see what is pushed. Raises Trouble for a partner with whom nothing is exchanged."""
        origin = self.feed.origin
        if origin == node_name():
            return STAFF
        partner = Partner.objects.filter(pk=origin).first()
        if partner is None:
            return Viewer()
        if partner.status != Partner.Status.CONFIRMED:
            raise Trouble(f"{partner.name} is no confirmed partner")
        return Viewer(origin)

    def note(self, side: str, found: Iterable[tuple[str, str, str]]) -> None:
        """Keep objects that did not arrive: key, id, reason."""
        now = timezone.now()
        rows = {
            hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest(): (_storable(stix_id)[:300], _storable(why))
            for key, stix_id, why in found
        }
        if not rows:
            return
        Refusal.objects.bulk_create(
            [
                Refusal(feed=self.feed, side=side, key=key, stix_id=stix_id, why=why, at=now)
                for key, (stix_id, why) in rows.items()
            ],
            update_conflicts=True,
            unique_fields=["feed", "key"],
            update_fields=["side", "why", "at"],
        )
        kept = Refusal.objects.filter(feed=self.feed).order_by("-pk")
        last = kept.values_list("pk", flat=True)[MOST_REFUSALS : MOST_REFUSALS + 1]
        if found_last := list(last):
            Refusal.objects.filter(feed=self.feed, pk__lte=found_last[0]).delete()

    def forget(self, sides: Iterable[str], ids: Iterable[str]) -> None:
        """They have arrived."""
        asked = list(ids)
        for start in range(0, len(asked), 500):
            part = asked[start : start + 500]
            Refusal.objects.filter(feed=self.feed, side__in=list(sides), stix_id__in=part).delete()


def _storable(text: str) -> str:
    """Ids and reasons come from strangers: what no database stores is replaced."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")
