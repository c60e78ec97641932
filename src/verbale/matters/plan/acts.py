"""Bodies of the acts of a cooperation plan.

plan.lay      opens the matter: what the parties will do together, item by item, with owner and day
plan.agree    agrees to that very list of items
plan.amend    a new list of items
plan.link     an item is carried out by a matter: a hotline, a drill, talks …
plan.unlink   takes such a link back
plan.done     an item is done
plan.close    the plan is at its end

Each body may name in `about` the dossier of the case that the plan closes, so that the act stands in its timeline too.
"""

import hashlib
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec

from verbale.matters.bodies import Date, Hex32, Hex64, Line, check_days
from verbale.protocol import canonical_bytes

__all__ = [
    "MAX_ITEMS",
    "WHAT",
    "Agreement",
    "Amendment",
    "Closing",
    "Done",
    "Item",
    "Link",
    "Plan",
    "Unlink",
    "items_hash",
]

WHAT = ("hotline", "drill", "collection", "training", "talks", "agreement", "other")
MAX_ITEMS = 100

_Key = Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,39}\Z")]
"""`1`, `2`, or a short word: names the item through all versions of the plan."""
_What = Annotated[str, msgspec.Meta(pattern=rf"^({'|'.join(WHAT)})\Z")]
_Node = Annotated[str, msgspec.Meta(min_length=2, max_length=24)]
_Remark = Annotated[str, msgspec.Meta(max_length=5_000)]


def items_hash(items: Sequence[Any]) -> str:
    """SHA-256 of a list of items, in hex: of its canonical form, as it stands in the act."""
    return hashlib.sha256(canonical_bytes(list(items))).hexdigest()


class Item(msgspec.Struct, frozen=True):
    """One thing to do."""

    key: _Key
    what: _What
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    owner: _Node
    """The party that sees to it."""
    deadline: Date
    """The day by which it is done."""

    def __post_init__(self) -> None:
        check_days(deadline=self.deadline)


_Items = Annotated[list[Item], msgspec.Meta(min_length=1, max_length=MAX_ITEMS)]


def _check_keys(items: list[Item]) -> None:
    keys = [item.key for item in items]
    if len(set(keys)) < len(keys):
        raise ValueError("items: two of them have the same key")


class Plan(msgspec.Struct, frozen=True):
    title: Line
    items: _Items
    text: _Remark = ""
    about: Hex32 | None = None
    """The case that the plan closes."""

    def __post_init__(self) -> None:
        _check_keys(self.items)


class Agreement(msgspec.Struct, frozen=True):
    version: Hex64
    """The act that holds the items: the plan or an amendment."""
    sha256: Hex64
    """`items_hash` of them: one agrees to the items that one has read."""
    about: Hex32 | None = None


class Amendment(msgspec.Struct, frozen=True):
    version: Hex64
    """The version that it amends."""
    items: _Items
    """All items, changed or not."""
    text: _Remark = ""
    about: Hex32 | None = None

    def __post_init__(self) -> None:
        _check_keys(self.items)


class Link(msgspec.Struct, frozen=True):
    version: Hex64
    item: _Key
    matter: Hex32
    """The matter by which the item is carried out."""
    about: Hex32 | None = None


class Unlink(msgspec.Struct, frozen=True):
    link: Hex64
    """The act that linked."""
    about: Hex32 | None = None


class Done(msgspec.Struct, frozen=True):
    version: Hex64
    item: _Key
    text: _Remark = ""
    """What came of it."""
    about: Hex32 | None = None


class Closing(msgspec.Struct, frozen=True):
    text: _Remark = ""
    about: Hex32 | None = None
