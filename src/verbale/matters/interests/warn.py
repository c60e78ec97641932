"""What is to be said of a draft before it leaves: the red lines that it crosses.

Who may read the position is shown the line and the passage. A person who may clear and may not read the position learns
only that a line is crossed and whom to ask: neither the line, nor the passage, for that would tell the phrase. Anybody
else learns nothing: by trying out wordings a drafter could find where a closed line runs.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from verbale.matters.interests.check import Finding, crossed
from verbale.matters.interests.fold import lines_of
from verbale.node.access import may, readable_matters
from verbale.node.identity import node_name
from verbale.node.models import Draft, Matter, StateEntry, User
from verbale.node.registry import Warning

__all__ = ["texts_of", "warnings"]

_NOT_PROSE = frozenset({"letterhead", "form", "style", "values", "language", "about", "sha256", "media_type"})
"""What the house fills in, what names something, and the fields of a form, which the paragraphs hold as well."""
_MOST_FINDINGS = 20
"""So many passages of one position are shown."""


def texts_of(value: Any) -> Iterator[str]:
    """The texts of a body, in their order."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if key not in _NOT_PROSE:
                yield from texts_of(part)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from texts_of(part)


def warnings(draft: Draft, user: User) -> Iterator[Warning]:
    """The red lines of this house that a draft crosses, as far as this person may know of them."""
    states = _positions()
    if not states:
        return
    texts = [text for body in (draft.body, *(item["body"] for item in draft.companions)) for text in texts_of(body)]
    open_to = {matter.id: matter for matter in readable_matters(user).filter(pk__in=states)}
    for identifier, state in states.items():
        readable = identifier in open_to
        if not readable and not may(user, "clear"):
            continue
        findings = crossed(lines_of(state), texts)
        if findings and not readable:
            yield Warning(_closed(identifier))
        elif readable:
            address = reverse("dossier", args=[identifier])
            yield from (_shown(finding, address) for finding in findings[:_MOST_FINDINGS])


def _positions() -> dict[str, dict[str, Any]]:
    """The states of our own open positions, by matter."""
    rows = StateEntry.objects.filter(matter__kind="interests")
    closed = rows.filter(key="closed").values("matter_id")
    states: dict[str, dict[str, Any]] = {}
    for matter, key, value in rows.exclude(matter_id__in=closed).values_list("matter_id", "key", "value"):
        states.setdefault(matter, {})[key] = value
    me = node_name()
    # A position that another node claims to take is none of ours.
    return {matter: state for matter, state in sorted(states.items()) if state.get("opening", {}).get("by") == me}


def _shown(finding: Finding, address: str) -> Warning:
    told = _("Crosses our red line: %(line)s") % {"line": finding.line.text}
    if finding.missing:
        wanted = ", ".join(f"“{phrase}”" for phrase in finding.missing)
        told = _("%(told)s With “%(phrase)s” should stand: %(wanted)s.") % {
            "told": told if told.endswith((".", "!", "?")) else f"{told}.",
            "phrase": finding.phrase,
            "wanted": wanted,
        }
    return Warning(told, finding.passage, address)


def _closed(identifier: str) -> str:
    people = _named_on(Matter.objects.filter(pk=identifier))
    if not people:
        return _("Crosses a red line that you may not read.")
    return _("Crosses a red line that you may not read: ask %(who)s.") % {"who": ", ".join(people)}


def _named_on(matters: Iterable[Matter]) -> list[str]:
    return sorted(person.shown for matter in matters for person in matter.people.filter(is_active=True))
