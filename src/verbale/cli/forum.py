"""Commands on sessions: verifying a vote, from a file alone or from the register of a node."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import As, Json, Trust, console, django, fail, one, person, refusing, show, trusted

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

File = Annotated[Path, typer.Argument(help="A file of signed votes.", exists=True, dir_okay=False, readable=True)]
Session = Annotated[str, typer.Argument(help="The session: its id, or the beginning of it.")]
Vote = Annotated[str, typer.Argument(help="The act that opened the vote: its id, or the beginning of it.")]


@app.command("verify", help="Verify a vote from a file of its signed acts, offline: no node, no database.")
@refusing
def verify(
    file: File,
    trust: Trust = None,
    as_json: Json = False,
) -> None:
    """Exit 0 when the result holds, 1 with the reason when it does not."""
    from verbale.matters.forum.verify import LINE_LIMIT, verify_bundle
    from verbale.protocol import fingerprint_words
    from verbale.protocol.credentials import MAX_CREDENTIALS_BYTES

    def lines() -> Iterator[bytes]:
        with file.open("rb") as opened:
            yield opened.readline(MAX_CREDENTIALS_BYTES)
            while line := opened.readline(LINE_LIMIT):
                yield line

    result = verify_bundle(lines(), trusted(trust))
    _print(result, as_json)
    for node, fingerprint in result.assumed.items():
        if not as_json:
            told = f"  Under the keys of {node} that came with the file; compare: "
            console.print(escape(told + " ".join(fingerprint_words(fingerprint))), highlight=False)
    if not result.holds:
        raise fail(f"{file}: {result.reason}")


@app.command("check", help="Verify a vote from the signed acts in the register of this node.")
@refusing
def check(session: Session, vote: Vote, who: As, as_json: Json = False) -> None:
    """As the page “verify the tally” does."""
    matter, found, user = _found(session, vote, who)
    from verbale.matters.forum.operations import verify as computed

    result = computed(matter, user, found).result
    _print(result, as_json)
    if not result.holds:
        raise fail(result.reason)


@app.command("bundle", help="Write the signed votes as a file that anybody can verify.")
@refusing
def bundle(
    session: Session, vote: Vote, who: As, out: Annotated[Path, typer.Option(help="The file to write.")]
) -> None:
    """Write the file."""
    matter, found, user = _found(session, vote, who)
    from verbale.matters.forum.operations import bundle as written

    data = written(matter, user, found)
    out.write_bytes(data)
    console.print(escape(f"{out}: {len(data):,} bytes."), highlight=False)


def _found(session: str, vote: str, who: str) -> tuple[Any, str, Any]:
    django()
    from verbale.node.access import readable_matters
    from verbale.node.errors import UserError

    user = person(who)
    matter = one(readable_matters(user).filter(kind="forum"), session, "several sessions", "no session")
    keys = list(matter.state.filter(key__startswith=f"vote:{vote}").values_list("key", flat=True)[:2])
    if len(keys) != 1:
        raise UserError(f"{vote} names {'several votes' if keys else 'no vote'} of this session")
    return matter, keys[0].partition(":")[2], user


def _print(result: Any, as_json: bool) -> None:
    from verbale.matters.forum.verify import told

    def text() -> None:
        word = "[green]holds[/green]" if result.holds else "[red]does not hold[/red]"
        console.print(f"Roll call {result.vote[:12]}: {word}", highlight=False)
        if result.holds:
            console.print(
                escape(
                    f"  {result.session}: {result.tally.yes} in favour, {result.tally.no} against, "
                    f"{result.tally.abstain} abstaining, {len(result.absent)} absent; {result.needed} needed; "
                    f"{'carried' if result.carried else 'not carried'}. {result.signatures} acts verified."
                ),
                highlight=False,
            )
            if result.uncounted:
                console.print(escape(f"  Not counted: {', '.join(result.uncounted)}."), highlight=False)

    show(as_json, told(result), text)
