"""The workbench and a joint statement in the browser, wide and narrow, light and dark: what they show, that an analyst
can judge the whole matrix, that nothing overflows, that axe finds nothing serious."""

import base64

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House
from tests.browser.fitting import problems_of
from tests.browser.test_small_kinds import cleared
from tests.two_nodes.nodes import wait
from verbale.demo.nodes import NodeProcess
from verbale.matters.attribution.acts import text_hash

pytestmark = pytest.mark.browser

FINDING = "The attack on the banks of 24 November was carried out by unit 7 of the armed forces of Verdia."
TEXT = [
    "We have looked into the attack on the banks, each by its own means.",
    "We call on Verdia to end such operations and to say who is answerable for them.",
]


@pytest.fixture(scope="module")
def pages(nodes: tuple[NodeProcess, NodeProcess]) -> dict[str, str]:
    crimson, lazuria = nodes

    def say(path: str, **fields: object) -> str:
        said: str = crimson.api("desk", "POST", f"/workbench/{bench}/{path}", json=fields)["id"]
        return said

    bench = crimson.api(
        "desk",
        "POST",
        "/workbench/open",
        json={"title": "Who attacked the banks", "question": "Who ran it?", "other": 2},
    )["matter"]
    say("hypothesis", text="Unit 7 of the armed forces of Verdia", parts=2, reason="It has the means.")
    say("hypothesis", text="A criminal group for money", parts=4)
    items = [
        ("The loader was signed with a certificate issued to the unit.", "A", "2", "vendor", ("C", "I", "I")),
        ("The same loader was seen in an earlier operation of the unit.", "B", "2", "vendor", ("C", "N", "I")),
        ("The operators kept to the working hours of Verdia.", "B", "2", "logs", ("C", "N", "N")),
        ("A ransom was asked for, and the key given when it was paid.", "A", "1", "bank", ("I", "C", "N")),
        ("A source close to the unit claims the operation.", "C", "3", "source", ("90", "20", "20")),
        ("The money went to an account that was used for the unit's pay.", "B", "1", "payments", ("85", "10", "5")),
    ]
    for text, reliability, credibility, group, values in items:
        item = say(
            "evidence", text=text, reliability=reliability, credibility=credibility, group=group, source="Report 12",
            custody=[{"day": "2026-11-20", "who": "CERT Crimson", "what": "imaged the mail server"}],
            attachments=[{"name": "log.txt", "media_type": "text/plain",
                          "content": base64.b64encode(text.encode()).decode()}],
        )  # fmt: skip
        rows = [{"hypothesis": key, "value": value} for key, value in zip(("H1", "H2", "H0"), values, strict=True)]
        say("judge", item=item, values=rows, text="As the report shows.")
    say("evidence", text="The stolen data has not been offered for sale.", reliability="C", credibility="3")
    for text, values in (
        ("The command server was rented from a firm that works for the unit.", ("80", "5", "10")),
        ("Other banks were attacked in the same week.", ("40", "60", "50")),
    ):
        gap = say("gap", text=text, reliability="B", credibility="2")
        rows = [{"hypothesis": key, "value": value} for key, value in zip(("H1", "H2", "H0"), values, strict=True)]
        say("judge", item=gap, values=rows)
    say("conclude", hypothesis="H1", likelihood="likely", confidence="moderate", text="The payments weigh most.")

    level = {"withheld": 3, "release": "GREEN"}
    proposal = cleared(
        crimson, "/attribution/propose", to=["LZ"], title="On the attack on the banks", finding=FINDING,
        paragraphs=TEXT,
        likelihood="very-likely", confidence="moderate", hypotheses=["A criminal group for money"], named=True,
        basis=["The certificate of the loader.", "The trace of the payments."], **level,
    )  # fmt: skip
    statement = proposal["matter"]
    wait("the statement", lambda: statement in [item["id"] for item in lazuria.api("desk", "GET", "/attribution/")])
    cleared(
        lazuria, f"/attribution/{statement}/join", version=proposal["id"], likelihood="unlikely", confidence="low",
        text="We have not seen the payments.", **level,
    )  # fmt: skip
    wait("Lazuria's level", lambda: "position:LZ" in crimson.api("desk", "GET", f"/attribution/{statement}")["state"])
    assert (
        crimson.api("desk", "GET", f"/attribution/{statement}")["state"][f"version:{proposal['id']}"]["sha256"]
    ) == text_hash(FINDING, TEXT)
    published = cleared(crimson, f"/attribution/{statement}/publish", version=proposal["id"], release="GREEN")
    return {
        "workbench": f"/dossiers/{bench}/",
        "workbench-print": f"/dossiers/{bench}/print/",
        "workbench-list": "/workbench/",
        "matrix": f"/workbench/{bench}/matrix",
        "evidence": f"/workbench/{bench}/evidence/",
        "conclude": f"/workbench/{bench}/conclude/",
        "statement": f"/dossiers/{statement}/",
        "statement-join": f"/attribution/{statement}/join/",
        "published": f"/acts/{published['id']}/",
    }


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_axe_finds_nothing_serious(
    nodes: tuple[NodeProcess, NodeProcess], house: House, pages: dict[str, str], width: int, scheme: str
) -> None:
    visitor = house.visitor(nodes[0], "desk", width=width, scheme=scheme).log_in()
    assert problems_of(visitor, {f"attribution-{name}": path for name, path in pages.items()}) == []
    assert visitor.complaints == []


def test_an_analyst_judges_the_whole_matrix(
    nodes: tuple[NodeProcess, NodeProcess], house: House, pages: dict[str, str]
) -> None:
    page = house.visitor(nodes[0], "analyst").log_in().go(pages["matrix"])
    for item in ("E1", "E7"):
        for hypothesis, mark in (("H1", "20"), ("H2", "80"), ("H0", "80")):
            page.get_by_label(f"{item} under {hypothesis}").select_option(mark)
    page.get_by_role("button", name="Note my judgement").click()
    expect(page.get_by_text("2 judgements are noted.")).to_be_visible()
    expect(page.get_by_text("They come to different answers.")).to_be_visible()
