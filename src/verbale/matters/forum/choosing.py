"""What people choose from in a session, who may do what now, and what the node adds to what they decided."""

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext

from verbale.matters.forum import acts, standing, words
from verbale.matters.forum import text as texts
from verbale.matters.forum.tally import count
from verbale.matters.kit.spec import View
from verbale.node.errors import UserError
from verbale.node.models import Partner
from verbale.node.partners import short_name
from verbale.protocol import Act

__all__ = [
    "ROLL_CALL",
    "SILENCE",
    "agenda_now",
    "agenda_told",
    "amending",
    "by_house",
    "by_member",
    "chain",
    "changes_told",
    "convened",
    "counted",
    "drafting",
    "drawn",
    "explaining",
    "first_language",
    "heard",
    "heard_objections",
    "in_span",
    "introduced",
    "invited",
    "items",
    "languages",
    "may_close_vote",
    "member_told",
    "objections_told",
    "our_text",
    "result_told",
    "speaking",
    "start",
    "titled",
    "vote_told",
    "voters",
    "with_hash",
]

SILENCE = timedelta(hours=72)
"""At least, in the General Assembly: decision 74/544."""
ROLL_CALL = timedelta(minutes=15)


# -- who may do it now -------------------------------------------------------------------------------------------------


def by_house(view: View) -> bool:
    return view.open and view.opening["by"] == view.me


def heard(view: View) -> bool:
    """The organisation, members and observers."""
    return view.open and (by_house(view) or f"member:{view.me}" in view.state)


def speaking(view: View) -> bool:
    return heard(view) and "voting" not in view.state and "agenda" in view.state


def by_member(view: View) -> bool:
    entry = view.state.get(f"member:{view.me}")
    return view.open and entry is not None and bool(entry["voting"])


def drafting(view: View) -> bool:
    return by_member(view) and "agenda" in view.state


def may_close_vote(view: View) -> bool:
    return by_house(view) and "voting" in view.state


# -- choices and first values ------------------------------------------------------------------------------------------


def items(view: View) -> Iterable[tuple[str, str]]:
    agenda = view.state.get("agenda") or {"items": ()}
    return [(row["number"], f"{row['number']}. {row['title']}") for row in agenda["items"]]


def languages(view: View) -> Iterable[tuple[str, Any]]:
    known = dict(words.LANGUAGES)
    return [(code, known.get(code, code)) for code in view.opening.get("languages", ("en",))]


def first_language(view: View) -> str:
    return str(view.opening.get("languages", ["en"])[0])


def invited(view: View) -> Iterable[tuple[str, str]]:
    named = words.names_in(view.state)
    return [(node, named.get(node, node)) for node in view.others]


def in_span(span: timedelta) -> Any:
    return lambda view: f"{(timezone.now() + span).astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def voters(view: View) -> list[tuple[str, str]]:
    return [(row["node"], row["name"]) for row in standing.members(view.state) if row["voting"]]


def agenda_now(view: View) -> list[dict[str, str]] | None:
    agenda = view.state.get("agenda")
    return list(agenda["items"]) if agenda else None


def _ours(view: View) -> dict[str, Any] | None:
    """Our latest draft that can still be revised, as it stands."""
    mine = [row for row in view.entries("draft") if row["by"] == view.me and row["stage"] in ("tabled", "silence")]
    return texts.plain(view.state[f"text:{mine[-1]['key']}"]) if mine else None


def our_text(part: str) -> Any:
    def value(view: View) -> Any:
        found = _ours(view)
        return found[part] if found else None

    return value


# -- completing what a person decided ----------------------------------------------------------------------------------


def _entry(view: View, identifier: str, *prefixes: str) -> Mapping[str, Any]:
    for prefix in prefixes:
        entry = view.state.get(f"{prefix}:{identifier}")
        if entry is not None:
            return dict(entry)
    raise UserError(gettext("The act that it is about has not arrived, or is without effect."))


