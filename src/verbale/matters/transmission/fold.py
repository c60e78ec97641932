"""Rules of effect of a transmission. Pure: the state and the act, no clock.

1. `transmission.send` takes effect only in the matter that it opens, once, and addressed to somebody else; its bundle
   is one of its attachments.
2. Each addressee acknowledges once; its acknowledgement refers to the transmission.

State, key by key:
    opening             as in `verbale.matters.rules`, with "shown" and "kept": how many acts
    last                id of the latest act with effect
    seized:<node>       {"act", "seized", "text", "issued"}
"""

from verbale.matters import rules
from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop

__all__ = ["rule"]


def rule(state: State, act: Act) -> Effect:
    """Apply one act; see the rules of this module."""
    return rules.enter(state, act, _send(state, act) if act.type == "transmission.send" else _acknowledge(state, act))


def _send(state: State, act: Act) -> Effect:
    body = act.body
    if body["bundle"] not in {item["sha256"] for item in body.get("attachments", ())}:
        return Effect(gettext_noop("The bundle that it names is none of its attachments."))
    return rules.open_matter(
        state, act, title=body["title"], shown=len(body["shown"]), kept=len(body.get("kept", ())), bundle=body["bundle"]
    )


def _acknowledge(state: State, act: Act) -> Effect:
    refusal = rules.member(state, act)
    if refusal is not None:
        return refusal
    opening = state["opening"]
    if opening["act"] not in act.refs:
        return Effect(gettext_noop("It does not refer to the act that it is about."))
    if act.author == opening["by"]:
        return Effect(gettext_noop("%s does not acknowledge its own transmission."), (act.author,))
    if f"seized:{act.author}" in state:
        return Effect(gettext_noop("%s had already acknowledged the transmission."), (act.author,))
    state[f"seized:{act.author}"] = {
        "act": act.id,
        "seized": act.body["seized"],
        "text": act.body.get("text", ""),
        "issued": act.issued,
    }
    return EFFECTIVE
