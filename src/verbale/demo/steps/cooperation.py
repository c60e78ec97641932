"""Step 5: a plan whose items are real matters, until the case can be closed: hotline, drill, collection, training."""

import base64
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from verbale.demo.logs import indicators, own_log
from verbale.demo.nodes import DemoError, NodeProcess
from verbale.demo.stage import Stage

__all__ = ["carry_out", "close", "plan"]

_PATIENCE = 60.0
"""Seconds."""


def _day(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}"


def plan(stage: Stage, a: NodeProcess, b: NodeProcess, case: str) -> dict[str, Any]:
    """The plan is laid by one side and agreed by the other. Returns its act."""
    stage.say("A cooperation plan is laid and agreed: hotline, drill, intelligence collection, training.")
    here, there = a.side.node, b.side.node
    items = [
        {"what": "hotline", "text": "Open a direct line and test it weekly", "owner": here, "deadline": _day(7)},
        {"what": "drill", "text": "Hold a first joint exercise", "owner": here, "deadline": _day(30)},
        {"what": "collection", "text": "Share indicators of the campaign", "owner": there, "deadline": _day(14)},
        {"what": "training", "text": "Train incident handlers", "owner": there, "deadline": _day(90)},
    ]
    laid = stage.draft(a, "/plan/lay", to=[there], about=case, title="Cooperation after the incident", items=items)
    stage.draft(b, f"/plan/{laid['matter']}/agree", version=laid["id"])
    return laid


def carry_out(
    stage: Stage, a: NodeProcess, b: NodeProcess, case: str, laid: dict[str, Any], report_file: Path
) -> dict[str, str]:
    """Each item becomes a matter, linked from the plan. Returns the matters by item."""
    matters = {
        "hotline": _hotline(stage, a, b, case),
        "drill": _drill(stage, a, b, case),
        "collection": _collection(stage, a, b, case, report_file),
        "training": _training(stage, a, b, case),
    }
    for key, what in enumerate(matters, 1):
        stage.do(a, f"/plan/{laid['matter']}/link", version=laid["id"], item=str(key), matter=matters[what])
    return matters


def _hotline(stage: Stage, a: NodeProcess, b: NodeProcess, case: str) -> str:
    stage.say("A hotline is opened, tested, and used with FLASH precedence: read and acknowledged.")
    opened = stage.draft(
        a,
        "/hotline/open",
        to=[b.side.node],
        about=case,
        name=f"{a.side.capital} – {b.side.capital}",
        languages=["en"],
        desk="Duty officer, Cyber Affairs Division, +41 22 555 01 11",
    )
    line = str(opened["matter"])
    stage.draft(b, f"/hotline/{line}/join", desk="Duty officer, Situation Centre, +41 22 555 01 22")
    stage.draft(a, f"/hotline/{line}/schedule", every=7, at="09:00", start=_day(1), within=60)
    test = stage.do(a, f"/hotline/{line}/test")
    stage.do(b, f"/hotline/{line}/answer-test", test=test["id"])
    message = stage.draft(
        a, f"/hotline/{line}/message", text="One relay host answers again since 08:40 UTC. Please look at once."
    )
    stage.do(b, f"/hotline/{line}/read", message=message["id"])
    stage.do(
        b,
        f"/hotline/{line}/acknowledge",
        message=message["id"],
        seized="National CSIRT",
        text="Taken off at 08:52 UTC.",
    )
    return line


def _drill(stage: Stage, a: NodeProcess, b: NodeProcess, case: str) -> str:
    stage.say("A joint drill is scheduled and run over the real channels, every act marked EXERCISE.")
    start = datetime.now(UTC) + timedelta(minutes=5)
    scheduled = stage.draft(
        a,
        "/drill/schedule",
        to=[b.side.node],
        about=case,
        title="First joint exercise",
        scenario="ransomware-financial",
        start=f"{start:%Y-%m-%dT%H:%M:%S}Z",
        roles=[{"role": "affected", "node": a.side.node}, {"role": "requested", "node": b.side.node}],
    )
    drill = str(scheduled["matter"])
    stage.do(b, f"/drill/{drill}/accept")
    stage.do(a, f"/drill/{drill}/start")
    for number, node in ((1, a), (2, b)):
        inject = stage.do(a, f"/drill/{drill}/inject", number=number)
        other = b if node is a else a
        note = stage.draft(
            node,
            "/channel/notes",
            to=other.side.node,
            subject=f"Exercise: {inject['body']['title']}",
            paragraphs=[
                "inform the Ministry, for exercise only, of what its response team has found, and of its marking."
            ],
            about=drill,
            exercise=True,
        )
        stage.do(
            node,
            f"/drill/{drill}/respond",
            inject=inject["id"],
            text="The other side was told by note.",
            acts=[note["id"]],
        )
    stage.do(a, f"/drill/{drill}/end", text="Ended early: the first two injects were the aim of today.")
    for node, rating, text in (
        (a, "P", "The point of contact was reached and answered in time."),
        (b, "S", "The marking of the first note had to be asked about."),
    ):
        stage.draft(
            node,
            f"/drill/{drill}/lesson",
            objective="contact",
            rating=rating,
            text=text,
            improvement="Write the marking into the subject of exercise notes.",
            office="Cyber Affairs Division",
        )
    return drill


