"""What waits in drills: an answer, the start, injects that are due, responses, observations."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from verbale.matters.drill.secrets import plan_of
from verbale.node.identity import node_name
from verbale.node.models import StateEntry
from verbale.node.partners import Named
from verbale.node.registry import Task
from verbale.protocol import format_time

__all__ = ["due_injects", "tasks"]

_MOST = 100
"""Drills that are looked at, the latest first."""


def due_injects(state: Mapping[str, Any], now: datetime) -> list[dict[str, Any]]:
    """Of the director: the injects that are due and not issued, each with `due`, the moment that was planned."""
    started = state.get("started")
    if started is None or "closed" in state:
        return []
    since = datetime.fromisoformat(started["issued"])
    found = []
    for item in plan_of(state):
        due = since + timedelta(minutes=item["at"])
        if f"given:{item['number']}" not in state and due <= now:
            found.append({**item, "due": due})
    return found


def tasks() -> Iterator[Task]:
    openings = StateEntry.objects.filter(matter__kind="drill", key="opening").order_by("-matter__last_at")
    states: dict[str, dict[str, Any]] = {row: {} for row in openings.values_list("matter_id", flat=True)[:_MOST]}
    rows = StateEntry.objects.filter(matter_id__in=list(states)).values_list("matter_id", "key", "value")
    for matter_id, key, value in rows:
        states[matter_id][key] = value
    me, now = node_name(), timezone.now()
    for matter_id, state in states.items():
        if me not in state["opening"]["parties"]:
            continue
        if "closed" in state:
            yield from _after(matter_id, state, me)
        elif "started" in state:
            yield from _during(matter_id, state, me, now)
        else:
            yield from _before(matter_id, state, me, now)


def _before(matter_id: str, state: Mapping[str, Any], me: str, now: datetime) -> Iterator[Task]:
    opening, plan = state["opening"], state["plan"]
    others = [node for node in opening["parties"] if node != opening["by"]]
    silent = [node for node in others if f"answer:{node}" not in state]
    common = {"act": opening["act"], "since": opening["issued"], "due": plan["start"][:10]}
    if me in silent:
        sentence = Named(_("Say whether we take part in the drill of %(who)s"), [opening["by"]])
        address = reverse("dossier", args=[matter_id])
        yield _task(matter_id, opening, sentence, form_url=address, label=_("Read and answer"), **common)
    elif me == opening["by"] and silent:
        sentence = Named(_("%(who)s has not said whether it takes part in our drill"), silent)
        yield _task(matter_id, opening, sentence, **common)
    elif me == opening["by"] and datetime.fromisoformat(plan["start"]) <= now and _all_take_part(state, others):
        address = reverse("drill:say", args=[matter_id, "start"])
        yield _task(matter_id, opening, _("Begin the drill"), post_url=address, label=_("Begin"), **common)


def _all_take_part(state: Mapping[str, Any], others: list[str]) -> bool:
    return all(state[f"answer:{node}"]["says"] == "accept" for node in others)


def _during(matter_id: str, state: Mapping[str, Any], me: str, now: datetime) -> Iterator[Task]:
    opening = state["opening"]
    if me == opening["by"]:
        for item in due_injects(state, now):
            yield _task(
                matter_id,
                opening,
                _("Issue the inject that is due"),
                act=state["started"]["act"],
                since=format_time(item["due"]),
                detail=f"{item['number']}. {item['title']} · {opening['title']}",
                post_url=reverse("drill:issue", args=[matter_id, item["number"]]),
                label=_("Issue it"),
            )
    answered = {value["inject"] for key, value in state.items() if key.startswith("response:")}
    for key, inject in state.items():
        act = key.partition(":")[2]
        if not key.startswith("inject:") or act in answered:
            continue
        common = {"act": act, "since": inject["issued"], "detail": f"{inject['title']} · {opening['title']}"}
        if inject["node"] == me:
            address = f"{reverse('drill:write', args=[matter_id, 'respond'])}?act={act}"
            yield _task(matter_id, opening, _("Respond to an inject"), form_url=address, label=_("Respond"), **common)
        elif me == opening["by"]:
            sentence = Named(_("%(who)s has not responded to an inject"), [inject["node"]])
            yield _task(matter_id, opening, sentence, **common)


def _after(matter_id: str, state: Mapping[str, Any], me: str) -> Iterator[Task]:
    if "started" not in state or any(key.startswith(f"lesson:{me}:") for key in state):
        return
    yield _task(
        matter_id,
        state["opening"],
        _("Note what we observed in the drill"),
        act=state["closed"]["act"],
        since=state["closed"]["issued"],
        form_url=reverse("drill:write", args=[matter_id, "lesson"]),
        label=_("Note it"),
        right="draft",
    )


def _task(
    matter_id: str,
    opening: Mapping[str, Any],
    sentence: object,
    *,
    act: str,
    since: str,
    due: str | None = None,
    detail: str = "",
    form_url: str = "",
    post_url: str = "",
    label: object = "",
    right: str = "acknowledge",
) -> Task:
    ours = bool(form_url or post_url)
    return Task(
        ours=ours,
        sentence=sentence,
        detail=detail or opening["title"],
        matter_id=matter_id,
        act_id=act,
        precedence="ROUTINE",
        since=since,
        due=due,
        right=right if ours else "read",
        form_url=form_url,
        post_url=post_url,
        label=label,
    )
