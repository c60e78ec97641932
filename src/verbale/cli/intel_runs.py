"""The commands `verbale intel match-runs`: what was found when own logs were looked through."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import Json, console, django, refusing, show, table

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
_LISTED = 50
_EXAMPLES = 10
_CELL = 200


@app.command("list", help="List the runs, newest first.")
@refusing
def list_runs(
    shelf: Annotated[str, typer.Option(help="Only those with this shelf: id, alias or title.")] = "",
    as_json: Json = False,
) -> None:
    """List the runs."""
    django()
    from verbale.desk.matching.told import short_json
    from verbale.holdings import shelves
    from verbale.holdings.matching.recorded import runs_of
    from verbale.holdings.models import Shelf

    wanted = [shelves.find(shelf)] if shelf else Shelf.objects.all()
    rows = [short_json(run) for run in runs_of(wanted)]

    def text() -> None:
        if not rows:
            console.print("No run yet: verbale intel match LOGS --shelf SHELF looks through own logs.")
        for row in rows:
            head = f"{row['run']}  {row['at']:%Y-%m-%d %H:%M} UTC  {row['title']}, by {row['by']}"
            console.print(escape(f"{head}\n  {row['sentence']}"), highlight=False)

    show(as_json, rows, text)


@app.command("show", help="One run: what was seen, in which logs, what was made of it.")
@refusing
def show_run(number: Annotated[int, typer.Argument(help="As the list has it.")], as_json: Json = False) -> None:
    """One run."""
    django()
    from verbale.desk.matching.operations import indicators_of
    from verbale.desk.matching.told import cut_lines, kept_lines, log_lines, logs_named, run_json
    from verbale.holdings.matching.models import MatchRun
    from verbale.node.errors import UserError
    from verbale.node.partners import name_of

    run = MatchRun.objects.select_related("shelf").filter(pk=number).first()
    if run is None:
        raise UserError(f"there is no run {number} here")
    value = run_json(run, None, indicators_of(run))

    def text() -> None:
        console.print(
            escape(f"{run.shelf.title}, {run.at:%Y-%m-%d %H:%M} UTC, by {run.who}. {value['sentence']}"),
            highlight=False,
        )
        rows = value["indicators"]
        if rows:
            table(("Rows", "Indicator", "Value", "From", "Last seen", "Logs"), map(_cells, rows[:_LISTED]))
        if len(rows) > _LISTED:
            console.print(f"{len(rows) - _LISTED:,} more; --json names them all.", highlight=False)
        said = [*cut_lines(run), *kept_lines(run), *(run.told["untold"] if run.told else ())]
        said += [f"{log['name']}: {' '.join(lines)}" for log in run.logs if (lines := log_lines(log))]
        if run.not_looked_for:
            said.append(f"Indicators not looked for: {run.not_looked_for:,}, because")
            said += [f"  {name or identifier} {why}." for identifier, name, why in run.unlooked[:_EXAMPLES]]
        for line in said:
            console.print(escape(line), highlight=False)
        for draft in value["told"]["drafts"] if value["told"] else ():
            console.print(f"Draft {draft[:8]} was made of it.", highlight=False)

    def _cells(row: dict[str, Any]) -> tuple[str, ...]:
        values = ", ".join(item["value"] for item in row["values"])[:_CELL]
        marking = f" TLP:{row['marking']}" if row["marking"] else ""
        return (
            f"{row['count']:,}",
            f"{row['name'] or row['id']}{marking}",
            values or f"{row['values_count']:,} values",
            name_of(row["origin"]) if row["origin"] else "–",
            row["last"][:19].replace("T", " ") or "–",
            logs_named(row["logs"], row["log_count"]),
        )

    show(as_json, value, text)
