"""Commands on feeds: roads to and from TAXII servers and MISP feeds of others."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from verbale.cli.base import Json, console, django, fail, refusing, show, table
from verbale.cli.intel import Shelves, shelf_named

__all__ = ["app", "install"]

app = typer.Typer(no_args_is_help=True)
_WHO = "operator (command line)"
_TOLD = 20
"""Objects that are named one by one."""

Name = Annotated[str, typer.Argument(help="The feed's name.")]
TokenFile = Annotated[
    Path | None,
    typer.Option(help="File with the token or password; VERBALE_FEED_TOKEN does too.", exists=True, dir_okay=False),
]


def install(intel: typer.Typer) -> None:
    """Add the commands of this module."""
    intel.add_typer(
        app, name="feed", help="One feed: look, add, change, run, stop, start, remove; write a MISP feed of our own."
    )
    intel.command("feeds", help="List the feeds and how each stands.")(feeds)


@refusing
def feeds(as_json: Json = False) -> None:
    """A sentence on each."""
    django()
    from verbale.holdings.client.standing import described

    rows = described()
    heads = ("Feed", "Stands")
    show(as_json, rows, lambda: table(heads, [(row["name"], row["standing"]) for row in rows]))


@app.command("add", help="A feed, which runs from now on by itself.")
@refusing
def add(
    name: Name,
    address: Annotated[
        str, typer.Argument(help="The API root of a TAXII 2.1 server; the folder or address of a MISP feed.")
    ],
    shelf: Shelves,
    origin: Annotated[
        str, typer.Option("--from", help="Who is there: a partner's node, this node for software of ours, or a name.")
    ],
    collection: Annotated[str, typer.Option(help="Id or alias of the collection there.")] = "",
    kind: Annotated[str, typer.Option(help="taxii or misp-feed.")] = "taxii",
    direction: Annotated[str, typer.Option(help="poll, push or both.")] = "poll",
    user: Annotated[str, typer.Option(help="Name for HTTP Basic; without it the token goes as Bearer.")] = "",
    token_file: TokenFile = None,
    marking: Annotated[str, typer.Option(help="TLP marking for objects that bear none.")] = "AMBER",
    named: Annotated[
        list[str] | None, typer.Option(help="Only from this node itself: who may see what is marked above GREEN.")
    ] = None,
    minutes: Annotated[int, typer.Option(help="From the end of one run to the next.", min=1)] = 60,
) -> None:
    """No token stands on a command line, where other users of the machine could read it."""
    django()
    from verbale.holdings.client import feeds

    feed = feeds.make(
        name,
        shelf=shelf_named(shelf),
        address=address,
        origin=origin,
        kind=kind,
        direction=direction,
        collection=collection,
        user=user,
        token=_token(token_file),
        marking=marking,
        named=named or (),
        interval=minutes * 60,
        by=_WHO,
    )
    console.print(escape(f"{feed.name} is here; try it with: verbale intel feed run {feed.name}"), highlight=False)


def _token(file: Path | None) -> str:
    return file.read_text(encoding="utf-8").strip() if file is not None else os.environ.get("VERBALE_FEED_TOKEN", "")


@app.command("look", help="What there is on a TAXII 2.1 server: API roots and collections.")
@refusing
def look(
    address: Annotated[str, typer.Argument(help="The address of the server, or of an API root.")],
    user: Annotated[str, typer.Option(help="Name for HTTP Basic; without it the token goes as Bearer.")] = "",
    token_file: TokenFile = None,
    as_json: Json = False,
) -> None:
    """Nothing is kept; the token goes to this server and to no other."""
    django()
    from verbale.holdings.client import feeds
    from verbale.holdings.client.look import as_json as told
    from verbale.holdings.client.look import look as look_at

    token = _token(token_file)
    feeds.checked_account(user, token)
    found = look_at(address, user=user, token=token)

    def text() -> None:
        if not found.roots:
            console.print("The server names no API root.")
        for root in found.roots:
            console.print(escape(f"{root.address}  {root.title}"), highlight=False)
            if root.trouble:
                console.print(escape(f"  {root.trouble}"), highlight=False)
            for item in root.collections:
                rights = " and ".join(word for word, has in (("read", item.reads), ("write", item.writes)) if has)
                names = " ".join(filter(None, (item.id, item.alias)))
                console.print(
                    escape(f"  {names}  {item.title} ({rights or 'neither read nor write'})"), highlight=False
                )
            if root.more:
                console.print(f"  and {root.more:,} more")
        for item in found.elsewhere:
            console.print(escape(f"{item}  on another server: look there if you trust it"), highlight=False)

    show(as_json, told(found), text)


@app.command("change", help="Change what is given; when it leads elsewhere, it begins anew there.")
@refusing
def change(
    name: Name,
    new_name: Annotated[str | None, typer.Option("--name", help="What it is called from now on.")] = None,
    address: Annotated[str | None, typer.Option(help="The API root; the folder or address of a MISP feed.")] = None,
    collection: Annotated[str | None, typer.Option(help="Id or alias of the collection there.")] = None,
    user: Annotated[str | None, typer.Option(help="Name for HTTP Basic; empty for Bearer.")] = None,
    token_file: TokenFile = None,
    no_token: Annotated[bool, typer.Option("--no-token", help="Forget the token.")] = False,
    marking: Annotated[str | None, typer.Option(help="TLP marking for objects that bear none.")] = None,
    named: Annotated[
        list[str] | None, typer.Option(help="Who may see what is marked above GREEN; empty for nobody.")
    ] = None,
    minutes: Annotated[int | None, typer.Option(help="From the end of one run to the next.", min=1)] = None,
) -> None:
    """The kind, the direction, the shelf and who is there stay: for others make another feed."""
    django()
    from verbale.holdings.client import feeds

    done = feeds.change(
        feeds.named(name),
        name=new_name,
        address=address,
        collection=collection,
        user=user,
        token=_token(token_file),
        no_token=no_token,
        marking=marking,
        named=[node for node in named if node] if named else None,
        interval=minutes * 60 if minutes is not None else None,
        by=_WHO,
    )
    if not done.fields:
        console.print("Nothing changed.")
    elif done.anew:
        console.print("Changed. It leads elsewhere now and begins anew there.")
    else:
        console.print("Changed.")


@app.command("run", help="Run a feed now, to its end.")
@refusing
def run(
    name: Name,
    again: Annotated[
        bool, typer.Option("--again", help="Poll from the beginning, and send what was refused there once more.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ends with 1 when anything failed or any object did not arrive."""
    django()
    from verbale.holdings.client import feeds, schedule
    from verbale.holdings.client.standing import refusals

    with _progress(name) as tell:
        feed, tally = schedule.run(feeds.named(name), tell=tell, again=again)
    latest = refusals(feed, _TOLD) if tally.refused or tally.not_arrived or tally.waiting else []
    value = {
        "received": tally.received,
        "same": tally.same,
        "refused": tally.refused,
        "sent": tally.sent,
        "not_arrived": tally.not_arrived,
        "waiting": tally.waiting,
        "failure": feed.failure or None,
        "latest_refused": [{"side": row.side, "id": row.stix_id, "why": row.why} for row in latest],
    }

    def text() -> None:
        if feed.polls:
            told = f"{tally.received:,} new, {tally.same:,} held already, {tally.refused:,} refused here."
            console.print(told, highlight=False)
        if feed.pushes:
            told = f"{tally.sent:,} sent, {tally.not_arrived:,} refused there, {tally.waiting:,} undecided there."
            console.print(told, highlight=False)
        for row in latest:
            console.print(escape(f"  {row.side}: {row.stix_id}: {row.why}"), highlight=False)

    show(as_json, value, text)
    if feed.failure:
        raise fail(feed.failure)
    if tally.refused:
        raise typer.Exit(1)


