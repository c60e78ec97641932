"""Rules of effect of drills. Pure: the state and the act, no clock.

 1. No act takes effect that is not marked as an exercise.
 2. `drill.schedule` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author
    directs; its addressees take part; each role is played by one of them or by the director.
 3. Every other act takes effect only after that; its author is a party, and it is addressed to all other parties and
    to nobody else.
 4. A participant accepts or declines before the start; a later word of the same participant replaces its earlier one,
    and the same word twice is without effect.
 5. The director starts the drill, once, when all participants have accepted.
 6. The director issues each inject once, between start and end. It must be the one that was committed to: the hash of
    its content and nonce is the one in the opening.
 7. Who plays the role of an inject responds to it, naming it among the `refs`, between start and end, as often as there
    is something to tell.
 8. The director ends the drill, once; before the start that calls it off. What a good response would have been is told
    of injects that were issued, and must fit the hash inside the inject.
 9. After the end of a drill that had started, each party notes what it observed of an objective; a later note of the
    same party on the same objective replaces its earlier one.

State, key by key:
    opening                   as `rules.open_matter`; "by" is the director
    last                      id of the latest act with effect
    plan                      {"scenario", "version", "situation", "start", "minutes", "roles", "objectives", "injects",
                              "seed"}; "injects" is how many
    commitment:<number>       the hash
    answer:<node>             {"says": accept|decline, "act", "text", "issued"}
    started                   {"act", "issued"}
    given:<number>            id of the act of that inject
    inject:<act>              {"number", "at", "to", "node", "title", "text", "within", "objective", "expected",
                              "issued"}
    response:<act>            {"by", "inject", "text", "acts", "issued"}
    expected:<number>         what a good response would have been
    closed                    {"act", "by", "text", "issued"}
    lesson:<node>:<objective> {"act", "rating", "text", "improvement", "office", "issued"}
"""

from collections.abc import Callable
from typing import Any

from verbale.matters import rules
from verbale.matters.drill.acts import commitment, expected_hash
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if not act.exercise:
        return Effect(gettext_noop("It is not marked as an exercise."))
    if act.type == "drill.schedule":
        return _schedule(state, act)
    against = rules.member(state, act, after_close=act.type == "drill.lesson")
    return rules.enter(state, act, _RULES[act.type](state, act) if against is None else against)


def title(state: State) -> str:
    opening = state.get("opening")
    return str(opening["title"]) if opening else ""


def _schedule(state: State, act: Act) -> Effect:
    body = act.body
    for item in body["roles"]:
        if item["node"] not in act.parties:
            return Effect(gettext_noop("%s has a role and takes no part."), (item["node"],))
    effect = rules.open_matter(state, act, title=body["title"])
    if not effect.effective:
        return effect
    names = ("scenario", "version", "situation", "start", "minutes", "roles", "objectives", "seed")
    state["plan"] = {**{name: body[name] for name in names}, "injects": len(body["injects"])}
    for number, digest in enumerate(body["injects"], 1):
        state[f"commitment:{number}"] = digest
    return effect


def _of_director(state: State, act: Act) -> Effect | None:
    if act.author != state["opening"]["by"]:
        return Effect(gettext_noop("%s directs the drill, and nobody else."), (state["opening"]["by"],))
    return None


def _running(state: State) -> Effect | None:
    if "started" not in state:
        return Effect(gettext_noop("The drill has not begun."))
    return None


# -- before the start --------------------------------------------------------------------------------------------------


def _accept(state: State, act: Act) -> Effect:
    return _answer(state, act, "accept", "")


def _decline(state: State, act: Act) -> Effect:
    return _answer(state, act, "decline", act.body["reason"])


def _answer(state: State, act: Act, says: str, text: str) -> Effect:
    me = act.author
    if me == state["opening"]["by"]:
        return Effect(gettext_noop("It is %s's own drill."), (me,))
    if "started" in state:
        return Effect(gettext_noop("The drill had begun."))
    before = state.get(f"answer:{me}")
    if before is not None and before["says"] == says:
        if says == "accept":
            return Effect(gettext_noop("%s had already accepted."), (me,))
        return Effect(gettext_noop("%s had already declined."), (me,))
    state[f"answer:{me}"] = {"says": says, "act": act.id, "text": text, "issued": act.issued}
    return EFFECTIVE


