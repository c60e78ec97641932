"""Rules of effect of a private overlap. Pure: the state and the act, no clock.

 1. `overlap.propose` takes effect only in the matter that it opens, once, and addressed to one other side and nobody
    else. Its terms hold for good.
 2. Every other act takes effect only after an opening that has effect and before the end; its author is a party, and it
    is addressed to the other.
 3. An act that is about an earlier one (the proposal, the acceptance, a request, a response) names it among its `refs`.
 4. Only the side to which it was proposed accepts or declines, and once. A declination ends the matter.
 5. Runs: in run 1 the side that proposed learns; in run 2, which there is only where both are to learn, the other.
 6. A request is said after the acceptance, once a run, by the side that learns in it. It holds no more values than was
    agreed, and exactly so many where both fill up their sets.
 7. A response answers the request of the other side that it names, once; it names the same bytes, and its author's set
    holds no more values than was agreed, and exactly so many where both fill up.
 8. A result is said by the side that learns about the response to its request, once. It tells how many there are where
    that was agreed, and nothing otherwise; there are no more than values on either side.
 9. With the result of the last run the matter ends by itself. Before that, either side ends it by a cancellation.

State, key by key:
    opening         as in `verbale.matters.rules`, and the terms: "kinds", "since", "learn", "learns", "most", "pad",
                    "exact", "rate", "tell", "rules", "text"
    last            id of the latest act with effect
    accepted        {"act", "by", "issued"}
    request:<run>   {"act", "by", "count", "sha256", "files", "issued"}; `files` is the hashes of the attachments
    response:<run>  {"act", "by", "count", "setup", "files", "issued"}
    result:<run>    {"act", "by", "size", "issued"}; `size` is null where it is not told
    declined        {"act", "by", "reason", "issued"}
    cancelled       {"act", "by", "reason", "issued"}
    closed          {"act", "by", "text", "issued"}
"""

from collections.abc import Callable, Mapping
from typing import Any

from verbale.matters.rules import close, enter, member, open_matter
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["learner", "rule", "runs", "title"]

_TERMS = ("kinds", "since", "learn", "learns", "most", "pad", "exact", "rate", "tell", "rules", "text")
_DEFAULTS: dict[str, Any] = {
    "since": None,
    "pad": False,
    "exact": False,
    "rate": 6,
    "tell": False,
    "rules": 1,
    "text": "",
}


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "overlap.propose":
        return enter(state, act, _propose(state, act))
    outside = member(state, act)
    return enter(state, act, outside or _RULES[act.type](state, act))


def title(state: State) -> str:
    """What the overlap is called; empty while nothing has opened it."""
    return str(state.get("opening", {}).get("title", ""))


def runs(opening: Mapping[str, Any]) -> tuple[int, ...]:
    """The runs that the terms provide for."""
    return (1, 2) if opening["learns"] == "both" else (1,)


def learner(opening: Mapping[str, Any], run: int) -> str:
    """Who learns in that run."""
    proposer: str = opening["by"]
    if run == 1:
        return proposer
    return next(node for node in opening["parties"] if node != proposer)


def _propose(state: State, act: Act) -> Effect:
    if len(act.parties) > 2:
        return Effect(
            gettext_noop("An overlap is between two sides: it is addressed to one other, and to nobody else.")
        )
    terms = {name: act.body.get(name, _DEFAULTS.get(name)) for name in _TERMS}
    return open_matter(state, act, title=act.body["title"], **{**terms, "kinds": list(act.body["kinds"])})


def _asked(state: State, act: Act) -> Effect | None:
    """Why the author cannot answer the proposal."""
    opening = state["opening"]
    if act.author == opening["by"]:
        return Effect(gettext_noop("It is %s's own proposal."), (act.author,))
    if "accepted" in state:
        return Effect(gettext_noop("%s had already accepted."), (act.author,))
    return None


def _about(state: State, act: Act, field: str, key: str) -> Mapping[str, Any] | Effect:
    """The entry under `key`, when it is of the act that the body names in `field`; or why it is not."""
    identifier = act.body[field]
    if identifier not in act.refs:
        return Effect(gettext_noop("It does not refer to the act that it is about."))
    entry: Mapping[str, Any] | None = state.get(key)
    if entry is None or entry["act"] != identifier:
        return Effect(gettext_noop("The act that it is about has not arrived, or is without effect."))
    return entry


