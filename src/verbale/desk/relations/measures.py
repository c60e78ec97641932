"""The menu of confidence-building measures, each with the doors through which it begins here and now."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from verbale.knowledge import Measure, MeasurePack, all_measures, form_of
from verbale.knowledge.translations import Translation
from verbale.node.access import may, readable_matters
from verbale.node.models import Matter, Partner, User
from verbale.node.registry import kind_of

__all__ = ["Entry", "Way", "menu"]

_OWN_WORDS = {"directory:send": (_("Send a ping"), "acknowledge")}
"""Label and right of pages that no kind names among its own doors."""


@dataclass(frozen=True)
class Way:
    """A button."""

    label: Any
    url: str


@dataclass(frozen=True)
class Entry:
    """One measure of the menu."""

    name: str
    """`OSCE CBM 3`"""
    measure: Measure
    ways: tuple[Way, ...]

    @property
    def here(self) -> Translation | None:
        """The measure in the language of the page, where its pack has it."""
        return self.measure.in_language(get_language() or "")


def menu(user: User, partner: Partner) -> list[tuple[MeasurePack, list[Entry]]]:
    """Every measure by its pack; those made for a moment of tension first."""
    ready = partner.status == Partner.Status.CONFIRMED
    return [
        (
            pack,
            sorted(
                (
                    Entry(
                        f"{pack.short} {measure.number}", measure, _ways(measure, user, partner.node) if ready else ()
                    )
                    for measure in pack.measures
                ),
                key=lambda entry: not entry.measure.eases,
            ),
        )
        for pack in all_measures()
    ]


def _ways(measure: Measure, user: User, node: str) -> tuple[Way, ...]:
    found = (_way(door, user, node) for door in measure.doors)
    return tuple(way for way in found if way is not None)


def _way(door: str, user: User, node: str) -> Way | None:
    """The button of a door; None where its kind or form is not there, or the person may not go through it."""
    kind, _colon, name = door.partition(":")
    if kind == "form":
        form = form_of(name)
        if form is None or not may(user, "draft"):
            return None
        return Way(form.name, _address("channel:compose", (), form=name, to=node))
    label, right = _sign(door)
    if not label or not may(user, right):
        return None
    if name == "index":
        return Way(label, _address(door, ()))
    return Way(label, url) if (url := _address(door, (), to=node) or _within(door, kind, user, node)) else None


def _sign(door: str) -> tuple[Any, str]:
    """What the door is called, and the right that it takes."""
    kind = kind_of(door.partition(":")[0])
    if kind is None:
        return "", ""
    if door in _OWN_WORDS:
        return _OWN_WORDS[door]
    found = next((item for item in (*kind.starts, *kind.rail) if item.url == door), None)
    return (found.label, found.right) if found else ("", "")


def _within(door: str, kind: str, user: User, node: str) -> str:
    """The same door within the latest matter of its kind to which the partner belongs; empty where there is none."""
    rows = readable_matters(user).filter(kind=kind).order_by("-last_at")
    matter = next((row for row in rows.iterator() if node in row.parties), None)
    return _address(door, (matter,), to=node) if matter else ""


def _address(name: str, within: tuple[Matter, ...], **query: str) -> str:
    try:
        url = reverse(name, args=[matter.pk for matter in within])
    except NoReverseMatch:
        return ""
    return f"{url}?{urlencode(query)}" if query else url
