"""How the node knows assistance: its acts, rules, words, pages, and what waits."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.assistance import acts, fold, words
from verbale.matters.assistance.api import router
from verbale.matters.assistance.cases import standing
from verbale.matters.papers import paper_of
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter, StateEntry
from verbale.node.partners import Named
from verbale.node.projection import state_of
from verbale.node.registry import ActType, Door, Kind, Task
from verbale.protocol import Act

__all__ = ["KIND", "SOON", "tasks"]

SOON = timedelta(days=7)
"""So long before its last day a preservation stands on the desk."""
_MOST_TASKS = 500


def _opening(act: Act) -> str:
    return f"{act.body['subject']} ({words.KINDS[act.body['kind']]})"


def _acceptance(act: Act) -> str:
    body = act.body
    told = gettext("The whole") if body["extent"] == "whole" else words.numbers(body["items"])
    conditions = body.get("conditions")
    return (
        gettext("%(what)s, under conditions: %(conditions)s") % {"what": told, "conditions": conditions}
        if conditions
        else told
    )


def _refusal(act: Act) -> str:
    body = act.body
    article = f" ({body['article']})" if body.get("article") else ""
    return f"{words.GROUNDS[body['ground']]}{article}: {body['reasons']}"


def _preservation(act: Act) -> str:
    return gettext("%(data)s, from %(since)s until %(until)s") % {
        "data": act.body["data"],
        "since": words.on(act.body["since"]),
        "until": words.on(act.body["until"]),
    }


def _extension(act: Act) -> str:
    told = gettext("until %(until)s") % {"until": words.on(act.body["until"])}
    return f"{told}: {act.body['reason']}" if act.body.get("reason") else told


def _delivery(act: Act) -> str:
    items = act.body.get("items")
    return f"{words.numbers(items)}: {act.body['text']}" if items else str(act.body["text"])


def _taking(act: Act) -> str:
    items, text = act.body.get("items"), act.body.get("text")
    told = words.numbers(items) if items else gettext("The whole")
    return f"{told}: {text}" if text else told


def _closing(act: Act) -> str:
    outcome, text = str(words.OUTCOMES[act.body["outcome"]]), act.body.get("text")
    return f"{outcome}: {text}" if text else outcome


def _excerpt(act: Act) -> str:
    return " ".join(("…", *act.body["paragraphs"]))


def context(matter: Matter) -> Mapping[str, Any]:
    """What the panel of the dossier shows."""
    return standing(state_of(matter))


def tasks() -> Iterator[Task]:
    """Who has to move next in each matter, and the preservations that end soon or have ended."""
    me = node_name()
    rows = StateEntry.objects.filter(matter__kind="assistance")
    owed = list(rows.filter(key="owed").order_by("-id").values_list("matter_id", "value")[:_MOST_TASKS])
    until = (timezone.localdate() + SOON).isoformat()
    due = [
        row
        for row in rows.filter(key__startswith="due:").values_list("matter_id", "key", "value").iterator()
        if row[2] <= until
    ][:_MOST_TASKS]
    matters = {matter for matter, *_rest in (*owed, *due)}
    openings = dict(rows.filter(key="opening", matter_id__in=matters).values_list("matter_id", "value"))
    for matter, value in owed:
        if me in (openings[matter]["asks"], openings[matter]["helps"]):
            yield _next_step(matter, openings[matter], value, me)
    told = dict(ActRecord.objects.filter(pk__in=[key[len("due:") :] for _, key, _ in due]).values_list("id", "issued"))
    for matter, key, day in due:
        if me in (openings[matter]["asks"], openings[matter]["helps"]):
            kept = key.removeprefix("due:")
            yield _deadline(matter, openings[matter], kept, told[kept], day, me)


_OURS = {
    "answer": _("Answer the request of %(node)s"),
    "take": _("Take or decline the offer of %(node)s"),
    "delivery": _("Hand over to %(node)s what was promised"),
    "preservation": _("Preserve the data for %(node)s"),
    "close": _("Say whether %(node)s has given what was needed"),
}
_THEIRS = {
    "answer": _("%(node)s owes an answer to our request"),
    "take": _("%(node)s has not taken our offer"),
    "delivery": _("%(node)s has promised assistance that is still to come"),
    "preservation": _("%(node)s has not told that the data is preserved"),
    "close": _("%(node)s has not said whether it has what it needs"),
}


def _next_step(matter: str, opening: dict[str, Any], owed: dict[str, Any], me: str) -> Task:
    ours = owed["by"] == me
    other = opening["helps"] if opening["asks"] == me else opening["asks"]
    return Task(
        ours=ours,
        sentence=Named((_OURS if ours else _THEIRS)[owed["what"]], other),
        detail=f"{opening['number']} · {opening['subject']}",
        matter_id=matter,
        act_id=opening["act"],
        precedence=opening["precedence"],
        since=owed["since"],
        due=opening["reply_by"] if owed["what"] in ("answer", "take") else None,
        right="draft",
        form_url=reverse("dossier", args=[matter]),
        label=_("Open"),
    )


def _deadline(matter: str, opening: dict[str, Any], preservation: str, since: str, day: str, me: str) -> Task:
    ours = opening["helps"] == me
    other = opening["asks"] if ours else opening["helps"]
    ended = day < timezone.localdate().isoformat()
    if ours:
        sentence = _("The preservation for %(node)s has ended") if ended else _("Extend the preservation for %(node)s")
    else:
        sentence = _("The preservation by %(node)s has ended") if ended else _("The preservation by %(node)s ends soon")
    return Task(
        ours=ours,
        sentence=Named(sentence, other),
        detail=f"{opening['number']} · {opening['subject']}",
        matter_id=matter,
        act_id=preservation,
        precedence=opening["precedence"],
        since=since,
        due=day,
        right="draft",
        form_url=reverse("dossier", args=[matter]),
        label=_("Open"),
    )


def _paper(name: str, body: type, label: Any, sentence: Any) -> ActType:
    return ActType(name, body, label, sentence=sentence, excerpt=_excerpt, paper=paper_of)


KIND = Kind(
    name="assistance",
    label=_("Assistance"),
    types=(
        _paper("assistance.request", acts.Request, _("Request for assistance"), _opening),
        _paper("assistance.accept", acts.Acceptance, _("Acceptance"), _acceptance),
        _paper("assistance.refuse", acts.Refusal, _("Refusal"), _refusal),
        ActType("assistance.preserve", acts.Preservation, _("Data preserved"), clearance=False, sentence=_preservation),
        ActType("assistance.extend", acts.Extension, _("Preservation extended"), clearance=False, sentence=_extension),
        ActType(
            "assistance.deliver",
            acts.Delivery,
            _("Delivery"),
            sentence=_delivery,
            template="assistance/delivery.html",
        ),
        ActType(
            "assistance.status",
            acts.Status,
            _("Status"),
            clearance=False,
            sentence=lambda act: str(act.body["text"]),
        ),
        _paper("assistance.offer", acts.Offer, _("Offer of assistance"), _opening),
        ActType("assistance.take", acts.Taking, _("Offer taken"), clearance=False, sentence=_taking),
        ActType("assistance.close", acts.Closing, _("Assistance closed"), clearance=False, sentence=_closing),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="assistance/panel.html",
    context=context,
    tasks=tasks,
    urls="verbale.matters.assistance.urls",
    edit="assistance:edit",
    rail=(Door("assistance:index", _("Assistance"), key="n"),),
    starts=(Door("assistance:request", _("Ask for assistance"), "draft"),),
    api=router,
    about=lambda state: str((state.get("opening") or {}).get("about") or ""),
    panel_first=True,
    step=2,
    standing=lambda matter: str(standing(state_of(matter))["play"]),
)
