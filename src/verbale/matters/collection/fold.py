"""Rules of effect of an intelligence collection. Pure: the state and the act, no clock.

 1. `collection.open` takes effect only in the matter that it opens, once, and addressed to somebody else. Its author
    and its addressees are the parties, for good; its author takes part from the beginning.
 2. Every other act takes effect only after an opening that has effect; its author is a party, and it is addressed to
    all other parties and to nobody else.
 3. An act that is about a contribution names it among its `refs`.
 4. A party joins once. Only who takes part contributes, reports sightings and gives feedback.
 5. Neither the opening nor a contribution, whose marking is that of its act, is marked above the highest marking.
 6. Only its author withdraws a contribution, once; after the close too, for what was wrong must not stay in use.
 7. A sighting is about a contribution that has not been withdrawn; whoever takes part may say it, its author included.
 8. Feedback is about a contribution that has not been withdrawn, as a whole or by single objects; after the close too,
    for what it is worth is often known only later. Of its own contribution a party says only that it is a false
    positive. The latest that a party says of the same object, or of the whole, stands.
 9. Only who opened the collection closes it, once.

State, key by key:
    opening                 as in `verbale.matters.rules`, and "purpose", "wanted", "ceiling"
    last                    id of the latest act with effect
    member:<node>           {"by", "act", "text", "issued"}: who takes part
    contribution:<id>       {"by", "title", "text", "marking", "files", "objects", "issued"}; `files` is how many
    withdrawn:<id>          {"act", "reason", "issued"}
    sighting:<id>           {"by", "contribution", "count", "day", "text", "issued"}
    seen:<contribution>     {"times", "reports", "first", "last"}: the sum of the counts, and the days
    feedback:<id>           {"by", "contribution", "verdict", "objects", "text", "issued"}
    verdict:<contribution>:<node>:<object>
                            {"verdict", "act", "issued"}: what stands; without an object it is about the whole
    contributions           how many have not been withdrawn
    closed                  {"act", "by", "text", "issued"}
"""

from collections.abc import Callable, Mapping
from typing import Any

from verbale.matters.rules import close, enter, member, named, open_matter
from verbale.protocol import EFFECTIVE, Act, Effect, Marking, State, gettext_noop

__all__ = ["rule", "title"]

_OUTLIVE = ("collection.withdraw", "collection.feedback")
"""What takes effect after the close, too."""


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    if act.type == "collection.open":
        return enter(state, act, _open(state, act))
    outside = member(state, act, after_close=act.type in _OUTLIVE)
    return enter(state, act, outside or _RULES[act.type](state, act))


def title(state: State) -> str:
    """What the collection is called; empty while nothing has opened it."""
    return str(state.get("opening", {}).get("title", ""))


def _above(ceiling: str, act: Act) -> Effect | None:
    highest = Marking(ceiling)
    if act.marking.rank <= highest.rank:
        return None
    return Effect(
        gettext_noop("It is marked %s, above the highest marking of the collection, %s."),
        (act.marking.label, highest.label),
    )


def _open(state: State, act: Act) -> Effect:
    body = act.body
    ceiling = body.get("ceiling", Marking.AMBER.value)
    above = _above(ceiling, act)
    if above is not None:
        return above
    effect = open_matter(
        state,
        act,
        title=body["title"],
        purpose=body["purpose"],
        wanted=list(body["wanted"]),
        ceiling=ceiling,
    )
    if effect.effective:
        state["contributions"] = 0
        _take_part(state, act, "")
    return effect


def _take_part(state: State, act: Act, text: str) -> None:
    state[f"member:{act.author}"] = {"by": act.author, "act": act.id, "text": text, "issued": act.issued}


def _join(state: State, act: Act) -> Effect:
    if f"member:{act.author}" in state:
        return Effect(gettext_noop("%s takes part already."), (act.author,))
    _take_part(state, act, act.body.get("text", ""))
    return EFFECTIVE


