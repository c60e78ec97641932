"""What the desk rings about: a threshold that was crossed upwards lately, and stands."""

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.desk.relations.events import Relation, relations
from verbale.desk.relations.words import became
from verbale.knowledge import coding
from verbale.node.access import may
from verbale.node.models import ActRecord, Partner, User
from verbale.node.partners import name_of
from verbale.node.registry import Task
from verbale.node.sentences import label_of
from verbale.protocol.encoding import format_time

__all__ = ["alerts"]

_RINGS_FOR = timedelta(days=14)
_PRECEDENCES = ("ROUTINE", "ROUTINE", "PRIORITY", "IMMEDIATE")
"""By the place of the level; what lies beyond rings like the last."""


def alerts(user: User, now: datetime | None = None) -> list[Task]:
    """One line for each partner with whom relations grew worse in the last fortnight, and have not eased since."""
    if not may(user, "read"):
        return []
    until = now or timezone.now()
    nodes = list(Partner.objects.exclude(status=Partner.Status.PENDING).values_list("node", flat=True))
    found = (_alert(relation, until) for relation in relations(user, nodes, now=until).values())
    return [task for task in found if task is not None]


def _alert(relation: Relation, until: datetime) -> Task | None:
    entered = relation.curve.entered
    if entered is None or not entered.rising or until - entered.moment > _RINGS_FOR:
        return None
    record = ActRecord.objects.filter(id__in=entered.keys).order_by("-issued", "-id").first()
    place = coding().levels.index(entered.after)
    return Task(
        ours=True,
        sentence=became(relation, entered.after, entered.moment),
        detail=_("after: %(act)s (%(state)s)") % {"act": label_of(record), "state": name_of(record.author)}
        if record
        else "",
        matter_id=record.matter_id if record else "",
        act_id="",
        precedence=_PRECEDENCES[min(place, len(_PRECEDENCES) - 1)],
        since=format_time(entered.moment),
        form_url=reverse("partner-escalation", args=[relation.node]),
        label=_("See what eases it"),
    )
