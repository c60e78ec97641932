"""Commands on files alone, with no node: read a report, verify a proof."""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from verbale.cli.base import Json, Trust, console, fail, refusing, show, table, trusted

__all__ = ["install"]

File = Annotated[Path, typer.Argument(help="The file.", exists=True, dir_okay=False, readable=True)]
Files = Annotated[list[Path], typer.Argument(help="One or more files.", exists=True, dir_okay=False, readable=True)]


def install(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command(help="Show what a STIX 2.1 or MISP report holds, without importing it.")(read)
    app.command(help="Check pouches, receipts, register exports, checkpoints or credentials, offline.")(verify)


@refusing
def read(file: File, as_json: Json = False) -> None:
    """Show a report."""
    from verbale.intel import read_report_file, report_to_dict

    report = read_report_file(file)
    show(as_json, report_to_dict(report), lambda: _print_report(report))


def _print_report(report: Any) -> None:
    console.print(f"[bold]{escape(report.title)}[/bold]")
    format_name = f"STIX {report.format_version}" if report.format == "stix" else "MISP event"
    facts = [
        ("Format", format_name),
        ("From", report.producer),
        ("Created", report.created),
        ("Modified", report.modified),
    ]
    facts += [("Published", report.published), ("First seen", report.first_seen), ("Last seen", report.last_seen)]
    facts += [
        ("Marking", f"TLP:{report.marking}" if report.marking else "not marked"),
        ("Threat level", report.threat_level),
    ]
    facts += [(name, ", ".join(values)) for name, values in _lists(report)]
    table(("", ""), [fact for fact in facts if fact[1]])
    if report.summary:
        console.print(f"\n{escape(report.summary)}")
    _section(
        "Actors", ("Name", "Kind", "Also known as"), [(a.name, a.kind, ", ".join(a.aliases)) for a in report.actors]
    )
    _section("Malware", ("Name", "Kind"), [(m.name, ", ".join(m.kinds)) for m in report.malware])
    _section("Tools", ("Name", "Kind"), [(m.name, ", ".join(m.kinds)) for m in report.tools])
    _section("Vulnerabilities", ("", ""), [(v.cve or "–", v.name) for v in report.vulnerabilities])
    _section("Techniques", ("ATT&CK", "Name"), [(t.id, t.name) for t in report.techniques])
    _section("Indicators", ("Kind", "Value"), [(i.kind, i.value) for i in report.indicators])
    _section("Observables", ("Kind", "Value"), [(o.type, o.value) for o in report.observables])
    _section("References", ("", ""), [(r.title or "–", r.url) for r in report.references])
    _section("Not understood", ("Object", "Why"), [(n.id or n.type, n.why) for n in report.not_understood])
    for warning in report.warnings:
        console.print(f"[yellow]note:[/yellow] {escape(warning)}", highlight=False)


def _lists(report: Any) -> list[tuple[str, list[str]]]:
    return [
        ("Sectors", report.sectors),
        ("Countries", report.countries),
        ("Regions", report.regions),
        ("Victims", report.victims),
        ("Labels", report.labels),
        ("Objects", [f"{count} {name}" for name, count in report.object_counts.items()]),
    ]


def _section(title: str, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    if rows:
        console.print(f"\n[bold]{escape(title)}[/bold] ({len(rows)})")
        table(columns, rows)


@refusing
def verify(
    files: Files,
    trust: Trust = None,
    as_json: Json = False,
) -> None:
    """Exit 0 when all holds, 1 with the reason when anything does not."""
    from verbale.protocol import fingerprint_words, verify_file

    known = trusted(trust)
    findings = [(path, verify_file(path, known)) for path in files]
    told = [
        {
            "file": str(path),
            "kind": finding.kind,
            "holds": finding.holds,
            "shown": list(finding.shown),
            "reason": finding.reason,
            "assumed": {
                node: {"fingerprint": fingerprint, "words": " ".join(fingerprint_words(fingerprint))}
                for node, fingerprint in finding.assumed.items()
            },
        }
        for path, finding in findings
    ]

    def text() -> None:
        for item in told:
            word = "[green]holds[/green]" if item["holds"] else "[red]does not hold[/red]"
            console.print(f"{escape(str(item['file']))}: {item['kind']}, {word}", highlight=False)
            for sentence in item["shown"]:
                console.print(f"  {escape(sentence)}", highlight=False)
            for node, own in item["assumed"].items():
                console.print(
                    f"  Under the keys of {node} that came with the file; compare: {own['words']}", highlight=False
                )

    show(as_json, told if len(told) > 1 else told[0], text)
    broken = [item for item in told if not item["holds"]]
    if broken:
        raise fail("; ".join(f"{item['file']}: {item['reason']}" for item in broken))
