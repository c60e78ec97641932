"""Feeds in the browser, between two nodes: looked for, added, run by the node and watched, wide and narrow, light and
dark; nothing overflows, axe finds nothing serious."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House
from tests.browser.fitting import problems_of
from tests.holdings.things import AMBER, RED, indicator
from tests.two_nodes.nodes import command, told, wait
from verbale.demo.nodes import NodeProcess

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def token(nodes: tuple[NodeProcess, NodeProcess], tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of an account for Crimson's software at Lazuria, which has two shelves; the one of Crimson is empty."""
    crimson, lazuria = nodes
    folder = tmp_path_factory.mktemp("feeds")
    command(crimson, "intel", "shelf", "add", "What Lazuria gives", "--alias", "lazuria")
    _stocked(lazuria, folder / "bundle.json", range(30))
    command(lazuria, "intel", "shelf", "add", "Banks", "--alias", "banks", "--ceiling", "CLEAR")
    words = ("--node", "CR", "--read", "high-value", "--read", "banks", "--write", "banks")
    made = told(lazuria, "intel", "account", "add", "crimson-misp", *words)
    return str(made["token"])


def _stocked(node: NodeProcess, file: Path, numbers: range) -> None:
    """With what Crimson may see and what it may not."""
    description = "Checked by hand."
    command(node, "intel", "shelf", "add", "High value", "--alias", "high-value", "--description", description)
    things = [indicator(number) for number in numbers] + [indicator(900, marking=RED), indicator(901, marking=AMBER)]
    file.write_text(
        json.dumps({"type": "bundle", "id": f"bundle--{'0' * 8}-0000-4000-8000-{'0' * 12}", "objects": things})
    )
    command(node, "intel", "import", file, "--shelf", "high-value", "--marking", "AMBER")


def feed_of(node: NodeProcess, name: str) -> dict[str, object]:
    return next(item for item in node.api("head", "GET", "/holdings/feeds") if item["name"] == name)


@pytest.fixture(scope="module")
def pages(nodes: tuple[NodeProcess, NodeProcess], token: str) -> dict[str, str]:
    """A feed that went well, one that pushes and is refused, one that fails, one that is stopped."""
    crimson, lazuria = nodes
    _ours(crimson)
    shelf = {"shelf": "lazuria", "origin": "LZ", "user": "crimson-misp", "token": token}
    root = f"{lazuria.url}/taxii2/lz"

    def made(name: str, **more: object) -> str:
        fields = {"name": name, "address": root, "collection": "high-value", **shelf, **more}
        return str(crimson.api("head", "POST", "/holdings/feeds", json=fields)["id"])

    found = {
        "well": made("Lazuria: high value"),
        "refused": made("Lazuria: banks", collection="banks", direction="both", interval=7_200),
        "failing": made("Lazuria: with an old password", token="old"),
        "stopped": made(
            "circl.lu", kind="misp-feed", address="https://127.0.0.1:9/feed", collection="", origin="circl.lu"
        ),
    }
    crimson.api("head", "POST", f"/holdings/feeds/{found['stopped']}/stop")
    wait("a run that goes well", lambda: feed_of(crimson, "Lazuria: high value")["last_success"], 90)
    for name in ("Lazuria: banks", "Lazuria: with an old password"):
        wait(f"the failure of {name}", lambda name=name: feed_of(crimson, name)["failure"], 90)
    paths = {f"feed-{name}": f"/holdings/feeds/{key}/" for name, key in found.items()}
    return {
        **paths,
        "feeds": "/holdings/feeds/",
        "feed-add": "/holdings/feeds/add/",
        "feed-change": f"/holdings/feeds/{found['well']}/change/",
        "feed-remove": f"/holdings/feeds/{found['refused']}/remove/",
        "shelves": "/holdings/",
    }


