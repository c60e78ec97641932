"""Commands on private overlaps: what goes in, the computation in the foreground, what was learnt."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from verbale.cli.base import As, Json, console, django, one, person, refusing, show, table

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

Overlap = Annotated[str, typer.Argument(help="The overlap: its id, or the beginning of it.")]


def _view(identifier: str, who: str) -> Any:
    """An overlap as a person sees it who may put in and look at what was learnt."""
    from verbale.matters.kit.spec import View
    from verbale.node.access import readable_matters, require

    user = person(who)
    for right in ("import", "read"):
        require(user, right)
    rows = readable_matters(user).filter(kind="overlap")
    return View(one(rows, identifier, "several overlaps", "no overlap"), user)


@app.command("set", help="Choose what this node puts in: its own values, the lines of a file, or both.")
@refusing
def own_set(
    overlap: Overlap,
    who: As,
    file: Annotated[
        Path | None, typer.Option(help="Values, one a line: 'kind,value', or the value alone.", exists=True)
    ] = None,
    holdings: Annotated[bool, typer.Option(help="Put in our own values, as far as they may be shared.")] = True,
    look: Annotated[bool, typer.Option("--look", help="Count only, and choose nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Choose what goes in."""
    django()
    from verbale.matters.overlap import work

    view = _view(overlap, who)
    text = file.read_text(encoding="utf-8-sig") if file is not None else ""
    chosen = work.gathered(view, holdings=holdings, text=text)
    if not look:
        work.choose(view, view.user, chosen.items)
    value = {
        "count": len(chosen.items),
        "counts": dict(chosen.counts),
        "of_other_kinds": chosen.others,
        "refused": [item._asdict() for item in chosen.refused],
    }

    def told() -> None:
        table(("kind", "values"), [(kind, f"{number:,}") for kind, number in chosen.counts.most_common()])
        for item in chosen.refused[:50]:
            console.print(escape(f"line {item.line}: “{item.text}” {item.why}"), highlight=False)
        verb = "would go in" if look else "go in"
        console.print(f"{len(chosen.items):,} values {verb}; {len(chosen.refused):,} lines give none.", highlight=False)

    show(as_json, value, told)


@app.command("run", help="Compute here and now what is due, with a progress bar; what was begun goes on from there.")
@refusing
def run(
    overlap: Annotated[str, typer.Argument(help="Only this one: its id, or the beginning of it.")] = "",
    as_json: Json = False,
) -> None:
    """Compute what is due, and say it."""
    django()
    from verbale.matters.overlap import work
    from verbale.matters.overlap.private import Private
    from verbale.node.api import act_json
    from verbale.node.models import Matter

    matter = one(Matter.objects.filter(kind="overlap"), overlap, "several overlaps", "no overlap").pk if overlap else ""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=as_json, transient=True) as bars:
        bar = bars.add_task("computing", total=None)
        records = work.run_due(lambda done, pieces: bars.update(bar, completed=done, total=pieces), matter)

    def told() -> None:
        for record in records:
            console.print(f"{record.type} said in {record.matter_id[:8]}.", highlight=False)
        if not records:
            console.print("Nothing is due here.")
        trouble = Private(matter).trouble() if matter else None
        if trouble:
            console.print(escape(f"It could not be computed: {trouble['why']}"), highlight=False)

    show(as_json, [act_json(record) for record in records], told)


@app.command("found", help="What this node has learnt: how many values both hold, and which.")
@refusing
def found(
    overlap: Overlap,
    who: As,
    number: Annotated[int, typer.Option("--run", help="The run in which we learnt it; found by itself.")] = 0,
    as_json: Json = False,
) -> None:
    """What was learnt."""
    django()
    from verbale.matters.overlap import pages
    from verbale.matters.overlap.private import Private

    view = _view(overlap, who)
    private = Private(view.matter.id)
    learnt = number or next((run for run in (1, 2) if private.found(run) is not None), 1)
    result = pages.result_of(view, learnt, view.user.username)

    def told() -> None:
        for item in result["items"] or ():
            console.print(escape(item), highlight=False)
        console.print(f"Both hold {result['size']:,} values.", highlight=False)

    show(as_json, result, told)
