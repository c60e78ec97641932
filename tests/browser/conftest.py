"""Live nodes and headless Chromium. With VERBALE_SHOTS naming a folder, every visit leaves a picture there."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from verbale.demo.nodes import NodeProcess, free_port
from verbale.demo.play import connect
from verbale.demo.scenario import CRIMSON, FORUM, LAZURIA, PASSWORD, Side

# A machine with two busy cores takes its time; what is expected is that it comes, not when.
expect.set_options(timeout=20_000)
_CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
# Without the last flags Chromium looks for its maker's servers at every start.
_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass
class Visitor:
    """A person at a browser."""

    node: NodeProcess
    username: str
    page: Page
    complaints: list[str] = field(default_factory=list)

    def go(self, path: str) -> Page:
        """Open a page; the browser's own complaints are collected."""
        answer = self.page.goto(self.node.url + path)
        assert answer is not None
        assert answer.status < 500, f"{path} answers {answer.status}"
        return self.page

    def log_in(self) -> "Visitor":
        page = self.go("/accounts/login/")
        page.fill("#id_login", self.username)
        page.fill("#id_password", PASSWORD)
        page.click("form.sheet button[type=submit]")
        # Whole, with its script: a press that comes before fills in nothing.
        page.wait_for_url("**/2fa/**")
        # A practice node shows the code where one is asked for; pressing it fills it in.
        page.click("[data-fill]")
        page.click("form.sheet button[type=submit]")
        page.wait_for_url(self.node.url + "/")
        return self

    def picture(self, name: str) -> None:
        if folder := os.environ.get("VERBALE_SHOTS"):
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            self.page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


@contextmanager
def _live(folder: Path, *sides: Side) -> Iterator[list[NodeProcess]]:
    """Confirmed partners of each other, with nothing said yet."""
    found = [NodeProcess(side, folder / side.node.lower(), free_port()) for side in sides]
    try:
        for node in found:
            node.begin_set_up()
        for node in found:
            node.finish_set_up()
            node.start()
        for node in found:
            node.wait_until_up(60)
        connect(*found)
        yield found
    finally:
        for node in found:
            node.stop()


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NodeProcess, NodeProcess]]:
    """Crimson and Lazuria."""
    with _live(tmp_path_factory.mktemp("nodes"), CRIMSON, LAZURIA) as (crimson, lazuria):
        yield crimson, lazuria


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[NodeProcess]]:
    """Crimson, Lazuria and the World Forum."""
    with _live(tmp_path_factory.mktemp("trio"), CRIMSON, LAZURIA, FORUM) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    # For a module and no longer: while Playwright runs, Django takes this process for an asynchronous one.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=list(_FLAGS))
        yield browser
        browser.close()


def _complains(said: ConsoleMessage) -> bool:
    """An error of the page; not that a preview was given up because one went on writing or left."""
    return said.type == "error" and not said.text.startswith(("htmx:sendAbort", "htmx:afterRequest"))


class House:
    """Makes visitors, each with a browser context of their own."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self.visitors: list[Visitor] = []

    def visitor(self, node: NodeProcess, username: str, *, width: int = 1440, scheme: str = "light") -> Visitor:
        context = self._browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        page = context.new_page()
        page.set_default_timeout(20_000)
        visitor = Visitor(node, username, page)
        page.on("console", lambda said: visitor.complaints.append(said.text) if _complains(said) else None)
        page.on("pageerror", lambda error: visitor.complaints.append(str(error)))
        self.visitors.append(visitor)
        return visitor


@pytest.fixture
def house(chromium: Browser) -> Iterator[House]:
    made = House(chromium)
    yield made
    for visitor in made.visitors:
        visitor.page.context.close()
