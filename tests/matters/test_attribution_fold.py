"""The rules of effect of a workbench and of a joint statement on attribution."""

import json
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters import test_small_folds as common
from tests.matters.attribution_cases import ATTRIBUTION, FINDING, OTHER_TEXT, TEXT, WORKBENCH
from tests.matters.small import MATTER, MISSING, MORNING, NONCE, Case, Story, act_sets
from verbale.matters.attribution import acts as statement_acts
from verbale.matters.attribution.acts import text_hash
from verbale.matters.attribution.fold import positions
from verbale.matters.workbench import acts as workbench_acts
from verbale.node.registry import apply_rule
from verbale.protocol import fold, make_act, ordered

MINE = (WORKBENCH, ATTRIBUTION)
each = pytest.mark.parametrize("case", MINE, ids=lambda case: case.name)
each_word = pytest.mark.parametrize(
    ("case", "word"),
    [(case, word) for case in MINE for word in case.later],
    ids=lambda item: getattr(item, "name", item),
)

# -- what every kind has in common -------------------------------------------------------------------------------------


@each
def test_the_kind_has_the_acts_of_its_case_and_opens_once(case: Case) -> None:
    common.test_the_kind_has_the_acts_of_its_case(case)
    common.test_it_opens(case)
    common.test_it_is_opened_once(case)
    for fields in ({"matter": "b" * 32}, {"nonce": "b" * 32}):
        common.test_an_opening_of_another_making_is_without_effect(case, fields, "whose id is not of its making")


@each
def test_it_is_opened_by_one_that_is_addressed_as_it_should(case: Case) -> None:
    act = Story(case).acts[0]
    made = make_act(
        type=act.type,
        author="CR",
        audience=("LZ",) if case.alone else (),
        matter=MATTER,
        nonce=NONCE,
        issued=MORNING,
        body=act.body,
    )
    state, effects = fold(apply_rule, [made])
    assert state == {}
    assert effects[made.id].sentence() == (
        "It is addressed to somebody: a workbench never leaves the house."
        if case.alone
        else "It needs another party, and is addressed to nobody."
    )


@each_word
def test_nothing_else_takes_effect_before_the_opening(case: Case, word: str) -> None:
    common.test_nothing_else_takes_effect_before_the_opening(case, word)


@each_word
def test_only_the_parties_act_and_all_of_them_are_told(case: Case, word: str) -> None:
    common.test_only_the_parties_act_and_all_of_them_are_told(case, word)


@pytest.mark.parametrize(
    ("case", "word"),
    [(case, word) for case in MINE for word in case.names],
    ids=lambda item: getattr(item, "name", item),
)
def test_what_is_about_an_act_refers_to_it_and_the_act_is_there(case: Case, word: str) -> None:
    common.test_what_is_about_an_act_refers_to_it_and_the_act_is_there(case, word)


@pytest.mark.parametrize("word", list(WORKBENCH.bodies))
def test_after_the_close_nothing_takes_effect(word: str) -> None:
    common.test_after_the_close_only_what_outlives_it(WORKBENCH, word)


@each
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(case: Case, data: st.DataObject) -> None:
    found = data.draw(act_sets(case))
    expected = fold(apply_rule, found)
    arrived = [*data.draw(st.permutations(found)), *data.draw(st.lists(st.sampled_from(found), max_size=5))]
    assert fold(apply_rule, arrived) == expected


@each
@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_rules_change_no_act_keep_plain_json_and_leave_no_trace_of_what_has_no_effect(
    case: Case, data: st.DataObject
) -> None:
    found = data.draw(act_sets(case))
    bodies = [(act.id, deepcopy(act.body)) for act in found]
    state: dict[str, Any] = {}
    for act in ordered(found):
        before = deepcopy(state)
        effect = apply_rule(state, act)
        assert (state == before) != effect.effective
        assert not effect.effective or state["last"] == act.id
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()
    assert [(act.id, act.body) for act in found] == bodies
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)


@each
def test_the_sets_reach_effects_of_every_type(case: Case) -> None:
    """A property over sets in which nothing ever takes effect would hold for any rules."""
    reached: set[str] = set()

    @settings(max_examples=250, deadline=None, database=None, derandomize=True)
    @given(found=act_sets(case))
    def look(found: list) -> None:
        _state, effects = fold(apply_rule, found)
        reached.update(act.type.partition(".")[2] for act in found if effects[act.id].effective)

    look()
    assert reached == set(case.bodies)


