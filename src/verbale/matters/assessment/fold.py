"""Rules of effect of an assessment. Pure: the state and the act, no clock.

 1. `assessment.open` takes effect only in the matter that it opens, once, and addressed to nobody: an assessment is its
    author's alone.
 2. Every other act takes effect only after an opening that has effect, is of the same author, and addressed to nobody.
    After the close nothing takes effect.
 3. A fact is stated as often as it changes: a later statement takes the place of the earlier one, and must differ from
    it in value, evidence or source. That a fact is unknown can be stated only after it was known.
 4. A position is taken likewise; that none is taken can be said only after one was.
 5. Notes stand side by side.
 6. The assessment is closed once.

Which facts and positions there are is not for these rules: packs differ. What no pack knows bears on nothing.

State, key by key:
    opening             as in `verbale.matters.rules`
    last                id of the latest act with effect
    fact:<fact>         {"act", "value", "evidence", "source", "who", "issued"}: the latest statement
    position:<name>     {"act", "view", "text", "who", "issued"}
    note:<id>           {"text", "who", "issued"}
    closed              {"act", "by", "text", "issued"}
"""

from collections.abc import Callable, Mapping
from typing import Any

from verbale.matters.rules import close, enter, member, open_matter
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["facts_of", "positions_of", "rule"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "assessment.open":
        return enter(state, act, _open(state, act))
    return enter(state, act, member(state, act) or _RULES[act.type](state, act))


def facts_of(state: Mapping[str, Any]) -> dict[str, bool]:
    """The facts that are known, as the engine takes them."""
    return {
        name: entry["value"] == "true" for name, entry in _entries(state, "fact") if entry["value"] in ("true", "false")
    }


def positions_of(state: Mapping[str, Any]) -> dict[str, bool]:
    """The positions that are taken, as the engine takes them."""
    return {name: entry["view"] == "first" for name, entry in _entries(state, "position") if entry["view"] != "none"}


def _entries(state: Mapping[str, Any], prefix: str) -> list[tuple[str, Mapping[str, Any]]]:
    return [(key.partition(":")[2], state[key]) for key in sorted(state) if key.startswith(f"{prefix}:")]


def _open(state: State, act: Act) -> Effect:
    if act.audience:
        return Effect(gettext_noop("It is addressed to somebody: an assessment never leaves the house."))
    return open_matter(state, act, title=act.body["title"], alone=True)


def _state(state: State, act: Act) -> Effect:
    told = {name: act.body.get(name, "") for name in ("value", "evidence", "source")}
    return _put(state, act, f"fact:{act.body['fact']}", told, nothing=told["value"] == "unknown")


def _position(state: State, act: Act) -> Effect:
    told = {name: act.body.get(name, "") for name in ("view", "text")}
    return _put(state, act, f"position:{act.body['position']}", told, nothing=told["view"] == "none")


def _put(state: State, act: Act, key: str, told: dict[str, Any], *, nothing: bool) -> Effect:
    before = state.get(key)
    if before is None and nothing:
        return Effect(gettext_noop("It takes back what was never said."))
    if before is not None and {name: before[name] for name in told} == told:
        return Effect(gettext_noop("It says what is said already."))
    state[key] = {"act": act.id, **told, "who": act.body.get("who", ""), "issued": act.issued}
    return EFFECTIVE


def _note(state: State, act: Act) -> Effect:
    state[f"note:{act.id}"] = {"text": act.body["text"], "who": act.body.get("who", ""), "issued": act.issued}
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "assessment.state": _state,
    "assessment.position": _position,
    "assessment.note": _note,
    "assessment.close": close,
}
