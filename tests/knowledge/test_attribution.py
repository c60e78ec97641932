"""The arithmetic of attribution: by hand, against a Bayesian network, in any order of the evidence."""

import random
from fractions import Fraction
from itertools import combinations
from math import isclose, log2

import pyagrum as gum
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.knowledge import attribution
from verbale.knowledge.attribution import (
    BANDS,
    CONSISTENCY,
    CREDIBILITY,
    RELIABILITY,
    Case,
    CaseError,
    Hypothesis,
    Item,
    Posterior,
    Question,
    Standing,
    band_of,
    band_with,
    changes,
    confidence,
    expectation,
    grade,
    groups_of,
    inconsistency,
    joint,
    least_inconsistent,
    linear_pool,
    logarithmic_pool,
    margin,
    overturning,
    pool,
    pool_of_bands,
    posterior,
    ranked,
    reported,
    strength,
    trust,
)


def percent(**values: int) -> dict[str, Fraction]:
    return {key: Fraction(value, 100) for key, value in values.items()}


def case(*items: Item, a: int = 1, b: int = 1, **more: int) -> Case:
    priors = {"a": a, "b": b, **more}
    return Case(tuple(Hypothesis(key, Fraction(value)) for key, value in priors.items()), items)


def item(key: str, a: int, b: int, trusted: Fraction | int = 1, group: str = "", **more: int) -> Item:
    return Item(key, percent(a=a, b=b, **more), Fraction(trusted), group)


# -- random cases ------------------------------------------------------------------------------------------------------

_LIKELIHOODS = st.one_of(st.sampled_from([20, 50, 80]), st.integers(1, 99)).map(lambda value: Fraction(value, 100))
_TRUST = st.builds(trust, st.sampled_from("ABCDEF"), st.sampled_from("123456"))


@st.composite
def cases(draw: st.DrawFn, most: int = 7) -> Case:
    keys = "abcd"[: draw(st.integers(2, 4))]
    hypotheses = tuple(Hypothesis(key, Fraction(draw(st.integers(1, 20)))) for key in keys)
    items = tuple(
        Item(
            f"e{number}",
            {key: draw(_LIKELIHOODS) for key in keys},
            draw(_TRUST),
            draw(st.sampled_from(["", "", "vendor", "signals"])),
        )
        for number in range(draw(st.integers(0, most)))
    )
    return Case(hypotheses, items)


