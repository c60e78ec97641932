"""Commands on talks."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import As, Json, Submit, console, django, drafted, one, person, refusing, said, show, table

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

Time = Annotated[list[str], typer.Option(help="A time, 2026-12-03T09:00:00Z; may be given several times.")]
Place = Annotated[str, typer.Option(help="A place, or 'by video'.")]
Length = Annotated[int, typer.Option(help="In minutes.")]
Talks = Annotated[str, typer.Argument(help="The talks: their id, or the beginning of it.")]


def _talks(identifier: str, who: Any) -> Any:
    from verbale.matters.talks.cases import readable
    from verbale.node.access import require

    require(who, "read")
    return one(readable(who), identifier, "several talks", "no talks")


def _act(identifier: str, who: Any, matter: Any) -> Any:
    from verbale.node.access import readable_acts

    return one(readable_acts(who).filter(matter_id=matter.pk), identifier, "several acts", "no act")


def _text(given: str) -> str:
    return Path(given[1:]).read_text(encoding="utf-8") if given.startswith("@") else given


@app.command("invite", help="Draft an invitation to talks. It leaves only when somebody else clears it.")
@refusing
def invite(
    to: Annotated[list[str], typer.Option(help="A partner's node; may be given several times.")],
    subject: Annotated[str, typer.Option()],
    time: Time,
    who: As,
    place: Place = "by video",
    length: Length = 60,
    language: Annotated[str, typer.Option()] = "en",
    item: Annotated[list[str] | None, typer.Option(help="An item of the draft agenda; several times.")] = None,
    text: Annotated[str, typer.Option(help="Words with the invitation.")] = "",
    about: Annotated[str, typer.Option(help="The dossier.")] = "",
    marking: Annotated[str, typer.Option()] = "AMBER",
    precedence: Annotated[str, typer.Option()] = "ROUTINE",
    exercise: Annotated[bool, typer.Option("--exercise")] = False,
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Draft an invitation."""
    django()
    from verbale.matters.talks import operations
    from verbale.node.access import readable_matters

    user = person(who)
    fields = operations.InviteFields(
        to=tuple(to),
        subject=subject,
        times=tuple(time),
        place=place,
        length=length,
        language=language,
        agenda=tuple(item or ()),
        text=text,
        about=one(readable_matters(user), about, "several dossiers", "no dossier").pk if about else "",
        marking=marking,
        precedence=precedence.upper(),
        exercise=exercise,
    )
    drafted(operations.invite_draft(fields, user), user, submit, as_json)


