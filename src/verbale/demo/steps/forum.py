"""Step 3: the dossier is transmitted to an organisation; its session hears statements, amends a draft and votes."""

from datetime import UTC, datetime, timedelta
from typing import Any

from verbale.demo.nodes import DemoError, NodeProcess
from verbale.demo.stage import Stage

__all__ = ["hold_session", "transmit"]


def transmit(stage: Stage, a: NodeProcess, forum: NodeProcess, case: str, fields: dict[str, Any]) -> str:
    """What the markings allow is shown, with the report's file held back; the organisation acknowledges."""
    stage.say(f"{a.side.name} transmits the dossier as far as the markings allow; attachments are held back.")
    sent = stage.draft(
        a,
        "/transmission/send",
        to=[forum.side.node],
        about=case,
        title=fields["title"],
        text="For the information of the members, under agenda item 5.",
        without_files=True,
    )
    if not sent["body"]["kept"]:
        raise DemoError("everything was shown, although markings forbid it")
    stage.do(forum, f"/transmission/{sent['matter']}/acknowledge", seized="Secretariat of the First Committee")
    return str(sent["matter"])


def hold_session(stage: Stage, a: NodeProcess, b: NodeProcess, forum: NodeProcess, case: str) -> str:
    """Convened, introduced, agenda, statements, a draft with a sponsor, an amendment, a roll call, adoption."""
    states = [a.side.node, b.side.node]
    today = datetime.now(UTC)
    stage.say(f"{forum.side.name} convenes a session; members are introduced, the agenda is laid.")
    convened = stage.draft(
        forum,
        "/forum/convene",
        to=states,
        about=case,
        body="First Committee",
        session="2nd session",
        opens=f"{today:%Y-%m-%d}",
        closes=f"{today + timedelta(days=14):%Y-%m-%d}",
        majority="two-thirds",
        languages=["en", "fr"],
        marking="GREEN",
    )
    session = f"/forum/{convened['matter']}"
    for node in states:
        stage.do(forum, f"{session}/member", node=node, voting=True)
    items = [
        {"number": "4", "title": "Threats in the use of information and communications technologies"},
        {"number": "5", "title": "Assistance in case of incidents against the financial sector"},
    ]
    stage.do(forum, f"{session}/agenda", items=items)
    stage.say("Both speak; a draft resolution is laid, sponsored, amended and put to a roll-call vote.")
    stage.draft(
        a,
        f"{session}/statement",
        item="5",
        text="Banks of one State serve the people of many. We were met with an answer, and with assistance. We ask the "
        "Committee to make of it a rule that such requests are answered within days.",
    )
    stage.draft(
        b,
        f"{session}/statement",
        item="5",
        text="We examined the report and preserved the data. No conclusion on attribution was drawn, and none is "
        "needed in order to help.",
    )
    draft = stage.draft(
        a,
        f"{session}/draft",
        item="5",
        title="Requests for assistance after incidents against the financial sector",
        preamble=["Recalling the norms in paragraph 13 of the report A/70/174,"],
        operative=[
            "Calls upon member States to acknowledge a request for assistance within three days;",
            "Encourages member States to preserve relevant data when so requested;",
            "Requests the Secretariat to keep the directory of points of contact up to date.",
        ],
    )
    stage.do(forum, f"{session}/give-symbol", text=draft["id"], symbol="WF/2/L.1")
    stage.draft(b, f"{session}/sponsor", draft=draft["id"])
    amendment = stage.draft(
        b,
        f"{session}/amend",
        draft=draft["id"],
        changes=[
            {
                "paragraph": "OP1",
                "action": "replace",
                "text": "Calls upon member States to acknowledge a request for assistance within two working days;",
            }
        ],
        text="Days off differ among members.",
    )
    stage.do(forum, f"{session}/give-symbol", text=amendment["id"], symbol="WF/2/L.2")
    accepted = stage.draft(a, f"{session}/accept-amendment", amendment=amendment["id"])
    stage.do(forum, f"{session}/give-symbol", text=accepted["id"], symbol="WF/2/L.1/Rev.1")
    closes = f"{today + timedelta(minutes=15):%Y-%m-%dT%H:%M:%SZ}"
    vote = stage.do(forum, f"{session}/open-vote", proposal=draft["id"], majority="two-thirds", closes=closes)
    for node in (a, b):
        stage.draft(node, f"{session}/vote", vote=vote["id"], choice="yes")
    stage.do(forum, f"{session}/close-vote")
    for node in (a, b, forum):
        verified = node.api("desk", "GET", f"{session}/votes/{vote['id']}")
        if not verified["holds"] or not verified["carried"] or verified["yes"] != len(states):
            raise DemoError(f"{node.side.name} does not verify the vote: {verified['reason']}")
    stage.say("Every node verifies the tally from the signed votes alone; the text is adopted as WF/RES/2/1.")
    stage.do(forum, f"{session}/adopt", text=draft["id"], symbol="WF/RES/2/1")
    stage.draft(forum, f"{session}/close", text="The Committee has concluded its consideration of item 5.")
    return str(convened["matter"])
