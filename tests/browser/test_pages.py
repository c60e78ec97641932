"""Every page, wide and narrow, light and dark: nothing overflows, nothing complains, axe finds nothing serious."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import House, Visitor
from verbale.demo.nodes import NodeProcess
from verbale.demo.play import play
from verbale.demo.scenario import CRIMSON

pytestmark = pytest.mark.browser

_VIEWS = [(1440, "light"), (390, "light"), (1440, "dark")]


@pytest.fixture(scope="module")
def played(nodes: tuple[NodeProcess, NodeProcess]) -> dict[str, str]:
    """Addresses of pages that need a case to be there."""
    from pathlib import Path

    import verbale.demo

    report = Path(verbale.demo.__file__).parent / "reports" / "conti-ransomware.json"
    done = play(*nodes, report, True, lambda _line: None)
    crimson = nodes[0]
    note = next(act["act"] for act in done.acts if act["type"] == "channel.note")
    incident = next(act["act"] for act in done.acts if act["type"] == "incident.open")
    acknowledgement = next(act["act"] for act in done.acts if act["type"] == "channel.acknowledge")
    fields = {"to": "LZ", "subject": "A further note", "paragraphs": ["propose talks."], "about": done.dossier}
    waiting = crimson.api("desk", "POST", "/channel/notes", json=fields)["draft"]
    crimson.api("desk", "POST", f"/drafts/{waiting}/submit")
    going = crimson.api("desk", "POST", "/channel/notes", json={**fields, "subject": "Still being written"})["draft"]
    channel = crimson.api("desk", "GET", f"/acts/{note}")["matter"]
    return {
        "desk": "/",
        "dossiers": "/dossiers/",
        "dossier": f"/dossiers/{done.dossier}/",
        "dossier-print": f"/dossiers/{done.dossier}/print/",
        "act-note": f"/acts/{note}/",
        "act-incident": f"/acts/{incident}/",
        "act-acknowledgement": f"/acts/{acknowledgement}/",
        "draft-waiting": f"/drafts/{waiting}/",
        "draft-going": f"/drafts/{going}/",
        "compose": f"/channel/compose/?about={done.dossier}&to=LZ",
        "edit": f"/channel/drafts/{going}/",
        "channels": "/channel/",
        "channel": f"/channel/{channel}/",
        "compose-form": f"/channel/compose/?form=preservation-request&about={done.dossier}&to=LZ",
        "assistance": "/assistance/",
        "assistance-request": f"/assistance/request/?about={done.dossier}",
        "talks": "/talks/",
        "talks-invite": f"/talks/invite/?about={done.dossier}",
        "directory": "/directory/",
        "import": "/incident/import/",
        "add-report": f"/incident/{done.dossier}/report/",
        "partners": "/partners/",
        "partner": "/partners/LZ/",
        "partner-add": "/partners/add/",
        "register": "/register/",
        "audit": "/audit/",
        "settings": "/settings/",
        "person-add": "/settings/people/add/",
        "search": "/search/?q=ransomware",
        "search-nothing": "/search/?q=zzzz",
        "help": "/help/",
        "second-factors": "/accounts/2fa/",
        "password": "/accounts/password/change/",
    }


@pytest.fixture(scope="module", params=_VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def visitors(
    request: pytest.FixtureRequest, chromium: Browser, nodes: tuple[NodeProcess, NodeProcess]
) -> Iterator[dict[str, Visitor]]:
    house = House(chromium)
    width, scheme = request.param
    yield {
        who: house.visitor(nodes[0], who, width=width, scheme=scheme).log_in() for who in ("desk", "head", "operator")
    }
    for visitor in house.visitors:
        visitor.page.context.close()


_WHO = {
    "draft-waiting": "head",
    "audit": "head",
    "person-add": "operator",
    "partner-add": "operator",
    "settings": "operator",
}


def test_every_page_is_whole_and_accessible(visitors: dict[str, Visitor], played: dict[str, str]) -> None:
    axe, problems = Axe(), []
    for name, address in played.items():
        visitor = visitors[_WHO.get(name, "desk")]
        page = visitor.go(address)
        if name == "compose":
            page.fill("#id_text", "inform the Ministry.")
            page.wait_for_selector("#preview .paper")
        visitor.picture(name)
        width = page.viewport_size["width"] if page.viewport_size else 0
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            problems.append(f"{name}: {wide} px wide in a window of {width}")
        for found in axe.run(page).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                where = "; ".join(node["target"][0] for node in found["nodes"][:3])
                problems.append(f"{name}: {found['id']}, {found['help']} ({where})")
        problems += [f"{name}: {complaint}" for complaint in visitor.complaints]
        visitor.complaints.clear()
    assert problems == []


def test_nobody_comes_in_without_logging_in(
    nodes: tuple[NodeProcess, NodeProcess], house: House, played: dict[str, str]
) -> None:
    stranger = house.visitor(nodes[0], "nobody")
    for address in played.values():
        stranger.go(address)
        assert "/accounts/" in stranger.page.url, address
    assert stranger.page.request.get(nodes[0].url + "/live").status == 403


def test_the_login_page_is_accessible(nodes: tuple[NodeProcess, NodeProcess], house: House) -> None:
    stranger = house.visitor(nodes[0], CRIMSON.people[0].username)
    page = stranger.go("/accounts/login/")
    stranger.picture("login")
    serious = [found for found in Axe().run(page).response["violations"] if found["impact"] in ("serious", "critical")]
    assert serious == []
