"""What both formats gather on the way to a `Report`: plain texts with their origin, references, warnings."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from .model import Marking, Origin, Reference
from .text import clean_line
from .tlp import combined

_MOST_WARNINGS: Final = 200
"""A report with a hundred thousand dangling references should say so, not list them."""


class Texts:
    """The plain texts of a report, by field, each once, and which objects they came from."""

    def __init__(self) -> None:
        self._values: dict[str, dict[str, None]] = {}
        self._origins: dict[Origin, None] = {}
        self._warnings_left_out = 0

    def add(self, field: str, value: str, source_id: str, marking: Marking) -> None:
        """Notes `value` for the list field `field` of `Report`; empty values are passed over."""
        if value:
            self._values.setdefault(field, {})[value] = None
            self._origins[Origin(field, value, source_id, marking)] = None

    def warn(self, source_id: str, sentence: str, marking: Marking) -> None:
        """Something the reader of the report should know; the sentence is told after the object's id."""
        if len(self._values.get("warnings", {})) < _MOST_WARNINGS:
            self.add("warnings", f"{source_id}: {sentence}" if source_id else sentence, source_id, marking)
        else:
            self._warnings_left_out += 1

    def values(self, field: str) -> list[str]:
        """The texts of one field in the order of first appearance."""
        return list(self._values.get(field, {}))

    def warnings(self) -> list[str]:
        """The warnings, ending with how many more there were."""
        if self._warnings_left_out:
            self.add("warnings", f"{self._warnings_left_out:,} further warnings", "", None)
        return self.values("warnings")

    def origins(self) -> list[Origin]:
        """Where every text came from."""
        return list(self._origins)


class ReferenceList:
    """References in the order of appearance, one per address (or per wording, for those without an address)."""

    def __init__(self, own_marking: Marking) -> None:
        self._own = own_marking
        self._found: dict[tuple[str, str, str], Reference] = {}

    def add(self, reference: Reference) -> None:
        """One more; a second mention of an address leaves title and description to the first, if that has any."""
        key = (reference.url, "", "") if reference.url else ("", reference.title, reference.description)
        known = self._found.get(key)
        if known is None:
            self._found[key] = reference
            return
        self._found[key] = Reference(
            title=known.title or reference.title,
            url=known.url,
            description=known.description or reference.description,
            id=known.id,
            marking=combined([known.marking, reference.marking], self._own),
        )

    def all(self) -> list[Reference]:
        """All of them."""
        return list(self._found.values())


def web_address(text: str) -> str:
    """`text` as an address that is safe to make a link of, or "" when it is no http or https address."""
    address = clean_line(text)
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return address if parts.scheme in ("http", "https") and parts.netloc and " " not in address else ""
