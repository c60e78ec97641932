"""How the node knows talks: their acts, rules, words, pages, and what waits."""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.talks import acts, cases, fold, standing, words
from verbale.matters.talks.api import router
from verbale.matters.talks.papers import minutes_paper
from verbale.node.identity import node_name
from verbale.node.models import StateEntry
from verbale.node.partners import Named
from verbale.node.projection import state_of
from verbale.node.registry import ActType, Door, Kind, Task
from verbale.protocol import Act

__all__ = ["KIND", "tasks"]

_MOST_TASKS = 500


def _times(act: Act) -> str:
    first, *others = act.body["times"]
    told = words.when(first)
    if others:
        told = ngettext("%(first)s, or %(n)s other time", "%(first)s, or %(n)s other times", len(others)) % {
            "first": told,
            "n": len(others),
        }
    return f"{told}; {words.place_shown(act.body['place'])}"


def _invitation(act: Act) -> str:
    return f"{act.body['subject']}: {_times(act)}"


def _delegation(act: Act) -> str:
    first, *others = act.body["members"]
    return f"{first['name']}, {first['office']}" + (f" (+{len(others)})" if others else "")


def _agenda(act: Act) -> str:
    return "; ".join(f"{number}. {text}" for number, text in enumerate(act.body["items"], 1))


def _commitment(act: Act) -> str:
    return gettext("%(text)s (%(owner)s, by %(deadline)s)") % {
        "text": act.body["text"],
        "owner": act.body["owner"],
        "deadline": words.calendar_day(act.body["deadline"]),
    }


def _report(act: Act) -> str:
    status, remark = str(words.STATUSES[act.body["status"]]), act.body.get("remark")
    return f"{status}: {remark}" if remark else status


def _minutes(act: Act) -> str:
    return gettext("of %(day)s") % {"day": words.calendar_day(act.body["held"])}


# -- what waits --------------------------------------------------------------------------------------------------------

_OURS = {
    "time": (_("Answer the times that %(node)s proposes"), _("Answer")),
    "agenda": (_("Agree to the agenda of %(node)s, or lay another"), _("Read and answer")),
    "minutes": (_("Agree to the minutes of %(node)s, or lay others"), _("Read and answer")),
}
_THEIRS = {
    "time": _("%(node)s has not answered our times"),
    "agenda": _("%(node)s has not agreed to our agenda"),
    "minutes": _("%(node)s has not agreed to our minutes"),
}
_ENTRY = {"time": "proposal", "agenda": "agenda", "minutes": "minutes"}


def tasks() -> Iterator[Task]:
    """What lies on the table and waits for an answer, and the commitments whose deadline is near or over."""
    rows = StateEntry.objects.filter(matter__kind="talks")
    me, today = node_name(), timezone.localdate()
    owed = list(rows.filter(key="owed").order_by("-id").values_list("matter_id", "value")[:_MOST_TASKS])
    until = (today + standing.SOON).isoformat()
    due = [
        (matter, key.partition(":")[2])
        for matter, key, day in rows.filter(key__startswith="due:").values_list("matter_id", "key", "value").iterator()
        if day <= until
    ][:_MOST_TASKS]
    matters = {matter for matter, _rest in (*owed, *due)}
    openings = dict(rows.filter(key="opening", matter_id__in=matters).values_list("matter_id", "value"))
    wanted = {f"{_ENTRY[item['what']]}:{item['act']}" for _matter, items in owed for item in items}
    wanted |= {f"commitment:{identifier}" for _matter, identifier in due}
    entries = {
        (matter, key): value
        for matter, key, value in rows.filter(matter_id__in=matters, key__in=wanted).values_list(
            "matter_id", "key", "value"
        )
    }
    for matter, items in owed:
        for item in items:
            author = entries[matter, f"{_ENTRY[item['what']]}:{item['act']}"]
            if item["node"] == me or author["by"] == me:
                yield _owed(matter, openings[matter], item, author, item["node"] == me)
    for matter, identifier in due:
        if me in openings[matter]["parties"]:
            yield _due(matter, openings[matter], identifier, entries[matter, f"commitment:{identifier}"])


