"""Every page of a played case, narrow and wide, light and dark, from left and from right: nothing overflows, nothing
complains, axe finds nothing serious, and no person meets an id, a date as machines write it, or a piece of code."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import House, Visitor
from tests.browser.walk import Case, Stop, play_all, stops_of
from verbale.demo.nodes import NodeProcess
from verbale.demo.scenario import CRIMSON

pytestmark = pytest.mark.browser

_VIEWS = [(390, "light"), (1440, "dark"), (1440, "light")]
_WIDE_AND_LIGHT = ("desk", "story", "dossier-print", "compose", "draft-waiting", "forum-halfway", "agreement-halfway")
"""What is looked at in a wide, light window too: the colours are those of the narrow one, the layout of the dark."""


@pytest.fixture(scope="module")
def case(trio: list[NodeProcess]) -> Case:
    return play_all(trio)


@pytest.fixture(scope="module")
def stops(chromium: Browser, trio: list[NodeProcess], case: Case) -> list[Stop]:
    """All of Crimson's pages, and what the other two see of the story and of each matter, and can do besides."""
    house = House(chromium)
    found = _frame(trio[0], case)
    for node in trio:
        visitor = house.visitor(node, "desk").log_in()
        found += stops_of(visitor, case, found)
        visitor.page.context.close()
    return found


def _frame(crimson: NodeProcess, case: Case) -> list[Stop]:
    """Pages that are none of a kind's, or that need to be asked for in a certain way."""
    dossier, drafts = case.played.case, case.drafts
    note = next(act["act"] for act in case.played.acts if act["type"] == "channel.note")
    channel = crimson.api("desk", "GET", f"/acts/{note}")["matter"]
    as_desk = {
        "desk": "/",
        "dossier-print": f"/dossiers/{dossier}/print/",
        "dossier-earlier": f"/dossiers/{dossier}/?kind=channel.note",
        "session-print": f"/dossiers/{case.played.matters['session']}/print/",
        "draft-going": f"/drafts/{drafts['going']}/",
        "draft-crossing": f"/drafts/{drafts['crossing']}/",
        "compose": f"/channel/compose/?about={dossier}&to=LZ",
        "compose-form": f"/channel/compose/?form=preservation-request&about={dossier}&to=LZ",
        "edit": f"/channel/drafts/{drafts['going']}/",
        "channel-series": f"/channel/{channel}/",
        "assistance-request": f"/assistance/request/?about={dossier}",
        "transmission-send": f"/transmission/send/?about={dossier}",
        "partner": "/partners/LZ/",
        "partner-escalation": "/partners/LZ/escalation/",
        "partner-organisation": "/partners/WF/",
        "search": "/search/?q=ransomware",
        "search-nothing": "/search/?q=zzzz",
        "second-factors": "/accounts/2fa/",
        "password": "/accounts/password/change/",
    }
    others = [
        Stop("draft-waiting", f"/drafts/{drafts['waiting']}/", who="head"),
        Stop("audit", "/audit/", who="head"),
        Stop("desk-of-head", "/", who="head"),
        Stop("person-add", "/settings/people/add/", who="operator"),
        Stop("partner-add", "/partners/add/", who="operator"),
        Stop("settings", "/settings/", who="operator"),
    ]
    return [*(Stop(name, path) for name, path in as_desk.items()), *others]


@pytest.fixture(scope="module", params=_VIEWS, ids=lambda view: f"{view[0]}-{view[1]}")
def visitors(
    request: pytest.FixtureRequest, chromium: Browser, trio: list[NodeProcess]
) -> Iterator[dict[tuple[str, str], Visitor]]:
    house = House(chromium)
    width, scheme = request.param
    who = [(trio[0], "desk"), (trio[0], "head"), (trio[0], "operator"), (trio[1], "desk"), (trio[2], "desk")]
    yield {(node.side.node, name): house.visitor(node, name, width=width, scheme=scheme).log_in() for node, name in who}
    for visitor in house.visitors:
        visitor.page.context.close()


