"""The story of a case, on the command line."""

from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import As, Json, console, django, fail, person, refusing, show, table

__all__ = ["story"]


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
