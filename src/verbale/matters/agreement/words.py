"""Agreements in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.template.defaultfilters import date as date_filter
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from verbale.matters.agreement.force import Force, force_of
from verbale.node.partners import names_of

__all__ = ["CAPACITIES", "calendar_day", "capacity_told", "clause_told", "force_told", "state_of_play"]

CAPACITIES = {
    "head-of-state": gettext_lazy("Head of State"),
    "head-of-government": gettext_lazy("Head of Government"),
    "foreign-minister": gettext_lazy("Minister for Foreign Affairs"),
    "full-powers": gettext_lazy("with full powers"),
}


def capacity_told(signature: Mapping[str, Any]) -> str:
    """In which capacity one signs, where the office does not say it already."""
    told = str(CAPACITIES.get(signature["capacity"], ""))
    return "" if told.casefold() == str(signature["office"]).casefold() else told


def calendar_day(day: date) -> str:
    return date_filter(day, "j F Y")


def clause_told(clause: Mapping[str, Any]) -> str:
    """`30 days after the last signature`."""
    number = clause["number"]
    if clause["after"] == "notification":
        last = _("the last notification that internal procedures are completed")
    else:
        last = _("the last signature")
    if not number:
        return _("on the day of %(last)s") % {"last": last}
    if clause["unit"] == "month":
        told = ngettext("%(n)s month after %(last)s", "%(n)s months after %(last)s", number)
    else:
        told = ngettext("%(n)s day after %(last)s", "%(n)s days after %(last)s", number)
    return told % {"n": number, "last": last}


def force_told(force: Force, today: date) -> str:
    """When it enters into force, or what that still hangs on."""
    clause = clause_told({"after": force.after, "number": force.number, "unit": force.unit})
    if force.day is not None:
        told = {"day": calendar_day(force.day), "clause": clause}
        if force.day <= today:
            return _("It has been in force since %(day)s, %(clause)s.") % told
        return _("It enters into force on %(day)s, %(clause)s.") % told
    if force.last is not None:
        return _("The day of its entry into force lies beyond this calendar.")
    return _("It enters into force %(clause)s.") % {"clause": clause}


def state_of_play(state: Mapping[str, Any], today: date) -> str:
    """How an agreement stands, in a sentence or two."""
    force = force_of(state)
    if force is None:
        return _("The act that opens this agreement has not arrived, or is without effect.")
    if "authenticated" not in state:
        return _negotiation(state)
    told = []
    if force.unsigned:
        told.append(_("All agreed to the text, and it no longer changes."))
        told.append(_("Still to sign: %(who)s.") % {"who": names_of(force.unsigned)})
    else:
        told.append(_("It is signed by all."))
    if force.silent and not force.unsigned:
        told.append(
            _("Still to notify that its internal procedures are completed: %(who)s.") % {"who": names_of(force.silent)}
        )
    return " ".join((*told, force_told(force, today)))


def _negotiation(state: Mapping[str, Any]) -> str:
    opened = {item for key, value in state.items() if key.startswith("held:") for item in value}
    agreed = [
        node for node in state["opening"]["parties"] if state.get(f"agreed:{node}", {}).get("sha256") == state["text"]
    ]
    if opened:
        told = ngettext("%(n)s proposal is on the table.", "%(n)s proposals are on the table.", len(opened)) % {
            "n": len(opened)
        }
    else:
        told = _("No proposal is on the table.")
    if agreed:
        return f"{told} " + _("Agreed to the text as it stands: %(who)s.") % {"who": names_of(agreed)}
    return f"{told} " + _("Nobody has agreed to the text as it stands yet.")