@contextmanager
def _progress(name: str) -> Iterator[Any]:
    """On standard error. A TAXII server does not say how much there is; a MISP feed does."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[told]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(file=sys.stderr), transient=True) as progress:
        task = progress.add_task(escape(name), total=None, told="")

        def tell(tally: Any) -> None:
            told = f"{tally.received:,} new, {tally.same:,} known, {tally.sent:,} sent"
            progress.update(task, completed=tally.pages, total=tally.total or None, told=told)

        yield tell


@app.command("refused", help="Objects of a feed that did not arrive, here or there, with the reason.")
@refusing
def refused(name: Name, most: Annotated[int, typer.Option(min=1)] = 100, as_json: Json = False) -> None:
    """The latest first."""
    django()
    from verbale.holdings.client import feeds
    from verbale.holdings.client.standing import refusals

    rows = [
        {"side": row.side, "id": row.stix_id, "why": row.why, "at": row.at} for row in refusals(feeds.named(name), most)
    ]

    def text() -> None:
        for row in rows:
            line = f"{row['at']:%Y-%m-%d %H:%M} {row['side']}: {row['id']}: {row['why']}"
            console.print(escape(line), highlight=False)
        if not rows:
            console.print("No object was refused.")

    show(as_json, rows, text)


@app.command("stop", help="It runs by itself no longer.")
@refusing
def stop(name: Name) -> None:
    """What it brought stays."""
    django()
    from verbale.holdings.client import feeds

    feeds.stop(feeds.named(name), by=_WHO)
    console.print("Stopped.")


@app.command("start", help="It runs by itself again.")
@refusing
def start(name: Name) -> None:
    """It goes on where it was."""
    django()
    from verbale.holdings.client import feeds

    feeds.start(feeds.named(name), by=_WHO)
    console.print("Started.")


@app.command("remove", help="Forget a feed, its token and its list of refused objects; what it brought stays.")
@refusing
def remove(name: Name) -> None:
    """What it brought stays."""
    django()
    from verbale.holdings.client import feeds

    feeds.remove(feeds.named(name), by=_WHO)
    console.print("Removed.")


@app.command(
    "write", help="Write a shelf as a MISP feed, or bring it up to date: what is CLEAR, or what --for may see."
)
@refusing
def write(
    folder: Annotated[Path, typer.Argument(file_okay=False, help="A folder for nothing else.")],
    shelf: Shelves,
    partner: Annotated[
        str, typer.Option("--for", help="A partner's node; whoever fetches the feed reads it all.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Put the folder where only those fetch it for whom it was written."""
    django()
    from verbale.holdings import store
    from verbale.holdings.client import feed_out
    from verbale.node.access import audit
    from verbale.node.models import Partner

    where = shelf_named(shelf)
    if partner and not Partner.objects.filter(pk=partner, status=Partner.Status.CONFIRMED).exists():
        raise fail(f"{partner} is no confirmed partner")
    done = feed_out.write(folder, where, store.Viewer(partner))
    detail = f"{where.title} as MISP feed for {partner or 'everybody'}: {done.objects} objects"
    audit(_WHO, "exported intelligence", detail=detail)
    left = [{"id": item.id, "type": item.type, "why": item.why} for item in done.left_out]

    def text() -> None:
        console.print(f"{done.events:,} events of {done.objects:,} objects in {escape(str(folder))}.", highlight=False)
        for item in left[:_TOLD]:
            console.print(escape(f"  not in MISP, or only in part: {item['id']} {item['why']}"), highlight=False)
        if len(left) > _TOLD:
            console.print(f"  and {len(left) - _TOLD:,} more; --json lists them all.")

    show(as_json, {"events": done.events, "objects": done.objects, "left_out": left}, text)