# -- the workbench -----------------------------------------------------------------------------------------------------


def bench() -> tuple[Story, str]:
    story = Story(WORKBENCH)
    return story, story.say("CR", "hypothesis")


def judged(story: Story, item: str, hypothesis: str, percent: int = 80, analyst: str = "ada", **more: Any) -> str:
    values = [{"hypothesis": "other", "percent": 20}, {"hypothesis": hypothesis, "percent": percent}]
    return story.say(
        "CR", "judge", item=item, analyst=analyst, values=values, refs=(item, hypothesis, story.opening), **more
    )


def test_hypotheses_are_numbered_and_somebody_else_is_one_from_the_beginning() -> None:
    story, first = bench()
    second = story.say("CR", "hypothesis", text="A criminal group", parts=5, reason="It has done so before.")
    state = story.state
    assert [state[f"hypothesis:{key}"]["number"] for key in ("other", first, second)] == [0, 1, 2]
    assert (state["hypothesis:other"]["parts"], state[f"hypothesis:{second}"]["parts"]) == (2, 5)
    for _more in range(workbench_acts.MAX_HYPOTHESES - 2):
        story.say("CR", "hypothesis")
    assert story.fate() == ""
    story.say("CR", "hypothesis")
    assert story.fate() == "There are 20 hypotheses already, and no room for more."


def test_weights_are_set_anew() -> None:
    story, first = bench()
    story.say("CR", "prior", priors=[{"hypothesis": "other", "parts": 2}])
    assert story.fate() == "It changes no weight."
    priors = [{"hypothesis": "other", "parts": 2}, {"hypothesis": first, "parts": 9}]
    story.say("CR", "prior", priors=priors, refs=(story.opening,))
    assert story.fate() == "It does not refer to a hypothesis that it is about."
    story.say("CR", "prior", priors=priors, refs=(first,))
    assert story.state[f"hypothesis:{first}"]["parts"] == 9
    story.say("CR", "prior", priors=[{"hypothesis": MISSING, "parts": 9}], refs=(MISSING,))
    assert story.fate() == "A hypothesis that it is about has not arrived, or is without effect."
    story.say("CR", "withdraw", item=first)
    story.say("CR", "prior", priors=[{"hypothesis": first, "parts": 3}], refs=(first, story.acts[-1].id))
    assert story.fate() == "A hypothesis that it is about has been withdrawn."


def test_evidence_is_numbered_and_fills_a_gap_once() -> None:
    story, _first = bench()
    gap = story.say("CR", "gap")
    one = story.say("CR", "evidence")
    assert story.state[f"evidence:{one}"]["custody"][0]["who"] == "CERT Crimson"
    story.say("CR", "evidence", answers=gap)
    assert story.fate() == "It does not refer to the act that it is about."
    two = story.say("CR", "evidence", answers=gap, refs=(gap, one))
    state = story.state
    assert (state[f"filled:{gap}"]["evidence"], state[f"evidence:{two}"]["number"]) == (two, 2)
    for word in ("rate", "judge", "withdraw"):
        story.say("CR", word, item=gap)
        assert story.fate() == "The gap has been filled."
    story.say("CR", "evidence", answers=gap, refs=(gap,))
    assert story.fate() == "The gap has been filled."
    story.say("CR", "evidence", answers=one, refs=(one,))
    assert story.fate() == "The act that it is about has not arrived, or is without effect."
    other = story.say("CR", "gap")
    story.say("CR", "withdraw", item=other)
    story.say("CR", "evidence", answers=other, refs=(other, story.acts[-1].id))
    assert story.fate() == "What it is about has been withdrawn."
    assert (story.state["items"], story.state["gaps"]) == (2, 2)


def test_a_rating_changes_something() -> None:
    story, _first = bench()
    item, gap = story.say("CR", "evidence"), story.say("CR", "gap")
    story.say("CR", "rate", item=item, reliability="B", credibility="2", group=" vendor ")
    assert story.fate() == "It changes nothing in the rating."
    story.say("CR", "rate", item=item, reliability="B", credibility="2")
    assert story.state[f"evidence:{item}"]["group"] == ""
    story.say("CR", "rate", item=gap, reliability="C", credibility="3", group="vendor")
    assert story.fate() == "It changes nothing in the rating."
    story.say("CR", "rate", item=gap)
    assert story.state[f"gap:{gap}"]["reliability"] == "A"
    assert "group" not in story.state[f"gap:{gap}"]


