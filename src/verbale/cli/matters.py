"""Commands on incidents, notes, dossiers and acts."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import As, Json, console, django, one, person, refusing, said, show, table

__all__ = ["incident", "matter", "note"]

incident = typer.Typer(no_args_is_help=True)
note = typer.Typer(no_args_is_help=True)
matter = typer.Typer(no_args_is_help=True)


def _matter(identifier: str, who: Any) -> Any:
    """A readable matter by its id or the beginning of it."""
    from verbale.node.access import readable_matters

    return one(readable_matters(who), identifier, "several dossiers", "no dossier")


def _act(identifier: str, who: Any) -> Any:
    from verbale.node.access import readable_acts

    return one(readable_acts(who), identifier, "several acts", "no act")


def _draft(identifier: str, who: Any) -> Any:
    from verbale.node import drafts
    from verbale.node.errors import UserError

    found = [draft for draft in drafts.visible(who) if str(draft.pk).startswith(identifier)]
    if len(found) != 1:
        raise UserError(f"{identifier} names {'several drafts' if found else 'no draft'} here")
    return found[0]


@incident.command("import", help="Open an incident from a STIX 2.1 or MISP report. Nothing leaves the house.")
@refusing
def import_report(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False)],
    who: As,
    title: Annotated[str, typer.Option(help="Title of the case; the report's own when not given.")] = "",
    account: Annotated[str, typer.Option(help="What happened, in words.")] = "",
    sector: Annotated[list[str] | None, typer.Option(help="Sector affected; may be given several times.")] = None,
    occurred: Annotated[str | None, typer.Option(help="Day on which it was noticed, 2026-11-24.")] = None,
    marking: Annotated[str, typer.Option(help="TLP marking; the report's own when not given.")] = "",
    exercise: Annotated[bool, typer.Option("--exercise")] = False,
    as_json: Json = False,
) -> None:
    """Import a report."""
    django()
    from verbale.intel.limits import MAX_BYTES
    from verbale.matters.incident import operations
    from verbale.node.errors import UserError

    if file.stat().st_size > MAX_BYTES:
        raise UserError(f"{file.name} has {file.stat().st_size:,} bytes; the limit is {MAX_BYTES:,}")
    record = operations.import_report(
        file.read_bytes(),
        file.name,
        person(who),
        title=title,
        account=account,
        sectors=sector or (),
        occurred=occurred,
        marking=marking,
        exercise=exercise,
    )
    said(record, as_json, f"Dossier {record.matter_id[:8]}: {record.act.body['title']}")


@incident.command("assess", help="Note a severity on a scale, for the house.")
@refusing
def assess(
    dossier: str,
    level: Annotated[str, typer.Option(help="scale:level, such as uk-ncsc:2; the scale alone where it computes.")],
    reasons: Annotated[str, typer.Option()],
    who: As,
    answer: Annotated[
        list[str] | None, typer.Option(help="factor=answer of the scale; may be given several times.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Assess an incident."""
    django()
    from verbale.matters.incident import operations
    from verbale.node.errors import UserError

    scale, _colon, code = level.partition(":")
    pairs = [item.partition("=") for item in answer or ()]
    if odd := [factor for factor, sign, _given in pairs if not sign]:
        raise UserError(f"write --answer factor=answer, not {odd[0]}")
    user = person(who)
    record = operations.assess(
        _matter(dossier, user),
        user,
        scale=scale,
        level=code,
        reasons=reasons,
        answers={factor: given for factor, _sign, given in pairs},
    )
    said(record, as_json, "Noted.")


