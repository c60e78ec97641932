"""Who may see an object: a case for each rule, and what holds for all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.intel.audience import STRANGER, Audience, marking_of, may_see, rank_of
from verbale.intel.tlp import TLP_MARKING_IDS, TLP_ORDER

PARTIES = ("CR", "LZ", "VD")
OURS = Audience("CR", PARTIES, ("OC",))
NODES = ("CR", "LZ", "VD", "OC", "PL", STRANGER)


def seers(marking: str, origin: str, audience: Audience) -> set[str]:
    return {node for node in NODES if may_see(marking, origin, audience, node)}


@pytest.mark.parametrize(
    ("marking", "origin", "expected"),
    [
        ("CLEAR", "CR", {"CR", "LZ", "VD", "OC", "PL", STRANGER}),
        ("GREEN", "CR", {"CR", "LZ", "VD", "OC", "PL"}),
        ("AMBER", "CR", {"CR", "LZ", "VD", "OC"}),
        ("AMBER+STRICT", "CR", {"CR", "LZ", "VD", "OC"}),
        ("RED", "CR", {"CR", "OC"}),
        ("CLEAR", "LZ", {"CR", "LZ", "VD", "OC", "PL", STRANGER}),
        ("GREEN", "LZ", {"CR", "LZ", "VD", "OC", "PL"}),
        ("AMBER", "LZ", {"CR", "LZ", "VD"}),
        ("AMBER", "OC", {"CR", "OC"}),
        ("AMBER", "feeds.example", {"CR"}),
        ("AMBER+STRICT", "LZ", {"CR", "LZ"}),
        ("RED", "LZ", {"CR", "LZ"}),
        ("PURPLE", "LZ", {"CR", "LZ"}),
        ("", "CR", {"CR", "OC"}),
    ],
)
def test_each_marking_from_us_and_from_a_partner(marking: str, origin: str, expected: set[str]) -> None:
    assert seers(marking, origin, OURS) == expected


def test_our_own_shelf_has_no_parties() -> None:
    assert seers("AMBER", "CR", Audience("CR")) == {"CR"}
    assert seers("AMBER", "LZ", Audience("CR")) == {"CR", "LZ"}


nodes = st.sampled_from(NODES[:-1])
audiences = st.builds(Audience, st.just("CR"), st.frozensets(nodes), st.frozensets(nodes))
markings = st.sampled_from(TLP_ORDER)


@given(origin=nodes, audience=audiences, one=markings, other=markings)
def test_a_stricter_marking_never_shows_more(origin: str, audience: Audience, one: str, other: str) -> None:
    lax, strict = sorted((one, other), key=rank_of)
    assert seers(strict, origin, audience) <= seers(lax, origin, audience)


@given(marking=markings, origin=nodes, audience=audiences)
def test_the_holder_and_the_giver_always_see_it(marking: str, origin: str, audience: Audience) -> None:
    assert {"CR", origin} <= seers(marking, origin, audience)


@given(marking=st.sampled_from(("AMBER+STRICT", "RED")), origin=nodes.filter("CR".__ne__), audience=audiences)
def test_what_a_partner_gave_above_amber_is_passed_on_to_nobody(marking: str, origin: str, audience: Audience) -> None:
    assert seers(marking, origin, audience) == {"CR", origin}


@given(origin=nodes, audience=audiences)
def test_red_goes_by_name_and_never_by_collection(origin: str, audience: Audience) -> None:
    without = Audience(audience.own, (), audience.named)
    assert seers("RED", origin, audience) == seers("RED", origin, without)


@given(marking=markings, origin=nodes, audience=audiences)
def test_a_stranger_sees_what_is_clear(marking: str, origin: str, audience: Audience) -> None:
    assert may_see(marking, origin, audience, STRANGER) == (marking == "CLEAR")


refs = st.sampled_from([*TLP_MARKING_IDS, "marking-definition--00000000-0000-4000-8000-000000000001", "nonsense"])


@given(refs=st.lists(refs, max_size=5), came_with=st.sampled_from([*TLP_ORDER, "", "PURPLE"]))
def test_the_strictest_marking_counts_for_the_whole(refs: list[str], came_with: str) -> None:
    word = marking_of(refs, came_with)
    assert word in TLP_ORDER
    for ref in refs:
        assert rank_of(word) >= rank_of(TLP_MARKING_IDS.get(ref, "AMBER"))
    if not refs:
        assert word == (came_with if came_with in TLP_ORDER else "AMBER")


STATEMENT = "marking-definition--00000000-0000-4000-8000-000000000001"
ID = {word: ref for ref, word in TLP_MARKING_IDS.items()}


@pytest.mark.parametrize(
    ("refs", "came_with", "parts", "expected"),
    [
        ([], "RED", [ID["GREEN"]], "RED"),
        ([], "GREEN", [ID["RED"]], "RED"),
        ([], "", [ID["CLEAR"]], "AMBER"),
        ([ID["GREEN"]], "RED", [ID["CLEAR"]], "GREEN"),
        ([ID["GREEN"]], "CLEAR", [ID["AMBER"]], "AMBER"),
        ([STATEMENT], "RED", [], "RED"),
        ([STATEMENT], "CLEAR", [], "AMBER"),
        ([STATEMENT, ID["GREEN"]], "RED", [], "AMBER"),
        ([], "CLEAR", [STATEMENT], "AMBER"),
    ],
)
def test_what_is_marked_in_parts_or_in_words_only_is_as_what_it_came_with_in_the_rest(
    refs: list[str], came_with: str, parts: list[str], expected: str
) -> None:
    assert marking_of(refs, came_with, parts) == expected
