"""Precedents in sentences."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.knowledge.precedents import Reason

__all__ = ["BODY_NAMES", "FACET_NAMES", "TIME_NAMES", "days_told", "reason_told", "up_to"]

FACET_NAMES: dict[str, Any] = {
    "types": gettext_lazy("Type of incident"),
    "sectors": gettext_lazy("Sector"),
    "categories": gettext_lazy("Kind of initiator"),
    "receivers": gettext_lazy("Receiver"),
    "initiators": gettext_lazy("Country of the initiator"),
    "intensity": gettext_lazy("Intensity"),
    "year": gettext_lazy("Year"),
}
BODY_NAMES: dict[str, Any] = {
    "political": gettext_lazy("political (a government or organisation)"),
    "industry": gettext_lazy("industry"),
    "attacker": gettext_lazy("the attacker itself"),
    "third_party": gettext_lazy("a third party"),
    "other": gettext_lazy("others"),
}
TIME_NAMES: dict[str, Any] = {
    "first": gettext_lazy("From the start to the first attribution, by anybody"),
    "political": gettext_lazy("From the start to political attribution"),
    "industry": gettext_lazy("From the start to attribution by industry"),
    "attacker": gettext_lazy("From the start to the attacker's own claim"),
    "third_party": gettext_lazy("From the start to attribution by a third party"),
    "other": gettext_lazy("From the start to attribution by others"),
    "public": gettext_lazy("From the first attribution by others to the political one"),
}


def reason_told(reason: Reason) -> str:
    """Why a case is alike in one facet, or not."""
    name = FACET_NAMES[reason.facet]
    if not reason.known:
        return _("%(facet)s: the tables do not say.") % {"facet": name}
    if reason.here is not None:
        if reason.here == reason.asked:
            return _("%(facet)s: %(here)s in both.") % {"facet": name, "here": reason.here}
        return _("%(facet)s: %(here)s, asked for %(asked)s.") % {
            "facet": name,
            "here": reason.here,
            "asked": reason.asked,
        }
    if not reason.shared:
        return _("%(facet)s: none in common; here %(here)s.") % {"facet": name, "here": _list(reason.further)}
    if reason.further:
        return _("%(facet)s: %(shared)s in both; besides %(further)s.") % {
            "facet": name,
            "shared": _list(reason.shared),
            "further": _list(reason.further),
        }
    return _("%(facet)s: %(shared)s in both.") % {"facet": name, "shared": _list(reason.shared)}


def _list(words: tuple[str, ...], most: int = 6) -> str:
    shown = ", ".join(words[:most])
    left = len(words) - most
    return shown if left <= 0 else ngettext("%(shown)s and %(n)s more", "%(shown)s and %(n)s more", left) % {
        "shown": shown,
        "n": left,
    }  # fmt: skip


def days_told(days: float) -> str:
    """`1 day`, `43 days`; quartiles may lie between two days."""
    if days != int(days):
        return _("%(n).1f days") % {"n": days}
    return ngettext("%(n)s day", "%(n)s days", int(days)) % {"n": f"{int(days):,}"}


def up_to(days: int) -> str:
    """The head of a column: `up to 1 year`."""
    if days > 700:
        years = round(days / 365.25)
        return ngettext("up to %(n)s year", "up to %(n)s years", years) % {"n": years}
    if days == 365:
        return _("up to a year")
    return ngettext("up to %(n)s day", "up to %(n)s days", days) % {"n": days}
