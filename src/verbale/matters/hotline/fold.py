"""Rules of effect of a hotline. Pure: the state and the act, no clock; an answer's time is held against its test's.

 1. `hotline.open` takes effect only in the matter that it opens, once, and addressed to exactly one other state. These
    two are the sides of the line, for good.
 2. Every other act takes effect only after an opening that has effect; its author is one of the two sides, and it is
    addressed to the other and to nobody else.
 3. An act that is about another one (a message, a test, a schedule) names it among its `refs`.
 4. The side that did not open the line joins it, once. Until then nothing but joining and closing takes effect: to
    close is then to decline, or to withdraw the proposal.
 5. Each side says who mans the line on its side; a later word replaces the earlier.
 6. A message that answers another one answers one of the other side.
 7. Only the side to which a message was addressed says that it was read there, once, and acknowledges it, once.
    Either may come without the other.
 8. A message waits for the other side until that side acknowledges it or answers it.
 9. Either side sets the schedule of tests; the one that stands last is in force.
10. A test by a schedule is for one of its moments, which has come by the date of the test; it is sent by the side whose
    turn that is: the side that set the schedule sends the first, then both in turn. Each moment is tested once. The
    schedule may have been replaced meanwhile. A test at will is sent by either side at any time.
11. Only the side to which a test was sent answers it, once. An answer later than the minutes of the test (by a
    schedule, those of the schedule) counts, as late.
12. Either side closes the line, once. After that only readings, acknowledgements and answers to tests take effect, so
    that nothing that was said before stays open.

State, key by key:
    opening                 as in `verbale.matters.rules`, and "languages", "text"
    last                    id of the latest act with effect
    joined                  {"act", "by", "issued"}
    desk:<node>             {"act", "text", "issued"}: who mans the line there
    message:<id>            {"by", "issued", "precedence", "exercise", "answers"}
    read:<message>          {"act", "by", "issued"}
    acknowledged:<message>  {"act", "by", "issued", "seized", "text"}
    answered:<message>      {"act", "by", "issued"}: the first message that answers it
    schedule:<id>           {"by", "every", "at", "start", "within", "issued"}
    schedule                the one in force, as above and "act"
    test:<id>               {"by", "issued", "precedence", "schedule", "slot", "within"}
    slot:<schedule>:<slot>  id of the test of that moment
    answer:<test>           {"act", "by", "issued", "took": milliseconds by both clocks, "late"}
    owed:<id>               {"what": message|test, "to", "issued", "precedence"}: waits for `to`; absent once it has not
    closed                  {"act", "by", "text", "issued"}
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from verbale.matters import rules
from verbale.matters.hotline import rota
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop, parse_time

__all__ = ["rule", "title"]

_AFTER_CLOSE = frozenset(("hotline.read", "hotline.acknowledge", "hotline.answer-test"))
_BEFORE_JOINED = frozenset(("hotline.join", "hotline.close"))


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "hotline.open":
        return rules.enter(state, act, _open(state, act))
    refused = rules.member(state, act, after_close=act.type in _AFTER_CLOSE)
    if refused is not None:
        return refused
    if act.type not in _BEFORE_JOINED and "joined" not in state:
        return Effect(gettext_noop("%s has not joined the line yet."), (_other(state, state["opening"]["by"]),))
    return rules.enter(state, act, _RULES[act.type](state, act))


def title(state: State) -> str:
    """What both sides call the line."""
    opening = state.get("opening")
    return str(opening["title"]) if opening else ""


def _other(state: State, node: str) -> str:
    return next(party for party in state["opening"]["parties"] if party != node)


def _open(state: State, act: Act) -> Effect:
    if len(act.audience) > 1:
        return Effect(gettext_noop("A hotline stands between two, and it is addressed to more than one other."))
    body = act.body
    effect = rules.open_matter(
        state, act, title=body["name"], languages=list(body["languages"]), text=body.get("text", "")
    )
    if effect.effective:
        _note_desk(state, act)
    return effect


def _note_desk(state: State, act: Act) -> None:
    state[f"desk:{act.author}"] = {"act": act.id, "text": act.body["desk"], "issued": act.issued}


def _said(act: Act) -> dict[str, Any]:
    return {"act": act.id, "by": act.author, "issued": act.issued}


def _join(state: State, act: Act) -> Effect:
    if act.author == state["opening"]["by"]:
        return Effect(gettext_noop("%s opened the line: it is for the other side to join it."), (act.author,))
    if "joined" in state:
        return Effect(gettext_noop("%s had already joined the line."), (act.author,))
    state["joined"] = _said(act)
    _note_desk(state, act)
    return EFFECTIVE


def _desk(state: State, act: Act) -> Effect:
    _note_desk(state, act)
    return EFFECTIVE


# -- messages ----------------------------------------------------------------------------------------------------------


def _wait(state: State, act: Act, what: str) -> None:
    state[f"owed:{act.id}"] = {
        "what": what,
        "to": _other(state, act.author),
        "issued": act.issued,
        "precedence": act.precedence,
    }


def _settle(state: State, identifier: str) -> None:
    if f"owed:{identifier}" in state:
        del state[f"owed:{identifier}"]


def _message(state: State, act: Act) -> Effect:
    answers = act.body.get("answers")
    if answers is not None:
        answered = rules.named(state, act, "answers", "message")
        if isinstance(answered, Effect):
            return answered
        if answered["by"] == act.author:
            return Effect(gettext_noop("It is %s's own message: the other side answers it."), (act.author,))
        state.setdefault(f"answered:{answers}", _said(act))
        _settle(state, answers)
    state[f"message:{act.id}"] = {
        "by": act.author,
        "issued": act.issued,
        "precedence": act.precedence,
        "exercise": act.exercise,
        "answers": answers,
    }
    _wait(state, act, "message")
    return EFFECTIVE


def _addressed(state: State, act: Act) -> Effect | None:
    """Why it is not for the author to read or acknowledge the message that the act names, if so."""
    message = rules.named(state, act, "message", "message")
    if isinstance(message, Effect):
        return message
    if message["by"] == act.author:
        return Effect(gettext_noop("The message was not addressed to %s, who wrote it."), (act.author,))
    return None


def _read(state: State, act: Act) -> Effect:
    refused = _addressed(state, act)
    if refused is not None:
        return refused
    key = f"read:{act.body['message']}"
    if key in state:
        return Effect(gettext_noop("The message had been read at %s before."), (act.author,))
    state[key] = _said(act)
    return EFFECTIVE


def _acknowledge(state: State, act: Act) -> Effect:
    refused = _addressed(state, act)
    if refused is not None:
        return refused
    key = f"acknowledged:{act.body['message']}"
    if key in state:
        return Effect(gettext_noop("%s had already acknowledged the message."), (act.author,))
    state[key] = {**_said(act), "seized": act.body["seized"], "text": act.body.get("text", "")}
    _settle(state, act.body["message"])
    return EFFECTIVE


# -- tests -------------------------------------------------------------------------------------------------------------


def _schedule(state: State, act: Act) -> Effect:
    entry = {
        "by": act.author,
        **{name: act.body[name] for name in ("every", "at", "start")},
        "within": act.body.get("within", 60),
        "issued": act.issued,
    }
    state[f"schedule:{act.id}"] = entry
    state["schedule"] = {**entry, "act": act.id}
    return EFFECTIVE


def _test(state: State, act: Act) -> Effect:
    body = act.body
    identifier, slot, within = body.get("schedule"), body.get("slot"), body.get("within", 60)
    if identifier is not None:
        schedule = rules.named(state, act, "schedule", "schedule")
        if isinstance(schedule, Effect):
            return schedule
        number = rota.number_of(schedule, slot)
        if number is None:
            return Effect(gettext_noop("%s is no moment of the schedule."), (slot,))
        side = rota.turn(schedule, number, state["opening"]["parties"])
        if act.author != side:
            return Effect(gettext_noop("The test of %s is %s's to send."), (slot, side))
        # Both are UTC; the slot is to the second, so the texts compare by that length.
        if act.issued[:19] < slot[:19]:
            return Effect(gettext_noop("It was sent before %s, for which it is."), (slot,))
        if f"slot:{identifier}:{slot}" in state:
            return Effect(gettext_noop("The line had already been tested for %s."), (slot,))
        state[f"slot:{identifier}:{slot}"] = act.id
        within = schedule["within"]
    state[f"test:{act.id}"] = {
        "by": act.author,
        "issued": act.issued,
        "precedence": act.precedence,
        "schedule": identifier,
        "slot": slot,
        "within": within,
    }
    _wait(state, act, "test")
    return EFFECTIVE


def _answer(state: State, act: Act) -> Effect:
    test = rules.named(state, act, "test", "test")
    if isinstance(test, Effect):
        return test
    if test["by"] == act.author:
        return Effect(gettext_noop("%s sent the test: it is for the other side to answer it."), (act.author,))
    key = f"answer:{act.body['test']}"
    if key in state:
        return Effect(gettext_noop("%s had already answered the test."), (act.author,))
    # By two clocks, so that an answer may seem to come before its test: that is at once, not sooner.
    took = max(timedelta(), act.issued_at - parse_time(test["issued"], "issued"))
    state[key] = {
        **_said(act),
        "took": took // timedelta(milliseconds=1),
        "late": took > timedelta(minutes=test["within"]),
    }
    _settle(state, act.body["test"])
    return EFFECTIVE


def _close(state: State, act: Act) -> Effect:
    return rules.close(state, act)


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "hotline.join": _join,
    "hotline.desk": _desk,
    "hotline.message": _message,
    "hotline.read": _read,
    "hotline.acknowledge": _acknowledge,
    "hotline.schedule": _schedule,
    "hotline.test": _test,
    "hotline.answer-test": _answer,
    "hotline.close": _close,
}