def _collection(stage: Stage, a: NodeProcess, b: NodeProcess, case: str, report_file: Path) -> str:
    stage.say("An intelligence collection is opened; a report and indicators are contributed.")
    opened = stage.draft(
        b,
        "/collection/open",
        to=[a.side.node],
        about=case,
        title="Infrastructure of the campaign",
        purpose="To find and close what remains of the campaign's infrastructure on both territories.",
        wanted=["Indicators of command servers", "Hashes of samples"],
        ceiling="AMBER",
    )
    collection = str(opened["matter"])
    stage.draft(a, f"/collection/{collection}/join")
    for title, name, content in (
        ("Report of the national CSIRT", report_file.name, report_file.read_bytes()),
        ("What to look for", "indicators.json", indicators()),
    ):
        stage.draft(
            a,
            f"/collection/{collection}/contribute",
            title=title,
            attachments=[
                {"name": name, "media_type": "application/json", "content": base64.b64encode(content).decode()}
            ],
        )
    _look(stage, b, collection)
    return collection


def _look(stage: Stage, node: NodeProcess, collection: str) -> None:
    """The analyst looks through a log of the house; the sightings are kept, and the givers are told."""
    stage.say("The other side finds the indicators in a log of its own, keeps the sightings and tells of them.")
    run = node.api(
        "analyst",
        "POST",
        "/holdings/matching",
        data={"shelf": collection},
        files={"log": ("edge-1.ndjson", own_log())},
    )["run"]
    end = time.monotonic() + _PATIENCE
    while (found := node.api("analyst", "GET", f"/holdings/matching/{run}"))["state"] in ("waits", "runs"):
        if time.monotonic() > end:
            raise DemoError(f"waited {_PATIENCE:.0f} s for a log to be looked through")
        time.sleep(0.1)
    kept = node.api("analyst", "POST", f"/holdings/matching/{run}/keep", json={"own_marking": "AMBER"})
    told = node.api("desk", "POST", f"/holdings/matching/{run}/tell", json={"own_marking": "AMBER"})
    if not kept["new"] or not told["drafts"]:
        raise DemoError(f"the log was looked through and nothing was seen: {found['sentence']}")
    for made in told["drafts"]:
        stage.cleared(node, made["draft"])


def _training(stage: Stage, a: NodeProcess, b: NodeProcess, case: str) -> str:
    stage.say("A need for training is matched with an offer.")
    need = stage.draft(
        b,
        "/capacity/need",
        to=[a.side.node],
        about=case,
        title="Training of incident handlers",
        topic="knowledge",
        text="Twelve incident handlers of the national CSIRT in the analysis of ransomware.",
        people=12,
        deadline=_day(90),
    )
    capacity = str(need["matter"])
    offer = stage.draft(
        a,
        f"/capacity/{capacity}/offer",
        what="Two weeks of training, with exercises on a range",
        provider=f"National Cyber Academy of {a.side.capital}",
        places=12,
        first=_day(30),
        last=_day(44),
        amount=48_000,
        currency="EUR",
    )
    stage.draft(b, f"/capacity/{capacity}/match", offer=offer["id"])
    return capacity


def close(stage: Stage, a: NodeProcess, b: NodeProcess, laid: dict[str, Any], talks: str) -> None:
    """What is done is told, the talks are closed; the plan stays open while the training is to come."""
    stage.say("What is done is told; the talks are closed. The plan stays open: the training is to come.")
    for item, node in (("1", a), ("2", a), ("3", b)):
        stage.do(node, f"/plan/{laid['matter']}/done", version=laid["id"], item=item)
    stage.draft(a, f"/talks/{talks}/close", text="The commitments made are being kept; the rest is in the plan.")
