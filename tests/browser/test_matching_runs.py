"""Runs of matching in the browser, wide and narrow, light and dark: an analyst gives a log, the node's worker looks
through it, what it found appears, sightings are kept and a draft is made; nothing overflows, axe finds nothing serious.
"""

import base64
import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import House
from tests.browser.fitting import problems_of
from tests.browser.test_small_kinds import cleared
from tests.holdings.things import TLP, indicator
from tests.intel.matching_case import LOGS
from tests.two_nodes.nodes import command, wait
from verbale.demo.nodes import NodeProcess

pytestmark = pytest.mark.browser
VALUES = ("198.51.100.23", "203.0.113.77", "2001:db8::53")
NAMES = ("Control server of the loader", "Where the loader is fetched", "Resolver of the campaign")


def bundle() -> bytes:
    """What Lazuria contributes: three addresses that the small logs name, and a rule that no log is matched against."""
    objects = [
        indicator(
            number,
            marking=TLP["AMBER"],
            name=name,
            pattern=f"[ipv{6 if ':' in value else 4}-addr:value = '{value}']",
            valid_from="2025-01-01T00:00:00.000Z",
        )
        for number, (name, value) in enumerate(zip(NAMES, VALUES, strict=True), start=1)
    ]
    objects.append(
        indicator(9, marking=TLP["AMBER"], name="Loader in memory", pattern="rule a { condition: true }",
                  pattern_type="yara")
    )  # fmt: skip
    found = {"type": "bundle", "id": "bundle--5a0c1b52-0000-4000-8000-000000000001", "objects": objects}
    return json.dumps(found).encode()


@pytest.fixture(scope="module")
def shelf(nodes: tuple[NodeProcess, NodeProcess]) -> str:
    """The shelf at Crimson of a collection to which Lazuria contributed."""
    crimson, lazuria = nodes
    matter = cleared(
        crimson, "/collection/open", to=["LZ"], title="Loaders", purpose="To stop them", wanted=["Hosts"],
        ceiling="AMBER",
    )["matter"]  # fmt: skip

    def there(node: NodeProcess, key: str) -> bool:
        rows = node.api("desk", "GET", "/collection/")
        return any(key in item["state"] for item in rows if item["id"] == matter)

    wait("the collection", lambda: there(lazuria, "opening"))
    cleared(lazuria, f"/collection/{matter}/join")
    wait("that they join", lambda: there(crimson, "member:LZ"))
    file = {
        "name": "loaders.json",
        "media_type": "application/json",
        "content": base64.b64encode(bundle()).decode(),
    }
    cleared(lazuria, f"/collection/{matter}/contribute", title="Loaders", attachments=[file])

    def shelves() -> list[dict[str, object]]:
        rows = json.loads(command(crimson, "intel", "shelves", "--json"))
        return [row for row in rows if row["matter"] == matter and row["entries"]]

    return str(wait("the contribution on its shelf", shelves, 120)[0]["id"])


