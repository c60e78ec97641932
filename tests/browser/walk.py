"""Where there is a page: a played case, matters left half-way, and what the pages of each link to."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import verbale.demo
from tests.browser.conftest import Visitor
from verbale.demo.nodes import NodeProcess
from verbale.demo.play import Played, play
from verbale.demo.stage import Stage

__all__ = ["REPORT", "Case", "Stop", "play_all", "stops_of"]

REPORT = Path(verbale.demo.__file__).parent / "reports" / "conti-ransomware.json"


@dataclass(frozen=True)
class Stop:
    """A page, and who looks at it where."""

    name: str
    path: str
    node: str = "CR"
    who: str = "desk"


@dataclass(frozen=True)
class Case:
    """A played case between three nodes, and what was left half-way beside it."""

    nodes: list[NodeProcess]
    played: Played
    halfway: dict[str, str]
    drafts: dict[str, str]


def play_all(nodes: list[NodeProcess]) -> Case:
    """The whole example, then one more of what was brought to its end in it, so that each page has something to do."""
    stage = Stage({node.side.node: node for node in nodes})
    played = play(stage, *nodes, REPORT, True)
    halfway = _left_halfway(stage, *nodes, played.case)
    return Case(nodes, played, halfway, _drafts(nodes[0], played))


def _left_halfway(stage: Stage, a: NodeProcess, b: NodeProcess, forum: NodeProcess, case: str) -> dict[str, str]:
    now = datetime.now(UTC)
    soon = f"{now + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
    session = stage.draft(
        forum,
        "/forum/convene",
        to=["CR", "LZ"],
        about=case,
        body="First Committee",
        session="3rd session",
        opens=f"{now:%Y-%m-%d}",
        closes=f"{now + timedelta(days=3):%Y-%m-%d}",
        majority="two-thirds",
        languages=["en"],
        marking="GREEN",
    )["matter"]
    for node in ("CR", "LZ"):
        stage.do(forum, f"/forum/{session}/member", node=node, voting=True)
    stage.do(forum, f"/forum/{session}/agenda", items=[{"number": "1", "title": "Follow-up"}])
    drafts = [
        stage.draft(
            a, f"/forum/{session}/draft", item="1", title=title, preamble=["Recalling what was said,"], operative=[said]
        )["id"]
        for title, said in (("Follow-up by all", "Decides to remain seized;"), ("A register", "Opens a register;"))
    ]
    for number, text in enumerate(drafts, 1):
        stage.do(forum, f"/forum/{session}/give-symbol", text=text, symbol=f"WF/3/L.{number}")
    changes = [{"paragraph": "OP1", "action": "replace", "text": "Opens a public register;"}]
    amendment = stage.draft(b, f"/forum/{session}/amend", draft=drafts[1], changes=changes)
    stage.do(forum, f"/forum/{session}/give-symbol", text=amendment["id"], symbol="WF/3/L.3")
    stage.do(forum, f"/forum/{session}/open-vote", proposal=drafts[0], majority="two-thirds", closes=soon)

    agreement = stage.draft(
        a,
        "/agreement/open",
        to=["LZ"],
        about=case,
        title="Protocol on training",
        preamble="Desiring to learn from each other,",
        articles=["# Courses\nThe Parties hold a course each year.", "# Cost\nEach Party bears its own cost."],
        after="signature",
        number=30,
        unit="day",
        languages=["en"],
    )["matter"]
    stage.draft(
        b,
        f"/agreement/{agreement}/propose",
        what="replace",
        article="2",
        heading="Cost",
        text="The host bears the cost.",
        reason="It is simpler.",
    )
    norm = stage.draft(a, "/norm/propose", to=["LZ"], about=case, title="Answers in time", paragraphs=["Answer soon."])
    drill = stage.draft(
        a,
        "/drill/schedule",
        to=["LZ"],
        about=case,
        title="Second exercise",
        scenario="ransomware-financial",
        start=soon,
        roles=[{"role": "affected", "node": "CR"}, {"role": "requested", "node": "LZ"}],
    )["matter"]
    stage.do(b, f"/drill/{drill}/accept")
    stage.do(a, f"/drill/{drill}/start")
    stage.do(a, f"/drill/{drill}/inject", number=1)
    line = stage.draft(a, "/hotline/open", to=["LZ"], about=case, name="Second line", languages=["en"], desk="Watch")
    need = stage.draft(
        b,
        "/capacity/need",
        to=["CR"],
        about=case,
        title="Legal training",
        topic="knowledge",
        text="For two lawyers.",
        people=2,
        deadline=f"{now + timedelta(days=60):%Y-%m-%d}",
    )
    talks = stage.draft(
        b, "/talks/invite", to=["CR"], subject="The next step", times=[soon], agenda=["What is left"], about=case
    )
    collection = stage.draft(
        b,
        "/collection/open",
        to=["CR"],
        about=case,
        title="Second wave",
        purpose="To see it.",
        wanted=["Hosts"],
        ceiling="AMBER",
    )
    return {
        "session": session,
        "agreement": agreement,
        "norm": norm["matter"],
        "drill": drill,
        "hotline": line["matter"],
        "capacity": need["matter"],
        "talks": talks["matter"],
        "collection": collection["matter"],
    }


def _drafts(a: NodeProcess, played: Played) -> dict[str, str]:
    """A draft that waits, one that is being written, and one that crosses a red line."""
    fields = {"to": "LZ", "subject": "A further note", "paragraphs": ["propose talks."], "about": played.case}
    norm = {"to": ["LZ"], "title": "Facts first", "paragraphs": ["States shall disclose all vulnerabilities."]}
    found = {
        "waiting": a.api("desk", "POST", "/channel/notes", json=fields)["draft"],
        "going": a.api("desk", "POST", "/channel/notes", json={**fields, "subject": "Still being written"})["draft"],
        "crossing": a.api("desk", "POST", "/norm/propose", json=norm)["draft"],
    }
    for name in ("waiting", "crossing"):
        a.api("desk", "POST", f"/drafts/{found[name]}/submit")
    return found


def _links(visitor: Visitor, kind: str, matter: str) -> dict[str, str]:
    """What a matter's page leads to among the pages of its kind, by name: deeds, lists, one of several alike."""
    text = visitor.page.request.get(f"{visitor.node.url}/dossiers/{matter}/").text()
    found: dict[str, str] = {}
    for path in re.findall(rf'<a [^>]*href="(/{kind}/{matter}/[a-z-]+/[^"]*)"', text):
        parts = [part for part in path.partition("?")[0].split("/")[3:] if part and not re.fullmatch("[0-9a-f]+", part)]
        found.setdefault("-".join(parts), path.replace("&amp;", "&"))
    return found


