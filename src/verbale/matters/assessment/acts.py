"""Bodies of the acts of an assessment. They are addressed to nobody and never leave the node.

assessment.open       opens the matter: what is assessed
assessment.state      a fact is so, is not so, or is not known; by whom it was stated, and on what evidence
assessment.position   the view that our State takes where states publicly differ, or that it takes none
assessment.note       a remark of a reader
assessment.close      the assessment is done

Each body may name in `about` the dossier that it bears on, so that the act stands in its timeline too.
"""

from typing import Annotated, Literal

import msgspec

from verbale.matters.bodies import Hex32, Line

__all__ = ["Closing", "Note", "Opening", "PositionTaken", "Statement"]

_Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9/-]{0,59}\Z")]
"""Of a fact or position; whether a pack knows it is for whoever reads, since packs differ between houses and days."""
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Person = Annotated[str, msgspec.Meta(max_length=200)]


class Opening(msgspec.Struct, frozen=True):
    title: Line
    about: Hex32 | None = None


class Statement(msgspec.Struct, frozen=True):
    fact: _Name
    value: Literal["true", "false", "unknown"]
    evidence: _Remark = ""
    source: Annotated[str, msgspec.Meta(max_length=300)] = ""
    who: _Person = ""
    """The person who stated it."""
    about: Hex32 | None = None


class PositionTaken(msgspec.Struct, frozen=True):
    position: _Name
    view: Literal["first", "second", "none"]
    """The first or second of the two views, as the pack orders them."""
    text: _Remark = ""
    who: _Person = ""
    about: Hex32 | None = None


class Note(msgspec.Struct, frozen=True):
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
    who: _Person = ""
    about: Hex32 | None = None


class Closing(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None
