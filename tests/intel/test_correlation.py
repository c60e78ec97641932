"""What sources have in common, against a count by hand and in any order."""

from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel import correlation
from verbale.intel.correlation import Feature, Named, Used, correlate, matrix

DOMAIN, HASH = Feature("domain-name", "evil.example"), Feature("sha256", "ab" * 32)
POWERSHELL = Feature("technique", "T1059.001")


def named(**said: list[Feature]) -> list[Named]:
    return [Named(source, feature) for source, features in said.items() for feature in features]


def test_what_two_name_makes_a_pair_and_rare_things_weigh_more() -> None:
    found = correlate(named(a=[DOMAIN, POWERSHELL], b=[DOMAIN, POWERSHELL], c=[POWERSHELL], d=[HASH]))
    assert found.sources == 4
    assert [(item.feature, item.sources) for item in found.shared] == [
        (DOMAIN, ("a", "b")),
        (POWERSHELL, ("a", "b", "c")),
    ]
    first = found.pairs[0]
    assert (first.first, first.second, first.shared) == ("a", "b", (DOMAIN, POWERSHELL))
    assert first.weight == pytest.approx(log(5 / 2) + log(5 / 3))
    assert [(pair.first, pair.second) for pair in found.pairs[1:]] == [("a", "c"), ("b", "c")]
    assert correlate(named(a=[DOMAIN], b=[DOMAIN]), least=10).pairs == ()


def test_sources_that_hang_together_are_one_group() -> None:
    found = correlate(named(a=[DOMAIN], b=[DOMAIN, HASH], c=[HASH], d=[POWERSHELL], e=[POWERSHELL], f=[]))
    groups = found.group_of()
    assert groups["a"] == groups["b"] == groups["c"] != groups["d"] == groups["e"]
    assert "f" not in groups


def test_what_everybody_names_makes_no_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(correlation, "MOST_SOURCES", 2)
    found = correlate(named(a=[DOMAIN], b=[DOMAIN], c=[DOMAIN]))
    assert [item.feature for item in found.common] == [DOMAIN]
    assert found.pairs == ()
    assert [item.feature for item in found.shared] == [DOMAIN]


_features = st.builds(Feature, st.sampled_from(["domain-name", "technique"]), st.sampled_from("uvwxyz"))
_named = st.lists(st.builds(Named, st.sampled_from("abcde"), _features), max_size=40)


@given(_named, st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter_and_pairs_are_what_sets_have_in_common(said: list[Named], drawn) -> None:  # type: ignore[no-untyped-def]
    found = correlate(said)
    shuffled = [*said, *drawn.sample(said, len(said) // 2)]
    drawn.shuffle(shuffled)
    assert correlate(shuffled) == found
    sets: dict[str, set[Feature]] = {}
    for item in said:
        sets.setdefault(item.source, set()).add(item.feature)
    expected = {
        (one, other): sets[one] & sets[other]
        for one in sets
        for other in sets
        if one < other and sets[one] & sets[other]
    }
    assert {(pair.first, pair.second): set(pair.shared) for pair in found.pairs} == expected


def test_the_matrix_follows_attack() -> None:
    columns = matrix(
        [
            Used("a", "T1486", "Data Encrypted for Impact", ("impact",)),
            Used("b", "T1486", "", ("impact",)),
            Used("b", "T1078", "Valid Accounts", ("initial-access", "persistence")),
            Used("c", "T1566.001", "Spearphishing Attachment", ("initial-access",)),
            Used("c", "T9999", "Unheard of", ("own-tactic",)),
            Used("c", "T1005"),
        ]
    )
    assert [column.tactic for column in columns] == ["initial-access", "persistence", "impact", "own-tactic", ""]
    impact = columns[2].cells[0]
    assert (impact.name, impact.sources, impact.below) == ("Data Encrypted for Impact", ("a", "b"), False)
    assert [(cell.id, cell.below) for cell in columns[0].cells] == [("T1078", False), ("T1566.001", True)]
