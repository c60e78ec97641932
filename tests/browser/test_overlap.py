"""Pages of a private overlap in the browser, wide and narrow, light and dark: what they show, that nothing overflows,
that axe finds nothing serious; and the progress bar while the node computes."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House
from tests.browser.fitting import problems_of
from tests.browser.test_small_kinds import cleared, drafted
from tests.two_nodes.nodes import command, wait
from verbale.demo.nodes import NodeProcess

pytestmark = pytest.mark.browser

TERMS = {"title": "What both saw that night", "kinds": ["ipv4", "domain"], "learn": "values", "learns": "proposer",
         "most": 100_000, "text": "Before we share, we want to know how much there is."}  # fmt: skip
LIST = "evil[.]example\n198.51.100.7\n" + "".join(f"host-{number}.example\n" for number in range(2_500))


def put_in(node: NodeProcess, matter: str, text: str) -> None:
    node.api("desk", "POST", f"/overlap/{matter}/set", json={"holdings": False, "text": text})


@pytest.fixture(scope="module")
def pages(nodes: tuple[NodeProcess, NodeProcess]) -> dict[str, str]:
    """An overlap that is done, one that waits for our set, one that waits for clearance."""
    crimson, lazuria = nodes

    def state(node: NodeProcess, matter: str) -> dict[str, object]:
        return next((item["state"] for item in node.api("desk", "GET", "/overlap/") if item["id"] == matter), {})

    found = {}
    for name in ("done", "waiting"):
        matter = cleared(crimson, "/overlap/propose", to=["LZ"], **TERMS)["matter"]
        wait("the proposal", lambda matter=matter: state(lazuria, matter))
        cleared(lazuria, f"/overlap/{matter}/accept")
        wait("the acceptance", lambda matter=matter: "accepted" in state(crimson, matter))
        found[name] = matter
    done = found["done"]
    put_in(crimson, done, LIST)
    put_in(lazuria, done, "evil.example\n198.51.100.7\n")
    for node, there, key in (
        (crimson, lazuria, "request:1"),
        (lazuria, crimson, "response:1"),
        (crimson, lazuria, "closed"),
    ):
        command(node, "overlap", "run", done)
        wait(key, lambda there=there, key=key: key in state(there, done), 60)
    draft = drafted(crimson, "/overlap/propose", to=["LZ"], **{**TERMS, "learns": "both"})
    return {
        "done": f"/dossiers/{done}/",
        "found": f"/overlap/{done}/found/1",
        "waiting": f"/dossiers/{found['waiting']}/",
        "set": f"/overlap/{found['waiting']}/set",
        "list": "/overlap/",
        "propose": "/overlap/propose/",
        "draft": f"/drafts/{draft}/",
    }


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_axe_finds_nothing_serious(
    nodes: tuple[NodeProcess, NodeProcess], house: House, pages: dict[str, str], width: int, scheme: str
) -> None:
    visitor = house.visitor(nodes[0], "desk", width=width, scheme=scheme).log_in()
    assert problems_of(visitor, {f"overlap-{name}": path for name, path in pages.items()}) == []
    assert visitor.complaints == []


def test_a_set_is_counted_chosen_and_computed_under_the_eyes_of_the_analyst(
    nodes: tuple[NodeProcess, NodeProcess], house: House, pages: dict[str, str]
) -> None:
    visitor = house.visitor(nodes[0], "desk").log_in()
    page = visitor.go(pages["set"])
    page.uncheck("#id_holdings")
    lines = "no value at all\n" + "".join(f"host-{number}.example\n" for number in range(60_000))
    page.set_input_files("#id_file", {"name": "list.csv", "mimeType": "text/csv", "buffer": lines.encode()})
    page.click("main form.sheet button[type=submit]")
    assert "60000 values" in page.inner_text("#looked")
    assert "“no value at all” is no domain name" in page.inner_text("main")
    visitor.picture("overlap-counted")
    page.click("text=Put these in")
    page.wait_for_url(nodes[0].url + pages["waiting"])
    page.wait_for_selector("progress", timeout=60_000)
    visitor.picture("overlap-progress")
    # The bar moves without a reload, until the request is said.
    bar = page.locator("progress")
    expect(bar).not_to_have_attribute("value", bar.get_attribute("value") or "")
    page.wait_for_selector("text=is to answer them", timeout=90_000)
    assert visitor.complaints == []
