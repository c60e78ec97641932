"""Bodies of the acts of a channel.

channel.note          a note of the series: a note verbale
channel.answer        a note in answer to one of the channel
channel.acknowledge   an addressee confirms that a note has reached the persons it is meant for
"""

from typing import Annotated

import msgspec

from verbale.matters.bodies import Attachment, Date, Hex32, Hex64, Letterhead, Line, ShortLine, Text, check_days

__all__ = ["Acknowledgement", "Note"]


class Note(msgspec.Struct, frozen=True):
    """A note in the third person. The first paragraph continues 'has the honour to'."""

    form: ShortLine
    """Id of the form pack that it was written in: `note-verbale` for free text."""
    number: ShortLine
    """`12/2026`, of the author's series in this channel."""
    subject: Line
    paragraphs: Annotated[
        list[Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]], msgspec.Meta(min_length=1, max_length=200)
    ]
    letterhead: Letterhead
    addressee: Line
    """`Ministry of Foreign Affairs of the Republic of Lazuria`"""
    date: Date
    language: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")] = "en"
    about: Hex32 | None = None
    """The matter that it is about, when that is not the channel itself."""
    reply_by: Date | None = None
    """The day by which an answer is asked for."""
    answers: Hex64 | None = None
    """In an answer: the note that it answers."""
    answered: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """In an answer: that note in words, `note verbale 12/2026 of 24 November 2026`."""
    attachments: Annotated[list[Attachment], msgspec.Meta(max_length=50)] = []
    style: Annotated[str, msgspec.Meta(pattern=r"^(note|impersonal|plain)\Z")] = "note"
    """How it prints, as the form says; carried along, so that a node without the pack prints it alike."""
    heading: Annotated[str, msgspec.Meta(max_length=100)] = ""
    values: Annotated[dict[str, Text], msgspec.Meta(max_length=40)] = {}
    """What was filled into the form, by field: the paragraphs are made of it."""

    def __post_init__(self) -> None:
        check_days(date=self.date, reply_by=self.reply_by)


class Acknowledgement(msgspec.Struct, frozen=True):
    acknowledges: Hex64
    """The note."""
    note: Annotated[str, msgspec.Meta(max_length=300)] = ""
    """That note in words, `note verbale 12/2026 of 24 November 2026`."""
    about: Hex32 | None = None
    text: Text = ""