def _start(state: State, act: Act) -> Effect:
    if (against := _of_director(state, act)) is not None:
        return against
    if "started" in state:
        return Effect(gettext_noop("The drill had begun."))
    for node in state["opening"]["parties"]:
        if node != act.author and state.get(f"answer:{node}", {}).get("says") != "accept":
            return Effect(gettext_noop("%s has not accepted to take part."), (node,))
    state["started"] = {"act": act.id, "issued": act.issued}
    return EFFECTIVE


# -- while it runs -----------------------------------------------------------------------------------------------------


def _inject(state: State, act: Act) -> Effect:
    against = _of_director(state, act) or _running(state)
    if against is not None:
        return against
    body, number = act.body, act.body["number"]
    committed = state.get(f"commitment:{number}")
    if committed is None:
        return Effect(gettext_noop("The drill has no inject %s."), (str(number),))
    if f"given:{number}" in state:
        return Effect(gettext_noop("Inject %s had already been issued."), (str(number),))
    if commitment(body) != committed:
        return Effect(gettext_noop("It is not the inject %s to which the director had committed."), (str(number),))
    role = next((item for item in state["plan"]["roles"] if item["role"] == body["to"]), None)
    if role is None:
        return Effect(gettext_noop("Nobody plays the role of this inject."))
    state[f"given:{number}"] = act.id
    names = ("number", "at", "to", "title", "text", "within", "objective", "expected")
    state[f"inject:{act.id}"] = {**{name: body[name] for name in names}, "node": role["node"], "issued": act.issued}
    return EFFECTIVE


def _respond(state: State, act: Act) -> Effect:
    inject = rules.named(state, act, "inject", "inject")
    if isinstance(inject, Effect):
        return inject
    if inject["node"] != act.author:
        return Effect(gettext_noop("The inject went to %s, who alone responds."), (inject["node"],))
    state[f"response:{act.id}"] = {
        "by": act.author,
        "inject": act.body["inject"],
        "text": act.body["text"],
        "acts": act.body.get("acts", []),
        "issued": act.issued,
    }
    return EFFECTIVE


# -- after it ----------------------------------------------------------------------------------------------------------


def _end(state: State, act: Act) -> Effect:
    if (against := _of_director(state, act)) is not None:
        return against
    told: dict[int, str] = {}
    for item in act.body.get("expected", []):
        number = item["number"]
        given = state.get(f"given:{number}")
        if given is None:
            return Effect(gettext_noop("It tells of inject %s, which was not issued."), (str(number),))
        if expected_hash(item["text"], item["nonce"]) != state[f"inject:{given}"]["expected"]:
            return Effect(
                gettext_noop("What it tells of inject %s is not what the director had committed to."), (str(number),)
            )
        told[number] = item["text"]
    for number, text in told.items():
        state[f"expected:{number}"] = text
    return rules.close(state, act)


def _lesson(state: State, act: Act) -> Effect:
    body = act.body
    if (against := _running(state)) is not None:
        return against
    if "closed" not in state:
        return Effect(gettext_noop("The drill is not over."))
    if body["objective"] not in {item["id"] for item in state["plan"]["objectives"]}:
        return Effect(gettext_noop("The drill has no such objective."))
    entry: dict[str, Any] = {name: body.get(name, "") for name in ("rating", "text", "improvement", "office")}
    state[f"lesson:{act.author}:{body['objective']}"] = {**entry, "act": act.id, "issued": act.issued}
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "drill.accept": _accept,
    "drill.decline": _decline,
    "drill.start": _start,
    "drill.inject": _inject,
    "drill.respond": _respond,
    "drill.end": _end,
    "drill.lesson": _lesson,
}
