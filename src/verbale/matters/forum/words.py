"""What the parts of a session are called."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from django.template.defaultfilters import date as date_filter
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.node.partners import names

__all__ = [
    "ACTIONS",
    "CHOICES",
    "DONE",
    "LANGUAGES",
    "MAJORITIES",
    "STAGES",
    "WHAT",
    "calendar_day",
    "clock",
    "names_in",
    "now",
    "number",
    "tally",
]

CHOICES = {"yes": _("Yes"), "no": _("No"), "abstain": _("Abstention")}
MAJORITIES = {
    "simple": _("majority of members present and voting"),
    "two-thirds": _("two thirds of members present and voting"),
    "consensus": _("consensus"),
}
DONE = {"add": _("new text after it"), "replace": _("replaced"), "delete": _("deleted")}
"""What an amendment does to a paragraph, told of it afterwards."""
ACTIONS = {"add": _("Add after it"), "replace": _("Replace by"), "delete": _("Delete")}
STAGES = {
    "tabled": _("before the session"),
    "silence": _("under silence"),
    "voting": _("being voted on"),
    "carried": _("carried"),
    "rejected": _("rejected"),
    "adopted": _("adopted"),
    "accepted": _("accepted by the main sponsor"),
    "lapsed": _("lapsed with the revision of the draft"),
}
WHAT = {
    "document": _("Document"),
    "draft": _("Draft resolution"),
    "amendment": _("Amendment"),
    "revision": _("Revised draft"),
    "acceptance": _("Revised draft, with an amendment accepted"),
    "adopted": _("Adopted"),
}
LANGUAGES = (
    ("ar", _("Arabic")),
    ("zh", _("Chinese")),
    ("en", _("English")),
    ("fr", _("French")),
    ("ru", _("Russian")),
    ("es", _("Spanish")),
)


def names_in(state: Mapping[str, Any]) -> dict[str, str]:
    """Names by node: as the organisation introduced them, and as we know them where it did not."""
    found = names()
    for key, entry in state.items():
        if key.startswith("member:"):
            found[key.partition(":")[2]] = str(entry["name"])
    return found


def calendar_day(moment: str) -> str:
    """A calendar date, or the day of a moment in the zone of the house: `24 November 2026`."""
    known = date.fromisoformat(moment) if len(moment) == 10 else timezone.localtime(datetime.fromisoformat(moment))
    return date_filter(known, "j F Y")


def clock(moment: str) -> str:
    """A moment of a body in the zone of the house."""
    return date_filter(timezone.localtime(datetime.fromisoformat(moment)), "j F Y, H:i")


def now() -> str:
    """In the spelling of the acts: UTC, to the second."""
    return f"{timezone.now().astimezone(UTC):%Y-%m-%dT%H:%M:%S}Z"


def number(text: str) -> str:
    """The number of a session, `81` of `81st session`; empty when it has none."""
    digits = ""
    for letter in text:
        if letter.isascii() and letter.isdigit():
            digits += letter
        elif digits:
            break
    return digits


def tally(yes: int, no: int, abstain: int) -> str:
    """`128 in favour, 4 against, 11 abstentions`"""
    return "{}, {}, {}".format(
        gettext("%(n)s in favour") % {"n": yes},
        gettext("%(n)s against") % {"n": no},
        ngettext("%(n)s abstention", "%(n)s abstentions", abstain) % {"n": abstain},
    )
