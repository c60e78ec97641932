"""Commands for every kind made with the kit: what can be done, and doing it."""

from pathlib import Path
from typing import Annotated, Any

import typer

from verbale.cli.base import As, Json, Submit, django, one, person, refusing, said, show, table, told

__all__ = ["deeds", "say"]


def _kinds() -> list[Any]:
    from verbale.matters.kit.kinds import made
    from verbale.node.registry import all_kinds

    return [found for kind in all_kinds() if (found := made(kind.name)) is not None]


@refusing
def deeds(
    kind: Annotated[str, typer.Argument(help="A kind, or one type of act; all kinds when not given.")] = "",
    as_json: Json = False,
) -> None:
    """List what can be said, with the fields of each."""
    django(home=False)
    from verbale.node.errors import UserError

    wanted, _dot, verb = kind.partition(".")
    found = [
        (made, deed)
        for made in _kinds()
        for deed in made.deeds
        if (not wanted or made.name == wanted) and (not verb or deed.verb == verb)
    ]
    if not found:
        raise UserError(f"{kind} names no kind and no act that the kit makes")
    value = [
        {
            "type": deed.name,
            "label": str(deed.label),
            "opens": deed.opens,
            "clearance": deed.clearance,
            "fields": [
                {"name": field.name, "widget": field.widget, "label": str(field.label), "required": field.required}
                for field in deed.fields
            ],
        }
        for _made, deed in found
    ]

    def text() -> None:
        rows = [
            (
                deed.name,
                str(deed.label),
                "opens" if deed.opens else "",
                "clearance" if deed.clearance else "",
                " ".join(f"{field.name}{'' if field.required else '?'}" for field in deed.fields),
            )
            for _made, deed in found
        ]
        table(("type", "what", "", "", "fields"), rows)
        if verb:
            for _made, deed in found:
                table(
                    ("field", "form", "what", "help"),
                    [
                        (
                            field.name,
                            " | ".join(field.columns) if field.columns else field.widget,
                            str(field.label),
                            str(field.help),
                        )
                        for field in deed.fields
                    ],
                )

    show(as_json, value, text)


@refusing
def say(
    type_name: Annotated[str, typer.Argument(metavar="TYPE", help="Type of the act, 'hotline.message' say.")],
    who: As,
    matter: Annotated[str, typer.Argument(help="The matter, by its id or the beginning; '-' to open one.")] = "-",
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="FIELD=VALUE…", help="Fields; a list is given by repeating; @FILE reads a text file."),
    ] = None,
    to: Annotated[list[str] | None, typer.Option(help="A partner's node, to open a matter; several times.")] = None,
    about: Annotated[str, typer.Option(help="The dossier that a new matter is about.")] = "",
    marking: Annotated[str, typer.Option(help="TLP marking of a new matter.")] = "",
    precedence: Annotated[str, typer.Option()] = "",
    exercise: Annotated[bool, typer.Option("--exercise")] = False,
    submit: Submit = False,
    as_json: Json = False,
) -> None:
    """Say one thing in a matter, or open one. What needs clearance becomes a draft."""
    django()
    from verbale.matters.kit import operations
    from verbale.matters.kit.kinds import deed_of
    from verbale.node.access import readable_matters
    from verbale.node.errors import UserError

    user, deed = person(who), deed_of(type_name)

    kind = type_name.partition(".")[0]
    rows = readable_matters(user)
    if deed.opens != (matter == "-"):
        problem = "opens a matter: give - for it" if deed.opens else "belongs in a matter: name it"
        raise UserError(f"{type_name} {problem}")
    given = operations.Given(
        _values(deed, values or []),
        operations.chosen(to or ()),
        marking,
        precedence.upper(),
        exercise,
        one(rows, about, "several matters", "no matter").pk if about else "",
    )
    found = None if deed.opens else one(rows.filter(kind=kind), matter, "several matters", "no matter")
    if not deed.clearance:
        record = operations.say(deed, found, user, given)
        said(record, as_json, f"{deed.label}: recorded as {record.id[:12]} in {record.matter_id[:8]}.")
        return
    told(operations.draft(deed, found, user, given), user, submit, as_json)


def _values(deed: Any, given: list[str]) -> dict[str, Any]:
    from verbale.matters.kit.typed import typed
    from verbale.node.errors import UserError

    texts: dict[str, list[str]] = {}
    for item in given:
        name, sign, value = item.partition("=")
        field = deed.field(name)
        if not sign or field is None:
            known = " ".join(f"{field.name}=" for field in deed.fields) or "none"
            raise UserError(f"{item[:60]} is no field of {deed.name}; its fields are: {known}")
        if value.startswith("@") and field.widget != "files":
            value = Path(value[1:]).read_text(encoding="utf-8")
        texts.setdefault(name, []).append(value)
    return {name: typed(deed.field(name), found) for name, found in texts.items()}
