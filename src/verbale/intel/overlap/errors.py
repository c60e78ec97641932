"""What can be wrong with a run."""

__all__ = ["OverlapError", "Stopped"]


class OverlapError(ValueError):
    """A message of the other side, or a set of ours, is not as the terms and the protocol have it."""


class Stopped(Exception):
    """The computation was told to stop; what is done stays done, and it goes on from there another time."""
