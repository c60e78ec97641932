"""What pages, API and command line read of talks."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.matters.talks import ical, standing, words
from verbale.node.access import readable_matters
from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter, StateEntry, User
from verbale.node.partners import name_of, names_of
from verbale.node.projection import state_of
from verbale.protocol import Marking

__all__ = ["as_json", "calendar_of", "context", "readable", "states_of"]


def readable(user: User) -> "QuerySet[Matter]":
    """The talks that a person may open, latest first."""
    return readable_matters(user).filter(kind="talks").order_by("-last_at")


def states_of(matters: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The states of several talks, by matter."""
    found: dict[str, dict[str, Any]] = {}
    rows = StateEntry.objects.filter(matter_id__in=list(matters)).values_list("matter_id", "key", "value")
    for matter, key, value in rows:
        found.setdefault(matter, {})[key] = value
    return found


def context(matter: Matter) -> dict[str, Any]:
    """How talks stand, for the panel of their dossier."""
    state = state_of(matter)
    me, opening = node_name(), state.get("opening")
    told: dict[str, Any] = {
        "play": words.state_of_play(state),
        "opening": opening,
        "closed": state.get("closed"),
    }
    if opening is None:
        return told
    return {
        **told,
        "fixed": state.get("fixed"),
        "meetings": standing.meetings(state),
        "proposals": [_proposal(state, item, me) for item in state["table"]["times"]],
        "declined": [
            {"node": node, **state[f"declined:{node}"]} for node in opening["parties"] if f"declined:{node}" in state
        ],
        "delegations": [{"node": node, **state.get(f"delegation:{node}", {})} for node in opening["parties"]],
        "agendas": [
            {**item, "owing": [node for node in opening["parties"] if node not in item["agreed"]]}
            for item in standing.agenda_shown(state)
        ],
        "texts": _minutes(matter, state),
        "commitments": [{**item, **_shown(item)} for item in standing.commitments(state, timezone.localdate())],
        "ours": me in opening["parties"],
        "we_invited": opening["by"] == me,
        "we_declined": f"declined:{me}" in state,
        "open": "closed" not in state,
        "me": me,
    }


def _shown(item: Mapping[str, Any]) -> dict[str, Any]:
    return {"status_shown": words.STATUSES[item["status"]]}


def _proposal(state: Mapping[str, Any], identifier: str, me: str) -> dict[str, Any]:
    proposal = state[f"proposal:{identifier}"]
    return {
        **proposal,
        "act": identifier,
        "mine": proposal["by"] == me,
        "options": [
            {"time": time, "by": nodes, "mine": me in nodes}
            for time in proposal["times"]
            for nodes in [proposal["accepted"].get(time, [])]
        ],
    }


def _minutes(matter: Matter, state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The texts of minutes that are agreed or lie on the table, with who has agreed to each."""
    ids = [*state.get("minutes", ()), *state["table"]["minutes"]]
    texts = {record.id: record.act.body["text"] for record in ActRecord.objects.filter(id__in=ids)}
    parties = state["opening"]["parties"]
    found = []
    for identifier in ids:
        entry = state[f"minutes:{identifier}"]
        agreed = state.get(f"agreed:{entry['sha256']}", [])
        found.append(
            {
                **entry,
                "act": identifier,
                "body": {"held": entry["held"], "text": texts.get(identifier, ""), "sha256": entry["sha256"]},
                "agreed": agreed,
                "whole": agreed == parties,
                "owing": [node for node in parties if node not in agreed],
                "ours_to_agree": node_name() in parties and node_name() not in agreed,
            }
        )
    return found


def as_json(matter: Matter) -> dict[str, Any]:
    """Talks as the API and the command line tell them."""
    state = state_of(matter)
    opening = state.get("opening") or {}
    return {
        "id": matter.id,
        "title": matter.title,
        "marking": matter.marking,
        "exercise": matter.exercise,
        "phase": standing.phase(state),
        "sentence": words.state_of_play(state),
        "invitation": opening.get("act"),
        "parties": opening.get("parties", []),
        "about": opening.get("about"),
        "fixed": state.get("fixed"),
        "proposals": [{"act": item, **state[f"proposal:{item}"]} for item in state.get("table", {}).get("times", ())],
        "declined": [key.partition(":")[2] for key in sorted(state) if key.startswith("declined:")],
        "delegations": {
            key.partition(":")[2]: state[key]["members"] for key in sorted(state) if key.startswith("delegation:")
        },
        "agendas": standing.agenda_shown(state),
        "minutes": [
            {
                "act": item,
                **state[f"minutes:{item}"],
                "agreed": state.get(f"agreed:{state[f'minutes:{item}']['sha256']}", []),
                "standing": item in state.get("minutes", ()),
            }
            for item in (*state.get("minutes", ()), *state.get("table", {}).get("minutes", ()))
        ],
        "commitments": standing.commitments(state, timezone.localdate()),
        "owed": state.get("owed", []),
        "closed": state.get("closed"),
    }


def calendar_of(matters: Iterable[Matter], name: str = "") -> bytes:
    """The calendar of these talks: their meetings, and the deadlines of commitments that are open."""
    rows = list(matters)
    states = states_of(row.id for row in rows)
    entries: list[ical.Entry] = []
    for matter in rows:
        state = states.get(matter.id, {})
        if "opening" in state:
            entries += _entries(matter, state)
    return ical.calendar(entries, name or _("Talks of %(state)s") % {"state": name_of(node_name())})


def _entries(matter: Matter, state: Mapping[str, Any]) -> list[ical.Entry]:
    opening, me = state["opening"], node_name()
    exercise = _("EXERCISE") + " – " if matter.exercise else ""
    others = names_of(node for node in opening["parties"] if node != me)
    common: dict[str, Any] = {"marking": Marking(matter.marking).label}
    agenda = next((item["items"] for item in standing.agenda_shown(state) if item["standing"]), [])
    listed = "\n".join(f"{number}. {text}" for number, text in enumerate(agenda, 1))
    current = state.get("fixed", {}).get("uid")
    found = [
        ical.Entry(
            uid=f"{meeting['uid']}@verbale",
            stamp=meeting["issued"],
            start=meeting["time"],
            summary=exercise + _("Talks with %(others)s: %(subject)s") % {"others": others, "subject": matter.title},
            minutes=meeting["length"],
            location=words.place_shown(meeting["place"]),
            description=listed if meeting["uid"] == current else "",
            sequence=meeting["sequence"],
            cancelled=meeting["cancelled"],
            categories=(_("Talks"),),
            **common,
        )
        for meeting in standing.meetings(state)
    ]
    for item in standing.commitments(state, timezone.localdate()):
        if item["status"] != "open":
            continue
        found.append(
            ical.Entry(
                uid=f"{item['act']}@verbale",
                stamp=item["issued"],
                start=item["deadline"],
                summary=exercise
                + _("Due from %(state)s: %(text)s") % {"state": name_of(item["by"]), "text": item["text"]},
                description=f"{matter.title}\n{item['owner']}",
                categories=(_("Commitment"),),
                **common,
            )
        )
    return found
