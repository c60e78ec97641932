"""Bodies of the acts of a session of an organisation's body. One matter is one session.

By the organisation, whose node is the sequencer:
forum.convene            opens the matter: the body, the session, its days, its languages, the usual majority
forum.member             introduces a member or an observer, with its credentials
forum.agenda             the agenda; a later version replaces it
forum.give-symbol        issues a text under its symbol: a document, draft, amendment, revision or accepted amendment
forum.silence            puts a text under the silence procedure until a moment
forum.end-silence        says which objections came; with none, the text is adopted
forum.open-vote          opens the roll call on a draft or an amendment
forum.close-vote         closes it: the votes that it counts, in the order of the roll, and the tally
forum.adopt              gives a text that was carried its symbol as a resolution or decision
forum.close              the session is over

By members, and the first two by observers and the organisation too:
forum.statement          a statement on an item of the agenda
forum.document           a document for the session
forum.draft              a draft resolution; its author is the main sponsor
forum.sponsor            becomes a sponsor of a draft
forum.withdraw-sponsor   is no longer one
forum.revise             the main sponsor's new text of the draft
forum.amend              an amendment to a draft
forum.accept-amendment   the main sponsor accepts an amendment as part of the draft
forum.object             breaks silence
forum.vote               yes, no or abstain in a roll call
forum.explain            explanation of vote, before or after it

Each body may name in `about` the dossier that the session is about, so that the act stands in its timeline too.
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Date, Hex32, Hex64, Line, Moment, check_days, check_moments

__all__ = [
    "ACTIONS",
    "BODIES",
    "CHOICES",
    "LONGEST_CREDENTIALS",
    "MAJORITIES",
    "MAX_CHANGES",
    "MAX_ITEMS",
    "MAX_MEMBERS",
    "MAX_PARAGRAPHS",
    "WHEN",
    "Acceptance",
    "Adoption",
    "Agenda",
    "AgendaItem",
    "Amendment",
    "Ballot",
    "Change",
    "Closing",
    "Convening",
    "Document",
    "Draft",
    "Explanation",
    "Member",
    "Objection",
    "Result",
    "Revision",
    "Silence",
    "SilenceEnd",
    "Sponsorship",
    "Statement",
    "Symbol",
    "Vote",
    "Withdrawal",
]

CHOICES = ("yes", "no", "abstain")
MAJORITIES = ("simple", "two-thirds", "consensus")
ACTIONS = ("add", "replace", "delete")
WHEN = ("before", "after")

MAX_MEMBERS = 250
"""Members and observers. The act that closes a vote refers to all votes, the opening and two acts more: MAX_REFS."""
MAX_ITEMS = 300
MAX_PARAGRAPHS = 200
MAX_CHANGES = 100
LONGEST_CREDENTIALS = 65_536
"""Characters of a credentials file: a chain of about seven versions."""

_Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Speech = Annotated[str, msgspec.Meta(min_length=1, max_length=50_000)]
_Paragraph = Annotated[str, msgspec.Meta(min_length=1, max_length=5_000)]
_Item = Annotated[str, msgspec.Meta(pattern=r"^[0-9]{1,3}( ?\([a-z]\))?\Z")]
"""`93`, `5 (a)`"""
_Symbol = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Za-z0-9]*(/[A-Za-z0-9.()-]+){1,7}\Z", max_length=60)]
"""`WF/1/L.3/Rev.1`"""
_Node = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9-]{1,23}\Z")]
_Address = Annotated[str, msgspec.Meta(pattern=r"^(PP|OP)(0|[1-9]\d{0,2}(\.[1-9]\d{0,2})?)\Z")]
"""A paragraph of the text, preambular or operative: `PP3`, `OP2`; `OP2.1` was added after it; `OP0` is the head."""
_Count = Annotated[int, msgspec.Meta(ge=0, le=MAX_MEMBERS)]
_Majority = Annotated[str, msgspec.Meta(pattern=r"^(simple|two-thirds|consensus)\Z")]
_Choice = Annotated[str, msgspec.Meta(pattern=r"^(yes|no|abstain)\Z")]
_Action = Annotated[str, msgspec.Meta(pattern=r"^(add|replace|delete)\Z")]
_When = Annotated[str, msgspec.Meta(pattern=r"^(before|after)\Z")]
_Preamble = Annotated[list[_Paragraph], msgspec.Meta(max_length=MAX_PARAGRAPHS)]
_Operative = Annotated[list[_Paragraph], msgspec.Meta(min_length=1, max_length=MAX_PARAGRAPHS)]


# -- by the organisation -----------------------------------------------------------------------------------------------


class Convening(msgspec.Struct, frozen=True):
    """The audience of the act are the members and observers to be."""

    body: Line
    """`First Committee`"""
    session: Line
    """`81st session`"""
    opens: Date
    closes: Date
    """The last day that is planned."""
    languages: Annotated[list[_Language], msgspec.Meta(min_length=1, max_length=20)]
    majority: _Majority = "simple"
    """What decides unless a vote says otherwise."""
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(opens=self.opens, closes=self.closes)
        if self.closes < self.opens:
            raise ValueError("closes: before the opening day")


class Member(msgspec.Struct, frozen=True):
    node: _Node
    name: Line
    """Official short name in English, by whose alphabetical order the roll is called: `Bolivia (Plurinational …)`."""
    credentials: Annotated[str, msgspec.Meta(min_length=1, max_length=LONGEST_CREDENTIALS)]
    """The member's credentials file, so that members who are not partners of one another can check its signatures."""
    voting: bool = True
    """Whether it takes part in decisions; an observer speaks and does not."""
    about: Hex32 | None = None


