"""What waits in agreements: proposals to answer, texts to agree to, signatures and notifications, ours and theirs."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from verbale.node.identity import node_name
from verbale.node.models import StateEntry
from verbale.node.partners import Named
from verbale.node.registry import Task

__all__ = ["tasks"]

_KEYS = ("opening", "text", "clause", "authenticated")
_PREFIXES = ("held:", "agreed:", "signature:", "notification:")
_MOST = 500


def tasks() -> Iterator[Task]:
    """Of the latest agreements. Texts and proposals are not read for it."""
    wanted = Q(key__in=_KEYS)
    for prefix in _PREFIXES:
        wanted |= Q(key__startswith=prefix)
    openings = StateEntry.objects.filter(matter__kind="agreement", key="opening").order_by("-matter__last_at")
    states: dict[str, dict[str, Any]] = {row: {} for row in openings.values_list("matter_id", flat=True)[:_MOST]}
    rows = StateEntry.objects.filter(wanted, matter_id__in=list(states))
    for matter_id, key, value in rows.values_list("matter_id", "key", "value"):
        states[matter_id][key] = value
    me = node_name()
    for matter_id, state in states.items():
        if me in state["opening"]["parties"]:
            stage = _after if "authenticated" in state else _before
            yield from stage(matter_id, state, me)


def _before(matter_id: str, state: Mapping[str, Any], me: str) -> Iterator[Task]:
    opening, text = state["opening"], state["text"]
    others = [node for node in opening["parties"] if node != me]
    held = {node: list(state.get(f"held:{node}", ())) for node in opening["parties"]}
    ask = [node for node in others if set(held[node]) - set(held[me])]
    if ask:
        yield _task(
            matter_id,
            opening,
            Named(_("Answer the proposals that %(who)s holds"), ask),
            act=next(item for item in held[ask[0]] if item not in held[me]),
            since=opening["issued"],
            url=reverse("dossier", args=[matter_id]),
            label=_("Read and answer"),
            right="acknowledge",
        )
    owe = [node for node in others if set(held[me]) - set(held[node])]
    if owe:
        act = next(item for item in held[me] if any(item not in held[node] for node in owe))
        yield _task(
            matter_id,
            opening,
            Named(_("%(who)s has not answered our proposals"), owe),
            act=act,
            since=opening["issued"],
        )
    agreed = [node for node in opening["parties"] if state.get(f"agreed:{node}", {}).get("sha256") == text]
    if me in agreed:
        late = [node for node in others if node not in agreed]
        mine = state[f"agreed:{me}"]
        sentence = Named(_("%(who)s has not agreed to the text as it stands"), late)
        yield _task(matter_id, opening, sentence, act=mine["act"], since=mine["issued"])
    elif agreed and set(agreed) == set(others):
        theirs = state[f"agreed:{agreed[0]}"]
        yield _task(
            matter_id,
            opening,
            Named(_("Agree to the text as it stands, as %(who)s did, or propose a change"), agreed),
            act=theirs["act"],
            since=theirs["issued"],
            url=reverse("agreement:text", args=[matter_id]),
            label=_("Read and agree"),
        )


def _after(matter_id: str, state: Mapping[str, Any], me: str) -> Iterator[Task]:
    opening, since = state["opening"], state["authenticated"]
    missing = [node for node in opening["parties"] if f"signature:{node}" not in state]
    silent = []
    if not missing and state["clause"]["after"] == "notification":
        silent = [node for node in opening["parties"] if f"notification:{node}" not in state]
    if me in missing:
        yield _task(
            matter_id,
            opening,
            _("Sign the agreement"),
            act=since["act"],
            since=since["issued"],
            url=reverse("agreement:text", args=[matter_id]),
            label=_("To the signature"),
        )
    elif missing:
        mine = state[f"signature:{me}"]
        sentence = Named(_("%(who)s has not signed yet"), missing)
        yield _task(matter_id, opening, sentence, act=mine["act"], since=mine["issued"])
    if me in silent:
        yield _task(
            matter_id,
            opening,
            _("Notify when our internal procedures are completed"),
            act=since["act"],
            since=since["issued"],
            url=reverse("agreement:write", args=[matter_id, "notify"]),
            label=_("Notify"),
        )
    elif silent:
        sentence = Named(_("%(who)s has not notified that its internal procedures are completed"), silent)
        yield _task(matter_id, opening, sentence, act=since["act"], since=since["issued"])


def _task(
    matter_id: str,
    opening: Mapping[str, Any],
    sentence: object,
    *,
    act: str,
    since: str,
    url: str = "",
    label: object = "",
    right: str = "draft",
) -> Task:
    return Task(
        ours=bool(url),
        sentence=sentence,
        detail=opening["title"],
        matter_id=matter_id,
        act_id=act,
        precedence="ROUTINE",
        since=since,
        right=right if url else "read",
        form_url=url,
        label=label,
    )
