"""Bodies of the acts of a drill. Each act is marked as an exercise, or has no effect.

drill.schedule   opens the matter: scenario, start, who plays which role, and a commitment to each inject
drill.accept     takes part
drill.decline    does not, and says why
drill.start      the director: it begins
drill.inject     the director: one inject, as it was committed to
drill.respond    what the player did about an inject, and the real acts, marked as exercise, exchanged for it
drill.end        the director: it is over; with what a good response to each inject would have been
drill.lesson     what a party observed of one objective: rating, text, improvement

Who plays does not read injects ahead: the opening holds a hash of each (`commitment`), over its content and a nonce
that nobody else knows; the inject itself gives both. What a good response is lies in a hash inside it, and is told at
the end.
Each body may name in `about` the dossier that the drill is about, so that the act stands in its timeline too.
"""

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import msgspec

from verbale.matters.bodies import Hex32, Hex64, Line, Moment, check_moments
from verbale.protocol import canonical_bytes

__all__ = [
    "MAX_ACTS",
    "MAX_INJECTS",
    "RATINGS",
    "Acceptance",
    "Declination",
    "End",
    "Expected",
    "InjectBody",
    "Lesson",
    "Objective",
    "Response",
    "Role",
    "Schedule",
    "Start",
    "commitment",
    "expected_hash",
]

RATINGS = ("P", "S", "M", "U")
"""HSEEP (FEMA, January 2020): performed without challenges, with some, with major ones, unable to be performed."""
MAX_INJECTS = 100
MAX_ACTS = 20
_MINUTES = 14 * 24 * 60

_Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,40}\Z")]
_PackId = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,60}\Z")]
_Node = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9-]{1,23}\Z")]
_Text = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=MAX_INJECTS)]
_Minutes = Annotated[int, msgspec.Meta(ge=0, le=_MINUTES)]


class Objective(msgspec.Struct, frozen=True):
    id: _Key
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=1_000)]


class Role(msgspec.Struct, frozen=True):
    role: _Key
    node: _Node
    """Who plays it."""
    name: Line


class Schedule(msgspec.Struct, frozen=True):
    title: Line
    scenario: _PackId
    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    situation: _Remark
    """What all know at the start."""
    start: Moment
    minutes: Annotated[int, msgspec.Meta(ge=1, le=_MINUTES)]
    roles: Annotated[list[Role], msgspec.Meta(min_length=1, max_length=20)]
    objectives: Annotated[list[Objective], msgspec.Meta(min_length=1, max_length=20)]
    injects: Annotated[list[Hex64], msgspec.Meta(min_length=1, max_length=MAX_INJECTS)]
    """The commitment to each, in their order; an inject is named by its place from 1."""
    seed: Hex32
    """From which, with a secret of its own, the director's node makes the nonces anew."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_moments(start=self.start)
        if len({item.role for item in self.roles}) != len(self.roles):
            raise ValueError("roles: each once")
        if len({item.id for item in self.objectives}) != len(self.objectives):
            raise ValueError("objectives: each once")


class Acceptance(msgspec.Struct, frozen=True):
    about: Hex32 | None = None


class Declination(msgspec.Struct, frozen=True):
    reason: _Text
    about: Hex32 | None = None


class Start(msgspec.Struct, frozen=True):
    about: Hex32 | None = None


class InjectBody(msgspec.Struct, frozen=True):
    number: _Number
    at: _Minutes
    """Planned, in minutes from the start."""
    to: _Key
    title: Line
    text: _Text
    within: _Minutes
    objective: _Key
    expected: Hex64
    """Hash of what a good response is, see `expected_hash`."""
    nonce: Hex32
    about: Hex32 | None = None


class Response(msgspec.Struct, frozen=True):
    inject: Hex64
    text: _Text
    """What was done."""
    acts: Annotated[list[Hex64], msgspec.Meta(max_length=MAX_ACTS)] = []
    """Acts exchanged for it over the real channels, marked as exercise."""
    about: Hex32 | None = None


class Expected(msgspec.Struct, frozen=True):
    number: _Number
    text: _Text
    nonce: Hex32


class End(msgspec.Struct, frozen=True):
    text: _Remark = ""
    expected: Annotated[list[Expected], msgspec.Meta(max_length=MAX_INJECTS)] = []
    about: Hex32 | None = None


class Lesson(msgspec.Struct, frozen=True):
    objective: _Key
    rating: Annotated[str, msgspec.Meta(pattern=r"^[PSMU]\Z")]
    text: _Text
    improvement: _Remark = ""
    """What is to be done about it."""
    office: Annotated[str, msgspec.Meta(max_length=100)] = ""
    """Who sees to it."""
    about: Hex32 | None = None


def commitment(inject: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical form of an inject: number, at, to, title, text, within, objective, expected, nonce."""
    names = ("number", "at", "to", "title", "text", "within", "objective", "expected", "nonce")
    return hashlib.sha256(canonical_bytes({name: inject[name] for name in names})).hexdigest()


def expected_hash(text: str, nonce: str) -> str:
    """SHA-256 of the canonical form of what a good response is, with its nonce."""
    return hashlib.sha256(canonical_bytes({"nonce": nonce, "text": text})).hexdigest()
