"""Whether pages fit the screen, and whether axe finds anything serious on them."""

from collections.abc import Mapping

from axe_playwright_python.sync_playwright import Axe

from tests.browser.conftest import Visitor

__all__ = ["problems_of"]


def problems_of(visitor: Visitor, pages: Mapping[str, str]) -> list[str]:
    """Opens each page, by the name of its picture, and tells what is wrong with it."""
    axe, problems = Axe(), []
    for name, path in pages.items():
        page = visitor.go(path)
        visitor.picture(name)
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            problems.append(f"{path} is {wide} px too wide")
        problems += [
            f"{path}: {found['id']}: {found['nodes'][0]['html'][:160]}"
            for found in axe.run(page).response["violations"]
            if found["impact"] in ("serious", "critical")
        ]
    return problems
