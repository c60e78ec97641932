"""Drills in words."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from verbale.matters.drill.report import Report, report_of
from verbale.node.partners import name_of, names_of

__all__ = ["RATINGS", "state_of_play", "totals", "when"]

RATINGS = {
    "P": gettext_lazy("Performed without challenges"),
    "S": gettext_lazy("Performed with some challenges"),
    "M": gettext_lazy("Performed with major challenges"),
    "U": gettext_lazy("Unable to be performed"),
}


def when(time: str) -> str:
    """A moment in the reader's zone; as it is written where the calendar has no place for it."""
    try:
        return date_filter(timezone.localtime(datetime.fromisoformat(time)), "j F Y, H:i")
    except (OverflowError, ValueError):
        return time


def state_of_play(state: Mapping[str, Any]) -> str:
    """How a drill stands, in a sentence or two."""
    opening = state.get("opening")
    if opening is None:
        return _("The act that schedules this drill has not arrived, or is without effect.")
    report = report_of(state)
    if "closed" in state:
        if report is None:
            return _("%(who)s called the drill off.") % {"who": name_of(state["closed"]["by"])}
        return _("The drill is over.") + " " + totals(report)
    if report is not None:
        return (
            _("The drill is running since %(when)s.") % {"when": when(state["started"]["issued"])}
            + " "
            + totals(report)
        )
    others = [node for node in opening["parties"] if node != opening["by"]]
    declined = [node for node in others if state.get(f"answer:{node}", {}).get("says") == "decline"]
    silent = [node for node in others if f"answer:{node}" not in state]
    told = _("Planned for %(when)s.") % {"when": when(state["plan"]["start"])}
    if declined:
        return f"{told} " + _("Declined: %(who)s.") % {"who": names_of(declined)}
    if silent:
        return f"{told} " + _("Still to answer: %(who)s.") % {"who": names_of(silent)}
    return f"{told} " + _("All take part.")


def totals(report: Report) -> str:
    """The report in two sentences."""
    issued = len(report.injects)
    told = _("%(issued)s of %(all)s injects issued, %(on_time)s of them on time.") % {
        "issued": issued,
        "all": issued + len(report.skipped),
        "on_time": report.on_time,
    }
    if report.median is None:
        return told
    return f"{told} " + _("%(answered)s answered, %(in_time)s in time; half of them within %(median)s minutes.") % {
        "answered": report.answered,
        "in_time": report.in_time,
        "median": report.median,
    }
