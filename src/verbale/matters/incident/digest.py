"""From a threat report to the body of an act: the lists that a person reads, within the limits of an act.

Text is put into Unicode NFC, which the canonical form of acts asks for; what does not fit stays in the attachment, and
the digest says how much that is.
"""

import unicodedata
from collections.abc import Iterable
from typing import Any

import msgspec

from verbale.intel import Report
from verbale.matters.incident.acts import Account, Actor, Digest, Reference, Software, Technique, Value

__all__ = ["account_body", "digest"]

_MOST = {"techniques": 500, "indicators": 1_000, "observables": 1_000, "relations": 500}
_MOST_ELSE = 200
_ROOM = 700_000
"""Bytes that a digest may take of an act's 1 MiB, so that the rest of the body always fits."""


def digest(report: Report) -> Digest:
    """The digest of a report."""
    cut = _Cutter()
    made = Digest(
        title=_line(report.title) or "Untitled report",
        format="STIX 2.1" if report.format == "stix" else "MISP",
        producer=_line(report.producer),
        summary=_text(report.summary),
        created=report.created,
        published=report.published,
        first_seen=report.first_seen,
        last_seen=report.last_seen,
        marking=report.marking,
        threat_level=_line(report.threat_level, 100),
        sectors=cut.lines("sectors", report.sectors),
        countries=cut.lines("countries", report.countries),
        regions=cut.lines("regions", report.regions),
        victims=cut.lines("victims", report.victims),
        labels=cut.lines("labels", report.labels),
        actors=cut.items(
            "actors",
            (Actor(_name(a.name), a.kind, _few(a.aliases), _text(a.description)) for a in report.actors),
        ),
        malware=cut.items("malware", map(_software, report.malware)),
        tools=cut.items("tools", map(_software, report.tools)),
        infrastructure=cut.items("infrastructure", map(_software, report.infrastructure)),
        countermeasures=cut.items("countermeasures", map(_software, report.courses_of_action)),
        vulnerabilities=cut.lines("vulnerabilities", (item.cve or item.name for item in report.vulnerabilities)),
        techniques=cut.items(
            "techniques",
            (
                Technique(_name(t.id, 100), _line(t.name), _few(t.tactics), _text(t.description), t.confidence)
                for t in report.techniques
            ),
        ),
        indicators=cut.items(
            "indicators",
            (
                Value(_name(i.kind, 100), _text(i.value, 4_000), _text(i.name or i.description, 1_000))
                for i in report.indicators
                if i.value
            ),
        ),
        observables=cut.items(
            "observables", (Value(_name(o.type, 100), _text(o.value, 4_000)) for o in report.observables if o.value)
        ),
        references=cut.items(
            "references",
            (
                Reference(_line(r.title or r.description), r.url if len(r.url) <= 2_000 else "")
                for r in report.references
            ),
        ),
        relations=cut.items(
            "relations", (_text(f"{r.source} {r.verb} {r.target}", 1_000) for r in report.relationships)
        ),
        remarks=cut.items("remarks", (_text(": ".join(filter(None, (n.title, n.text)))) for n in report.notes)),
        not_understood=len(report.not_understood),
        left_out=cut.left_out,
    )
    return _fitted(made)


def account_body(
    report: Report | None,
    *,
    title: str,
    account: str = "",
    sectors: Iterable[str] = (),
    occurred: str | None = None,
    attachments: Iterable[dict[str, Any]] = (),
) -> dict[str, Any]:
    """The body of an `incident.open` or `incident.report`.

    What the author says (title, account, sectors) stays apart from what the report says, since the report's parts have
    markings of their own.
    """
    body = msgspec.to_builtins(
        Account(
            title=_name(title),
            account=_text(account),
            sectors=_few(dict.fromkeys(sectors)),
            report=digest(report) if report else None,
        )
    )
    # Checked with the whole body, when it is said.
    return {**body, "occurred": occurred, "attachments": list(attachments)}


class _Cutter:
    """Cuts lists to their limits and notes what was cut."""

    def __init__(self) -> None:
        self.left_out: dict[str, int] = {}

    def items(self, field: str, values: Iterable[Any]) -> list[Any]:
        found, most = list(values), _MOST.get(field, _MOST_ELSE)
        if len(found) > most:
            self.left_out[field] = len(found) - most
        return found[:most]

    def lines(self, field: str, values: Iterable[str]) -> list[str]:
        return self.items(field, _lines(values))


def _fitted(made: Digest) -> Digest:
    """Halve the longest list until the digest has room in an act."""
    while len(msgspec.json.encode(made)) > _ROOM:
        lists = {name: value for name in made.__struct_fields__ if isinstance(value := getattr(made, name), list)}
        field, longest = max(lists.items(), key=lambda pair: len(msgspec.json.encode(pair[1])))
        kept = longest[: len(longest) // 2]
        left = {**made.left_out, field: made.left_out.get(field, 0) + len(longest) - len(kept)}
        made = msgspec.structs.replace(made, **{field: kept, "left_out": left})
    return made


def _software(item: Any) -> Software:
    return Software(_name(item.name), _few(item.kinds), _text(item.description))


def _text(text: str, most: int = 20_000) -> str:
    text = unicodedata.normalize("NFC", text)
    return text if len(text) <= most else text[: most - 1] + "…"


def _line(text: str, most: int = 300) -> str:
    return _text(" ".join(text.split()), most)


def _name(text: str, most: int = 300) -> str:
    return _line(text, most) or "unnamed"


def _lines(values: Iterable[str]) -> list[str]:
    return [line for value in values if (line := _line(value))]


def _few(values: Iterable[str]) -> list[str]:
    """Lines inside of an item, of which the first are enough."""
    return _lines(values)[:_MOST_ELSE]
