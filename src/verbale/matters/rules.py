"""Rules of effect that many kinds share. Pure: the state and the act, no clock.

Most matters are opened by an act whose nonce makes their id, belong for good to the author and the addressees of that
act, and take further acts from these parties alone, each addressed to all others. Such a matter keeps in its state

    opening     {"act", "by", "parties", "title", "about", "issued", "precedence", "exercise", …}
    last        id of the latest act with effect
    closed      {"act", "by", "text", "issued"}, once it is over
"""

from collections.abc import Mapping
from typing import Any

from verbale.protocol import EFFECTIVE, Act, Effect, State, gettext_noop, matter_id

__all__ = ["close", "enter", "member", "named", "open_matter"]


def open_matter(state: State, act: Act, *, title: str, alone: bool = False, **entry: Any) -> Effect:
    """Open the matter by this act. `alone`: it may be addressed to nobody, as what never leaves the node is."""
    if matter_id(act.author, act.nonce) != act.matter:
        return Effect(gettext_noop("It claims to open this matter, whose id is not of its making."))
    if "opening" in state:
        return Effect(gettext_noop("The matter had already been opened."))
    if not act.audience and not alone:
        return Effect(gettext_noop("It needs another party, and is addressed to nobody."))
    state["opening"] = {
        "act": act.id,
        "by": act.author,
        "parties": sorted(act.parties),
        "title": title,
        "about": act.body.get("about"),
        "issued": act.issued,
        "precedence": act.precedence,
        "exercise": act.exercise,
        **entry,
    }
    state["last"] = act.id
    return EFFECTIVE


def member(state: State, act: Act, *, after_close: bool = False) -> Effect | None:
    """Why an act after the opening is without effect: no opening, not of a party, not to all others, after the close.

    None when nothing of that stands in its way.
    """
    opening = state.get("opening")
    if opening is None:
        return Effect(gettext_noop("The act that opens this matter has not arrived, or is without effect."))
    if act.author not in opening["parties"]:
        return Effect(gettext_noop("%s is not a party to this matter."), (act.author,))
    if sorted(act.parties) != opening["parties"]:
        return Effect(gettext_noop("It is not addressed to all other parties, and to nobody else."))
    if "closed" in state and not after_close:
        return Effect(gettext_noop("%s had closed the matter."), (state["closed"]["by"],))
    return None


def named(state: State, act: Act, field: str, prefix: str) -> Mapping[str, Any] | Effect:
    """The entry `<prefix>:<id>` of the act that the body names in `field`, or why there is none.

    The act must be among the `refs`, so that it stands before this one whatever the clocks show.
    """
    identifier = act.body.get(field)
    if identifier not in act.refs:
        return Effect(gettext_noop("It does not refer to the act that it is about."))
    entry: Mapping[str, Any] | None = state.get(f"{prefix}:{identifier}")
    if entry is None:
        return Effect(gettext_noop("The act that it is about has not arrived, or is without effect."))
    return entry


def enter(state: State, act: Act, effect: Effect) -> Effect:
    """Note the act as the latest with effect, if it has any; what every rule returns through."""
    if effect.effective:
        state["last"] = act.id
    return effect


def close(state: State, act: Act) -> Effect:
    """Close the matter, once; `member` has been asked before."""
    state["closed"] = {"act": act.id, "by": act.author, "text": act.body.get("text", ""), "issued": act.issued}
    return EFFECTIVE
