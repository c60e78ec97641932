"""Bodies of the acts of an intelligence collection.

collection.open         opens the matter: what is collected and why, what is wanted, and the highest marking
collection.join         a party takes part
collection.contribute   hands in files and what they hold
collection.withdraw     takes back a contribution of one's own
collection.sighting     a contribution was seen at the author's side
collection.feedback     what a contribution, or single objects of it, turned out to be worth
collection.close        the collection is at its end

Each body may name in `about` the dossier that the collection serves, so that the act stands in its timeline too.
"""

from typing import Annotated, Literal, get_args

import msgspec

from verbale.matters.bodies import Attachment, Date, Hex32, Hex64, Line, ShortLine, check_days
from verbale.protocol import Marking

__all__ = [
    "MAX_FILES",
    "MAX_RATED",
    "MAX_TYPES",
    "VERDICTS",
    "Closing",
    "Collection",
    "Contribution",
    "Count",
    "Feedback",
    "Joining",
    "Sighting",
    "Verdict",
    "Withdrawal",
]

MAX_FILES = 50
MAX_TYPES = 100
MAX_RATED = 50
"""Objects that one feedback names: each is an entry of the state."""
Verdict = Literal["useful", "no-use", "false-positive", "confirmed"]
"""`confirmed`: own analysts saw it and hold it to be right."""
VERDICTS: tuple[Verdict, ...] = get_args(Verdict)

_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
_StixId = Annotated[
    str,
    msgspec.Meta(
        max_length=100,
        pattern=r"^[a-z][a-z0-9-]*--[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z",
    ),
]


class Collection(msgspec.Struct, frozen=True):
    title: Line
    purpose: _Said
    wanted: Annotated[list[Line], msgspec.Meta(min_length=1, max_length=100)]
    """What the parties are asked for, a line each."""
    ceiling: Marking = Marking.AMBER
    """The highest marking that a contribution may have."""
    about: Hex32 | None = None


class Joining(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None


class Count(msgspec.Struct, frozen=True):
    type: ShortLine
    """As the report calls it: `indicator`, `ip-src`."""
    count: _Number


class Contribution(msgspec.Struct, frozen=True):
    """Its marking is that of the act."""

    title: Line
    text: Annotated[str, msgspec.Meta(max_length=20_000)] = ""
    attachments: Annotated[list[Attachment], msgspec.Meta(max_length=MAX_FILES)] = []
    objects: Annotated[list[Count], msgspec.Meta(max_length=MAX_TYPES)] = []
    """How many objects of each type the STIX and MISP files among them hold, as the author counted."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if not self.text.strip() and not self.attachments:
            raise ValueError("text: a contribution has a text or a file")


class Withdrawal(msgspec.Struct, frozen=True):
    contribution: Hex64
    reason: _Said
    about: Hex32 | None = None


class Sighting(msgspec.Struct, frozen=True):
    contribution: Hex64
    count: _Number
    """How often."""
    day: Date
    """The day on which it was last seen."""
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(day=self.day)


class Feedback(msgspec.Struct, frozen=True):
    contribution: Hex64
    verdict: Verdict
    objects: Annotated[list[_StixId], msgspec.Meta(max_length=MAX_RATED)] = []
    """The STIX ids of the objects that it is about; the contribution as a whole when there are none."""
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if len(set(self.objects)) != len(self.objects):
            raise ValueError("objects: an object is named twice")


class Closing(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None
