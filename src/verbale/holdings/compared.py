"""The values that could be compared with a viewer: those of objects that it may see, by the rule of the store."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from django.db import connection

from verbale.holdings import rows
from verbale.holdings.models import Audience, Entry, Shelf, Term
from verbale.holdings.places import latest, representatives
from verbale.holdings.rows import marks
from verbale.holdings.ties import STANDS
from verbale.holdings.viewing import Viewer, visible
from verbale.intel.audience import rank_of
from verbale.intel.overlap.values import Value

__all__ = ["values_for"]

_TERMS, _ENTRIES = Term._meta.db_table, Entry._meta.db_table
_AT_ONCE = 5_000
_GREEN = 1
_FAR = 1 << 62


class _Named(NamedTuple):
    id: int
    kind: str
    value: str
    added: int
    stix_id: str
    mixed: bool


def values_for(
    viewer: Viewer, shelves: Iterable[Shelf], kinds: Collection[str], *, since: int = -_FAR, ceiling: str = "RED"
) -> Iterator[Value]:
    """Values that are indicators by themselves, of the latest versions that the viewer sees and that are not revoked;
    some twice. Of our own objects none that is marked above `ceiling`; GREEN ones are every partner's anyway. The index
    must have caught up."""
    seen: dict[int, str] = {}
    """Audiences that the viewer belongs to, with their shelves."""
    allowed: set[int] = set()
    for shelf in shelves:
        audiences = visible(shelf, viewer)
        above = Audience.objects.filter(pk__in=audiences, ours=True, rank__gt=max(rank_of(ceiling), _GREEN))
        seen.update(dict.fromkeys(audiences, shelf.pk))
        allowed |= audiences.keys() - set(above.values_list("pk", flat=True))
    place = -_FAR
    # One walk for all shelves: there may be many small ones.
    while kinds and allowed:
        found = _next(allowed, kinds, since, place)
        standing = _latest({row.stix_id for row in found if row.mixed}, seen)
        for row in found:
            if not row.mixed or row.added in standing:
                yield Value(row.kind, row.value)
        if len(found) < _AT_ONCE:
            return
        place = found[-1].id


def _next(allowed: Collection[int], kinds: Collection[str], since: int, place: int) -> list[_Named]:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT t.id, t.kind, t.value, t.added, e.stix_id, e.mixed FROM {_TERMS} t "  # noqa: S608
            f"JOIN {_ENTRIES} e ON e.added = t.added WHERE t.id > %s AND t.added + 0 >= %s "
            f"AND t.audience_id + 0 IN ({marks(len(allowed))}) AND t.kind IN ({marks(len(kinds))}) "
            f"AND t.alone AND {STANDS} ORDER BY t.id LIMIT %s",
            [place, since, *sorted(allowed), *sorted(kinds), _AT_ONCE],
        )
        return [_Named(*row) for row in cursor.fetchall()]


def _latest(stix_ids: Collection[str], seen: Mapping[int, str]) -> set[int]:
    """Of objects that stand there for several audiences, the rows that the viewer is shown."""
    groups: dict[tuple[str, str], list[rows.Row]] = {}
    for row in rows.known(stix_ids, list(seen)):
        groups.setdefault((seen[row.audience], row.stix_id), []).append(row)
    return {latest(representatives(group)).added for group in groups.values()}
