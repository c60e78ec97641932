"""The registry of kinds of matter. Kinds register themselves; the node knows none by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from verbale.node.errors import UserError
from verbale.protocol import Act, Effect, MalformedError, State

__all__ = ["ActType", "Kind", "act_type", "all_kinds", "kind_of", "register", "validate_body"]


@dataclass(frozen=True)
class ActType:
    """One type of act of a kind."""

    name: str
    body: type[msgspec.Struct]
    label: Any
    """What it is called, translatable: `Note verbale`."""
    clearance: bool = True
    """Whether it needs a second person's clearance when it is addressed to other nodes."""
    sentence: Callable[[Act], str] | None = None
    """One line of what it says, for the timeline; the label alone otherwise."""


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
    context: Callable[..., Mapping[str, Any]] = field(default=lambda **_: {})
    tasks: Callable[..., list[Any]] = field(default=lambda **_: [])
    """What waits for somebody in a matter of this kind, for the desk: see `verbale.desk.work`."""


_kinds: dict[str, Kind] = {}


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
        raise UserError(f"this node does not know acts of type {type_name}")
    try:
        return msgspec.convert(dict(body), known.body)
    except msgspec.ValidationError as error:
        text = str(error)
        message, _, path = text.partition(" - at `$.")
        raise UserError(f"{path.rstrip('`') or 'body'}: {message}", path.rstrip("`")) from None


def apply_rule(state: State, act: Act) -> Effect:
    """The effect of an act by the rules of its kind; a kind or type unknown here is kept without effect."""
    kind = kind_of(act.type)
    known = act_type(act.type)
    if kind is None or known is None:
        return Effect("This node does not know acts of type %s; it keeps them as they are.", (act.type,))
    try:
        msgspec.convert(act.body, known.body)
    except (msgspec.ValidationError, MalformedError) as error:
        return Effect("Its content is not lawful for its type: %s.", (str(error),))
    return kind.rule(state, act)
