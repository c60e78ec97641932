"""How a kind of matter says what people do in it: its deeds, and the fields that a person decides in each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import msgspec
from django.utils import timezone

from verbale.node.identity import node_name
from verbale.node.models import ActRecord, Matter, User
from verbale.node.projection import state_of
from verbale.node.registry import Door
from verbale.paper import Paper
from verbale.protocol import Act

__all__ = ["WIDGETS", "Deed", "Field", "Texts", "View"]

WIDGETS = (
    "line",  # one line of text
    "text",  # several lines
    "lines",  # a list of texts, one a line
    "paragraphs",  # a list of texts, with an empty line between them
    "rows",  # a list of objects: one a line, its `columns` with a bar between them: `name | office`
    "day",  # a calendar date, `2026-11-24`
    "moment",  # RFC 3339 in UTC to the second, `2026-11-24T09:00:00Z`; typed in the zone of the house
    "number",  # a whole number
    "check",  # true or false
    "choice",  # one of `choices`
    "choices",  # several of `choices`
    "matter",  # a matter that stands here, by its id
    "files",  # attachments; the body gets their descriptions
    "act",  # an act of the matter, by its id: hidden on the page, where a link to it brings it along
)


@dataclass(frozen=True)
class View:
    """A matter as it stands here and now, for one person; what the functions of a deed are given."""

    matter: Matter | None
    """None while a new one is being opened."""
    user: User | None = None
    to: tuple[str, ...] = ()
    """While a matter is being opened: the addressees that were chosen."""
    marking: str = ""
    """The marking that was chosen for this very act, where one chooses."""
    files: Mapping[str, bytes] = field(default_factory=dict)
    """The files that were just given, by their SHA-256; for `Deed.complete`, before they are kept."""

    @cached_property
    def state(self) -> Mapping[str, Any]:
        return state_of(self.matter) if self.matter is not None else {}

    @cached_property
    def me(self) -> str:
        """This node."""
        return node_name()

    @property
    def opening(self) -> Mapping[str, Any]:
        """As `verbale.matters.rules` keeps it; empty before there is one."""
        return self.state.get("opening", {})

    @property
    def parties(self) -> list[str]:
        return list(self.opening.get("parties", ()))

    @property
    def others(self) -> list[str]:
        return [node for node in self.parties if node != self.me]

    @property
    def ours(self) -> bool:
        """Whether this node is a party."""
        return self.me in self.parties

    @property
    def open(self) -> bool:
        return bool(self.opening) and "closed" not in self.state

    @property
    def today(self) -> str:
        """The day in the zone of the house, `2026-11-24`."""
        return timezone.localdate().isoformat()

    def entries(self, prefix: str) -> list[dict[str, Any]]:
        """The entries `<prefix>:<rest>` of the state, each with `key` (the rest), by `issued` and key."""
        found = [
            {**value, "key": name[len(prefix) + 1 :]}
            for name, value in self.state.items()
            if name.startswith(f"{prefix}:") and isinstance(value, Mapping)
        ]
        return sorted(found, key=lambda item: (str(item.get("issued", "")), item["key"]))


@dataclass(frozen=True)
class Field:
    """One thing that a person decides."""

    name: str
    """The field of the body."""
    label: Any
    """Translatable."""
    widget: str = "line"
    """One of WIDGETS."""
    help: Any = ""
    """A sentence, translatable."""
    required: bool = True
    """What is left empty and not required is left out of the body."""
    initial: Any = None
    """What stands there at first: a value, or a function of the View."""
    choices: Iterable[tuple[str, Any]] | Callable[[View], Iterable[tuple[str, Any]]] = ()
    columns: tuple[str, ...] = ()
    """With `rows`: the names of the columns in the body; the last may be left out of a line."""
    kind: str = ""
    """With `matter`: only matters of this kind."""
    size: int = 4
    """Lines that a text control shows."""

    def __post_init__(self) -> None:
        if self.widget not in WIDGETS:
            raise ValueError(f"{self.name}: {self.widget} is no widget")


def _always(view: View) -> bool:
    return True


def _as_given(view: View, body: dict[str, Any]) -> dict[str, Any]:
    return body


@dataclass(frozen=True)
class Deed:
    """One type of act: what it is, and how a person does it. Page, form, API and command follow from it."""

    name: str
    """The type of the act: `hotline.message`."""
    body: type[msgspec.Struct]
    label: Any
    """What the act is called: `Hotline message`."""
    do: Any
    """What doing it is called, on the button and over the page: `Write a message`."""
    fields: tuple[Field, ...] = ()
    lead: Any = ""
    """A sentence under the title of the page."""
    opens: bool = False
    """Whether it opens a matter; the page then asks for addressees, marking and the dossier that it is about."""
    clearance: bool = True
    """Whether a second person has to clear it. Without, it is said at once."""
    right: str = "draft"
    """The right that doing it takes; `draft` with clearance."""
    names: str = ""
    """The field of the body that names another act of the matter; it is put among the refs and shown."""
    when: Callable[[View], bool] = _always
    """Whether it can be done as the matter stands, for the buttons. The rules of effect decide all the same."""
    listed: bool = True
    """Whether it stands among the buttons of the matter; others stand beside what they are about (`{% deed %}`)."""
    main: bool = False
    """Whether it is the main button."""
    complete: Callable[[View, dict[str, Any]], dict[str, Any]] = _as_given
    """Makes the body of what was given: adds what the node knows, hashes, numbers. May raise UserError with a field."""
    to: Callable[[View, Mapping[str, Any]], Iterable[str]] | None = None
    """The addressees, of the body; all other parties when not given. With `opens`, those that the person chose."""
    refs: Callable[[View, Mapping[str, Any]], Iterable[str]] | None = None
    """More acts to refer to than the opening, the latest and the named one."""
    precedence: str | Callable[[View], str] = "ROUTINE"
    """Of an act within a matter; who opens a matter chooses, beginning with this."""
    exercise: bool = False
    """Whether it is an exercise whatever the person says."""
    marks: bool = False
    """Whether the person chooses a marking within a matter too; else it is the matter's."""
    about: bool = True
    """With `opens`: whether it may be about a dossier (field `about` of the body)."""
    by: str = ""
    """With `opens`: `organisation` when only nodes of organisations are offered it."""
    alone: bool = False
    """With `opens`: addressed to nobody, for what never leaves the node."""
    name_of: Callable[[Act], str] | None = None
    sentence: Callable[[Act], str] | None = None
    """One line of what it says, for the timeline."""
    excerpt: Callable[[Act], str] | None = None
    paper: Callable[[Act], Paper] | None = None
    template: str = "kit/act.html"
    """Template that shows the act in full; the kit's shows its fields by their labels."""
    reply: Door | None = None
    then: Callable[[ActRecord, User], None] | None = None
    """Called after it was said at once, in the same transaction."""

    @property
    def verb(self) -> str:
        """The part of its name after the kind: `message`."""
        return self.name.partition(".")[2]

    def field(self, name: str) -> Field | None:
        return next((item for item in self.fields if item.name == name), None)


@dataclass(frozen=True)
class Texts:
    """What the pages of a kind say."""

    many: Any
    """`Hotlines`"""
    empty: Any
    """What would stand in the empty list, and how it begins; a sentence."""
    standing: Callable[[View], str]
    """How a matter stands, in a sentence."""
    lead: Any = ""
    columns: tuple[Any, ...] = field(default=())