class TestByHand:
    def test_without_evidence_the_priors_stand(self) -> None:
        assert posterior(case(a=3, b=1)).shares == percent(a=75, b=25)

    def test_the_odds_are_those_before_times_the_likelihoods(self) -> None:
        found = posterior(case(item("1", 80, 20), item("2", 60, 30), a=1, b=2))
        assert found.odds("a", "b") == Fraction(1, 2) * 4 * 2
        assert found.shares["a"] == Fraction(4, 5)

    def test_a_report_tells_what_is_so_with_its_trust_else_it_would_have_come_anyway(self) -> None:
        assert reported(item("1", 80, 20, Fraction(1, 2)), "ab") == (Fraction(13, 20), Fraction(7, 20))
        assert reported(item("1", 80, 20, 0), "ab") == (Fraction(1, 2), Fraction(1, 2))
        assert posterior(case(item("1", 99, 1, 0), a=3)).shares == percent(a=75, b=25)

    def test_an_untrusted_report_moves_no_odds_far_whatever_its_likelihoods(self) -> None:
        # With two hypotheses: (1 + t) to (1 - t) at most.
        for letter, number in (("D", "4"), ("C", "3"), ("B", "2")):
            value = trust(letter, number)
            assert strength(reported(item("1", 99, 1, value), "ab")) < (1 + value) / (1 - value)

    def test_only_the_proportions_of_likelihoods_matter(self) -> None:
        one = posterior(case(item("1", 80, 20, Fraction(1, 3))))
        assert posterior(case(item("1", 4, 1, Fraction(1, 3)))).shares == one.shares

    def test_of_one_group_the_strongest_counts_once(self) -> None:
        strong, weak = item("1", 80, 20, group="vendor"), item("2", 60, 30, group="vendor")
        both = case(strong, weak)
        assert posterior(both).odds("a", "b") == 4
        assert (
            posterior(case(strong, strong.__class__("3", strong.likelihoods, strong.trust, "vendor"))).odds("a", "b")
            == 4
        )
        (group,) = groups_of(both)
        assert (group.counted, [known.key for known in group.items]) == (("1",), ["1", "2"])
        # The trust in it is part of its strength.
        doubted = case(item("1", 80, 20, trust("E", "5"), group="vendor"), weak)
        assert groups_of(doubted)[0].counted == ("2",)

    def test_equally_strong_items_of_one_group_that_pull_apart_cancel(self) -> None:
        found = case(item("1", 80, 20, group="vendor"), item("2", 20, 80, group="vendor"))
        assert posterior(found).odds("a", "b") == 1
        assert groups_of(found)[0].counted == ("1", "2")

    def test_items_without_a_group_are_each_their_own(self) -> None:
        assert posterior(case(item("1", 80, 20), item("2", 80, 20))).odds("a", "b") == 16
        assert len(groups_of(case(item("1", 80, 20), item("vendor", 80, 20), item("2", 80, 20, group="vendor")))) == 3

    def test_several_lead_when_they_are_equally_probable(self) -> None:
        found = posterior(case())
        assert (found.leaders, found.leader) == (("a", "b"), None)


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: Case((Hypothesis("a", Fraction(1)),)), "two hypotheses"),
        (lambda: Case((Hypothesis("a", Fraction(1)),) * 2), "a hypothesis stands twice"),
        (lambda: case(a=0), "its prior must be above 0"),
        (lambda: case(item("1", 80, 20), item("1", 80, 20)), "a item stands twice"),
        (lambda: case(item("1", 0, 20)), "likelihood under a"),
        (lambda: case(item("1", 80, 100)), "likelihood under b"),
        (lambda: case(Item("1", percent(a=50))), "under each hypothesis"),
        (lambda: case(item("1", 80, 20, c=50)), "and no other"),
        (lambda: case(item("1", 80, 20, 2)), "its trust"),
        (lambda: expectation(case(), Question("1", percent(a=50))), "under each hypothesis"),
    ],
)
def test_what_cannot_be_weighed_is_refused(made: object, reason: str) -> None:
    with pytest.raises(CaseError, match=reason):
        made()  # type: ignore[operator]


# -- scales ------------------------------------------------------------------------------------------------------------


class TestScales:
    def test_the_verbal_scale_is_that_of_icd_203(self) -> None:
        assert [(band.words, int(band.low * 100), int(band.high * 100)) for band in BANDS] == [
            ("almost no chance", 1, 5),
            ("very unlikely", 5, 20),
            ("unlikely", 20, 45),
            ("roughly even chance", 45, 55),
            ("likely", 55, 80),
            ("very likely", 80, 95),
            ("almost certain", 95, 99),
        ]
        assert all(band_with(band.code) is band for band in BANDS)
        assert band_with("certain") is None

    @pytest.mark.parametrize(
        ("value", "code"),
        [
            (0, "almost-no-chance"),
            (5, "very-unlikely"),
            (20, "unlikely"),
            (45, "roughly-even"),
            (50, "roughly-even"),
            (55, "roughly-even"),
            (56, "likely"),
            (80, "likely"),
            (95, "very-likely"),
            (96, "almost-certain"),
            (100, "almost-certain"),
        ],
    )
    def test_on_a_boundary_stands_the_word_nearer_to_even(self, value: int, code: str) -> None:
        assert band_of(Fraction(value, 100)).code == code

    @given(st.fractions(0, 1))
    def test_the_scale_mirrors(self, probability: Fraction) -> None:
        place = BANDS.index(band_of(probability))
        assert BANDS.index(band_of(1 - probability)) == len(BANDS) - 1 - place
        band = band_of(probability)
        assert band.low <= probability <= band.high or probability < BANDS[0].low or probability > BANDS[-1].high

    def test_better_sources_are_trusted_more(self) -> None:
        for scale, order in ((RELIABILITY, "ABCDE"), (CREDIBILITY, "12345")):
            values = [scale[letter] for letter in order]
            assert values == sorted(values, reverse=True)
            assert len(set(values)) == 5
            assert values[-1] < scale["F" if order[0] == "A" else "6"] < values[0]
        assert trust("B", "2") == Fraction(64, 100)
        with pytest.raises(KeyError):
            trust("G", "1")


