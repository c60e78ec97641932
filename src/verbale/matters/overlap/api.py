"""What the API of overlaps does beyond what the kit gives: the own set, how far the work is, and what was learnt."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from verbale.matters.kit.operations import matter_of
from verbale.matters.kit.spec import View
from verbale.matters.overlap import pages, standing, work
from verbale.matters.overlap.private import Private
from verbale.node.access import require
from verbale.node.api import person

__all__ = ["add", "progress_json"]


class OwnSet(Schema):
    """What goes in: our own values, the lines of a list, or both."""

    holdings: bool = True
    text: str = ""


def progress_json(view: View) -> dict[str, Any]:
    """How far the work of this node is."""
    assert view.matter is not None
    private, steps = Private(view.matter.id), standing.due(view.state, view.me)
    chosen = private.chosen()
    told = [(step, work.progress_of(view.matter.id, step)) for step in steps]
    return {
        "chosen": chosen["count"] if chosen else None,
        "steps": [{"run": step.run, "step": step.word, "done": done, "of": of} for step, (done, of) in told],
        "trouble": private.trouble(),
        "found": [run for run in (1, 2) if private.found(run) is not None],
    }


def add(router: Router) -> None:
    """Add the routes of this module."""

    def view_of(request: HttpRequest, matter: str) -> View:
        return View(matter_of(person(request), matter, "overlap"), person(request))

    @router.post("/{matter}/set", summary="Choose what this node puts in", url_name="overlap-set")
    def own_set(request: HttpRequest, matter: str, fields: OwnSet) -> dict[str, Any]:
        view = view_of(request, matter)
        require(person(request), "import")
        chosen = work.gathered(view, holdings=fields.holdings, text=fields.text)
        work.choose(view, person(request), chosen.items)
        return {
            "count": len(chosen.items),
            "counts": dict(chosen.counts),
            "of_other_kinds": chosen.others,
            "refused": [{"line": line, "text": text, "why": why} for line, text, why in chosen.refused],
        }

    @router.get("/{matter}/progress", summary="How far the computation is at this node", url_name="overlap-progress")
    def progress(request: HttpRequest, matter: str) -> dict[str, Any]:
        return progress_json(view_of(request, matter))

    @router.get("/{matter}/found/{run}", summary="What this node has learnt in a run", url_name="overlap-found")
    def found(request: HttpRequest, matter: str, run: int) -> dict[str, Any]:
        require(person(request), "import")
        return pages.result_of(view_of(request, matter), run, person(request).username)