class AgendaItem(msgspec.Struct, frozen=True):
    number: _Item
    title: Line


class Agenda(msgspec.Struct, frozen=True):
    items: Annotated[list[AgendaItem], msgspec.Meta(min_length=1, max_length=MAX_ITEMS)]
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if len({item.number for item in self.items}) != len(self.items):
            raise ValueError("items: each number once")


class Symbol(msgspec.Struct, frozen=True):
    text: Hex64
    """The document, draft, amendment, revision or acceptance that is issued."""
    symbol: _Symbol
    about: Hex32 | None = None


class Silence(msgspec.Struct, frozen=True):
    text: Hex64
    """A draft or a document."""
    sha256: Hex64
    """Of the text as it stands."""
    until: Moment
    """At least 72 hours in the General Assembly: decision 74/544."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_moments(until=self.until)


class SilenceEnd(msgspec.Struct, frozen=True):
    silence: Hex64
    objections: Annotated[list[Hex64], msgspec.Meta(max_length=MAX_MEMBERS)] = []
    """Those that the organisation has received."""
    about: Hex32 | None = None


class Vote(msgspec.Struct, frozen=True):
    proposal: Hex64
    """A draft or an amendment."""
    sha256: Hex64
    """Of the draft as it stands, as amended so far; of the changes of an amendment."""
    majority: _Majority
    closes: Moment
    """Not closed before this moment while somebody has not voted."""
    first: _Node
    """The member drawn by lot with whom the roll begins (rule 87)."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_moments(closes=self.closes)


class Result(msgspec.Struct, frozen=True):
    vote: Hex64
    """The act that opened it."""
    votes: Annotated[list[Hex64], msgspec.Meta(max_length=MAX_MEMBERS)]
    """Every vote that is counted, in the order of the roll."""
    yes: _Count
    no: _Count
    abstain: _Count
    about: Hex32 | None = None


class Adoption(msgspec.Struct, frozen=True):
    text: Hex64
    """The draft or document that a vote or silence carried."""
    sha256: Hex64
    symbol: _Symbol
    about: Hex32 | None = None


class Closing(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None


# -- by members --------------------------------------------------------------------------------------------------------


class Statement(msgspec.Struct, frozen=True):
    item: _Item
    text: _Speech
    language: _Language = "en"
    about: Hex32 | None = None


class Document(msgspec.Struct, frozen=True):
    title: Line
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=200_000)]
    item: _Item
    about: Hex32 | None = None


class Draft(msgspec.Struct, frozen=True):
    title: Line
    preamble: _Preamble
    operative: _Operative
    item: _Item
    about: Hex32 | None = None


class Sponsorship(msgspec.Struct, frozen=True):
    draft: Hex64
    about: Hex32 | None = None


class Withdrawal(msgspec.Struct, frozen=True):
    draft: Hex64
    about: Hex32 | None = None


class Revision(msgspec.Struct, frozen=True):
    draft: Hex64
    title: Line
    preamble: _Preamble
    operative: _Operative
    about: Hex32 | None = None


class Change(msgspec.Struct, frozen=True):
    paragraph: _Address
    """As numbered in the version that is amended; to add is to add after it."""
    action: _Action
    text: Annotated[str, msgspec.Meta(max_length=5_000)] = ""
    """The paragraph as it shall read; empty to delete."""

    def __post_init__(self) -> None:
        if (self.action == "delete") == bool(self.text):
            raise ValueError("text: a paragraph that is deleted has none, and any other has")
        if self.action != "add" and self.paragraph.endswith("P0"):
            raise ValueError("paragraph: the head is no paragraph; one adds after it")


class Amendment(msgspec.Struct, frozen=True):
    draft: Hex64
    version: Hex64
    """The draft, or the act that issued the revision, whose text is amended."""
    changes: Annotated[list[Change], msgspec.Meta(min_length=1, max_length=MAX_CHANGES)]
    text: _Remark = ""
    """Why."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        changed = [change.paragraph for change in self.changes if change.action != "add"]
        if len(set(changed)) != len(changed):
            raise ValueError("changes: a paragraph is replaced or deleted once")


class Acceptance(msgspec.Struct, frozen=True):
    amendment: Hex64
    about: Hex32 | None = None


class Objection(msgspec.Struct, frozen=True):
    silence: Hex64
    text: _Remark = ""
    about: Hex32 | None = None


class Ballot(msgspec.Struct, frozen=True):
    vote: Hex64
    """The act that opened it."""
    choice: _Choice
    about: Hex32 | None = None


class Explanation(msgspec.Struct, frozen=True):
    proposal: Hex64
    when: _When
    text: _Speech
    language: _Language = "en"
    about: Hex32 | None = None


BODIES: dict[str, type[msgspec.Struct]] = {
    "forum.convene": Convening,
    "forum.member": Member,
    "forum.agenda": Agenda,
    "forum.give-symbol": Symbol,
    "forum.silence": Silence,
    "forum.end-silence": SilenceEnd,
    "forum.open-vote": Vote,
    "forum.close-vote": Result,
    "forum.adopt": Adoption,
    "forum.close": Closing,
    "forum.statement": Statement,
    "forum.document": Document,
    "forum.draft": Draft,
    "forum.sponsor": Sponsorship,
    "forum.withdraw-sponsor": Withdrawal,
    "forum.revise": Revision,
    "forum.amend": Amendment,
    "forum.accept-amendment": Acceptance,
    "forum.object": Objection,
    "forum.vote": Ballot,
    "forum.explain": Explanation,
}
"""The body of each type, for those who check a session without a node."""