# -- against a Bayesian network ----------------------------------------------------------------------------------------


def network(of: Case, question: Question | None = None) -> tuple[gum.BayesNet, dict[str, int]]:
    """The case as docs/attribution.md says it is a network: hypothesis; for each report whether it tells what is so;
    the report. Of each group the strongest report alone, found here anew and in floating point."""
    bn, seen = gum.BayesNet(), {}
    keys = of.keys
    total = float(sum(hypothesis.prior for hypothesis in of.hypotheses))
    bn.add(gum.LabelizedVariable("H", "", list(keys)))
    bn.cpt("H").fillWith([float(hypothesis.prior) / total for hypothesis in of.hypotheses])

    def report(name: str, likelihoods: list[float], trusted: float) -> None:
        bn.add(gum.LabelizedVariable(f"T{name}", "", ["no", "yes"]))
        bn.cpt(f"T{name}").fillWith([1 - trusted, trusted])
        bn.add(gum.LabelizedVariable(name, "", ["no", "yes"]))
        bn.addArc("H", name)
        bn.addArc(f"T{name}", name)
        mean = sum(likelihoods) / len(likelihoods)
        for key, value in zip(keys, likelihoods, strict=True):
            bn.cpt(name)[{"H": key, f"T{name}": "yes"}] = [1 - value, value]
            bn.cpt(name)[{"H": key, f"T{name}": "no"}] = [1 - mean, mean]

    def force(known: Item) -> float:
        values = [float(known.likelihoods[key]) for key in keys]
        mean, sure = sum(values) / len(values), float(known.trust)
        mixed = [sure * value + (1 - sure) * mean for value in values]
        return max(mixed) / min(mixed)

    groups: dict[str, list[Item]] = {}
    for known in of.items:
        groups.setdefault(known.group or f"alone {known.key}", []).append(known)
    for members in groups.values():
        most = max(map(force, members))
        strongest = [known for known in members if isclose(force(known), most, rel_tol=1e-12)]
        if len(strongest) == 1:
            (known,) = strongest
            report(known.key, [float(known.likelihoods[key]) for key in keys], float(known.trust))
            seen[known.key] = 1
            continue
        # Which of them was seen is not known: a chance node chooses, each with the same probability.
        which, name = f"W{strongest[0].key}", f"R{strongest[0].key}"
        bn.add(gum.LabelizedVariable(which, "", len(strongest)))
        bn.cpt(which).fillWith([1 / len(strongest)] * len(strongest))
        bn.add(gum.LabelizedVariable(name, "", ["no", "yes"]))
        bn.addArc("H", name)
        bn.addArc(which, name)
        for place, known in enumerate(strongest):
            values = [float(known.likelihoods[key]) for key in keys]
            mean, sure = sum(values) / len(values), float(known.trust)
            mixed = [sure * value + (1 - sure) * mean for value in values]
            for key, value in zip(keys, mixed, strict=True):
                share = value / sum(mixed)
                bn.cpt(name)[{"H": key, which: place}] = [1 - share, share]
        seen[name] = 1
    if question is not None:
        report("Q", [float(question.likelihoods[key]) for key in keys], float(question.trust))
    return bn, seen


def inferred(bn: gum.BayesNet, evidence: dict[str, int], node: str = "H") -> list[float]:
    engine = gum.VariableElimination(bn)
    engine.setEvidence(evidence)
    engine.addTarget(node)
    engine.makeInference()
    return list(engine.posterior(node).toarray())


@settings(max_examples=150, deadline=None)
@given(cases())
def test_the_posterior_is_that_of_a_bayesian_network(found: Case) -> None:
    bn, seen = network(found)
    expected = inferred(bn, seen)
    shares = posterior(found).shares
    assert [float(shares[key]) for key in found.keys] == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(cases(most=5), st.data())
