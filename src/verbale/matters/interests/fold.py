"""Rules of effect of interests. Pure: the state and the act, no clock.

 1. `interests.position` takes effect only in the matter that it opens, once, and addressed to nobody: a position is its
    author's alone, and one that a stranger sends is none of ours.
 2. Every other act takes effect only after a position that has effect, is of the same author, and addressed to nobody.
    After the close nothing takes effect.
 3. A revision replaces the text of the position and what it concerns, and must change something.
 4. A red line is drawn as often as needed; lines stand side by side.
 5. A red line is withdrawn once, by an act that has it among its `refs`.
 6. The position is closed once; its lines hold no more.

State, key by key:
    opening             as in `verbale.matters.rules`; its title is the topic
    last                id of the latest act with effect
    position            {"act", "text", "concerns", "issued"}: the latest text
    line:<id>           {"text", "words", "unless", "when", "required", "issued"}
    withdrawn:<line>    {"act", "text", "issued"}
    closed              {"act", "by", "text", "issued"}
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from verbale.matters.interests.check import Line
from verbale.matters.rules import close, enter, member, named, open_matter
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["lines_of", "rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "interests.position":
        return enter(state, act, _position(state, act))
    return enter(state, act, member(state, act) or _RULES[act.type](state, act))


def title(state: State) -> str:
    """The topic; empty while no position has been taken."""
    return str(state.get("opening", {}).get("title", ""))


def lines_of(state: Mapping[str, Any]) -> Iterator[Line]:
    """The red lines that hold, for `check.crossed`; none once the position is closed."""
    if "closed" in state:
        return
    for name in sorted(state):
        kind, _colon, identifier = name.partition(":")
        if kind == "line" and f"withdrawn:{identifier}" not in state:
            entry = state[name]
            yield Line(
                identifier,
                entry["text"],
                tuple(entry["words"]),
                tuple(entry["unless"]),
                tuple(entry["when"]),
                tuple(entry["required"]),
            )


def _position(state: State, act: Act) -> Effect:
    if act.audience:
        return Effect(gettext_noop("It is addressed to somebody: a position never leaves the house."))
    effect = open_matter(state, act, title=act.body["topic"], alone=True)
    if effect.effective:
        _put(state, act)
    return effect


def _put(state: State, act: Act) -> None:
    state["position"] = {
        "act": act.id,
        "text": act.body["text"],
        "concerns": list(act.body.get("concerns", ())),
        "issued": act.issued,
    }


def _revise(state: State, act: Act) -> Effect:
    before = state["position"]
    if (act.body["text"], list(act.body.get("concerns", ()))) == (before["text"], before["concerns"]):
        return Effect(gettext_noop("It changes nothing in the position."))
    _put(state, act)
    return EFFECTIVE


def _red_line(state: State, act: Act) -> Effect:
    state[f"line:{act.id}"] = {
        "text": act.body["text"],
        **{name: list(act.body.get(name, ())) for name in ("words", "unless", "when", "required")},
        "issued": act.issued,
    }
    return EFFECTIVE


def _withdraw_line(state: State, act: Act) -> Effect:
    line = named(state, act, "line", "line")
    if isinstance(line, Effect):
        return line
    key = f"withdrawn:{act.body['line']}"
    if key in state:
        return Effect(gettext_noop("The line had already been withdrawn."))
    state[key] = {"act": act.id, "text": act.body.get("text", ""), "issued": act.issued}
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "interests.revise": _revise,
    "interests.red-line": _red_line,
    "interests.withdraw-line": _withdraw_line,
    "interests.close": close,
}