def test_each_analyst_judges_and_a_later_judgement_replaces_that_of_the_same_analyst() -> None:
    story, first = bench()
    item, gap = story.say("CR", "evidence"), story.say("CR", "gap")
    judged(story, item, first)
    judged(story, item, first, 60)
    judged(story, item, first, 30, "bo")
    judged(story, gap, first)
    state = story.state
    assert state[f"judgement:{item}:ada"]["values"] == {"other": 20, first: 60}
    assert state[f"judgement:{item}:bo"]["values"][first] == 30
    assert f"judgement:{gap}:ada" in state
    story.say("CR", "judge", item=item, refs=(item,))
    assert story.fate() == "It does not refer to a hypothesis that it is about."
    judged(story, item, item)
    assert story.fate() == "A hypothesis that it is about has not arrived, or is without effect."
    story.say("CR", "withdraw", item=first)
    judged(story, item, first)
    assert story.fate() == "A hypothesis that it is about has been withdrawn."


def test_what_is_withdrawn_is_withdrawn_once_and_its_judgements_stay() -> None:
    story, first = bench()
    item = story.say("CR", "evidence")
    judged(story, item, first)
    story.say("CR", "withdraw", item=item)
    assert story.state[f"withdrawn:{item}"]["text"] == "A forgery."
    assert f"judgement:{item}:ada" in story.state
    for word in ("rate", "judge", "withdraw"):
        story.say("CR", word, item=item)
        assert story.fate() == "What it is about has been withdrawn."


def test_a_conclusion_is_about_a_hypothesis_that_stands_and_replaces_an_earlier_one() -> None:
    story, first = bench()
    story.say("CR", "conclude")
    assert story.state["conclusion"]["computed"] == {"other": 700}
    story.say("CR", "conclude", hypothesis=first, refs=(story.opening,))
    assert story.fate() == "It does not refer to a hypothesis that it is about."
    story.say("CR", "conclude", hypothesis=first, likelihood="unlikely", refs=(first, story.acts[-1].id))
    assert (story.state["conclusion"]["hypothesis"], story.state["conclusion"]["likelihood"]) == (first, "unlikely")
    story.say("CR", "withdraw", item=first)
    story.say("CR", "conclude", hypothesis=first, refs=(first, story.acts[-1].id))
    assert story.fate() == "A hypothesis that it is about has been withdrawn."


# -- the statement -----------------------------------------------------------------------------------------------------


def three(**opening: Any) -> Story:
    return Story(ATTRIBUTION, "CR", "LZ", "VD", **opening)


def published(story: Story) -> dict[str, Any]:
    state = story.state
    found: dict[str, Any] = state[f"publication:{state['published']}"]
    return found


def test_the_proposal_is_version_one_which_its_author_joins() -> None:
    story = three()
    state = story.state
    version, position = state[f"version:{story.opening}"], state["position:CR"]
    assert (version["number"], version["finding"], version["sha256"]) == (1, FINDING, text_hash(FINDING, TEXT))
    assert (state["latest"], state["joined"], state["opening"]["hypotheses"]) == (
        story.opening,
        1,
        ["A criminal group"],
    )
    assert (position["says"], position["likelihood"], position["withheld"]) == ("join", "very-likely", 3)


def test_others_join_with_levels_of_their_own_or_dissent_with_reasons() -> None:
    story = three()
    story.say("LZ", "join", version=story.opening)
    story.say("VD", "dissent", version=story.opening)
    state = story.state
    assert state["joined"] == 2
    assert [(one["by"], one["says"], one["likelihood"]) for one in positions(state)] == [
        ("CR", "join", "very-likely"),
        ("LZ", "join", "likely"),
        ("VD", "dissent", None),
    ]
    story.say("LZ", "join", version=story.opening)
    assert story.fate() == "LZ had already joined in these very terms."
    story.say("VD", "dissent", version=story.opening)
    assert story.fate() == "VD had already dissented in these very terms."
    story.say("LZ", "join", version=story.opening, likelihood="almost-certain")
    story.say("VD", "join", version=story.opening)
    story.say("LZ", "dissent", version=story.opening, likelihood="unlikely", confidence="high")
    state = story.state
    assert (state["joined"], state["position:LZ"]["likelihood"], state["position:VD"]["says"]) == (
        2,
        "unlikely",
        "join",
    )


