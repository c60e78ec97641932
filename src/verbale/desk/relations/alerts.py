"""What the desk rings about: a threshold that was crossed upwards lately, and stands."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.desk.relations.events import relations
from verbale.desk.relations.words import became
from verbale.knowledge import TensionLevel, coding
from verbale.node.access import closed_matters, may
from verbale.node.models import ActRecord, Partner, User
from verbale.node.partners import name_of
from verbale.node.registry import Task
from verbale.node.sentences import label_of
from verbale.protocol.encoding import format_time

__all__ = ["alerts"]

_RINGS_FOR = timedelta(days=14)
_PRECEDENCES = ("ROUTINE", "ROUTINE", "PRIORITY", "IMMEDIATE")
"""By the place of the level; what lies beyond rings like the last."""


@dataclass(frozen=True)
class _Rise:
    """A threshold that was crossed upwards, with the acts that did it."""

    node: str
    level: TensionLevel
    moment: datetime
    keys: tuple[str, ...]


_known: dict[tuple[object, ...], list[_Rise]] = {}
"""Rises by all that they hang on, so that a desk that is opened again does not read the year's acts anew."""
_MOST_KNOWN = 256
_NAMED = 50
"""Acts of one moment among which the one to name is looked for."""


def alerts(user: User, now: datetime | None = None) -> list[Task]:
    """One line for each partner with whom relations grew worse in the last fortnight, and have not eased since."""
    if not may(user, "read"):
        return []
    until = now or timezone.now()
    nodes = tuple(
        Partner.objects.exclude(status=Partner.Status.PENDING).order_by("node").values_list("node", flat=True)
    )
    return [_task(rise) for rise in _rises(user, nodes, until) if until - rise.moment <= _RINGS_FOR]


def _rises(user: User, nodes: tuple[str, ...], until: datetime) -> list[_Rise]:
    latest = ActRecord.objects.order_by("-index").values_list("id", flat=True).first()
    # Whatever changes what this person may read, what was said, or with whom, is in the key; tension wears off slowly.
    closed = () if user.has_role("auditor") else tuple(closed_matters(user).order_by("id").values_list("id", flat=True))
    key = (latest, closed, nodes, until.strftime("%Y-%m-%dT%H"))
    if key not in _known:
        if len(_known) >= _MOST_KNOWN:
            _known.clear()
        found = ((relation.node, relation.curve.entered) for relation in relations(user, nodes, now=until).values())
        _known[key] = [
            _Rise(node, entered.after, entered.moment, entered.keys)
            for node, entered in found
            if entered is not None and entered.rising
        ]
    return _known[key]


def _task(rise: _Rise) -> Task:
    record = ActRecord.objects.filter(id__in=rise.keys[-_NAMED:]).order_by("-issued", "-id").first()
    place = coding().levels.index(rise.level)
    return Task(
        ours=True,
        sentence=became(rise.node, rise.level, rise.moment),
        detail=_("after: %(act)s (%(state)s)") % {"act": label_of(record), "state": name_of(record.author)}
        if record
        else "",
        matter_id=record.matter_id if record else "",
        act_id="",
        precedence=_PRECEDENCES[min(place, len(_PRECEDENCES) - 1)],
        since=format_time(rise.moment),
        form_url=reverse("partner-escalation", args=[rise.node]),
        label=_("See what eases it"),
    )
