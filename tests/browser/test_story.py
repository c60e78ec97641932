"""The case, walked through by the people who work it: analyst, desk officer, head of mission, on both sides."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House
from verbale.demo.nodes import NodeProcess
from verbale.protocol import Credentials, verify_file

REPORT = Path(__file__).resolve().parents[2] / "src/verbale/demo/reports/conti-ransomware.json"
TITLE = "Ransomware against three banks"

pytestmark = pytest.mark.browser


def test_a_case_goes_from_the_report_to_the_answer(
    nodes: tuple[NodeProcess, NodeProcess], house: House, tmp_path: Path
) -> None:
    crimson, lazuria = nodes

    # The analyst opens the dossier from the report.
    analyst = house.visitor(crimson, "analyst").log_in()
    page = analyst.go("/incident/import/")
    page.set_input_files("#id_report", str(REPORT))
    page.fill("#id_title", TITLE)
    page.get_by_label("Financial services").check()
    page.fill("#id_account", "Core systems of three banks were encrypted.")
    page.click("main form button[type=submit]")
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.get_by_text("T1566.001")).to_be_visible()
    expect(page.get_by_text("Financial services")).to_be_visible()
    dossier = page.url.removeprefix(crimson.url)
    page.get_by_text("Assess it").click()
    page.select_option("#level", "uk-ncsc:2")
    page.fill("#reasons", "The payment system stood still for a day.")
    page.get_by_role("button", name="Note it").click()
    expect(page.locator(".timeline").get_by_text("category 2")).to_be_visible()
    analyst.picture("dossier-opened")

    # The desk officer writes the note; the paper is shown while writing.
    desk = house.visitor(crimson, "desk").log_in()
    page = desk.go(dossier)
    page.keyboard.press("c")
    page.select_option("#id_to", "LZ")
    page.fill("#id_text", "inform the Ministry of an incident.\n\nThe report is transmitted herewith.")
    expect(page.locator("#preview .paper")).to_contain_text("has the honour to inform the Ministry of an incident.")
    expect(page.locator("#preview")).to_contain_text("14 techniques")
    page.select_option("#id_precedence", "PRIORITY")
    desk.picture("compose")
    page.get_by_role("button", name="Put before the head of mission").click()
    expect(page.locator(".lead")).to_contain_text("Nothing has left the house")
    draft = page.url.removeprefix(crimson.url)
    assert page.get_by_role("button", name="Clear and send").count() == 0  # who drafts does not clear

    # Lazuria's desk officer has the desk open all the while.
    there = house.visitor(lazuria, "desk").log_in()
    expect(there.page.locator("body")).to_have_attribute("data-connected", "1")
    expect(there.page.locator(".lead")).to_contain_text("Nothing waits")

    # The head of mission finds it on the desk, and clears it with the second factor.
    head = house.visitor(crimson, "head").log_in()
    expect(head.page.locator(".lead")).to_contain_text("1 draft awaits your clearance")
    head.page.get_by_role("link", name="Read and decide").click()
    assert head.page.url.endswith(draft)
    head.picture("clear")
    head.page.fill("#code", "000000")
    head.page.get_by_role("button", name="Clear and send").click()
    expect(head.page.locator(".messages .error")).to_contain_text("This code is not valid")
    head.page.locator("[data-fill]").first.click()
    head.page.get_by_role("button", name="Clear and send").click()
    expect(head.page.locator(".messages")).to_contain_text("on their way to Lazuria")

    # It appears in Lazuria without a reload, and is acknowledged where it stands.
    expect(there.page.locator("#work")).to_contain_text("Acknowledge the note of Crimson")
    expect(there.page.locator(".toast").first).to_be_visible()
    there.picture("inbox")
    desk.go(dossier)
    expect(desk.page.locator("body")).to_have_attribute("data-connected", "1")
    expect(desk.page.locator("#timeline")).to_contain_text("receipt verified")
    there.page.get_by_role("button", name="Acknowledge").click()
    expect(there.page.locator("h1")).to_contain_text("Note verbale 1/")
    there.picture("note-received")

    # The acknowledgement appears in Crimson's open dossier without a reload.
    expect(desk.page.locator("#timeline")).to_contain_text("Acknowledgement")

    # Lazuria answers; its head of mission returns the draft once.
    there.page.get_by_role("link", name="Answer", exact=True).click()
    there.page.fill("#id_text", "state that the report is being examined.")
    there.page.get_by_role("button", name="Put before the head of mission").click()
    answer = there.page.url.removeprefix(lazuria.url)
    chief = house.visitor(lazuria, "head").log_in()
    chief.go(answer)
    chief.page.fill("#remarks", "Say by when.")
    chief.page.get_by_role("button", name="Return with remarks").click()
    expect(chief.page.locator(".messages")).to_contain_text("Returned to Jun Okafor")
    there.go("/")
    expect(there.page.locator("#work")).to_contain_text("Returned to you: Say by when.")
    there.page.get_by_role("link", name="Revise").click()
    there.page.get_by_role("link", name="Go on writing").click()
    there.page.fill("#id_text", "state that the report is being examined and will be answered by Friday.")
    there.page.get_by_role("button", name="Put before the head of mission").click()
    chief.go(answer)
    expect(chief.page.locator(".diff .added")).to_contain_text("by Friday")
    chief.picture("clear-with-changes")
    chief.page.locator("[data-fill]").first.click()
    chief.page.get_by_role("button", name="Clear and send").click()
    expect(desk.page.locator("#timeline")).to_contain_text("Note in answer 1/")
    desk.picture("dossier-answered")

    # What is proven can be downloaded and verified without either node.
    desk.page.get_by_role("link", name="Note verbale 1/").first.click()
    for name in ("Receipt of Lazuria", "Our own receipt"):
        with desk.page.expect_download() as download:
            desk.page.get_by_role("link", name=name).click()
        file = tmp_path / f"{name}.json"
        download.value.save_as(file)
        known = {
            node.side.node: Credentials.from_bytes(node.download("desk", "/credentials").removesuffix(b"\n"))
            for node in nodes
        }
        finding = verify_file(file, known)
        assert finding.holds, finding.reason
        assert json.loads(file.read_bytes())["verbale"] == "receipt"
    printed = desk.page.request.get(desk.page.url + "paper.pdf")
    assert printed.body().startswith(b"%PDF-")
    assert desk.page.request.get(desk.page.url + "paper.docx").body().startswith(b"PK")

    for visitor in house.visitors:
        assert visitor.complaints == []


def test_a_dossier_can_be_closed_to_all_but_the_people_named(
    nodes: tuple[NodeProcess, NodeProcess], house: House
) -> None:
    crimson, _ = nodes
    record = crimson.api(
        "analyst",
        "POST",
        "/incident/import",
        files={"report": (REPORT.name, REPORT.read_bytes(), "application/json")},
        data={"title": "For few eyes"},
    )
    address = f"/dossiers/{record['matter']}/"
    head = house.visitor(crimson, "head").log_in()
    head.go(address)
    head.page.get_by_text("Who may open this dossier").click()
    head.page.get_by_label("Only the people named here").check()
    head.page.get_by_role("button", name="Set").click()
    expect(head.page.locator(".messages .error")).to_contain_text("You would lock yourself out")
    head.page.get_by_text("Who may open this dossier").click()
    head.page.get_by_label("Only the people named here").check()
    head.page.get_by_label("Tomas Lindqvist").check()
    head.page.get_by_role("button", name="Set").click()
    expect(head.page.locator("h1")).to_have_text("For few eyes")
    desk = house.visitor(crimson, "desk").log_in()
    answer = desk.page.goto(crimson.url + address)
    assert answer is not None
    assert answer.status == 403
    expect(desk.page.locator("h1")).to_have_text("This is not open to you")
    assert "For few eyes" not in desk.go("/dossiers/").content()
    assert "For few eyes" not in desk.go("/search/?q=few").content().replace('value="few"', "")


def test_a_malformed_report_is_refused_beside_its_field_and_nothing_is_kept(
    nodes: tuple[NodeProcess, NodeProcess], house: House, tmp_path: Path
) -> None:
    crimson, _ = nodes
    bad = json.loads(REPORT.read_bytes())
    bad["objects"][3]["spec_version"] = "1.7"
    file = tmp_path / "bad.json"
    file.write_text(json.dumps(bad))
    before = crimson.api("desk", "GET", "/register")["size"]
    analyst = house.visitor(crimson, "analyst").log_in()
    page = analyst.go("/incident/import/")
    page.set_input_files("#id_report", str(file))
    page.click("main form button[type=submit]")
    expect(page.locator(".errorlist")).to_contain_text("spec_version")
    expect(page.locator(".errorlist")).to_contain_text(bad["objects"][3]["id"])
    assert crimson.api("desk", "GET", "/register")["size"] == before


def test_the_keyboard_reaches_everything(nodes: tuple[NodeProcess, NodeProcess], house: House) -> None:
    crimson, _ = nodes
    desk = house.visitor(crimson, "desk").log_in()
    page = desk.page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search"
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    page.wait_for_url("**/dossiers/")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.closest('[data-row]') !== null")
    page.keyboard.press("c")
    page.wait_for_url("**/channel/compose/**")
