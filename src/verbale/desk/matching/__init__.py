"""Runs of matching as people, software and commands meet them: what is done with a run, and how it is told."""