@note.command("draft", help="Draft a note verbale. It leaves only when somebody else clears it.")
@refusing
def draft_note(
    to: Annotated[str, typer.Option(help="The partner's node.")],
    subject: Annotated[str, typer.Option()],
    who: As,
    text: Annotated[str, typer.Option(help="Goes on after 'has the honour to'; @FILE reads it from a file.")] = "",
    form: Annotated[str, typer.Option(help="A form pack; see verbale packs list.")] = "note-verbale",
    value: Annotated[list[str] | None, typer.Option(help="field=text of the form; may be given several times.")] = None,
    about: Annotated[str, typer.Option(help="The dossier.")] = "",
    answers: Annotated[str, typer.Option(help="The note that it answers.")] = "",
    reply_by: Annotated[str | None, typer.Option(help="Day by which an answer is asked for.")] = None,
    marking: Annotated[str, typer.Option()] = "AMBER",
    precedence: Annotated[str, typer.Option()] = "ROUTINE",
    share_report: Annotated[bool, typer.Option("--share-report", help="Send the dossier's report along.")] = False,
    enclose: Annotated[list[Path] | None, typer.Option(help="A file to enclose.", exists=True, dir_okay=False)] = None,
    submit: Annotated[bool, typer.Option("--submit", help="Put it before the head of mission at once.")] = False,
    as_json: Json = False,
) -> None:
    """Draft a note."""
    django()
    import mimetypes
    import re

    from verbale.matters.channel import operations
    from verbale.node import drafts

    user = person(who)
    words = Path(text[1:]).read_text(encoding="utf-8") if text.startswith("@") else text
    fields, shared = operations.note_draft(
        operations.NoteFields(
            to=to,
            subject=subject,
            paragraphs=tuple(part.strip() for part in re.split(r"\n\s*\n", words) if part.strip()),
            form=form,
            values=dict(item.partition("=")[::2] for item in value or ()),
            about=_matter(about, user).pk if about else "",
            answers=_act(answers, user).pk if answers else "",
            reply_by=reply_by,
            marking=marking,
            precedence=precedence.upper(),
            share_report=share_report,
            files=tuple(
                (path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", path.read_bytes())
                for path in enclose or ()
            ),
        ),
        user,
    )
    made = drafts.create(fields, user)
    if submit:
        drafts.submit(made, user)
    value = {
        "draft": str(made.pk),
        "number": made.body["number"],
        "status": made.status,
        "withheld": [{"field": item.field, "why": item.why} for item in shared.withheld] if shared else [],
    }

    def say() -> None:
        console.print(f"Draft {str(made.pk)[:8]}: note {made.body['number']} to {to}, {made.status}.", highlight=False)
        if value["withheld"]:
            console.print(
                f"{len(value['withheld'])} parts of the report are held back by the marking.", highlight=False
            )

    show(as_json, value, say)


@note.command("drafts", help="List the drafts that have not left.")
@refusing
def list_drafts(who: As, as_json: Json = False) -> None:
    """List the drafts."""
    django()
    from verbale.node import drafts
    from verbale.node.models import Draft

    closed = (Draft.Status.SENT, Draft.Status.WITHDRAWN)
    rows = [
        {
            "draft": str(draft.pk),
            "status": draft.status,
            "number": draft.body.get("number"),
            "to": draft.audience,
            "subject": draft.body.get("subject"),
            "drafter": draft.drafter.username,
            "remarks": draft.remarks,
        }
        for draft in drafts.visible(person(who)).exclude(status__in=closed).order_by("updated_at")
    ]
    show(
        as_json,
        rows,
        lambda: table(
            ("Draft", "Status", "Number", "To", "Subject", "By"),
            [(r["draft"][:8], r["status"], r["number"], ", ".join(r["to"]), r["subject"], r["drafter"]) for r in rows],
        ),
    )


@note.command("submit", help="Put a draft before the head of mission.")
@refusing
def submit(draft: str, who: As) -> None:
    """Submit a draft."""
    django()
    from verbale.node import drafts

    user = person(who)
    drafts.submit(_draft(draft, user), user)
    console.print("It waits for clearance.")


@note.command("clear", help="Clear and send a draft, with the code of the authenticator app.")
@refusing
def clear(
    draft: str,
    who: As,
    code: Annotated[str, typer.Option(prompt=True, help="Six digits of the authenticator app.")],
    as_json: Json = False,
) -> None:
    """Clear a draft. The second factor is asked for here as on the page."""
    django()
    from verbale.desk import second_factor
    from verbale.node import drafts
    from verbale.node.api import act_json

    user = person(who)
    second_factor.check_code(user, code)
    records = drafts.clear(_draft(draft, user), user)
    show(
        as_json,
        [act_json(record) for record in records],
        lambda: console.print(f"Cleared: {len(records)} acts are on their way.", highlight=False),
    )


@note.command("return", help="Return a draft with remarks.")
@refusing
def give_back(draft: str, remarks: Annotated[str, typer.Option()], who: As) -> None:
    """Return a draft."""
    django()
    from verbale.node import drafts

    user = person(who)
    drafts.give_back(_draft(draft, user), user, remarks)
    console.print("Returned.")


@note.command("acknowledge", help="Confirm to its author that a note has arrived.")
@refusing
def acknowledge(act: str, who: As, text: Annotated[str, typer.Option()] = "", as_json: Json = False) -> None:
    """Acknowledge a note."""
    django()
    from verbale.matters.channel import operations

    user = person(who)
    said(operations.acknowledge(_act(act, user), user, text), as_json, "Acknowledged.")


@note.command("print", help="Write a note as PDF or DOCX, by the ending of the file.")
@refusing
def print_note(act: str, file: Path, who: As) -> None:
    """Print a note."""
    django()
    from verbale import paper
    from verbale.node.access import saw
    from verbale.node.errors import UserError
    from verbale.node.registry import paper_of

    user = person(who)
    record = _act(act, user)
    sheet = paper_of(record.act)
    if sheet is None:
        raise UserError(f"{record.type} does not print, or its content is not lawful for its type")
    saw(user, [record])
    writers = {".pdf": paper.to_pdf, ".docx": paper.to_docx}
    if file.suffix not in writers:
        raise UserError("the file must end in .pdf or .docx")
    file.write_bytes(writers[file.suffix](sheet))
    console.print(f"Written to {file}.", highlight=False)


@matter.command("list", help="List the dossiers, latest first.")
@refusing
def list_matters(who: As, kind: Annotated[str, typer.Option()] = "", as_json: Json = False) -> None:
    """List the matters."""
    django()
    from verbale.node.access import readable_matters

    rows = readable_matters(person(who)).order_by("-last_at")
    if kind:
        rows = rows.filter(kind=kind)
    value = [
        {"id": m.id, "kind": m.kind, "title": m.title, "parties": m.parties, "acts": m.acts, "last_at": m.last_at}
        for m in rows
    ]
    show(
        as_json,
        value,
        lambda: table(
            ("Dossier", "Kind", "Title", "Parties", "Acts", "Latest"),
            [(v["id"][:8], v["kind"], v["title"], ", ".join(v["parties"]), v["acts"], v["last_at"]) for v in value],
        ),
    )


@matter.command("show", help="Show a dossier: its acts in order, with their effect and delivery.")
@refusing
def show_matter(dossier: str, who: As, as_json: Json = False) -> None:
    """Show a matter."""
    django()
    from verbale.node.access import readable_acts, saw
    from verbale.node.api import act_json
    from verbale.node.partners import names
    from verbale.node.projection import state_of
    from verbale.node.sentences import label_of, sentence_of, timeline, why

    user = person(who)
    found = _matter(dossier, user)
    records = list(readable_acts(user).of(found).order_by("issued", "id"))
    saw(user, records)
    entries = timeline(records, names())

    def say() -> None:
        console.print(f"[bold]{escape(found.title)}[/bold]  {found.id}  TLP:{found.marking}", highlight=False)
        for entry in entries:
            record = entry["record"]
            to = ", ".join(record.audience) or "the house"
            said = f"{record.issued}  {record.author} → {to}: {label_of(record)}. {sentence_of(record)}"
            console.print(escape(said), highlight=False)
            for line in (why(record), *(item["sentence"] for item in entry["deliveries"])):
                if line:
                    console.print(f"    {escape(line)}", highlight=False)

    show(as_json, {"id": found.id, "state": state_of(found), "acts": [act_json(record) for record in records]}, say)


@matter.command("refold", help="Fold every matter anew from its acts and say whether anything differs.")
@refusing
def refold_all(as_json: Json = False) -> None:
    """Rebuild the projections."""
    django()
    from django.db import transaction
    from rich.progress import track

    from verbale.node.models import Matter
    from verbale.node.projection import refold, state_of

    differing = []
    for found in track(list(Matter.objects.all()), "Folding", console=console, disable=as_json, transient=True):
        with transaction.atomic():
            before = state_of(found)
            if refold(found) != before:
                differing.append(found.id)
    value = {"matters": Matter.objects.count(), "differing": differing}
    show(
        as_json,
        value,
        lambda: console.print(f"{value['matters']} matters, {len(differing)} differed.", highlight=False),
    )
