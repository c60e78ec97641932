"""Commands on directories of points of contact, and communication checks."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from verbale.cli.base import As, Json, Submit, console, django, drafted, one, person, refusing, said, show, table

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

Which = Annotated[str, typer.Option("--directory", help="The directory; not needed where there is only one.")]


def _matter(identifier: str, who: Any) -> Any:
    """A readable directory by its id or the beginning of it; the only one when none is named."""
    from verbale.matters.directory.book import readable
    from verbale.node.errors import UserError

    found = list(readable(who).filter(pk__startswith=identifier)[:2])
    if len(found) != 1:
        if not identifier:
            raise UserError("there is no directory here" if not found else "name the directory by --directory")
        raise UserError(f"{identifier} names {'several directories' if found else 'no directory'} here")
    return found[0]


@app.command("list", help="List the contacts that stand; those that fit.")
@refusing
def list_contacts(
    who: As,
    state: Annotated[str, typer.Option(help="Node of a state.")] = "",
    role: Annotated[str, typer.Option(help="diplomatic or technical.")] = "",
    language: Annotated[str, typer.Option(help="fr")] = "",
    directory: Which = "",
    as_json: Json = False,
) -> None:
    """List contacts."""
    django()
    from verbale.matters.directory import book

    user = person(who)
    matter = _matter(directory, user) if directory else None
    value = [
        book.entry_json(entry)
        for entry in book.contacts(user, matter=matter, state=state, role=role, language=language)
    ]
    show(
        as_json,
        value,
        lambda: table(
            ("State", "Key", "Role", "Name", "Telephone", "E-mail", "Clock there", "Reached now", "Confirmed"),
            [
                (
                    v["state"],
                    v["key"],
                    v["role"],
                    v["name"],
                    v["telephone"],
                    v["email"],
                    (v["local_time"] or "")[11:16],
                    {True: "yes", False: "no", None: "?"}[v["reached_now"]],
                    v["confirmed"][:10] + (" (old)" if v["stale"] else ""),
                )
                for v in value
            ],
        ),
    )


@app.command("open", help="Draft the opening of a directory of ours.")
@refusing
def open_directory(
    title: Annotated[str, typer.Option()],
    member: Annotated[list[str], typer.Option(help="Node of a member; may be given several times.")],
    who: As,
    text: Annotated[str, typer.Option(help="What it is for.")] = "",
    marking: Annotated[str, typer.Option()] = "AMBER",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Open a directory."""
    django()
    from verbale.matters.directory import operations

    user = person(who)
    fields = operations.open_draft(user, title=title, members=member, text=text, marking=marking)
    drafted(fields, user, submit, as_json)


