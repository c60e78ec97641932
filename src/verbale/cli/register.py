"""Commands on the register and on what is on its way."""

from pathlib import Path
from typing import Annotated

import typer

from verbale.cli.base import Json, console, django, fail, one, refusing, show, table

__all__ = ["app", "outbox"]

app = typer.Typer(no_args_is_help=True)
outbox = typer.Typer(no_args_is_help=True)


@app.command("head", help="The signed head of the register, with cosignatures.")
@refusing
def head(as_json: Json = False) -> None:
    """Show the head."""
    django()
    from verbale.node import register

    text = register.latest_text()
    show(
        as_json,
        {"size": register.size(), "checkpoint": text},
        lambda: console.print(text, highlight=False, markup=False),
    )


@app.command("export", help="Write the whole register as a file that anybody can verify.")
@refusing
def export(
    file: Path,
    acts: Annotated[bool, typer.Option("--acts", help="With the acts themselves, not only their leaves.")] = False,
    as_json: Json = False,
) -> None:
    """Export the register."""
    django()
    from rich.progress import Progress

    from verbale.node import register
    from verbale.node.access import audit

    count = 0
    with file.open("wb") as out, Progress(console=console, disable=as_json, transient=True) as progress:
        task = progress.add_task("Writing", total=register.size() + 2)
        for line in register.export(disclose=acts):
            out.write(line)
            count += 1
            if count % 200 == 0:
                progress.update(task, completed=count)
    audit("operator (command line)", "exported register", detail=file.name)
    show(
        as_json,
        {"file": str(file), "entries": count - 2},
        lambda: console.print(f"{count - 2} entries in {file}.", highlight=False),
    )


@app.command("receipt", help="Write a receipt: ours, or the one that a partner gave.")
@refusing
def receipt(
    act: str, file: Path, holder: Annotated[str, typer.Option(help="The partner; ourselves when not given.")] = ""
) -> None:
    """Write a receipt."""
    django()
    from verbale.node import register
    from verbale.node.errors import UserError
    from verbale.node.models import ActRecord, Delivery

    found = one(ActRecord.objects, act, "several acts", "no act")
    if not holder:
        file.write_bytes(register.receipt_for(found).to_bytes())
    else:
        row = Delivery.objects.filter(act=found, node=holder).exclude(receipt=None).first()
        if row is None:
            raise UserError(f"{holder} has given no receipt for this act")
        file.write_bytes(register.carried(bytes(row.receipt)))
    console.print(f"Written to {file}.", highlight=False)


@app.command("check", help="Recompute the register from its acts: signatures, leaves, root, heads of partners.")
@refusing
def check(as_json: Json = False) -> None:
    """Check this node's own register."""
    django()
    from rich.progress import Progress

    from verbale.node.check import check_register

    with Progress(console=console, disable=as_json, transient=True) as progress:
        task = progress.add_task("Checking", total=None)
        outcome = check_register(lambda done, total: progress.update(task, completed=done, total=total))
    value = {"entries": outcome.entries, "problems": outcome.problems}

    def text() -> None:
        console.print(f"{outcome.entries} entries checked.", highlight=False)

    show(as_json, value, text)
    if outcome.problems:
        raise fail("; ".join(outcome.problems[:5]))


@outbox.command("list", help="Deliveries that are not done, by precedence.")
@refusing
def list_outbox(as_json: Json = False) -> None:
    """List the outbox."""
    django()
    from verbale.node.models import Delivery

    rows = [
        {
            "act": row.act_id,
            "type": row.act.type,
            "to": row.node,
            "precedence": row.act.precedence,
            "status": row.status,
            "attempts": row.attempts,
            "failure": row.failure,
        }
        for row in Delivery.objects.exclude(status=Delivery.Status.DELIVERED)
        .select_related("act")
        .order_by("rank", "id")
    ]
    show(
        as_json,
        rows,
        lambda: table(
            ("Act", "Type", "To", "Precedence", "Status", "Tries", "Trouble"),
            [(r["act"][:12], *list(r.values())[1:]) for r in rows],
        ),
    )


@outbox.command("deliver", help="Try everything that is due now, once.")
@refusing
def deliver(as_json: Json = False) -> None:
    """Deliver now."""
    django()
    from verbale.node.exchange.delivery import run_once

    rounds = run_once()
    show(as_json, {"exchanges": rounds}, lambda: console.print(f"{rounds} exchanges.", highlight=False))


@outbox.command("retry", help="Queue again what a partner refused, after the cause is gone.")
@refusing
def retry(node: str) -> None:
    """Queue refused deliveries again."""
    django()
    from verbale.node.models import Delivery

    count = Delivery.objects.filter(node=node, status=Delivery.Status.REFUSED).update(
        status=Delivery.Status.QUEUED, next_at=0, failure=""
    )
    console.print(f"{count} deliveries are queued again.", highlight=False)
