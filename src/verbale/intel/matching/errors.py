"""What ends a match, as opposed to a bad row, which is counted."""

from __future__ import annotations

from ..errors import ReportError


class MatchingError(ReportError):
    """A file of logs or indicators that cannot be read, or an engine that cannot run; `object_id` is the file."""

    def __init__(self, reason: str, *, file: str = "") -> None:
        super().__init__(reason, object_id=file)
