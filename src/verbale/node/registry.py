"""The registry of kinds of matter. Kinds register themselves; the node knows none by name."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from verbale.node.errors import UserError
from verbale.node.judged import Judged
from verbale.node.sharing import Share
from verbale.paper import Paper
from verbale.protocol import Act, Effect, MalformedError, Marking, State, gettext_noop

__all__ = [
    "ActType",
    "Chore",
    "Door",
    "Kind",
    "Task",
    "Warn",
    "Warning",
    "act_type",
    "all_chores",
    "all_kinds",
    "apply_rule",
    "is_lawful",
    "kind_of",
    "lawful_body",
    "paper_of",
    "register",
    "register_chore",
    "validate_body",
]


# The escape of U+0000, and not a backslash that is followed by its letters.
_NULL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


@dataclass(frozen=True)
class Task:
    """Something that waits, as a person reads it on the desk."""

    ours: bool
    """Whether it waits for us; else a partner owes it."""
    sentence: Any
    """What is to be done, translatable."""
    detail: str
    """What it is about, in the words of the matter."""
    matter_id: str
    act_id: str
    precedence: str
    since: str
    """When it began to wait, RFC 3339."""
    due: str | None = None
    """Last day, as a calendar date; None where there is no deadline."""
    right: str = "read"
    """The right that one needs to do it."""
    form_url: str = ""
    """Where it is done, when that takes a page."""
    post_url: str = ""
    """Where it is done by one press of `label`."""
    label: Any = ""


@dataclass(frozen=True)
class Door:
    """A way to a page of a kind."""

    url: str
    """Name of the address."""
    label: Any
    """Translatable."""
    right: str = "read"
    key: str = ""
    """The letter that goes there after `g`, in the rail."""
    by: str = ""
    """The kind of node that is offered it, `organisation` say; every node when empty."""
    first: bool = False
    """Whether it is what one does first from a dossier: the main button, and the key `c`."""

    @property
    def offered(self) -> bool:
        """Whether it is offered at a node such as this one."""
        return self.by in ("", settings.CONFIG.kind)


@dataclass(frozen=True)
class ActType:
    """One type of act of a kind."""

    name: str
    body: type[msgspec.Struct]
    label: Any
    """What it is called, translatable: `Note verbale`."""
    clearance: bool = True
    """Whether it needs a second person's clearance when it is addressed to other nodes."""
    name_of: Callable[[Act], str] | None = None
    """What this very act is called, where that is more than the label: `Aide-mémoire`."""
    sentence: Callable[[Act], str] | None = None
    """One line of what it says, for the timeline; the label alone otherwise."""
    excerpt: Callable[[Act], str] | None = None
    """How its text begins, for what is longer than its sentence tells."""
    paper: Callable[[Act], Paper] | None = None
    """How it prints, for what states exchange on paper."""
    reply: Door | None = None
    """Where one answers such an act of somebody else; the page takes `?answers=` with its id."""
    template: str = ""
    """Template that shows the act in full on the desk; gets `record`, `act` and `body`."""


@dataclass(frozen=True)
class Warning:
    """Something of which a person is to be warned before a draft leaves."""

    sentence: Any
    """`Crosses our red line: no duty to disclose vulnerabilities`."""
    passage: str = ""
    """The passage of the draft that it is about."""
    url: str = ""
    """Where one reads more."""


Warn = Callable[[Any, Any], Iterable[Warning]]
"""Given a draft and the person who reads it."""


@dataclass(frozen=True)
class Kind:
    """A kind of matter: its types of act, its rules of effect, what its state is called."""

    name: str
    label: Any
    types: tuple[ActType, ...]
    rule: Callable[[State, Act], Effect]
    title: Callable[[State], str]
    """The title of a matter, from its state."""
    panel: str = ""
    """Template that shows the matter's own part of a dossier page; gets `matter` and what `context` gives."""
    context: Callable[[Any], Mapping[str, Any]] = lambda matter: {}
    tasks: Callable[[], Iterable[Task]] = lambda: ()
    """What waits for somebody in matters of this kind, here and with partners."""
    share: Callable[[Any, Marking, bool], Share | None] = lambda matter, ceiling, keep: None
    """What of a matter may go along with a note about it, under a marking; keeps the files for it when told to."""
    series: bool = False
    """Whether matters of this kind are standing series between parties, listed apart from the dossiers."""
    urls: Any = ""
    """Its pages: a module, or a list of patterns."""
    edit: str = ""
    """Name of the address at which a draft of this kind is written on; takes the draft's id."""
    rail: tuple[Door, ...] = ()
    """Its entries in the rail of every page."""
    starts: tuple[Door, ...] = ()
    """What of this kind can be begun from a dossier: pages that take `?about=` with the dossier's id."""
    api: Any = None
    """Router of its REST API."""
    about: Callable[[Mapping[str, Any]], str] = lambda state: ""
    """The dossier that a matter is about, from its state: who may not open that does not open this."""
    case: bool = False
    """Whether a matter of this kind is the dossier of a case, which others are about."""
    panel_title: Any = ""
    """What a panel below a long timeline is called, for a link that leads to it; translatable."""
    panel_first: bool = False
    """Whether the panel stands above the timeline."""
    step: int = 0
    """The step of a case that it belongs to: 1 communication, 2 talks, 3 forum, 4 norm, 5 cooperation; 0 for none."""
    warn: Warn | None = None
    """What is to be said of a draft of any kind before it leaves, out of matters of this kind."""
    private: bool = False
    """Whether matters of this kind never leave the node."""
    relay: str = ""
    """Key of the state under which stands the node through which the parties speak: it passes their acts on. Empty
    where they speak to each other. The members, with their credentials, stand under `member:<node>`."""
    periodic: Callable[[], Any] = lambda: None
    """Called by the serving process every half minute, and by `verbale worker`: what is due by the clock alone."""
    standing: Callable[[Any], str] = lambda matter: ""
    """How a matter stands, in a sentence."""
    judges: Callable[[Any], Iterable[Judged]] = lambda matter: ()
    """What a matter makes of the case that it is about."""


