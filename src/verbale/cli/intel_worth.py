"""The command `verbale intel expired`: which indicators of a shelf are no longer worth looking for, and why."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import Json, console, django, refusing, show

__all__ = ["install"]

_LINES = 200


def install(app: typer.Typer) -> None:
    """Add the command."""
    app.command("expired", help="List the indicators that are no longer worth looking for. Nothing is deleted.")(
        expired
    )


@refusing
def expired(
    shelf: Annotated[str, typer.Option("--shelf", help="Id, alias or title of the shelf.")],
    as_json: Json = False,
) -> None:
    """They stay on the shelf; `verbale intel export --active` leaves them out."""
    django()
    from verbale.cli.intel import shelf_named
    from verbale.desk.holdings.described import parsed, title_of
    from verbale.desk.holdings.worth import worth_sentence
    from verbale.holdings import worth

    where = shelf_named(shelf)
    rows: list[dict[str, Any]] = [
        {
            "id": held.stix_id,
            "title": title_of(parsed(held.raw)),
            "worth": round(found.value, 1),
            "ended": found.ended or "faded",
            "why": worth_sentence(found),
        }
        for held, found in worth.expired(where)
    ]

    def text() -> None:
        if not rows:
            console.print("Every indicator on the shelf is still worth looking for.")
            return
        for row in rows[:_LINES]:
            console.print(escape(f"{row['id']}  {row['title']}\n  {row['why']}"), highlight=False)
        if len(rows) > _LINES:
            console.print(f"{len(rows) - _LINES:,} more; --json names them all.", highlight=False)
        console.print(f"No longer worth looking for: {len(rows):,}. They stay on the shelf.", highlight=False)

    show(as_json, rows, text)
