"""Norm, plan, capacity, collection and interests in the browser, wide and narrow, light and dark: what they show, that
nothing overflows, that axe finds nothing serious."""

import base64
import json
from datetime import date, timedelta

import pytest

from tests.browser.conftest import House
from tests.browser.fitting import problems_of
from tests.two_nodes.nodes import wait
from verbale.demo.nodes import NodeProcess

pytestmark = pytest.mark.browser

TEXT = [
    "A State whose critical infrastructure is attacked may ask the State whence the attack comes for help.",
    "The State that is asked answers within 72 hours, be it to say when it will answer.",
    "Nothing here limits the right to ask for assistance under other instruments.",
]
REVISED = [TEXT[0], "The State that is asked answers within 24 hours, be it to say when it will answer.", TEXT[2]]
STIX = {
    "type": "bundle",
    "id": "bundle--1f3b5a52-2c54-4f0e-9a9e-0a8f0f0a0a01",
    "objects": [
        {
            "type": "indicator",
            "spec_version": "2.1",
            "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
            "created": "2026-11-20T08:00:00.000Z",
            "modified": "2026-11-20T08:00:00.000Z",
            "pattern": "[ipv4-addr:value = '198.51.100.7']",
            "pattern_type": "stix",
            "valid_from": "2026-11-20T08:00:00Z",
        }
    ],
}


def day(days: int) -> str:
    return (date.today() + timedelta(days=days)).isoformat()


def drafted(node: NodeProcess, path: str, **fields: object) -> str:
    draft: str = node.api("desk", "POST", path, json=fields)["draft"]
    node.api("desk", "POST", f"/drafts/{draft}/submit")
    return draft


def cleared(node: NodeProcess, path: str, **fields: object) -> dict[str, str]:
    record: dict[str, str] = node.api("head", "POST", f"/drafts/{drafted(node, path, **fields)}/clear")[-1]
    return record


@pytest.fixture(scope="module")
def pages(nodes: tuple[NodeProcess, NodeProcess]) -> dict[str, str]:
    """A matter of each kind, as far as two nodes bring it, and a draft that crosses a red line."""
    crimson, lazuria = nodes

    def there(kind: str, matter: str, key: str) -> None:
        wait(f"{key} of {kind}", lambda: any(key in item["state"] for item in lazuria.api("desk", "GET", f"/{kind}/")
                                            if item["id"] == matter))  # fmt: skip

    proposal = cleared(
        crimson, "/norm/propose", to=["LZ"], title="An answer in time", paragraphs=TEXT,
        rationale="Requests for assistance went unanswered for weeks.",
        builds_on=[{"source": "A/70/174 para. 13 (h)", "title": "Respond to requests for assistance"}],
    )  # fmt: skip
    norm = proposal["matter"]
    there("norm", norm, "latest")
    cleared(lazuria, f"/norm/{norm}/comment", version=proposal["id"], paragraph=3, text="And under bilateral ones?")
    cleared(lazuria, f"/norm/{norm}/object", version=proposal["id"], reason="72 hours are too long.")
    wait("the objection", lambda: "objection:LZ" in crimson.api("desk", "GET", f"/norm/{norm}")["state"])
    cleared(
        crimson, f"/norm/{norm}/revise", version=proposal["id"], paragraphs=REVISED, text="Sooner, as Lazuria asks."
    )

    need = cleared(
        crimson, "/capacity/need", to=["LZ"], title="Forensics of control systems", topic="knowledge",
        text="Our response team has no one for it.", people=12, deadline=day(90),
    )["matter"]  # fmt: skip
    there("capacity", need, "opening")
    offer = cleared(
        lazuria, f"/capacity/{need}/offer", what="A course of five days", provider="Lazurian Cyber Academy", places=10,
        first=day(20), last=day(24), amount=40000, currency="EUR",
    )["id"]  # fmt: skip
    wait("the offer", lambda: f"offer:{offer}" in crimson.api("desk", "GET", f"/capacity/{need}")["state"])

    collection = cleared(
        crimson, "/collection/open", to=["LZ"], title="Ransomware against banks", purpose="To find the rest of it.",
        wanted=["Domains of the control servers", "Hashes of loaders"], ceiling="AMBER",
    )["matter"]  # fmt: skip
    content = base64.b64encode(json.dumps(STIX).encode()).decode()
    cleared(
        crimson, f"/collection/{collection}/contribute", title="A control server", text="Seen on 20 November.",
        attachments=[{"name": "server.json", "media_type": "application/json", "content": content}],
    )  # fmt: skip

    plan = cleared(
        crimson, "/plan/lay", to=["LZ"], title="After the night on the grid",
        items=[
            {"what": "training", "text": "Train the response team", "owner": "LZ", "deadline": day(60)},
            {"what": "talks", "text": "Meet again in the spring", "owner": "CR", "deadline": day(120)},
        ],
    )["matter"]  # fmt: skip
    version = crimson.api("desk", "GET", f"/plan/{plan}")["state"]["latest"]
    crimson.api("desk", "POST", f"/plan/{plan}/link", json={"version": version, "item": "1", "matter": need})

    position = crimson.api("desk", "POST", "/interests/position", json={
        "topic": "Who attributes", "text": "Each State attributes for itself.", "concerns": ["A/76/135 paras. 22-28"],
    })["matter"]  # fmt: skip
    crimson.api("desk", "POST", f"/interests/{position}/red-line", json={
        "text": "No common body that attributes.", "words": ["attribution mechanism"], "unless": ["shall not"],
    })  # fmt: skip
    draft = drafted(
        crimson, "/norm/propose", to=["LZ"], title="Facts first",
        paragraphs=["The Parties establish an attribution mechanism. It meets each year."],
    )  # fmt: skip
    return {
        "norm": f"/dossiers/{norm}/",
        "norm-list": "/norm/",
        "norm-propose": "/norm/propose/",
        "capacity": f"/dossiers/{need}/",
        "collection": f"/dossiers/{collection}/",
        "plan": f"/dossiers/{plan}/",
        "plan-amend": f"/plan/{plan}/amend/",
        "interests": f"/dossiers/{position}/",
        "red-line": f"/interests/{position}/red-line/",
        "crossing": f"/drafts/{draft}/",
    }


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_pages_fit_and_axe_finds_nothing_serious(
    nodes: tuple[NodeProcess, NodeProcess], house: House, pages: dict[str, str], width: int, scheme: str
) -> None:
    visitor = house.visitor(nodes[0], "desk", width=width, scheme=scheme).log_in()
    assert problems_of(visitor, {f"small-{name}": path for name, path in pages.items()}) == []
    assert visitor.complaints == []


def test_the_head_who_may_not_read_the_position_is_told_whom_to_ask(
    nodes: tuple[NodeProcess, NodeProcess], house: House, pages: dict[str, str]
) -> None:
    page = house.visitor(nodes[0], "head").log_in().go(pages["crossing"])
    warning = page.locator("#warnings").locator("xpath=..")
    assert "Crosses a red line that you may not read: ask" in warning.inner_text()
    assert "attribution" not in warning.inner_text()
