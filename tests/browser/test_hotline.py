"""A hotline in the browser: it rings by choice, appears without a reload, and is read when somebody looks at it."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House
from tests.two_nodes.nodes import wait
from verbale.demo.nodes import NodeProcess

pytestmark = pytest.mark.browser

# Chromium without a screen shows no notification: what the page asks for is noted down.
NOTED = """
  window.Notification = class extends EventTarget {
    static permission = "default";
    static async requestPermission() { return (this.permission = window.answer || "granted"); }
    constructor(title, options) {
      super();
      const told = JSON.parse(localStorage.getItem("told") || "[]");
      localStorage.setItem("told", JSON.stringify([...told, [title, options.body]]));
    }
    close() {}
  };
  window.Notification.permission = localStorage.getItem("permission") || "default";
"""


def cleared(node: NodeProcess, path: str, **fields: object) -> dict[str, str]:
    draft = node.api("desk", "POST", path, json=fields)["draft"]
    node.api("desk", "POST", f"/drafts/{draft}/submit")
    record: dict[str, str] = node.api("head", "POST", f"/drafts/{draft}/clear")[-1]
    return record


@pytest.fixture(scope="module")
def line(nodes: tuple[NodeProcess, NodeProcess]) -> str:
    """A line that stands open."""
    crimson, lazuria = nodes
    opening = {"name": "Night line", "languages": ["en", "fr"], "desk": "Operations centre, +10 555 0100", "to": ["LZ"]}
    matter = cleared(crimson, "/hotline/open", **opening)["matter"]
    wait("the proposal", lambda: any(item["id"] == matter for item in lazuria.api("desk", "GET", "/hotline/")))
    cleared(lazuria, f"/hotline/{matter}/join", desk="Watch officer, +20 555 0199")
    wait("the line to open", lambda: "joined" in crimson.api("desk", "GET", f"/hotline/{matter}")["state"])
    return matter


def test_a_message_rings_appears_and_is_read(nodes: tuple[NodeProcess, NodeProcess], house: House, line: str) -> None:
    crimson, lazuria = nodes
    here = house.visitor(crimson, "desk").log_in()
    there = house.visitor(lazuria, "desk")
    there.page.add_init_script(NOTED)
    there.log_in()

    # Nothing rings that nobody asked for; permission that is denied is told, and the choice is not kept.
    there.go("/settings/")
    sound, notice = there.page.locator("#alert-sound"), there.page.locator("#alert-notice")
    status = there.page.locator("#alerts [role=status]")
    expect(sound).not_to_be_checked()
    there.page.get_by_role("button", name="Try it").click()
    expect(status).to_have_text("Choose one of the two first.")
    there.page.evaluate("window.answer = 'denied'")
    notice.click()
    expect(notice).not_to_be_checked()
    expect(status).to_contain_text("This browser does not let the page notify")
    there.page.evaluate("window.answer = 'granted'; Notification.permission = 'default'")
    sound.check()
    notice.check()
    there.page.evaluate("localStorage.setItem('permission', 'granted')")
    there.page.get_by_role("button", name="Try it").click()
    expect(status).to_contain_text("So it is told")
    expect(there.page.locator("body")).to_have_attribute("data-rang", "1")
    there.picture("settings-alerts")
    there.page.reload()
    expect(sound).to_be_checked()
    expect(notice).to_be_checked()

    # A FLASH message: the open page rings, shows it without a reload, and tells the other side that it was read.
    there.go(f"/dossiers/{line}/")
    there.page.locator("h1").click()
    expect(there.page.locator("body")).to_have_attribute("data-connected", "1")
    here.go(f"/dossiers/{line}/")
    expect(here.page.locator("body")).to_have_attribute("data-connected", "1")
    message = cleared(crimson, f"/hotline/{line}/message", text="Your territory, our grid. Can you hear us?")
    expect(there.page.locator(".ticker")).to_contain_text("Can you hear us?")
    expect(there.page.locator("body")).to_have_attribute("data-rang", "1")
    told = there.page.evaluate("JSON.parse(localStorage.getItem('told'))")
    assert told[-1][0] == "FLASH"
    assert "Hotline message" in told[-1][1]
    expect(here.page.locator(".ticker")).to_contain_text("read at Lazuria at")
    expect(there.page.locator(".ticker")).to_contain_text("read here at")
    assert len([e for e in told if e[0] == "FLASH"]) == 2  # the trial and the message

    # Acknowledged from the page; Crimson's page tells it at once.
    there.page.locator(".ticker").get_by_role("link", name="Acknowledge").click()
    there.page.fill("#id_seized", "The duty minister")
    there.page.fill("#id_text", "We look into it.")
    there.page.get_by_role("button", name="Acknowledge").click()
    expect(here.page.locator(".ticker")).to_contain_text("The duty minister is seized of it. We look into it.")
    there.page.locator(".ticker").get_by_role("link", name="Answer it").click()
    expect(there.page.locator("main")).to_contain_text("Can you hear us?")
    there.page.fill("#id_text", "We hear you.")
    there.page.get_by_role("button", name="Put before the head of mission").click()
    there.picture("hotline-draft")

    # A test, answered from the desk by one press.
    here.page.get_by_role("button", name="Test the line").click()
    there.go("/")
    there.page.get_by_role("button", name="Answer the test").click()
    expect(here.page.locator("#panel")).to_contain_text("answered by Lazuria after")
    reads = [key for key in lazuria.api("desk", "GET", f"/hotline/{line}")["state"] if key.startswith("read:")]
    assert reads == [f"read:{message['id']}"]
    cleared(crimson, f"/hotline/{line}/schedule", every=7, at="09:30", start="2027-01-04", within=30)
    expect(there.page.locator("#panel")).to_contain_text("Every 7 days at 09:30 UTC")
    for width in (1440, 390):
        for visitor in (here, there):
            visitor.page.set_viewport_size({"width": width, "height": 900})
        here.picture("hotline")
        there.picture("hotline-there")
        assert there.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for visitor in house.visitors:
        assert visitor.complaints == []
