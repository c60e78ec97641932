"""The part of `verbale intel match` that knows the node: indicators of a shelf, the run on record, sightings
kept on the shelf, drafts."""

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
    engine: str
    subdomains: bool

    def __post_init__(self) -> None:
        django()
        from verbale.holdings import shelves
        from verbale.holdings.matching import record
        from verbale.holdings.matching.keeping import needs_word
        from verbale.matters.collection.seen import tellable
        from verbale.node.errors import UserError

        self._shelf = shelves.find(self.shelf)
        self._user = person(self.tell) if self.tell else None
        if self.keep and needs_word(self._shelf) and self.marking is None:
            raise UserError(
                "this shelf serves a collection: what is kept on it is seen at once by whom its marking lets see it. "
                "Say --own-marking"
            )
        if self._user is not None:
            # Before the logs are read, which may take long.
            tellable(self._shelf, self._user)
        self._run = record.begin(
            self._shelf, who=self.tell or _WHO, engine=self.engine, ended=self.ended, subdomains=self.subdomains
        )

    @property
    def identity(self) -> str:
        from verbale.holdings import watched

        return str(watched.identity(self.at)["id"])

    def indicators(self) -> Iterator[Any]:
        from verbale.holdings import watched

        yield from watched.indicators_of(self._shelf, self.at, ended=self.ended)

    def finish(self, matched: Any) -> dict[str, Any]:
        """Put the run on record, keep and draft as was asked; what was done, as plain values."""
        from verbale.desk.matching import operations
        from verbale.holdings.matching import record

        run = record.finish(self._run, matched)
        done: dict[str, Any] = {"run": run.pk}
        marking = self.marking or ""
        if self.keep:
            kept = operations.keep(run, hits=matched.hits, marking=marking, who=self.tell or _WHO)
            done["kept"] = {
                "new": kept.new,
                "same": kept.same,
                "refused": [{"id": item.id, "why": item.why} for item in kept.refused],
            }
        if self._user is not None:
            ready = operations.tell(run, self._user, hits=matched.hits, marking=marking)
            done["drafts"] = [{"draft": str(item.pk), "type": item.type, "to": item.audience} for item in ready.drafts]
            done["untold"] = ready.untold
        return done


def tell(done: dict[str, Any]) -> None:
    """In words."""
    if "run" in done:
        console.print(f"On record as run {done['run']}: verbale intel match-runs show {done['run']}", highlight=False)
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
