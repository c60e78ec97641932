"""What can be wrong with a run."""

__all__ = ["OverlapError", "Stopped"]


class OverlapError(ValueError):
    """A message of the other side, or a set of ours, is not as the terms and the protocol have it."""


class Stopped(Exception):  # noqa: N818 - no error: the run goes on from here another time
    """The computation was told to stop; what is done stays done."""
