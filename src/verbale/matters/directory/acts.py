"""Bodies of the acts of a directory of points of contact (A/78/265, Annex A).

directory.open       its keeper opens it for its addressees, the members; or renews title and members
directory.nominate   a state names or changes one contact of its own
directory.withdraw   a state takes one of its contacts out
directory.confirm    a state confirms that an entry is still right
directory.publish    the keeper tells members a contact as it was nominated, or that it was withdrawn
directory.ping       a communication check, with a deadline
directory.pong       the answer to a ping
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Date, Hex32, Hex64, ShortLine, Text, check_days
from verbale.protocol import MalformedError
from verbale.protocol.acts import NODE_PATTERN
from verbale.protocol.encoding import parse_time

__all__ = [
    "KEY_PATTERN",
    "PING_KINDS",
    "ROLES",
    "Confirmation",
    "Contact",
    "Hours",
    "Nomination",
    "Opening",
    "Ping",
    "Pong",
    "Publication",
    "Withdrawal",
]

ROLES = ("diplomatic", "technical")
PING_KINDS = ("scheduled", "unscheduled")
KEY_PATTERN = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*\Z"

# One line each: a line end in a name would begin a property of its own in a vCard.
_Plain = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
_MaybePlain = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*\Z")]
Key = Annotated[str, msgspec.Meta(min_length=1, max_length=40, pattern=KEY_PATTERN)]
Node = Annotated[str, msgspec.Meta(pattern=NODE_PATTERN)]
Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Z]{2})?\Z")]
"""`fr` or `pt-BR`."""
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d\Z")]
Weekday = Annotated[int, msgspec.Meta(ge=1, le=7)]
"""As ISO 8601 counts: 1 is Monday."""
Moment = Annotated[str, msgspec.Meta(max_length=24)]
"""`2026-11-24T14:02:07.120Z`"""


def _check_moments(**moments: str | None) -> None:
    for name, moment in moments.items():
        if moment is not None:
            try:
                parse_time(moment, name)
            except MalformedError as error:
                raise ValueError(str(error)) from None


class Hours(msgspec.Struct, frozen=True):
    """When a contact is reached, by the clock of its place."""

    zone: Annotated[str, msgspec.Meta(max_length=60, pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}\Z")]
    """IANA time zone, `Africa/Nairobi`. Only its form is a matter of law: the list of zones differs from machine to
    machine, and the effect of an act must not."""
    always: bool = False
    """Day and night, all week."""
    days: Annotated[list[Weekday], msgspec.Meta(max_length=7)] = msgspec.field(default_factory=lambda: [1, 2, 3, 4, 5])
    opens: ClockTime = "09:00"
    closes: ClockTime = "17:00"
    """Not later than `opens`: on the next day."""

    def __post_init__(self) -> None:
        if sorted(set(self.days)) != self.days:
            raise ValueError("days: each once, in the order of the week")
        if not self.always and (not self.days or self.opens == self.closes):
            raise ValueError("hours: give at least one day, and two different times, or say that it is always reached")


class Contact(msgspec.Struct, frozen=True):
    """A point of contact of a state."""

    role: Annotated[str, msgspec.Meta(pattern=r"^(diplomatic|technical)\Z")]
    name: _Plain
    """A person, or the desk that is always staffed."""
    hours: Hours
    valid_from: Date
    office: _MaybePlain = ""
    languages: Annotated[list[Language], msgspec.Meta(min_length=1, max_length=12)] = msgspec.field(
        default_factory=lambda: ["en"]
    )
    """The preferred one first."""
    email: Annotated[str, msgspec.Meta(max_length=254, pattern=r"^([^\x00-\x20\x7f@]+@[^\x00-\x20\x7f@]+)?\Z")] = ""
    telephone: Annotated[str, msgspec.Meta(max_length=40, pattern=r"^(\+[0-9][0-9 ()./-]{3,38})?\Z")] = ""
    """With the code of the country: `+254 20 318 888`."""
    secure: _MaybePlain = ""
    """An address on a protected channel, as the state names it."""

    def __post_init__(self) -> None:
        check_days(valid_from=self.valid_from)
        if len(set(self.languages)) != len(self.languages):
            raise ValueError("languages: each once")
        if not (self.email or self.telephone or self.secure):
            raise ValueError("email: give an e-mail, a telephone number or a secure address")


class Opening(msgspec.Struct, frozen=True):
    """The members are its addressees."""

    title: _Plain
    text: Text = ""
    """What it is for, and how it is to be used."""
    renews: Hex32 | None = None
    """In a renewal: the nonce of the first opening, from which the directory's id follows."""


class Nomination(msgspec.Struct, frozen=True):
    key: Key
    """By which the state tells its contacts apart: `diplomatic-1`."""
    contact: Contact


class Withdrawal(msgspec.Struct, frozen=True):
    key: Key
    reason: Annotated[str, msgspec.Meta(max_length=1000)] = ""


class Confirmation(msgspec.Struct, frozen=True):
    key: Key
    nomination: Hex64
    """The entry that is still right."""


class Publication(msgspec.Struct, frozen=True):
    state: Node
    key: Key
    nomination: Hex64
    nominated: Moment
    """When it was issued."""
    contact: Contact | None = None
    """As nominated; None when it was withdrawn."""
    confirmation: Hex64 | None = None
    confirmed: Moment | None = None
    withdrawal: Hex64 | None = None
    withdrawn: Moment | None = None

    def __post_init__(self) -> None:
        _check_moments(nominated=self.nominated, confirmed=self.confirmed, withdrawn=self.withdrawn)
        for name, act, moment in (
            ("confirmation", self.confirmation, self.confirmed),
            ("withdrawal", self.withdrawal, self.withdrawn),
        ):
            if (act is None) != (moment is None):
                raise ValueError(f"{name}: name the act and its time, or neither")
        if (self.contact is None) != (self.withdrawal is not None):
            raise ValueError("contact: either the contact, or the act that withdrew it")


class Ping(msgspec.Struct, frozen=True):
    number: ShortLine
    """`3/2026`, of the author's pings in this directory."""
    kind: Annotated[str, msgspec.Meta(pattern=r"^(scheduled|unscheduled)\Z")]
    deadline: Moment
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""

    def __post_init__(self) -> None:
        _check_moments(deadline=self.deadline)


class Pong(msgspec.Struct, frozen=True):
    ping: Hex64
    text: Annotated[str, msgspec.Meta(max_length=1000)] = ""
