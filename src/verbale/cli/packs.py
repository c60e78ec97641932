"""Commands on the packs, with no node: list, show, check, add, and compare two versions."""

from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from verbale.cli.base import Json, console, fail, refusing, show, table

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="kind/id, as in norms/un-11; the id alone where one kind has it.")]
Kind = Annotated[str, typer.Option(help="The kind, when the file does not stand in a folder of that name.")]


@app.command("check", help="Load every pack and say what is wrong with it, if anything is: file, line and reason.")
@refusing
def check(as_json: Json = False) -> None:
    """Validate the packs."""
    from verbale.knowledge import check_packs

    counts = {kind: len(packs) for kind, packs in check_packs().items()}
    show(as_json, counts, lambda: table(("Kind", "Packs"), sorted(counts.items())))


@app.command("list", help="List the packs with their versions and sources.")
@refusing
def list_packs(as_json: Json = False) -> None:
    """List the packs."""
    from verbale.knowledge import check_packs

    rows = [
        {
            "kind": kind,
            "id": pack.id,
            "version": pack.version,
            "name": pack.name,
            "sources": [", ".join(filter(None, (source.title, source.reference))) for source in pack.sources],
        }
        for kind, packs in check_packs().items()
        for pack in packs
    ]
    show(
        as_json,
        rows,
        lambda: table(
            ("Kind", "Id", "Version", "Name", "Source"),
            [(r["kind"], r["id"], r["version"], r["name"], "; ".join(r["sources"])) for r in rows],
        ),
    )


@app.command("show", help="Show what a pack holds.")
@refusing
def show_pack(name: Name, as_json: Json = False) -> None:
    """Show one pack."""
    import msgspec

    from verbale.knowledge import find_pack, outline

    kind, pack = find_pack(name)

    def text() -> None:
        for depth, line in outline(pack):
            console.print(f"{'  ' * depth}{escape(line)}", highlight=False)

    show(as_json, {"kind": kind, **msgspec.to_builtins(pack)}, text)


@app.command("add", help="Check a file and put it among the state's own packs, in the folder that VERBALE_PACKS names.")
@refusing
def add(
    file: Annotated[Path, typer.Argument(help="The pack, a YAML file.", exists=True, dir_okay=False, readable=True)],
    kind: Kind = "",
    as_json: Json = False,
) -> None:
    """Add a pack."""
    from verbale.knowledge import add_pack

    pack, target = add_pack(file, kind)
    told = {"id": pack.id, "version": pack.version, "file": str(target)}
    show(
        as_json,
        told,
        lambda: console.print(
            f"{escape(pack.name)}, version {pack.version}, is {escape(str(target))}. "
            "A node that runs already reads it when it is started anew.",
            highlight=False,
        ),
    )


@app.command(
    "diff",
    help="What two versions of a pack say otherwise: two files, or with one name the state's own against the shipped.",
)
@refusing
def diff(
    old: Annotated[str, typer.Argument(help="A file, or kind/id for the state's own against the shipped.")],
    new: Annotated[str, typer.Argument(help="The newer file.")] = "",
    kind: Kind = "",
    as_json: Json = False,
) -> None:
    """Compare."""
    from verbale.knowledge import compare_files, differences, find_pack

    if new:
        before, after = compare_files(Path(old), Path(new), kind)
    else:
        (_kind, before), (_same, after) = find_pack(old, own=False), find_pack(old)
        if before.version == after.version:
            raise fail(f"the state has no newer version of {old} than the shipped one, {before.version}")
    found = differences(before, after)

    def text() -> None:
        for sentence in found or ["They say the same."]:
            console.print(escape(sentence), highlight=False)

    show(as_json, found, text)
