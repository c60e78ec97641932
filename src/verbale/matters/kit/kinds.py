"""Kinds made of deeds: what the node's registry needs of them, and what the kit looks up by name."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.urls import URLPattern

from verbale.matters.kit.spec import Deed, Texts, View
from verbale.node.errors import UserError
from verbale.node.judged import Judged
from verbale.node.models import Matter
from verbale.node.registry import ActType, Door, Kind, Task, Warn, kind_of
from verbale.protocol import Act, Effect, State

__all__ = ["Made", "deed_of", "kind", "made", "opening_about", "standing_of"]


@dataclass(frozen=True)
class Made:
    """A kind as the kit keeps it."""

    name: str
    label: Any
    deeds: tuple[Deed, ...]
    texts: Texts
    rule: Callable[[State, Act], Effect]
    panel: str
    more: Callable[[View], Mapping[str, Any]]

    @property
    def openers(self) -> list[Deed]:
        return [deed for deed in self.deeds if deed.opens]

    @property
    def offered(self) -> list[Deed]:
        """What opens a matter and is offered at a node such as this one."""
        return [deed for deed in self.openers if deed.by in ("", settings.CONFIG.kind)]


_made: dict[str, Made] = {}


def made(name: str) -> Made | None:
    """The kind of that name, if it was made with the kit."""
    return _made.get(name)


def deed_of(name: str) -> Deed:
    """The deed of a type of act. Raises UserError when there is none."""
    found = _made.get(name.partition(".")[0])
    for deed in found.deeds if found else ():
        if deed.name == name:
            return deed
    raise UserError(f"there is no act {name} that the kit makes")


def standing_of(matter: Matter) -> str:
    """How a matter stands, in a sentence; empty for kinds that do not say."""
    found = _made.get(matter.kind)
    return str(found.texts.standing(View(matter))) if found else ""


def opening_about(state: Mapping[str, Any]) -> str:
    """The dossier that a matter is about, by the act that opened it."""
    return str((state.get("opening") or {}).get("about") or "")


def kind(
    *,
    name: str,
    label: Any,
    deeds: Iterable[Deed],
    texts: Texts,
    rule: Callable[[State, Act], Effect],
    title: Callable[[State], str] | None = None,
    panel: str = "",
    more: Callable[[View], Mapping[str, Any]] = lambda view: {},
    tasks: Callable[[], Iterable[Task]] = lambda: (),
    key: str = "",
    step: int = 0,
    urls: Iterable[URLPattern] = (),
    api: Callable[[Any], None] | None = None,
    warn: Warn | None = None,
    private: bool = False,
    relay: str = "",
    rail: bool = True,
    periodic: Callable[[], Any] = lambda: None,
    judges: Callable[[Matter], Iterable[Judged]] = lambda matter: (),
) -> Kind:
    """The kind, for `registry.register`.

    `panel` is the template of the matter's own part of its page; it gets `view`, and what `more` gives. `urls` are
    pages beside those of the kit, `api` adds to the router. `relay` names the key of the state that holds the
    node through which the parties speak, see `registry.Kind.relay`.
    """
    from verbale.matters.kit.api import router_of
    from verbale.matters.kit.urls import patterns_of

    own = _made[name] = Made(name, label, tuple(deeds), texts, rule, panel, more)
    router = router_of(own)
    if api is not None:
        api(router)
    return Kind(
        name=name,
        label=label,
        types=tuple(_type_of(deed) for deed in own.deeds),
        rule=rule,
        title=title or (lambda state: str((state.get("opening") or {}).get("title", ""))),
        panel="kit/panel.html",
        context=_context,
        tasks=tasks,
        urls=[*urls, *patterns_of(own)],
        edit=f"{name}:edit",
        rail=(Door(f"{name}:index", texts.many, key=key),) if rail else (),
        starts=tuple(Door(f"{name}:{deed.verb}", deed.do, "draft", by=deed.by) for deed in own.openers if deed.about),
        api=router,
        about=opening_about,
        panel_first=True,
        step=step,
        warn=warn,
        private=private,
        relay=relay,
        periodic=periodic,
        standing=standing_of,
        judges=judges,
    )


def _type_of(deed: Deed) -> ActType:
    return ActType(
        deed.name,
        deed.body,
        deed.label,
        clearance=deed.clearance,
        name_of=deed.name_of,
        sentence=deed.sentence,
        excerpt=deed.excerpt,
        paper=deed.paper,
        reply=deed.reply,
        template=deed.template,
    )


def _context(matter: Matter) -> Mapping[str, Any]:
    own = _made[kind_of(matter.kind).name]  # type: ignore[union-attr]
    view = View(matter)
    return {"view": view, "made": own, "standing": own.texts.standing(view), **own.more(view)}
