"""The rules of effect of talks, with what is lawful and what is not; and what holds for every set of their acts."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.matters.talks import acts as bodies
from verbale.matters.talks import standing
from verbale.matters.talks.acts import canonical_text, text_hash
from verbale.matters.talks.fold import title
from verbale.node.registry import act_type, apply_rule, kind_of
from verbale.protocol import Act, Effect, fold, make_act, matter_id, ordered

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
TALKS = matter_id("CR", NONCE)
FIRST, SECOND, THIRD = "2026-12-03T09:00:00Z", "2026-12-04T09:00:00Z", "2026-12-10T14:00:00Z"
MISSING = "f" * 64
TEXT, OTHER_TEXT = "1. They met.\n\n2. They agreed.", "1. They met.\n\n2. They did not agree."


class Story:
    """Acts of one matter in the order in which they are said, a minute apart, each referring to the one before."""

    def __init__(self, *parties: str, **opening: Any) -> None:
        self.parties = parties or ("CR", "LZ")
        self.acts: list[Act] = []
        self.opening = self.say("CR", "invite", nonce=NONCE, **opening)

    def say(self, author: str, word: str, *, refs: tuple[str, ...] | None = None, **body: Any) -> str:
        fields: dict[str, Any] = {
            name: body.pop(name) for name in ("audience", "matter", "nonce", "issued", "precedence") if name in body
        }
        body = {**lawful(word), **body}
        named = next((body[key] for key in ("proposal", "agenda", "minutes", "commitment") if key in body), None)
        known = (named,) if isinstance(named, str) and len(named) == 64 else ()
        act = make_act(
            **{
                "type": f"talks.{word}",
                "author": author,
                "audience": tuple(node for node in self.parties if node != author),
                "matter": TALKS,
                "refs": (*known, *(act.id for act in self.acts[-1:])) if refs is None else refs,
                "issued": MORNING + timedelta(minutes=len(self.acts)),
                "body": body,
                **fields,
            }
        )
        self.acts.append(act)
        return act.id

    @property
    def folded(self) -> tuple[dict[str, Any], dict[str, Effect]]:
        return fold(apply_rule, self.acts)

    @property
    def state(self) -> dict[str, Any]:
        return self.folded[0]

    def fate(self, place: int = -1) -> str:
        """Why the act at that place is without effect; empty when it has effect."""
        return self.folded[1][self.acts[place].id].sentence()


def lawful(word: str) -> dict[str, Any]:
    return {
        "invite": {"subject": "The night on the grid", "times": [FIRST, SECOND], "place": "by video"},
        "propose": {"times": [THIRD], "place": "Azurine"},
        "accept": {"proposal": MISSING, "time": FIRST},
        "decline": {"reason": "Not now."},
        "delegation": {"members": [{"name": "A. Roe", "office": "Ambassador"}]},
        "agenda": {"items": ["Preservation of data", "Next steps"]},
        "agree-agenda": {"agenda": MISSING},
        "minutes": minutes(TEXT),
        "agree-minutes": {"minutes": MISSING, "sha256": text_hash(TEXT)},
        "commit": {"text": "Preserve the logs", "owner": "CERT", "deadline": "2026-12-20"},
        "report": {"commitment": MISSING, "status": "done"},
        "close": {},
    }[word]


def minutes(text: str, held: str = "2026-12-03") -> dict[str, Any]:
    return {"held": held, "text": text, "sha256": text_hash(text)}


def fixed_story(*parties: str) -> Story:
    story = Story(*parties)
    for node in story.parties[1:]:
        story.say(node, "accept", proposal=story.opening, time=FIRST)
    assert story.state["fixed"]["time"] == FIRST
    return story


# -- 1 and 2: the opening and the parties -----------------------------------------------------------------------------


def test_an_invitation_opens_the_talks() -> None:
    story = Story()
    opening = story.state["opening"]
    assert (opening["parties"], opening["by"], title(story.state)) == (["CR", "LZ"], "CR", "The night on the grid")
    assert standing.phase(story.state) == "proposed"
    assert story.state["owed"] == [{"node": "LZ", "what": "time", "act": story.opening}]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"matter": "b" * 32}, "whose id is not of its making"),
        ({"nonce": "b" * 32}, "whose id is not of its making"),
        ({"audience": ()}, "addressed to nobody"),
        ({"audience": ("CR",)}, "addressed to nobody"),
    ],
)
def test_an_invitation_without_effect(fields: dict[str, Any], reason: str) -> None:
    state, effects = fold(apply_rule, [_invite(**fields)])
    assert (state, [reason in effect.sentence() for effect in effects.values()]) == ({}, [True])
    assert title(state) == ""
    assert standing.phase(state) == "none"


def _invite(**fields: Any) -> Act:
    story = Story()
    act = story.acts[0]
    return make_act(
        type=act.type,
        author="CR",
        audience=fields.get("audience", act.audience),
        matter=fields.get("matter", TALKS),
        issued=MORNING,
        nonce=fields.get("nonce", NONCE),
        body=act.body,
    )


def test_talks_are_opened_once() -> None:
    story = Story()
    story.say("CR", "invite", nonce=NONCE, subject="Something else")
    assert story.fate() == "The talks had already been opened."
    assert title(story.state) == "The night on the grid"


@pytest.mark.parametrize("word", sorted({act.name for act in kind_of("talks").types} - {"talks.invite"}))
def test_nothing_else_takes_effect_without_an_invitation(word: str) -> None:
    story = Story()
    story.say("LZ", word.partition(".")[2])
    _state, effects = fold(apply_rule, story.acts[1:])
    assert [effect.reason for effect in effects.values()] == [
        "The invitation to these talks has not arrived, or is without effect."
    ]


@pytest.mark.parametrize("word", ["propose", "delegation", "agenda", "minutes", "commit", "close", "decline"])
def test_only_the_parties_act_and_all_of_them_are_told(word: str) -> None:
    story = Story()
    story.say("VD", word)
    assert story.fate() == "VD is not a party to these talks."
    for audience in ((), ("LZ", "VD"), ("VD",)):
        story.say("CR", word, audience=audience)
        assert "not addressed to all other parties" in story.fate()


# -- 3: it refers to what it is about ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["accept", "agree-agenda", "agree-minutes", "report"])
def test_what_is_about_an_act_refers_to_it(word: str) -> None:
    story = Story()
    story.say("LZ", word, refs=(story.opening,))
    assert story.fate() == "It does not refer to the act that it is about."


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("accept", "The proposal has not arrived, or is without effect."),
        ("agree-agenda", "That version of the agenda has not arrived, or is without effect."),
        ("agree-minutes", "Those minutes have not arrived, or are without effect."),
        ("report", "The commitment has not arrived, or is without effect."),
    ],
)
def test_what_is_about_an_unknown_act_is_without_effect(word: str, reason: str) -> None:
    story = Story()
    story.say("LZ", word)
    assert story.fate() == reason


# -- 4 to 8: times -----------------------------------------------------------------------------------------------------


def test_a_time_is_fixed_when_the_other_party_accepts_it() -> None:
    story = fixed_story()
    assert story.state["fixed"] == {
        "proposal": story.opening,
        "uid": story.opening,
        "sequence": 0,
        "time": FIRST,
        "place": "by video",
        "length": 60,
        "issued": story.acts[-1].issued,
    }
    assert story.state["table"]["times"] == []
    assert "owed" not in story.state
    assert standing.phase(story.state) == "fixed"


def test_of_three_all_must_accept_the_same_time_of_the_same_proposal() -> None:
    story = Story("CR", "LZ", "VD")
    story.say("LZ", "accept", proposal=story.opening, time=FIRST)
    story.say("VD", "accept", proposal=story.opening, time=SECOND)
    assert "fixed" not in story.state
    story.say("LZ", "accept", proposal=story.opening, time=SECOND)
    assert story.state["fixed"]["time"] == SECOND


def test_the_same_time_of_two_proposals_is_not_the_same() -> None:
    story = Story("CR", "LZ", "VD")
    story.say("LZ", "accept", proposal=story.opening, time=FIRST)
    other = story.say("LZ", "propose", times=[FIRST], place="Azurine")
    story.say("VD", "accept", proposal=other, time=FIRST)
    assert "fixed" not in story.state
    story.say("CR", "accept", proposal=other, time=FIRST)
    assert (story.state["fixed"]["place"], story.state["fixed"]["proposal"]) == ("Azurine", other)


def test_times_that_cannot_be_accepted() -> None:
    story = Story("CR", "LZ", "VD")
    story.say("LZ", "accept", proposal=story.opening, time=THIRD)
    assert story.fate() == f"The time {THIRD} is not among those of the proposal."
    story.say("CR", "accept", proposal=story.opening, time=FIRST)
    assert story.fate() == "It is CR's own proposal."
    story.say("LZ", "accept", proposal=story.opening, time=FIRST)
    story.say("LZ", "accept", proposal=story.opening, time=FIRST)
    assert story.fate() == "LZ had already accepted this time."


def test_a_later_proposal_of_the_same_author_replaces_his_earlier_one_only() -> None:
    story = Story()
    theirs = story.say("LZ", "propose")
    assert story.state["table"]["times"] == [story.opening, theirs]
    # Whoever proposes has answered; now it is the other's turn.
    assert story.state["owed"] == [{"node": "CR", "what": "time", "act": theirs}]
    again = story.say("CR", "propose", times=[SECOND])
    assert story.state["table"]["times"] == [theirs, again]
    assert story.state["owed"] == [{"node": "LZ", "what": "time", "act": again}]
    story.say("LZ", "accept", proposal=story.opening, time=FIRST)
    assert story.fate() == "The proposal no longer lies on the table."


def test_a_fixed_time_stands_until_another_is_fixed() -> None:
    story = fixed_story()
    other = story.say("LZ", "propose")
    assert story.state["fixed"]["time"] == FIRST
    story.say("LZ", "accept", proposal=story.opening, time=SECOND)
    assert story.fate() == "The proposal no longer lies on the table."
    story.say("CR", "accept", proposal=other, time=THIRD)
    fixed = story.state["fixed"]
    # The same meeting, moved.
    assert (fixed["time"], fixed["uid"], fixed["sequence"]) == (THIRD, story.opening, 1)
    assert "earlier" not in story.state


def test_a_time_proposed_after_the_meeting_is_a_further_meeting() -> None:
    story = fixed_story()
    other = story.say("LZ", "propose", issued=datetime(2026, 12, 3, 12, 0, tzinfo=UTC))
    story.say("CR", "accept", proposal=other, time=THIRD, issued=datetime(2026, 12, 3, 13, 0, tzinfo=UTC))
    fixed = story.state["fixed"]
    assert (fixed["time"], fixed["uid"], fixed["sequence"]) == (THIRD, other, 0)
    assert [item["time"] for item in story.state["earlier"]] == [FIRST]
    assert [item["time"] for item in standing.meetings(story.state)] == [FIRST, THIRD]


def test_to_decline_takes_back_what_was_accepted() -> None:
    story = Story("CR", "LZ", "VD")
    story.say("LZ", "accept", proposal=story.opening, time=FIRST)
    story.say("LZ", "decline")
    story.say("VD", "accept", proposal=story.opening, time=FIRST)
    assert "fixed" not in story.state
    assert story.state["declined:LZ"]["reason"] == "Not now."
    story.say("LZ", "accept", proposal=story.opening, time=FIRST)
    assert story.state["fixed"]["time"] == FIRST
    assert "declined:LZ" not in story.state


def test_a_fixed_time_falls_when_a_party_declines() -> None:
    story = fixed_story()
    story.say("LZ", "decline")
    state = story.state
    assert "fixed" not in state
    assert (state["fell"]["time"], state["fell"]["by"], state["fell"]["sequence"]) == (FIRST, "LZ", 1)
    assert standing.phase(state) == "declined"
    other = story.say("LZ", "propose")
    assert standing.phase(story.state) == "proposed"
    story.say("CR", "accept", proposal=other, time=THIRD)
    assert (story.state["fixed"]["uid"], story.state["fixed"]["sequence"]) == (story.opening, 2)
    assert "fell" not in story.state


def test_a_meeting_that_was_held_does_not_fall() -> None:
    story = fixed_story()
    story.say("LZ", "decline", issued=datetime(2026, 12, 5, tzinfo=UTC))
    assert story.fate() == ""
    assert story.state["fixed"]["time"] == FIRST


def test_who_invites_does_not_decline_and_nobody_declines_twice() -> None:
    story = Story()
    story.say("CR", "decline")
    assert story.fate() == "CR had invited: who invites closes the talks, and does not decline."
    story.say("LZ", "decline")
    story.say("LZ", "decline")
    assert story.fate() == "LZ had already declined."
    assert "owed" not in story.state


def test_ones_own_proposal_leaves_the_table_when_one_declines() -> None:
    story = Story()
    theirs = story.say("LZ", "propose")
    story.say("LZ", "decline")
    assert story.state["table"]["times"] == [story.opening]
    story.say("CR", "accept", proposal=theirs, time=THIRD)
    assert story.fate() == "The proposal no longer lies on the table."


# -- 9 and 10: delegations and agenda ---------------------------------------------------------------------------------


def test_each_party_names_its_own_delegation() -> None:
    story = Story()
    story.say("CR", "delegation")
    story.say("LZ", "delegation", members=[{"name": "B", "office": "Envoy"}])
    story.say("LZ", "delegation", members=[{"name": "C", "office": "Envoy"}])
    assert [story.state[f"delegation:{node}"]["members"][0]["name"] for node in ("CR", "LZ")] == ["A. Roe", "C"]


def test_an_agenda_is_agreed_when_all_agree_to_one_version() -> None:
    story = Story("CR", "LZ", "VD")
    first = story.say("CR", "agenda")
    second = story.say("LZ", "agenda", items=["Something else"])
    story.say("VD", "agree-agenda", agenda=first)
    story.say("LZ", "agree-agenda", agenda=first)
    assert story.state["agenda"] == first
    assert story.state["table"]["agenda"] == []
    story.say("CR", "agree-agenda", agenda=second)
    assert story.fate() == "That version of the agenda no longer lies on the table."
    assert [(item["act"], item["standing"]) for item in standing.agenda_shown(story.state)] == [(first, True)]


def test_the_draft_in_the_invitation_is_a_version_of_the_agenda() -> None:
    story = Story(agenda=["One", "Two"])
    story.say("LZ", "agree-agenda", agenda=story.opening)
    assert story.state["agenda"] == story.opening
    assert story.state[f"agenda:{story.opening}"]["items"] == ["One", "Two"]


def test_agendas_that_cannot_be_agreed_to() -> None:
    story = Story()
    first = story.say("CR", "agenda")
    story.say("CR", "agree-agenda", agenda=first)
    assert story.fate() == "CR had already agreed to this version of the agenda."
    story.say("CR", "agenda", items=["Later"])
    story.say("LZ", "agree-agenda", agenda=first)
    assert story.fate() == "That version of the agenda no longer lies on the table."
    story.say("LZ", "agree-agenda", agenda=story.opening)
    assert story.fate() == "That version of the agenda has not arrived, or is without effect."


# -- 11: minutes -------------------------------------------------------------------------------------------------------


def test_minutes_are_agreed_when_all_agree_to_the_same_hash() -> None:
    story = Story("CR", "LZ", "VD")
    laid = story.say("CR", "minutes")
    assert {item["node"] for item in story.state["owed"] if item["what"] == "minutes"} == {"LZ", "VD"}
    story.say("LZ", "agree-minutes", minutes=laid)
    assert "minutes" not in story.state
    story.say("VD", "agree-minutes", minutes=laid)
    assert story.state["minutes"] == [laid]
    assert story.state[f"agreed:{text_hash(TEXT)}"] == ["CR", "LZ", "VD"]
    assert not any(item["what"] == "minutes" for item in story.state["owed"])


def test_another_hash_is_without_effect() -> None:
    story = Story()
    laid = story.say("CR", "minutes")
    story.say("LZ", "agree-minutes", minutes=laid, sha256=text_hash(OTHER_TEXT))
    assert story.fate() == "The hash is not that of the text of those minutes."
    assert "minutes" not in story.state


def test_two_who_lay_the_same_text_have_agreed() -> None:
    story = Story()
    laid = story.say("CR", "minutes")
    story.say("LZ", "minutes")
    assert len(story.state["minutes"]) == 1
    assert story.state["table"]["minutes"] == []
    story.say("CR", "minutes")
    assert story.fate() == "Minutes of this very text are agreed already."
    story.say("LZ", "agree-minutes", minutes=laid)
    assert story.fate() == "LZ had already agreed to this very text."


def test_a_later_text_of_the_same_author_takes_his_agreement_back() -> None:
    story = Story()
    first = story.say("CR", "minutes")
    story.say("CR", "minutes")
    assert story.fate() == "CR had already agreed to this very text."
    second = story.say("CR", "minutes", **minutes(OTHER_TEXT))
    story.say("LZ", "agree-minutes", minutes=first)
    assert story.fate() == "Those minutes no longer lie on the table."
    # The other side cannot hold the author to the text that he took back.
    story.say("LZ", "minutes")
    assert "minutes" not in story.state
    assert len(story.state["table"]["minutes"]) == 2
    story.say("LZ", "agree-minutes", minutes=second, sha256=text_hash(OTHER_TEXT))
    assert story.state["minutes"] == [second]
    assert story.state["table"]["minutes"] == []
    assert f"agreed:{text_hash(TEXT)}" not in story.state


def test_agreed_minutes_leave_texts_about_other_days_on_the_table() -> None:
    story = Story()
    other = story.say("LZ", "minutes", **minutes(OTHER_TEXT, "2026-12-04"))
    rival = story.say("LZ", "minutes", **minutes("A rival text."))
    laid = story.say("CR", "minutes")
    story.say("LZ", "agree-minutes", minutes=laid)
    assert story.state["table"]["minutes"] == [other]
    story.say("CR", "agree-minutes", minutes=rival, sha256=text_hash("A rival text."))
    assert story.fate() == "Those minutes no longer lie on the table."
    story.say("CR", "agree-minutes", minutes=other, sha256=text_hash(OTHER_TEXT))
    assert story.state["minutes"] == [laid, other]


def test_one_text_about_two_days_is_kept_while_one_of_them_lies_on_the_table() -> None:
    story = Story("CR", "LZ", "VD")
    laid = story.say("CR", "minutes", **minutes("The text."))
    story.say("LZ", "minutes", **minutes("Rival."))
    story.say("VD", "minutes", **minutes("Rival.", "2026-12-04"))
    for node in ("LZ", "VD"):
        story.say(node, "agree-minutes", minutes=laid, sha256=text_hash("The text."))
    assert story.state["minutes"] == [laid]
    assert story.state[f"agreed:{text_hash('Rival.')}"] == ["LZ", "VD"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"sha256": "0" * 64}, "sha256: not that of the text"),
        ({"text": "Blank at the end. \n"}, "text: not in its canonical spelling"),
        ({"held": "2026-02-30"}, "no day of the calendar"),
        ({"text": "", "sha256": text_hash("")}, "length >= 1"),
    ],
)
def test_unlawful_minutes(change: dict[str, Any], why: str) -> None:
    story = Story()
    story.say("CR", "minutes", **change)
    assert why in story.fate()


@pytest.mark.parametrize(
    "text",
    ["a\r\nb", "a \nb\t", "\n\na\nb\n\n", "a\n\n\n\nb", "e\u0301", "a\u2028b", "a\x0bb", "a\rb", "", " ", "\u00a0x"],
)
def test_the_canonical_text_is_its_own(text: str) -> None:
    once = canonical_text(text)
    assert canonical_text(once) == once


@given(st.text())
def test_any_text_has_one_canonical_spelling(text: str) -> None:
    once = canonical_text(text)
    assert canonical_text(once) == once
    assert text_hash(once) == text_hash(text)


# -- 12 and 13: commitments and the end --------------------------------------------------------------------------------


def test_only_its_author_reports_on_a_commitment() -> None:
    story = Story()
    promised = story.say("LZ", "commit")
    assert story.state[f"due:{promised}"] == "2026-12-20"
    story.say("CR", "report", commitment=promised)
    assert story.fate() == "It is LZ's commitment: only its author reports on it."
    story.say("LZ", "report", commitment=promised, remark="Kept.")
    assert (story.state[f"commitment:{promised}"]["status"], f"due:{promised}" in story.state) == ("done", False)
    story.say("LZ", "report", commitment=promised, status="open", remark="Not yet, after all.")
    assert story.state[f"due:{promised}"] == "2026-12-20"
    assert story.state[f"commitment:{promised}"]["remark"] == "Not yet, after all."


def test_overdue_is_told_by_the_given_day_and_not_by_the_fold() -> None:
    story = Story()
    promised = story.say("LZ", "commit")

    def told(day: str) -> list[str]:
        return [item["due"] for item in standing.commitments(story.state, date.fromisoformat(day))]

    assert [told(day) for day in ("2026-12-01", "2026-12-13", "2026-12-20", "2026-12-21")] == [
        ["later"], ["soon"], ["soon"], ["overdue"],
    ]  # fmt: skip
    story.say("LZ", "report", commitment=promised, status="dropped")
    assert told("2027-01-01") == [""]


@pytest.mark.parametrize("word", sorted({act.name for act in kind_of("talks").types} - {"talks.report"}))
def test_nothing_but_reports_after_the_close(word: str) -> None:
    story = Story()
    promised = story.say("LZ", "commit")
    story.say("LZ", "close", text="All is said.")
    before = story.state
    assert "owed" not in before
    story.say("CR", word.partition(".")[2])
    assert story.fate() == (
        "It claims to open this matter, whose id is not of its making."
        if word == "talks.invite"
        else "LZ had closed the talks."
    )
    assert story.state == before
    story.say("LZ", "report", commitment=promised)
    assert story.fate() == ""
    assert standing.phase(story.state) == "closed"


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"times": []},
        {"times": [SECOND, FIRST]},
        {"times": [FIRST, FIRST]},
        {"times": ["2026-12-03T09:00:00+01:00"]},
        {"times": ["2026-12-03T09:00Z"]},
        {"times": ["2026-02-30T09:00:00Z"]},
        {"times": ["2026-12-03T24:00:00Z"]},
        {"times": ["0999-12-03T09:00:00Z"]},
        {"times": [f"2026-12-03T09:00:{n:02}Z" for n in range(21)]},
        {"length": 0},
        {"place": ""},
        {"subject": ""},
        {"subject": "x" * 301},
        {"language": "english"},
        {"agenda": [""]},
        {"agenda": ["x"] * 101},
        {"about": "no dossier"},
    ],
)
def test_unlawful_invitations(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**lawful("invite"), **change}, bodies.Invitation)
    assert Story(**change).state == {}


@pytest.mark.parametrize(
    ("body", "change"),
    [
        (bodies.Report, {"commitment": MISSING, "status": "forgotten"}),
        (bodies.Commitment, {**lawful("commit"), "deadline": "2026-13-01"}),
        (bodies.Commitment, {**lawful("commit"), "deadline": "2026-02-30"}),
        (bodies.Commitment, {**lawful("commit"), "owner": ""}),
        (bodies.Delegation, {"members": []}),
        (bodies.Delegation, {"members": [{"name": "x"}]}),
        (bodies.Declination, {"reason": ""}),
        (bodies.Agenda, {"items": []}),
        (bodies.MinutesAgreement, {"minutes": MISSING}),
    ],
)
def test_unlawful_bodies(body: type, change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(change, body)


# -- every set of acts -------------------------------------------------------------------------------------------------

WORDS = tuple(item.name.partition(".")[2] for item in kind_of("talks").types)
_ANSWERS = ("accept", "agree-agenda", "agree-minutes", "report")
OFTEN = (*WORDS, *(word for word in WORDS if word not in ("close", "decline", "invite")), *_ANSWERS * 3)
"""What is answered is drawn often enough that much of it is agreed."""
NODES = ("CR", "LZ", "VD")


def _hashes(found: list[Act], named: str) -> list[str]:
    right = [act.body["sha256"] for act in found if act.id == named and "sha256" in act.body]
    return [*right * 4, text_hash(TEXT), text_hash(OTHER_TEXT)]


@st.composite
def act_sets(draw: st.DrawFn) -> list[Act]:
    """Acts of all types by parties and others, about acts that are there or not, some unlawful, some misaddressed."""
    parties = draw(st.sampled_from([NODES, NODES[:2]]))
    # Laid by hand, so that it is there or not and stands where it was drawn.
    found: list[Act] = []
    for number in range(draw(st.integers(1, 20))):
        word = "invite" if not found else draw(st.sampled_from(OFTEN))
        author = "CR" if not found else draw(st.sampled_from([*parties, *parties, *parties, "VD"]))
        body = dict(lawful(word))
        kinds = {"accept": ("invite", "propose"), "agree-agenda": ("agenda", "invite"), "agree-minutes": ("minutes",)}
        fitting = [act.id for act in found if act.type.partition(".")[2] in kinds.get(word, ("commit",))]
        named = draw(st.sampled_from([*fitting, *fitting, *fitting, MISSING]))
        if word == "accept":
            body = {"proposal": named, "time": draw(st.sampled_from([FIRST, FIRST, SECOND, THIRD]))}
        elif word == "propose":
            body["times"] = draw(st.sampled_from([[THIRD], [FIRST, THIRD]]))
        elif word == "agree-agenda":
            body = {"agenda": named}
        elif word == "minutes":
            body = minutes(
                draw(st.sampled_from([TEXT, OTHER_TEXT])), draw(st.sampled_from(["2026-12-03", "2026-12-04"]))
            )
        elif word == "agree-minutes":
            body = {"minutes": named, "sha256": draw(st.sampled_from(_hashes(found, named)))}
        elif word == "report":
            body = {"commitment": named, "status": draw(st.sampled_from(bodies.STATUSES))}
        oddity = draw(st.sampled_from([""] * 24 + ["unlawful", "unknown type", "misaddressed"]))
        refs = draw(st.sets(st.sampled_from([*[act.id for act in found], MISSING]), max_size=2))
        if named != MISSING and draw(st.integers(0, 9)):
            refs.add(named)
        if found and draw(st.integers(0, 5)):
            refs.add(found[0].id)
        opens = word == "invite" and not draw(st.integers(0, 5)) if found else True
        audience = tuple(node for node in parties if node != author)
        found.append(
            make_act(
                type=f"talks.{'later-version' if oddity == 'unknown type' else word}",
                author="CR" if opens else author,
                audience=NODES[:1] if oddity == "misaddressed" else audience,
                matter=TALKS,
                refs=refs,
                issued=MORNING
                + timedelta(
                    minutes=number if draw(st.integers(0, 2)) else draw(st.integers(0, 5)),
                    days=draw(st.sampled_from([0, 0, 0, 10])),
                ),
                nonce=NONCE if opens else f"{number:032x}",
                body={"nonsense": 1} if oddity == "unlawful" else body,
            )
        )
    return found


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(data: st.DataObject) -> None:
    found = data.draw(act_sets())
    expected = fold(apply_rule, found)
    arrived = [*data.draw(st.permutations(found)), *data.draw(st.lists(st.sampled_from(found), max_size=5))]
    assert fold(apply_rule, arrived) == expected


@settings(max_examples=200, deadline=None)
@given(found=act_sets())
def test_rules_change_no_act_and_keep_plain_json(found: list[Act]) -> None:
    before = [(act.id, deepcopy(act.body)) for act in found]
    state, effects = fold(apply_rule, found)
    assert [(act.id, act.body) for act in found] == before
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    for effect in effects.values():
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()
    assert isinstance(title(state), str)
    standing.commitments(state, date(2026, 12, 1))
    standing.meetings(state)
    standing.agenda_shown(state)


@settings(max_examples=200, deadline=None)
@given(found=act_sets())
def test_an_act_without_effect_leaves_the_state_as_it_was(found: list[Act]) -> None:
    state: dict[str, Any] = {}
    for act in ordered(found):
        before = deepcopy(state)
        if not apply_rule(state, act).effective:
            assert state == before


@settings(max_examples=200, deadline=None)
@given(found=act_sets())
def test_what_is_agreed_or_fixed_has_everybodys_agreement(found: list[Act]) -> None:
    state, effects = fold(apply_rule, found)
    if "opening" not in state:
        return
    parties = set(state["opening"]["parties"])
    spoke = {
        (act.author, act.type, act.body.get("sha256") or act.body.get("time") or act.body.get("agenda"))
        for act in found
        if effects[act.id].effective
    }
    for identifier in state.get("minutes", []):
        digest = state[f"minutes:{identifier}"]["sha256"]
        assert parties == {
            author
            for author, name, said in spoke
            if name in ("talks.minutes", "talks.agree-minutes") and said == digest
        }
    if "fixed" in state:
        fixed = state["fixed"]
        proposer = state[f"proposal:{fixed['proposal']}"]["by"]
        accepted = {author for author, name, said in spoke if name == "talks.accept" and said == fixed["time"]}
        assert parties - {proposer} <= accepted
    if "agenda" in state:
        assert set(state[f"agenda:{state['agenda']}"]["agreed"]) == parties


def test_the_kind_has_the_acts_that_its_folder_tells_of() -> None:
    assert len(WORDS) == 12
    assert {word for word in WORDS if not act_type(f"talks.{word}").clearance} == {
        "accept", "agree-agenda", "delegation",
    }  # fmt: skip
