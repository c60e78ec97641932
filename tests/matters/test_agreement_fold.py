"""The rules of effect of agreements: what is lawful and what is not; and what holds for every set of their acts."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.matters.agreement import acts as bodies
from verbale.matters.agreement.acts import text_hash
from verbale.matters.agreement.fold import MAX_HELD, MAX_PLACES, text_of, title
from verbale.matters.agreement.force import force_of, in_force, later
from verbale.node.registry import apply_rule, kind_of
from verbale.protocol import Act, Effect, fold, make_act, matter_id, ordered

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
MATTER = matter_id("CR", NONCE)
MISSING = "f" * 64
WORDS = ("open", "propose", "accept", "withdraw-proposal", "agree", "sign", "notify")
NOTIFIED = {"after": "notification", "number": 1, "unit": "month"}


class Story:
    """Acts of one matter in the order in which they are said, a minute apart, each referring to the one before."""

    def __init__(self, *parties: str, **opening: Any) -> None:
        self.parties = parties or ("CR", "LZ")
        self.acts: list[Act] = []
        self.opening = self.say("CR", "open", nonce=NONCE, **opening)

    def say(self, author: str, word: str, *, refs: tuple[str, ...] | None = None, **body: Any) -> str:
        fields: dict[str, Any] = {
            name: body.pop(name) for name in ("audience", "matter", "nonce", "issued") if name in body
        }
        body = {**lawful(word), **body}
        if word in ("agree", "sign") and "sha256" not in body:
            body["sha256"] = self.state["text"]
        known = (body["proposal"],) if "proposal" in body else ()
        act = make_act(
            **{
                "type": f"agreement.{word}",
                "author": author,
                "audience": tuple(node for node in self.parties if node != author),
                "matter": MATTER,
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

    @property
    def text(self) -> str:
        state = self.state
        return text_of(state, state["text"])

    def fate(self, place: int = -1) -> str:
        """Why the act at that place is without effect; empty when it has effect."""
        return self.folded[1][self.acts[place].id].sentence()

    def agreed(self) -> "Story":
        for node in self.parties:
            self.say(node, "agree")
        assert "authenticated" in self.state
        return self

    def signed(self) -> "Story":
        self.agreed()
        for node in self.parties:
            self.say(node, "sign")
        return self


def lawful(word: str) -> dict[str, Any]:
    return {
        "open": {
            "title": "Protocol on the exchange of information",
            "preamble": "The Parties,\n\nwishing to keep the peace,",
            "articles": [
                "# Scope\nIt applies to both.",
                "They exchange what they know.",
                "# Costs\n\nEach bears its own.",
            ],
            "after": "signature",
            "number": 30,
            "unit": "day",
        },
        "propose": {"what": "replace", "article": "2", "text": "They exchange what they know at once."},
        "accept": {"proposal": MISSING},
        "withdraw-proposal": {"proposal": MISSING},
        "agree": {},
        "sign": {"name": "A. Roe", "office": "Minister for Foreign Affairs", "capacity": "foreign-minister"},
        "notify": {"completed": "2026-12-01"},
    }[word]


# -- 1 and 2: the opening and the parties -----------------------------------------------------------------------------


def test_an_opening_lays_the_first_text() -> None:
    story = Story()
    state = story.state
    assert (state["opening"]["parties"], state["opening"]["by"], title(state)) == (
        ["CR", "LZ"],
        "CR",
        "Protocol on the exchange of information",
    )
    assert story.text == (
        "Protocol on the exchange of information\n\n"
        "The Parties,\n\nwishing to keep the peace,\n\n"
        "Article 1. Scope\nIt applies to both.\n\n"
        "Article 2\nThey exchange what they know.\n\n"
        "Article 3. Costs\nEach bears its own.\n\n"
        "Entry into force\nThis agreement enters into force 30 days after the last signature.\n\n"
        "Languages: en\n"
    )
    assert state["text"] == text_hash(story.text)
    assert text_of(state, MISSING) == ""


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"matter": "b" * 32}, "It claims to open this matter, whose id is not of its making."),
        ({"nonce": "b" * 32}, "It claims to open this matter, whose id is not of its making."),
        ({"audience": ()}, "It needs another party, and is addressed to nobody."),
        ({"depositary": "VD"}, "The depositary VD is not a party."),
    ],
)
def test_an_opening_without_effect(fields: dict[str, Any], reason: str) -> None:
    story = Story()
    story.acts = []
    story.say("CR", "open", **{"nonce": NONCE, **fields})
    assert (story.state, story.fate(), title(story.state)) == ({}, reason, "")
    assert force_of(story.state) is None
    assert not in_force(story.state, date(2030, 1, 1))


def test_a_party_can_be_the_depositary() -> None:
    assert Story(depositary="LZ").state["opening"]["depositary"] == "LZ"


def test_it_is_opened_once() -> None:
    story = Story()
    story.say("CR", "open", nonce=NONCE, title="Something else")
    assert story.fate() == "The matter had already been opened."
    assert title(story.state) == "Protocol on the exchange of information"


@pytest.mark.parametrize("word", WORDS[1:])
def test_nothing_else_takes_effect_without_an_opening(word: str) -> None:
    story = Story()
    story.say("LZ", word)
    state, effects = fold(apply_rule, story.acts[1:])
    assert state == {}
    assert [effect.reason for effect in effects.values()] == [
        "The act that opens this matter has not arrived, or is without effect."
    ]


@pytest.mark.parametrize("word", WORDS[1:])
def test_only_the_parties_act_and_all_of_them_are_told(word: str) -> None:
    story = Story()
    story.say("VD", word)
    assert story.fate() == "VD is not a party to this matter."
    for audience in ((), ("LZ", "VD"), ("VD",)):
        story.say("CR", word, audience=audience)
        assert story.fate() == "It is not addressed to all other parties, and to nobody else."


# -- 3: it refers to what it is about ---------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["accept", "withdraw-proposal"])
def test_what_is_about_a_proposal_refers_to_it(word: str) -> None:
    story = Story()
    proposal = story.say("CR", "propose")
    story.say("LZ", word, proposal=proposal, refs=(story.opening,))
    assert story.fate() == "It does not refer to the act that it is about."
    story.say("LZ", word)
    assert story.fate() == "The act that it is about has not arrived, or is without effect."


# -- 4: what can be proposed ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"article": "4"}, "The text has no such article, or no longer."),
        ({"article": MISSING}, "The text has no such article, or no longer."),
        ({"what": "delete", "article": "4", "text": ""}, "The text has no such article, or no longer."),
        ({"text": "They exchange what they know."}, "It would change nothing."),
        ({"article": "preamble", "text": "The Parties,\n\nwishing to keep the peace,"}, "It would change nothing."),
        (
            {"article": "clause", "text": "", "after": "signature", "number": 30},
            "It would change nothing.",
        ),
        ({"what": "add", "article": "4"}, "The text never had the article after which this one would stand."),
    ],
)
def test_proposals_without_effect(change: dict[str, Any], reason: str) -> None:
    story = Story()
    before = story.state
    story.say("LZ", "propose", **change)
    assert story.fate() == reason
    assert story.state == before


@pytest.mark.parametrize(
    ("change", "gone", "come"),
    [
        ({}, "They exchange what they know.", "Article 2\nThey exchange what they know at once.\n\nArticle 3. Costs"),
        ({"heading": "Exchange"}, "Article 2\n", "Article 2. Exchange\nThey exchange what they know at once."),
        ({"what": "delete", "text": ""}, "They exchange", "both.\n\nArticle 2. Costs"),
        ({"what": "add", "article": "1"}, "Article 3. Costs", "Article 2\nThey exchange what they know at once."),
        ({"what": "add", "article": "3"}, "Article 4. Costs", "Article 4\nThey exchange what they know at once."),
        ({"what": "add", "article": None}, "Article 1. Scope", "Article 1\nThey exchange what they know at once."),
        ({"article": "preamble"}, "peace", "information\n\nThey exchange what they know at once.\n\nArticle 1"),
        ({"article": "preamble", "text": ""}, "peace", "information\n\nArticle 1"),
        (
            {"article": "clause", "text": "", **NOTIFIED},
            "30 days",
            "force 1 month after the last notification that the internal procedures",
        ),
        ({"article": "clause", "text": "", "after": "signature"}, "30 days", "force on the day of the last signature."),
    ],
)
def test_a_proposal_that_all_hold_becomes_text(change: dict[str, Any], gone: str, come: str) -> None:
    story = Story()
    before = story.state["text"]
    proposal = story.say("LZ", "propose", **change)
    assert story.state["text"] == before
    assert story.state[f"proposal:{proposal}"]["status"] == "open"
    story.say("CR", "accept", proposal=proposal)
    assert story.fate() == ""
    assert come in story.text
    assert gone not in story.text
    state = story.state
    assert state["text"] == text_hash(story.text) != before
    assert (state[f"proposal:{proposal}"]["status"], state[f"proposal:{proposal}"]["settled"]) == (
        "text",
        story.acts[-1].id,
    )
    assert not [key for key in state if key.startswith(("held:", "table:"))]
    assert text_of(state, before) != story.text


def test_who_wrote_what_stands() -> None:
    story = Story()
    proposal = story.say("LZ", "propose")
    story.say("CR", "accept", proposal=proposal)
    assert story.state[f"revision:{proposal}"]["by"] == "LZ"


def test_an_added_article_can_be_changed_and_followed() -> None:
    story = Story()
    added = story.say("LZ", "propose", what="add", article="3", text="New.")
    story.say("CR", "accept", proposal=added)
    after = story.say("CR", "propose", what="add", article=added, text="Newer.")
    story.say("LZ", "accept", proposal=after)
    change = story.say("CR", "propose", article=added, text="Renewed.")
    story.say("LZ", "accept", proposal=change)
    assert "Article 4\nRenewed.\n\nArticle 5\nNewer." in story.text


def test_a_deleted_article_is_gone_and_its_place_remains() -> None:
    story = Story()
    gone = story.say("LZ", "propose", what="delete", text="")
    story.say("CR", "accept", proposal=gone)
    story.say("LZ", "propose", text="Back.")
    assert story.fate() == "The text has no such article, or no longer."
    added = story.say("LZ", "propose", what="add", article="2", text="Instead.")
    story.say("CR", "accept", proposal=added)
    assert "both.\n\nArticle 2\nInstead.\n\nArticle 3. Costs" in story.text


def test_the_text_does_not_grow_without_bound() -> None:
    story = Story(articles=[f"Text {n}." for n in range(100)])
    for _ in range(MAX_PLACES - 101):
        added = story.say("LZ", "propose", what="add", article="1")
        story.say("CR", "accept", proposal=added)
    one, two = (story.say("LZ", "propose", what="add", article="1") for _ in range(2))
    story.say("CR", "accept", proposal=one)
    assert story.fate() == ""
    story.say("CR", "accept", proposal=two)
    assert story.fate() == "The text cannot hold another article."
    story.say("CR", "propose", what="add", article="1")
    assert story.fate() == "The text cannot hold another article."
    assert len(story.state["articles"]) == MAX_PLACES


def test_no_party_holds_more_proposals_than_can_be_read() -> None:
    story = Story()
    for _ in range(MAX_HELD):
        story.say("LZ", "propose", what="add", article="1")
    assert story.fate() == ""
    story.say("LZ", "propose", what="add", article="1")
    assert story.fate() == "LZ has too many proposals open already."
    other = story.say("CR", "propose", what="add", article="1")
    story.say("LZ", "accept", proposal=other)
    assert story.fate() == "LZ has too many proposals open already."


# -- 5 to 7: on the table ----------------------------------------------------------------------------------------------


def test_a_later_proposal_of_the_same_author_replaces_his_earlier_one_about_the_same_thing() -> None:
    story = Story()
    one = story.say("LZ", "propose")
    theirs = story.say("CR", "propose", text="They exchange little.")
    elsewhere = story.say("LZ", "propose", article="1", text="Elsewhere.")
    added = story.say("LZ", "propose", what="add", article="2")
    two = story.say("LZ", "propose", what="delete", text="")
    state = story.state
    assert state["table:2"] == [theirs, two]
    assert state[f"proposal:{one}"]["status"] == "withdrawn"
    assert [state[f"proposal:{item}"]["status"] for item in (theirs, elsewhere, added, two)] == ["open"] * 4
    assert state["held:LZ"] == [elsewhere, added, two]


def test_rivals_fall_when_one_becomes_text() -> None:
    story = Story()
    one, two = story.say("LZ", "propose"), story.say("CR", "propose", what="delete", text="")
    added = story.say("CR", "propose", what="add", article="2")
    story.say("CR", "accept", proposal=one)
    state = story.state
    assert [state[f"proposal:{item}"]["status"] for item in (one, two, added)] == ["text", "fell", "open"]
    story.say("LZ", "accept", proposal=two)
    assert story.fate() == "The proposal no longer lies on the table."


def test_of_three_all_must_hold_it() -> None:
    story = Story("CR", "LZ", "VD")
    proposal = story.say("LZ", "propose")
    story.say("CR", "accept", proposal=proposal)
    assert "at once" not in story.text
    story.say("VD", "accept", proposal=proposal)
    assert "at once" in story.text


def test_acceptances_without_effect() -> None:
    story = Story("CR", "LZ", "VD")
    proposal = story.say("LZ", "propose")
    story.say("LZ", "accept", proposal=proposal)
    assert story.fate() == "It is LZ's own proposal."
    story.say("CR", "accept", proposal=proposal)
    story.say("CR", "accept", proposal=proposal)
    assert story.fate() == "CR had already accepted this proposal."


def test_only_its_author_takes_a_proposal_back() -> None:
    story = Story("CR", "LZ", "VD")
    proposal = story.say("LZ", "propose")
    story.say("CR", "accept", proposal=proposal)
    story.say("CR", "withdraw-proposal", proposal=proposal)
    assert story.fate() == "It is a proposal of LZ, who alone can take it back."
    story.say("LZ", "withdraw-proposal", proposal=proposal)
    assert story.fate() == ""
    assert story.state[f"proposal:{proposal}"]["status"] == "withdrawn"
    assert not [key for key in story.state if key.startswith(("held:", "table:"))]
    for node, word in (("LZ", "withdraw-proposal"), ("VD", "accept")):
        story.say(node, word, proposal=proposal)
        assert story.fate() == "The proposal no longer lies on the table."


# -- 8 and 9: agreement to the text -----------------------------------------------------------------------------------


def test_when_all_agree_the_text_is_authentic_and_no_longer_changes() -> None:
    story = Story()
    proposal = story.say("LZ", "propose")
    story.say("CR", "agree")
    assert "authenticated" not in story.state
    story.say("LZ", "agree")
    state = story.state
    assert state["authenticated"] == {
        "sha256": state["text"],
        "act": story.acts[-1].id,
        "issued": story.acts[-1].issued,
    }
    assert state[f"proposal:{proposal}"]["status"] == "withdrawn"
    for node, word, body in (
        ("LZ", "propose", {}),
        ("CR", "accept", {"proposal": proposal}),
        ("LZ", "withdraw-proposal", {"proposal": proposal}),
        ("LZ", "agree", {}),
    ):
        story.say(node, word, **body)
        assert story.fate() == "All parties had agreed to the text; it no longer changes."
    assert {**story.state, "last": ""} == {**state, "last": ""}


def test_agreements_without_effect() -> None:
    story = Story()
    story.say("LZ", "agree", sha256=MISSING)
    assert story.fate() == "The agreement never had a text of this hash."
    story.say("LZ", "agree")
    story.say("LZ", "agree")
    assert story.fate() == "LZ had already agreed to this very text."


def test_who_agrees_lets_go_of_what_it_holds() -> None:
    story = Story("CR", "LZ", "VD")
    own, others = story.say("LZ", "propose"), story.say("CR", "propose", article="1", text="Other.")
    story.say("LZ", "accept", proposal=others)
    story.say("LZ", "agree")
    state = story.state
    assert (state[f"proposal:{own}"]["status"], state[f"proposal:{others}"]["held"]) == ("withdrawn", ["CR"])
    assert "held:LZ" not in state


@pytest.mark.parametrize("word", ["propose", "accept"])
def test_who_changes_its_mind_takes_its_agreement_back(word: str) -> None:
    story = Story("CR", "LZ", "VD")
    theirs = story.say("CR", "propose", article="1", text="Other.")
    story.say("LZ", "agree")
    assert "agreed:LZ" in story.state
    story.say("LZ", word, **({"proposal": theirs} if word == "accept" else {}))
    assert "agreed:LZ" not in story.state


def test_an_agreement_to_another_text_replaces_the_earlier() -> None:
    story = Story("CR", "LZ", "VD")
    first = story.state["text"]
    proposal = story.say("LZ", "propose")
    story.say("CR", "accept", proposal=proposal)
    story.say("VD", "accept", proposal=proposal)
    for node in ("CR", "LZ"):
        story.say(node, "agree")
    story.say("CR", "agree", sha256=first)
    assert story.state["agreed:CR"]["sha256"] == first
    story.say("VD", "agree")
    assert "authenticated" not in story.state
    for node in ("LZ", "VD"):
        story.say(node, "agree", sha256=first)
    # All agree to the text that once stood: that is the text.
    assert story.state["authenticated"]["sha256"] == story.state["text"] == first
    assert "at once" not in story.text


def test_a_backdated_acceptance_undoes_nothing_that_all_agreed_to() -> None:
    """LZ signs, and later dates the acceptance of an old proposal of CR before its own agreement."""
    story = Story()
    proposal = story.say("CR", "propose")
    story.signed()
    before = story.state
    for minutes in (1, 2, 3, 4):
        late = story.say(
            "LZ",
            "accept",
            proposal=proposal,
            refs=(proposal,),
            issued=MORNING + timedelta(minutes=minutes, seconds=30),
        )
        state = story.state
        assert state["authenticated"] == before["authenticated"]
        assert [key for key in state if key.startswith("signature:")] == ["signature:CR", "signature:LZ"]
        story.acts = [act for act in story.acts if act.id != late]


# -- 10 and 11: signature, notification, entry into force -------------------------------------------------------------


def test_signatures_without_effect() -> None:
    story = Story()
    story.say("CR", "sign")
    assert story.fate() == "Not all parties had agreed to the text: there is nothing yet to sign."
    first = story.state["text"]
    proposal = story.say("LZ", "propose")
    story.say("CR", "accept", proposal=proposal)
    story.agreed()
    story.say("CR", "sign", sha256=first)
    assert story.fate() == "The hash is not that of the text that all parties agreed to."
    story.say("CR", "sign")
    assert story.fate() == ""
    story.say("CR", "sign")
    assert story.fate() == "CR had already signed."
    assert story.state["signature:CR"]["name"] == "A. Roe"


def test_notifications_without_effect() -> None:
    story = Story()
    story.say("CR", "notify")
    assert story.fate() == "CR had not signed the agreement."
    story.signed()
    story.say("CR", "notify")
    assert story.fate() == "The agreement does not ask for a notification: it enters into force by signature."
    story = Story(**NOTIFIED)
    story.signed()
    story.say("CR", "notify")
    assert story.fate() == ""
    story.say("CR", "notify")
    assert story.fate() == "CR had already notified."


def test_thirty_days_after_the_last_signature() -> None:
    story = Story()
    force = force_of(story.state)
    assert force is not None
    assert (force.unsigned, force.silent, force.last, force.day) == (("CR", "LZ"), (), None, None)
    story.agreed()
    story.say("LZ", "sign", issued=datetime(2026, 11, 24, 20, 0, tzinfo=UTC))
    assert force_of(story.state).unsigned == ("CR",)  # type: ignore[union-attr]
    assert not in_force(story.state, date(2030, 1, 1))
    # By another clock, before the signature that it follows: the later of the two dates counts.
    story.say("CR", "sign", issued=datetime(2026, 11, 23, 23, 0, tzinfo=UTC))
    force = force_of(story.state)
    assert force is not None
    assert (force.last, force.day) == (date(2026, 11, 24), date(2026, 12, 24))
    assert [in_force(story.state, date(2026, 12, day)) for day in (23, 24, 25)] == [False, True, True]


def test_a_month_after_the_last_notification() -> None:
    story = Story(**NOTIFIED).signed()
    story.say("LZ", "notify", issued=datetime(2027, 1, 31, 8, 0, tzinfo=UTC))
    force = force_of(story.state)
    assert force is not None
    assert (force.unsigned, force.silent, force.day) == ((), ("CR",), None)
    story.say("CR", "notify", issued=datetime(2027, 1, 2, 8, 0, tzinfo=UTC))
    assert force_of(story.state).day == date(2027, 2, 28)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("day", "number", "unit", "expected"),
    [
        (date(2026, 11, 24), 30, "day", date(2026, 12, 24)),
        (date(2026, 11, 24), 0, "day", date(2026, 11, 24)),
        (date(2026, 11, 24), 0, "month", date(2026, 11, 24)),
        (date(2028, 1, 31), 1, "month", date(2028, 2, 29)),
        (date(2026, 10, 31), 1, "month", date(2026, 11, 30)),
        (date(2026, 12, 15), 1, "month", date(2027, 1, 15)),
        (date(2026, 11, 30), 36, "month", date(2029, 11, 30)),
        (date(9999, 12, 31), 1, "day", None),
        (date(9999, 12, 31), 1, "month", None),
    ],
)
def test_days_and_months(day: date, number: int, unit: str, expected: date | None) -> None:
    assert later(day, number, unit) == expected


def test_the_clause_that_counts_is_that_of_the_agreed_text() -> None:
    story = Story()
    first = story.state["text"]
    proposal = story.say("LZ", "propose", article="clause", text="", **NOTIFIED)
    story.say("CR", "accept", proposal=proposal)
    assert force_of(story.state).after == "notification"  # type: ignore[union-attr]
    for node in story.parties:
        story.say(node, "agree", sha256=first)
    assert force_of(story.state).after == "signature"  # type: ignore[union-attr]


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("open", {"title": ""}),
        ("open", {"title": "x "}),
        ("open", {"articles": []}),
        ("open", {"articles": ["x"] * 101}),
        ("open", {"articles": [""]}),
        ("open", {"articles": ["# Heading"]}),
        ("open", {"articles": ["# " + "x" * 301 + "\ny"]}),
        ("open", {"articles": ["x\n\n\ny"]}),
        ("open", {"articles": ["x\r\ny"]}),
        ("open", {"preamble": "\nx"}),
        ("open", {"languages": []}),
        ("open", {"languages": ["en", "en"]}),
        ("open", {"languages": ["english"]}),
        ("open", {"depositary": "nobody"}),
        ("open", {"after": "ratification"}),
        ("open", {"number": -1}),
        ("open", {"number": 37, "unit": "month"}),
        ("open", {"number": 1001}),
        ("open", {"about": "x"}),
        ("propose", {"what": "change"}),
        ("propose", {"article": None}),
        ("propose", {"article": "0"}),
        ("propose", {"text": ""}),
        ("propose", {"text": "x "}),
        ("propose", {"what": "add", "text": ""}),
        ("propose", {"what": "delete"}),
        ("propose", {"what": "delete", "text": "", "heading": "x"}),
        ("propose", {"what": "delete", "text": "", "article": "preamble"}),
        ("propose", {"what": "add", "article": "clause"}),
        ("propose", {"article": "preamble", "heading": "x"}),
        ("propose", {"article": "clause", "text": ""}),
        ("propose", {"article": "clause", "after": "signature"}),
        ("propose", {"after": "signature"}),
        ("propose", {"article": "clause", "text": "", "after": "signature", "number": 37, "unit": "month"}),
        ("accept", {"proposal": "x"}),
        ("agree", {"sha256": "x"}),
        ("sign", {"sha256": MISSING, "capacity": "ambassador"}),
        ("sign", {"sha256": MISSING, "capacity": "full-powers"}),
        ("sign", {"sha256": MISSING, "capacity": "full-powers", "full_powers": " "}),
        ("sign", {"sha256": MISSING, "name": ""}),
        ("notify", {"completed": "2026-02-30"}),
    ],
)
def test_unlawful_bodies(word: str, change: dict[str, Any]) -> None:
    shape = {item.name: item.body for item in kind_of("agreement").types}[f"agreement.{word}"]  # type: ignore[union-attr]
    msgspec.convert({"sha256": MISSING, **lawful(word)}, shape)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"sha256": MISSING, **lawful(word), **change}, shape)


def test_full_powers_are_told_or_shown() -> None:
    signature = {**lawful("sign"), "sha256": MISSING, "capacity": "full-powers"}
    msgspec.convert({**signature, "full_powers": "Issued by the President on 3 May 2026"}, bodies.Signature)
    file = {"sha256": MISSING, "name": "powers.pdf", "media_type": "application/pdf", "size": 1}
    msgspec.convert({**signature, "attachments": [file]}, bodies.Signature)


@pytest.mark.parametrize(
    ("given", "kept"),
    [("a \r\nb\n\n\n\nc\n", "a\nb\n\nc"), ("\n \nx", "x"), ("e\u0301", "é"), ("", ""), (" x", " x")],
)
def test_the_one_spelling(given: str, kept: str) -> None:
    assert bodies.spelled(given) == kept
    assert bodies.spelled(kept) == kept


# -- every set of acts -------------------------------------------------------------------------------------------------

NODES = ("CR", "LZ", "VD")
CHANGES: tuple[dict[str, Any], ...] = (
    {"what": "replace", "article": "1", "text": "One."},
    {"what": "replace", "article": "1", "text": "Two."},
    {"what": "delete", "article": "1"},
    {"what": "add", "article": "1", "text": "Three."},
    {"what": "add", "text": "Four."},
    {"what": "replace", "article": "preamble", "text": "Five."},
    {"what": "replace", "article": "clause", **NOTIFIED},
    {"what": "replace", "article": "9", "text": "Six."},
)


@st.composite
def act_sets(draw: st.DrawFn) -> list[Act]:
    """Acts of all types by parties and others, about acts that are there or not, some unlawful, some misaddressed."""
    parties = draw(st.sampled_from([NODES[:2], NODES[:2], NODES]))
    found: list[Act] = []
    texts = [MISSING]
    for number in range(draw(st.integers(1, 22))):
        word = draw(st.sampled_from((*WORDS[1:], "propose", "accept", "accept", "agree", "agree", "agree", "sign")))
        word = word if found and draw(st.integers(0, 30)) else "open"
        author = draw(st.sampled_from([*parties, *parties, *parties, "VD"]))
        body = dict(lawful(word))
        proposals = [act.id for act in found if act.type == "agreement.propose"]
        named = draw(st.sampled_from([*proposals, *proposals, MISSING]))
        if word == "propose":
            body = dict(draw(st.sampled_from(CHANGES)))
        elif word in ("accept", "withdraw-proposal"):
            body = {"proposal": named}
        elif word in ("agree", "sign"):
            body["sha256"] = draw(st.sampled_from([texts[-1], texts[-1], texts[-1], *texts]))
        oddity = draw(st.sampled_from([""] * 24 + ["unlawful", "unknown type", "misaddressed"]))
        refs = draw(st.sets(st.sampled_from([*[act.id for act in found], MISSING]), max_size=2))
        if named != MISSING and draw(st.integers(0, 9)):
            refs.add(named)
        if found and draw(st.integers(0, 5)):
            refs.add(found[0].id)
        opens = word == "open" and (not found or not draw(st.integers(0, 3)))
        author = "CR" if opens else author
        found.append(
            make_act(
                type=f"agreement.{'later-version' if oddity == 'unknown type' else word}",
                author=author,
                audience=NODES[:1] if oddity == "misaddressed" else tuple(node for node in parties if node != author),
                matter=MATTER,
                refs=refs,
                issued=MORNING + timedelta(minutes=number if draw(st.integers(0, 2)) else draw(st.integers(0, 5))),
                nonce=NONCE if opens else f"{number:032x}",
                body={"nonsense": 1} if oddity == "unlawful" else body,
            )
        )
        state, _effects = fold(apply_rule, found)
        texts += [state["text"]] if state and state["text"] not in texts else []
    return found


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(data: st.DataObject) -> None:
    found = data.draw(act_sets())
    expected = fold(apply_rule, found)
    arrived = [*data.draw(st.permutations(found)), *data.draw(st.lists(st.sampled_from(found), max_size=5))]
    assert fold(apply_rule, arrived) == expected


@settings(max_examples=150, deadline=None)
@given(found=act_sets())
def test_what_holds_of_every_state(found: list[Act]) -> None:
    before = [(act.id, deepcopy(act.body)) for act in found]
    state, effects = fold(apply_rule, found)
    assert [(act.id, act.body) for act in found] == before
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    for effect in effects.values():
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()
    force_of(state)
    if not state:
        return
    parties = state["opening"]["parties"]
    for key in [key for key in state if key.startswith("text:")]:
        assert text_hash(text_of(state, key[5:])) == key[5:]
    opened = {key[9:] for key, value in state.items() if key.startswith("proposal:") and value["status"] == "open"}
    for node in parties:
        assert {item for item in opened if node in state[f"proposal:{item}"]["held"]} == set(
            state.get(f"held:{node}", [])
        )
    if "authenticated" in state:
        digest = state["authenticated"]["sha256"]
        agreed = {
            act.author
            for act in found
            if act.type == "agreement.agree" and effects[act.id].effective and act.body["sha256"] == digest
        }
        assert agreed == set(parties)
        assert not opened
    else:
        assert not [key for key in state if key.startswith("signature:")]


@settings(max_examples=100, deadline=None)
@given(found=act_sets())
def test_an_act_without_effect_leaves_the_state_as_it_was(found: list[Act]) -> None:
    state: dict[str, Any] = {}
    for act in ordered(found):
        before = deepcopy(state)
        if not apply_rule(state, act).effective:
            assert state == before


def test_the_random_sets_reach_signature() -> None:
    reached: set[str] = set()

    @settings(max_examples=300, deadline=None, database=None, derandomize=True)
    @given(found=act_sets())
    def look(found: list[Act]) -> None:
        reached.update(key.partition(":")[0] for key in fold(apply_rule, found)[0])

    look()
    assert {"authenticated", "signature", "proposal", "agreed", "table", "held"} <= reached


def test_the_kind_has_the_acts_that_its_folder_tells_of() -> None:
    assert {item.name for item in kind_of("agreement").types} == {f"agreement.{word}" for word in WORDS}  # type: ignore[union-attr]