def _ours(node: NodeProcess) -> None:
    """What Crimson has on the shelf itself, and Lazuria is not to take."""
    things = [indicator(number, name=f"Seen at a bank, {number}") for number in range(300, 303)]
    file = node.home / "ours.json"
    file.write_text(
        json.dumps({"type": "bundle", "id": f"bundle--{'0' * 8}-0000-4000-8000-{'1' * 12}", "objects": things})
    )
    command(node, "intel", "import", file, "--shelf", "lazuria", "--marking", "GREEN")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_axe_finds_nothing_serious(
    nodes: tuple[NodeProcess, NodeProcess], house: House, pages: dict[str, str], width: int, scheme: str
) -> None:
    visitor = house.visitor(nodes[0], "head", width=width, scheme=scheme).log_in()
    assert problems_of(visitor, pages) == []
    assert visitor.complaints == []


def test_a_person_looks_what_is_there_takes_it_and_sees_it_come(
    nodes: tuple[NodeProcess, NodeProcess], house: House, token: str
) -> None:
    crimson, lazuria = nodes
    visitor = house.visitor(crimson, "head").log_in()
    page = visitor.go("/holdings/")
    page.click("text=Add a feed")
    page.fill("#id_address", lazuria.url)
    page.fill("#id_user", "crimson-misp")
    page.fill("#id_token", "wrong")
    page.click("text=Look what is there")
    expect(page.locator("#found")).to_contain_text("does not accept the name and the token")
    page.fill("#id_token", token)
    page.click("text=Look what is there")
    expect(page.locator("#found")).to_contain_text("this account may read and write it")
    visitor.picture("feed-found")
    page.click("text=Take “High value”")
    expect(page.locator("#id_address")).to_have_value(f"{lazuria.url}/taxii2/lz/")
    assert page.input_value("#id_collection") != ""
    assert page.input_value("#id_token") == token
    page.select_option("#id_origin", "LZ")
    page.select_option("#id_shelf", label="What Lazuria gives")
    page.fill("#id_name", "High value of Lazuria")
    page.fill("#id_minutes", "45")
    # The key adds it, though the button that looks stands first.
    page.press("#id_name", "Enter")
    page.wait_for_selector("#stands")
    assert "/add/" not in page.url
    assert token not in page.content()
    visitor.picture("feed-waits")
    # The node's worker runs it; the page says so without being loaded anew.
    expect(page.locator("#stands")).to_contain_text("all of it had arrived on", timeout=90_000)
    expect(page.locator("#stands")).to_contain_text("and then every 45 minutes")
    came = feed_of(crimson, "High value of Lazuria")
    assert came["failure"] is None
    expect(page.locator("#came")).to_contain_text(str(came["received"] or came["same"]))
    visitor.picture("feed-came")

    page.click("text=Stop it")
    expect(page.locator("#stands")).to_contain_text("It is stopped")
    page.click("text=Start it")
    page.click("text=Begin anew, or end it")
    page.click("text=Remove it …")
    page.click("main button.primary")
    expect(page.locator("main")).to_contain_text("is removed; what it brought stays")
    assert visitor.complaints == []


def test_a_feed_that_leads_elsewhere_begins_anew(
    nodes: tuple[NodeProcess, NodeProcess], house: House, pages: dict[str, str], token: str
) -> None:
    crimson, lazuria = nodes
    visitor = house.visitor(crimson, "operator").log_in()
    page = visitor.go(pages["feed-change"])
    page.fill("#id_address", "https://cert.example/taxii2/root/")
    page.click("main form.sheet button.primary")
    expect(page.locator("main")).to_contain_text("the token that is kept is for 127.0.0.1")
    visitor.picture("feed-change-refused")
    page.fill("#id_address", f"{lazuria.url}/taxii2/lz/")
    page.fill("#id_collection", "banks")
    page.click("main form.sheet button.primary")
    expect(page.locator("main")).to_contain_text("it begins anew there")
    wait("the run", lambda: feed_of(crimson, "Lazuria: high value")["last_success"], 90)
    assert visitor.complaints == []
