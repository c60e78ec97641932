"""Two live nodes and headless Chromium. With VERBALE_SHOTS naming a folder, every visit leaves a picture there."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from verbale.demo.nodes import NodeProcess, free_port
from verbale.demo.play import connect
from verbale.demo.scenario import CRIMSON, LAZURIA, PASSWORD

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
        # A practice node shows the code where one is asked for; pressing it fills it in.
        page.click("[data-fill]")
        page.click("form.sheet button[type=submit]")
        page.wait_for_url(self.node.url + "/")
        return self

    def picture(self, name: str) -> None:
        if folder := os.environ.get("VERBALE_SHOTS"):
            width = self.page.viewport_size["width"] if self.page.viewport_size else 0
            self.page.screenshot(path=str(Path(folder) / f"{name}-{width}.png"), full_page=True)


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NodeProcess, NodeProcess]]:
    """Crimson and Lazuria, confirmed partners of each other, with nothing said yet."""
    folder = tmp_path_factory.mktemp("nodes")
    both = tuple(NodeProcess(side, folder / side.node.lower(), free_port()) for side in (CRIMSON, LAZURIA))
    try:
        for node in both:
            node.begin_set_up()
        for node in both:
            node.finish_set_up()
            node.start()
        for node in both:
            node.wait_until_up(60)
        connect(*both)
        yield both
    finally:
        for node in both:
            node.stop()


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
