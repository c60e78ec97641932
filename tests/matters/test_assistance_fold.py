"""The rules of effect of assistance, one table; and what holds for every set of its acts."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.matters.assistance.fold import fates, rule, title
from verbale.node.registry import act_type, apply_rule, kind_of
from verbale.protocol import Act, fold, make_act, matter_id, ordered

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
HEAD = {"ministry": "Ministry of Foreign Affairs", "state": "Republic of Crimson", "short": "CR", "colour": "#8a1c2b"}
NOTE = {
    "number": "A-1/2026",
    "subject": "Night on the grid",
    "paragraphs": ["ask for help."],
    "letterhead": HEAD,
    "addressee": "Ministry of Foreign Affairs of the Republic of Lazuria",
    "date": "2026-11-24",
}
ITEMS = ["Name the holder of 192.0.2.7", "Hand over the traffic data", "Take the server down"]
BASIS = {"instrument": "Convention on Cybercrime (ETS 185)", "article": "Article 29"}
ASKED = {
    "authority": "Public Prosecutor of Port Crimson",
    "offence": "Data interference; the grid was down for a night",
    "data": "Logs of 192.0.2.7",
    "link": "The attack came from there",
    "necessity": "Logs are erased after 30 days",
    "intention": True,
}
BODIES: dict[str, dict[str, Any]] = {
    "request": {**NOTE, "kind": "information", "items": ITEMS, "basis": BASIS},
    "offer": {**NOTE, "kind": "mitigation", "items": ITEMS},
    "accept": {**NOTE, "extent": "whole"},
    "refuse": {**NOTE, "ground": "essential-interests", "article": "Article 27 (4) (b)", "reasons": "Security."},
    "preserve": {"data": "Logs", "since": "2026-11-24", "until": "2027-01-31"},
    "extend": {"preservation": "f" * 64, "until": "2027-03-31"},
    "deliver": {"subject": NOTE["subject"], "text": "The logs"},
    "status": {"text": "We work on it."},
    "take": {},
    "close": {"outcome": "satisfied"},
}
PRESERVE_KIND = {"kind": "preservation", "preservation": ASKED}


def opening(word: str = "request", author: str = "CR", audience: tuple[str, ...] = ("LZ",), **changes: Any) -> Act:
    fields = {key: changes.pop(key) for key in ("nonce", "matter", "issued") if key in changes}
    return make_act(
        **{
            "type": f"assistance.{word}",
            "author": author,
            "audience": audience,
            "matter": matter_id("CR", NONCE),
            "issued": MORNING,
            "nonce": NONCE,
            "body": {**BODIES[word], **changes},
            **fields,
        }
    )


REQUEST, OFFER, KEEP = opening(), opening("offer"), opening(**PRESERVE_KIND)

Step = tuple[Any, ...]
"""author, word, changes of the body; `day` puts it days after the opening, `to` and `refs` change what they say."""


def played(first: Act, steps: list[Step]) -> tuple[list[Act], dict[str, Any], list[str | None]]:
    acts = [first]
    for place, (author, word, *rest) in enumerate(steps, 1):
        changes = dict(rest[0]) if rest else {}
        day, to, refs = changes.pop("day", 0), changes.pop("to", None), changes.pop("refs", (first.id,))
        if changes.pop("last", False):
            kept = next(act.id for act in reversed(acts) if act.type == "assistance.preserve")
            changes["preservation"], refs = kept, (*refs, kept)
        acts.append(
            make_act(
                type=f"assistance.{word}",
                author=author,
                audience=to if to is not None else (("LZ",) if author == "CR" else ("CR",)),
                matter=first.matter,
                refs=refs,
                issued=MORNING + timedelta(days=day, minutes=place),
                body={**BODIES[word], **changes},
            )
        )
    state, effects = fold(apply_rule, acts)
    return acts, state, [effects[act.id].sentence() or None for act in acts[1:]]


OK = None
CLOSED = "The matter had been closed."
FOR_LZ = "This is for LZ to do, whose assistance it is."
OUTSIDE = "It is not said by one of the two states of the matter to the other alone."
UNTAKEN = "The offer has not been taken."
PART = {"extent": "part", "items": [1, 3]}

CASES: dict[str, tuple[Act, list[tuple[Step, str | None]]]] = {
    "2: a third state has no say": (REQUEST, [(("VD", "accept"), OUTSIDE), (("VD", "status"), OUTSIDE)]),
    "2: nor is it told in the matter": (REQUEST, [(("LZ", "accept", {"to": ("CR", "VD")}), OUTSIDE)]),
    "2: nobody speaks to nobody": (REQUEST, [(("LZ", "status", {"to": ()}), OUTSIDE)]),
    "2: an act names what it is about": (
        REQUEST,
        [(("LZ", "accept", {"refs": ()}), "It does not refer to the act that opens the matter.")],
    ),
    "3: the addressee accepts": (REQUEST, [(("LZ", "accept"), OK)]),
    "3: the addressee refuses": (REQUEST, [(("LZ", "refuse"), OK)]),
    "3: who asks does not accept its own request": (REQUEST, [(("CR", "accept"), FOR_LZ)]),
    "3: who asks does not refuse it": (REQUEST, [(("CR", "refuse"), FOR_LZ)]),
    "3: an offer is not accepted": (
        OFFER,
        [
            (("LZ", "accept"), "An offer is neither accepted nor refused: it is taken, or declined."),
            (("LZ", "refuse"), "An offer is neither accepted nor refused: it is taken, or declined."),
        ],
    ),
    "3: an offer is taken": (OFFER, [(("LZ", "take"), OK)]),
    "3: an offer is taken once": (OFFER, [(("LZ", "take"), OK), (("LZ", "take"), "The offer had been taken.")]),
    "3: an offer is not taken by its author": (OFFER, [(("CR", "take"), "The offer was made to LZ.")]),
    "3: a request is not taken": (REQUEST, [(("CR", "take"), "Only an offer is taken.")]),
    "4: an acceptance replaces a refusal": (REQUEST, [(("LZ", "refuse"), OK), (("LZ", "accept"), OK)]),
    "4: a refusal replaces an acceptance": (REQUEST, [(("LZ", "accept"), OK), (("LZ", "refuse"), OK)]),
    "5: an acceptance names items that are there": (
        REQUEST,
        [(("LZ", "accept", PART), OK), (("LZ", "accept", {"extent": "part", "items": [4]}), "There is no item 4.")],
    ),
    "5: so does a delivery": (REQUEST, [(("LZ", "deliver", {"items": [9]}), "There is no item 9.")]),
    "5: so does a preservation": (REQUEST, [(("LZ", "preserve", {"items": [9]}), "There is no item 9.")]),
    "5: so does a taking": (OFFER, [(("LZ", "take", {"items": [2, 9]}), "There is no item 9.")]),
    "6: in haste it is delivered before it is accepted": (REQUEST, [(("LZ", "deliver", {"items": [1]}), OK)]),
    "6: who asks does not deliver": (REQUEST, [(("CR", "deliver"), FOR_LZ)]),
    "6: who asks does not preserve": (REQUEST, [(("CR", "preserve"), FOR_LZ)]),
    "6: who refused has nothing to hand over": (
        REQUEST,
        [
            (("LZ", "refuse"), OK),
            (("LZ", "deliver"), "LZ had refused: it has to accept first."),
            (("LZ", "preserve"), "LZ had refused: it has to accept first."),
            (("LZ", "accept"), OK),
            (("LZ", "deliver"), OK),
        ],
    ),
    "6: nothing is handed over under an offer that was not taken": (
        OFFER,
        [(("CR", "deliver"), UNTAKEN), (("CR", "preserve"), UNTAKEN), (("LZ", "take"), OK), (("CR", "deliver"), OK)],
    ),
    "6: who took the offer does not deliver": (
        OFFER,
        [(("LZ", "take"), OK), (("LZ", "deliver"), "This is for CR to do, whose assistance it is.")],
    ),
    "7: 60 days are enough": (KEEP, [(("LZ", "preserve", {"until": "2027-01-23"}), OK)]),
    "7: 59 are not": (
        KEEP,
        [
            (
                ("LZ", "preserve", {"until": "2027-01-22"}),
                "Data is preserved for at least 60 days (Article 29 (7)), not for 59.",
            )
        ],
    ),
    "7: where preservation was not asked for, less will do": (
        REQUEST,
        [(("LZ", "preserve", {"until": "2026-11-30"}), OK)],
    ),
    "8: it is extended": (
        KEEP,
        [(("LZ", "preserve"), OK), (("LZ", "extend", {"last": True}), OK)],
    ),
    "8: on its last day too": (
        KEEP,
        [(("LZ", "preserve"), OK), (("LZ", "extend", {"last": True, "day": 68}), OK)],
    ),
    "8: the day after it is too late": (
        KEEP,
        [
            (("LZ", "preserve"), OK),
            (("LZ", "extend", {"last": True, "day": 69}), "The preservation had ended on 2027-01-31."),
        ],
    ),
    "8: an extension counts for the next": (
        KEEP,
        [
            (("LZ", "preserve"), OK),
            (("LZ", "extend", {"last": True, "day": 68}), OK),
            (("LZ", "extend", {"last": True, "day": 120, "until": "2027-06-30"}), OK),
        ],
    ),
    "8: not to an earlier day, nor to the same": (
        KEEP,
        [
            (("LZ", "preserve"), OK),
            (
                ("LZ", "extend", {"last": True, "until": "2027-01-30"}),
                "The data is preserved until 2027-01-31 already.",
            ),
            (
                ("LZ", "extend", {"last": True, "until": "2027-01-31"}),
                "The data is preserved until 2027-01-31 already.",
            ),
        ],
    ),
    "8: not by who asks": (KEEP, [(("LZ", "preserve"), OK), (("CR", "extend", {"last": True}), FOR_LZ)]),
    "8: not what was never preserved": (
        KEEP,
        [
            (("LZ", "extend"), "It does not refer to the preservation that it extends."),
            (
                ("LZ", "extend", {"refs": (KEEP.id, "f" * 64)}),
                "The preservation that it extends has not arrived, or is without effect.",
            ),
        ],
    ),
    "8: what was preserved is extended even after a refusal": (
        KEEP,
        [(("LZ", "preserve"), OK), (("LZ", "refuse"), OK), (("LZ", "extend", {"last": True}), OK)],
    ),
    "9: who asks is satisfied": (REQUEST, [(("CR", "close"), OK)]),
    "9: nobody is satisfied for another": (
        REQUEST,
        [(("LZ", "close"), "Whether it is satisfied is for CR to say.")],
    ),
    "9: who asks withdraws": (REQUEST, [(("CR", "close", {"outcome": "withdrawn"}), OK)]),
    "9: nobody withdraws for another": (
        REQUEST,
        [(("LZ", "close", {"outcome": "withdrawn"}), "Only CR, who opened the matter, withdraws it.")],
    ),
    "9: a request is not declined": (
        REQUEST,
        [
            (
                ("CR", "close", {"outcome": "declined"}),
                "Only an offer is declined, by its addressee, before it is taken.",
            )
        ],
    ),
    "9: an offer is declined": (OFFER, [(("LZ", "close", {"outcome": "declined"}), OK)]),
    "9: not by its author": (
        OFFER,
        [
            (
                ("CR", "close", {"outcome": "declined"}),
                "Only an offer is declined, by its addressee, before it is taken.",
            )
        ],
    ),
    "9: not when it was taken": (
        OFFER,
        [
            (("LZ", "take"), OK),
            (
                ("LZ", "close", {"outcome": "declined"}),
                "Only an offer is declined, by its addressee, before it is taken.",
            ),
            (("LZ", "close"), OK),
        ],
    ),
    "9: an offer that was not taken satisfies nobody": (OFFER, [(("LZ", "close"), UNTAKEN)]),
    "9: an offer is withdrawn by its author": (
        OFFER,
        [
            (("LZ", "close", {"outcome": "withdrawn"}), "Only CR, who opened the matter, withdraws it."),
            (("CR", "close", {"outcome": "withdrawn"}), OK),
        ],
    ),
    "10: after the close nothing but a status": (
        REQUEST,
        [
            (("LZ", "preserve"), OK),
            (("CR", "close"), OK),
            (("LZ", "accept"), CLOSED),
            (("LZ", "refuse"), CLOSED),
            (("LZ", "deliver"), CLOSED),
            (("LZ", "preserve"), CLOSED),
            (("LZ", "extend", {"last": True}), CLOSED),
            (("CR", "take"), CLOSED),
            (("CR", "close"), CLOSED),
            (("LZ", "status"), OK),
            (("CR", "status"), OK),
        ],
    ),
}


@pytest.mark.parametrize(("first", "lines"), CASES.values(), ids=CASES)
def test_rule(first: Act, lines: list[tuple[Step, str | None]]) -> None:
    _acts, _state, reasons = played(first, [step for step, _reason in lines])
    assert reasons == [reason for _step, reason in lines]


OPENINGS: dict[str, tuple[Act, str | None]] = {
    "1: who made the matter's id opens it": (REQUEST, None),
    "1: nobody else does": (
        opening(author="LZ", audience=("CR",)),
        "It claims to open this matter, whose id is not of its making.",
    ),
    "1: it is addressed to somebody": (opening(audience=()), "It is not addressed to exactly one other state."),
    "1: to one": (opening(audience=("LZ", "VD")), "It is not addressed to exactly one other state."),
}


@pytest.mark.parametrize(("first", "reason"), OPENINGS.values(), ids=OPENINGS)
def test_opening(first: Act, reason: str | None) -> None:
    state, effects = fold(apply_rule, [first])
    assert effects[first.id].reason == reason
    assert bool(state) == (reason is None)


def test_1_the_matter_is_opened_once() -> None:
    second = opening("offer", issued=MORNING + timedelta(minutes=1))
    state, effects = fold(apply_rule, [second, REQUEST])
    assert effects[second.id].reason == "The matter had been opened by another act."
    assert state["opening"]["word"] == "request"


def test_2_before_its_request_an_act_is_without_effect_and_with_it_takes_effect() -> None:
    acts, _state, _reasons = played(REQUEST, [("LZ", "accept")])
    _, alone = fold(apply_rule, acts[1:])
    assert alone[acts[1].id].reason is not None
    _, both = fold(apply_rule, reversed(acts))
    assert both[acts[1].id].effective


UNLAWFUL: dict[str, tuple[str, dict[str, Any]]] = {
    "a request without items": ("request", {"items": []}),
    "with an empty item": ("request", {"items": [""]}),
    "of no kind": ("request", {"kind": "favour"}),
    "to preserve, without what Article 29 (2) asks for": ("request", {"kind": "preservation"}),
    "to preserve, without the intention": (
        "request",
        {"kind": "preservation", "preservation": {**ASKED, "intention": False}},
    ),
    "for information, with it": ("request", {"preservation": ASKED}),
    "by a day that is none": ("request", {"reply_by": "2026-02-30"}),
    "of a day that is none": ("offer", {"date": "2026-02-30"}),
    "an acceptance in part of nothing": ("accept", {"extent": "part"}),
    "an acceptance of the whole with items": ("accept", {"items": [1]}),
    "of item 0": ("accept", {"extent": "part", "items": [0]}),
    "a refusal on no ground": ("refuse", {"ground": "mood"}),
    "a refusal without reasons": ("refuse", {"reasons": ""}),
    "a preservation that ends before it begins": ("preserve", {"until": "2026-11-23"}),
    "until a day that is none": ("preserve", {"until": "2027-02-30"}),
    "an extension to a day that is none": ("extend", {"until": "2027-13-01"}),
    "a delivery of nothing": ("deliver", {"text": ""}),
    "a status that says nothing": ("status", {"text": ""}),
    "a close with no outcome": ("close", {"outcome": "tired"}),
}


@pytest.mark.parametrize(("word", "changes"), UNLAWFUL.values(), ids=UNLAWFUL)
def test_what_is_not_lawful_for_its_type_is_without_effect(word: str, changes: dict[str, Any]) -> None:
    if word in ("request", "offer"):
        act = opening(word, **changes)
        reason = fold(apply_rule, [act])[1][act.id].sentence()
    else:
        reason = played(REQUEST, [("LZ", word, changes)])[2][0] or ""
    assert reason.startswith("Its content is not lawful")


# -- the state ---------------------------------------------------------------------------------------------------------


def test_the_latest_answer_stands_and_the_first_gives_the_time() -> None:
    acts, state, _ = played(REQUEST, [("LZ", "refuse"), ("LZ", "accept", {**PART, "conditions": "Secret", "day": 3})])
    assert (state["answer"]["word"], state["answer"]["items"]) == ("accept", [1, 3])
    assert (state["answer"]["replaces"], state["answer"]["conditions"]) == (acts[1].id, "Secret")
    assert state["answered"] == acts[1].issued
    assert fates(state) == ["accepted", "left", "accepted"]


@pytest.mark.parametrize("word", ["deliver", "preserve"])
def test_to_help_is_to_have_answered(word: str) -> None:
    acts, state, _ = played(REQUEST, [("LZ", word), ("LZ", "accept", {"day": 2})])
    assert state["answered"] == acts[1].issued


def test_the_fate_of_items() -> None:
    assert fates(played(REQUEST, [])[1]) == ["open"] * 3
    assert fates(played(REQUEST, [("LZ", "refuse")])[1]) == ["refused"] * 3
    steps: list[Step] = [("LZ", "deliver", {"items": [2]}), ("LZ", "accept", PART), ("LZ", "deliver", {"items": [3]})]
    assert fates(played(REQUEST, steps)[1]) == ["accepted", "delivered", "delivered"]
    assert fates(played(KEEP, [("LZ", "preserve", {"items": [1]})])[1]) == ["preserved", "open", "open"]
    assert fates(played(KEEP, [("LZ", "preserve")])[1]) == ["preserved"] * 3
    assert fates(played(REQUEST, [("LZ", "preserve")])[1]) == ["open"] * 3
    assert fates(played(OFFER, [("LZ", "take", {"items": [2]})])[1]) == ["left", "accepted", "left"]


OWED: dict[str, tuple[Act, list[Step], tuple[str, str] | None]] = {
    "the addressee owes an answer": (REQUEST, [], ("LZ", "answer")),
    "a status changes nothing": (REQUEST, [("LZ", "status")], ("LZ", "answer")),
    "what was accepted is to come": (REQUEST, [("LZ", "accept")], ("LZ", "delivery")),
    "until all of it is there": (
        REQUEST,
        [("LZ", "accept", PART), ("LZ", "deliver", {"items": [1, 3]})],
        ("CR", "close"),
    ),
    "after a refusal nobody owes": (REQUEST, [("LZ", "refuse")], None),
    "data is to be preserved": (KEEP, [("LZ", "accept")], ("LZ", "preservation")),
    "and then it is preserved": (KEEP, [("LZ", "accept"), ("LZ", "preserve")], ("CR", "close")),
    "an offer is to be taken": (OFFER, [], ("LZ", "take")),
    "and then to be kept": (OFFER, [("LZ", "take")], ("CR", "delivery")),
    "after the close nobody owes": (REQUEST, [("CR", "close")], None),
}


@pytest.mark.parametrize(("first", "steps", "owed"), OWED.values(), ids=OWED)
def test_who_has_to_move(first: Act, steps: list[Step], owed: tuple[str, str] | None) -> None:
    found = played(first, steps)[1].get("owed")
    assert (found and (found["by"], found["what"])) == owed


def test_an_extension_moves_the_deadline_and_the_close_takes_it_away() -> None:
    acts, state, _ = played(KEEP, [("LZ", "preserve"), ("LZ", "extend", {"last": True})])
    assert state[f"due:{acts[1].id}"] == "2027-03-31"
    assert state[f"preserved:{acts[1].id}"]["extended"] == [acts[2].id]
    acts, state, _ = played(KEEP, [("LZ", "preserve"), ("CR", "close")])
    assert f"due:{acts[1].id}" not in state


def test_the_title_is_the_subject() -> None:
    assert title(played(REQUEST, [])[1]) == "Night on the grid"
    assert title({}) == ""


# -- what always holds -------------------------------------------------------------------------------------------------

WORDS = tuple(BODIES)


def test_the_sets_hold_acts_of_every_type_of_the_kind() -> None:
    kind = kind_of("assistance")
    assert kind is not None
    assert {f"assistance.{word}" for word in WORDS} == {item.name for item in kind.types}


def _body(draw: st.DrawFn, word: str, acts: list[Act]) -> dict[str, Any]:
    body = dict(BODIES[word])
    items = draw(st.sampled_from([[], [1], [2, 3], [1, 2, 3], [4]]))
    if word == "request" and draw(st.booleans()):
        body |= PRESERVE_KIND
    if word == "accept":
        body |= {"extent": "part" if items else "whole", "items": items}
    if word in ("preserve", "deliver", "take"):
        body["items"] = items
    if word in ("preserve", "extend"):
        body["until"] = draw(st.sampled_from(["2026-11-25", "2027-01-31", "2027-03-31"]))
    if word == "extend":
        kept = [act.id for act in acts if act.type == "assistance.preserve"]
        body["preservation"] = draw(st.sampled_from(kept or ["f" * 64]))
    if word == "close":
        body["outcome"] = draw(st.sampled_from(["satisfied", "withdrawn", "declined"]))
    return body


@st.composite
def act_sets(draw: st.DrawFn, most: int = 14) -> list[Act]:
    """Acts of one matter: all types, an unknown one, unlawful bodies, refs there or not, times that collide."""
    acts: list[Act] = []
    for number in range(draw(st.integers(1, most))):
        opens = not acts or draw(st.integers(0, 9)) == 0
        word = draw(st.sampled_from(("request", "offer"))) if opens else draw(st.sampled_from(WORDS))
        oddity = draw(st.sampled_from([""] * 12 + ["later-version", "unlawful", "third party", "no refs"]))
        body = {"nonsense": 1} if oddity == "unlawful" else _body(draw, word, acts)
        author = "CR" if opens else draw(st.sampled_from(("CR", "LZ")))
        refs = {acts[0].id, *draw(st.sets(st.sampled_from([act.id for act in acts]), max_size=2))} if acts else set()
        if word == "extend" and draw(st.integers(0, 4)):
            refs.add(body.get("preservation", "f" * 64))
        acts.append(
            make_act(
                type="assistance.later-version" if oddity == "later-version" else f"assistance.{word}",
                author="VD" if oddity == "third party" else author,
                audience=("LZ",) if author == "CR" else ("CR",),
                matter=matter_id("CR", NONCE),
                refs=() if oddity == "no refs" or opens else refs,
                issued=MORNING + timedelta(days=draw(st.integers(0, 3))),
                nonce=NONCE if opens else f"{number:032x}",
                body=body,
            )
        )
    return acts


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(data: st.DataObject) -> None:
    acts = data.draw(act_sets())
    arrived = [*data.draw(st.permutations(acts)), *data.draw(st.lists(st.sampled_from(acts), max_size=5))]
    assert fold(apply_rule, arrived) == fold(apply_rule, acts)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_rules_change_no_act_keep_plain_json_and_leave_the_state_where_there_is_no_effect(data: st.DataObject) -> None:
    acts = data.draw(act_sets())
    state: dict[str, Any] = {}
    for act in ordered(acts):
        body, before = deepcopy(act.body), deepcopy(state)
        effect = apply_rule(state, act)
        assert act.body == body
        assert effect.effective or state == before
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()
        told = act_type(act.type)
        if effect.effective and told is not None and told.sentence is not None:
            assert told.sentence(act)
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    if state:
        assert len(fates(state)) == 3
        assert set(state.get("kept", ())) == {key[10:] for key in state if key.startswith("preserved:")}


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_matter_has_an_owner_of_the_next_step_unless_it_is_over(data: st.DataObject) -> None:
    state, _effects = fold(apply_rule, data.draw(act_sets()))
    if state:
        over = "closed" in state or state.get("answer", {}).get("word") == "refuse"
        assert ("owed" in state) != over


def test_the_rules_need_nothing_but_state_and_act() -> None:
    state: dict[str, Any] = {}
    assert rule(state, REQUEST).effective
