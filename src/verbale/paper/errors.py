"""The one error of this package."""

from __future__ import annotations


class PaperError(ValueError):
    """The paper cannot be printed as asked: the caller's fault; the message names the field and what it may hold."""