def introduced(view: View, body: dict[str, Any]) -> dict[str, Any]:
    node = body["node"]
    partner = Partner.objects.filter(node=node, status=Partner.Status.CONFIRMED).first()
    if partner is None:
        raise UserError(gettext("%(node)s is no confirmed partner of this node.") % {"node": node}, "node")
    before = view.state.get(f"member:{node}")
    name = body.get("name") or (before["name"] if before else short_name(partner.name))
    return {**body, "name": name, "credentials": partner.credentials.to_bytes().decode()}


def with_hash(field: str, *prefixes: str) -> Any:
    def complete(view: View, body: dict[str, Any]) -> dict[str, Any]:
        return {**body, "sha256": _entry(view, body[field], *prefixes)["sha256"]}

    return complete


def drawn(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """The hash of what is voted on, and the lot."""
    found = with_hash("proposal", "draft", "amendment")(view, body)
    nodes = [node for node, _name in voters(view)]
    if not nodes:
        raise UserError(gettext("No member that may vote has been introduced."))
    return {**found, "first": found.get("first") or secrets.choice(nodes)}


def counted(view: View, body: dict[str, Any]) -> dict[str, Any]:
    """The votes that have come, in the order of the roll, and their tally."""
    vote = view.state.get("voting")
    if vote is None:
        raise UserError(gettext("No vote is open."))
    found = [view.state.get(f"cast:{vote}:{node}") for node in view.state[f"vote:{vote}"]["roll"]]
    listed = [ballot for ballot in found if ballot is not None]
    tally = count(view.state[f"ballot:{ballot}"]["choice"] for ballot in listed)
    return {**body, "vote": vote, "votes": listed, "yes": tally.yes, "no": tally.no, "abstain": tally.abstain}


def heard_objections(view: View, body: dict[str, Any]) -> dict[str, Any]:
    mine = [row["key"] for row in view.entries("objection") if row["silence"] == body["silence"]]
    return {**body, "objections": mine[: acts.MAX_MEMBERS]}


def amending(view: View, body: dict[str, Any]) -> dict[str, Any]:
    changes = [
        {
            **row,
            "paragraph": str(row.get("paragraph", "")).strip().upper(),
            "action": str(row.get("action", "")).strip().lower(),
        }
        for row in body["changes"]
        if isinstance(row, Mapping)
    ]
    return {**body, "changes": changes, "version": _entry(view, body["draft"], "draft")["version"]}


def explaining(view: View, body: dict[str, Any]) -> dict[str, Any]:
    stage = _entry(view, body["proposal"], "draft", "amendment")["stage"]
    return {**body, "when": "after" if stage in ("carried", "rejected", "adopted") else "before"}


def chain(field: str = "") -> Any:
    """The organisation's latest act, so that its acts stand in one order; and the acts that a list names."""

    def refs(view: View, body: Mapping[str, Any]) -> Iterable[str]:
        named = [body["vote"]] if "votes" in body else []
        return [view.state.get("house", ""), *named, *(body.get(field, ()) if field else ())]

    return refs


# -- sentences ---------------------------------------------------------------------------------------------------------


def convened(act: Act) -> str:
    return f"{act.body['body']}, {act.body['session']}"


def member_told(act: Act) -> str:
    voting = act.body.get("voting", True)
    return gettext("%(name)s, as a member") % act.body if voting else gettext("%(name)s, as an observer") % act.body


def agenda_told(act: Act) -> str:
    return "; ".join(f"{row['number']}. {row['title']}" for row in act.body["items"])[:500]


def start(act: Act) -> str:
    return " ".join(act.body["text"].split())


def titled(act: Act) -> str:
    return str(act.body["title"])


def result_told(act: Act) -> str:
    return words.tally(act.body["yes"], act.body["no"], act.body["abstain"])


def vote_told(act: Act) -> str:
    return gettext("until %(moment)s; %(majority)s") % {
        "moment": words.clock(act.body["closes"]),
        "majority": words.MAJORITIES[act.body["majority"]],
    }


def changes_told(act: Act) -> str:
    return "; ".join(f"{row['paragraph']}: {words.DONE[row['action']]}" for row in act.body["changes"])


def objections_told(act: Act) -> str:
    return "" if act.body.get("objections") else gettext("nobody objected")
