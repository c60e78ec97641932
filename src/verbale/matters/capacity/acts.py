"""Bodies of the acts of capacity building.

capacity.need      opens the matter: what a state wants to learn, how many people, by when
capacity.offer     another party offers a training, an exercise, advice
capacity.match     the needing state takes an offer
capacity.decline   the needing state does not take an offer
capacity.report    how it went, by either side of a matched offer
capacity.close     the need is met, or is no more

Topics are the dimensions of the Cybersecurity Capacity Maturity Model for Nations (CMM), 2021 edition, Global Cyber
Security Capacity Centre, University of Oxford. Each body may name in `about` the dossier that the need came out of.
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Date, Hex32, Hex64, Line, check_days

__all__ = ["TOPICS", "Closing", "Declination", "Match", "Need", "Offer", "Report"]

TOPICS = ("policy", "culture", "knowledge", "legal", "standards")
"""D1 Cybersecurity Policy and Strategy, D2 Cybersecurity Culture and Society, D3 Building Cybersecurity Knowledge and
Capabilities, D4 Legal and Regulatory Frameworks, D5 Standards and Technologies."""

_Topic = Annotated[str, msgspec.Meta(pattern=rf"^({'|'.join(TOPICS)})\Z")]
_People = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]


class Need(msgspec.Struct, frozen=True):
    title: Line
    topic: _Topic
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
    people: _People
    """How many are to be trained."""
    deadline: Date
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(deadline=self.deadline)


class Offer(msgspec.Struct, frozen=True):
    what: Line
    provider: Line
    """The institution that gives it."""
    places: _People
    first: Date
    last: Date
    """First and last day, both included."""
    amount: Annotated[int, msgspec.Meta(ge=1, le=10**12)] | None = None
    """What the offering state pays, in whole units of the currency."""
    currency: Annotated[str, msgspec.Meta(pattern=r"^[A-Z]{3}\Z")] | None = None
    """ISO 4217: `EUR`."""
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(first=self.first, last=self.last)
        if self.last < self.first:
            raise ValueError("last: the last day is before the first")
        if (self.amount is None) != (self.currency is None):
            raise ValueError("currency: an amount has a currency, and a currency an amount")


class Match(msgspec.Struct, frozen=True):
    offer: Hex64
    text: _Remark = ""
    about: Hex32 | None = None


class Declination(msgspec.Struct, frozen=True):
    offer: Hex64
    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
    about: Hex32 | None = None


class Report(msgspec.Struct, frozen=True):
    offer: Hex64
    held: bool
    """Whether it took place."""
    trained: Annotated[int, msgspec.Meta(ge=0, le=1_000_000)] = 0
    """How many people were trained."""
    remark: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if self.trained and not self.held:
            raise ValueError("trained: nobody was trained by what was not held")


class Closing(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None
