"""What binds a set of states on a day, on the command line."""

from datetime import date, datetime
from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import Json, console, django, fail, refusing, show

__all__ = ["relations"]

_HEADS = {
    "binds": "Binds them all",
    "signed": "Signed by all, binding on some at most",
    "apart": "Not binding on all of them",
    "not_known": "Not known of every one",
    "texts": "Texts that bind nobody as treaties",
}


@refusing
def relations(
    states: Annotated[list[str], typer.Argument(help="Two states or more: codes of ISO 3166-1 alpha-3, or names.")],
    day: Annotated[datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="The day; else today.")] = None,
    as_json: Json = False,
) -> None:
    """Tell which instruments bind those states together, which are only signed, and what each obliges to."""
    django()
    from verbale.desk.law.between import between
    from verbale.desk.law.told import relations_told
    from verbale.knowledge import country_named, country_of

    codes = []
    for given in states:
        found = country_of(given.upper()) or country_named(given)
        if found is None:
            raise fail(f"{given} is no state that the packs know")
        codes.append(found.code)
    if len(set(codes)) < 2:
        raise fail("name two states or more")
    told = relations_told(between(codes, day.date() if day else date.today()))
    show(as_json, told, lambda: _told(told))


def _told(told: dict[str, Any]) -> None:
    names = ", ".join(state["name"] for state in told["states"])
    console.print(f"[bold]{escape(names)}[/bold] on {told['day']}")
    for key, head in _HEADS.items():
        if told[key]:
            console.print(f"\n[bold]{head}[/bold]")
        for item in told[key]:
            since = f", since {item['since']}" if item["since"] else ""
            console.print(f"  {escape(item['name'])}{since}")
            for state in item["states"]:
                console.print(f"    {escape(state['says'])}")
            for duty in item["obliges"] if key == "binds" else ():
                console.print(f"    Article {escape(duty['article'])}: {escape(duty['says'])}")
                for reserved in duty["reservations"]:
                    console.print(f"      reserved: {escape(reserved)}")