def test_what_a_question_can_tell_is_that_of_a_bayesian_network(found: Case, data: st.DataObject) -> None:
    question = Question("q", {key: data.draw(_LIKELIHOODS) for key in found.keys}, data.draw(_TRUST))
    told = expectation(found, question)
    bn, seen = network(found, question)
    _no, yes = inferred(bn, seen, "Q")
    assert float(told.chance) == pytest.approx(yes, abs=1e-9)
    for answer, after in ((1, told.if_seen), (0, told.if_not)):
        expected = inferred(bn, {**seen, "Q": answer})
        assert [float(after.shares[key]) for key in found.keys] == pytest.approx(expected, abs=1e-9)

    def entropy(shares: list[float]) -> float:
        return -sum(share * log2(share) for share in shares if share)

    bits = entropy(inferred(bn, seen)) - sum(
        part * entropy(inferred(bn, {**seen, "Q": answer})) for part, answer in ((yes, 1), (1 - yes, 0))
    )
    assert told.bits == pytest.approx(bits, abs=1e-9)


def test_the_network_is_asked_about_cases_with_groups_and_with_ties() -> None:
    """Random cases that never hold two items of one group would show nothing of groups."""
    shapes = set()

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(cases())
    def look(found: Case) -> None:
        shapes.update((len(group.items) > 1, len(group.counted) > 1) for group in groups_of(found))

    look()
    assert shapes == {(False, False), (True, False), (True, True)}


# -- what holds for every case -----------------------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(cases(), st.randoms(use_true_random=False))
def test_the_order_of_evidence_and_of_hypotheses_does_not_matter(found: Case, chance: random.Random) -> None:
    items, hypotheses = list(found.items), list(found.hypotheses)
    chance.shuffle(items)
    chance.shuffle(hypotheses)
    other = Case(tuple(hypotheses), tuple(items))
    assert posterior(other).shares == posterior(found).shares
    assert confidence(other) == confidence(found)
    assert inconsistency(other) == inconsistency(found)
    assert changes(other) == changes(found)
    for how in ("removed", "flipped"):
        one, two = overturning(found, how), overturning(other, how)
        assert (one is None) == (two is None)
        assert one is None or two is None or len(one.items) == len(two.items)


@settings(max_examples=100, deadline=None)
@given(cases())
def test_probabilities_add_up_exactly_and_none_is_nought(found: Case) -> None:
    shares = posterior(found).shares
    assert sum(shares.values()) == 1
    assert all(share > 0 for share in shares.values())


@settings(max_examples=100, deadline=None)
@given(cases(), st.integers(0, 6))
def test_the_same_item_again_in_its_group_changes_nothing(found: Case, place: int) -> None:
    if not found.items:
        return
    known = found.items[place % len(found.items)]
    if known.group:
        again = Item("again", known.likelihoods, known.trust, known.group)
        doubled = posterior(found.adding(again))
        # Among items that tie, one that stands twice has twice the part in their mean.
        ties = next(group for group in groups_of(found) if group.name == known.group).counted
        assert len(ties) > 1 or doubled.shares == posterior(found).shares
    neutral = Item("neutral", {key: Fraction(1, 2) for key in found.keys}, known.trust)
    assert posterior(found.adding(neutral)).shares == posterior(found).shares


@settings(max_examples=100, deadline=None)
@given(cases())
def test_evidence_moves_odds_by_no_more_than_its_strength(found: Case) -> None:
    for known in found.items:
        if known.group:
            continue
        without, whole = posterior(found.without(known.key)), posterior(found)
        most = strength(reported(known, found.keys))
        for one, two in combinations(found.keys, 2):
            assert 1 / most <= whole.odds(one, two) / without.odds(one, two) <= most


# -- sensitivity -------------------------------------------------------------------------------------------------------


