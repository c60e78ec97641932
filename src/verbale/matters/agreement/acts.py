"""Bodies of the acts of an agreement.

agreement.open               opens the matter: title, preamble, entry-into-force clause, languages, first articles
agreement.propose            a change: an article replaced, added or deleted, the preamble or the clause replaced
agreement.accept             accepts that proposal
agreement.withdraw-proposal  takes back one's own
agreement.agree              agrees to the text of that hash
agreement.sign               signs the authenticated text: who, in which capacity
agreement.notify             one's internal procedures for the entry into force are completed

The hash is that of the text in its canonical spelling (`canonical_text`): what a person reads is what is hashed.
Each body may name in `about` the dossier that the agreement is about, so that the act stands in its timeline too.
"""

import hashlib
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import msgspec

from verbale.matters.bodies import Attachment, Date, Hex32, Hex64, Line, check_days

__all__ = [
    "CAPACITIES",
    "CLAUSE",
    "MAX_ARTICLES",
    "MAX_DAYS",
    "MAX_HEADING",
    "MAX_MONTHS",
    "PREAMBLE",
    "WHATS",
    "Acceptance",
    "Agreement",
    "Notification",
    "Opening",
    "Proposal",
    "Signature",
    "Withdrawal",
    "article_of",
    "canonical_text",
    "clause_sentence",
    "spelled",
    "text_hash",
]

PREAMBLE, CLAUSE = "preamble", "clause"
"""What can be replaced beside the articles, by the name that a proposal gives it."""
WHATS = ("replace", "add", "delete")
CAPACITIES = ("head-of-state", "head-of-government", "foreign-minister", "full-powers")
"""Vienna Convention on the Law of Treaties, Article 7: the first three need no full powers (paragraph 2 (a))."""
MAX_ARTICLES = 100
MAX_DAYS, MAX_MONTHS = 1_000, 36
MAX_HEADING = 300

_ArticleText = Annotated[str, msgspec.Meta(min_length=1, max_length=20_000)]
_Preamble = Annotated[str, msgspec.Meta(max_length=20_000)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]
_Place = Annotated[str, msgspec.Meta(max_length=100)]
_Heading = Annotated[str, msgspec.Meta(max_length=MAX_HEADING)]
_Language = Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2}\Z")]
_After = Annotated[str, msgspec.Meta(pattern=r"^(signature|notification)\Z")]
"""The last signature, or the last notification that internal procedures are completed (VCLT Article 24 (1))."""
_Number = Annotated[int, msgspec.Meta(ge=0, le=MAX_DAYS)]
"""So many days or months later; 0: on that very day."""
_Unit = Annotated[str, msgspec.Meta(pattern=r"^(day|month)\Z")]
_Node = Annotated[str, msgspec.Meta(pattern=r"^[A-Z][A-Z0-9-]{1,23}\Z")]
_What = Annotated[str, msgspec.Meta(pattern=rf"^({'|'.join(WHATS)})\Z")]
_Target = Annotated[str, msgspec.Meta(pattern=rf"^([1-9]\d{{0,2}}|[0-9a-f]{{64}}|{PREAMBLE}|{CLAUSE})\Z")]
"""An article is named for good by its place in the opening, or by the proposal that added it. Its number can change."""