@app.command("propose", help="Draft a proposal of other times.")
@refusing
def propose(
    talks: Talks,
    time: Time,
    who: As,
    place: Place = "by video",
    length: Length = 60,
    text: Annotated[str, typer.Option()] = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Propose other times."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    made = operations.propose_draft(_talks(talks, user), user, times=time, place=place, length=length, text=text)
    drafted(made, user, submit, as_json)


@app.command("accept", help="Accept one of the times of a proposal. It leaves at once.")
@refusing
def accept(
    talks: Talks,
    time: Annotated[str, typer.Option(help="One of the times proposed, 2026-12-03T09:00:00Z.")],
    who: As,
    proposal: Annotated[str, typer.Option(help="The proposing act; the only one of others when not given.")] = "",
    as_json: Json = False,
) -> None:
    """Accept a time."""
    django()
    from verbale.matters.talks import cases, operations
    from verbale.node.errors import UserError
    from verbale.node.identity import node_name

    user = person(who)
    matter = _talks(talks, user)
    if proposal:
        named = _act(proposal, user, matter).pk
    else:
        theirs = [item["act"] for item in cases.as_json(matter)["proposals"] if item["by"] != node_name()]
        if len(theirs) != 1:
            raise UserError(f"{len(theirs)} proposals of others lie on the table: name one by --proposal")
        named = theirs[0]
    said(operations.accept(matter, user, proposal=named, time=time), as_json, f"Accepted: {time}.")


@app.command("decline", help="Draft that we do not come, with the reason.")
@refusing
def decline(
    talks: Talks, reason: Annotated[str, typer.Option()], who: As, submit: Submit = False, as_json: Json = False
) -> None:
    """Decline."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    drafted(operations.decline_draft(_talks(talks, user), user, reason), user, submit, as_json)


@app.command("delegation", help="Name our delegation, the head of it first. It leaves at once.")
@refusing
def delegation(
    talks: Talks,
    member: Annotated[list[str], typer.Option(help="name=office; may be given several times.")],
    who: As,
    as_json: Json = False,
) -> None:
    """Name the delegation."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    members = [dict(zip(("name", "office"), item.partition("=")[::2], strict=True)) for item in member]
    said(operations.delegation(_talks(talks, user), user, members), as_json, "Named.")


@app.command("agenda", help="Draft a version of the agenda.")
@refusing
def agenda(
    talks: Talks,
    item: Annotated[list[str], typer.Option(help="An item; may be given several times.")],
    who: As,
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Lay an agenda."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    drafted(operations.agenda_draft(_talks(talks, user), user, item), user, submit, as_json)


@app.command("minutes", help="Draft minutes.")
@refusing
def minutes(
    talks: Talks,
    held: Annotated[str, typer.Option(help="Day of the talks, 2026-12-03.")],
    text: Annotated[str, typer.Option(help="The text; @FILE reads it from a file.")],
    who: As,
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Lay minutes."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    drafted(operations.minutes_draft(_talks(talks, user), user, held=held, text=_text(text)), user, submit, as_json)


@app.command("agree", help="Agree to minutes (a draft, to be cleared) or to an agenda (at once), by the act.")
@refusing
def agree(
    talks: Talks,
    act: Annotated[str, typer.Argument(help="The act that holds the text: its id, or the beginning of it.")],
    who: As,
    sha256: Annotated[str, typer.Option(help="Hash of the minutes that you have read.")] = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Agree to a text."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    matter = _talks(talks, user)
    record = _act(act, user, matter)
    if record.type == "talks.minutes":
        drafted(operations.agree_minutes_draft(matter, user, record.pk, sha256), user, submit, as_json)
    else:
        said(operations.agree_agenda(matter, user, record.pk), as_json, "Agreed.")


@app.command("commit", help="Draft a commitment of ours.")
@refusing
def commit(
    talks: Talks,
    text: Annotated[str, typer.Option(help="What we promise to do.")],
    owner: Annotated[str, typer.Option(help="Who sees to it.")],
    deadline: Annotated[str, typer.Option(help="By when, 2026-12-31.")],
    who: As,
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Make a commitment."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    made = operations.commit_draft(_talks(talks, user), user, text=text, owner=owner, deadline=deadline)
    drafted(made, user, submit, as_json)


@app.command("report", help="Draft how a commitment of ours stands.")
@refusing
def report(
    talks: Talks,
    commitment: Annotated[str, typer.Argument(help="The commitment's act.")],
    status: Annotated[str, typer.Option(help="open, done or dropped.")],
    who: As,
    remark: Annotated[str, typer.Option()] = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Report on a commitment."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    matter = _talks(talks, user)
    named = _act(commitment, user, matter).pk
    drafted(operations.report_draft(matter, user, named, status=status, remark=remark), user, submit, as_json)


@app.command("close", help="Draft the end of the talks.")
@refusing
def close(
    talks: Talks,
    who: As,
    text: Annotated[str, typer.Option(help="The outcome.")] = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Close the talks."""
    django()
    from verbale.matters.talks import operations

    user = person(who)
    drafted(operations.close_draft(_talks(talks, user), user, text), user, submit, as_json)


@app.command("list", help="List the talks, latest first, and how they stand.")
@refusing
def list_talks(who: As, as_json: Json = False) -> None:
    """List the talks."""
    django()
    from verbale.matters.talks import cases
    from verbale.node.access import require

    user = person(who)
    require(user, "read")
    rows = [cases.as_json(matter) for matter in cases.readable(user)]
    show(
        as_json,
        rows,
        lambda: table(
            ("Talks", "Title", "Parties", "How they stand"),
            [(row["id"][:8], row["title"], ", ".join(row["parties"]), row["sentence"]) for row in rows],
        ),
    )


@app.command("show", help="Tell how talks stand, with the acts on the table.")
@refusing
def show_talks(talks: Talks, who: As, as_json: Json = False) -> None:
    """Show talks."""
    django()
    from verbale.matters.talks import cases

    value = cases.as_json(_talks(talks, person(who)))

    def say() -> None:
        lines = [f"{value['title']}  {value['id']}", value["sentence"]]
        lines += [f"  {item['act'][:12]}  {item['by']}: {', '.join(item['times'])}" for item in value["proposals"]]
        lines += [f"  {item['act'][:12]}  {item['by']}: agenda" for item in value["agendas"]]
        lines += [f"  {item['act'][:12]}  {item['by']}: minutes of {item['held']}" for item in value["minutes"]]
        for item in value["commitments"]:
            state = item["due"] if item["due"] == "overdue" else item["status"]
            lines.append(f"  {item['act'][:12]}  {item['by']}: {item['text']} ({item['deadline']}, {state})")
        for line in lines:
            console.print(escape(line), highlight=False)

    show(as_json, value, say)


@app.command("ics", help="Write meetings and deadlines as iCalendar: of some talks, or of all.")
@refusing
def ics(
    who: As,
    talks: Annotated[str, typer.Argument(help="The talks; all that one may read when not given.")] = "",
    file: Annotated[Path | None, typer.Option(help="Where to; standard output when not given.")] = None,
    as_json: Json = False,
) -> None:
    """Write a calendar."""
    django()
    from verbale.matters.talks import cases
    from verbale.node.access import require

    user = person(who)
    require(user, "read")
    matters = [_talks(talks, user)] if talks else list(cases.readable(user))
    data = cases.calendar_of(matters)
    if file is not None:
        file.write_bytes(data)
        value = {"file": str(file), "talks": len(matters), "bytes": len(data)}
        show(as_json, value, lambda: console.print(f"Written to {file}.", highlight=False))
    elif as_json:
        show(True, {"talks": len(matters), "calendar": data.decode()}, lambda: None)
    else:
        sys.stdout.buffer.write(data)