class TestSensitivity:
    def test_each_item_is_removed_and_flipped(self) -> None:
        found = changes(case(item("1", 80, 20), item("2", 60, 40)))
        assert [(change.item, change.how, change.after.odds("a", "b")) for change in found] == [
            ("1", "removed", Fraction(3, 2)),
            ("1", "flipped", Fraction(3, 8)),
            ("2", "removed", Fraction(4)),
            ("2", "flipped", Fraction(8, 3)),
        ]
        assert [change.overturns for change in found] == [False, True, False, False]
        # 6 to 1 is very likely; 4 to 1 and 8 to 3 are likely.
        assert [change.rewords for change in found] == [True, True, True, True]

    def test_when_the_strongest_of_a_group_falls_the_next_counts(self) -> None:
        found = case(item("1", 80, 20, group="vendor"), item("2", 60, 40, group="vendor"))
        assert changes(found)[0].after.odds("a", "b") == Fraction(3, 2)

    def test_the_smallest_set_that_overturns(self) -> None:
        found = case(item("1", 80, 20), item("2", 80, 20), item("3", 20, 80))
        removed = overturning(found, "removed")
        assert removed is not None
        # Without one of them both are even: the hypothesis no longer leads alone.
        assert (len(removed.items), removed.after.leader) == (1, None)
        assert overturning(case(*(item(str(number), 80, 20) for number in range(9))), "removed") is None
        flipped = overturning(case(*(item(str(number), 80, 20) for number in range(9))), "flipped")
        assert flipped is not None
        assert len(flipped.items) == 5

    def test_nothing_overturns_what_does_not_lead(self) -> None:
        assert overturning(case(), "removed") is None

    def test_priors_alone_cannot_be_overturned_by_removal(self) -> None:
        assert overturning(case(a=9), "removed") is None

    def test_the_margin_is_the_odds_to_the_next(self) -> None:
        assert margin(case(item("1", 80, 20, c=40), c=1)) == ("a", "c", Fraction(2))


@settings(max_examples=60, deadline=None)
@given(cases(most=6), st.sampled_from(["removed", "flipped"]))
def test_the_set_that_overturns_is_smallest(found: Case, how: str) -> None:
    """Against all sets, tried one by one."""
    leader = posterior(found).leader
    smallest = None
    for size in range(1, len(found.items) + 1):
        for chosen in combinations([known.key for known in found.items], size):
            after = posterior(found.without(*chosen) if how == "removed" else found.flipping(*chosen))
            if after.leader != leader:
                smallest = size
                break
        if smallest:
            break
    told = overturning(found, how)
    if leader is None or smallest is None or smallest > attribution.sensitivity.LARGEST_SET:
        assert told is None
    else:
        assert told is not None
        assert len(told.items) == smallest
        assert told.after.leader != leader


@settings(max_examples=60, deadline=None)
@given(cases(most=6))
def test_changes_are_those_of_the_case_without_or_with_the_opposite(found: Case) -> None:
    now = posterior(found)
    for change in changes(found):
        changed = found.without(change.item) if change.how == "removed" else found.flipping(change.item)
        after = posterior(changed)
        assert change.after.shares == after.shares
        assert change.overturns == (after.leaders != now.leaders)


def test_a_hundred_items_take_less_than_a_second() -> None:
    import time

    chance = random.Random(7)
    keys = "abcdefgh"
    items = tuple(
        Item(
            str(number),
            {key: Fraction(chance.randint(1, 99), 100) for key in keys},
            trust(chance.choice("ABCDEF"), chance.choice("123456")),
            chance.choice(["", f"g{number % 20}"]),
        )
        for number in range(100)
    )
    found = Case(tuple(Hypothesis(key, Fraction(1)) for key in keys), items)
    start = time.perf_counter()
    confidence(found)
    overturning(found, "removed")
    assert time.perf_counter() - start < 3  # on a machine that does other things as well


# -- Heuer -------------------------------------------------------------------------------------------------------------


class TestHeuer:
    def test_marks(self) -> None:
        assert [grade(Fraction(value, 100)) for value in (99, 65, 64, 50, 36, 35, 1)] == list("CCNNNII")
        assert {grade(value): key for key, value in CONSISTENCY.items()} == {"C": "C", "N": "N", "I": "I"}

    def test_what_stands_against_counts_each_group_once_by_its_most_trusted_item(self) -> None:
        found = case(
            item("1", 80, 20, Fraction(1, 2), group="vendor"),
            item("2", 80, 20, Fraction(3, 4), group="vendor"),
            item("3", 20, 80, Fraction(1, 4)),
        )
        told = inconsistency(found)
        assert (told["a"].count, told["a"].weighted) == (1, Fraction(1, 4))
        assert (told["b"].count, told["b"].weighted) == (2, Fraction(3, 4))
        assert least_inconsistent(found) == ("a",)

    def test_it_can_differ_from_the_posterior(self) -> None:
        found = case(item("1", 80, 50), item("2", 80, 50), item("3", 34, 50))
        assert posterior(found).leader == "a"
        assert least_inconsistent(found) == ("b",)


