"""Directories of points of contact, and communication checks."""
