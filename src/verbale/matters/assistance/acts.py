"""Bodies of the acts of assistance between two states.

assistance.request    opens the matter: what one state asks of another, item by item, and on what basis
assistance.accept     the requested state will give all of it, or the items that it names, perhaps under conditions
assistance.refuse     the requested state will not, on a ground of a short list
assistance.preserve   data is preserved from a day until a day (Article 29 of the Convention on Cybercrime)
assistance.extend     a preservation lasts until a later day
assistance.deliver    what is handed over
assistance.status     a remark of either side on the state of the work
assistance.offer      opens a matter too: help that nobody has asked for yet
assistance.take       the offer, or some of its items, is taken
assistance.close      the matter is at its end: satisfied, withdrawn, or an offer declined

"Articles" are those of the Convention on Cybercrime (Budapest, 23 November 2001, ETS 185).
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Attachment, Date, Hex32, Hex64, Letterhead, Line, ShortLine, Text, check_days

__all__ = [
    "GROUNDS",
    "KINDS",
    "LEAST_DAYS",
    "OUTCOMES",
    "URGENCIES",
    "Acceptance",
    "Basis",
    "Closing",
    "Delivery",
    "Extension",
    "Offer",
    "Preservation",
    "PreservationAsked",
    "Refusal",
    "Request",
    "Status",
    "Taking",
    "article_of",
]

KINDS = ("information", "mitigation", "preservation", "other")
URGENCIES = ("ordinary", "urgent", "emergency")
OUTCOMES = ("satisfied", "withdrawn", "declined")
LEAST_DAYS = 60
"""Article 29 (7): a preservation lasts for a period not less than sixty days."""

GROUNDS = {
    "political": ("Article 27 (4) (a)", "Article 29 (5) (a)"),
    "essential-interests": ("Article 27 (4) (b)", "Article 29 (5) (b)"),
    "dual-criminality": ("Article 25 (5)", "Article 29 (4)"),
    "domestic-law": ("Article 25 (4)", "Article 25 (4)"),
    "not-held": ("", ""),
    "no-means": ("", ""),
}
"""Grounds of refusal, each with its article: for any request, and for one to preserve data. The last two are reasons of
fact, which the Convention does not name."""

_Item = Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
_Items = Annotated[list[_Item], msgspec.Meta(min_length=1, max_length=100)]
_Number = Annotated[int, msgspec.Meta(ge=1, le=100)]
_Numbers = Annotated[list[_Number], msgspec.Meta(max_length=100)]
_Said = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
_Paragraphs = Annotated[list[_Said], msgspec.Meta(min_length=1, max_length=200)]
_Words = Annotated[str, msgspec.Meta(max_length=2_000)]
_Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")]
_Kind = Annotated[str, msgspec.Meta(pattern=r"^(information|mitigation|preservation|other)\Z")]
_Urgency = Annotated[str, msgspec.Meta(pattern=r"^(ordinary|urgent|emergency)\Z")]
_Extent = Annotated[str, msgspec.Meta(pattern=r"^(whole|part)\Z")]
_Ground = Annotated[
    str,
    msgspec.Meta(pattern=r"^(political|essential-interests|dual-criminality|domestic-law|not-held|no-means)\Z"),
]
_Outcome = Annotated[str, msgspec.Meta(pattern=r"^(satisfied|withdrawn|declined)\Z")]
_Files = Annotated[list[Attachment], msgspec.Meta(max_length=50)]


def article_of(ground: str, kind: str) -> str:
    """The article that a ground rests on, for a request of that kind; empty for a reason of fact."""
    return GROUNDS[ground][kind == "preservation"]


class Basis(msgspec.Struct, frozen=True):
    """What the request rests on, in words."""

    instrument: Line
    """`Convention on Cybercrime (ETS 185)`"""
    article: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """`Articles 25 and 29`"""


class PreservationAsked(msgspec.Struct, frozen=True):
    """What Article 29 (2) wants a request for preservation to specify, letter by letter."""

    authority: Line
    """(a) the authority seeking the preservation"""
    offence: _Said
    """(b) the offence under investigation, with a brief summary of the facts"""
    data: _Said
    """(c) the stored computer data to be preserved"""
    link: _Said
    """(c) and its relationship to the offence"""
    necessity: _Said
    """(e) the necessity of the preservation"""
    intention: bool
    """(f) that a request for search, seizure or disclosure of the data is going to follow"""
    custodian: _Words = ""
    """(d) any available information on who holds the data, or where the system stands"""

    def __post_init__(self) -> None:
        if not self.intention:
            raise ValueError("intention: Article 29 (2) (f) asks for the intention to request the data")


class _Opening(msgspec.Struct, frozen=True, kw_only=True):
    number: ShortLine
    """`A-3/2026`, of the author's series."""
    subject: Line
    kind: _Kind
    items: _Items
    """Item 1 first: acceptances and deliveries name them by number."""
    paragraphs: _Paragraphs
    """As it prints; made of the other fields, and carried along so that a node of another version prints it alike."""
    letterhead: Letterhead
    addressee: Line
    date: Date
    language: _Language = "en"
    about: Hex32 | None = None
    """The dossier that it is about."""
    reply_by: Date | None = None
    """The day by which an answer is asked for."""
    attachments: _Files = []


