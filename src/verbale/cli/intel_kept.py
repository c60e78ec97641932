"""The part of `verbale intel match` that knows the node: indicators of a shelf, sightings kept on it, drafts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.markup import escape

from verbale.cli.base import console, django, person

__all__ = ["Wanted", "tell"]

_WHO = "operator (command line)"
_TOLD = 20


@dataclass
class Wanted:
    """What is to be done with the indicators of one shelf."""

    shelf: str
    marking: str | None
    """Our own word on what happens at ours; None when nobody said one."""
    keep: bool
    tell: str
    """The person who draws up drafts; "" for none."""
    ended: bool
    at: datetime

    def __post_init__(self) -> None:
        django()
        from verbale.holdings import shelves
        from verbale.matters.collection.seen import tellable
        from verbale.node.errors import UserError

        self._shelf = shelves.find(self.shelf)
        self._user = person(self.tell) if self.tell else None
        if self.keep and self._shelf.matter and self.marking is None:
            raise UserError(
                "this shelf serves a collection: what is kept on it is seen at once by whom its marking lets see it. "
                "Say --own-marking"
            )
        if self._user is not None:
            # Before the logs are read, which may take long.
            tellable(self._shelf, self._user)
        self._own = self.marking or "AMBER"

    @property
    def identity(self) -> str:
        from verbale.holdings import watched

        return str(watched.identity(self.at)["id"])

    def indicators(self) -> Iterator[Any]:
        from verbale.holdings import watched

        yield from watched.indicators_of(self._shelf, self.at, ended=self.ended)

    def finish(self, hits: list[Any]) -> dict[str, Any]:
        """Keep and draft as was asked; what was done, as plain values."""
        from verbale.holdings import watched
        from verbale.matters.collection.seen import make_ready
        from verbale.node.access import audit

        done: dict[str, Any] = {}
        seen = watched.in_time(hits)
        if self.keep:
            kept = watched.keep(self._shelf, seen, marking=self._own, at=self.at)
            done["kept"] = {
                "new": kept.new,
                "same": kept.same,
                "refused": [{"id": item.id, "why": item.why} for item in kept.refused],
            }
            audit(self.tell or _WHO, "kept sightings", detail=f"{self._shelf.title}: {kept.new} new")
        if self._user is not None:
            ready = make_ready(self._shelf, seen, self._user, marking=self._own, at=self.at)
            done["drafts"] = [{"draft": str(item.pk), "type": item.type, "to": item.audience} for item in ready.drafts]
            done["untold"] = ready.untold
        return done


def tell(done: dict[str, Any]) -> None:
    """In words."""
    if "kept" in done:
        kept = done["kept"]
        console.print(
            f"{kept['new']:,} sightings kept, {kept['same']:,} were there already, {len(kept['refused']):,} refused.",
            highlight=False,
        )
        for item in kept["refused"][:_TOLD]:
            console.print(escape(f"  {item['id']}: {item['why']}"), highlight=False)
    for item in done.get("drafts", ()):
        console.print(
            escape(f"Draft {item['draft'][:8]}: {item['type']} to {', '.join(item['to'])}; it leaves when cleared."),
            highlight=False,
        )
    for sentence in done.get("untold", ())[:_TOLD]:
        console.print(escape(sentence), highlight=False)
