"""A case as the tables tell it, and the collection that a node holds."""

from datetime import date
from functools import cached_property

import msgspec

__all__ = ["BODIES", "Case", "Collection", "Refused", "Response", "Table"]

BODIES = ("political", "industry", "attacker", "third_party", "other")
"""Who can have attributed an incident in public: the columns `<body>_date` of the attributions."""


class Response(msgspec.Struct, frozen=True, omit_defaults=True, order=True):
    """An answer with its instrument, from the table of details, which not everybody has."""

    kind: str
    """`political` or `legal`."""
    instrument: str
    by: str = ""
    """The kind of state or organisation that answered."""


class Case(msgspec.Struct, frozen=True, omit_defaults=True, dict=True):
    """One incident. What the tables leave open is empty or None, never a guess."""

    id: str
    start: str = ""
    year: int | None = None
    types: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    receivers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    initiators: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    intensity: int | None = None
    political: bool | None = None
    """Whether there was a political response; None where the tables do not say."""
    legal: bool | None = None
    attributed: dict[str, str] = {}
    """Who attributed it in public (one of BODIES) to the first day of that."""
    responses: tuple[Response, ...] = ()

    @property
    def answered(self) -> bool:
        """Whether a political or legal response is known."""
        return bool(self.political or self.legal)

    @cached_property
    def days(self) -> dict[str, int]:
        """Who attributed it to the days from its start; without what lies before the start."""
        if not self.start:
            return {}
        start = date.fromisoformat(self.start)
        found = {body: (date.fromisoformat(day) - start).days for body, day in self.attributed.items()}
        return {body: days for body, days in found.items() if days >= 0}

    def exact(self, body: str) -> bool:
        """Whether both days are more than a year: the tables write 1 January where only the year is known."""
        return not (self.start.endswith("-01-01") or self.attributed.get(body, "").endswith("-01-01"))


class Refused(msgspec.Struct, frozen=True):
    """A row that was not taken in."""

    file: str
    line: int
    reason: str


class Table(msgspec.Struct, frozen=True):
    """A table that was read."""

    name: str
    file: str
    sha256: str
    rows: int
    incidents: int
    refused: int


class Collection(msgspec.Struct, frozen=True):
    """All cases, by number, with where they come from."""

    cases: tuple[Case, ...]
    tables: tuple[Table, ...]
    refused: tuple[Refused, ...]
    version: int = 1
