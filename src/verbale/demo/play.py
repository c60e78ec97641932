"""Plays the case between two nodes over real HTTP, as people would: each step is one request of one person to their own
node, and what the other side sees has come through the exchange."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from verbale.demo.nodes import DemoError, NodeProcess
from verbale.demo.scenario import answer_text, incident_fields, note_text
from verbale.intel import read_report_file
from verbale.protocol import Credentials, verify_file

__all__ = ["Played", "connect", "play", "write_evidence"]


@dataclass
class Played:
    """What the play left behind."""

    dossier: str = ""
    acts: list[dict[str, Any]] = field(default_factory=list)
    """`{"act", "who", "to", "type", "delivered", "receipt"}`, in order."""
    seconds: float = 0.0


def connect(a: NodeProcess, b: NodeProcess) -> None:
    """Onboard each at the other: fetch credentials, read the words out, confirm."""
    for here, there in ((a, b), (b, a)):
        here.api("operator", "POST", "/partners", json={"endpoint": there.url})
        # Out of band: what the operator over there reads out, not what came over the wire.
        words = there.api("operator", "GET", "/node")["words"]
        here.api("operator", "POST", f"/partners/{there.side.node}/confirm", json={"words": words})


def play(a: NodeProcess, b: NodeProcess, report_file: Path, default: bool, say: Callable[[str], None]) -> Played:
    """Step 1 of the worked example. Raises DemoError at the first step that does not hold."""
    began = time.monotonic()
    played = Played()
    here, there = a.side, b.side
    report = read_report_file(report_file)
    fields = incident_fields(report, default)
    say(f"{here.name}: the analyst imports “{report.title}” ({report_file.name}).")
    opened = a.api(
        "analyst",
        "POST",
        "/incident/import",
        files={"report": (report_file.name, report_file.read_bytes(), "application/json")},
        data=fields,
    )
    played.dossier = opened["matter"]
    _note_act(played, a, opened["id"])
    assessed = a.api(
        "analyst",
        "POST",
        f"/incident/{played.dossier}/assess",
        json={
            "scale": "uk-ncsc",
            "level": "3",
            "reasons": "Serious effect on large organisations for less than a day.",
        },
    )
    _note_act(played, a, assessed["id"])
    say(f"{here.name}: the desk officer drafts a note verbale; the head of mission clears it.")
    note = _send_note(
        a,
        played,
        {
            "to": there.node,
            "subject": fields["title"],
            "paragraphs": note_text(report, fields),
            "about": played.dossier,
            "reply_by": (date.today() + timedelta(days=7)).isoformat(),
            "precedence": "PRIORITY",
            "share_report": True,
        },
    )
    say(f"{there.name}: the note arrives; the desk officer acknowledges it.")
    _wait(f"{there.name} to hold the note", lambda: _act(b, note["id"]) is not None)
    if not any(matter["id"] == played.dossier for matter in b.api("desk", "GET", "/matters")):
        raise DemoError(f"{there.name} sees no dossier for the incident")
    acknowledged = b.api("desk", "POST", f"/channel/acts/{note['id']}/acknowledge", json={})
    _delivered(b, acknowledged["id"])
    _note_act(played, b, acknowledged["id"])
    _wait(f"{here.name} to hold the acknowledgement", lambda: _act(a, acknowledged["id"]) is not None)
    say(f"{there.name}: the answer is drafted, cleared and sent.")
    answer = _send_note(
        b,
        played,
        {
            "to": here.node,
            "subject": f"Re: {fields['title']}",
            "paragraphs": answer_text(note["body"]["number"]),
            "about": played.dossier,
            "answers": note["id"],
            "precedence": "PRIORITY",
        },
    )
    _wait(f"{here.name} to hold the answer", lambda: _act(a, answer["id"]) is not None)
    for node, act in ((a, answer["id"]), (b, note["id"])):
        held = _act(node, act)
        if held is None or not held["effective"]:
            raise DemoError(f"act {act[:12]} is without effect at {node.side.name}")
    played.seconds = time.monotonic() - began
    return played


def _send_note(node: NodeProcess, played: Played, fields: dict[str, Any]) -> dict[str, Any]:
    draft = node.api("desk", "POST", "/channel/notes", json=fields)["draft"]
    node.api("desk", "POST", f"/drafts/{draft}/submit")
    sent = node.api("head", "POST", f"/drafts/{draft}/clear")
    for act in sent:
        _delivered(node, act["id"])
        _note_act(played, node, act["id"])
    note: dict[str, Any] = sent[-1]
    return note


def _act(node: NodeProcess, act: str) -> dict[str, Any] | None:
    try:
        found: dict[str, Any] = node.api("desk", "GET", f"/acts/{act}")
    except DemoError:
        return None
    return found


def _delivered(node: NodeProcess, act: str) -> None:
    def settled() -> bool:
        deliveries = node.api("desk", "GET", f"/acts/{act}")["deliveries"]
        refused = [item for item in deliveries if item["status"] == "refused"]
        if refused:
            raise DemoError(f"{refused[0]['to']} refused act {act[:12]}: {refused[0]['failure']}")
        return all(item["status"] == "delivered" and item["receipt_verified"] for item in deliveries)

    _wait(f"act {act[:12]} to be delivered with a verified receipt", settled)


def _note_act(played: Played, node: NodeProcess, act: str) -> None:
    told = node.api("desk", "GET", f"/acts/{act}")
    deliveries = told["deliveries"]
    played.acts.append(
        {
            "act": act,
            "who": told["author"],
            "to": ", ".join(told["audience"]) or "the house",
            "type": told["type"],
            "delivered": all(item["status"] == "delivered" for item in deliveries) if deliveries else None,
            "receipt": all(item["receipt_verified"] for item in deliveries) if deliveries else None,
        }
    )


def _wait(what: str, holds: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise DemoError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.03)


def write_evidence(a: NodeProcess, b: NodeProcess, played: Played, out: Path) -> list[Path]:
    """Pouches, receipts, register exports and credentials as files, each checked as `verbale verify` does.

    Raises DemoError naming the file that does not hold.
    """
    out.mkdir(parents=True, exist_ok=True)
    files: list[Path] = []

    def write(name: str, data: bytes) -> None:
        (out / name).write_bytes(data)
        files.append(out / name)

    for here, there in ((a, b), (b, a)):
        node = here.side.node
        write(f"{node}.credentials.json", here.download("operator", "/credentials"))
        write(f"{node}.register.jsonl", here.download("operator", "/register/export", {"acts": "true"}))
        write(
            f"{node}-to-{there.side.node}.pouch",
            here.download("desk", f"/partners/{there.side.node}/pouch", {"everything": "true"}),
        )
    for number, act in enumerate(played.acts, 1):
        holder = act["to"]
        if act["receipt"] is not None:
            node = a if act["who"] == a.side.node else b
            data = node.download("desk", f"/acts/{act['act']}/receipt", {"holder": holder})
            write(f"{number}-{act['type'].replace('.', '-')}.{holder}.receipt.json", data)
    trusted = {}
    for here in (a, b):
        credentials = Credentials.from_bytes((out / f"{here.side.node}.credentials.json").read_bytes())
        trusted[credentials.node] = credentials
    for file in files:
        finding = verify_file(file, trusted)
        if not finding.holds:
            raise DemoError(f"{file.name} does not verify: {finding.reason}")
    return files
