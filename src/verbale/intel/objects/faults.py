"""How a STIX object that breaks the standard is refused: property, rule and the clause that says so."""

from __future__ import annotations

from ..errors import BadObject


class InvalidObject(BadObject):
    """One object that STIX 2.1 does not allow.

    `clause` is the section of STIX 2.1 (OASIS Standard, 10 June 2021; the numbers are the same in Errata 01).
    `str(error)` is one sentence: `indicator--…: field "valid_until": must be later than valid_from (STIX 2.1, 4.7.1)`.
    """

    def __init__(self, reason: str, *, object_id: str = "", field: str = "", clause: str) -> None:
        super().__init__(reason, object_id=object_id, field=field)
        self.clause = clause

    def __str__(self) -> str:
        return f"{super().__str__()} (STIX 2.1, {self.clause})"


class Breach(Exception):
    """A rule broken somewhere inside an object, before its id is at hand. `check` makes an `InvalidObject` of it."""

    def __init__(self, field: str, reason: str, clause: str) -> None:
        super().__init__(reason)
        self.field = field
        self.reason = reason
        self.clause = clause