# What a person reads: without what is typed into, and without the proofs and papers, in which ids have their place.
_READ = """() => {
  const main = document.querySelector("main, .entrance").cloneNode(true);
  for (const part of main.querySelectorAll(".mono, .paper, .helptext, script, textarea, input, option")) part.remove();
  for (const part of main.querySelectorAll("details")) part.open = true;
  document.body.append(main);
  const text = main.innerText + " " + (document.getElementById("search")?.value ?? "");
  main.remove();
  return text;
}"""
_CODE = re.compile(r"\b[0-9a-f]{12,}\b|\b20\d\d-\d\d-\d\d\b|[\[{(]['\"]\w+['\"]\s*[:,]|\bNone\b(?!\.)")
_DATA = frozenset({"search", "list-settings", "settings", "audit", "register"})
"""Pages whose text is what somebody typed, or a log."""


def _overflow(page: Page) -> int:
    width = page.viewport_size["width"] if page.viewport_size else 0
    return int(page.evaluate("document.documentElement.scrollWidth")) - width


def _looked_at(stop: Stop, place: int, view: tuple[int, str]) -> bool:
    """Each page once, narrow and light or wide and dark in turn; those of `_WIDE_AND_LIGHT` in every view."""
    if stop.name in _WIDE_AND_LIGHT or view == (1440, "light"):
        return stop.name in _WIDE_AND_LIGHT
    return place % 2 == (view == (1440, "dark"))


def test_every_page_is_whole_and_accessible(
    visitors: dict[tuple[str, str], Visitor], stops: list[Stop], request: pytest.FixtureRequest
) -> None:
    width, scheme = (
        next(iter(visitors.values())).page.viewport_size["width"],
        request.node.callspec.params["visitors"][1],
    )
    axe, problems = Axe(), []
    names = {stop.name for stop in stops}
    assert {"story", "proof", "forum-halfway", "hotline-message", "act-agreement.sign", "norm-propose"} <= names
    for place, stop in enumerate(stops):
        if not _looked_at(stop, place, (width, scheme)):
            continue
        visitor = visitors[stop.node, stop.who]
        page = visitor.go(stop.path)
        where = f"{stop.node} {stop.name} {stop.path}"
        if stop.name == "compose":
            page.fill("#id_text", "inform the Ministry.")
            page.wait_for_selector("#preview .paper")
        visitor.picture(f"{stop.node}-{stop.name}")
        if (wide := _overflow(page)) > 0:
            problems.append(f"{where}: {wide} px wider than the window")
        for found in axe.run(page, options={"resultTypes": ["violations"]}).response["violations"]:
            if found["impact"] in ("serious", "critical"):
                parts = "; ".join(node["target"][0] for node in found["nodes"][:3])
                problems.append(f"{where}: {found['id']}, {found['help']} ({parts})")
        if stop.name not in _DATA:
            problems += [f"{where}: a person reads {word!r}" for word in set(_CODE.findall(page.evaluate(_READ)))]
        # There is no catalogue of a language that is written from the right; the layout holds all the same.
        page.evaluate("document.documentElement.dir = 'rtl'")
        if (wide := _overflow(page)) > 0:
            problems.append(f"{where}: {wide} px wider than the window when written from the right")
        problems += [f"{where}: {complaint}" for complaint in visitor.complaints]
        visitor.complaints.clear()
    assert problems == []


def test_nobody_comes_in_without_logging_in(trio: list[NodeProcess], house: House, stops: list[Stop]) -> None:
    stranger = house.visitor(trio[0], "nobody")
    stranger.go("/")
    for stop in stops:
        if stop.node == "CR":
            answer = stranger.page.request.get(trio[0].url + stop.path, max_redirects=0)
            assert answer.status == 302, stop.path
            assert "/accounts/" in answer.headers["location"], stop.path
    assert stranger.page.request.get(trio[0].url + "/live").status == 403


def test_the_login_page_is_accessible(trio: list[NodeProcess], house: House) -> None:
    stranger = house.visitor(trio[0], CRIMSON.people[0].username)
    page = stranger.go("/accounts/login/")
    stranger.picture("login")
    serious = [found for found in Axe().run(page).response["violations"] if found["impact"] in ("serious", "critical")]
    assert serious == []
