"""Rules of effect of an attribution workbench. Pure: the state and the act, no clock.

 1. `workbench.open` takes effect only in the matter that it opens, once, and addressed to nobody: a workbench is its
    author's alone. It puts forward the hypothesis `other`, somebody else or unknown, which is never withdrawn.
 2. Every other act takes effect only after an opening that has effect, is of the same author, and addressed to nobody.
    After the close nothing takes effect.
 3. What an act is about (item, gap, hypothesis) it has among its `refs`; it is there and has not been withdrawn.
 4. Hypotheses are put forward up to a limit, numbered in order. Their weights are set anew by an act that changes one.
 5. Evidence and gaps are each numbered in order. An item may fill a gap that is still open; the gap is then filled.
 6. A rating replaces that of an item or of an open gap, and must change something; a gap has no group.
 7. An analyst's judgement of an item or of an open gap replaces an earlier one of the same analyst. It is about
    hypotheses that stand.
 8. A hypothesis, an item, or an open gap is withdrawn once. What was judged of it stays on record.
 9. A conclusion is about a hypothesis that stands, and replaces an earlier one.
10. The workbench is closed once.

State, key by key:
    opening                     as in `verbale.matters.rules`, and "question"
    last                        id of the latest act with effect
    hypotheses, items, gaps     how many have been put forward, withdrawn ones included
    hypothesis:<id>             {"number", "text", "parts", "reason", "issued"}; `hypothesis:other` has number 0
    evidence:<id>               {"number", "text", "reliability", "credibility", "group", "source", "files",
                                "elsewhere", "custody", "answers", "issued"}
    gap:<id>                    {"number", "text", "reliability", "credibility", "issued"}
    filled:<gap>                {"evidence", "issued"}
    judgement:<item>:<analyst>  {"act", "item", "analyst", "name", "values": {hypothesis: percent}, "text", "issued"}
    withdrawn:<id>              {"act", "text", "issued"}
    conclusion                  {"act", "hypothesis", "likelihood", "confidence", "text", "computed", "issued"}
    closed                      {"act", "by", "text", "issued"}
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from verbale.matters.rules import close, enter, member, named, open_matter
from verbale.matters.workbench.acts import MAX_HYPOTHESES, OTHER
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "workbench.open":
        return enter(state, act, _open(state, act))
    return enter(state, act, member(state, act) or _RULES[act.type](state, act))


def title(state: State) -> str:
    """What it is about; empty while nothing has opened it."""
    return str(state.get("opening", {}).get("title", ""))


def _open(state: State, act: Act) -> Effect:
    if act.audience:
        return Effect(gettext_noop("It is addressed to somebody: a workbench never leaves the house."))
    body = act.body
    effect = open_matter(state, act, title=body["title"], alone=True, question=body.get("question", ""))
    if effect.effective:
        state.update({"hypotheses": 0, "items": 0, "gaps": 0})
        _put_hypothesis(state, act, OTHER, 0, "", body.get("other", 1))
    return effect


def _put_hypothesis(state: State, act: Act, key: str, number: int, text: str, parts: int) -> None:
    state[f"hypothesis:{key}"] = {
        "number": number,
        "text": text,
        "parts": parts,
        "reason": act.body.get("reason", ""),
        "issued": act.issued,
    }


def _hypothesis(state: State, act: Act) -> Effect:
    if state["hypotheses"] == MAX_HYPOTHESES:
        return Effect(gettext_noop("There are %s hypotheses already, and no room for more."), (str(MAX_HYPOTHESES),))
    state["hypotheses"] += 1
    _put_hypothesis(state, act, act.id, state["hypotheses"], act.body["text"], act.body.get("parts", 1))
    return EFFECTIVE


# -- what an act is about ----------------------------------------------------------------------------------------------


def _standing(state: State, act: Act, *prefixes: str) -> tuple[str, Mapping[str, Any]] | Effect:
    """The key and the entry of what the act names in `item`, which has not been withdrawn; a gap is still open."""
    identifier = act.body["item"]
    missing = EFFECTIVE
    for prefix in prefixes:
        entry = named(state, act, "item", prefix)
        if isinstance(entry, Effect):
            missing = entry
            continue
        if f"withdrawn:{identifier}" in state:
            return Effect(gettext_noop("What it is about has been withdrawn."))
        if f"filled:{identifier}" in state:
            return Effect(gettext_noop("The gap has been filled."))
        return f"{prefix}:{identifier}", entry
    return missing


def _unknown(state: State, act: Act, keys: Iterable[str]) -> Effect | None:
    """Why the hypotheses that an act is about are not all there; None when they are."""
    for key in keys:
        if key == OTHER:
            continue
        if key not in act.refs:
            return Effect(gettext_noop("It does not refer to a hypothesis that it is about."))
        if f"hypothesis:{key}" not in state:
            return Effect(gettext_noop("A hypothesis that it is about has not arrived, or is without effect."))
        if f"withdrawn:{key}" in state:
            return Effect(gettext_noop("A hypothesis that it is about has been withdrawn."))
    return None


# -- weights, evidence, gaps -------------------------------------------------------------------------------------------


def _prior(state: State, act: Act) -> Effect:
    given = {part["hypothesis"]: part["parts"] for part in act.body["priors"]}
    if effect := _unknown(state, act, given):
        return effect
    changed = {key: parts for key, parts in given.items() if state[f"hypothesis:{key}"]["parts"] != parts}
    if not changed:
        return Effect(gettext_noop("It changes no weight."))
    for key, parts in changed.items():
        state[f"hypothesis:{key}"] = {**state[f"hypothesis:{key}"], "parts": parts}
    return EFFECTIVE


def _evidence(state: State, act: Act) -> Effect:
    body = act.body
    gap = body.get("answers")
    if gap is not None:
        entry = named(state, act, "answers", "gap")
        if isinstance(entry, Effect):
            return entry
        if f"withdrawn:{gap}" in state:
            return Effect(gettext_noop("What it is about has been withdrawn."))
        if f"filled:{gap}" in state:
            return Effect(gettext_noop("The gap has been filled."))
        state[f"filled:{gap}"] = {"evidence": act.id, "issued": act.issued}
    state["items"] += 1
    state[f"evidence:{act.id}"] = {
        "number": state["items"],
        **{name: body[name] for name in ("text", "reliability", "credibility")},
        "group": body.get("group", "").strip(),
        "source": body.get("source", ""),
        "files": list(body.get("attachments", ())),
        "elsewhere": list(body.get("elsewhere", ())),
        "custody": list(body.get("custody", ())),
        "answers": gap,
        "issued": act.issued,
    }
    return EFFECTIVE


def _gap(state: State, act: Act) -> Effect:
    state["gaps"] += 1
    state[f"gap:{act.id}"] = {
        "number": state["gaps"],
        "text": act.body["text"],
        "reliability": act.body.get("reliability", "F"),
        "credibility": act.body.get("credibility", "6"),
        "issued": act.issued,
    }
    return EFFECTIVE


def _rate(state: State, act: Act) -> Effect:
    found = _standing(state, act, "evidence", "gap")
    if isinstance(found, Effect):
        return found
    key, entry = found
    after = {**entry, "reliability": act.body["reliability"], "credibility": act.body["credibility"]}
    if key.startswith("evidence:"):
        after["group"] = act.body.get("group", "").strip()
    if after == entry:
        return Effect(gettext_noop("It changes nothing in the rating."))
    state[key] = after
    return EFFECTIVE


# -- judging and concluding --------------------------------------------------------------------------------------------


def _judge(state: State, act: Act) -> Effect:
    found = _standing(state, act, "evidence", "gap")
    if isinstance(found, Effect):
        return found
    body = act.body
    values = {value["hypothesis"]: value["percent"] for value in body["values"]}
    if effect := _unknown(state, act, values):
        return effect
    state[f"judgement:{body['item']}:{body['analyst']}"] = {
        "act": act.id,
        "item": body["item"],
        "analyst": body["analyst"],
        "name": body["name"],
        "values": values,
        "text": body.get("text", ""),
        "issued": act.issued,
    }
    return EFFECTIVE


def _withdraw(state: State, act: Act) -> Effect:
    found = _standing(state, act, "hypothesis", "evidence", "gap")
    if isinstance(found, Effect):
        return found
    state[f"withdrawn:{act.body['item']}"] = {"act": act.id, "text": act.body["text"], "issued": act.issued}
    return EFFECTIVE


def _conclude(state: State, act: Act) -> Effect:
    body = act.body
    if effect := _unknown(state, act, (body["hypothesis"],)):
        return effect
    state["conclusion"] = {
        "act": act.id,
        **{name: body[name] for name in ("hypothesis", "likelihood", "confidence", "text")},
        "computed": {share["hypothesis"]: share["permille"] for share in body.get("computed", ())},
        "issued": act.issued,
    }
    return EFFECTIVE


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "workbench.hypothesis": _hypothesis,
    "workbench.prior": _prior,
    "workbench.evidence": _evidence,
    "workbench.gap": _gap,
    "workbench.rate": _rate,
    "workbench.judge": _judge,
    "workbench.withdraw": _withdraw,
    "workbench.conclude": _conclude,
    "workbench.close": close,
}
