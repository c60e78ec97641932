"""Hotlines in words. Times are told in UTC: both sides of the line look at the same clock."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext as _

from verbale.matters.hotline import standing
from verbale.node.models import Delivery
from verbale.node.partners import name_of
from verbale.protocol import parse_time

__all__ = ["at", "day_of", "delivery_told", "fate", "language", "schedule_told", "slot_told", "standing_told", "took"]


def _utc(moment: str | datetime) -> datetime:
    return (parse_time(moment, "time") if isinstance(moment, str) else moment).astimezone(UTC)


def day_of(moment: str | datetime) -> str:
    """The day in UTC, `24 November 2026`."""
    return date_filter(_utc(moment), "j F Y")


def at(moment: str | datetime) -> str:
    """A time in UTC, with the day when it is not today: `14:02:07 UTC`."""
    when = _utc(moment)
    clock = f"{when:%H:%M:%S} UTC"
    return clock if when.date() == timezone.now().astimezone(UTC).date() else f"{date_filter(when, 'j F Y')}, {clock}"


def slot_told(slot: str) -> str:
    """A moment of the schedule: `25 November 2026, 09:00 UTC`."""
    when = datetime.fromisoformat(slot)
    return f"{date_filter(when, 'j F Y')}, {when:%H:%M} UTC"


def language(code: str) -> str:
    """The name of a language; the code itself where there is none."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


def took(milliseconds: float) -> str:
    """How long an answer took."""
    seconds = milliseconds / 1000
    if seconds < 10:
        return _("%(n)s s") % {"n": f"{seconds:.1f}"}
    if seconds < 100:
        return _("%(n)s s") % {"n": round(seconds)}
    return _("%(n)s min") % {"n": round(seconds / 60)}


# -- messages ----------------------------------------------------------------------------------------------------------


def delivery_told(delivery: Delivery) -> str:
    """What this node knows of one of its messages on its way."""
    node = name_of(delivery.node)
    if delivery.status == Delivery.Status.DELIVERED and delivery.delivered_at is not None:
        return _("Delivered at %(time)s, receipt verified") % {"time": at(delivery.delivered_at)}
    if delivery.status == Delivery.Status.REFUSED:
        return _("%(node)s refused it: %(reason)s") % {"node": node, "reason": delivery.failure}
    told = [_("On its way to %(node)s") % {"node": node}]
    if delivery.attempts:
        told.append(
            ngettext("%(count)s try so far", "%(count)s tries so far", delivery.attempts) % {"count": delivery.attempts}
        )
    if delivery.pouched_at:
        told.append(_("packed into a pouch at %(time)s") % {"time": at(delivery.pouched_at)})
    return "; ".join(told)


def fate(state: Mapping[str, Any], message: str, me: str, arrived: str | None, delivery: Delivery | None) -> list[str]:
    """What became of a message, one sentence for each step. `arrived` is when our register took in one of theirs."""
    told = []
    read, answered, acknowledged = (state.get(f"{word}:{message}") for word in ("read", "answered", "acknowledged"))
    # Whoever has read it has it: that the receipt is still to come over the wire is then of no interest.
    underway = delivery is not None and delivery.status == Delivery.Status.QUEUED
    if delivery is not None and not (underway and (read or answered or acknowledged)):
        told.append(delivery_told(delivery))
    if arrived is not None:
        told.append(_("Arrived at %(time)s") % {"time": at(arrived)})
    if read:
        told.append(
            _("read here at %(time)s") % {"time": at(read["issued"])}
            if read["by"] == me
            else _("read at %(node)s at %(time)s") % {"node": name_of(read["by"]), "time": at(read["issued"])}
        )
    if acknowledged:
        told.append(
            _("acknowledged by %(node)s at %(time)s, %(who)s is seized of it")
            % {
                "node": name_of(acknowledged["by"]),
                "time": at(acknowledged["issued"]),
                "who": acknowledged["seized"],
            }
        )
    if answered:
        told.append(
            _("answered by %(node)s at %(time)s") % {"node": name_of(answered["by"]), "time": at(answered["issued"])}
        )
    return told


# -- the line ----------------------------------------------------------------------------------------------------------


def schedule_told(schedule: Mapping[str, Any]) -> str:
    """`Every 7 days at 09:00 UTC from 25 November 2026, in turn; …`"""
    every = ngettext("Every day", "Every %(n)s days", schedule["every"]) % {"n": schedule["every"]}
    within = ngettext(
        "the answer is due within %(n)s minute", "the answer is due within %(n)s minutes", schedule["within"]
    ) % {"n": schedule["within"]}
    return _("%(every)s at %(at)s UTC from %(start)s, in turn, %(node)s first; %(within)s.") % {
        "every": every,
        "at": schedule["at"],
        "start": day_of(f"{schedule['start']}T00:00:00.000Z"),
        "node": name_of(schedule["by"]),
        "within": within,
    }


def standing_told(state: Mapping[str, Any], me: str) -> str:
    """How a line stands, in a sentence or two."""
    phase = standing.phase(state)
    if phase == "none":
        return _("The proposal of this line has not arrived, or is without effect.")
    opening = state["opening"]
    if phase == "proposed":
        other = next(node for node in opening["parties"] if node != opening["by"])
        if other == me:
            return _("%(node)s proposes this line, and we have not joined it yet.") % {"node": name_of(opening["by"])}
        return _("The line is proposed, and %(node)s has not joined it yet.") % {"node": name_of(other)}
    if phase == "declined":
        by = name_of(state["closed"]["by"])
        if state["closed"]["by"] == opening["by"]:
            return _("%(node)s withdrew the proposal of this line.") % {"node": by}
        return _("%(node)s declined this line.") % {"node": by}
    if phase == "closed":
        return _("%(node)s closed the line at %(time)s.") % {
            "node": name_of(state["closed"]["by"]),
            "time": at(state["closed"]["issued"]),
        }
    return " ".join((_("The line stands open."), *_owed_told(state, me)))


def _owed_told(state: Mapping[str, Any], me: str) -> list[str]:
    owed = [value for key, value in state.items() if key.startswith("owed:") and value["what"] == "message"]
    told = []
    for node in state["opening"]["parties"]:
        count = sum(item["to"] == node for item in owed)
        if count and node == me:
            told.append(ngettext("%(n)s message waits for us.", "%(n)s messages wait for us.", count) % {"n": count})
        elif count:
            told.append(
                ngettext("%(n)s message waits for %(node)s.", "%(n)s messages wait for %(node)s.", count)
                % {"n": count, "node": name_of(node)}
            )
    return told
