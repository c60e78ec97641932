"""Rules of effect of a channel. Pure: the state and the act, no clock.

1. A channel belongs to its parties: author and audience of every act must be exactly those whose names give its id.
2. A number is used once by each author; a second note of that number is without effect.
3. An answer or an acknowledgement takes effect only when the note it is about stands in the channel with effect, was
   addressed to its author, and, for the order of things, is among its `refs`.
4. Each addressee acknowledges a note once; to answer it is to have acknowledged it.
5. A note may be answered more than once: each answer stands.

State, key by key:
    note:<id>               {"author", "to", "number", "subject", "form", "issued", "reply_by", "about", "precedence"}
    number:<author>:<number>   id of the note
    seen:<id>:<node>        id of the acknowledgement or answer
    answers:<id>            ids of the answers, in order
    wait:<id>:<node>        what `node` still owes to the note: {"ack": bool, "answer": bool}; absent when nothing
    last                    id of the latest note
"""

from collections.abc import Callable
from typing import Any

from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop, standing_matter_id

__all__ = ["channel_id", "rule", "title"]

KIND = "channel"


def channel_id(parties: frozenset[str] | tuple[str, ...] | list[str]) -> str:
    """The id of the channel among these nodes."""
    return standing_matter_id(KIND, parties)


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if channel_id(act.parties) != act.matter:
        return Effect(gettext_noop("Author and addressees are not the parties of this channel."))
    return _RULES[act.type](state, act)


def _note(state: State, act: Act) -> Effect:
    body = act.body
    taken = state.get(f"number:{act.author}:{body['number']}")
    if taken is not None:
        return Effect(gettext_noop("%s had already used the number %s."), (act.author, body["number"]))
    _enter(state, act)
    return EFFECTIVE


def _enter(state: State, act: Act) -> None:
    body = act.body
    state[f"number:{act.author}:{body['number']}"] = act.id
    state[f"note:{act.id}"] = {
        "author": act.author,
        "to": list(act.audience),
        "number": body["number"],
        "subject": body["subject"],
        "form": body["form"],
        "issued": act.issued,
        "reply_by": body.get("reply_by"),
        "about": body.get("about"),
        "precedence": act.precedence,
    }
    for node in act.audience:
        state[f"wait:{act.id}:{node}"] = {"ack": True, "answer": body.get("reply_by") is not None}
    state["title"] = " – ".join(sorted(act.parties))
    state["last"] = act.id


def _answer(state: State, act: Act) -> Effect:
    note = act.body.get("answers")
    refusal = _about_note(state, act, note)
    if refusal is not None:
        return refusal
    effect = _note(state, act)
    if effect.effective:
        state[f"answers:{note}"] = [*state.get(f"answers:{note}", []), act.id]
        if f"seen:{note}:{act.author}" not in state:
            state[f"seen:{note}:{act.author}"] = act.id
        _settle(state, f"wait:{note}:{act.author}", "ack", "answer")
    return effect


def _acknowledge(state: State, act: Act) -> Effect:
    note = act.body["acknowledges"]
    refusal = _about_note(state, act, note)
    if refusal is not None:
        return refusal
    if f"seen:{note}:{act.author}" in state:
        return Effect(gettext_noop("%s had already acknowledged the note."), (act.author,))
    state[f"seen:{note}:{act.author}"] = act.id
    _settle(state, f"wait:{note}:{act.author}", "ack")
    return EFFECTIVE


def _about_note(state: State, act: Act, note: Any) -> Effect | None:
    if not isinstance(note, str) or note not in act.refs:
        return Effect(gettext_noop("It does not refer to the note that it is about."))
    entry = state.get(f"note:{note}")
    if entry is None:
        return Effect(gettext_noop("The note that it is about has not arrived, or is without effect."))
    if act.author not in entry["to"]:
        return Effect(gettext_noop("The note was not addressed to %s."), (act.author,))
    return None


def _settle(state: State, key: str, *owed: str) -> None:
    waiting = state.get(key)
    if waiting is None:
        return
    left = {name: value and name not in owed for name, value in waiting.items()}
    if any(left.values()):
        state[key] = left
    else:
        del state[key]


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "channel.note": _note,
    "channel.answer": _answer,
    "channel.acknowledge": _acknowledge,
}


def title(state: State) -> str:
    """The parties; pages put the names of the states."""
    return str(state.get("title", ""))
