"""What every kind owes the house: a page of documentation, its own key in the rail, words for what it does."""

from pathlib import Path

import pytest

from verbale.desk.story import STEPS
from verbale.node.registry import Kind, all_kinds

DOCS = Path(__file__).resolve().parents[2] / "docs" / "kinds"
OF_THE_FRAME = {"d", "o", "e", "p", "r", "u", "s", "h", "c", "w"}
"""Keys of entries that are no kind's; `c` writes a note, and with `g` before it goes to the channels."""


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.name)
def test_a_kind_is_documented_with_each_of_its_acts(kind: Kind) -> None:
    text = (DOCS / f"{kind.name}.md").read_text(encoding="utf-8")
    missing = [item.name for item in kind.types if item.name not in text]
    assert not missing


@pytest.mark.parametrize("kind", all_kinds(), ids=lambda kind: kind.name)
def test_a_kind_belongs_to_a_step_or_says_that_it_does_not(kind: Kind) -> None:
    assert kind.step in {0, *(number for number, _label, _lead in STEPS)}
    assert not (kind.private and kind.starts and any(door.first for door in kind.starts))


def test_no_two_entries_of_the_rail_have_one_key() -> None:
    keys = [door.key for kind in all_kinds() for door in kind.rail if door.key]
    assert len(keys) == len(set(keys))
    assert not (set(keys) - {"c"}) & OF_THE_FRAME