_kinds: dict[str, Kind] = {}

Chore = Callable[[Callable[[], bool]], Any]
"""Work that may take long, of an app below the kinds: looked at every half minute by the serving process and by
`verbale worker`, one chore after another and beside the delivery. It is given a function that says whether the process
is to end, and ends soon then; when it is cut off nevertheless, nothing is broken."""
_chores: dict[str, Chore] = {}


def register_chore(name: str, chore: Chore) -> None:
    """Called once by each app that has one, when it is ready."""
    _chores[name] = chore


def all_chores() -> list[Chore]:
    return list(_chores.values())


def register(kind: Kind) -> None:
    """Called once by each kind, when its Django app is ready."""
    if kind.name in _kinds and _kinds[kind.name] is not kind:
        raise ValueError(f"kind {kind.name} is registered twice")
    for item in kind.types:
        if item.name.partition(".")[0] != kind.name:
            raise ValueError(f"act type {item.name} does not belong to kind {kind.name}")
    _kinds[kind.name] = kind


def all_kinds() -> list[Kind]:
    return sorted(_kinds.values(), key=lambda kind: kind.name)


def kind_of(type_name: str) -> Kind | None:
    """The kind that an act type or a kind's name belongs to; None when this node does not know it."""
    return _kinds.get(type_name.partition(".")[0])


def act_type(type_name: str) -> ActType | None:
    kind = kind_of(type_name)
    return next((item for item in kind.types if item.name == type_name), None) if kind else None


def validate_body(type_name: str, body: Mapping[str, Any]) -> msgspec.Struct:
    """The typed body. Raises UserError naming the field. For acts made here: those received are kept as they are."""
    known = act_type(type_name)
    if known is None:
        raise UserError(_("this node does not know acts of type %(name)s") % {"name": type_name})
    try:
        data = msgspec.json.encode(body)
    except UnicodeEncodeError:
        raise UserError(_("a text must not hold half of a character (a lone surrogate)")) from None
    if _holds_null(data):
        raise UserError(_("a text must not hold the character U+0000"))
    try:
        return msgspec.convert(dict(body), known.body)
    except msgspec.ValidationError as error:
        text = str(error)
        message, _at, path = text.partition(" - at `$.")
        raise UserError(
            _("%(body)s: %(message)s") % {"body": path.rstrip("`") or "body", "message": message}, path.rstrip("`")
        ) from None


def paper_of(act: Act) -> Paper | None:
    """How an act prints; None for one that does not, or whose body is not lawful for its type: bodies come from
    strangers, and whatever they hold, the page of the act opens."""
    known = act_type(act.type)
    return known.paper(act) if known is not None and known.paper is not None and is_lawful(act) else None


def _typed(type_name: str, body: Any) -> msgspec.Struct | None:
    known = act_type(type_name)
    try:
        return msgspec.convert(body, known.body) if known is not None else None
    except (msgspec.ValidationError, MalformedError):
        return None


def is_lawful(act: Act) -> bool:
    """Whether the body is lawful for its type."""
    return _typed(act.type, act.body) is not None


def lawful_body(type_name: str, body: Any) -> dict[str, Any] | None:
    """The fields of a body that its type knows, and no others: a template does not meet what nobody has checked. None
    when the body is not lawful for its type."""
    typed = _typed(type_name, body)
    return dict(msgspec.to_builtins(typed)) if typed is not None else None


def apply_rule(state: State, act: Act) -> Effect:
    """The effect of an act by the rules of its kind; a kind or type unknown here is kept without effect."""
    kind = kind_of(act.type)
    known = act_type(act.type)
    if kind is None or known is None:
        return Effect(gettext_noop("This node does not know acts of type %s; it keeps them as they are."), (act.type,))
    if _holds_null(act.canonical):
        return Effect(gettext_noop("A text in it holds the character U+0000, which not every database can store."))
    try:
        msgspec.convert(act.body, known.body)
    except (msgspec.ValidationError, MalformedError) as error:
        return Effect(gettext_noop("Its content is not lawful for its type: %s."), (str(error),))
    return kind.rule(state, act)


def _holds_null(data: bytes) -> bool:
    """Whether a text in this JSON holds U+0000: lawful in an act, and nothing that PostgreSQL stores as text."""
    return b"\\u0000" in data and _NULL.search(data) is not None
