"""Commands on partners, and on this node's own credentials."""

from pathlib import Path
from typing import Annotated, Any

import typer

from verbale.cli.base import As, Json, console, django, person, refusing, show, table

__all__ = ["app", "credentials"]

app = typer.Typer(no_args_is_help=True)
credentials = typer.Typer(no_args_is_help=True)
_WHO = "operator (command line)"


def _partner(node: str) -> Any:
    from verbale.node.errors import UserError
    from verbale.node.models import Partner

    found = Partner.objects.filter(pk=node).first()
    if found is None:
        raise UserError(f"there is no partner {node}")
    return found


@app.command("list", help="List the partners and the state of the link with each.")
@refusing
def list_partners(as_json: Json = False) -> None:
    """List the partners."""
    django()
    from verbale.node import partners
    from verbale.node.models import Partner

    rows = [partners.describe(partner) for partner in Partner.objects.order_by("node")]
    show(
        as_json,
        rows,
        lambda: table(
            ("Node", "Name", "Status", "Last contact", "Trouble"),
            [
                (
                    r["node"],
                    r["name"],
                    r["status"],
                    r["last_contact"] or "never",
                    r["alarm"] or r["last_failure"] or "none",
                )
                for r in rows
            ],
        ),
    )


@app.command("add", help="Take in a node's credentials, from its address or from a file.")
@refusing
def add(source: Annotated[str, typer.Argument(help="https://… or a file.")], as_json: Json = False) -> None:
    """Add a partner; it stays pending until its words are confirmed."""
    django()
    from verbale.node import partners
    from verbale.protocol import Credentials

    if source.startswith(("http://", "https://")):
        offered = partners.fetch_credentials(source)
    else:
        offered = Credentials.from_bytes(Path(source).read_bytes())
    row = partners.describe(partners.add(offered, _WHO))

    def text() -> None:
        console.print(f"{row['name']} ({row['node']}) is {row['status']}.", highlight=False)
        console.print(
            f"Compare these words with the partner by another road: [bold]{row['words']}[/bold]", highlight=False
        )
        console.print(f'Then: verbale partner confirm {row["node"]} --words "…"', highlight=False)

    show(as_json, row, text)


@app.command("confirm", help="The out-of-band check: the words that the partner read out.")
@refusing
def confirm(
    node: str, words: Annotated[str, typer.Option(help="The twelve words, as heard.")], as_json: Json = False
) -> None:
    """Confirm a partner."""
    django()
    from verbale.node import partners

    partner = _partner(node)
    partners.confirm(partner, words, _WHO)
    show(as_json, partners.describe(partner), lambda: console.print(f"{partner.name} is confirmed.", highlight=False))


@app.command("block", help="Exchange nothing more with a partner.")
@refusing
def block(node: str, reason: Annotated[str, typer.Option()]) -> None:
    """Block a partner."""
    django()
    from verbale.node import partners

    partners.block(_partner(node), _WHO, reason)
    console.print("Done.")


@app.command("settle", help="Settle a standing alarm, saying what was found out.")
@refusing
def settle(node: str, remark: Annotated[str, typer.Option()]) -> None:
    """Settle an alarm."""
    django()
    from verbale.node import partners

    partners.settle_alarm(_partner(node), _WHO, remark)
    console.print("Done.")


@app.command("escalation", help="How relations with a partner stand: acts on the event scale, tension, measures.")
@refusing
def escalation(
    node: str,
    who: As,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How far back.")] = 90,
    as_json: Json = False,
) -> None:
    """Show how relations with a partner stand."""
    django()
    from verbale.desk import relations
    from verbale.node.access import require

    partner, user = _partner(node), person(who)
    require(user, "read")
    value = relations.told(relations.relation_with(user, partner.pk, days=days), partner, user, days)

    def text() -> None:
        console.print(f"{value['sentence']} Tension {value['tension']:.1f}, {value['trend']}.", highlight=False)
        table(
            ("When", "Who", "Act", "Code", "Event", "Value"),
            [
                (
                    act["at"][:16],
                    act["author"],
                    act["type"],
                    act["code"] or "–",
                    act["event"] or act["because"],
                    f"{act['value']:+.1f}" if act["counts"] else "not counted",
                )
                for act in value["acts"]
            ],
        )

    show(as_json, value, text)


@credentials.command("show", help="Show this node's credentials and the words to compare.")
@refusing
def show_own(as_json: Json = False) -> None:
    """Show our credentials."""
    django()
    from verbale.node.identity import public_credentials
    from verbale.protocol import fingerprint_words

    now = public_credentials().current
    value = {
        "node": now.node,
        "name": now.name,
        "version": now.serial,
        "issued": now.issued,
        "endpoint": now.endpoint,
        "fingerprint": now.fingerprint,
        "words": " ".join(fingerprint_words(now.fingerprint)),
        "revoked": now.revoked,
    }
    show(as_json, value, lambda: table(("", ""), [(key, "–" if item is None else item) for key, item in value.items()]))


@credentials.command("export", help="Write the credentials file that partners pin.")
@refusing
def export(file: Path) -> None:
    """Write the credentials file."""
    django()
    from verbale.node.identity import public_credentials

    file.write_bytes(public_credentials().to_bytes() + b"\n")
    console.print(f"Written to {file}.", highlight=False)


@credentials.command("rotate", help="New keys, signed by the old ones. Partners take them over at the next exchange.")
@refusing
def rotate() -> None:
    """Rotate the keys."""
    django()
    from verbale.node.rotation import rotate

    made = rotate()
    console.print(
        f"Version {made.current.serial} is in force; the processes that serve this node take it up by themselves.",
        highlight=False,
    )


@credentials.command("endpoint", help="Tell partners another address, signed.")
@refusing
def endpoint(address: str) -> None:
    """Change the endpoint."""
    django()
    from verbale.node.rotation import change_endpoint

    made = change_endpoint(address.rstrip("/"))
    console.print(f"Version {made.current.serial} is in force.", highlight=False)


@credentials.command("revoke", help="Declare these keys void, for good. Partners will accept nothing more under them.")
@refusing
def revoke(
    reason: Annotated[str, typer.Option()],
    yes: Annotated[bool, typer.Option("--yes", prompt="This cannot be taken back. Revoke?", help="Do not ask.")],
) -> None:
    """Revoke the credentials."""
    django()
    from verbale.node.rotation import revoke

    if not yes:
        raise typer.Abort
    revoke(reason)
    console.print("Revoked. Hand the credentials file to your partners.", highlight=False)
