"""Rules of effect on texts: documents, drafts, sponsors, revisions, amendments, symbols. Pure; see `fold.py`."""

from collections.abc import Callable, Mapping
from typing import Any

from verbale.matters.forum import text as texts
from verbale.matters.forum.grounds import cannot, change, fixed, make_part, no_item, not_open, one_of, taken
from verbale.matters.rules import named
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["accept", "amend", "give_symbol", "lay_document", "lay_draft", "revise", "sponsor", "withdraw_sponsor"]


def lay_document(state: State, act: Act) -> Effect:
    body = act.body
    barred = no_item(state, body["item"])
    if barred is not None:
        return barred
    state[f"document:{act.id}"] = _tabled(act, texts.document_hash(body["title"], body["text"]))
    return EFFECTIVE


def lay_draft(state: State, act: Act) -> Effect:
    body = act.body
    barred = no_item(state, body["item"])
    if barred is not None:
        return barred
    text = texts.laid(body["title"], body["preamble"], body["operative"])
    state[f"text:{act.id}"] = text
    state[f"draft:{act.id}"] = {**_tabled(act, texts.text_hash(text)), "version": act.id}
    state[f"sponsor:{act.id}:{act.author}"] = {"act": act.id, "issued": act.issued}
    return EFFECTIVE


def _tabled(act: Act, sha256: str) -> dict[str, Any]:
    return {
        "by": act.author,
        "title": act.body["title"],
        "item": act.body["item"],
        "issued": act.issued,
        "sha256": sha256,
        "symbol": None,
        "stage": "tabled",
        "decision": None,
    }


def sponsor(state: State, act: Act) -> Effect:
    draft = named(state, act, "draft", "draft")
    if isinstance(draft, Effect):
        return draft
    key = f"sponsor:{act.body['draft']}:{act.author}"
    if key in state:
        return Effect(gettext_noop("%s is a sponsor of this draft already."), (act.author,))
    settled = fixed(draft)
    if settled is not None:
        return settled
    state[key] = {"act": act.id, "issued": act.issued}
    return EFFECTIVE


def withdraw_sponsor(state: State, act: Act) -> Effect:
    draft = named(state, act, "draft", "draft")
    if isinstance(draft, Effect):
        return draft
    key = f"sponsor:{act.body['draft']}:{act.author}"
    if draft["by"] == act.author:
        return Effect(gettext_noop("%s is the main sponsor, in whose name the draft stands."), (act.author,))
    if key not in state:
        return Effect(gettext_noop("%s is no sponsor of this draft."), (act.author,))
    settled = fixed(draft)
    if settled is not None:
        return settled
    del state[key]
    return EFFECTIVE


def revise(state: State, act: Act) -> Effect:
    draft, body = named(state, act, "draft", "draft"), act.body
    if isinstance(draft, Effect):
        return draft
    if draft["by"] != act.author:
        return Effect(gettext_noop("It is %s's draft: only the main sponsor does this."), (draft["by"],))
    settled = fixed(draft)
    if settled is not None:
        return settled
    state[f"revision:{act.id}"] = {
        "by": act.author,
        "draft": body["draft"],
        "title": body["title"],
        "preamble": list(body["preamble"]),
        "operative": list(body["operative"]),
        "issued": act.issued,
        "symbol": None,
    }
    return EFFECTIVE


def amend(state: State, act: Act) -> Effect:
    draft, body = named(state, act, "draft", "draft"), act.body
    if isinstance(draft, Effect):
        return draft
    settled = fixed(draft)
    if settled is not None:
        return settled
    if body["version"] not in act.refs:
        return Effect(gettext_noop("It does not refer to the act that it is about."))
    if body["version"] != draft["version"]:
        return Effect(gettext_noop("It is not to the present version of the draft."))
    barred = cannot(state, body["draft"], body["changes"])
    if barred is not None:
        return barred
    state[f"amendment:{act.id}"] = {
        "by": act.author,
        "draft": body["draft"],
        "version": body["version"],
        "changes": [
            {"paragraph": item["paragraph"], "action": item["action"], "text": item.get("text", "")}
            for item in body["changes"]
        ],
        "sha256": texts.changes_hash(body["changes"]),
        "text": body.get("text", ""),
        "issued": act.issued,
        "symbol": None,
        "stage": "tabled",
        "decision": None,
        "before": None,
    }
    return EFFECTIVE


