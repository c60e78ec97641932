"""Commands on assistance between states."""

from pathlib import Path
from typing import Annotated, Any

import typer

from verbale.cli.base import As, Json, Submit, django, one, person, refusing, said, show, table, told

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)

Item = Annotated[list[int] | None, typer.Option(help="Number of an item; may be given several times.")]


def _matter(identifier: str, who: Any) -> Any:
    """A readable request or offer by its id or the beginning of it."""
    from verbale.matters.assistance.cases import readable

    return one(readable(who), identifier, "several requests", "no request or offer")


def _dossier(identifier: str, who: Any) -> str:
    from verbale.node.access import readable_matters

    return str(one(readable_matters(who), identifier, "several dossiers", "no dossier").pk) if identifier else ""


def _drafted(fields: Any, user: Any, submit: bool, as_json: bool, shared: Any = None) -> None:
    from verbale.node import drafts

    made = drafts.create(fields, user)
    withheld = [{"field": item.field, "why": item.why} for item in shared.withheld] if shared else []
    told(made, user, submit, as_json, number=made.body.get("number"), withheld=withheld)


@app.command("request", help="Draft a request for assistance. It leaves only when somebody else clears it.")
@refusing
def request(
    to: Annotated[str, typer.Option(help="The partner's node.")],
    subject: Annotated[str, typer.Option()],
    item: Annotated[list[str], typer.Option(help="What is asked; may be given several times.")],
    who: As,
    kind: Annotated[str, typer.Option(help="information, mitigation, preservation or other.")] = "information",
    about: Annotated[str, typer.Option(help="The dossier.")] = "",
    instrument: Annotated[str, typer.Option(help="Legal basis; that of the kind when not given.")] = "",
    article: Annotated[str, typer.Option(help="Article of the instrument.")] = "",
    urgency: Annotated[str, typer.Option(help="ordinary, urgent or emergency.")] = "ordinary",
    urgency_reason: Annotated[str, typer.Option()] = "",
    reply_by: Annotated[str | None, typer.Option(help="Day by which an answer is asked for.")] = None,
    confidential: Annotated[bool, typer.Option("--confidential", help="Article 27 (8).")] = False,
    authority: Annotated[str, typer.Option(help="Article 29 (2) (a).")] = "",
    offence: Annotated[str, typer.Option(help="Article 29 (2) (b).")] = "",
    data: Annotated[str, typer.Option(help="Article 29 (2) (c).")] = "",
    link: Annotated[str, typer.Option(help="Article 29 (2) (c).")] = "",
    custodian: Annotated[str, typer.Option(help="Article 29 (2) (d).")] = "",
    necessity: Annotated[str, typer.Option(help="Article 29 (2) (e).")] = "",
    intention: Annotated[
        bool, typer.Option("--intention", help="Article 29 (2) (f): the data will be asked for.")
    ] = False,
    marking: Annotated[str, typer.Option()] = "AMBER",
    language: Annotated[str, typer.Option()] = "en",
    share_report: Annotated[bool, typer.Option("--share-report", help="Send the dossier's report along.")] = False,
    enclose: Annotated[list[Path] | None, typer.Option(help="A file to enclose.", exists=True, dir_okay=False)] = None,
    exercise: Annotated[bool, typer.Option("--exercise")] = False,
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Draft a request."""
    django()
    import mimetypes

    from verbale.matters.assistance import operations

    user = person(who)
    specified = {
        "authority": authority,
        "offence": offence,
        "data": data,
        "link": link,
        "custodian": custodian,
        "necessity": necessity,
        "intention": intention,
    }
    fields, shared = operations.request_draft(
        operations.OpeningFields(
            to=to,
            subject=subject,
            items=tuple(item),
            kind=kind,
            instrument=instrument,
            article=article,
            urgency=urgency,
            urgency_reason=urgency_reason,
            confidential=confidential,
            preservation=specified,
            about=_dossier(about, user),
            reply_by=reply_by,
            marking=marking,
            language=language,
            share_report=share_report,
            exercise=exercise,
            files=tuple(
                (path.name, mimetypes.guess_type(path.name)[0] or "application/octet-stream", path.read_bytes())
                for path in enclose or ()
            ),
        ),
        user,
    )
    _drafted(fields, user, submit, as_json, shared)


@app.command("accept", help="Draft an acceptance: of the whole, or of the items named.")
@refusing
def accept(
    request: str,
    who: As,
    item: Item = None,
    conditions: Annotated[str, typer.Option()] = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Accept a request."""
    django()
    from verbale.matters.assistance import operations

    user = person(who)
    fields = operations.accept_draft(_matter(request, user), user, items=item or (), conditions=conditions)
    _drafted(fields, user, submit, as_json)


@app.command("refuse", help="Draft a refusal.")
@refusing
def refuse(
    request: str,
    ground: Annotated[
        str,
        typer.Option(help="political, essential-interests, dual-criminality, domestic-law, not-held or no-means."),
    ],
    reasons: Annotated[str, typer.Option()],
    who: As,
    article: Annotated[str, typer.Option(help="What the ground rests on; the Convention's when not given.")] = "",
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Refuse a request."""
    django()
    from verbale.matters.assistance import operations

    user = person(who)
    fields = operations.refuse_draft(_matter(request, user), user, ground=ground, reasons=reasons, article=article)
    _drafted(fields, user, submit, as_json)


@app.command("preserve", help="Tell the requesting state that data is preserved.")
@refusing
def preserve(
    request: str,
    data: Annotated[str, typer.Option(help="Which data.")],
    until: Annotated[str, typer.Option(help="Last day, 2027-01-31.")],
    who: As,
    since: Annotated[str, typer.Option(help="First day; today when not given.")] = "",
    item: Item = None,
    as_json: Json = False,
) -> None:
    """Preserve data."""
    django()
    from verbale.matters.assistance import operations

    user = person(who)
    record = operations.preserve(_matter(request, user), user, data=data, since=since, until=until, items=item or ())
    said(record, as_json, f"Preserved until {until}; its act is {record.id[:12]}.")


@app.command("extend", help="Let a preservation last longer.")
@refusing
def extend(
    request: str,
    until: Annotated[str, typer.Option(help="The new last day.")],
    who: As,
    preservation: Annotated[str, typer.Option(help="Its act; not needed where there is only one.")] = "",
    reason: Annotated[str, typer.Option()] = "",
    as_json: Json = False,
) -> None:
    """Extend a preservation."""
    django()
    from verbale.matters.assistance import operations
    from verbale.node.errors import UserError
    from verbale.node.projection import state_of

    user = person(who)
    matter = _matter(request, user)
    kept = [act for act in state_of(matter).get("kept", ()) if act.startswith(preservation)]
    if len(kept) != 1:
        raise UserError("name the preservation by --preservation" if kept else "no such data is preserved here")
    record = operations.extend(matter, user, preservation=kept[0], until=until, reason=reason)
    said(record, as_json, f"Extended until {until}.")


@app.command("list", help="List requests and offers, latest first, and how they stand.")
@refusing
def list_cases(who: As, as_json: Json = False) -> None:
    """List the requests and offers."""
    django()
    from verbale.matters.assistance import cases

    rows = list(cases.readable(person(who)))
    states = cases.states_of(row.id for row in rows)
    value = [cases.as_json(row, states.get(row.id, {})) for row in rows]
    show(
        as_json,
        value,
        lambda: table(
            ("Matter", "Number", "Asks", "Helps", "Subject", "How it stands"),
            [
                (v["matter"][:8], v["number"] or "", v["asks"] or "", v["helps"] or "", v["subject"], v["stands"])
                for v in value
            ],
        ),
    )