@app.command("nominate", help="Draft the nomination, or the change, of a contact of ours.")
@refusing
def nominate(
    key: Annotated[str, typer.Option(help="diplomatic-1; the same key changes the same contact.")],
    role: Annotated[str, typer.Option(help="diplomatic or technical.")],
    name: Annotated[str, typer.Option()],
    zone: Annotated[str, typer.Option(help="IANA time zone, Africa/Nairobi.")],
    who: As,
    office: Annotated[str, typer.Option()] = "",
    language: Annotated[list[str] | None, typer.Option(help="By code; may be given several times.")] = None,
    email: Annotated[str, typer.Option()] = "",
    telephone: Annotated[str, typer.Option(help="+254 20 318 888")] = "",
    secure: Annotated[str, typer.Option(help="Address on a protected channel.")] = "",
    always: Annotated[bool, typer.Option("--always", help="Reached day and night, all week.")] = False,
    day: Annotated[list[int] | None, typer.Option(help="1 for Monday; Monday to Friday when not given.")] = None,
    opens: Annotated[str, typer.Option()] = "09:00",
    closes: Annotated[str, typer.Option()] = "17:00",
    valid_from: Annotated[str, typer.Option(help="Today when not given.")] = "",
    marking: Annotated[str, typer.Option()] = "AMBER",
    directory: Which = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Nominate a contact."""
    django()
    from django.utils import timezone

    from verbale.matters.directory import operations

    user = person(who)
    hours = {"zone": zone, "always": always, "days": sorted(day or range(1, 6)), "opens": opens, "closes": closes}
    contact = {
        "role": role,
        "name": name,
        "office": office,
        "languages": language or ["en"],
        "email": email,
        "telephone": telephone,
        "secure": secure,
        "hours": hours,
        "valid_from": valid_from or timezone.localdate().isoformat(),
    }
    fields = operations.nominate_draft(_matter(directory, user), user, key=key, contact=contact, marking=marking)
    drafted(fields, user, submit, as_json)


@app.command("withdraw", help="Draft the withdrawal of a contact of ours.")
@refusing
def withdraw(
    key: str,
    who: As,
    reason: Annotated[str, typer.Option()] = "",
    directory: Which = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Withdraw a contact."""
    django()
    from verbale.matters.directory import operations

    user = person(who)
    fields = operations.withdraw_draft(_matter(directory, user), user, key=key, reason=reason)
    drafted(fields, user, submit, as_json)


@app.command("confirm", help="Draft the confirmation that a contact of ours is still right.")
@refusing
def confirm(key: str, who: As, directory: Which = "", submit: Submit = False, as_json: Json = False) -> None:
    """Confirm a contact."""
    django()
    from verbale.matters.directory import operations

    user = person(who)
    drafted(operations.confirm_draft(_matter(directory, user), user, key=key), user, submit, as_json)


@app.command("publish", help="As its keeper, tell the members what is new.")
@refusing
def publish(who: As, directory: Which = "", as_json: Json = False) -> None:
    """Publish what is new."""
    django()
    from verbale.matters.directory import operations

    user = person(who)
    done = operations.publish(_matter(directory, user), user)
    value = {"acts": [record.id for record in done.records], "withheld": done.withheld, "unreached": done.unreached}
    said = f"{len(done.records)} published, {len(done.withheld)} for the keeper alone"
    if done.unreached:
        said += f"; not confirmed as a partner: {', '.join(done.unreached)}"
    show(as_json, value, lambda: console.print(f"{said}.", highlight=False, markup=False))


@app.command("ping", help="Send a communication check; it leaves at once.")
@refusing
def ping(
    who: As,
    deadline: Annotated[str, typer.Option(help="2026-11-24T14:00Z; a day from now when not given.")] = "",
    to: Annotated[list[str] | None, typer.Option(help="Node; all whom we can reach when not given.")] = None,
    kind: Annotated[str, typer.Option(help="scheduled or unscheduled.")] = "scheduled",
    text: Annotated[str, typer.Option()] = "",
    precedence: Annotated[str, typer.Option()] = "ROUTINE",
    directory: Which = "",
    as_json: Json = False,
) -> None:
    """Send a ping."""
    django()
    from datetime import timedelta

    from verbale.matters.directory import operations
    from verbale.node.errors import UserError

    user = person(who)
    try:
        moment = datetime.fromisoformat(deadline) if deadline else datetime.now(UTC) + timedelta(days=1)
    except ValueError:
        raise UserError(f"{deadline} is no time such as 2026-11-24T14:00Z") from None
    if moment.tzinfo is None:
        raise UserError("the deadline needs its offset from UTC: 2026-11-24T14:00Z")
    record = operations.ping(
        _matter(directory, user), user, deadline=moment, to=to or (), kind=kind, text=text, precedence=precedence
    )
    said(
        record,
        as_json,
        f"Ping {record.act.body['number']} to {', '.join(record.audience)}: its act is {record.id[:12]}.",
    )


@app.command("pong", help="Answer a ping; it leaves at once.")
@refusing
def pong(
    act: Annotated[str, typer.Argument(help="The ping, or the beginning of its id.")],
    who: As,
    text: Annotated[str, typer.Option()] = "",
    as_json: Json = False,
) -> None:
    """Answer a ping."""
    django()
    from verbale.matters.directory import operations
    from verbale.node.access import readable_acts

    user = person(who)
    found = one(readable_acts(user).filter(type="directory.ping"), act, "several pings", "no ping")
    said(operations.pong(found, user, text), as_json, f"{found.author} is told that we are here.")


@app.command("stats", help="How each state answers pings, at this moment.")
@refusing
def stats(who: As, directory: Which = "", as_json: Json = False) -> None:
    """Show the response times."""
    django()
    from verbale.matters.directory import book, operations
    from verbale.matters.directory.words import duration

    user = person(who)
    found = operations.statistics(_matter(directory, user), user, datetime.now(UTC))
    show(
        as_json,
        [book.figure_json(row) for row in found],
        lambda: table(
            ("State", "Pings", "Answered", "Late", "Missed", "Waiting", "Median"),
            [(r.state, r.pings, r.answered, r.late, r.missed, r.waiting, duration(r.median_seconds)) for r in found],
        ),
    )


@app.command("export", help="Write the contacts as CSV or vCard, to a file or to standard output.")
@refusing
def export(
    who: As,
    to: Annotated[str, typer.Option("--format", help="csv or vcf.")] = "csv",
    output: Annotated[Path | None, typer.Option("--output", "-o", dir_okay=False)] = None,
    state: Annotated[str, typer.Option()] = "",
    role: Annotated[str, typer.Option()] = "",
    language: Annotated[str, typer.Option()] = "",
    directory: Which = "",
    as_json: Json = False,
) -> None:
    """Export contacts."""
    django()
    from verbale.matters.directory import book
    from verbale.node.errors import UserError

    if to not in ("csv", "vcf"):
        raise UserError(f"{to} is no format here: csv and vcf are")
    user = person(who)
    matter = _matter(directory, user) if directory else None
    found = book.contacts(user, matter=matter, state=state, role=role, language=language)
    if as_json:
        show(True, [book.entry_json(entry) for entry in found], lambda: None)
        return
    data = book.csv_of(found) if to == "csv" else book.vcards_of(found)
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)
        console.print(f"{len(found)} contacts in {output}.", highlight=False, markup=False)


@app.command("import", help="Draft a nomination for each row of a CSV file, or none.")
@refusing
def import_contacts(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    who: As,
    marking: Annotated[str, typer.Option()] = "AMBER",
    directory: Which = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Import contacts of ours."""
    django()
    from verbale.matters.directory import operations
    from verbale.matters.directory.sheets import MAX_BYTES
    from verbale.node.errors import UserError

    if file.stat().st_size > MAX_BYTES:
        raise UserError(f"{file.name} has {file.stat().st_size:,} bytes; the limit is {MAX_BYTES:,}")
    user = person(who)
    made = operations.import_csv(_matter(directory, user), user, file.read_bytes(), marking=marking, submit=submit)
    value = {"drafts": [str(draft.pk) for draft in made]}
    show(as_json, value, lambda: console.print(f"{len(made)} contacts are drafted.", highlight=False, markup=False))
