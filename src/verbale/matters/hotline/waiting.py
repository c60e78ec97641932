"""What waits on hotlines, for the desk: to join, to acknowledge, to answer, to send, and what the other side owes."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verbale.matters.hotline import standing
from verbale.matters.hotline.standing import Due
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, StateEntry
from verbale.node.partners import Named
from verbale.node.registry import Task

__all__ = ["tasks"]

_MOST = 500
_EXCERPT = 200


def tasks() -> Iterator[Task]:
    """Of every line of which we are a side."""
    rows = StateEntry.objects.filter(matter__kind="hotline")
    lines: dict[str, dict[str, Any]] = {}
    # Of a line of many messages only the few entries that tell what is open.
    asked = Q(key__in=("opening", "joined", "closed", "schedule")) | Q(key__startswith="slot:")
    for matter, key, value in rows.filter(asked).values_list("matter_id", "key", "value").iterator():
        lines.setdefault(matter, {})[key] = value
    lines = {matter: state for matter, state in lines.items() if node_name() in state["opening"]["parties"]}
    for matter, state in lines.items():
        if standing.phase(state) == "proposed":
            yield _to_join(matter, state["opening"])
        due = standing.due(state, timezone.now())
        if due is not None and (due.over or due.by == node_name()):
            yield _to_test(matter, state["opening"], due)
    owed = list(
        rows.filter(key__startswith="owed:", matter_id__in=lines).values_list("matter_id", "key", "value")[:_MOST]
    )
    said = dict(
        ActRecord.objects.filter(id__in=[key.partition(":")[2] for _matter, key, _value in owed]).values_list(
            "id", "words"
        )
    )
    for matter, key, value in owed:
        identifier = key.partition(":")[2]
        yield _owed(matter, lines[matter]["opening"], identifier, value, said.get(identifier, ""))


def _other(opening: dict[str, Any]) -> str:
    return next(node for node in opening["parties"] if node != node_name())


def _to_join(matter: str, opening: dict[str, Any]) -> Task:
    ours = opening["by"] != node_name()
    return Task(
        ours=ours,
        sentence=Named(
            _("%(node)s proposes a hotline: join it, or decline") if ours else _("%(node)s has not joined the line"),
            _other(opening),
        ),
        detail=opening["title"],
        matter_id=matter,
        act_id=opening["act"],
        precedence=opening["precedence"],
        since=opening["issued"],
        right="draft",
        form_url=reverse("dossier", args=[matter]) if ours else "",
        label=_("Read and answer"),
    )


def _to_test(matter: str, opening: dict[str, Any], item: Due) -> Task:
    ours = item.by == node_name()
    if ours:
        sentence = (
            _("Send the test of the line with %(node)s: it is overdue")
            if item.over
            else _("Send the test of the line with %(node)s")
        )
    else:
        sentence = _("%(node)s has not sent its test of the line")
    return Task(
        ours=ours,
        sentence=Named(sentence, _other(opening)),
        detail=opening["title"],
        matter_id=matter,
        act_id=item.schedule,
        precedence="PRIORITY",
        since=item.slot.replace("Z", ".000Z"),
        right="acknowledge",
        post_url=reverse("hotline:say", args=[matter, "test"]) if ours else "",
        label=_("Send the test"),
    )


def _owed(matter: str, opening: dict[str, Any], identifier: str, entry: dict[str, Any], said: str) -> Task:
    ours, message = entry["to"] == node_name(), entry["what"] == "message"
    common: dict[str, Any] = {
        "ours": ours,
        "detail": f"{said[:_EXCERPT]} · {opening['title']}" if said else opening["title"],
        "matter_id": matter,
        "act_id": identifier,
        "precedence": entry["precedence"],
        "since": entry["issued"],
        "right": "acknowledge",
    }
    if not ours:
        sentence = (
            _("%(node)s has not acknowledged our message") if message else _("%(node)s has not answered our test")
        )
        return Task(sentence=Named(sentence, entry["to"]), **common)
    if message:
        return Task(
            sentence=Named(_("Acknowledge the message of %(node)s"), _other(opening)),
            form_url=reverse("hotline:write", args=[matter, "acknowledge"]) + f"?act={identifier}",
            label=_("Acknowledge"),
            **common,
        )
    return Task(
        sentence=Named(_("Answer the test of %(node)s"), _other(opening)),
        post_url=reverse("hotline:say", args=[matter, "answer-test"]),
        label=_("Answer the test"),
        **common,
    )