# -- questions ---------------------------------------------------------------------------------------------------------


class TestQuestions:
    def test_a_question_whose_answer_is_the_same_under_all_tells_nothing(self) -> None:
        assert expectation(case(), Question("1", percent(a=70, b=70))).bits == pytest.approx(0, abs=1e-12)

    def test_by_hand(self) -> None:
        told = expectation(case(), Question("1", percent(a=75, b=25)))
        assert told.chance == Fraction(1, 2)
        assert told.if_seen.shares == percent(a=75, b=25)
        assert told.if_not.shares == percent(a=25, b=75)
        assert told.bits == pytest.approx(1 + 0.75 * log2(0.75) + 0.25 * log2(0.25))
        assert told.overturns == 1

    def test_the_most_telling_comes_first_and_trust_is_part_of_it(self) -> None:
        sharp = Question("sharp", percent(a=95, b=5))
        doubtful = Question("doubtful", percent(a=99, b=1), trust("D", "4"))
        dull = Question("dull", percent(a=60, b=40))
        assert [told.key for told in ranked(case(), [dull, doubtful, sharp])] == ["sharp", "dull", "doubtful"]
        assert ranked(case(), [Question("2", dull.likelihoods), Question("1", dull.likelihoods)])[0].key == "1"

    def test_what_would_turn_the_answer_is_told_with_its_probability(self) -> None:
        told = expectation(case(item("1", 80, 20)), Question("2", percent(a=10, b=90)))
        assert told.overturns == told.chance == Fraction(80 * 10 + 20 * 90, 10000)

    @settings(max_examples=80, deadline=None)
    @given(cases(most=4), st.data())
    def test_no_question_tells_less_than_nothing_or_more_than_a_yes_or_no(
        self, found: Case, data: st.DataObject
    ) -> None:
        told = expectation(found, Question("q", {key: data.draw(_LIKELIHOODS) for key in found.keys}))
        assert 0 <= told.bits <= 1
        # The mean of what comes out is what stands now.
        for key in found.keys:
            mean = told.chance * told.if_seen.shares[key] + (1 - told.chance) * told.if_not.shares[key]
            assert mean == posterior(found).shares[key]


# -- several analysts and states ---------------------------------------------------------------------------------------

_opinions = st.lists(
    st.lists(st.integers(1, 50), min_size=3, max_size=3).map(
        lambda parts: {key: Fraction(part, sum(parts)) for key, part in zip("abc", parts, strict=True)}
    ),
    min_size=1,
    max_size=5,
)