def stops_of(visitor: Visitor, case: Case, known: Iterable[Stop] = ()) -> list[Stop]:
    """Every page of a case at one node but those that are `known` by name: the rail, the story, each matter as it
    stands, what it leads to, what can be opened, an act of each type."""
    node, name = visitor.node, visitor.node.side.node
    rail = visitor.page.eval_on_selector_all("#rail a", "all => all.map(a => a.getAttribute('href'))")
    found = {f"list-{path.strip('/') or 'desk'}": path for path in rail}
    for path in rail:
        text = visitor.page.request.get(node.url + path).text()
        for opener in re.findall(rf'<a class="button[^>]*href="({path}[a-z-]+/)"', text) if path != "/" else ():
            found[opener.strip("/").replace("/", "-")] = opener
    told = f"/cases/{case.played.case}/"
    found |= {"story": told, "proof": f"{told}proof/", "judgement": f"{told}assessment/"}
    for matter in node.api("desk", "GET", "/matters"):
        kind, identifier = matter["kind"], matter["id"]
        stands = f"{kind}-halfway" if identifier in case.halfway.values() else kind
        found[stands] = f"/dossiers/{identifier}/"
        for deed, path in _links(visitor, kind, identifier).items():
            found.setdefault(f"{kind}-{deed}", path)
        page = 1
        while rows := node.api("desk", "GET", f"/matters/{identifier}/acts?page={page}"):
            for row in rows:
                found.setdefault(f"act-{row['type']}", f"/acts/{row['id']}/")
            page += 1
    seen = {stop.name for stop in known}
    # Another side of the same: who is asked, who keeps the session.
    other = {"story", "proof", *(kind for kind in found if kind.endswith("-halfway"))}
    if node.side.kind == "organisation":
        other |= {"forum", "transmission", "directory"}
    return [Stop(stop, path, name) for stop, path in found.items() if stop not in seen or stop in other]
