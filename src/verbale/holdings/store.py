"""The one door to what is held: `add`, `page`, `versions`, `get`, `remove`, each but the first for a viewer.

store.add(shelf, [b'{"type":"indicator", …}'], origin="LZ", marking="GREEN")
store.page(shelf, Viewer("VD"), Query(types=("indicator",), limit=100))
"""

from collections.abc import Iterable, Iterator, Sequence

from django.db import transaction

from verbale.holdings import rows
from verbale.holdings.adding import MAX_OBJECT_BYTES, Added, Refused, Taken, add, lock, tick
from verbale.holdings.models import Entry, Shelf, Source
from verbale.holdings.places import moved
from verbale.holdings.reading import Held, Page, Query, chosen, get, manifest, page, versions
from verbale.holdings.viewing import STAFF, Viewer, visible
from verbale.node.errors import AccessError, NotFoundError

__all__ = [
    "MAX_OBJECT_BYTES",
    "STAFF",
    "Added",
    "Held",
    "Page",
    "Query",
    "Refused",
    "Taken",
    "Viewer",
    "add",
    "count",
    "everything",
    "get",
    "givers",
    "manifest",
    "page",
    "remove",
    "versions",
]


def remove(shelf: Shelf, stix_id: str, viewer: Viewer, wanted: Sequence[str | int] = ()) -> int:
    """Delete an object, or only some of its versions (`first`, `last`, moments); returns how many rows went.

    Our staff deletes anything, a partner what it gave. Raises NotFoundError when the viewer sees no such object,
    AccessError when it does but others gave it.
    """
    with transaction.atomic():
        clock = lock()
        seen = rows.known([stix_id], list(visible(shelf, viewer)))
        doomed = chosen(seen, tuple(wanted) or ("all",))
        if not doomed:
            raise NotFoundError("There is no such object.")
        gone_versions = {row.version for row in doomed}
        alike = [row for row in seen if row.version in gone_versions]
        if not viewer.staff:
            own = set(Source.objects.filter(origin=viewer.node).values_list("pk", flat=True))
            if any(row.source not in own for row in alike):
                raise AccessError("Others gave this object as well, or alone: only they take it back.")
        rows.delete([row.added for row in alike])
        tick(clock)
        left = rows.known([stix_id], list(shelf.audiences.values_list("pk", flat=True)))
        rows.update(moved(left))
        return len(alike)


def everything(shelf: Shelf, viewer: Viewer, *, limit: int = 1000, query: Query | None = None) -> Iterator[Held]:
    """All that a viewer sees, page by page."""
    asked = query or Query()
    while True:
        found = page(shelf, viewer, asked.then(limit=limit))
        yield from found.entries
        if not found.more:
            return
        asked = asked.then(after=found.cursor)


def givers(entries: Iterable[Held]) -> dict[int, Source]:
    """Who gave these, and by which act, by the `source` of an entry; for our own staff."""
    return Source.objects.in_bulk({entry.source for entry in entries})


def count(shelf: Shelf) -> int:
    """Rows on a shelf, for our own staff."""
    return Entry.objects.filter(audience__shelf=shelf).count()