def test_one_joins_the_latest_version_by_the_text_that_one_has_read() -> None:
    story = three()
    story.say("LZ", "join", version=story.opening, sha256=text_hash(FINDING, OTHER_TEXT))
    assert story.fate() == "The hash is not that of the text of this version."
    story.say("CR", "revise", version=story.opening)
    for word in ("join", "dissent", "revise", "publish"):
        story.say("CR", word, version=story.opening)
        assert story.fate() == "A later version of the text lies on the table."


def test_who_joined_revises_and_the_others_join_anew() -> None:
    story = three()
    story.say("LZ", "revise", version=story.opening)
    assert story.fate() == "LZ has not joined this version: only who joined it revises it."
    story.say("LZ", "join", version=story.opening, named=False, basis=["Our own logs."])
    story.say("CR", "revise", version=story.opening, paragraphs=TEXT)
    assert story.fate() == "It changes nothing: the text is that of the version which it revises."
    second = story.say("LZ", "revise", version=story.opening, likelihood="unlikely")
    state = story.state
    assert (state["latest"], state["joined"], state[f"version:{second}"]["number"]) == (second, 1, 2)
    assert [one["by"] for one in positions(state)] == ["LZ"]
    # What it laid before the parties, kept back and released stays as it was.
    mine = state["position:LZ"]
    assert (mine["named"], mine["basis"], mine["withheld"], mine["likelihood"]) == (
        False,
        ["Our own logs."],
        1,
        "unlikely",
    )
    story.say("CR", "revise", version=second, paragraphs=TEXT)
    assert story.fate() == "CR has not joined this version: only who joined it revises it."
    story.say("LZ", "revise", version=second, finding="Somebody did.", paragraphs=OTHER_TEXT)
    assert story.fate() == ""


def test_it_is_published_as_far_as_all_who_joined_let_it() -> None:
    story = three()
    story.say("LZ", "publish", version=story.opening)
    assert story.fate() == "LZ has not joined this version: only who joined it publishes it."
    story.say("LZ", "join", version=story.opening, release="GREEN", named=False)
    story.say("CR", "publish", version=story.opening, sha256=MISSING)
    assert story.fate() == "The hash is not that of the text of this version."
    story.say("CR", "publish", version=story.opening)
    assert story.fate() == "LZ lets it go no further than TLP:GREEN."
    story.say("VD", "dissent", version=story.opening, named=True, likelihood="unlikely", confidence="low")
    act = story.say("CR", "publish", version=story.opening, release="GREEN")
    told = published(story)
    assert story.state["published"] == act
    assert {name: told[name] for name in told if name not in ("issued", "sha256")} == {
        "by": "CR",
        "version": story.opening,
        "release": "GREEN",
        "named": [{"by": "CR", "likelihood": "very-likely", "confidence": "moderate"}],
        "unnamed": 1,
        "dissent": [{"by": "VD", "likelihood": "unlikely", "confidence": "low"}],
        "unnamed_dissent": 0,
        "withheld": 4,
        "sealed": 1,
    }
    story.say("CR", "publish", version=story.opening, release="GREEN")
    assert story.fate() == "It goes no further than the publication before."
    story.say("CR", "revise", version=story.opening)
    assert story.fate() == "The statement has been published: its text no longer changes."
    # What is said later does not change what was told.
    story.say("LZ", "join", version=story.opening, release="CLEAR")
    assert published(story) == told
    story.say("LZ", "publish", version=story.opening)
    assert story.state[f"publication:{act}"] == told
    told = published(story)
    assert (told["release"], [one["by"] for one in told["named"]], told["unnamed"]) == ("CLEAR", ["CR", "LZ"], 0)


def test_what_one_said_is_withdrawn_and_without_anybody_who_joined_it_ends() -> None:
    story = three()
    story.say("LZ", "withdraw")
    assert story.fate() == "LZ has said nothing of the statement that it could withdraw."
    story.say("CR", "dissent", version=story.opening)
    assert story.fate() == "CR is the only one that has joined: it withdraws instead of dissenting."
    story.say("LZ", "dissent", version=story.opening)
    story.say("LZ", "withdraw", text="We look again.")
    state = story.state
    assert ("position:LZ" in state, state["withdrew:LZ"]["says"], "closed" in state) == (False, "dissent", False)
    story.say("LZ", "join", version=story.opening)
    story.say("CR", "publish", version=story.opening)
    story.say("CR", "withdraw")
    assert story.state["joined"] == 1
    story.say("CR", "dissent", version=story.opening)
    story.say("LZ", "withdraw", text="It does not hold.")
    state = story.state
    assert (state["closed"]["by"], state["closed"]["text"], state["joined"]) == ("LZ", "It does not hold.", 0)
    for word in ATTRIBUTION.later:
        story.say("CR", word, version=story.opening) if word in ATTRIBUTION.names else story.say("CR", word)
        assert story.fate() == "LZ had closed the matter."
    assert story.state == state


