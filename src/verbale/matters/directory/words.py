"""What the parts of a directory are called."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

__all__ = ["ANSWERS", "PING_KINDS", "ROLES", "WEEKDAYS", "days_of", "duration"]

ROLES = {
    "diplomatic": gettext_lazy("Diplomatic point of contact"),
    "technical": gettext_lazy("Technical point of contact"),
}
PING_KINDS = {"scheduled": gettext_lazy("scheduled"), "unscheduled": gettext_lazy("unscheduled")}
ANSWERS = {
    "answered": gettext_lazy("answered"),
    "late": gettext_lazy("answered late"),
    "missed": gettext_lazy("no answer by the deadline"),
    "waiting": gettext_lazy("no answer yet"),
}
WEEKDAYS = [
    ("1", gettext_lazy("Monday")),
    ("2", gettext_lazy("Tuesday")),
    ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")),
    ("5", gettext_lazy("Friday")),
    ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
]


def days_of(days: list[int]) -> str:
    """`Monday to Friday`, or the days one by one."""
    names = {int(number): str(name) for number, name in WEEKDAYS}
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return _("%(first)s to %(last)s") % {"first": names[days[0]], "last": names[days[-1]]}
    return ", ".join(names[day] for day in days)


def duration(seconds: float | None) -> str:
    """A time in its two largest units: `2 hours 5 minutes`."""
    if seconds is None:
        return "–"
    whole = round(seconds)
    units = (
        (86_400, lambda n: ngettext("%(n)s day", "%(n)s days", n)),
        (3_600, lambda n: ngettext("%(n)s hour", "%(n)s hours", n)),
        (60, lambda n: ngettext("%(n)s minute", "%(n)s minutes", n)),
        (1, lambda n: ngettext("%(n)s second", "%(n)s seconds", n)),
    )
    parts = []
    for size, told in units:
        count, whole = divmod(whole, size)
        if count:
            parts.append(told(count) % {"n": count})
        if len(parts) == 2:
            break
    return " ".join(parts) or units[-1][1](0) % {"n": 0}