class Opening(msgspec.Struct, frozen=True):
    title: Line
    articles: Annotated[list[_ArticleText], msgspec.Meta(min_length=1, max_length=MAX_ARTICLES)]
    """Numbered by their places; see `article_of`."""
    preamble: _Preamble = ""
    after: _After = "signature"
    number: _Number = 0
    unit: _Unit = "day"
    languages: Annotated[list[_Language], msgspec.Meta(min_length=1, max_length=6)] = msgspec.field(
        default_factory=lambda: ["en"]
    )
    """Those in which the text is done; the first is that of the text negotiated here."""
    depositary: _Node | None = None
    """One of the parties."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _check_spelling(title=self.title, preamble=self.preamble)
        for item in self.articles:
            _check_spelling(articles=item)
            heading, text = article_of(item)
            if not text or len(heading) > MAX_HEADING:
                raise ValueError(f"articles: each has a text, and a heading of at most {MAX_HEADING} characters")
        _check_clause(self.number, self.unit)
        if len(set(self.languages)) != len(self.languages):
            raise ValueError("languages: each once")


class Proposal(msgspec.Struct, frozen=True):
    what: _What
    article: _Target | None = None
    """What is replaced or deleted; with `add`, the article after which the new one stands, at the head without."""
    heading: _Heading = ""
    text: _Preamble = ""
    """The new text of the article or the preamble."""
    after: _After | None = None
    """With `number` and `unit`: the new clause on entry into force."""
    number: _Number = 0
    unit: _Unit = "day"
    reason: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _check_spelling(heading=self.heading, text=self.text)
        _check_clause(self.number, self.unit)
        if self.what != "add" and self.article is None:
            raise ValueError("article: what is replaced or deleted must be named")
        if self.article in (PREAMBLE, CLAUSE) and self.what != "replace":
            raise ValueError(f"what: the {self.article} can only be replaced")
        if (self.after is not None) != (self.article == CLAUSE):
            raise ValueError("after: given when the clause on entry into force is replaced, and only then")
        if bool(self.heading) and (self.what == "delete" or self.article in (PREAMBLE, CLAUSE)):
            raise ValueError("heading: only an article has one")
        takes_text = self.what != "delete" and self.article not in (PREAMBLE, CLAUSE)
        if takes_text and not self.text:
            raise ValueError("text: an article has one")
        if bool(self.text) and (self.what == "delete" or self.article == CLAUSE):
            raise ValueError("text: nothing of that kind is proposed")


class Acceptance(msgspec.Struct, frozen=True):
    proposal: Hex64
    about: Hex32 | None = None


class Withdrawal(msgspec.Struct, frozen=True):
    proposal: Hex64
    about: Hex32 | None = None


class Agreement(msgspec.Struct, frozen=True):
    sha256: Hex64
    """Of the text: one agrees to the text that one has read."""
    about: Hex32 | None = None


class Signature(msgspec.Struct, frozen=True):
    sha256: Hex64
    """Of the authenticated text."""
    name: Line
    office: Line
    """`Minister for Foreign Affairs`, as it stands under the signature."""
    capacity: Annotated[str, msgspec.Meta(pattern=rf"^({'|'.join(CAPACITIES)})\Z")]
    full_powers: Annotated[str, msgspec.Meta(max_length=1_000)] = ""
    """Who issued them and when."""
    place: _Place = ""
    attachments: Annotated[list[Attachment], msgspec.Meta(max_length=5)] = []
    """The full powers themselves."""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        if self.capacity == "full-powers" and not (self.full_powers.strip() or self.attachments):
            raise ValueError("full_powers: say who issued them and when, or add the file")


class Notification(msgspec.Struct, frozen=True):
    completed: Date
    """The day on which the internal procedures were completed."""
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        check_days(completed=self.completed)


# -- the text ----------------------------------------------------------------------------------------------------------


def spelled(text: str) -> str:
    """The one spelling of a text that may stand in an agreement: normal form C, line feeds, no blanks at the ends of
    lines, never an empty line at the beginning, the end, or next to another."""
    lines = [line.rstrip() for line in unicodedata.normalize("NFC", text).splitlines()]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept).strip("\n")


def article_of(text: str) -> tuple[str, str]:
    """Heading and text of an article as it is written in the opening: a first line `# Scope` is its heading."""
    first, _end, rest = text.partition("\n")
    return (first[2:].strip(), rest.strip("\n")) if first.startswith("# ") else ("", text)


def _check_clause(number: int, unit: str) -> None:
    if unit == "month" and number > MAX_MONTHS:
        raise ValueError(f"number: at most {MAX_MONTHS} months")


def _check_spelling(**texts: str) -> None:
    for name, text in texts.items():
        if spelled(text) != text:
            raise ValueError(f"{name}: not in its canonical spelling")


_AFTER = {
    "signature": "the last signature",
    "notification": "the last notification that the internal procedures for its entry into force are completed",
}


def clause_sentence(clause: Mapping[str, Any]) -> str:
    """The entry-into-force clause as it stands in the canonical text, in English whatever the language of the text."""
    number, unit = clause.get("number", 0), clause.get("unit", "day")
    after = _AFTER[clause.get("after", "signature")]
    if not number:
        return f"This agreement enters into force on the day of {after}."
    return f"This agreement enters into force {number} {unit}{'s' if number > 1 else ''} after {after}."


def canonical_text(
    title: str, preamble: str, articles: Iterable[tuple[str, str]], clause: Mapping[str, Any], languages: Iterable[str]
) -> str:
    """The text that is hashed and printed: title, preamble, numbered articles, entry into force, languages."""
    parts = [title, *([preamble] if preamble else [])]
    for number, (heading, text) in enumerate(articles, 1):
        parts.append(f"Article {number}{f'. {heading}' if heading else ''}\n{text}")
    parts.append(f"Entry into force\n{clause_sentence(clause)}")
    parts.append(f"Languages: {', '.join(languages)}")
    return "\n\n".join(parts) + "\n"


def text_hash(text: str) -> str:
    """SHA-256 of the text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()