def test_a_withdrawal_of_what_was_said_of_an_earlier_version_changes_no_count() -> None:
    story = three()
    story.say("LZ", "join", version=story.opening)
    story.say("CR", "revise", version=story.opening)
    story.say("LZ", "withdraw")
    assert (story.fate(), story.state["joined"], "closed" in story.state) == ("", 1, False)


# -- bodies ------------------------------------------------------------------------------------------------------------

HALF = {"hypothesis": "other", "percent": 20}


@pytest.mark.parametrize(
    ("case", "word", "change"),
    [
        (WORKBENCH, "open", {"title": ""}),
        (WORKBENCH, "open", {"other": 0}),
        (WORKBENCH, "open", {"about": "x"}),
        (WORKBENCH, "hypothesis", {"parts": 1001}),
        (WORKBENCH, "prior", {"priors": []}),
        (WORKBENCH, "prior", {"text": " "}),
        (WORKBENCH, "prior", {"priors": [{"hypothesis": "other", "parts": 1}] * 2}),
        (WORKBENCH, "prior", {"priors": [{"hypothesis": "somebody", "parts": 1}]}),
        (WORKBENCH, "evidence", {"reliability": "G"}),
        (WORKBENCH, "evidence", {"credibility": 1}),
        (WORKBENCH, "evidence", {"custody": [{"day": "2026-02-30", "who": "x", "what": "y"}]}),
        (WORKBENCH, "evidence", {"elsewhere": ["x"]}),
        (WORKBENCH, "gap", {"text": ""}),
        (WORKBENCH, "judge", {"values": [HALF]}),
        (WORKBENCH, "judge", {"values": [HALF, HALF]}),
        (WORKBENCH, "judge", {"values": [HALF, {"hypothesis": MISSING, "percent": 100}]}),
        (WORKBENCH, "judge", {"values": [HALF, {"hypothesis": MISSING, "percent": 0}]}),
        (WORKBENCH, "judge", {"analyst": "x" * 101}),
        (WORKBENCH, "withdraw", {"item": "other"}),
        (WORKBENCH, "conclude", {"likelihood": "certain"}),
        (WORKBENCH, "conclude", {"confidence": "very high"}),
        (WORKBENCH, "conclude", {"computed": [{"hypothesis": "other", "permille": 1001}]}),
        (ATTRIBUTION, "propose", {"finding": "  "}),
        (ATTRIBUTION, "propose", {"paragraphs": []}),
        (ATTRIBUTION, "propose", {"withheld": 0}),
        (ATTRIBUTION, "propose", {"sealed": [MISSING, MISSING]}),
        (ATTRIBUTION, "propose", {"release": "WHITE"}),
        (ATTRIBUTION, "join", {"likelihood": None}),
        (ATTRIBUTION, "join", {"sealed": [MISSING], "withheld": 0}),
        (ATTRIBUTION, "dissent", {"text": ""}),
        (ATTRIBUTION, "dissent", {"likelihood": "likely"}),
        (ATTRIBUTION, "publish", {"release": "TLP:CLEAR"}),
        (ATTRIBUTION, "withdraw", {"text": ""}),
    ],
)
def test_unlawful_bodies(case: Case, word: str, change: dict[str, Any]) -> None:
    msgspec.convert(case.lawful[word], case.bodies[word])
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**case.lawful[word], **change}, case.bodies[word])


def test_the_words_of_the_bodies_are_those_of_the_scale() -> None:
    from typing import get_args

    from verbale.knowledge.attribution import BANDS, CONFIDENCE, CREDIBILITY, RELIABILITY

    for acts in (workbench_acts, statement_acts):
        assert get_args(acts.BandCode) == tuple(band.code for band in BANDS)
        assert get_args(acts.ConfidenceCode) == CONFIDENCE
    assert get_args(workbench_acts.Reliability) == tuple(RELIABILITY)
    assert get_args(workbench_acts.Credibility) == tuple(CREDIBILITY)
