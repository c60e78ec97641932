"""Rules of effect of capacity building. Pure: the state and the act, no clock.

 1. `capacity.need` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author is
    the needing state; it and its addressees are the parties, for good.
 2. Every other act takes effect only after a need that has effect; its author is a party, and it is addressed to all
    other parties and to nobody else.
 3. An act that is about an offer names it among its `refs`.
 4. Any party but the needing state offers, as often as it likes; offers stand side by side.
 5. Only the needing state takes an offer or declines it; each offer is decided once, for good. It may take several.
 6. The offering and the needing state report on an offer that was taken; of each the latest report stands.
 7. Only the needing state closes the matter, once. After that only reports take effect: a training that was agreed is
    held when it is held.

State, key by key:
    opening                     as in `verbale.matters.rules`, and "topic", "text", "people", "deadline"
    last                        id of the latest act with effect
    offer:<id>                  {"by", "what", "provider", "places", "first", "last", "amount", "currency", "text",
                                "issued"}
    decided:<offer>             {"act", "word": "match"|"decline", "text", "issued"}
    report:<offer>:<node>       {"by", "act", "offer", "held", "trained", "remark", "issued"}
    closed                      {"act", "by", "text", "issued"}
"""

from collections.abc import Callable

from verbale.matters.rules import close, enter, member, named, open_matter
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["rule", "title"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "capacity.need":
        return enter(state, act, _need(state, act))
    outside = member(state, act, after_close=act.type == "capacity.report")
    return enter(state, act, outside or _RULES[act.type](state, act))


def title(state: State) -> str:
    """What is needed, in a line; empty while nothing has opened the matter."""
    return str(state.get("opening", {}).get("title", ""))


def _need(state: State, act: Act) -> Effect:
    entry = {name: act.body[name] for name in ("topic", "text", "people", "deadline")}
    return open_matter(state, act, title=act.body["title"], **entry)


def _offer(state: State, act: Act) -> Effect:
    body = act.body
    if act.author == state["opening"]["by"]:
        return Effect(gettext_noop("%s has the need: it does not offer to itself."), (act.author,))
    state[f"offer:{act.id}"] = {
        "by": act.author,
        **{name: body[name] for name in ("what", "provider", "places", "first", "last")},
        "amount": body.get("amount"),
        "currency": body.get("currency"),
        "text": body.get("text", ""),
        "issued": act.issued,
    }
    return EFFECTIVE


def _decide(state: State, act: Act) -> Effect:
    needing = state["opening"]["by"]
    if act.author != needing:
        return Effect(gettext_noop("Only %s, which has the need, takes or declines an offer."), (needing,))
    offer = named(state, act, "offer", "offer")
    if isinstance(offer, Effect):
        return offer
    key, word = f"decided:{act.body['offer']}", act.type.partition(".")[2]
    before = state.get(key)
    if before is not None and before["word"] == "match":
        return Effect(gettext_noop("The offer had already been taken."))
    if before is not None:
        return Effect(gettext_noop("The offer had already been declined."))
    text = act.body.get("text", "") if word == "match" else act.body["reason"]
    state[key] = {"act": act.id, "word": word, "text": text, "issued": act.issued}
    return EFFECTIVE


def _report(state: State, act: Act) -> Effect:
    offer, body = named(state, act, "offer", "offer"), act.body
    if isinstance(offer, Effect):
        return offer
    if act.author not in (offer["by"], state["opening"]["by"]):
        return Effect(gettext_noop("Only %s and %s report on this offer."), (offer["by"], state["opening"]["by"]))
    if state.get(f"decided:{body['offer']}", {}).get("word") != "match":
        return Effect(gettext_noop("The offer has not been taken: there is nothing to report on."))
    state[f"report:{body['offer']}:{act.author}"] = {
        "by": act.author,
        "act": act.id,
        "offer": body["offer"],
        "held": body["held"],
        "trained": body.get("trained", 0),
        "remark": body.get("remark", ""),
        "issued": act.issued,
    }
    return EFFECTIVE


def _close(state: State, act: Act) -> Effect:
    needing = state["opening"]["by"]
    if act.author != needing:
        return Effect(gettext_noop("Only %s, which has the need, closes the matter."), (needing,))
    return close(state, act)


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "capacity.offer": _offer,
    "capacity.match": _decide,
    "capacity.decline": _decide,
    "capacity.report": _report,
    "capacity.close": _close,
}
