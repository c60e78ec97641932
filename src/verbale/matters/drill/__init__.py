"""Drills: a joint exercise from a scenario, its injects committed to beforehand, and the report after it."""
