"""Kinds of matter, one folder each, all of the same shape: see CONTRIBUTING.md, "A kind of matter"."""