def _accept(state: State, act: Act) -> Effect:
    hindered = _asked(state, act)
    if hindered is not None:
        return hindered
    proposal = _about(state, act, "proposal", "opening")
    if isinstance(proposal, Effect):
        return proposal
    state["accepted"] = {"act": act.id, "by": act.author, "issued": act.issued}
    return EFFECTIVE


def _decline(state: State, act: Act) -> Effect:
    hindered = _asked(state, act)
    if hindered is not None:
        return hindered
    state["declined"] = _why(act)
    return close(state, act)


def _why(act: Act) -> dict[str, Any]:
    return {"act": act.id, "by": act.author, "reason": act.body["reason"], "issued": act.issued}


def _count(opening: Mapping[str, Any], count: int) -> Effect | None:
    """Why a set of that many values is not as agreed."""
    if count > opening["most"]:
        return Effect(gettext_noop("It holds more values than the agreed %s."), (str(opening["most"]),))
    if opening["pad"] and count != opening["most"]:
        return Effect(gettext_noop("It is not filled up to the agreed %s values."), (str(opening["most"]),))
    return None


def _request(state: State, act: Act) -> Effect:
    opening, body = state["opening"], act.body
    accepted = _about(state, act, "acceptance", "accepted")
    if isinstance(accepted, Effect):
        return accepted
    run = body["run"]
    if run not in runs(opening):
        return Effect(gettext_noop("The terms provide for no second run."))
    if act.author != learner(opening, run):
        return Effect(gettext_noop("In this run %s learns, and asks."), (learner(opening, run),))
    if f"request:{run}" in state:
        return Effect(gettext_noop("The request of this run had already been made."))
    wrong = _count(opening, body["count"])
    if wrong is not None:
        return wrong
    state[f"request:{run}"] = {
        "act": act.id,
        "by": act.author,
        "count": body["count"],
        "sha256": body["sha256"],
        "files": [item["sha256"] for item in body["attachments"]],
        "issued": act.issued,
    }
    return EFFECTIVE


def _run_of(state: State, word: str, identifier: str) -> int:
    """The run whose `word` that act is; 0 for none."""
    return next((run for run in (1, 2) if state.get(f"{word}:{run}", {}).get("act") == identifier), 0)


def _response(state: State, act: Act) -> Effect:
    opening, body = state["opening"], act.body
    run = _run_of(state, "request", body["request"])
    request = _about(state, act, "request", f"request:{run}")
    if isinstance(request, Effect):
        return request
    if request["by"] == act.author:
        return Effect(gettext_noop("It is %s's own request."), (act.author,))
    if f"response:{run}" in state:
        return Effect(gettext_noop("The request had already been answered."))
    if body["answers"] != request["sha256"]:
        return Effect(gettext_noop("It answers other bytes than those of the request."))
    wrong = _count(opening, body["count"])
    if wrong is not None:
        return wrong
    state[f"response:{run}"] = {
        "act": act.id,
        "by": act.author,
        "count": body["count"],
        "setup": body["setup"],
        "files": [item["sha256"] for item in body["attachments"]],
        "issued": act.issued,
    }
    return EFFECTIVE


def _result(state: State, act: Act) -> Effect:
    opening, size = state["opening"], act.body.get("size")
    run = _run_of(state, "response", act.body["response"])
    response = _about(state, act, "response", f"response:{run}")
    if isinstance(response, Effect):
        return response
    if response["by"] == act.author:
        return Effect(gettext_noop("Only %s, which learns in this run, says that it has the result."),
                      (learner(opening, run),))  # fmt: skip
    if f"result:{run}" in state:
        return Effect(gettext_noop("The result of this run had already been told."))
    if (size is not None) is not opening["tell"]:
        return Effect(
            gettext_noop("It does not tell how many there are, as was agreed.")
            if opening["tell"]
            else gettext_noop("It tells how many there are, which was not agreed.")
        )
    if size is not None and size > min(response["count"], state[f"request:{run}"]["count"]):
        return Effect(gettext_noop("It tells of more values than a side brought."))
    state[f"result:{run}"] = {"act": act.id, "by": act.author, "size": size, "issued": act.issued}
    if all(f"result:{number}" in state for number in runs(opening)):
        return close(state, act)
    return EFFECTIVE


def _cancel(state: State, act: Act) -> Effect:
    state["cancelled"] = _why(act)
    return close(state, act)


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "overlap.accept": _accept,
    "overlap.decline": _decline,
    "overlap.request": _request,
    "overlap.response": _response,
    "overlap.result": _result,
    "overlap.cancel": _cancel,
}
