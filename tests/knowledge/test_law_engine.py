"""The engine against trying out every case, and how it speaks of the shipped law."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.knowledge import law_sets as sets
from verbale.knowledge.law import (
    DEPENDS,
    ENGAGED,
    NOT_ENGAGED,
    Case,
    Law,
    Reason,
    Step,
    as_json,
    assess,
    program,
    the_law,
)
from verbale.knowledge.law.derive import MET, MISSING, OPEN
from verbale.knowledge.law.solve import MOST_SETS, Solver

SOME = st.dictionaries(st.sampled_from([*sets.FACTS, "pa"]), st.booleans(), max_size=4)


@given(sets.laws(), SOME)
@settings(max_examples=150, deadline=None)
def test_a_conclusion_stands_as_trying_out_every_case_says(law: Law, stated: dict[str, bool]) -> None:
    solver = Solver(law)
    expected = {name: sets.status(law, stated, name) for name in law.conclusions}
    assert solver.consistent(stated) is (None not in expected.values())
    if solver.consistent(stated):
        assert solver.statuses(stated) == expected


@given(sets.laws(), SOME)
@settings(max_examples=150, deadline=None)
def test_what_settles_it_is_smallest_and_nothing_smaller_exists(law: Law, stated: dict[str, bool]) -> None:
    solver = Solver(law)
    if not solver.consistent(stated):
        return
    for name, status in solver.statuses(stated).items():
        if status != DEPENDS:
            continue
        for value, wanted in ((True, ENGAGED), (False, NOT_ENGAGED)):
            expected = sets.smallest(law, stated, name, wanted)
            found = solver.settle(name, value, stated)
            assert {settling.status for settling in found} == {wanted}
            assert {frozenset(settling.facts) for settling in found} <= expected
            assert len(found) == min(len(expected), MOST_SETS)


@given(sets.laws(), SOME)
@settings(max_examples=100, deadline=None)
def test_a_derivation_says_of_each_step_how_it_stands(law: Law, stated: dict[str, bool]) -> None:
    if not Solver(law).consistent(stated):
        return
    found = assess(Case(stated), law, settle=False)

    def check(step: Step) -> None:
        if step.name in law.open_names:
            known = stated.get(step.name)
            assert step.standing == (OPEN if known is None else MET if known is step.wanted else MISSING)
        else:
            status = sets.status(law, stated, step.name)
            met = ENGAGED if step.wanted else NOT_ENGAGED
            assert step.standing == (OPEN if status == DEPENDS else MET if status == met else MISSING)
        for reason in step.rules:
            for deeper in reason.steps:
                check(deeper)

    for finding in found.findings.values():
        check(finding.derivation)
        if finding.status == ENGAGED:
            # A rule of which every premise is certain, or several of which one holds in each case that is left.
            standings = {reason.standing for reason in finding.derivation.rules}
            assert standings in ({MET}, {OPEN})


def test_two_rules_that_hold_in_turn_engage_whichever_way_the_fact_is() -> None:
    law = sets.law(["fa"], [sets.rule("one", "ca", "fa"), sets.rule("two", "ca", "not fa")])
    found = assess(Case(), law)["ca"]
    assert found.status == ENGAGED
    assert [reason.rule for reason in found.derivation.rules] == ["one", "two"]
    assert found.settles == ()


def test_facts_that_cannot_stand_together_settle_nothing() -> None:
    law = sets.law(
        ["fa", "fb", "fc"], [sets.rule("one", "ca", "fa", "fb"), sets.rule("two", "ca", "fc")], apart=(("fa", "fb"),)
    )
    settles = assess(Case(), law)["ca"].settles
    assert [item.facts for item in settles if item.status == ENGAGED] == [(("fc", True),)]
    assert [item.facts for item in settles if item.status == NOT_ENGAGED] == [(("fc", False),)]


def test_the_program_carries_the_label_and_the_source_of_each_rule() -> None:
    law = sets.law(["fa", "fb"], [sets.rule("one", "ca", "fa", "not fb")])
    assert '% one: one holds. [Document, para. 1]\nh("ca") :- h("fa"), not h("fb").' in program(law)


# -- the shipped law ---------------------------------------------------------------------------------------------------

ATTRIBUTED = {"organ": True, "private-capacity": False}
NOBODY_ELSE = {"non-state-actor": False, "adopted": False}
NO_STATE = dict.fromkeys(["organ", "governmental-authority", "instructed", "effective-control", "adopted"], False)
HURT = {"injury": True, "effects-significant": True}
SEVERE = {"injury": False, "physical-damage": False, "severe-without-damage": True}
BROKEN = {**ATTRIBUTED, "ict-act": True, "cross-border": True, "function-lost": True}
NO_EXCUSE = dict.fromkeys(
    ["consent", "was-self-defence", "was-countermeasure", "force-majeure", "distress", "was-necessity"], False
)
RESPONSE = {
    **dict.fromkeys(["injured", "call-made", "notice-given", "measure-aim", "measure-proportionate"], True),
    **dict.fromkeys(["measure-reversible", "measure-on-target", "measure-spares"], True),
    "wrong-ended": False,
    "before-tribunal": False,
}
SOVEREIGN = {"sovereignty-rule": True}


def stands(name: str, facts: dict[str, bool], positions: dict[str, bool] | None = None) -> str:
    return assess(Case(facts, positions or {}), the_law(), settle=False)[name].status


@pytest.mark.parametrize(
    ("what", "facts", "expected"),
    [
        ("an organ acting as such", ATTRIBUTED, ENGAGED),
        ("an organ in private", {"organ": True, "private-capacity": True}, DEPENDS),
        ("an organ in private and nobody else", {"private-capacity": True, **NOBODY_ELSE}, NOT_ENGAGED),
        ("a group on instruction", {"non-state-actor": True, "instructed": True}, ENGAGED),
        ("a group under effective control", {"non-state-actor": True, "effective-control": True}, ENGAGED),
        ("a group with general support alone", {"non-state-actor": True, "supported": True, **NO_STATE}, NOT_ENGAGED),
        ("adopted as its own", {"adopted": True}, ENGAGED),
    ],
)  # fmt: skip
def test_attribution(what: str, facts: dict[str, bool], expected: str) -> None:
    assert stands("attribution", facts) == expected, what


@pytest.mark.parametrize(
    ("without", "expected"),
    [
        ({}, ENGAGED),
        *(({name: not value}, NOT_ENGAGED) for name, value in RESPONSE.items() if name != "notice-given"),
        ({"notice-given": False}, DEPENDS),
        ({"notice-given": False, "urgent": True}, ENGAGED),
        ({"notice-given": False, "urgent": False}, NOT_ENGAGED),
        ({"consent": True, "peremptory": False}, NOT_ENGAGED),
        ({"consent": True, "peremptory": True}, ENGAGED),
    ],
)
def test_countermeasures_need_each_of_their_conditions(without: dict[str, bool], expected: str) -> None:
    facts = {**BROKEN, **NO_EXCUSE, **RESPONSE, **without}
    positions = {**SOVEREIGN, "notice-required": True, "due-diligence-obligation": False}
    facts |= dict.fromkeys(["aided", "aided-knowingly"], False)
    assert stands("countermeasures", facts, positions) == expected


def test_what_an_option_lacks_is_named() -> None:
    facts = {**BROKEN, **NO_EXCUSE, **RESPONSE, "call-made": False, "measure-spares": False}
    found = assess(Case(facts, {**SOVEREIGN, "notice-required": True}), the_law())["countermeasures"]
    assert found.status == NOT_ENGAGED
    assert {step.name for step in found.lacks} == {"called-and-notified", "measure-within-limits"}


@pytest.mark.parametrize(
    ("facts", "positions", "force", "attack"),
    [
        ({**HURT, "scale-grave": True}, {}, ENGAGED, ENGAGED),
        ({**HURT, "scale-grave": False}, {}, ENGAGED, NOT_ENGAGED),
        (SEVERE, {}, DEPENDS, DEPENDS),
        (SEVERE, {"force-without-damage": False}, NOT_ENGAGED, NOT_ENGAGED),
        ({**SEVERE, "scale-grave": False}, {"force-without-damage": True}, ENGAGED, NOT_ENGAGED),
    ],
)
def test_force_and_armed_attack(facts: dict[str, bool], positions: dict[str, bool], force: str, attack: str) -> None:
    given = {**ATTRIBUTED, "cross-border": True, **facts}
    assert stands("use-of-force", given, positions) == force
    assert stands("armed-attack", given, positions) == attack


def test_retorsion_and_protest_take_no_breach() -> None:
    facts = {"cross-border": True}
    assert stands("retorsion", facts) == stands("protest", facts) == ENGAGED


def test_both_views_are_shown_the_own_one_first() -> None:
    quiet = {**BROKEN, **dict.fromkeys(["government-function", "physically-present"], False)}
    quiet["governmental-function-usurped"] = False
    for own, first, second in ((True, ENGAGED, NOT_ENGAGED), (False, NOT_ENGAGED, ENGAGED)):
        found = assess(Case(quiet, {"sovereignty-rule": own}), the_law())["sovereignty"]
        assert found.status == first
        seen = next(item for item in found.views if item.position == "sovereignty-rule")
        assert (seen.own, seen.first, seen.second) == (own, (own, first), (not own, second))
    found = assess(Case(quiet), the_law())["sovereignty"]
    assert found.status == DEPENDS
    assert {item.position: item.own for item in found.views}["sovereignty-rule"] is None


@given(st.data())
@settings(max_examples=40, deadline=None)
def test_what_is_settled_stays_settled_when_more_becomes_known(data: st.DataObject) -> None:
    law = the_law()
    names = st.sampled_from(sorted(law.open_names))
    stated = data.draw(st.dictionaries(names, st.booleans(), max_size=40))
    more = data.draw(st.dictionaries(names, st.booleans(), max_size=40)) | stated
    solver = Solver(law)
    if not solver.consistent(more):
        return
    before, after = solver.statuses(stated), solver.statuses(more)
    assert {name: status for name, status in before.items() if status != DEPENDS}.items() <= after.items()


@given(st.data())
@settings(max_examples=5, deadline=None)
def test_what_is_said_to_settle_a_case_does(data: st.DataObject) -> None:
    law = the_law()
    stated = data.draw(st.dictionaries(st.sampled_from(sorted(law.facts)), st.booleans(), max_size=50))
    solver = Solver(law)
    if not solver.consistent(stated):
        return
    for name, finding in assess(Case(stated), law).findings.items():
        assert bool(finding.settles) is (finding.status == DEPENDS)
        for settling in finding.settles:
            assert solver.statuses({**stated, **dict(settling.facts)})[name] == settling.status


def test_every_fact_and_position_bears_on_something() -> None:
    law = the_law()
    used = {text.removeprefix("not ") for rule in law.rules.values() for text in rule.when}
    assert law.open_names <= used
    elements = {name for name, item in law.conclusions.items() if item.kind == "element"}
    assert elements <= used


def test_the_eleven_norms_have_the_ids_of_the_pack_of_norms() -> None:
    norms = [item.id for item in the_law().conclusions.values() if item.kind == "norm"]
    assert norms == [f"un-11/{letter}" for letter in "abcdefghijk"]


def test_forty_unknown_facts_are_assessed_at_once() -> None:
    """The measured figure is in benchmarks/law.py; the bound here is generous, for a machine that is busy."""
    law = the_law()
    drawn = random.Random(5)
    known = drawn.sample(sorted(law.facts), len(law.facts) - 40)
    stated = dict.fromkeys(known, False) | {name: True for name in ATTRIBUTED if name in known}
    began = time.perf_counter()
    found = assess(Case(stated), law)
    assert time.perf_counter() - began < 5
    assert len(law.facts) - len(found.case.facts) == 40
    assert any(finding.status == DEPENDS for finding in found.findings.values())


def test_the_json_holds_every_finding_with_reasons_and_sources() -> None:
    found = as_json(assess(Case(BROKEN, SOVEREIGN), the_law()))
    for part in ("norms", "rules", "options"):
        for item in found[part]:
            assert item["status"] in (ENGAGED, DEPENDS, NOT_ENGAGED)
            assert item["sources"]
            assert item["reasons"]
            assert bool(item["settled by"]) is (item["status"] == DEPENDS)
    assert found["facts"]["organ"] is True
    assert found["facts"]["knew"] == "unknown"
    assert found["positions"]["sovereignty-rule"] is True
    assert found["open"]


def test_a_part_that_was_unfolded_is_not_unfolded_again() -> None:
    found = assess(Case(), the_law(), settle=False)

    def steps(step: Step) -> list[Step]:
        deeper: list[Reason] = list(step.rules)
        return [step, *(item for reason in deeper for part in reason.steps for item in steps(part))]

    for finding in found.findings.values():
        unfolded = [step.name for step in steps(finding.derivation) if step.rules]
        assert len(unfolded) == len(set(unfolded))