class Request(_Opening, frozen=True, kw_only=True):
    """What is asked. The paper's first paragraph continues 'has the honour to'."""

    basis: Basis
    urgency: _Urgency = "ordinary"
    urgency_reason: _Words = ""
    """Article 25 (3): urgent circumstances."""
    confidential: bool = False
    """Article 27 (8): whether the fact and the subject of the request are to be kept confidential."""
    preservation: PreservationAsked | None = None
    """Exactly in a request to preserve data."""

    def __post_init__(self) -> None:
        check_days(date=self.date, reply_by=self.reply_by)
        if (self.kind == "preservation") != (self.preservation is not None):
            raise ValueError(
                "preservation: a request to preserve data specifies what Article 29 (2) asks for, no other"
            )


class Offer(_Opening, frozen=True, kw_only=True):
    """Help that is offered unasked, item by item."""

    conditions: _Words = ""

    def __post_init__(self) -> None:
        check_days(date=self.date, reply_by=self.reply_by)


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    number: ShortLine
    subject: Line
    """Of the request."""
    answered: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """The request in words, `note verbale A-3/2026 of 24 November 2026`."""
    paragraphs: _Paragraphs
    letterhead: Letterhead
    addressee: Line
    date: Date
    language: _Language = "en"
    about: Hex32 | None = None


class Acceptance(_Answer, frozen=True, kw_only=True):
    """All that was asked, or the items named."""

    extent: _Extent
    items: _Numbers = []
    """With `part`, the numbers of the items; none with `whole`."""
    conditions: _Words = ""
    """Article 27 (6), Article 28: what the assistance depends on."""

    def __post_init__(self) -> None:
        check_days(date=self.date)
        if (self.extent == "part") != bool(self.items):
            raise ValueError("items: an acceptance in part names its items, one of the whole names none")


class Refusal(_Answer, frozen=True, kw_only=True):
    """Article 27 (7): the reasons for a refusal are given."""

    ground: _Ground
    article: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """What the ground rests on, `Article 27 (4) (b)`; empty for a reason of fact."""
    reasons: Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]

    def __post_init__(self) -> None:
        check_days(date=self.date)


class Preservation(msgspec.Struct, frozen=True):
    """Data is preserved, both days included."""

    data: _Said
    since: Date
    until: Date
    items: _Numbers = []
    """The items that it meets; all of them when it names none."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(since=self.since, until=self.until)
        if self.until < self.since:
            raise ValueError("until: the preservation would end before it begins")


class Extension(msgspec.Struct, frozen=True):
    """The preservation lasts longer."""

    preservation: Hex64
    """The act by which the data was preserved."""
    until: Date
    reason: _Words = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(until=self.until)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """What is handed over."""

    subject: Line
    """Of the request."""
    text: _Said
    """What it is."""
    items: _Numbers = []
    """The items that it meets; none for what goes beyond them."""
    conditions: _Words = ""
    """Article 28 (2): confidentiality, limits of use."""
    attachments: _Files = []
    about: Hex32 | None = None


class Status(msgspec.Struct, frozen=True):
    """How the work stands."""

    text: Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
    about: Hex32 | None = None


class Taking(msgspec.Struct, frozen=True):
    """The offer is taken."""

    items: _Numbers = []
    """The items that are taken; all of them when it names none."""
    text: Text = ""
    about: Hex32 | None = None


class Closing(msgspec.Struct, frozen=True):
    """The end of the matter."""

    outcome: _Outcome
    text: Annotated[str, msgspec.Meta(max_length=5_000)] = ""
    about: Hex32 | None = None
