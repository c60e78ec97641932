"""Texts of drafts with their amendments, and the counting of votes: pure functions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.matters.forum.tally import Tally, count, roll_call
from verbale.matters.forum.text import amended, changes_hash, conflict, laid, numbered, plain, text_hash

TEXT = laid("Title", ["P1", "P2"], ["O1", "O2", "O3"])


def change(paragraph: str, action: str, text: str = "") -> dict[str, Any]:
    return {"paragraph": paragraph, "action": action, "text": text}


@pytest.mark.parametrize(
    ("changes", "preamble", "operative"),
    [
        ([change("OP2", "replace", "x")], ["P1", "P2"], ["O1", "x", "O3"]),
        ([change("OP2", "delete")], ["P1", "P2"], ["O1", "O3"]),
        ([change("OP2", "add", "x")], ["P1", "P2"], ["O1", "O2", "x", "O3"]),
        ([change("OP2", "add", "x"), change("OP2", "add", "y")], ["P1", "P2"], ["O1", "O2", "x", "y", "O3"]),
        ([change("OP0", "add", "x")], ["P1", "P2"], ["x", "O1", "O2", "O3"]),
        ([change("PP0", "add", "x")], ["x", "P1", "P2"], ["O1", "O2", "O3"]),
        ([change("PP2", "add", "x")], ["P1", "P2", "x"], ["O1", "O2", "O3"]),
        ([change("OP3", "add", "x")], ["P1", "P2"], ["O1", "O2", "O3", "x"]),
        ([change("OP1", "delete"), change("OP1", "add", "x")], ["P1", "P2"], ["x", "O2", "O3"]),
        ([change("OP1", "add", "x"), change("OP1.1", "add", "y")], ["P1", "P2"], ["O1", "x", "y", "O2", "O3"]),
    ],
)
def test_what_amendments_make_of_a_text(
    changes: list[dict[str, Any]], preamble: list[str], operative: list[str]
) -> None:
    assert plain(amended(TEXT, changes, "a")) == {"title": "Title", "preamble": preamble, "operative": operative}
    assert plain(TEXT) == {"title": "Title", "preamble": ["P1", "P2"], "operative": ["O1", "O2", "O3"]}


def test_paragraphs_keep_their_keys_and_are_numbered_anew() -> None:
    text = amended(TEXT, [change("OP1", "delete"), change("OP2", "add", "x")], "a")
    assert [(item["key"], item["number"], item["by"]) for item in numbered(text) if item["part"] == "OP"] == [
        ("OP2", 1, None), ("OP2.1", 2, "a"), ("OP3", 3, None),
    ]  # fmt: skip
    # An amendment to the version that was laid still means its third paragraph.
    assert plain(amended(text, [change("OP3", "replace", "y")], "b"))["operative"] == ["O2", "x", "y"]


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ([change("OP2", "replace", "y")], ("OP2", True)),
        ([change("OP3", "delete")], ("OP3", True)),
        ([change("OP9", "delete")], ("OP9", False)),
        ([change("OP9", "add", "y")], ("OP9", False)),
        ([change("OP2.2", "delete")], ("OP2.2", False)),
        ([change("OP3", "add", "y")], None),
        ([change("OP2.1", "replace", "y")], None),
        ([change("OP1", "replace", "y"), change("PP0", "add", "z")], None),
    ],
)
def test_changes_that_cannot_be_made(changes: list[dict[str, Any]], found: tuple[str, bool] | None) -> None:
    text = amended(TEXT, [change("OP2", "replace", "x"), change("OP3", "delete"), change("OP2", "add", "z")], "a")
    assert conflict(text, changes) == found


def test_the_hash_is_of_what_is_read() -> None:
    by_amendment = amended(TEXT, [change("OP3", "delete")], "a")
    assert text_hash(by_amendment) == text_hash(laid("Title", ["P1", "P2"], ["O1", "O2"])) != text_hash(TEXT)
    # The same words in other paragraphs are another text.
    assert text_hash(laid("T", ["a"], ["b"])) != text_hash(laid("T", [], ["a", "b"]))
    # As written in docs/kinds/forum.md: another implementation finds the same.
    assert text_hash(laid("T", [], ["a"])) == "bc5e11e90b15881d904b285570da1ded216810267871bcc397bc8a908a159136"
    assert changes_hash([{"paragraph": "OP1", "action": "delete"}]) == changes_hash([change("OP1", "delete")])


_PLACES = st.sampled_from(["PP0", "OP0", "PP1", "PP2", "OP1", "OP2", "OP3", "OP1.1", "OP1.2", "OP7"])


@given(st.lists(st.tuples(_PLACES, st.sampled_from(["add", "replace", "delete"])), max_size=8))
def test_changes_without_conflict_can_always_be_made(wanted: list[tuple[str, str]]) -> None:
    text = TEXT
    for number, (place, action) in enumerate(wanted):
        changes = [change(place, action, "" if action == "delete" else f"new {number}")]
        if (place.endswith("P0") and action != "add") or conflict(text, changes) is not None:
            continue
        before = plain(text)
        text = amended(text, changes, str(number))
        after = plain(text)
        grown = len(after["preamble"] + after["operative"]) - len(before["preamble"] + before["operative"])
        assert grown == {"add": 1, "replace": 0, "delete": -1}[action]
    keys = [item["key"] for item in text["paragraphs"]]
    assert len(set(keys)) == len(keys)


# -- the tally ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tally", "majority", "needed", "carried"),
    [
        (Tally(2, 1, 5), "simple", 2, True),
        (Tally(2, 2, 0), "simple", 3, False),
        (Tally(0, 0, 9), "simple", 1, False),
        (Tally(1, 0, 9), "simple", 1, True),
        (Tally(2, 1, 0), "two-thirds", 2, True),
        (Tally(1, 1, 0), "two-thirds", 2, False),
        (Tally(128, 65, 0), "two-thirds", 129, False),
        (Tally(129, 64, 0), "two-thirds", 129, True),
        (Tally(0, 0, 0), "two-thirds", 1, False),
        (Tally(3, 0, 4), "consensus", 3, True),
        (Tally(3, 1, 0), "consensus", 4, False),
        (Tally(0, 0, 4), "consensus", 1, False),
    ],
)
def test_majorities_are_of_those_present_and_voting(tally: Tally, majority: str, needed: int, carried: bool) -> None:
    assert (tally.needed(majority), tally.carried(majority)) == (needed, carried)


def test_votes_are_counted() -> None:
    assert count(["yes", "no", "abstain", "yes"]) == Tally(2, 1, 1)


def test_the_roll_is_in_english_alphabetical_order_from_the_name_drawn() -> None:
    names = {"CR": "Croatia", "CI": "Côte d'Ivoire", "CO": "Costa Rica", "TR": "Türkiye", "TM": "Turkmenistan"}
    assert roll_call(names, "CR") == ["CR", "TR", "TM", "CO", "CI"]
    assert roll_call({"B": "Same", "A": "Same"}, "A") == ["A", "B"]
