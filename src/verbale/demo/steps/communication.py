"""Step 1: points of contact stand, the report is assessed, the other side is told and answers."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from verbale.demo.nodes import DemoError, NodeProcess
from verbale.demo.scenario import answer_text, contacts_of, incident_fields, note_text
from verbale.demo.stage import Stage
from verbale.demo.steps.judgement import judge
from verbale.intel import read_report_file

__all__ = ["find_contact", "open_directory", "tell"]


def open_directory(stage: Stage, a: NodeProcess, b: NodeProcess, forum: NodeProcess) -> str:
    """The organisation keeps a directory; both states name their points of contact, and answer a first check."""
    stage.say(f"{forum.side.name}: opens a directory of points of contact; both states name theirs.")
    members = [a.side.node, b.side.node]
    opened = stage.draft(forum, "/directory/", title="Points of contact for ICT incidents", members=members)
    directory = str(opened["matter"])
    for node in (a, b):
        for key, contact in contacts_of(node.side):
            stage.draft(node, f"/directory/{directory}/nominate", key=key, contact=contact)
    for act in forum.api("desk", "POST", f"/directory/{directory}/publish")["acts"]:
        stage.noted(forum, forum.api("desk", "GET", f"/acts/{act}"))
    deadline = (datetime.now(UTC) + timedelta(hours=24)).isoformat()
    ping = stage.do(forum, f"/directory/{directory}/pings", deadline=deadline)
    for node in (a, b):
        stage.do(node, f"/directory/pings/{ping['id']}/pong", text="Received by the duty officer.")
    return directory


def find_contact(stage: Stage, a: NodeProcess, b: NodeProcess) -> None:
    """Whom to reach on the other side, out of our mirror of the directory."""
    found = a.api("desk", "GET", f"/directory/contacts?state={b.side.node}&role=diplomatic")
    if not found:
        raise DemoError(f"{a.side.name} finds no diplomatic point of contact of {b.side.name}")
    stage.say(f"{a.side.name}: the desk officer finds {found[0]['name']} as {b.side.name}'s point of contact.")


def tell(
    stage: Stage, a: NodeProcess, b: NodeProcess, report_file: Path, default: bool
) -> tuple[str, dict[str, Any], dict[str, str]]:
    """The incident, what the house makes of it, the note and its answer. Returns the dossier, how the case is told,
    and the matters in which it was judged, by kind."""
    report = read_report_file(report_file)
    fields = incident_fields(report, default)
    stage.say(f"{a.side.name}: the analyst imports “{report.title}” ({report_file.name}).")
    opened = a.api(
        "analyst",
        "POST",
        "/incident/import",
        files={"report": (report_file.name, report_file.read_bytes(), "application/json")},
        data=fields,
    )
    case = str(stage.noted(a, opened)["matter"])
    reasons = "Serious effect on large organisations for less than a day."
    stage.do(a, f"/incident/{case}/assess", who="analyst", scale="uk-ncsc", level="3", reasons=reasons)
    judged = judge(stage, a, case, fields, default)
    stage.say(f"{a.side.name}: the desk officer drafts a note verbale; the head of mission clears it.")
    note = stage.draft(
        a,
        "/channel/notes",
        to=b.side.node,
        subject=fields["title"],
        paragraphs=note_text(report, fields),
        about=case,
        reply_by=(date.today() + timedelta(days=7)).isoformat(),
        precedence="PRIORITY",
        share_report=True,
    )
    if not any(matter["id"] == case for matter in b.api("desk", "GET", "/matters")):
        raise DemoError(f"{b.side.name} sees no dossier for the incident")
    stage.say(f"{b.side.name}: the note arrives; it is acknowledged, then answered.")
    stage.do(b, f"/channel/acts/{note['id']}/acknowledge")
    stage.draft(
        b,
        "/channel/notes",
        to=a.side.node,
        subject=f"Re: {fields['title']}",
        paragraphs=answer_text(note["body"]["number"]),
        about=case,
        answers=note["id"],
        precedence="PRIORITY",
        # Beyond the two: so that it may be shown to the Forum.
        marking="GREEN",
    )
    return case, fields, judged
