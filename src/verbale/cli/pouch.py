"""Commands on the pouch."""

from pathlib import Path
from typing import Annotated

import typer

from verbale.cli.base import Json, console, django, refusing, show

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)
_WHO = "operator (command line)"


@app.command("pack", help="Pack all that waits for a partner, and receipts for its acts, into a sealed file.")
@refusing
def pack(
    node: Annotated[str, typer.Argument(help="The partner.")],
    file: Annotated[Path, typer.Argument(help="The pouch to write.")],
    everything: Annotated[bool, typer.Option("--everything", help="Also what has been delivered already.")] = False,
    as_json: Json = False,
) -> None:
    """Pack a pouch."""
    django()
    from verbale.node.errors import UserError
    from verbale.node.models import Partner
    from verbale.node.pouches import pack_pouch

    partner = Partner.objects.filter(pk=node).first()
    if partner is None:
        raise UserError(f"there is no partner {node}")
    data, count = pack_pouch(partner, _WHO, everything=everything)
    file.write_bytes(data)
    value = {"file": str(file), "acts": count, "bytes": len(data)}
    show(as_json, value, lambda: console.print(f"{count} acts in {file}, sealed for {partner.name}.", highlight=False))


@app.command("open", help="Take in a pouch, by the same door as acts over the wire.")
@refusing
def open_(file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)], as_json: Json = False) -> None:
    """Open a pouch."""
    django()
    from verbale.node.pouches import open_pouch

    opened = open_pouch(file.read_bytes(), _WHO)
    value = {
        "sender": opened.sender,
        "receipts": opened.receipts,
        "acts": [{"act": o.act, "status": o.status, "reason": o.reason} for o in opened.outcomes],
    }

    def text() -> None:
        console.print(
            f"Pouch of {opened.sender}: {len(opened.outcomes)} acts, {opened.receipts} receipts.", highlight=False
        )
        for outcome in opened.outcomes:
            console.print(f"  {outcome.act[:12]}… {outcome.status} {outcome.reason or ''}", highlight=False)

    show(as_json, value, text)
