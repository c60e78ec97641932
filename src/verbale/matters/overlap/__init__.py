"""Private overlap: which values, or how many of them, two states both hold."""
