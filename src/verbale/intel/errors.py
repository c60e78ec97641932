"""What can be wrong with a report's bytes, as one small tree.

Every error is the sender's or the file's fault; each says which object and which field, and what was
expected against what was found. Callers catch `ReportError`; the leaves exist so that a page can give
its own advice for, say, a file that is too large.
"""

from __future__ import annotations


class ReportError(Exception):
    """The bytes are not a report that can be read whole; nothing of them was kept.

    `object_id` is the id or uuid of the object at fault, or its JSON path (`objects[12]`), or "" when the
    file as a whole is at fault. `field` is the property inside that object, or "". `reason` is the rest of
    the sentence. `str(error)` is one sentence, such as `indicator--…: field "pattern": is empty`.
    """

    def __init__(self, reason: str, *, object_id: str = "", field: str = "") -> None:
        self.object_id = object_id
        self.field = field
        self.reason = reason
        super().__init__(reason)

    def __str__(self) -> str:
        parts = [self.object_id] if self.object_id else []
        if self.field:
            parts.append(f'field "{self.field}"')
        return ": ".join([*parts, self.reason])


class TooLarge(ReportError):
    """The file, or something counted in it, is beyond a limit of `verbale.intel.limits`."""


class NotJson(ReportError):
    """The bytes are not one JSON text in UTF-8 (RFC 8259), or a JSON text that two readers could read differently."""


class FormatUnknown(ReportError):
    """Well-formed JSON that is neither STIX 2.1 nor a MISP event, or claims to be both."""


class WrongVersion(ReportError):
    """STIX of another version than 2.1."""


class SeveralEvents(ReportError):
    """More than one MISP event where one report was asked for; `read_reports` reads them all."""


class BadObject(ReportError):
    """One object breaks a rule of its format."""
