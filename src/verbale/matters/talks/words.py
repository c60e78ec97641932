"""Talks in words."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.matters.talks import standing
from verbale.matters.talks.acts import BY_VIDEO
from verbale.node.partners import name_of, names_of

__all__ = ["STATUSES", "calendar_day", "day_of", "place_shown", "state_of_play", "when"]

STATUSES = {"open": gettext_lazy("open"), "done": gettext_lazy("done"), "dropped": gettext_lazy("dropped")}


def when(time: str) -> str:
    """A time of a proposal in the reader's zone, without seconds. Raises ValueError for what is none: an act whose body
    is not lawful is shown too."""
    try:
        return date_filter(timezone.localtime(datetime.fromisoformat(time)), "l j F Y, H:i")
    except OverflowError:
        raise ValueError(f"{time} has no place in this calendar") from None


def calendar_day(day: str) -> str:
    """A calendar date as it is printed: `3 December 2026`, whatever day it is now."""
    return date_filter(date.fromisoformat(day), "j F Y")


def day_of(time: str) -> date:
    """The day on which it is, in the reader's zone."""
    return timezone.localtime(datetime.fromisoformat(time)).date()


def place_shown(place: str) -> str:
    return _("by video") if place == BY_VIDEO else place


def state_of_play(state: Mapping[str, Any]) -> str:
    """How talks stand, in a sentence or two."""
    phase = standing.phase(state)
    if phase == "none":
        return _("The invitation to these talks has not arrived yet.")
    if phase == "closed":
        told = _("%(who)s closed the talks.") % {"who": name_of(state["closed"]["by"])}
    elif phase == "declined":
        others = [key.partition(":")[2] for key in sorted(state) if key.startswith("declined:")]
        told = _("%(who)s declined.") % {"who": names_of(others)}
    elif phase == "fixed":
        fixed = state["fixed"]
        told = _("The time is fixed: %(when)s, %(place)s.") % {
            "when": when(fixed["time"]),
            "place": place_shown(fixed["place"]),
        }
    else:
        told = _("No time is fixed yet.")
    return " ".join((told, *_moving(state, phase)))


def _moving(state: Mapping[str, Any], phase: str) -> Iterable[str]:
    owed = state.get("owed", ())
    for what, sentence in (
        ("time", gettext_lazy("%(who)s has to answer the times proposed.")),
        ("agenda", gettext_lazy("%(who)s has to agree to the agenda.")),
        ("minutes", gettext_lazy("%(who)s has to agree to the minutes.")),
    ):
        nodes = sorted({item["node"] for item in owed if item["what"] == what})
        if nodes:
            yield str(sentence) % {"who": names_of(nodes)}
    agreed = len(state.get("minutes", ()))
    if agreed:
        yield ngettext("%(n)s text of minutes is agreed.", "%(n)s texts of minutes are agreed.", agreed) % {"n": agreed}
    still = sum(key.startswith("due:") for key in state)
    if still:
        yield ngettext("%(n)s commitment is open.", "%(n)s commitments are open.", still) % {"n": still}
