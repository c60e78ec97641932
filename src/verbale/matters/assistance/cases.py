"""What pages, API and command line read of requests and offers."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from verbale.matters.assistance import words
from verbale.matters.assistance.fold import fates
from verbale.node.access import readable_matters
from verbale.node.identity import node_name
from verbale.node.models import Matter, StateEntry, User

__all__ = ["as_json", "readable", "standing", "states_of"]


def readable(user: User) -> "QuerySet[Matter]":
    """The requests and offers that a person may open, latest first."""
    return readable_matters(user).filter(kind="assistance").order_by("-last_at")


def states_of(matters: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The states of several matters, by matter; without what was delivered and preserved in detail."""
    keys = ("opening", "answer", "answered", "taken", "met", "owed", "closed")
    rows = StateEntry.objects.filter(matter_id__in=list(matters), key__in=keys)
    found: dict[str, dict[str, Any]] = {}
    for matter, key, value in rows.values_list("matter_id", "key", "value"):
        found.setdefault(matter, {})[key] = value
    return found


def standing(state: Mapping[str, Any]) -> dict[str, Any]:
    """How a matter stands, for its panel and for whoever shows it otherwise."""
    me, opening = node_name(), state.get("opening")
    told: dict[str, Any] = {"play": words.state_of_play(state), "opening": opening, "closed": state.get("closed")}
    if opening is None:
        return told
    today = timezone.localdate()
    kept = [{"act": identifier, **state[f"preserved:{identifier}"]} for identifier in state.get("kept", ())]
    for item in kept:
        item["left"] = (date.fromisoformat(item["until"]) - today).days
        item["running"] = item["left"] >= 0
        item["since_shown"], item["until_shown"] = words.on(item["since"]), words.on(item["until"])
    met = state.get("met", {})
    items = [
        {
            "number": number,
            "text": text,
            "fate": fate,
            "fate_shown": words.FATES[fate],
            "act": met.get(str(number), {}).get("act", ""),
        }
        for number, (text, fate) in enumerate(zip(opening["items"], fates(state), strict=True), 1)
    ]
    deliveries = [
        {"act": key.partition(":")[2], **value} for key, value in state.items() if key.startswith("delivery:")
    ]
    answer, taken, offer = state.get("answer"), state.get("taken"), opening["word"] == "offer"
    we_help, we_ask, open_still = opening["helps"] == me, opening["asks"] == me, "closed" not in state
    may_give = we_help and open_still and (bool(taken) if offer else (answer or {}).get("word") != "refuse")
    return {
        **told,
        "items": items,
        "kept": kept,
        "deliveries": sorted(deliveries, key=lambda item: item["issued"]),
        "answer": answer,
        "ground": words.GROUNDS.get((answer or {}).get("ground", "")),
        "kind_shown": words.KINDS[opening["kind"]],
        "urgency_shown": words.URGENCIES[opening["urgency"]],
        "outcome_shown": words.OUTCOMES[state["closed"]["outcome"]] if "closed" in state else "",
        "owed": state.get("owed"),
        "today": today.isoformat(),
        "ours": we_help or we_ask,
        "can": {
            "answer": we_help and open_still and not offer,
            "give": may_give,
            "extend": we_help and open_still,
            "take": we_ask and open_still and offer and not taken,
            "satisfied": we_ask and open_still and (not offer or bool(taken)),
            "withdraw": open_still and (we_help if offer else we_ask),
        },
    }


def as_json(matter: Matter, state: Mapping[str, Any]) -> dict[str, Any]:
    """One request or offer in a list, for API and command line."""
    opening = state.get("opening") or {}
    return {
        "matter": matter.id,
        "what": opening.get("word"),
        "number": opening.get("number"),
        "subject": matter.title,
        "kind": opening.get("kind"),
        "asks": opening.get("asks"),
        "helps": opening.get("helps"),
        "reply_by": opening.get("reply_by"),
        "items": [
            {"number": number, "text": text, "fate": fate}
            for number, (text, fate) in enumerate(zip(opening["items"], fates(state), strict=True), 1)
        ]
        if opening
        else [],
        "owed": state.get("owed"),
        "closed": (state.get("closed") or {}).get("outcome"),
        "stands": words.state_of_play(state),
    }