class TestPools:
    def test_by_hand(self) -> None:
        found = [percent(a=90, b=10), percent(a=50, b=50)]
        assert linear_pool(found) == percent(a=70, b=30)
        # The mean of the log-odds: the root of 9 times 1.
        assert logarithmic_pool(found) == pytest.approx({"a": 0.75, "b": 0.25})
        assert joint([percent(a=80, b=20), percent(a=50, b=50)]) == percent(a=65, b=35)

    @given(_opinions)
    def test_the_linear_pool_lies_between_the_extremes_and_both_add_up(self, found: list[dict[str, Fraction]]) -> None:
        linear, logarithmic = linear_pool(found), logarithmic_pool(found)
        assert sum(linear.values()) == 1
        assert sum(logarithmic.values()) == pytest.approx(1)
        for key in "abc":
            assert min(one[key] for one in found) <= linear[key] <= max(one[key] for one in found)

    @given(_opinions)
    def test_where_all_agree_the_pools_do_too(self, found: list[dict[str, Fraction]]) -> None:
        same = [found[0]] * len(found)
        assert linear_pool(same) == found[0]
        assert logarithmic_pool(same) == pytest.approx({key: float(value) for key, value in found[0].items()})

    @given(_opinions, st.lists(st.integers(1, 99), min_size=3, max_size=3))
    def test_the_logarithmic_pool_does_not_care_when_shared_evidence_comes_in(
        self, found: list[dict[str, Fraction]], likelihood: list[int]
    ) -> None:
        def updated(shares: dict[str, Fraction] | dict[str, float]) -> dict:
            scores = {key: shares[key] * value for key, value in zip("abc", likelihood, strict=True)}
            return {key: score / sum(scores.values()) for key, score in scores.items()}

        before = logarithmic_pool([updated(shares) for shares in found])
        assert before == pytest.approx(updated(logarithmic_pool(found)), abs=1e-12)

    def test_dissent_is_told(self) -> None:
        told = pool({"ada": Posterior(percent(a=90, b=10)), "bo": Posterior(percent(a=30, b=70))})
        assert told.split
        assert told.leaders == {"ada": ("a",), "bo": ("b",)}
        assert (told.lowest["a"], told.highest["a"]) == (Fraction(3, 10), Fraction(9, 10))
        assert not pool({"ada": Posterior(percent(a=90, b=10)), "bo": Posterior(percent(a=60, b=40))}).split

    def test_levels_in_words(self) -> None:
        told = pool_of_bands(["very-likely", "unlikely", "almost-certain"])
        assert told is not None
        assert told.linear == (Fraction(875, 1000) + Fraction(325, 1000) + Fraction(97, 100)) / 3
        assert (told.lowest.code, told.highest.code, told.steps) == ("unlikely", "almost-certain", 4)
        assert (told.linear_band.code, told.logarithmic_band.code) == ("likely", "very-likely")
        assert pool_of_bands([]) is None
        assert pool_of_bands(["certain"]) is None


# -- confidence --------------------------------------------------------------------------------------------------------

_GOOD = trust("A", "1")


def good(key: str, a: int = 90, b: int = 10, **more: object) -> Item:
    return Item(key, percent(a=a, b=b), _GOOD, str(more.get("group", "")))


class TestConfidence:
    def test_three_independent_good_sources_none_of_which_alone_decides(self) -> None:
        told = confidence(case(good("1"), good("2"), good("3")))
        assert (told.level, told.grounds, told.groups, told.good) == ("high", (), 3, 3)

    @pytest.mark.parametrize(
        ("items", "standing", "level", "code"),
        [
            ([], None, "low", "no-leader"),
            ([good("1"), good("2", group="x"), good("3", group="x")], None, "moderate", "few-groups"),
            ([good("1")], None, "low", "few-groups"),
            ([good("1", 60, 50), good("2", 50, 50)], None, "low", "few-groups"),
            ([item(str(n), 80, 20, trust("D", "3")) for n in range(4)], None, "low", "no-fair-source"),
            ([item(str(n), 80, 20, trust("C", "3")) for n in range(4)], None, "moderate", "few-good-sources"),
            ([good("1"), good("2", 45, 55), good("3", 48, 52)], None, "low", "rests-on-one"),
            ([good("1"), good("2", 60, 40), good("3", 60, 40)], None, "moderate", "falls-with-one"),
            ([good("1"), good("2"), good("3")], Standing(split=True), "moderate", "analysts-differ"),
            ([good("1"), good("2"), good("3")], Standing(unjudged=2), "moderate", "not-judged"),
        ],
    )
    def test_what_holds_it_down(self, items: list[Item], standing: Standing | None, level: str, code: str) -> None:
        told = confidence(case(*items), standing)
        assert told.level == level
        assert code in [ground.code for ground in told.grounds]

    def test_where_more_stands_against_it_than_against_another(self) -> None:
        more = [Item(str(n), percent(a=80, b=40), _GOOD) for n in range(5)]
        told = confidence(case(*more, Item("x", percent(a=34, b=50), _GOOD)))
        assert "more-stands-against-it" in [ground.code for ground in told.grounds]

    def test_a_gap_is_a_question_whose_answer_would_overturn(self) -> None:
        found = case(good("1", 60, 40), good("2", 60, 40), good("3", 60, 40))
        sharp = ranked(found, [Question("q", percent(a=80, b=1)), Question("dull", percent(a=50, b=50))])
        told = confidence(found, Standing(questions=sharp))
        (ground,) = [ground for ground in told.grounds if ground.code == "gaps"]
        assert (ground.items, ground.holds) == (("q",), "moderate")
