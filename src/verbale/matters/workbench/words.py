"""A workbench in words."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.knowledge.attribution import Ground, Overturning
from verbale.matters.likelihood import BAND_WORDS, confidence_sentence, percent
from verbale.matters.workbench.acts import OTHER
from verbale.matters.workbench.weighing import Outline, Weighing, hypotheses, labels, outline

__all__ = [
    "CREDIBILITY",
    "MARKS",
    "RELIABILITY",
    "answer",
    "bits_told",
    "confidence_told",
    "ground_told",
    "named",
    "odds_told",
    "overturning_told",
    "rests_told",
    "standing_told",
]

RELIABILITY: Mapping[str, Any] = {
    "A": gettext_lazy("A – completely reliable"),
    "B": gettext_lazy("B – usually reliable"),
    "C": gettext_lazy("C – fairly reliable"),
    "D": gettext_lazy("D – not usually reliable"),
    "E": gettext_lazy("E – unreliable"),
    "F": gettext_lazy("F – reliability cannot be judged"),
}
CREDIBILITY: Mapping[str, Any] = {
    "1": gettext_lazy("1 – confirmed by other sources"),
    "2": gettext_lazy("2 – probably true"),
    "3": gettext_lazy("3 – possibly true"),
    "4": gettext_lazy("4 – doubtful"),
    "5": gettext_lazy("5 – improbable"),
    "6": gettext_lazy("6 – truth cannot be judged"),
}
MARKS: Mapping[str, Any] = {
    "C": gettext_lazy("consistent"),
    "N": gettext_lazy("neither"),
    "I": gettext_lazy("inconsistent"),
}


def named(key: str, entry: Mapping[str, Any]) -> str:
    """A hypothesis as people read it."""
    return str(entry["text"]) if key != OTHER else _("Somebody else, or unknown")


def _texts(state: Mapping[str, Any]) -> dict[str, str]:
    return {key: named(key, entry) for key, entry in hypotheses(state)}


def answer(state: Mapping[str, Any], found: Outline | None) -> str:
    """The answer to the question in a sentence, without confidence, which has one of its own."""
    if found is None:
        return _("There is no hypothesis yet besides somebody else.")
    if not found.judged:
        return _("No evidence has been judged yet: the weights before the evidence stand.")
    texts, leaders = _texts(state), found.posterior.leaders
    if len(leaders) > 1:
        return _("No hypothesis leads: %(names)s are equally likely.") % {
            "names": ", ".join(f"“{texts[key]}”" for key in leaders)
        }
    (leader,) = leaders
    return _("“%(name)s” is the most likely: %(words)s (%(percent)s).") % {
        "name": texts[leader],
        "words": BAND_WORDS[found.posterior.band(leader).code],
        "percent": percent(found.posterior.shares[leader]),
    }


def standing_told(state: Mapping[str, Any]) -> str:
    """How a workbench stands, in a sentence or two."""
    if "opening" not in state:
        return _("The act that opens the workbench has not arrived, or is without effect.")
    found, told = outline(state), []
    conclusion = state.get("conclusion")
    if conclusion is not None:
        told.append(concluded(state))
        if found is not None and moved(conclusion, found):
            told.append(_("What the evidence says has changed since."))
    else:
        told.append(answer(state, found))
    if "closed" in state:
        return " ".join([*told, _("The work is closed.")])
    if found is not None and found.unjudged:
        number = len(found.unjudged)
        told.append(
            ngettext("%(n)s item of evidence is to be judged.", "%(n)s items of evidence are to be judged.", number)
            % {"n": number}
        )
    return " ".join(told)


def concluded(state: Mapping[str, Any]) -> str:
    """What the house concluded; confidence in a sentence of its own."""
    conclusion = state["conclusion"]
    entry = state[f"hypothesis:{conclusion['hypothesis']}"]
    told = _("Concluded: “%(name)s” is %(words)s.") % {
        "name": named(conclusion["hypothesis"], entry),
        "words": BAND_WORDS[conclusion["likelihood"]],
    }
    return f"{told} {confidence_sentence(conclusion['confidence'])}"


def moved(conclusion: Mapping[str, Any], found: Outline) -> bool:
    """Whether the arithmetic gives another result than it did when the house concluded."""
    now = {key: round(share * 1000) for key, share in found.posterior.shares.items()}
    return bool(conclusion["computed"]) and conclusion["computed"] != now


def confidence_told(found: Weighing) -> str:
    """`Moderate confidence.` and what it rests on."""
    return f"{confidence_sentence(found.confidence.level)} {rests_told(found)}"


def rests_told(found: Weighing) -> str:
    """What confidence rests on: `3 independent groups of evidence bear on it, 2 of them from good sources.`"""
    told = found.confidence
    groups = ngettext(
        "%(n)s independent group of evidence bears on it",
        "%(n)s independent groups of evidence bear on it",
        told.groups,
    ) % {"n": told.groups}
    good = ngettext(
        "%(n)s of them from a good source (B2 or better)",
        "%(n)s of them from good sources (B2 or better)",
        told.good,
    ) % {"n": told.good}
    return _("%(groups)s, %(good)s.") % {"groups": groups, "good": good}


def ground_told(ground: Ground, state: Mapping[str, Any]) -> str:
    """Why confidence is no higher, in a sentence."""
    items = _items(ground.items, state)
    return {
        "no-leader": lambda: _("No hypothesis leads."),
        "few-groups": lambda: (
            ngettext(
                "Only %(n)s independent group of evidence bears on it; high confidence takes three.",
                "Only %(n)s independent groups of evidence bear on it; high confidence takes three.",
                ground.number,
            )
            % {"n": ground.number}
        ),
        "no-fair-source": lambda: _("No group has a source that is even fairly reliable (C3 or better)."),
        "few-good-sources": lambda: (
            ngettext(
                "Only %(n)s group has a good source (B2 or better); high confidence takes three.",
                "Only %(n)s groups have a good source (B2 or better); high confidence takes three.",
                ground.number,
            )
            % {"n": ground.number}
        ),
        "rests-on-one": lambda: (
            _("It rests on a single item: without %(items)s another answer comes out.") % {"items": items}
        ),
        "falls-with-one": lambda: _("It falls if a single item says the opposite: %(items)s.") % {"items": items},
        "analysts-differ": lambda: _("Analysts come to different answers."),
        "more-stands-against-it": lambda: _("Less stands against another hypothesis than against the one that leads."),
        "not-judged": lambda: (
            ngettext(
                "%(n)s item of evidence has not been judged under every hypothesis.",
                "%(n)s items of evidence have not been judged under every hypothesis.",
                ground.number,
            )
            % {"n": ground.number}
        ),
        "gaps": lambda: _("What is not known could well overturn it: %(items)s.") % {"items": items},
    }[ground.code]()


def _items(keys: Iterable[str], state: Mapping[str, Any]) -> str:
    known = labels(state)
    return ", ".join(sorted((known[key] for key in keys), key=lambda label: (label[0], int(label[1:]))))


def overturning_told(found: Overturning | None, how: str, state: Mapping[str, Any]) -> str:
    """The smallest set that overturns the answer, in a sentence."""
    if found is None:
        if how == "removed":
            return _("No five items or fewer, taken away, would change the answer.")
        return _("No five items or fewer, saying the opposite, would change the answer.")
    texts = _texts(state)
    leads = (
        _("“%(name)s” would lead") % {"name": texts[found.after.leader]}
        if found.after.leader is not None
        else _("no hypothesis would lead")
    )
    told = {"items": _items(found.items, state), "leads": leads}
    if how == "removed":
        return _("Without %(items)s, %(leads)s.") % told
    return _("If %(items)s said the opposite, %(leads)s.") % told


def odds_told(strength: Any) -> str:
    """How far an item moves odds: `4.0 to 1`."""
    return _("%(n)s to 1") % {"n": f"{float(strength):.1f}"}


def bits_told(bits: float) -> str:
    return _("%(n)s bits") % {"n": f"{bits:.2f}"}
