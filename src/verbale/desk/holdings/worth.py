"""What an indicator is worth, and what a partner gave, in sentences."""

from math import ceil, floor
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from verbale.desk.holdings.opened import open_shelves
from verbale.desk.templatetags.desk import on_day
from verbale.holdings import store
from verbale.holdings.given import Gave, gave
from verbale.holdings.models import Shelf
from verbale.holdings.moments import as_datetime
from verbale.holdings.store import STAFF, Held, Page, Query
from verbale.holdings.worth import Judge, Worth
from verbale.intel.trust import Level, Trust, Word, level
from verbale.node.models import User
from verbale.node.partners import name_of

__all__ = [
    "gave_json",
    "gave_lines",
    "gave_to_readable",
    "said_of",
    "short_worth",
    "worth_sentence",
    "worthy_page",
]

_LOOKED_AT = 2_000
"""Indicators that are looked at for one page; beyond them one goes on by hand."""

_SAID: dict[Word, Any] = {
    "seen": gettext_lazy("saw it"),
    "useful": gettext_lazy("finds it useful"),
    "no-use": gettext_lazy("has no use for it"),
    "false-positive": gettext_lazy("calls it a false positive"),
    "confirmed": gettext_lazy("confirms it"),
}
_OURS: dict[Level, Any] = {
    "nearly-always": gettext_lazy("As we found, what it gives is nearly always right."),
    "mostly": gettext_lazy("As we found, what it gives is mostly right."),
    "rather": gettext_lazy("As we found, what it gives is more often right than wrong."),
    "often-wrong": gettext_lazy("As we found, what it gives is often wrong."),
    "mostly-wrong": gettext_lazy("As we found, what it gives is mostly wrong."),
    "few": gettext_lazy("We judged too little of it to say how far it can be relied on."),
    "none": gettext_lazy("We have judged nothing of it yet."),
}
_OTHERS: dict[Level, Any] = {
    "nearly-always": gettext_lazy("As others say, what it gives is nearly always right."),
    "mostly": gettext_lazy("As others say, what it gives is mostly right."),
    "rather": gettext_lazy("As others say, what it gives is more often right than wrong."),
    "often-wrong": gettext_lazy("As others say, what it gives is often wrong."),
    "mostly-wrong": gettext_lazy("As others say, what it gives is mostly wrong."),
    "few": gettext_lazy("Others judged too little of it to say how far it can be relied on."),
    "none": gettext_lazy("Others have judged nothing of it yet."),
}


# -- indicators --------------------------------------------------------------------------------------------------------


def worth_sentence(found: Worth) -> str:
    """`Worth 62 of 100; falls below 30 on 3 March 2027. Last seen on 2 November.`"""
    told = [_standing(found)]
    if found.last_seen is not None:
        told.append(_("Last seen %(day)s.") % {"day": _day(found.last_seen)})
    elif not found.ended:
        told.append(_("Nobody has told of seeing it."))
    if found.doubted_by and found.ended != "false-positive":
        told.append(
            _("Called a false positive by %(who)s, which ends nothing by itself.") % {"who": _names(found.doubted_by)}
        )
    return " ".join(told)


def short_worth(found: Worth) -> str:
    """For a cell of a table."""
    ended = {
        "revoked": _("revoked"),
        "expired": pgettext("of an indicator", "expired"),
        "false-positive": _("false positive"),
    }
    return ended.get(found.ended) or _("%(n)s of 100") % {"n": round(found.value)}


def _standing(found: Worth) -> str:
    if found.ended == "revoked":
        return _("Worth nothing any more: its maker revoked it.")
    if found.ended == "expired":
        return _("Worth nothing any more: it was valid until the moment that its maker set, %(day)s.") % {
            "day": _day(found.valid_until or 0)
        }
    if found.ended == "false-positive":
        return _("Worth nothing any more: called a false positive by %(who)s.") % {"who": _names(found.refuted_by)}
    numbers = {"n": round(found.value), "least": round(found.threshold)}
    if found.until is None:
        return _("Worth %(n)s of 100; what has fallen below %(least)s is no longer worth looking for.") % numbers
    numbers["day"] = _day(found.until)
    if found.until == found.valid_until:
        return _("Worth %(n)s of 100; its maker lets it end %(day)s.") % numbers
    return _("Worth %(n)s of 100; falls below %(least)s %(day)s.") % numbers


