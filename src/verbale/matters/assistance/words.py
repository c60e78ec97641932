"""Words that pages, timeline and desk use for what acts name by a code."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.matters.assistance.fold import fates
from verbale.node.partners import name_of

__all__ = ["FATES", "GROUNDS", "KINDS", "OUTCOMES", "URGENCIES", "numbers", "on", "state_of_play"]

KINDS = {
    "information": gettext_lazy("information"),
    "mitigation": gettext_lazy("mitigation of malicious activity"),
    "preservation": gettext_lazy("preservation of data"),
    "other": gettext_lazy("other assistance"),
}
URGENCIES = {
    "ordinary": gettext_lazy("in the ordinary course"),
    "urgent": gettext_lazy("urgent"),
    "emergency": gettext_lazy("emergency"),
}
GROUNDS = {
    "political": gettext_lazy("political offence"),
    "essential-interests": gettext_lazy("sovereignty, security, ordre public or other essential interests"),
    "dual-criminality": gettext_lazy("no dual criminality"),
    "domestic-law": gettext_lazy("domestic law or the applicable treaties"),
    "not-held": gettext_lazy("not held within our jurisdiction"),
    "no-means": gettext_lazy("no means to execute it"),
}
OUTCOMES = {
    "satisfied": gettext_lazy("satisfied"),
    "withdrawn": gettext_lazy("withdrawn"),
    "declined": gettext_lazy("declined"),
}
FATES = {
    "delivered": gettext_lazy("delivered"),
    "preserved": gettext_lazy("preserved"),
    "accepted": gettext_lazy("accepted, to come"),
    "refused": gettext_lazy("refused"),
    "left": gettext_lazy("not accepted"),
    "open": gettext_lazy("no answer yet"),
}


def numbers(items: list[int]) -> str:
    """`item 2`, `items 1, 3`."""
    return ngettext("item %(items)s", "items %(items)s", len(items)) % {"items": ", ".join(map(str, items))}


def on(day: str) -> str:
    """`31 January 2027`, in the reader's language."""
    return date_format(date.fromisoformat(day), "j F Y")


def state_of_play(state: Mapping[str, Any]) -> str:
    """How the matter stands, in a sentence."""
    opening = state.get("opening")
    if opening is None:
        return _("What opens this matter has not arrived, or is without effect.")
    asks, helps = name_of(opening["asks"]), name_of(opening["helps"])
    if "closed" in state:
        return _closed(state["closed"])
    met, every = sum(fate in ("delivered", "preserved") for fate in fates(state)), len(opening["items"])
    # What was given in haste needs no answer any more.
    answered = "" if met == every and "answer" not in state else _answered(state, asks, helps)
    return " ".join(part for part in (answered, _met(met, every)) if part)


def _closed(closed: Mapping[str, Any]) -> str:
    by = name_of(closed["by"])
    told = {
        "satisfied": _("%(by)s has received what it needs; the matter is closed."),
        "withdrawn": _("%(by)s has withdrawn it; the matter is closed."),
        "declined": _("%(by)s has declined the offer; the matter is closed."),
    }
    return told[closed["outcome"]] % {"by": by}


def _answered(state: Mapping[str, Any], asks: str, helps: str) -> str:
    opening, answer, taken = state["opening"], state.get("answer"), state.get("taken")
    every = len(opening["items"])
    if opening["word"] == "offer":
        if taken is None:
            return _("%(asks)s has not taken the offer of %(helps)s yet.") % {"asks": asks, "helps": helps}
        if len(taken["items"]) == every:
            return _("%(asks)s has taken the offer of %(helps)s.") % {"asks": asks, "helps": helps}
        return _("%(asks)s has taken the offer of %(helps)s in part (%(items)s).") % {
            "asks": asks,
            "helps": helps,
            "items": numbers(taken["items"]),
        }
    if answer is None and "answered" in state:
        return _("%(helps)s has begun to help %(asks)s, and has not answered yet.") % {"asks": asks, "helps": helps}
    if answer is None:
        return _("%(helps)s has not answered %(asks)s yet.") % {"asks": asks, "helps": helps}
    if answer["word"] == "refuse":
        return _("%(helps)s refuses: %(ground)s.") % {"helps": helps, "ground": GROUNDS[answer["ground"]]}
    told = _("%(helps)s accepts the whole.") if len(answer["items"]) == every else _("%(helps)s accepts %(items)s.")
    told = told % {"helps": helps, "items": numbers(answer["items"])}
    return f"{told} {_('It makes conditions.')}" if answer["conditions"] else told


def _met(met: int, every: int) -> str:
    if not met:
        return ""
    if met == every:
        return _("Everything that was asked has been met.")
    return ngettext("%(met)s of %(every)s item has been met.", "%(met)s of %(every)s items have been met.", every) % {
        "met": met,
        "every": every,
    }
