"""What is contributed to a collection goes onto the shelf that serves it, and leaves it when it is withdrawn.

What stands on the shelf is told by the act that it came with, so this can run as often as one likes; it makes up for
files that arrived after their act.
"""

import threading
from collections.abc import Mapping
from typing import Any

from verbale.holdings import contributed, shelves
from verbale.holdings.contributed import File
from verbale.holdings.models import Contributed, Shelf
from verbale.node import attachments
from verbale.node.models import ActFile, Matter, Notice
from verbale.node.projection import state_of

__all__ = ["shelve", "shelve_all", "shelve_new"]

_turn = threading.Lock()
"""The clock, the chores and a request may come at once."""
_place: int | None = None
"""The last notice that this process has looked at."""


def shelve_all() -> None:
    """Every collection."""
    for matter in Matter.objects.filter(kind="collection", state__key="opening"):
        shelve(matter)


def shelve_new() -> None:
    """The collections in which something happened since this was last called; the clock makes up for the others."""
    global _place
    last = Notice.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    place, _place = _place, last
    if place is None or place >= last:
        return
    touched = Notice.objects.filter(pk__gt=place, pk__lte=last).exclude(matter_id="").values("matter_id")
    for matter in Matter.objects.filter(kind="collection", pk__in=touched):
        shelve(matter)


def shelve(matter: Matter) -> Shelf | None:
    """Bring the shelf of a collection up to its contributions; None for one whose opening has no effect."""
    with _turn:
        return _shelve(matter)


def _shelve(matter: Matter) -> Shelf | None:
    state = state_of(matter)
    if "opening" not in state:
        return None
    shelf = shelves.for_matter(matter.id, matter.title, state["opening"]["ceiling"])
    laid: dict[str, set[str]] = {}
    gone: set[str] = set()
    for act, sha256, left in Contributed.objects.filter(shelf=shelf).values_list("act", "sha256", "left"):
        laid.setdefault(act, set()).add(sha256)
        if left:
            gone.add(act)
    given = {key.partition(":")[2]: entry for key, entry in state.items() if key.startswith("contribution:")}
    for act, entry in sorted(given.items(), key=lambda item: (item[1]["issued"], item[0])):
        if f"withdrawn:{act}" in state:
            if act in laid and act not in gone:
                contributed.take_back(shelf, act)
        elif entry["files"] > len(laid.get(act, ())):
            _lay(shelf, act, entry, laid.get(act, set()))
    return shelf


def _lay(shelf: Shelf, act: str, entry: Mapping[str, Any], laid: set[str]) -> None:
    named = ActFile.objects.filter(act_id=act).exclude(sha256__in=laid).order_by("id")
    files = [
        File(file.sha256, file.name, content)
        for file in named
        if (content := attachments.load(file.sha256)) is not None
    ]
    contributed.lay(shelf, files, act=act, origin=entry["by"], marking=entry["marking"])