def _stays_out(state: State, act: Act) -> Effect | None:
    if f"member:{act.author}" in state:
        return None
    return Effect(gettext_noop("%s has not joined the collection."), (act.author,))


def _contribute(state: State, act: Act) -> Effect:
    outside = _stays_out(state, act)
    if outside is not None:
        return outside
    above = _above(state["opening"]["ceiling"], act)
    if above is not None:
        return above
    body = act.body
    state[f"contribution:{act.id}"] = {
        "by": act.author,
        "title": body["title"],
        "text": body.get("text", ""),
        "marking": act.marking.value,
        "files": len(body.get("attachments", ())),
        "objects": list(body.get("objects", ())),
        "issued": act.issued,
    }
    state["contributions"] += 1
    return EFFECTIVE


def _withdraw(state: State, act: Act) -> Effect:
    entry = named(state, act, "contribution", "contribution")
    if isinstance(entry, Effect):
        return entry
    if entry["by"] != act.author:
        return Effect(gettext_noop("It is %s's contribution: only its author withdraws it."), (entry["by"],))
    key = f"withdrawn:{act.body['contribution']}"
    if key in state:
        return Effect(gettext_noop("The contribution had already been withdrawn."))
    state[key] = {"act": act.id, "reason": act.body["reason"], "issued": act.issued}
    state["contributions"] -= 1
    return EFFECTIVE


def _in_use(state: State, act: Act) -> Mapping[str, Any] | Effect:
    """The contribution that an act of somebody who takes part is about, if it has not been withdrawn."""
    outside = _stays_out(state, act)
    if outside is not None:
        return outside
    entry = named(state, act, "contribution", "contribution")
    if not isinstance(entry, Effect) and f"withdrawn:{act.body['contribution']}" in state:
        return Effect(gettext_noop("The contribution had been withdrawn."))
    return entry


def _sighting(state: State, act: Act) -> Effect:
    entry = _in_use(state, act)
    if isinstance(entry, Effect):
        return entry
    body, identifier = act.body, act.body["contribution"]
    state[f"sighting:{act.id}"] = {
        "by": act.author,
        "contribution": identifier,
        "count": body["count"],
        "day": body["day"],
        "text": body.get("text", ""),
        "issued": act.issued,
    }
    seen = state.get(f"seen:{identifier}", {"times": 0, "reports": 0, "first": body["day"], "last": body["day"]})
    state[f"seen:{identifier}"] = {
        "times": seen["times"] + body["count"],
        "reports": seen["reports"] + 1,
        "first": min(seen["first"], body["day"]),
        "last": max(seen["last"], body["day"]),
    }
    return EFFECTIVE


def _feedback(state: State, act: Act) -> Effect:
    entry = _in_use(state, act)
    if isinstance(entry, Effect):
        return entry
    body, identifier = act.body, act.body["contribution"]
    verdict = body["verdict"]
    if entry["by"] == act.author and verdict != "false-positive":
        return Effect(
            gettext_noop("It is %s's own contribution: its author can only call it a false positive."), (act.author,)
        )
    objects = list(body.get("objects", ()))
    state[f"feedback:{act.id}"] = {
        "by": act.author,
        "contribution": identifier,
        "verdict": verdict,
        "objects": objects,
        "text": body.get("text", ""),
        "issued": act.issued,
    }
    for name in objects or [""]:
        state[f"verdict:{identifier}:{act.author}:{name}"] = {
            "verdict": verdict,
            "act": act.id,
            "issued": act.issued,
        }
    return EFFECTIVE


def _close(state: State, act: Act) -> Effect:
    opener = state["opening"]["by"]
    if act.author != opener:
        return Effect(gettext_noop("Only %s, which opened the collection, closes it."), (opener,))
    return close(state, act)


_RULES: dict[str, Callable[[State, Act], Effect]] = {
    "collection.join": _join,
    "collection.contribute": _contribute,
    "collection.withdraw": _withdraw,
    "collection.sighting": _sighting,
    "collection.feedback": _feedback,
    "collection.close": _close,
}
