"""Step 4: a red line drawn at home, a norm proposed between the two, a protocol negotiated and signed."""

from typing import Any

from verbale.demo.nodes import DemoError, NodeProcess
from verbale.demo.stage import Stage

__all__ = ["agree_protocol", "propose_norm"]

_TITLE = "Notice before measures against shared hosting infrastructure"
_FIRST = (
    "States should give notice to the State of a hosting provider before they take technical measures against it.",
    "States shall disclose all vulnerabilities that they find in such infrastructure.",
)
_SECOND = (
    "States should give notice to the State of a hosting provider before they take technical measures against it, "
    "save where lives are in danger.",
    "States are encouraged to report vulnerabilities that they find in such infrastructure responsibly, and to share "
    "available remedies.",
)


def propose_norm(stage: Stage, a: NodeProcess, b: NodeProcess, case: str) -> str:
    """A draft crosses a red line of its own house and is returned; mended, it is proposed, revised and agreed."""
    here, there = a.side, b.side
    stage.say(f"{here.name} takes a position on the norm and draws a red line, both private to its node.")
    position = stage.do(
        a,
        "/interests/position",
        topic="Norms on hosting infrastructure",
        text="We seek a duty of notice. We accept no duty to disclose vulnerabilities without conditions.",
        concerns=["A/70/174 para. 13 (j)"],
        about=case,
    )
    stage.do(
        a,
        f"/interests/{position['matter']}/red-line",
        text="No unconditional duty to disclose vulnerabilities",
        words=["disclose all vulnerabilities"],
    )
    fields: dict[str, Any] = {
        "title": _TITLE,
        "rationale": "The case showed that measures on shared hosts harm bystanders when nobody is told.",
        "builds_on": [
            {"source": "A/70/174 para. 13 (c)", "title": "No misuse of territory"},
            {"source": "A/70/174 para. 13 (j)", "title": "Responsible reporting of vulnerabilities"},
        ],
        "to": [there.node],
        "about": case,
    }
    stage.say(f"{here.name}: a first draft of the norm crosses the red line; the head of mission returns it.")
    draft = a.api("desk", "POST", "/norm/propose", json={**fields, "paragraphs": [_FIRST[0], _FIRST[1]]})["draft"]
    told = next(item for item in a.api("desk", "GET", "/drafts") if item["id"] == draft)
    if not told["warnings"]:
        raise DemoError(f"{here.name} was not warned of its own red line")
    a.api("desk", "POST", f"/drafts/{draft}/submit")
    a.api("head", "POST", f"/drafts/{draft}/return", json={"remarks": "Paragraph 2 crosses our red line."})
    a.api("desk", "POST", f"/drafts/{draft}/withdraw")
    proposed = stage.draft(a, "/norm/propose", **{**fields, "paragraphs": [_FIRST[0], _SECOND[1]]})
    norm = str(proposed["matter"])
    stage.say(f"{there.name} comments; the text is revised, sponsored and agreed by both.")
    stage.draft(
        b,
        f"/norm/{norm}/comment",
        version=proposed["id"],
        paragraph=1,
        text="An exception is needed where lives are in danger.",
    )
    revised = stage.draft(
        a,
        f"/norm/{norm}/revise",
        version=proposed["id"],
        paragraphs=list(_SECOND),
        text="Takes up the exception in paragraph 1.",
    )
    stage.draft(b, f"/norm/{norm}/sponsor")
    stage.draft(b, f"/norm/{norm}/agree", version=revised["id"])
    return norm


def agree_protocol(stage: Stage, a: NodeProcess, b: NodeProcess, case: str) -> str:
    """A bilateral protocol: one article is bracketed, the text is agreed, both sign, the day is computed."""
    here, there = a.side, b.side
    stage.say("A protocol is negotiated article by article, authenticated, and signed by both.")
    opened = stage.draft(
        a,
        "/agreement/open",
        to=[there.node],
        about=case,
        title=f"Protocol between the {here.name} and the {there.name} on a hotline for ICT incidents",
        preamble="Recalling paragraph 13 of the report A/70/174, and desiring to reduce the risk of misperception,",
        articles=[
            "# Hotline\nThe Parties maintain a direct line between their points of contact, manned at all hours.",
            "# Tests\nThe line is tested every thirty days.",
            "# Exercises\nThe Parties hold a joint exercise once a year.",
        ],
        after="signature",
        number=30,
        unit="day",
        languages=["en"],
    )
    agreement = str(opened["matter"])
    proposed = stage.draft(
        b,
        f"/agreement/{agreement}/propose",
        what="replace",
        article="2",
        heading="Tests",
        text="The line is tested every seven days; a test not answered within one hour is followed up by telephone.",
        reason="Thirty days are too long for the officers on duty to keep in practice.",
    )
    stage.do(a, f"/agreement/{agreement}/accept", proposal=proposed["id"])
    for node in (a, b):
        stage.draft(node, f"/agreement/{agreement}/agree")
    for node in (a, b):
        person = next(person for person in node.side.people if person.username == "head")
        stage.draft(
            node,
            f"/agreement/{agreement}/sign",
            name=f"{person.first_name} {person.last_name}",
            office="Ambassador at large for cyber affairs",
            capacity="full-powers",
            full_powers=f"Issued by the Minister for Foreign Affairs of the {node.side.name}",
            place=here.capital,
        )
    return agreement
