"""The command `verbale intel search`: who named a value."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import Json, console, django, person, refusing, show, table

__all__ = ["install"]

_DAY = 10


def install(app: typer.Typer) -> None:
    """Add the command."""
    app.command("search", help="Who named a value, a technique, a name or a STIX id.")(search)


@refusing
def search(
    value: Annotated[str, typer.Argument(help="Address, domain, hash, technique, name of a tool or actor, STIX id.")],
    who: Annotated[
        str, typer.Option("--as", help="The person who asks: the shelves that are open to them, and dossiers too.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Without --as, on all shelves; dossiers are told to a person only."""
    django()
    from verbale.desk.holdings.search import found_json, search_shelves
    from verbale.desk.holdings.search import search as search_for
    from verbale.holdings.models import Shelf

    found = (
        search_for(person(who), value) if who else search_shelves(list(Shelf.objects.order_by("title", "id")), value)
    )
    told = found_json(found)
    show(as_json, told, lambda: _print(told))


def _print(told: dict[str, Any]) -> None:
    if told["not_indexed_yet"]:
        console.print(f"{told['not_indexed_yet']:,} objects are not looked through yet.", highlight=False)
    if not told["named_by"] and not told["dossiers"]:
        console.print("Nobody named it here.")
        return
    shelves = {item["shelf"]["id"]: item["shelf"]["title"] for item in told["named_by"]}
    if told["named_by"]:
        table(
            ("From", "Shelf", "Marking", "Versions", "Since", "Last"),
            [
                (
                    item["origin"]["name"],
                    item["shelf"]["title"],
                    item["marking"],
                    item["versions"],
                    item["since"][:_DAY],
                    item["last"][:_DAY],
                )
                for item in told["named_by"]
            ],
        )
        table(
            ("Object", "What", "Shelf", "Latest version", ""),
            [
                (
                    item["id"],
                    item["title"],
                    shelves.get(item["shelf"], item["shelf"]),
                    item["latest_version"][:_DAY],
                    "revoked" if item["revoked"] else "" if item["latest_names_it"] else "an earlier version",
                )
                for item in told["objects"]
            ],
        )
        if told["more_objects"]:
            console.print("Only the latest objects stand here.")
    for item in told["dossiers"]:
        console.print(
            escape(f"Dossier {item['id'][:8]} {item['title']}: named by {', '.join(item['reported_by'])}."),
            highlight=False,
        )
    if not told["all_reports_read"]:
        console.print("Only the latest reports were looked at.")
