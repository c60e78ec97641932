"""Confidence in what a partner gives: the distribution against exact sums, and who counts for what."""

from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel.trust import Judgement, Trust, Word, confidence, level, source_score, trust

COUNTS = st.integers(0, 60)
WORDS = st.sampled_from(["seen", "useful", "no-use", "false-positive", "confirmed"])
NODES = st.sampled_from(["CR", "LZ", "VD", "OC"])


def below(x: float, right: int, wrong: int) -> float:
    """P(share < x) exactly: of n + 1 throws, at least `right + 1` fall below x."""
    exact, n = Fraction(x), right + wrong + 1
    return float(sum(comb(n, j) * exact**j * (1 - exact) ** (n - j) for j in range(right + 1, n + 1)))


@pytest.mark.parametrize(
    ("right", "wrong", "mean", "low", "high"),
    [
        # Uniform; then Beta(2, 1), whose distribution is the square: its bounds are the roots of 0.05 and 0.95.
        (0, 0, 0.5, 0.05, 0.95),
        (1, 0, 2 / 3, 0.05**0.5, 0.95**0.5),
        (0, 1, 1 / 3, 1 - 0.95**0.5, 1 - 0.05**0.5),
        (9, 0, 10 / 11, 0.05**0.1, 0.95**0.1),
    ],
)
def test_the_mean_and_the_bounds(right: int, wrong: int, mean: float, low: float, high: float) -> None:
    found = trust(right, wrong)
    assert found == pytest.approx(Trust(mean, low, high, right, wrong))


@given(COUNTS, COUNTS)
def test_the_bounds_leave_out_a_twentieth_on_either_side(right: int, wrong: int) -> None:
    found = trust(right, wrong)
    assert 0 < found.low < found.mean < found.high < 1
    assert below(found.low, right, wrong) == pytest.approx(0.05, abs=1e-9)
    assert below(found.high, right, wrong) == pytest.approx(0.95, abs=1e-9)


@given(COUNTS, COUNTS)
def test_it_rises_with_what_is_right_and_falls_with_what_is_wrong(right: int, wrong: int) -> None:
    found, better, worse = trust(right, wrong), trust(right + 1, wrong), trust(right, wrong + 1)
    for name in ("mean", "low", "high"):
        assert getattr(worse, name) < getattr(found, name) < getattr(better, name)
    mirrored = trust(wrong, right)
    assert (1 - mirrored.high, 1 - mirrored.low) == pytest.approx((found.low, found.high))


def test_many_trials_make_it_narrow() -> None:
    found = trust(1_000_000, 100_000)
    assert found.mean == pytest.approx(10 / 11, abs=1e-5)
    # The normal distribution is good enough there: 1.645 standard deviations.
    deviation = (found.mean * (1 - found.mean) / 1_100_000) ** 0.5
    assert (found.low, found.high) == pytest.approx((found.mean - 1.645 * deviation, found.mean + 1.645 * deviation))


def counts(*judgements: tuple[str, str, Word], giver: str = "LZ") -> tuple[tuple[int, int], tuple[int, int], int, int]:
    found = confidence([Judgement(*item) for item in judgements], giver=giver, own="CR")
    return ((found.ours.right, found.ours.wrong), (found.others.right, found.others.wrong), found.no_use,
            found.owned_up)  # fmt: skip


@pytest.mark.parametrize(
    ("judgements", "expected"),
    [
        ([], ((0, 0), (0, 0), 0, 0)),
        # Ours and others' apart.
        ([("CR", "a", "useful"), ("VD", "a", "false-positive")], ((1, 0), (0, 1), 0, 0)),
        ([("CR", "a", "seen"), ("CR", "b", "confirmed"), ("VD", "a", "seen")], ((2, 0), (1, 0), 0, 0)),
        # One node and one thing make one trial.
        ([("CR", "a", "seen"), ("CR", "a", "seen"), ("CR", "a", "confirmed")], ((1, 0), (0, 0), 0, 0)),
        # A false positive is seen often: that it was seen does not make it right.
        ([("CR", "a", "seen"), ("CR", "a", "false-positive")], ((0, 1), (0, 0), 0, 0)),
        # Of no use says nothing of right and wrong.
        ([("CR", "a", "no-use"), ("VD", "a", "no-use")], ((0, 0), (0, 0), 1, 0)),
        ([("CR", "a", "no-use"), ("CR", "a", "seen")], ((1, 0), (0, 0), 1, 0)),
        # Nobody vouches for itself, nor is the worse for owning up.
        ([("LZ", "a", "seen"), ("LZ", "b", "false-positive")], ((0, 0), (0, 0), 0, 1)),
    ],
)
def test_what_counts(judgements: list[tuple[str, str, Word]], expected: object) -> None:
    assert counts(*judgements) == expected


@given(st.lists(st.tuples(NODES, st.sampled_from("abcd"), WORDS)), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(said: list[tuple[str, str, Word]], random: object) -> None:
    again = [*said, *said[:3]]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert counts(*again) == counts(*said)


@given(st.lists(st.tuples(st.just("LZ"), st.sampled_from("abcd"), WORDS)), st.lists(st.tuples(NODES, NODES, WORDS)))
def test_what_the_giver_says_moves_no_trial(
    own: list[tuple[str, str, Word]], said: list[tuple[str, str, Word]]
) -> None:
    assert counts(*own, *said)[:3] == counts(*said)[:3]


def test_ours_is_taken_before_that_of_others() -> None:
    others = confidence([Judgement("VD", "a", "useful")], giver="LZ", own="CR")
    assert (others.best.right, others.best.wrong) == (1, 0)
    both = confidence([Judgement("VD", "a", "useful"), Judgement("CR", "b", "false-positive")], giver="LZ", own="CR")
    assert (both.best.right, both.best.wrong) == (0, 1)


@pytest.mark.parametrize(
    ("right", "wrong", "word"),
    [
        (0, 0, "none"),
        (1, 0, "few"),
        (1, 1, "few"),
        (30, 0, "nearly-always"),
        (20, 5, "mostly"),
        (20, 15, "rather"),
        (10, 15, "often-wrong"),
        (2, 20, "mostly-wrong"),
    ],
)
def test_words(right: int, wrong: int, word: str) -> None:
    assert level(trust(right, wrong)) == word


@given(COUNTS, COUNTS)
def test_a_first_confirmation_raises_what_decay_starts_from(right: int, wrong: int) -> None:
    assert source_score(trust(0, 0)) is None
    before = source_score(trust(right, wrong))
    raised, lowered = source_score(trust(right + 1, wrong)), source_score(trust(right, wrong + 1))
    assert raised is not None
    assert lowered is not None
    assert 0 < lowered < (80.0 if before is None else before) < raised < 100
