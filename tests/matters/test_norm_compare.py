"""How versions of a text are compared."""

import time

from hypothesis import given
from hypothesis import strategies as st

from verbale.matters.norm.compare import Change, Piece, changes


def shown(found: list[Change]) -> list[tuple[int | None, int | None, str]]:
    marks = {"same": "{}", "added": "+{}+", "removed": "-{}-"}
    return [
        (item.before, item.after, "".join(marks[piece.word].format(piece.text) for piece in item.pieces))
        for item in found
    ]


def test_words_that_change_are_told_within_their_paragraph() -> None:
    assert shown(changes(["Answer within 72 hours.", "Say who."], ["Answer within 24 hours.", "Say who."])) == [
        (1, 1, "Answer within -72 -+24 +hours."),
        (2, 2, "Say who."),
    ]


def test_paragraphs_come_and_go_under_their_own_numbers() -> None:
    assert shown(changes(["One.", "Two.", "Three."], ["One.", "Three.", "Four."])) == [
        (1, 1, "One."), (2, None, "-Two.-"), (3, 2, "Three."), (None, 3, "+Four.+"),
    ]  # fmt: skip
    assert not changes(["One."], ["One."])[0].changed
    assert changes(["One."], ["Two."])[0].changed


_texts = st.lists(st.text(st.sampled_from("ab c.é\n"), min_size=1), max_size=6)


@given(_texts, _texts)
def test_both_versions_can_be_read_back(before: list[str], after: list[str]) -> None:
    found = changes(before, after)

    def read(number: str, left_out: str) -> list[str]:
        return [
            "".join(piece.text for piece in item.pieces if piece.word != left_out)
            for item in found
            if getattr(item, number) is not None
        ]

    assert read("before", "added") == before
    assert read("after", "removed") == after
    assert [item.after for item in found if item.after] == list(range(1, len(after) + 1))


def test_texts_made_to_be_slow_to_compare_are_shown_whole() -> None:
    before, after = ["a " * 2_400 + str(n) for n in range(200)], ["a " * 2_400 + f"b{n}" for n in range(200)]
    start = time.perf_counter()
    found = changes(before, after)
    assert time.perf_counter() - start < 5
    assert found[-1].pieces == (Piece("removed", before[-1]), Piece("added", after[-1]))
