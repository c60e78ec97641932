"""Bodies of the acts of interests. They are addressed to nobody and never leave the node.

interests.position        opens the matter: a topic, our position on it, and what it concerns
interests.revise          a new text of the position
interests.red-line        a line that no draft of ours may cross unseen
interests.withdraw-line   the line holds no more
interests.close           the position is given up, and its lines with it

Each body may name in `about` the dossier that it bears on, so that the act stands in its timeline too.
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Hex32, Hex64, Line
from verbale.matters.interests.check import folded

__all__ = ["MAX_PHRASES", "Closing", "LineWithdrawal", "Position", "RedLine", "Revision"]

MAX_PHRASES = 50
MAX_CONCERNS = 50

_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Concerns = Annotated[list[Line], msgspec.Meta(max_length=MAX_CONCERNS)]
"""Instruments and norms: `A/70/174 para. 13 (f)`."""
_Phrases = Annotated[
    list[Annotated[str, msgspec.Meta(min_length=1, max_length=200)]], msgspec.Meta(max_length=MAX_PHRASES)
]


class Position(msgspec.Struct, frozen=True):
    topic: Line
    text: _Said
    concerns: _Concerns = []
    about: Hex32 | None = None


class Revision(msgspec.Struct, frozen=True):
    text: _Said
    concerns: _Concerns = []
    about: Hex32 | None = None


class RedLine(msgspec.Struct, frozen=True):
    """Two ways to cross it: one of `words` appears, in a sentence that holds none of `unless`; or one of `when` appears
    and one of `required` is missing from the draft. A line may watch for both."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    """What must not be said, in a sentence."""
    words: _Phrases = []
    unless: _Phrases = []
    when: _Phrases = []
    required: _Phrases = []
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        for name in ("words", "unless", "when", "required"):
            for phrase in getattr(self, name):
                if not any(character.isalnum() for character in folded(phrase)):
                    raise ValueError(f"{name}: {phrase!r} holds no word")
        if bool(self.when) != bool(self.required):
            raise ValueError("required: phrases that must be there go with those that call for them (when)")
        if not self.words and not self.when:
            raise ValueError("words: without a phrase nothing could cross the line")
        if self.unless and not self.words:
            raise ValueError("unless: what takes a phrase back goes with the phrase (words)")


class LineWithdrawal(msgspec.Struct, frozen=True):
    line: Hex64
    text: _Remark = ""
    about: Hex32 | None = None


class Closing(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None
