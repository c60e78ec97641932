"""The story of a case and what we make of it, on the command line."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import As, Json, console, django, fail, person, refusing, show, table

__all__ = ["judgement", "story"]


def _case(identifier: str, user: Any) -> str:
    from verbale.desk.story import cases_of

    found = [item["case"] for item in cases_of(user) if item["case"].startswith(identifier)]
    if len(found) != 1:
        raise fail(f"{identifier} names {'several cases' if found else 'no case'} here")
    return str(found[0])


@refusing
def story(
    who: As,
    case: Annotated[str, typer.Argument(help="The case, by the beginning of its id; all cases when not given.")] = "",
    proof: Annotated[
        bool, typer.Option("--proof", help="Every act, with signatures and receipts verified now.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Tell a case step by step: what happened, how it stands, what comes next."""
    django()
    from verbale.desk.story import case_of, cases_of, proofs, records_of, story_json, story_of
    from verbale.node.access import require
    from verbale.node.sentences import label_of

    user = person(who)
    require(user, "read")
    if not case:
        rows = cases_of(user)
        show(
            as_json,
            rows,
            lambda: table(("case", "title", "matters"), [(r["case"][:12], r["title"], r["matters"]) for r in rows]),
        )
        return
    identifier = _case(case, user)
    if not proof:
        told = story_json(story_of(user, identifier))
        show(as_json, told, lambda: _tell(told))
        return
    rows = proofs(records_of(user, case_of(user, identifier)))
    value = [{**row, "record": row["record"].id} for row in rows]
    show(
        as_json,
        value,
        lambda: table(
            ("act", "what", "signed by", "held by"),
            [
                (
                    row["record"].id[:12],
                    label_of(row["record"]),
                    f"{row['record'].author} {'ok' if row['signed'] else row['problem'] or 'keys not at hand'}",
                    ", ".join(f"{i['holder']} {'ok' if i['holds'] else i['problem']}" for i in row["receipts"]),
                )
                for row in rows
            ],
        ),
    )
    if not all(row["signed"] and all(item["holds"] for item in row["receipts"]) for row in rows):
        raise fail("not every signature and receipt verifies")


@refusing
def judgement(
    who: As,
    case: Annotated[str, typer.Argument(help="The case, by the beginning of its id.")],
    pdf: Annotated[Path | None, typer.Option("--pdf", help="Write it to this file, as PDF.")] = None,
    as_json: Json = False,
) -> None:
    """Tell what we make of a case: severity, attribution, norms, law, options, treaties, and what is unknown."""
    django()
    from verbale import paper
    from verbale.desk.judgement import judgement_of
    from verbale.desk.judgement_paper import as_json as told_json
    from verbale.desk.judgement_paper import paper_of
    from verbale.node.access import require

    user = person(who)
    require(user, "read")
    found = judgement_of(user, _case(case, user))
    if pdf is not None:
        pdf.write_bytes(paper.to_pdf(paper_of(found)))
    told = told_json(found)
    show(as_json, told, lambda: _judged(told))


def _judged(told: dict[str, Any]) -> None:
    console.print(f"[bold]{escape(told['title'])}[/bold]  TLP:{told['marking']}")
    for part in told["questions"]:
        console.print(f"\n[bold]{escape(part['question'])}[/bold]")
        console.print(escape(part["answer"] or "Not answered yet."))
        for point in part["points"]:
            standing = f"{point['standing']}: " if point["standing"] else ""
            console.print(f"  {escape(standing)}[bold]{escape(point['name'])}[/bold] {escape(point['says'])}")
    console.print("\n[bold]What is unknown, and would settle it[/bold]")
    for part in told["unknown"]:
        for item in part["asked"]:
            bears = f" ({item['bears']})" if item["bears"] else ""
            console.print(f"  – {escape(item['question'] + bears)}")


def _tell(told: dict[str, Any]) -> None:
    console.print(f"[bold]{escape(told['title'])}[/bold]  TLP:{told['marking']}  {', '.join(told['parties'])}")
    for step in told["steps"]:
        console.print(f"\n[bold]{step['step']}. {escape(step['label'])}[/bold] ({step['state']})")
        for item in step["matters"]:
            console.print(f"  {item['id'][:8]}  {escape(item['title'])}: {escape(item['standing'])}", highlight=False)
        for act in step["acts"]:
            told_act = f"  {act['issued'][:16]}  {act['author']}  {act['label']}  {act['sentence'][:120]}"
            console.print(escape(told_act), highlight=False)
        for task in step["next"]:
            console.print(f"  → {escape(task['sentence'])}", highlight=False)
