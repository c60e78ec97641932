"""Commands on the intelligence that the node holds: shelves, bundles in and out, accounts of partners' software."""

import json
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from verbale.cli import intel_match, intel_runs, intel_search
from verbale.cli.base import Json, console, django, fail, refusing, show, table

__all__ = ["account", "app", "shelf", "shelf_named"]

app = typer.Typer(no_args_is_help=True)
shelf = typer.Typer(no_args_is_help=True)
account = typer.Typer(no_args_is_help=True)
app.add_typer(shelf, name="shelf", help="Make a shelf, or change it.")
app.add_typer(account, name="account", help="Accounts with which partners' software uses the TAXII server.")
app.add_typer(intel_runs.app, name="match-runs", help="What was found when own logs were looked through.")
intel_match.install(app)
intel_search.install(app)
_WHO = "operator (command line)"
_TOLD = 20
"""Refused objects that are named one by one."""
_AT_ONCE = 5_000

Shelves = Annotated[str, typer.Option("--shelf", help="Id, alias or title of the shelf.")]


def shelf_named(name: str) -> Any:
    """The shelf of that id, alias or title."""
    from verbale.holdings import shelves

    return shelves.find(name)


@contextmanager
def _progress(what: str, total: int) -> Iterator[tuple[Progress, TaskID]]:
    """A bar on standard error, so that standard output can be a file."""
    from rich.console import Console

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TextColumn("{task.fields[objects]:,} objects"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield progress, progress.add_task(what, total=total or None, objects=0)


def _objects(source: BinaryIO, name: str) -> tuple[Iterator[bytes], list[list[str]]]:
    """The objects of a bundle as they are read, or those that MISP events make, and what of these made none."""
    from verbale.holdings.contributed import File, objects_in
    from verbale.intel.bundles import read_objects
    from verbale.intel.errors import FormatUnknown

    reading = read_objects(source)
    try:
        first = list(islice(reading, 1))
    except FormatUnknown:
        source.seek(0)
        raws, untaken = objects_in(File("", name, source.read()))
        if not raws:
            raise
        return iter(raws), untaken
    return chain(first, reading), []


@app.command("import", help="Take in a STIX 2.1 bundle, of any size, or MISP events.")
@refusing
def import_bundle(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A bundle, a TAXII envelope, or MISP's JSON.")
    ],
    shelf: Shelves,
    marking: Annotated[str, typer.Option(help="TLP marking for objects that bear none.")] = "AMBER",
    named: Annotated[
        list[str] | None,
        typer.Option(help="A node that may see what is marked above GREEN; may be given several times."),
    ] = None,
    refused: Annotated[Path | None, typer.Option(help="Write each refused object's place, id and reason here.")] = None,
    as_json: Json = False,
) -> None:
    """Objects that the standard forbids are refused one by one, with the reason; all others are taken in."""
    django()
    from verbale.holdings import bulk
    from verbale.holdings.benign import Noticed
    from verbale.node.access import audit
    from verbale.protocol.marking import parse_marking

    level, where = parse_marking(marking).value, shelf_named(shelf)
    totals = {"accepted": 0, "same": 0, "refused": 0}
    first: list[dict[str, Any]] = []
    noticed = Noticed(_TOLD)
    with (
        file.open("rb") as source,
        _writing(refused) as out,
        _progress(f"Importing {escape(file.name)}", file.stat().st_size) as (progress, task),
    ):
        found, untaken = _objects(source, file.name)
        raws = noticed.passing(found)
        for done in bulk.take_in(where, raws, marking=level, named=named or (), at_once=_AT_ONCE):
            totals["accepted"] += done.accepted
            totals["same"] += done.same
            totals["refused"] += len(done.refused)
            for item in done.refused:
                told = {"place": item.index, "id": item.id, "why": item.why}
                if len(first) < _TOLD:
                    first.append(told)
                if out is not None:
                    out.write(json.dumps(told, ensure_ascii=False).encode() + b"\n")
            progress.update(task, completed=source.tell(), objects=sum(totals.values()))
    audit(_WHO, "imported intelligence", detail=f"{file.name} to {where.title}: {totals['accepted']} new")

    def text() -> None:
        console.print(
            f"{totals['accepted']:,} new, {totals['same']:,} held already, {totals['refused']:,} refused.",
            highlight=False,
        )
        for item in first:
            console.print(escape(f"  object {item['place']} {item['id']}: {item['why']}"), highlight=False)
        for identifier, why in untaken[:_TOLD]:
            console.print(escape(f"  {identifier} made no object: {why}"), highlight=False)
        if len(untaken) > _TOLD:
            console.print(f"  and {len(untaken) - _TOLD:,} more elements of MISP made none.")
        if totals["refused"] > len(first):
            console.print(f"  and {totals['refused'] - len(first):,} more; --refused FILE lists them all.")
        if noticed.count:
            console.print(f"Values in it that are well known and benign: {noticed.count:,}", highlight=False)
        for hit in noticed.first:
            line = f"  {hit.value} in {hit.stix_id}: list {hit.list_name}. {hit.reason}"
            console.print(escape(line), highlight=False)
        if noticed.count > len(noticed.first):
            console.print(f"  and {noticed.count - len(noticed.first):,} more; the page of each object says so.")

    told: dict[str, Any] = {
        "not_taken": untaken,
        "benign": noticed.count,
        "first_benign": [hit._asdict() for hit in noticed.first],
    }
    show(as_json, {**totals, "first_refused": first, **told}, text)
    if totals["refused"]:
        raise typer.Exit(1)


