"""Verbale: the software with which a state runs its cyber diplomacy."""

__version__ = "0.1.0"
