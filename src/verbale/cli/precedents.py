"""Precedents: incidents of others, from EuRepoC's public tables."""

from pathlib import Path
from typing import Annotated, Any

import typer

from verbale.cli.base import Json, console, django, fail, refusing, show, table

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
_Words = list[str] | None
_SHOWN_REFUSALS = 20


@app.command("import", help="Read EuRepoC's tables (.csv or .csv.gz) in place of what was held.")
@refusing
def import_tables(
    paths: Annotated[list[Path], typer.Argument(help="A folder, or files.", exists=True)], as_json: Json = False
) -> None:
    """Import the tables."""
    django()
    from verbale.knowledge.precedents import TABLES
    from verbale.node import precedents

    def progress(read: Any, seconds: float) -> None:
        if not as_json:
            console.print(
                f"{read.name}: {read.rows:,} rows of {read.incidents:,} incidents, {read.refused} refused"
                f" ({read.file}, {seconds:.1f} s)",
                highlight=False,
                markup=False,
            )

    held = precedents.import_tables(paths, "operator (command line)", progress)
    missing = [name for name in TABLES if name not in {item.name for item in held.tables}]
    value = {
        "cases": len(held.cases),
        "tables": {item.name: item.rows for item in held.tables},
        "missing": missing,
        "refused": [{"file": row.file, "line": row.line, "reason": row.reason} for row in held.refused],
    }

    def text() -> None:
        console.print(f"{len(held.cases):,} cases are held.", highlight=False)
        if missing:
            console.print(f"Not given: {', '.join(missing)}.", highlight=False)
        for row in held.refused[:_SHOWN_REFUSALS]:
            console.print(f"Not taken in: {row.file}, line {row.line}: {row.reason}.", highlight=False, markup=False)
        if len(held.refused) > _SHOWN_REFUSALS:
            console.print(f"{len(held.refused):,} rows were not taken in; --json names them all.", highlight=False)

    show(as_json, value, text)


@app.command("like", help="Like cases, why they are alike, and how they were answered.")
@refusing
def like(
    kind: Annotated[_Words, typer.Option("--type", help="Type of incident, as the tables name it.")] = None,
    sector: Annotated[_Words, typer.Option(help="Sector, as the tables or STIX name it.")] = None,
    initiator: Annotated[_Words, typer.Option(help="Country of the initiator.")] = None,
    category: Annotated[_Words, typer.Option(help="Kind of initiator.")] = None,
    receiver: Annotated[_Words, typer.Option(help="Country that was hit.")] = None,
    intensity: Annotated[int | None, typer.Option(min=0, max=15)] = None,
    year: Annotated[int | None, typer.Option(min=1900, max=2200)] = None,
    answered: Annotated[bool, typer.Option("--answered", help="Only cases to which a response is known.")] = False,
    least: Annotated[float, typer.Option(min=0, max=1, help="Likeness at least.")] = 0.4,
    limit: Annotated[int, typer.Option(min=1, max=1_000)] = 10,
    as_json: Json = False,
) -> None:
    """Find like cases."""
    django()
    from verbale.desk.precedents.told import look, outcome_json
    from verbale.desk.precedents.words import TIME_NAMES, days_told
    from verbale.knowledge.precedents import Asked, vocabulary
    from verbale.node import precedents

    held = precedents.collection()
    if held is None:
        raise fail("no precedents have been imported; do: verbale precedents import FOLDER")
    asked = Asked(
        types=tuple(kind or ()),
        sectors=vocabulary().sectors_by(sector or ()),
        categories=tuple(category or ()),
        receivers=tuple(receiver or ()),
        initiators=tuple(initiator or ()),
        intensity=intensity,
        year=year,
        answered=answered,
    )
    if sector and not asked.sectors:
        names = ", ".join(word.name for word in vocabulary().sectors)
        raise fail(f"no sector of the tables answers to {', '.join(sector)}; there are: {names}")
    for facet in ("types", "categories", "receivers", "initiators"):
        known = {word for case in held.cases for word in getattr(case, facet)}
        for word in getattr(asked, facet):
            if word not in known:
                raise fail(f"no case has {word} among its {facet}")
    outcome = look(held, asked, least)
    value = outcome_json(outcome, limit)

    def text() -> None:
        for item in value["cases"]:
            console.print(
                f"{item['likeness']:.0%}  EuRepoC {item['id']}, {item['start'] or item['year'] or 'undated'}:"
                f" {', '.join(item['types']) or 'type not known'}, against {', '.join(item['receivers'][:4]) or '?'}",
                highlight=False,
                markup=False,
            )
            for because in item["because"]:
                console.print(f"      {because}", highlight=False, markup=False)
        counted = outcome.answers
        console.print(
            f"{counted.cases:,} cases: {counted.political} with a political response, {counted.legal} with a legal"
            f" one, {counted.both} with both, {counted.none} with none, {counted.untold} not told.",
            highlight=False,
        )
        for response, n in counted.instruments[:10]:
            console.print(
                f"  {n} × {response.kind}: {response.instrument} {response.by}", highlight=False, markup=False
            )
        rows = [
            (
                str(TIME_NAMES[row.of]),
                row.n,
                *(days_told(value) if value is not None else "–" for value in (row.lower, row.median, row.upper)),
                row.by_year_only,
            )
            for row in outcome.times
        ]
        table(("How long", "n", "lower quartile", "median", "upper quartile", "by year only"), rows)

    show(as_json, value, text)
