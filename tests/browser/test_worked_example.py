"""The worked example by hand: people of three nodes do the deciding acts of all five steps in the pages, the head of
mission clears with the code that the page shows; what only fills the ground between is prepared by API."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import House, Visitor
from tests.browser.walk import REPORT
from verbale.demo.nodes import NodeProcess
from verbale.demo.stage import Stage

pytestmark = pytest.mark.browser

TITLE = "Ransomware against the financial sector of Crimson"
DRAFT = "Requests for assistance after incidents against the financial sector"
MESSAGE = "One relay host answers again since 08:40 UTC."


@dataclass
class Team:
    """The two people of a node who sit at a browser."""

    stage: Stage
    node: NodeProcess
    desk: Visitor
    head: Visitor

    @classmethod
    def of(cls, house: House, stage: Stage, node: NodeProcess) -> "Team":
        return cls(stage, node, house.visitor(node, "desk").log_in(), house.visitor(node, "head").log_in())

    def send(self, *, look: str = "", by_token: bool = False) -> None:
        """What the desk officer's page holds is put before the head of mission, who reads it, finds `look`, clears; it
        stands at those whom it is for.

        A code is good once, and there is one for each half minute: `by_token` clears where it matters less.
        """
        self.desk.page.get_by_role("button", name="Put before the head of mission").click()
        expect(self.desk.page.locator(".lead")).to_contain_text("Nothing has left the house")
        path = self.desk.page.url.removeprefix(self.node.url)
        if by_token:
            self.stage.noted(self.node, self.node.api("head", "POST", f"{path.rstrip('/')}/clear")[-1])
            return
        page = self.head.go(path)
        if look:
            expect(page.locator("main")).to_contain_text(look)
        while not page.locator("[data-fill]").count():
            expect(page.locator("main")).to_contain_text("Load the page again in half a minute")
            page.wait_for_timeout(1000)
            page.reload()
        page.locator("[data-fill]").first.click()
        page.get_by_role("button", name="Clear and send").click()
        expect(page.locator(".messages")).to_contain_text(" way to ")
        # The address of a draft that was sent leads to its act.
        act = page.request.get(self.node.url + path).url.rstrip("/").rpartition("/")[2]
        self.stage.noted(self.node, self.node.api("head", "GET", f"/acts/{act}"))


@dataclass
class Cast:
    stage: Stage
    crimson: Team
    lazuria: Team
    forum: Team
    case: str = ""


def _time(hours: float, form: str = "%Y-%m-%dT%H:00:00Z") -> str:
    return f"{datetime.now(UTC) + timedelta(hours=hours):{form}}"


def _press(visitor: Visitor, name: str, within: Locator | None = None) -> Page:
    (within or visitor.page.locator("main")).get_by_role("button", name=name, exact=True).first.click()
    return visitor.page


def _follow(visitor: Visitor, name: str, within: Locator | None = None) -> Page:
    (within or visitor.page.locator("main")).get_by_role("link", name=name, exact=True).first.click()
    return visitor.page


def _matter(visitor: Visitor) -> str:
    """The matter whose page is open."""
    return visitor.page.url.split("/dossiers/")[1].split("/")[0]


def _communication(cast: Cast) -> None:
    crimson, lazuria, forum = cast.crimson, cast.lazuria, cast.forum
    members = ["CR", "LZ"]
    directory = cast.stage.draft(forum.node, "/directory/", title="Points of contact", members=members)["matter"]

    # The secretariat asks who is there, and Lazuria answers where the ping stands on its desk.
    lazuria.desk.go("/")
    expect(lazuria.desk.page.locator("body")).to_have_attribute("data-connected", "1")
    forum.desk.go(f"/directory/{directory}/pings/send/")
    _press(forum.desk, "Send the ping")
    expect(lazuria.desk.page.locator("#work")).to_contain_text("Answer the ping")
    _press(lazuria.desk, "Answer the ping")
    expect(forum.desk.page.locator("#answers .good")).to_be_visible()

    # The incident is there; the note is written, cleared, arrives without a reload and is acknowledged.
    record = crimson.node.api(
        "analyst",
        "POST",
        "/incident/import",
        files={"report": (REPORT.name, REPORT.read_bytes(), "application/json")},
        data={"title": TITLE, "sectors": ["Financial services"]},
    )
    cast.case = record["matter"]
    lazuria.desk.go("/")
    expect(lazuria.desk.page.locator("body")).to_have_attribute("data-connected", "1")
    page = crimson.desk.go(f"/cases/{cast.case}/")
    _follow(crimson.desk, "Write a note")
    page.select_option("#id_to", "LZ")
    page.fill("#id_text", "inform the Ministry of an incident, of which the report is transmitted herewith.")
    crimson.send(look="inform the Ministry of an incident")
    expect(lazuria.desk.page.locator("#work")).to_contain_text("Acknowledge the note of Crimson")
    _press(lazuria.desk, "Acknowledge")
    expect(lazuria.desk.page.locator("h1")).to_contain_text("Note verbale 1/")
    page = crimson.desk.go(f"/dossiers/{cast.case}/")
    expect(page.locator("#timeline")).to_contain_text("Acknowledgement")
    # In answer, and beyond the two, so that it may be shown to the Forum.
    note = next(
        act
        for act in cast.crimson.node.api("desk", "GET", f"/matters/{cast.case}/acts")
        if act["type"] == "channel.note"
    )
    cast.stage.draft(
        lazuria.node,
        "/channel/notes",
        to="CR",
        subject=f"Re: {TITLE}",
        paragraphs=["state that the data named in the report have been secured."],
        about=cast.case,
        answers=note["id"],
        marking="GREEN",
    )


def _talks(cast: Cast) -> None:
    crimson, lazuria = cast.crimson, cast.lazuria
    page = crimson.desk.go(f"/talks/invite/?about={cast.case}&to=LZ")
    page.get_by_label("Lazuria").check()
    page.fill("#id_subject", "Consultations on the incident")
    page.locator("input[type=datetime-local]").first.fill(_time(26, "%Y-%m-%dT%H:00"))
    page.fill("#id_agenda", "The technical findings\nPreservation of data")
    crimson.send(by_token=True)
    page = lazuria.desk.go("/")
    expect(page.locator("#work")).to_contain_text("Consultations on the incident")
    page = lazuria.desk.go(f"/dossiers/{lazuria.node.api('desk', 'GET', '/talks/')[0]['id']}/")
    _press(lazuria.desk, "Accept this time")
    _press(lazuria.desk, "Agree to this agenda")
    expect(page.locator("#agenda + *")).to_contain_text("Agreed by all")
    page = crimson.desk.go(f"/dossiers/{_matter(lazuria.desk)}/")
    expect(page.locator("#panel")).to_contain_text("The time is fixed")


def _session(cast: Cast) -> None:
    crimson, lazuria, forum, stage = cast.crimson, cast.lazuria, cast.forum, cast.stage
    # Act by act: Lazuria's answer may be shown, our own note too, the report stays here with its file.
    page = crimson.desk.go(f"/transmission/send/?about={cast.case}")
    expect(page.get_by_label("World Forum")).to_be_checked()
    for box in page.locator("input[name=files]").all():
        box.uncheck()
    page.locator("li", has_text="Report on the incident").locator("input[name=acts]").uncheck()
    crimson.send(by_token=True)
    page = forum.desk.go("/")
    expect(page.locator("#work")).to_contain_text("Crimson")
    page = forum.desk.go(f"/dossiers/{forum.node.api('desk', 'GET', '/transmission/')[0]['id']}/")
    expect(page.locator("#panel")).to_contain_text("Every signature and receipt in the bundle was verified here")
    expect(page.locator("#panel")).to_contain_text("kept back")
    _follow(forum.desk, "Acknowledge")
    page.fill("#id_seized", "Secretariat of the First Committee")
    _press(forum.desk, "Acknowledge")

    page = forum.desk.go(f"/forum/convene/?about={cast.case}&to=CR&to=LZ")
    for name in ("Crimson", "Lazuria"):
        page.get_by_label(name, exact=True).check()
    page.fill("#id_body", "First Committee")
    page.fill("#id_session", "2nd session")
    page.fill("#id_opens", _time(0, "%Y-%m-%d"))
    page.fill("#id_closes", _time(72, "%Y-%m-%d"))
    page.select_option("#id_majority", label="two thirds of members present and voting")
    page.select_option("#id_marking", "GREEN")
    forum.send(look="First Committee")
    session = forum.node.api("desk", "GET", "/forum/")[0]["id"]
    page = forum.desk.go(f"/dossiers/{session}/")
    page.locator("summary", has_text="members and observers").click()
    _follow(forum.desk, "Introduce members")
    for node in ("CR", "LZ"):
        page.select_option(f"#role-{node}", "member")
    _press(forum.desk, "Introduce them")
    expect(page.locator("#panel")).to_contain_text("2 members and observers")

    path = f"/forum/{session}"
    stage.do(forum.node, f"{path}/agenda", items=[{"number": "5", "title": "Assistance in case of incidents"}])
    operative = ["Calls upon member States to acknowledge a request for assistance within three days;"]
    laid = stage.draft(
        crimson.node, f"{path}/draft", item="5", title=DRAFT, preamble=["Recalling A/70/174,"], operative=operative
    )
    # The board is open in three houses and fills while the two vote.
    page = forum.desk.go(f"/dossiers/{session}/")
    _press(forum.desk, "Issue as WF/2/L.1")
    expect(page.locator("#panel")).to_contain_text("WF/2/L.1")
    vote = stage.do(
        forum.node,
        f"{path}/open-vote",
        proposal=laid["id"],
        majority="two-thirds",
        closes=_time(0.25, "%Y-%m-%dT%H:%M:%SZ"),
    )
    expect(page.locator("#panel")).to_contain_text("0 of 2 have voted")
    for number, team in enumerate((crimson, lazuria), 1):
        page = team.desk.go(f"/dossiers/{session}/")
        _follow(team.desk, "Vote yes")
        team.send(look="Yes")
        expect(forum.desk.page.locator("#panel")).to_contain_text(f"{number} of 2 have voted")
    _press(forum.desk, "Close the vote and announce the result")
    expect(forum.desk.page.locator("#panel")).to_contain_text("Carried: 2 in favour")

    page = lazuria.desk.go(f"/dossiers/{session}/")
    _follow(lazuria.desk, "Verify the tally")
    assert f"/vote/{vote['id']}/" in page.url
    expect(page.locator(".proof")).to_contain_text("The result holds")
    expect(page.locator(".proof")).to_contain_text("Both signatures of")
    lazuria.desk.picture("worked-verify")


def _texts(cast: Cast) -> None:
    crimson, lazuria, stage = cast.crimson, cast.lazuria, cast.stage
    position = stage.do(crimson.node, "/interests/position", topic="Hosting", text="No duty to disclose.")["matter"]
    page = crimson.desk.go(f"/interests/{position}/red-line/")
    page.fill("#id_text", "No unconditional duty to disclose vulnerabilities")
    page.fill("#id_words", "disclose all vulnerabilities")
    page.locator("form.sheet button.primary").click()

    # The draft of a norm crosses the line: the page of the draft says so before anything leaves, and it is mended.
    page = crimson.desk.go(f"/norm/propose/?about={cast.case}&to=LZ")
    page.fill("#id_title", "Notice before measures")
    page.fill("#id_paragraphs", "States should give notice.\n\nStates shall disclose all vulnerabilities.")
    _press(crimson.desk, "Keep as a draft")
    warning = page.get_by_role("region", name="Before it leaves")
    expect(warning).to_contain_text("No unconditional duty to disclose vulnerabilities")
    expect(warning.locator("q")).to_contain_text("disclose all vulnerabilities")
    crimson.desk.picture("worked-red-line")
    _follow(crimson.desk, "Go on writing")
    page.fill("#id_paragraphs", "States should give notice.\n\nStates are encouraged to report vulnerabilities.")
    _press(crimson.desk, "Keep as a draft")
    expect(page.get_by_text("Before it leaves")).to_have_count(0)
    crimson.send(by_token=True)
    norm = crimson.node.api("desk", "GET", "/norm/")[0]["id"]
    page = lazuria.desk.go(f"/dossiers/{norm}/")
    _follow(lazuria.desk, "Agree to the text")
    lazuria.send(by_token=True)

    opened = stage.draft(
        crimson.node,
        "/agreement/open",
        to=["LZ"],
        about=cast.case,
        title="Protocol on a hotline for ICT incidents",
        preamble="Desiring to reduce the risk of misperception,",
        articles=["# Hotline\nThe Parties maintain a direct line between their points of contact."],
        after="signature",
        number=30,
        unit="day",
        languages=["en"],
    )
    agreement = opened["matter"]
    for team in (crimson, lazuria):
        stage.draft(team.node, f"/agreement/{agreement}/agree")
    for team, name in ((crimson, "Tomas Lindqvist"), (lazuria, "Marta Salas")):
        page = team.desk.go(f"/dossiers/{agreement}/")
        _follow(team.desk, "The text and the signatures")
        _follow(team.desk, "Sign the agreement")
        page.fill("#id_name", name)
        page.fill("#id_office", "Ambassador at large for cyber affairs")
        page.select_option("#id_capacity", "full-powers")
        page.fill("#id_full_powers", "Issued by the Minister for Foreign Affairs")
        team.send(look=name, by_token=team is crimson)
    for team in (crimson, lazuria):
        page = team.desk.go(f"/dossiers/{agreement}/")
        expect(page.locator("#panel")).to_contain_text("Marta Salas, Ambassador at large")
        expect(page.locator("#panel")).to_contain_text("It enters into force")


def _cooperation(cast: Cast) -> None:
    crimson, lazuria, stage = cast.crimson, cast.lazuria, cast.stage
    week = _time(168, "%Y-%m-%d")
    items = [{"what": "hotline", "text": "Open a direct line", "owner": "CR", "deadline": week}]
    laid = stage.draft(crimson.node, "/plan/lay", to=["LZ"], about=cast.case, title="After the incident", items=items)
    page = lazuria.desk.go(f"/dossiers/{laid['matter']}/")
    _follow(lazuria.desk, "Agree to the plan")
    lazuria.send(by_token=True)

    page = crimson.desk.go(f"/hotline/open/?about={cast.case}&to=LZ")
    page.fill("#id_name", "Port Crimson – Azurine")
    page.fill("#id_desk", "Duty officer, +41 22 555 01 11")
    crimson.send(by_token=True)
    line = crimson.node.api("desk", "GET", "/hotline/")[0]["id"]
    page = lazuria.desk.go(f"/dossiers/{line}/")
    _follow(lazuria.desk, "Join the line")
    page.fill("#id_desk", "Situation Centre, +41 22 555 01 22")
    lazuria.send(by_token=True)

    # FLASH: it appears on the open page of the other side, and interrupts.
    page = lazuria.desk.go(f"/dossiers/{line}/")
    expect(page.locator("body")).to_have_attribute("data-connected", "1")
    expect(page.locator("#panel")).to_contain_text("The line stands open")
    crimson.desk.go(f"/dossiers/{line}/")
    _follow(crimson.desk, "Write a message")
    crimson.desk.page.fill("#id_text", MESSAGE)
    crimson.send(look=MESSAGE)
    expect(page.locator(".ticker")).to_contain_text(MESSAGE)
    expect(page.locator(".toast.flash")).to_be_visible()
    lazuria.desk.picture("worked-flash")
    _follow(lazuria.desk, "Acknowledge", page.locator(".ticker"))
    page.fill("#id_seized", "National CSIRT")
    _press(lazuria.desk, "Acknowledge")
    expect(page.locator(".ticker")).to_contain_text("National CSIRT is seized of it")

    page = crimson.desk.go(f"/dossiers/{laid['matter']}/")
    _follow(crimson.desk, "Link a matter")
    page.select_option("#id_matter", line)
    _press(crimson.desk, "Link a matter")
    expect(page.locator("#panel")).to_contain_text("Hotline: Port Crimson – Azurine")
    _follow(crimson.desk, "Say that it is done")
    _press(crimson.desk, "Say that it is done")
    expect(page.locator("#panel")).to_contain_text("Done today")


def _told_and_proven(cast: Cast) -> None:
    """The story of each node, and the list of every act with who signed it and receipts that verify."""
    begun = {"CR": (1, 2, 3, 4, 5), "LZ": (1, 2, 3, 4, 5), "WF": (3,)}
    for team in (cast.crimson, cast.lazuria, cast.forum):
        name = team.node.side.node
        page = team.desk.go(f"/cases/{cast.case}/")
        for step in begun[name]:
            expect(page.locator(f"#step-{step} .entry").first).to_be_attached()
        assert page.locator(".step:not(.none)").count() == len(begun[name]), name
        team.desk.picture(f"worked-story-{name}")
        _follow(team.desk, "Every act, with proof")
        expect(page.locator(".lead")).to_have_text(
            "Every signature and every receipt on this page was verified here, just now."
        )
        rows = page.locator("#acts tbody tr")
        told = cast.stage.nodes[name].api("desk", "GET", f"/cases/{cast.case}/proof")
        assert rows.count() == len(told) > 5
        assert rows.get_by_text("✓ both signatures").count() == len(told)
        assert "not verified" not in page.content()
        assert page.locator("#acts .overdue").count() == 0
        team.desk.picture(f"worked-proof-{name}")


def test_the_case_is_worked_by_hand_in_the_pages_of_three_nodes(trio: list[NodeProcess], house: House) -> None:
    stage = Stage({node.side.node: node for node in trio})
    cast = Cast(stage, *(Team.of(house, stage, node) for node in trio))
    for step in (_communication, _talks, _session, _texts, _cooperation, _told_and_proven):
        step(cast)
    for visitor in house.visitors:
        assert visitor.complaints == [], (visitor.node.side.node, visitor.username)