def accept(state: State, act: Act) -> Effect:
    amendment = named(state, act, "amendment", "amendment")
    if isinstance(amendment, Effect):
        return amendment
    draft = state[f"draft:{amendment['draft']}"]
    if draft["by"] != act.author:
        return Effect(gettext_noop("It is %s's draft: only the main sponsor does this."), (draft["by"],))
    barred = fixed(draft) or not_open(draft, amendment)
    if barred is not None:
        return barred
    state[f"acceptance:{act.id}"] = {
        "by": act.author,
        "draft": amendment["draft"],
        "amendment": act.body["amendment"],
        "issued": act.issued,
        "symbol": None,
    }
    return EFFECTIVE


def give_symbol(state: State, act: Act) -> Effect:
    found = one_of(state, act, "text", "document", "draft", "amendment", "revision", "acceptance")
    if isinstance(found, Effect):
        return found
    prefix, entry = found
    identifier, symbol = act.body["text"], act.body["symbol"]
    if entry["symbol"] is not None:
        return Effect(gettext_noop("It has been issued already, as %s."), (entry["symbol"],))
    barred = taken(state, symbol)
    if barred is None and prefix in _ISSUED:
        draft = state[f"draft:{entry['draft']}"]
        if draft["symbol"] is None:
            return Effect(gettext_noop("The draft itself has not been issued yet."))
        barred = fixed(draft)
        if barred is None and draft["stage"] == "silence" and prefix != "amendment":
            return Effect(gettext_noop("The text is under silence, and does not change."))
        barred = barred or _ISSUED[prefix](state, act, entry)
    if barred is not None:
        return barred
    change(state, f"{prefix}:{identifier}", symbol=symbol)
    state[f"symbol:{symbol}"] = {"act": identifier, "what": prefix}
    return EFFECTIVE


def _issue_amendment(state: State, act: Act, entry: Mapping[str, Any]) -> Effect | None:
    key = f"draft:{entry['draft']}"
    barred = not_open(state[key], entry) or cannot(state, entry["draft"], entry["changes"])
    if barred is not None:
        return barred
    listed = f"amendments:{entry['draft']}"
    state[listed] = [*state.get(listed, []), act.body["text"]]
    return None


def _issue_revision(state: State, act: Act, entry: Mapping[str, Any]) -> Effect | None:
    draft = entry["draft"]
    for identifier in state.get(f"amendments:{draft}", []):
        if state[f"amendment:{identifier}"]["stage"] == "tabled":
            change(state, f"amendment:{identifier}", stage="lapsed")
    state[f"amendments:{draft}"] = []
    text = texts.laid(entry["title"], entry["preamble"], entry["operative"])
    state[f"text:{draft}"] = text
    change(state, f"draft:{draft}", title=entry["title"], sha256=texts.text_hash(text), version=act.id)
    return None


def _issue_acceptance(state: State, act: Act, entry: Mapping[str, Any]) -> Effect | None:
    draft, identifier = entry["draft"], entry["amendment"]
    amendment = state[f"amendment:{identifier}"]
    barred = not_open(state[f"draft:{draft}"], amendment) or cannot(state, draft, amendment["changes"])
    if barred is not None:
        return barred
    make_part(state, identifier)
    change(state, f"amendment:{identifier}", stage="accepted", decision=act.body["text"])
    return None


_ISSUED: dict[str, Callable[[State, Act, Mapping[str, Any]], Effect | None]] = {
    "amendment": _issue_amendment,
    "revision": _issue_revision,
    "acceptance": _issue_acceptance,
}
