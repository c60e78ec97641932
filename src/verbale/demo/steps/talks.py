"""Step 2: talks with an agenda and agreed minutes, a request for assistance, commitments with dates."""

from datetime import UTC, datetime, timedelta
from typing import Any

from verbale.demo.nodes import NodeProcess
from verbale.demo.stage import Stage

__all__ = ["ask", "talk"]


def _time(hours: int) -> str:
    return f"{datetime.now(UTC) + timedelta(hours=hours):%Y-%m-%dT%H}:00:00Z"


def talk(stage: Stage, a: NodeProcess, b: NodeProcess, case: str, fields: dict[str, Any]) -> str:
    """Invitation, another time, delegations, agenda. Returns the id of the talks."""
    here, there = a.side, b.side
    stage.say(f"{here.name} invites to talks; {there.name} proposes another time; an agenda is agreed.")
    invited = stage.draft(
        a,
        "/talks/invite",
        to=[there.node],
        subject=f"Consultations: {fields['title']}"[:300],
        times=[_time(2), _time(26)],
        agenda=["The technical findings", "Preservation of data and assistance", "Prevention of further harm"],
        about=case,
        text="In the spirit of paragraph 13 (d) and (h) of A/70/174.",
    )
    talks = str(invited["matter"])
    proposed = stage.draft(
        b, f"/talks/{talks}/propose", times=[_time(3)], text="The prosecutor can attend an hour later only."
    )
    stage.do(a, f"/talks/{talks}/accept", proposal=proposed["id"], time=proposed["body"]["times"][0])
    for node in (a, b):
        members = [
            {"name": f"{person.first_name} {person.last_name}", "office": person.post}
            for person in node.side.people
            if person.username in ("head", "analyst")
        ]
        stage.do(node, f"/talks/{talks}/delegation", members=members)
    agenda = stage.draft(
        b,
        f"/talks/{talks}/agenda",
        items=["The technical findings", "Preservation of data and assistance", "A hotline", "Follow-up"],
    )
    stage.do(a, f"/talks/{talks}/agree-agenda", agenda=agenda["id"])
    return talks


def ask(stage: Stage, a: NodeProcess, b: NodeProcess, case: str, talks: str) -> str:
    """The request for assistance with preservation, the agreed minutes, the commitments. Returns the request's id."""
    here, there = a.side, b.side
    stage.say(f"{here.name} asks for expedited preservation of data; {there.name} accepts and preserves.")
    requested = stage.draft(
        a,
        "/assistance/requests",
        to=there.node,
        kind="preservation",
        subject="Preservation of traffic and subscriber data",
        items=[
            "Connection logs of the relay hosts named in the report",
            "Subscriber data of the accounts that rented them",
        ],
        about=case,
        reply_by=f"{datetime.now(UTC) + timedelta(days=5):%Y-%m-%d}",
        instrument="ETS 185",
        article="29",
        urgency="urgent",
        urgency_reason="Logs are overwritten after thirty days.",
        preservation={
            "authority": f"Public Prosecutor of {here.capital}",
            "offence": "Data and system interference (Articles 4 and 5)",
            "data": "Traffic and subscriber data of the relay hosts",
            "link": "The command traffic of the attack passed through these hosts",
            "custodian": "A hosting provider in the jurisdiction",
            "necessity": "Logs are overwritten after thirty days",
            "intention": True,
        },
    )
    assistance = str(requested["matter"])
    stage.draft(b, f"/assistance/{assistance}/accept", conditions="For use in the criminal proceedings named.")
    until = datetime.now(UTC) + timedelta(days=90)
    kept = stage.do(
        b, f"/assistance/{assistance}/preserve", data="Connection logs and subscriber data", until=f"{until:%Y-%m-%d}"
    )
    stage.do(
        b,
        f"/assistance/{assistance}/extend",
        preservation=kept["id"],
        until=f"{until + timedelta(days=60):%Y-%m-%d}",
        reason="The request for the data themselves is being prepared.",
    )
    stage.say("Minutes are laid by one side and agreed by the other over the same hash; both make commitments.")
    text = (
        "1. Both sides examined the technical findings; no statement on attribution was made.\n\n"
        "2. Data named in the report are preserved; the request for their disclosure follows.\n\n"
        "3. Both sides will open a hotline and hold a joint exercise within the year."
    )
    minutes = stage.draft(a, f"/talks/{talks}/minutes", held=f"{datetime.now(UTC):%Y-%m-%d}", text=text)
    stage.draft(b, f"/talks/{talks}/agree-minutes", minutes=minutes["id"], sha256=minutes["body"]["sha256"])
    soon = f"{datetime.now(UTC) + timedelta(days=30):%Y-%m-%d}"
    promised = stage.draft(
        b,
        f"/talks/{talks}/commit",
        text="Take the relay hosts off the network and tell what was found on them.",
        owner="National CSIRT",
        deadline=soon,
    )
    stage.draft(
        a,
        f"/talks/{talks}/commit",
        text="Send the request for disclosure of the data.",
        owner="Prosecutor",
        deadline=soon,
    )
    stage.draft(
        b, f"/talks/{talks}/report", commitment=promised["id"], status="done", remark="The hosts are off the network."
    )
    return assistance
