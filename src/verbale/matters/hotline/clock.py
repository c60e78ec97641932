"""What a hotline does by the clock: the tests of its schedule leave by themselves, with nobody at the desk."""

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from verbale.matters.hotline import standing
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import say_by_the_clock
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter, StateEntry
from verbale.node.register import lock

__all__ = ["send_due"]


def send_due() -> list[ActRecord]:
    """Send each test that is ours and due by the schedule of its line."""
    rows = StateEntry.objects.filter(matter__kind="hotline", key="schedule").values_list("matter_id", flat=True)
    return [record for matter in list(rows) if _is_due(matter) and (record := _send(matter)) is not None]


def _is_due(matter: str) -> bool:
    asked = Q(key__in=("opening", "joined", "closed", "schedule")) | Q(key__startswith="slot:")
    state = dict(StateEntry.objects.filter(asked, matter_id=matter).values_list("key", "value"))
    due = standing.due(state, timezone.now())
    return due is not None and due.by == node_name()


def _send(matter: str) -> ActRecord | None:
    with transaction.atomic():
        # Another process of this node may have sent it since: one at a time looks once more.
        lock()
        if not _is_due(matter):
            return None
        return say_by_the_clock(deed_of("hotline.test"), Matter.objects.get(pk=matter))
