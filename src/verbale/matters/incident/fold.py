"""Rules of effect of an incident. Pure: the state and the act, no clock.

1. `incident.open` takes effect only in the matter that it opens: the matter's id follows from its author and nonce.
2. The first account in order, an opening or a report, gives the title.
3. Each author closes and reopens the incident for itself; nobody closes it for another.
4. While its author considers it closed, that author's reports and assessments are without effect.
5. An assessment must name a scale and a level that the packs know, and of its factors only such, with answers, as
   the scale has; a later one of the same author and scale replaces it.
6. Where the scale computes, each factor must be answered, and the level must be the one that follows.

State, key by key:
    title               text
    accounts            ids of effective accounts, in order
    severity:<author>:<scale>   {"level", "reasons", "act"}, and "answers" where there are any
    closed:<author>     {"reason", "act"}; absent while open
"""

from collections.abc import Callable

from verbale.knowledge import Scale, scale_of
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop, matter_id

__all__ = ["closed_by", "rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    return _RULES[act.type](state, act)


def _open(state: State, act: Act) -> Effect:
    if matter_id(act.author, act.nonce) != act.matter:
        return Effect(gettext_noop("It claims to open this matter, whose id is not of its making."))
    return _account(state, act)


def _report(state: State, act: Act) -> Effect:
    if f"closed:{act.author}" in state:
        return Effect(gettext_noop("%s had closed the incident."), (act.author,))
    return _account(state, act)


def _account(state: State, act: Act) -> Effect:
    if "title" not in state:
        state["title"] = act.body["title"]
    state["accounts"] = [*state.get("accounts", []), act.id]
    return EFFECTIVE


def _assess(state: State, act: Act) -> Effect:
    if f"closed:{act.author}" in state:
        return Effect(gettext_noop("%s had closed the incident."), (act.author,))
    scale, level = act.body["scale"], act.body["level"]
    known = scale_of(scale)
    if known is None:
        return Effect(gettext_noop("No pack of this node knows the scale %s."), (scale,))
    if known.level(level) is None:
        return Effect(gettext_noop("The scale %s has no level %s."), (known.name, level))
    answers: dict[str, str] = act.body.get("answers") or {}
    if (refused := _refused(known, level, answers)) is not None:
        return refused
    noted = {"level": level, "reasons": act.body.get("reasons", ""), "act": act.id}
    state[f"severity:{act.author}:{scale}"] = {**noted, "answers": dict(answers)} if answers else noted
    return EFFECTIVE


def _refused(scale: Scale, level: str, answers: dict[str, str]) -> Effect | None:
    """Why these answers do not go with that scale and level; None when they do."""
    for identifier in sorted(answers):
        factor = scale.factor(identifier)
        if factor is None:
            return Effect(gettext_noop("The scale %s asks for no factor %s."), (scale.name, identifier))
        if factor.answer(answers[identifier]) is None:
            return Effect(
                gettext_noop("The scale %s knows no answer %s to %s."), (scale.name, answers[identifier], factor.name)
            )
    if not scale.computes:
        return None
    score = scale.score(answers)
    if score is None:
        missing = scale.unanswered(answers)[0].name
        return Effect(gettext_noop("The scale %s computes its level, and %s is not answered."), (scale.name, missing))
    if score.level.code != level:
        return Effect(
            gettext_noop("On the scale %s the answers give %s points and level %s, not %s."),
            (scale.name, score.told, score.level.code, level),
        )
    return None


def _remark(state: State, act: Act) -> Effect:
    return EFFECTIVE


def _close(state: State, act: Act) -> Effect:
    if f"closed:{act.author}" in state:
        return Effect(gettext_noop("%s had closed the incident."), (act.author,))
    state[f"closed:{act.author}"] = {"reason": act.body["reason"], "act": act.id}
    return EFFECTIVE


def _reopen(state: State, act: Act) -> Effect:
    if f"closed:{act.author}" not in state:
        return Effect(gettext_noop("%s had not closed the incident."), (act.author,))
    del state[f"closed:{act.author}"]
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "incident.open": _open,
    "incident.report": _report,
    "incident.assess": _assess,
    "incident.remark": _remark,
    "incident.close": _close,
    "incident.reopen": _reopen,
}


def title(state: State) -> str:
    """What the incident is called; empty while no account of it has taken effect."""
    return str(state.get("title", ""))


def closed_by(state: State) -> list[str]:
    """The nodes that consider it closed."""
    return sorted(key.partition(":")[2] for key in state if key.startswith("closed:"))