def _owed(matter: str, opening: dict[str, Any], item: dict[str, str], entry: dict[str, Any], ours: bool) -> Task:
    what = item["what"]
    common: dict[str, Any] = {
        "ours": ours,
        "detail": opening["subject"],
        "matter_id": matter,
        "act_id": item["act"],
        "precedence": opening["precedence"] if what == "time" else "ROUTINE",
        "since": entry["issued"],
    }
    if not ours:
        return Task(sentence=Named(_THEIRS[what], item["node"]), **common)
    sentence, label = _OURS[what]
    address = reverse("dossier", args=[matter])
    if what == "minutes":
        address = reverse("talks:write", args=[matter, "agree-minutes"]) + f"?act={item['act']}"
    right = "draft" if what == "minutes" else "acknowledge"
    return Task(sentence=Named(sentence, entry["by"]), right=right, form_url=address, label=label, **common)


def _due(matter: str, opening: dict[str, Any], identifier: str, entry: dict[str, Any]) -> Task:
    ours = entry["by"] == node_name()
    overdue = standing.due_of(entry["deadline"], timezone.localdate()) == "overdue"
    common: dict[str, Any] = {
        "ours": ours,
        "detail": f"{entry['text'][:200]} · {opening['subject']}",
        "matter_id": matter,
        "act_id": identifier,
        "precedence": "ROUTINE",
        "since": entry["issued"],
        "due": entry["deadline"],
    }
    if not ours:
        sentence = _("A commitment of %(node)s is overdue") if overdue else _("A commitment of %(node)s is due")
        return Task(sentence=Named(sentence, entry["by"]), **common)
    return Task(
        sentence=_("Our commitment is overdue") if overdue else _("Keep our commitment"),
        right="draft",
        form_url=reverse("talks:write", args=[matter, "report"]) + f"?act={identifier}",
        label=_("Report on it"),
        **common,
    )


_ACT = "talks/act.html"

KIND = Kind(
    name="talks",
    label=_("Talks"),
    types=(
        ActType("talks.invite", acts.Invitation, _("Invitation to talks"), sentence=_invitation, template=_ACT),
        ActType("talks.propose", acts.Proposal, _("Other times proposed"), sentence=_times, template=_ACT),
        ActType(
            "talks.accept",
            acts.Acceptance,
            _("Time accepted"),
            clearance=False,
            sentence=lambda act: words.when(act.body["time"]),
            template=_ACT,
        ),
        ActType(
            "talks.decline",
            acts.Declination,
            _("Declined"),
            sentence=lambda act: str(act.body["reason"]),
            template=_ACT,
        ),
        ActType(
            "talks.delegation",
            acts.Delegation,
            _("Delegation named"),
            clearance=False,
            sentence=_delegation,
            template=_ACT,
        ),
        ActType("talks.agenda", acts.Agenda, _("Agenda"), sentence=_agenda, template=_ACT),
        ActType(
            "talks.agree-agenda",
            acts.AgendaAgreement,
            _("Agenda agreed to"),
            clearance=False,
            template=_ACT,
        ),
        ActType(
            "talks.minutes",
            acts.Minutes,
            _("Minutes"),
            sentence=_minutes,
            excerpt=lambda act: " ".join(act.body["text"].split()),
            paper=minutes_paper,
            template="talks/minutes.html",
        ),
        ActType("talks.agree-minutes", acts.MinutesAgreement, _("Minutes agreed to"), template="talks/agreement.html"),
        ActType("talks.commit", acts.Commitment, _("Commitment"), sentence=_commitment, template=_ACT),
        ActType("talks.report", acts.Report, _("Report on a commitment"), sentence=_report, template=_ACT),
        ActType(
            "talks.close",
            acts.Closing,
            _("Talks closed"),
            sentence=lambda act: str(act.body.get("text", "")),
            template=_ACT,
        ),
    ),
    rule=fold.rule,
    title=fold.title,
    panel="talks/panel.html",
    context=cases.context,
    tasks=tasks,
    urls="verbale.matters.talks.urls",
    edit="talks:edit",
    rail=(Door("talks:index", _("Talks"), key="t"),),
    starts=(Door("talks:invite", _("Invite to talks"), "draft"),),
    api=router,
    about=lambda state: str((state.get("opening") or {}).get("about") or ""),
    panel_first=True,
    step=2,
    standing=lambda matter: words.state_of_play(state_of(matter)),
)
