"""Private overlap: what two nodes both have, or how many of it, told to one of them and nothing else to either.

`values` spells values so that equal ones are equal text, `run` is the protocol in pieces that survive a restart. What
it hides and what it cannot hide: docs/threat-model.md.
"""