def _day(moment: int) -> str:
    return on_day(as_datetime(moment))


def _names(nodes: tuple[str, ...]) -> str:
    return ", ".join(name_of(node) for node in nodes)


def said_of(judge: Judge, held: Held) -> list[dict[str, Any]]:
    """Who said what of an object, the latest first."""
    found = sorted(judge.said(held), key=lambda item: (-item.at, item.by, item.word))
    return [{"by": item.by, "what": _SAID[item.word], "at": as_datetime(item.at)} for item in found]


def worthy_page(shelf: Shelf, judge: Judge, asked: Query) -> Page:
    """A page of the indicators that are still worth looking for. It may be short of its number although there is more:
    so much is looked at for one page, and no more."""
    found: list[Held] = []
    looked, after = 0, asked.after
    while looked < _LOOKED_AT:
        part = store.page(shelf, STAFF, asked.then(types=("indicator",), after=after, limit=500))
        for item in part.entries:
            looked, after = looked + 1, item.added
            worth = judge.worth(item)
            if worth is not None and worth.active:
                found.append(item)
                if len(found) == asked.limit:
                    return Page(found, part.more or item is not part.entries[-1], after)
        if not part.more:
            return Page(found, False, after)
    return Page(found, True, after)


# -- partners ----------------------------------------------------------------------------------------------------------


def gave_to_readable(user: User, node: str) -> Gave:
    """What a partner gave, as far as a person may know of it."""
    return gave(node, open_shelves(user))


def gave_lines(found: Gave) -> list[str]:
    """How far it can be relied on: ours, then others', then what stands beside."""
    told = [*_trusted(found.confidence.ours, _OURS), *_trusted(found.confidence.others, _OTHERS)]
    if number := found.confidence.no_use:
        told.append(
            ngettext(
                "Of no use was %(n)s thing; that says nothing of right and wrong.",
                "Of no use were %(n)s things; that says nothing of right and wrong.",
                number,
            )
            % {"n": number}
        )
    if number := found.confidence.owned_up:
        told.append(
            ngettext(
                "It called %(n)s thing of its own a false positive itself.",
                "It called %(n)s things of its own false positives itself.",
                number,
            )
            % {"n": number}
        )
    return told


def _trusted(found: Trust, words: dict[Level, Any]) -> list[str]:
    told = [str(words[level(found)])]
    if found.judged:
        of = ngettext("Of %(n)s thing judged", "Of %(n)s things judged", found.judged) % {"n": found.judged}
        wrong = (
            ngettext("%(n)s was a false positive", "%(n)s were false positives", found.wrong) % {"n": found.wrong}
            if found.wrong
            else _("none was a false positive")
        )
        told.append(
            _("%(of)s, %(wrong)s. With a probability of 90 %%, between %(low)s and %(high)s of 100 are right.")
            % {"of": of, "wrong": wrong, "low": floor(found.low * 100), "high": ceil(found.high * 100)}
        )
    return told


def gave_json(found: Gave) -> dict[str, Any]:
    """For machines."""

    def trust(value: Trust) -> dict[str, Any]:
        return {**value._asdict(), "level": level(value)}

    confidence = found.confidence
    return {
        "contributions": found.contributions,
        "withdrawn": found.withdrawn,
        "objects": found.objects,
        "seen": found.seen,
        "false_positives": found.false_positives,
        "of_no_use": confidence.no_use,
        "owned_up": confidence.owned_up,
        "confidence": {"ours": trust(confidence.ours), "others": trust(confidence.others)},
        "sentences": gave_lines(found),
    }
