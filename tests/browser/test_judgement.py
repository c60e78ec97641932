"""The assessment of the demonstration's case in the browser: what it answers, a question answered in place, paper; and
that the other side sees nothing of it."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.conftest import House
from verbale.demo import nodes as demo_nodes
from verbale.demo.nodes import NodeProcess
from verbale.demo.play import Played, play_first
from verbale.demo.stage import Stage

pytestmark = pytest.mark.browser

REPORT = Path(demo_nodes.__file__).parent / "reports" / "conti-ransomware.json"


@pytest.fixture(scope="module")
def played(nodes: tuple[NodeProcess, NodeProcess]) -> Played:
    crimson, lazuria = nodes
    stage = Stage({node.side.node: node for node in nodes})
    return play_first(stage, crimson, lazuria, REPORT, True)


def test_the_desk_reads_answers_and_prints(
    house: House, nodes: tuple[NodeProcess, NodeProcess], played: Played
) -> None:
    desk = house.visitor(nodes[0], "desk").log_in()
    page = desk.go(f"/dossiers/{played.case}/")
    page.click("a:text-is('Assessment')")
    expect(page.locator("#severity")).to_contain_text("CISA NCISS")
    expect(page.locator("#attribution")).to_contain_text("A criminal group whose affiliates rent servers in Lazuria")
    expect(page.locator("#norm")).to_contain_text("Cooperate against crime and terrorism")
    expect(page.locator("#treaties")).to_contain_text("Budapest Convention")
    page.locator("#rule details", has_text="Sovereignty").first.locator("summary").click()
    expect(page.locator("#rule")).to_contain_text("Our view:")
    desk.picture("judgement")
    question = page.locator("#unknown li:has(form) strong").first.inner_text()
    page.locator("#unknown li:has(form)").first.get_by_role("button", name="It is not so").click()
    expect(page.locator("#unknown")).not_to_contain_text(question)
    assert page.url.endswith("/assessment/#unknown")
    paper = page.request.get(f"{desk.node.url}/cases/{played.case}/assessment.pdf")
    assert paper.body().startswith(b"%PDF")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_it_reads_well_on_every_screen(
    house: House, nodes: tuple[NodeProcess, NodeProcess], played: Played, width: int, scheme: str
) -> None:
    desk = house.visitor(nodes[0], "desk", width=width, scheme=scheme).log_in()
    page = desk.go(f"/cases/{played.case}/assessment/")
    for closed in page.locator("#judgement details").all()[:6]:
        closed.locator("summary").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    grave = [item["id"] for item in found.response["violations"] if item["impact"] in ("serious", "critical")]
    assert not grave, grave
    desk.picture(f"judgement-{scheme}")


def test_the_other_side_sees_nothing_of_it(
    house: House, nodes: tuple[NodeProcess, NodeProcess], played: Played
) -> None:
    desk = house.visitor(nodes[1], "desk").log_in()
    page = desk.go(f"/cases/{played.case}/assessment/")
    expect(page.locator("#attribution, #workbench").first).to_contain_text("Not answered yet.")
    assert "criminal group" not in page.content()
    assert "NCISS: level" not in page.content()
    for matter in (played.matters["assessment"], played.matters["workbench"]):
        answer = page.request.get(f"{desk.node.url}/dossiers/{matter}/")
        assert answer.status == 404