@pytest.fixture(scope="module")
def run(nodes: tuple[NodeProcess, NodeProcess], shelf: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run by the command over logs of which some are amiss; and one that saw nothing."""
    broken = tmp_path_factory.mktemp("logs") / "archive.zip"
    broken.write_bytes(b"PK\x03\x04")
    logs = [str(LOGS / name) for name in ("conn.log", "dns.log", "files.log", "proxy.csv")]
    command(nodes[0], "intel", "match", str(LOGS / "x509.log"), "--shelf", shelf)
    command(nodes[0], "intel", "match", *logs, str(broken), "--shelf", shelf, "--json", code=1)
    rows = json.loads(command(nodes[0], "intel", "match-runs", "list", "--json"))
    return f"/holdings/matching/{rows[0]['run']}/"


@pytest.fixture(scope="module")
def wide(nodes: tuple[NodeProcess, NodeProcess], tmp_path_factory: pytest.TempPathFactory) -> str:
    """A run with a shelf of our own: an expression that fits many values, and an indicator that has ended."""
    folder = tmp_path_factory.mktemp("wide")
    long = {"name": "Names that the generator makes, whatever it is that it makes them of" + " and so on" * 6}
    since = {"valid_from": "2024-01-01T00:00:00.000Z"}
    things = [
        indicator(21, pattern="[domain-name:value LIKE 'h%']", **long, **since),
        indicator(22, pattern="[ipv4-addr:value = '192.0.2.80']", name="Ended", valid_until="2025-01-01T00:00:00Z",
                  **since),
    ]  # fmt: skip
    (folder / "own.json").write_text(json.dumps({"type": "bundle", "id": "bundle--1", "objects": things}))
    names = "".join(
        f"2025-11-{day % 28 + 1:02d}T09:00:00Z,192.0.2.80,h{day}.{'sub' * 20}.example\n" for day in range(40)
    )
    (folder / "proxy.csv").write_text(f"time,dst_ip,domain\n{names}no time,1.2,-\n")
    command(nodes[0], "intel", "shelf", "add", "Banks", "--alias", "banks")
    command(nodes[0], "intel", "import", str(folder / "own.json"), "--shelf", "banks")
    command(nodes[0], "intel", "match", str(folder / "proxy.csv"), "--shelf", "banks", "--ended")
    return f"/holdings/matching/{json.loads(command(nodes[0], 'intel', 'match-runs', 'list', '--json'))[0]['run']}/"


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_without_a_run_and_with_two_the_pages_fit(
    nodes: tuple[NodeProcess, NodeProcess], house: House, run: str, wide: str, shelf: str, width: int, scheme: str
) -> None:
    crimson, lazuria = nodes
    here = house.visitor(crimson, "desk", width=width, scheme=scheme).log_in()
    there = house.visitor(lazuria, "desk", width=width, scheme=scheme).log_in()
    pages = {
        "runs": "/holdings/matching/",
        "run": run,
        "run-wide": wide,
        "run-shelf": f"/holdings/{shelf}/",
        "run-shelves": "/holdings/",
    }
    pages["run-thing"] = f"/holdings/{shelf}/{indicator(1)['id']}/"
    assert problems_of(here, pages) == []
    assert problems_of(there, {"runs-empty": "/holdings/matching/"}) == []
    assert here.complaints == there.complaints == []


def test_an_analyst_gives_a_log_and_makes_something_of_it(
    nodes: tuple[NodeProcess, NodeProcess], house: House, run: str, shelf: str
) -> None:
    visitor = house.visitor(nodes[0], "desk").log_in()
    page = visitor.go(f"/holdings/matching/?shelf={shelf}")
    expect(page.locator("#id_shelf")).to_have_value(shelf)
    page.set_input_files("#id_file", str(LOGS / "conn.log"))
    page.click("text=Look through it")
    expect(page.locator("h1")).to_contain_text("Own logs: Loaders")
    expect(page.locator("main")).to_contain_text("What it finds appears here by itself")
    visitor.picture("run-waits")
    # Without a reload, when the worker has done it.
    expect(page.locator("main .lead")).to_contain_text("3 indicators of Lazuria were seen, 3 times", timeout=90_000)
    page.select_option("#id_k-own_marking", "AMBER")
    page.click("text=Put the sightings on the shelf")
    expect(page.locator(".messages")).to_contain_text("3 sightings are on the shelf now")
    page.click("text=Draft what Lazuria can be told")
    expect(page.locator(".messages")).to_contain_text("it leaves when a second person clears it")
    assert problems_of(visitor, {"run-done": page.url.removeprefix(nodes[0].url)}) == []
    page.click("main aside a[href^='/drafts/']")
    expect(page.locator("main")).to_contain_text("Nothing has left the house")
    assert not list(Path(nodes[0].home / "matching").iterdir())
    assert visitor.complaints == []
