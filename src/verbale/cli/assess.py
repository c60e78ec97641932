"""`verbale assess`: what a file of facts engages. Works on files alone, without a node."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import Json, console, fail, refusing, show

__all__ = ["assess"]

_COLOURS = {"engaged": "green", "depends": "yellow", "not engaged": "dim"}
_HEADS = {"norm": "Norms", "rule": "International law", "option": "Responses"}
_MARKS = {"met": "+", "open": "?", "missing": "-"}
_MOST_OPEN = 10

File = Annotated[
    Path | None,
    typer.Argument(help="The file of facts, see docs/facts.md.", exists=True, dir_okay=False, readable=True),
]


@refusing
def assess(
    file: File = None,
    guide: Annotated[
        bool, typer.Option("--guide", help="Print the form of the file, with every fact and position it knows.")
    ] = False,
    program: Annotated[bool, typer.Option("--program", help="Print the rules as the solver reads them.")] = False,
    as_json: Json = False,
) -> None:
    """Exit 0 when the file was assessed, 1 when it is refused or concludes otherwise than it expects."""
    from verbale.knowledge import law

    rules = law.the_law()
    if guide or program:
        typer.echo(law.guide(rules) if guide else law.program(rules), nl=False)
        return
    if file is None:
        raise fail("which file? Give a file of facts, or --guide for its form", 2)
    try:
        case = law.read_case(file.read_text(encoding="utf-8"), rules, file.name)
    except law.CaseError as error:
        raise fail(str(error)) from None
    found = law.assess(case, rules)
    show(as_json, law.as_json(found), lambda: _print(found))
    otherwise = [
        f"{name}: expected {expected}, found {found[name].status}"
        for name, expected in case.expect.items()
        if name in found.findings and found[name].status != expected and name not in case.differs
    ]
    if otherwise:
        raise fail("; ".join(otherwise))


def _say(text: str, indent: int = 0, style: str = "") -> None:
    line = escape(text)
    console.print(" " * indent + (f"[{style}]{line}[/{style}]" if style else line), highlight=False)


def _print(found: Any) -> None:
    law, case = found.law, found.case
    if case.title:
        _say(case.title, style="bold")
    _say(f"{len(case.facts)} of {len(law.facts)} facts are stated; all else is unknown. It advises; a lawyer decides.")
    for kind, head in _HEADS.items():
        console.print()
        _say(head, style="bold")
        for finding in found.of(kind):
            _print_finding(law, finding, case.differs.get(finding.conclusion.id, ""))
    if found.open_facts:
        console.print()
        _say("What would settle most", style="bold")
        for name, number in found.open_facts[:_MOST_OPEN]:
            _say(f"{law.name(name)} ({name}: bears on {number})", 2)


def _print_finding(law: Any, finding: Any, differs: str) -> None:
    console.print()
    colour = _COLOURS[finding.status]
    console.print(
        f"[{colour}]{finding.status}[/{colour}]  [bold]{escape(finding.conclusion.name)}[/bold] "
        f"({escape(finding.conclusion.id)})",
        highlight=False,
    )
    told = finding.sentence if finding.status != "depends" else f"Open whether: {finding.sentence}"
    _say(f"{told} [{'; '.join(finding.sources)}]", 2)
    if finding.status == "not engaged":
        for step in finding.lacks:
            _say(f"- {step.sentence}", 4)
    else:
        for reason in finding.derivation.rules:
            _print_reason(reason, 4)
    for settling in finding.settles:
        facts = " ".join(law.sentence(name, sign) for name, sign in settling.facts)
        _say(f"{settling.status} if: {facts}", 4, "cyan")
    for seen in finding.views:
        whose = "own view" if seen.own is not None else "one view"
        for label, (value, status) in ((whose, seen.first), ("other view", seen.second)):
            _say(f"{label}: {law.sentence(seen.position, value)} -> {status}", 4, "magenta")
    if differs:
        _say(f"Others conclude otherwise: {differs}", 4)


def _print_reason(reason: Any, indent: int) -> None:
    _say(f"{_MARKS[reason.standing]} {reason.says} [{'; '.join(reason.sources)}]", indent)
    for step in reason.steps:
        wanted = "" if step.wanted else "not: "
        wanted = wanted if step.standing == "open" else ""
        above = " (see above)" if step.again else ""
        _say(f"{_MARKS[step.standing]} {wanted}{step.sentence}{above}", indent + 2)
        for deeper in step.rules:
            _print_reason(deeper, indent + 4)
