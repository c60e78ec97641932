"""What several rules of a session ask, and the one way in which an amendment becomes part of a draft. Pure."""

from collections.abc import Mapping
from typing import Any

from verbale.matters.forum import text as texts
from verbale.matters.rules import named
from verbale.protocol import Act, Effect, State, gettext_noop

__all__ = ["cannot", "change", "fixed", "make_part", "no_item", "not_open", "one_of", "pending", "taken", "too_early"]


def one_of(state: State, act: Act, field: str, *prefixes: str) -> tuple[str, Mapping[str, Any]] | Effect:
    """Which of these the act named in `field` is, and its entry; or why there is none."""
    identifier = act.body[field]
    found = next((prefix for prefix in prefixes if f"{prefix}:{identifier}" in state), prefixes[0])
    entry = named(state, act, field, found)
    return entry if isinstance(entry, Effect) else (found, entry)


def change(state: State, key: str, **fields: Any) -> None:
    state[key] = {**state[key], **fields}


def no_item(state: State, item: str) -> Effect | None:
    agenda = state.get("agenda")
    if agenda is not None and any(row["number"] == item for row in agenda["items"]):
        return None
    return Effect(gettext_noop("The agenda has no item %s."), (item,))


def fixed(draft: Mapping[str, Any]) -> Effect | None:
    """Why a draft takes no change any more: voting has begun (rule 88)."""
    if draft["stage"] in ("tabled", "silence"):
        return None
    return Effect(gettext_noop("Voting on this draft has begun, or it has been decided."))


def too_early(state: State, act: Act) -> Effect | None:
    opens = state["opening"]["opens"]
    return Effect(gettext_noop("The session opens on %s."), (opens,)) if act.issued[:10] < opens else None


def taken(state: State, symbol: str) -> Effect | None:
    if f"symbol:{symbol}" in state:
        return Effect(gettext_noop("The symbol %s has been given already."), (symbol,))
    return None


def cannot(state: State, draft: str, changes: list[dict[str, Any]]) -> Effect | None:
    """Why these changes cannot be made to the text as it stands."""
    found = texts.conflict(state[f"text:{draft}"], changes)
    if found is None:
        return None
    key, there = found
    if there:
        return Effect(gettext_noop("Another amendment has changed paragraph %s, so this one falls (rule 90)."), (key,))
    return Effect(gettext_noop("The text has no paragraph %s."), (key,))


def not_open(draft: Mapping[str, Any], amendment: Mapping[str, Any]) -> Effect | None:
    if amendment["stage"] != "tabled" or amendment["version"] != draft["version"]:
        return Effect(gettext_noop("The amendment has been decided, or the text that it amends has been replaced."))
    return None


def pending(state: Mapping[str, Any], draft: str) -> list[str]:
    """Ids of the amendments that have to be decided before the draft; those that fell are none."""
    found = []
    for identifier in state.get(f"amendments:{draft}", []):
        entry = state[f"amendment:{identifier}"]
        if entry["stage"] == "tabled" and texts.conflict(state[f"text:{draft}"], entry["changes"]) is None:
            found.append(identifier)
    return found


def make_part(state: State, identifier: str) -> None:
    """The amendment becomes part of its draft."""
    amendment = state[f"amendment:{identifier}"]
    draft = amendment["draft"]
    text = state[f"text:{draft}"]
    touched = {row["paragraph"] for row in amendment["changes"]}
    before = {item["key"]: item["text"] for item in text["paragraphs"] if item["key"] in touched}
    change(state, f"amendment:{identifier}", before=before)
    text = texts.amended(text, amendment["changes"], identifier)
    state[f"text:{draft}"] = text
    change(state, f"draft:{draft}", sha256=texts.text_hash(text))