@contextmanager
def _writing(path: Path | None) -> Iterator[BinaryIO | None]:
    if path is None:
        yield None
    else:
        with path.open("wb") as out:
            yield out


@app.command(
    "export", help="Write a shelf as a STIX 2.1 bundle, of any size; with --for only what that partner may see."
)
@refusing
def export_bundle(
    out: Annotated[Path, typer.Argument(help="The file; - for standard output.")],
    shelf: Shelves,
    partner: Annotated[str, typer.Option("--for", help="A partner's node.")] = "",
    active: Annotated[
        bool, typer.Option("--active", help="Leave out indicators that are no longer worth looking for.")
    ] = False,
    every_version: Annotated[bool, typer.Option("--all-versions", help="Not only the latest.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
) -> None:
    """The latest version of each object, in the order in which they came."""
    if active and every_version:
        raise typer.BadParameter("what an indicator is worth is told of its latest version", param_hint="--active")
    django()
    from verbale.holdings import store
    from verbale.holdings.worth import still_worth
    from verbale.intel.bundles import bundle_parts
    from verbale.node.access import audit
    from verbale.node.models import Partner

    where = shelf_named(shelf)
    if partner and not Partner.objects.filter(pk=partner, status=Partner.Status.CONFIRMED).exists():
        raise fail(f"{partner} is no confirmed partner")
    viewer = store.Viewer(partner) if partner else store.STAFF
    query = store.Query(versions=("all",)) if every_version else store.Query()
    if str(out) != "-" and out.exists() and not force:
        raise fail(f"{out} is there already; --force writes over it")
    entries = still_worth(where, viewer) if active else store.everything(where, viewer, query=query)
    number = size = 0
    with (
        _target(out) as target,
        _progress("Exporting", 0) as (progress, task),
    ):

        def counted() -> Iterator[bytes]:
            nonlocal number
            for entry in entries:
                number += 1
                yield entry.raw

        for part in bundle_parts(counted(), f"bundle--{uuid.uuid4()}"):
            size += len(part)
            target.write(part)
            if number % _AT_ONCE == 0:
                progress.update(task, completed=size, objects=number)
    audit(_WHO, "exported intelligence", detail=f"{where.title} for {partner or 'ourselves'}: {number} objects")
    if str(out) != "-":
        console.print(f"{number:,} objects, {size:,} bytes.", highlight=False)


@contextmanager
def _target(out: Path) -> Iterator[BinaryIO]:
    """The file under another name until it is whole: what bears its name is never half of it."""
    if str(out) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    half = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}")
    try:
        with half.open("xb") as target:
            half.chmod(0o600)
            yield target
        half.replace(out)
    finally:
        half.unlink(missing_ok=True)


@app.command("shelves", help="List the shelves.")
@refusing
def shelves(as_json: Json = False) -> None:
    """List the shelves."""
    django()
    from verbale.holdings import store
    from verbale.holdings.models import Shelf
    from verbale.intel.tlp import TLP_ORDER

    rows = [
        {
            "id": found.pk,
            "title": found.title,
            "alias": found.alias,
            "matter": found.matter or None,
            "ceiling": f"TLP:{TLP_ORDER[found.ceiling]}",
            "entries": store.count(found),
        }
        for found in Shelf.objects.order_by("made_at", "id")
    ]
    heads = ("Shelf", "Title", "Alias", "Matter", "Up to", "Entries")
    show(as_json, rows, lambda: table(heads, [[value or "" for value in row.values()] for row in rows]))


@shelf.command("add", help="Make a shelf of our own.")
@refusing
def addshelf_named(
    title: Annotated[str, typer.Argument(help="As partners see it.")],
    description: Annotated[str, typer.Option()] = "",
    alias: Annotated[str, typer.Option(help="A short name for addresses.")] = "",
    ceiling: Annotated[str, typer.Option(help="The strictest TLP marking that it takes in.")] = "RED",
    as_json: Json = False,
) -> None:
    """Make a shelf."""
    django()
    from verbale.holdings import shelves
    from verbale.node.access import audit

    made = shelves.make(title, description=description, alias=alias, ceiling=ceiling)
    audit(_WHO, "made shelf", detail=title)
    show(
        as_json, {"id": made.pk, "title": title}, lambda: console.print(escape(f"{title}: {made.pk}"), highlight=False)
    )


@account.command("add", help="An account for a partner's software; its token is printed, once.")
@refusing
def add_account(
    name: Annotated[str, typer.Argument(help="The user name.")],
    node: Annotated[str, typer.Option(help="The partner that it belongs to.")],
    read: Annotated[
        list[str] | None, typer.Option(help="A shelf that it may read; may be given several times.")
    ] = None,
    write: Annotated[list[str] | None, typer.Option(help="A shelf that it may write too.")] = None,
    as_json: Json = False,
) -> None:
    """Parties of a collection need no right to its shelf."""
    django()
    from django.db import transaction

    from verbale.holdings import accounts

    readable, writable = [shelf_named(item) for item in read or ()], [shelf_named(item) for item in write or ()]
    with transaction.atomic():
        made, token = accounts.make(name, node, by=_WHO)
        for found in {item.pk: item for item in (*readable, *writable)}.values():
            accounts.grant(made, found, read=True, write=found in writable, by=_WHO)
    show(as_json, {"account": name, "node": node, "token": token}, lambda: console.print(token, highlight=False))


@account.command("grant", help="Change what an account may do with a shelf.")
@refusing
def grant(
    name: str,
    shelf: Shelves,
    read: Annotated[bool, typer.Option("--read/--no-read")] = True,
    write: Annotated[bool, typer.Option("--write/--no-write")] = False,
) -> None:
    """Change what an account may do with a shelf."""
    django()
    from verbale.holdings import accounts

    accounts.grant(_account(name), shelf_named(shelf), read=read, write=write, by=_WHO)
    console.print("Done.")


@account.command("close", help="The account no longer comes in.")
@refusing
def close(name: str) -> None:
    """Close an account."""
    django()
    from verbale.holdings import accounts

    accounts.close(_account(name), by=_WHO)
    console.print("Done.")


@account.command("list", help="List the accounts.")
@refusing
def list_accounts(as_json: Json = False) -> None:
    """List the accounts."""
    django()
    from verbale.holdings.models import Account

    rows = [
        {
            "name": found.name,
            "node": found.node,
            "active": found.active,
            "last_used": found.last_used,
            "shelves": [str(right.shelf) for right in found.grants.select_related("shelf")],
        }
        for found in Account.objects.order_by("name")
    ]
    show(
        as_json,
        rows,
        lambda: table(
            ("Account", "Node", "Open", "Last used", "Shelves"),
            [
                (r["name"], r["node"], "yes" if r["active"] else "no", r["last_used"] or "", ", ".join(r["shelves"]))
                for r in rows
            ],
        ),
    )


def _account(name: str) -> Any:
    from verbale.holdings.models import Account
    from verbale.node.errors import UserError

    found = Account.objects.filter(name=name).first()
    if found is None:
        raise UserError(f"there is no account named {name}")
    return found
