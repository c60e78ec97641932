"""A standing line between two states: short messages at once, read and acknowledged, tested by a schedule."""
