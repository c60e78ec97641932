"""Rules of effect of assistance. Pure: the state and the act, no clock; what is judged by time is judged by `issued`.

 1. A request or an offer takes effect only in the matter that it opens, whose id follows from its author and nonce; it
    is addressed to one state, and the first in order alone opens the matter.
 2. Who asks and who helps: a request asks its addressee for help, an offer offers its author's. Every further act is
    said by one of the two to the other alone, and names the opening act among its `refs`, for the order of things.
 3. Only the requested state accepts or refuses, and only a request; an offer is taken, once, by its addressee.
 4. The latest answer stands: an acceptance after a refusal replaces it, and a refusal an acceptance, without further
    ado. What was delivered or preserved under an earlier answer remains so; the time to answer is that of the first.
 5. Item numbers must be those of the request or the offer.
 6. Who helps preserves and delivers: from the request on, even before it has answered (for the time to answer, to help
    is to have answered), but not while its refusal stands, and not before its offer is taken.
 7. In a matter about preservation the data is preserved for at least 60 days (Article 29 (7) of ETS 185), which meets
    the items that it names, all when it names none. A delivery meets the items that it names.
 8. A preservation is extended by who preserves, with that act among the `refs` of the extension, to a later day, and
    only until its last day is over, in UTC: an extension issued after it is without effect.
 9. The matter is closed once: as satisfied by who asks (an offer, when it was taken), as withdrawn by who opened it,
    as declined by the addressee of an offer that was not taken.
10. After the close, nothing but a status takes effect.

State, key by key:
    opening         {"act", "word": "request"|"offer", "asks", "helps", "number", "subject", "kind", "items", "issued",
                    "reply_by", "about", "precedence", "urgency"}
    answer          {"act", "word": "accept"|"refuse", "items", "conditions", "ground", "article", "reasons", "issued",
                    "replaces": id of the answer before it, or None}
    answered        when the first answer was issued, or the first help, if that came before
    taken           {"act", "items", "issued"}
    met             item number, as text, to {"act", "by": "delivery"|"preservation"}: the first that met it
    delivery:<id>   {"text", "items", "conditions", "files", "issued"}
    preserved:<id>  {"data", "since", "until", "items", "extended": ids of extensions, in order}
    kept            ids of the preservations, in order
    due:<id>        last day of that preservation; absent once the matter is closed
    owed            {"by": node, "what": "answer"|"take"|"delivery"|"preservation"|"close", "since"}, or absent
    closed          {"act", "by", "outcome", "text", "issued"}
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from verbale.matters.assistance.acts import LEAST_DAYS
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop, matter_id

__all__ = ["fates", "promised", "rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    word = act.type.partition(".")[2]
    if word in ("request", "offer"):
        return _open(state, act, word)
    opening = state.get("opening")
    refusal = _outside(opening, act)
    if refusal is not None:
        return refusal
    if word != "status" and "closed" in state:
        return Effect(gettext_noop("The matter had been closed."))
    effect = _RULES[word](state, act, opening)
    if effect.effective and word != "status":
        _owe(state, act)
    return effect


def _open(state: State, act: Act, word: str) -> Effect:
    if matter_id(act.author, act.nonce) != act.matter:
        return Effect(gettext_noop("It claims to open this matter, whose id is not of its making."))
    if len(act.audience) != 1:
        return Effect(gettext_noop("It is not addressed to exactly one other state."))
    if "opening" in state:
        return Effect(gettext_noop("The matter had been opened by another act."))
    body, (other,) = act.body, act.audience
    asks, helps = (act.author, other) if word == "request" else (other, act.author)
    state["opening"] = {
        "act": act.id,
        "word": word,
        "asks": asks,
        "helps": helps,
        "number": body["number"],
        "subject": body["subject"],
        "kind": body["kind"],
        "items": list(body["items"]),
        "issued": act.issued,
        "reply_by": body.get("reply_by"),
        "about": body.get("about"),
        "precedence": act.precedence,
        "urgency": body.get("urgency", "ordinary"),
    }
    _owe(state, act)
    return EFFECTIVE


def _outside(opening: dict[str, Any] | None, act: Act) -> Effect | None:
    """Why an act does not belong to the matter, if so."""
    if opening is None:
        return Effect(gettext_noop("The request or offer that opens the matter has not arrived, or is without effect."))
    if act.parties != {opening["asks"], opening["helps"]}:
        return Effect(gettext_noop("It is not said by one of the two states of the matter to the other alone."))
    if opening["act"] not in act.refs:
        return Effect(gettext_noop("It does not refer to the act that opens the matter."))
    return None


def _helper(act: Act, opening: dict[str, Any]) -> Effect | None:
    if act.author != opening["helps"]:
        return Effect(gettext_noop("This is for %s to do, whose assistance it is."), (opening["helps"],))
    return None


def _unknown_item(act: Act, opening: dict[str, Any]) -> Effect | None:
    for number in act.body.get("items", ()):
        if number > len(opening["items"]):
            return Effect(gettext_noop("There is no item %s."), (str(number),))
    return None


def _answer(state: State, act: Act, opening: dict[str, Any]) -> Effect:
    if opening["word"] == "offer":
        return Effect(gettext_noop("An offer is neither accepted nor refused: it is taken, or declined."))
    wrong = _helper(act, opening) or _unknown_item(act, opening)
    if wrong is not None:
        return wrong
    body, before = act.body, state.get("answer")
    accepted = act.type == "assistance.accept"
    whole = list(range(1, len(opening["items"]) + 1))
    state["answer"] = {
        "act": act.id,
        "word": "accept" if accepted else "refuse",
        "items": (sorted(set(body.get("items", ()))) or whole) if accepted else [],
        "conditions": body.get("conditions", ""),
        "ground": body.get("ground", ""),
        "article": body.get("article", ""),
        "reasons": body.get("reasons", ""),
        "issued": act.issued,
        "replaces": before["act"] if before else None,
    }
    _note_answer(state, act)
    return EFFECTIVE


def _take(state: State, act: Act, opening: dict[str, Any]) -> Effect:
    if opening["word"] != "offer":
        return Effect(gettext_noop("Only an offer is taken."))
    if act.author != opening["asks"]:
        return Effect(gettext_noop("The offer was made to %s."), (opening["asks"],))
    if "taken" in state:
        return Effect(gettext_noop("The offer had been taken."))
    wrong = _unknown_item(act, opening)
    if wrong is not None:
        return wrong
    whole = list(range(1, len(opening["items"]) + 1))
    items = sorted(set(act.body.get("items", ()))) or whole
    state["taken"] = {"act": act.id, "items": items, "issued": act.issued}
    state["answered"] = act.issued
    return EFFECTIVE


def _may_help(state: State, act: Act, opening: dict[str, Any]) -> Effect | None:
    """Rules 5 and 6: why nothing can be handed over or preserved, if so."""
    wrong = _helper(act, opening)
    if wrong is not None:
        return wrong
    if opening["word"] == "offer" and "taken" not in state:
        return Effect(gettext_noop("The offer has not been taken."))
    if state.get("answer", {}).get("word") == "refuse":
        return Effect(gettext_noop("%s had refused: it has to accept first."), (act.author,))
    return _unknown_item(act, opening)


def _preserve(state: State, act: Act, opening: dict[str, Any]) -> Effect:
    wrong = _may_help(state, act, opening)
    if wrong is not None:
        return wrong
    body = act.body
    days = (date.fromisoformat(body["until"]) - date.fromisoformat(body["since"])).days
    asked = opening["kind"] == "preservation"
    if asked and days < LEAST_DAYS:
        return Effect(
            gettext_noop("Data is preserved for at least 60 days (Article 29 (7)), not for %s."), (str(days),)
        )
    items = sorted(set(body.get("items", ())))
    state[f"preserved:{act.id}"] = {
        "data": body["data"],
        "since": body["since"],
        "until": body["until"],
        "items": items,
        "extended": [],
    }
    state[f"due:{act.id}"] = body["until"]
    state["kept"] = [*state.get("kept", []), act.id]
    if asked:
        _meet(state, act, items or range(1, len(opening["items"]) + 1), "preservation")
    _note_answer(state, act)
    return EFFECTIVE


def _extend(state: State, act: Act, opening: dict[str, Any]) -> Effect:
    wrong = _helper(act, opening)
    if wrong is not None:
        return wrong
    identifier, until = act.body["preservation"], act.body["until"]
    if identifier not in act.refs:
        return Effect(gettext_noop("It does not refer to the preservation that it extends."))
    kept = state.get(f"preserved:{identifier}")
    if kept is None:
        return Effect(gettext_noop("The preservation that it extends has not arrived, or is without effect."))
    if act.issued[:10] > kept["until"]:
        return Effect(gettext_noop("The preservation had ended on %s."), (kept["until"],))
    if until <= kept["until"]:
        return Effect(gettext_noop("The data is preserved until %s already."), (kept["until"],))
    state[f"preserved:{identifier}"] = {**kept, "until": until, "extended": [*kept["extended"], act.id]}
    state[f"due:{identifier}"] = until
    return EFFECTIVE


def _deliver(state: State, act: Act, opening: dict[str, Any]) -> Effect:
    wrong = _may_help(state, act, opening)
    if wrong is not None:
        return wrong
    body = act.body
    items = sorted(set(body.get("items", ())))
    state[f"delivery:{act.id}"] = {
        "text": body["text"],
        "items": items,
        "conditions": body.get("conditions", ""),
        "files": len(body.get("attachments", ())),
        "issued": act.issued,
    }
    _meet(state, act, items, "delivery")
    _note_answer(state, act)
    return EFFECTIVE


def _meet(state: State, act: Act, items: Any, by: str) -> None:
    met = state.get("met", {})
    fresh = {str(number): {"act": act.id, "by": by} for number in items if str(number) not in met}
    if fresh:
        state["met"] = {**met, **fresh}


def _note_answer(state: State, act: Act) -> None:
    if "answered" not in state:
        state["answered"] = act.issued


def _status(state: State, act: Act, opening: dict[str, Any]) -> Effect:
    return EFFECTIVE


def _close(state: State, act: Act, opening: dict[str, Any]) -> Effect:
    outcome, offer, taken = act.body["outcome"], opening["word"] == "offer", "taken" in state
    if outcome == "satisfied":
        if act.author != opening["asks"]:
            return Effect(gettext_noop("Whether it is satisfied is for %s to say."), (opening["asks"],))
        if offer and not taken:
            return Effect(gettext_noop("The offer has not been taken."))
    elif outcome == "withdrawn":
        opened_by = opening["helps"] if offer else opening["asks"]
        if act.author != opened_by:
            return Effect(gettext_noop("Only %s, who opened the matter, withdraws it."), (opened_by,))
    elif not offer or act.author != opening["asks"] or taken:
        return Effect(gettext_noop("Only an offer is declined, by its addressee, before it is taken."))
    state["closed"] = {
        "act": act.id,
        "by": act.author,
        "outcome": outcome,
        "text": act.body.get("text", ""),
        "issued": act.issued,
    }
    for identifier in state.get("kept", ()):
        del state[f"due:{identifier}"]
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act, dict[str, Any]], Effect]] = {
    "accept": _answer,
    "refuse": _answer,
    "preserve": _preserve,
    "extend": _extend,
    "deliver": _deliver,
    "status": _status,
    "take": _take,
    "close": _close,
}


def promised(state: State) -> list[int]:
    """The items that who helps has promised: accepted, or of an offer that was taken."""
    given = state.get("taken") or state.get("answer")
    return list(given["items"]) if given else []


def _owe(state: State, act: Act) -> None:
    """Who has to move next, after `act` took effect."""
    opening = state["opening"]
    asks, helps = opening["asks"], opening["helps"]
    everything = range(1, len(opening["items"]) + 1)
    met, answer = state.get("met", {}), state.get("answer", {})
    open_items = [number for number in promised(state) or everything if str(number) not in met]
    if "closed" in state or answer.get("word") == "refuse":
        owed = None
    elif not open_items:
        owed = (asks, "close")
    elif opening["word"] == "offer" and "taken" not in state:
        owed = (asks, "take")
    elif opening["word"] == "request" and not answer:
        owed = (helps, "answer")
    else:
        owed = (helps, "preservation" if opening["kind"] == "preservation" else "delivery")
    before = state.get("owed")
    if owed is None:
        if before is not None:
            del state["owed"]
    elif before is None or (before["by"], before["what"]) != owed:
        state["owed"] = {"by": owed[0], "what": owed[1], "since": act.issued}


def fates(state: State) -> list[str]:
    """What became of each item, item 1 first: `delivered`, `preserved`, `accepted`, `refused`, `left` (not among those
    accepted) or `open`."""
    answer, given, all_met = state.get("answer"), promised(state), state.get("met", {})
    found = []
    for number in range(1, len(state["opening"]["items"]) + 1):
        met = all_met.get(str(number))
        if met is not None:
            found.append("delivered" if met["by"] == "delivery" else "preserved")
        elif number in given:
            found.append("accepted")
        elif answer and answer["word"] == "refuse":
            found.append("refused")
        else:
            found.append("left" if given else "open")
    return found


def title(state: State) -> str:
    """The subject; empty while nothing has opened the matter."""
    return str(state.get("opening", {}).get("subject", ""))
