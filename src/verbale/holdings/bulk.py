"""Taking in a great many objects of our own: part after part, so that memory and locks stay small."""

from collections.abc import Iterable, Iterator
from itertools import islice

from verbale.holdings import rows
from verbale.holdings.adding import Added, add
from verbale.holdings.models import Shelf
from verbale.node.identity import node_name

__all__ = ["take_in"]


def take_in(
    shelf: Shelf, raws: Iterable[bytes], *, marking: str, named: Iterable[str] = (), act: str = "", at_once: int = 5_000
) -> Iterator[Added]:
    """What became of each part; places count through all parts. Each part that came out is on the disk."""
    rows.tune(pages=20_000, megabytes=128)
    pending, before = iter(raws), 0
    names = tuple(named)
    while part := list(islice(pending, at_once)):
        done = add(shelf, part, origin=node_name(), marking=marking, named=names, act=act)
        done.refused = [item._replace(index=item.index + before) for item in done.refused]
        yield done
        before += len(part)
