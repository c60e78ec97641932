"""MITRE ATT&CK, out of its pack: what a technique is called, and which tactics it serves."""

from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

from verbale.knowledge.taxonomies import taxonomy_of

__all__ = ["Known", "known_techniques"]

_PACK = "attack-enterprise"


class Known(NamedTuple):
    name: str
    tactics: tuple[str, ...]
    """ATT&CK's short names, in its order."""


@cache
def known_techniques() -> Mapping[str, Known]:
    """By id, `T1566.001`; empty where the pack is not there."""
    taxonomy = taxonomy_of(_PACK)
    found: dict[str, Known] = {}
    for group in taxonomy.groups if taxonomy is not None else ():
        for term in group.terms:
            before = found.get(term.code)
            tactics = (*before.tactics, group.id) if before else (group.id,)
            found[term.code] = Known(term.name, tactics)
    return found
