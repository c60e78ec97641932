"""The rules of effect of a session, with what is lawful and what is not; and what holds for every set of its acts."""

import json
from copy import copy, deepcopy
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.matters.forum_story import (
    CHANGES,
    CLOSES,
    HOUSE,
    LATER,
    MISSING,
    MORNING,
    NAMES,
    NONCE,
    OPERATIVE,
    OTHER_SYMBOL,
    PARTIES,
    ROLL,
    SESSION,
    SYMBOL,
    Story,
    changes_hash,
    credentials,
    credentials_text,
    document_hash,
    keys,
    lawful,
    named_in,
    rotated,
)
from verbale.matters.forum import acts, standing
from verbale.matters.forum.acts import BODIES
from verbale.matters.forum.fold import title
from verbale.matters.forum.text import plain
from verbale.matters.forum.verify import lawful_rule
from verbale.node.registry import apply_rule, kind_of
from verbale.protocol import Act, Credentials, fold, make_act, ordered

WORDS = tuple(name.partition(".")[2] for name in BODIES)
OF_THE_HOUSE = (
    *("member", "agenda", "give-symbol", "silence", "end-silence", "open-vote", "close-vote", "adopt", "close"),
)
OF_MEMBERS = tuple(word for word in WORDS if word not in (*OF_THE_HOUSE, "convene"))
SPOKEN = ("statement", "document")
WITH_A_VOTE = tuple(word for word in OF_MEMBERS if word not in SPOKEN)
NOT_REFERRED = "It does not refer to the act that it is about."
NOT_THERE = "The act that it is about has not arrived, or is without effect."
BEGUN = "Voting on this draft has begun, or it has been decided."


def effect_of(story: Story, author: str, word: str, **fields: Any) -> str:
    story.say(author, word, **fields)
    return story.fate()


# -- 1 and 2: the opening and the parties ------------------------------------------------------------------------------


def test_a_session_is_convened() -> None:
    story = Story(members=False, agenda=False)
    opening = story.state["opening"]
    assert (opening["by"], opening["parties"]) == (HOUSE, sorted([HOUSE, *PARTIES]))
    assert (opening["majority"], opening["languages"], opening["opens"]) == ("simple", ["en", "fr"], "2026-11-24")
    assert title(story.state) == "First Committee, 1st session"
    assert title({}) == ""


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"matter": "b" * 32}, "It claims to open this matter, whose id is not of its making."),
        ({"nonce": "b" * 32}, "It claims to open this matter, whose id is not of its making."),
        ({"audience": ()}, "It needs another party, and is addressed to nobody."),
    ],
)
def test_a_convening_without_effect(fields: dict[str, Any], reason: str) -> None:
    story = Story(members=False, agenda=False)
    story.acts.clear()
    story.say(HOUSE, "convene", **{"nonce": NONCE, **fields})
    assert (story.state, story.fate()) == ({}, reason)


def test_a_session_is_convened_once() -> None:
    story = Story()
    assert effect_of(story, HOUSE, "convene", nonce=NONCE, session="2nd session") == (
        "The matter had already been opened."
    )
    assert title(story.state) == "First Committee, 1st session"


@pytest.mark.parametrize("word", [word for word in WORDS if word != "convene"])
def test_nothing_takes_effect_without_a_convening(word: str) -> None:
    story = Story()
    story.say(HOUSE if word in OF_THE_HOUSE else "CR", word)
    _state, effects = fold(lawful_rule, story.acts[-1:])
    assert [effect.reason for effect in effects.values()] == [
        "The act that opens this matter has not arrived, or is without effect."
    ]


@pytest.mark.parametrize("word", [word for word in WORDS if word != "convene"])
def test_only_the_parties_act_and_all_of_them_are_told(word: str) -> None:
    story = Story()
    assert effect_of(story, "ZZ", word) == "ZZ is not a party to this matter."
    author = HOUSE if word in OF_THE_HOUSE else "CR"
    for audience in ((), PARTIES[:2], ("ZZ", *PARTIES)):
        assert "not addressed to all other parties" in effect_of(story, author, word, audience=audience)


@pytest.mark.parametrize(
    "word",
    [
        *("give-symbol", "silence", "end-silence", "open-vote", "close-vote", "adopt"),
        *("sponsor", "withdraw-sponsor", "revise", "amend", "accept-amendment", "object", "vote", "explain"),
    ],
)
def test_what_is_about_an_act_refers_to_it(word: str) -> None:
    story = Story()
    author = HOUSE if word in OF_THE_HOUSE else "CR"
    assert effect_of(story, author, word) == NOT_REFERRED
    assert effect_of(story, author, word, refs=(MISSING,)) == NOT_THERE


# -- 3 and 4: who is there ---------------------------------------------------------------------------------------------


def test_members_are_introduced_with_their_credentials() -> None:
    state = Story().state
    assert [(row["node"], row["voting"]) for row in standing.members(state)] == [
        ("AB", True), ("CR", True), ("LZ", True), ("OB", False), ("VD", True),
    ]  # fmt: skip
    assert state["member:CR"]["fingerprint"] == credentials("CR").current.fingerprint


@pytest.mark.parametrize("word", OF_THE_HOUSE)
def test_only_the_organisation_does_what_is_its_own(word: str) -> None:
    assert effect_of(Story(), "CR", word) == "Only WF, whose session it is, does this."


@pytest.mark.parametrize("word", WITH_A_VOTE)
def test_only_members_do_what_is_theirs(word: str) -> None:
    assert effect_of(Story(), HOUSE, word) == "Only members do this."


@pytest.mark.parametrize("word", OF_MEMBERS)
def test_who_has_not_been_introduced_does_nothing(word: str) -> None:
    story = Story(members=False)
    assert effect_of(story, "CR", word) == "CR has not been introduced as a member of this session."


@pytest.mark.parametrize("word", [word for word in WITH_A_VOTE if word != "vote"])
def test_observers_take_no_part_in_decisions(word: str) -> None:
    assert effect_of(Story(), "OB", word) == "OB is an observer, which takes no part in decisions."


@pytest.mark.parametrize("word", SPOKEN)
@pytest.mark.parametrize("author", ["OB", HOUSE, "CR"])
def test_observers_and_the_organisation_speak(author: str, word: str) -> None:
    assert effect_of(Story(), author, word) == ""


@pytest.mark.parametrize(
    ("node", "body", "reason"),
    [
        ("ZZ", {}, "ZZ is not among those for whom the session was convened."),
        (HOUSE, {}, "WF is not among those for whom the session was convened."),
        ("CR", {"credentials": "{}"}, "The credentials do not hold: credentials must be an object with exactly"),
        ("CR", {"credentials": credentials_text("LZ")}, "The credentials are those of LZ."),
    ],
)
def test_introductions_without_effect(node: str, body: dict[str, Any], reason: str) -> None:
    story = Story(members=False)
    story.introduce(node, **body)
    assert story.fate().startswith(reason)
    assert f"member:{node}" not in story.state


def test_revoked_credentials_introduce_nobody() -> None:
    story = Story(members=False)
    revoked = credentials("CR").succeed(keys("CR"), issued=MORNING, revoked="lost")
    story.introduce("CR", credentials=revoked.to_bytes().decode())
    assert story.fate() == "The credentials of CR are revoked."


def test_a_rotation_continues_the_credentials_and_nothing_else_does() -> None:
    story = Story()
    foreign = Credentials.create(
        keys("CR", 2), node="CR", name="Crimson", kind="state", endpoint="", issued=MORNING - timedelta(days=9)
    )
    story.introduce("CR", credentials=foreign.to_bytes().decode())
    continues = "The credentials do not continue those with which CR was introduced."
    assert story.fate() == continues
    story.introduce("CR", credentials=rotated("CR").to_bytes().decode())
    assert story.fate() == ""
    assert story.state["member:CR"]["fingerprint"] == rotated("CR").current.fingerprint
    # Back to the old keys is no way.
    story.introduce("CR")
    assert story.fate() == continues


# -- 5: agenda and statements ------------------------------------------------------------------------------------------


def test_a_later_agenda_replaces_the_earlier() -> None:
    story = Story()
    story.say(HOUSE, "agenda", items=[{"number": "7", "title": "Other matters"}])
    assert story.state["agenda"]["items"] == [{"number": "7", "title": "Other matters"}]
    assert effect_of(story, "CR", "statement") == "The agenda has no item 5 (a)."
    assert effect_of(story, "CR", "statement", item="7") == ""


@pytest.mark.parametrize("word", ["statement", "document", "draft"])
def test_what_names_an_item_needs_it_on_the_agenda(word: str) -> None:
    assert effect_of(Story(), "CR", word, item="99") == "The agenda has no item 99."
    assert effect_of(Story(agenda=False), "CR", word, item="1") == "The agenda has no item 1."


def test_statements_are_made_from_the_opening_day_on() -> None:
    story = Story(opens="2026-11-25")
    assert effect_of(story, "CR", "statement") == "The session opens on 2026-11-25."
    story.say("CR", "statement", issued=datetime.fromisoformat("2026-11-25T00:00:00Z"))
    assert story.fate() == ""
    assert [row["by"] for row in standing.statements(story.state)] == ["CR"]


def test_no_statement_while_a_vote_is_open() -> None:
    story = Story()
    vote = story.open(story.draft())
    interrupted = "Voting has begun, and nothing interrupts it (rule 88)."
    assert effect_of(story, "CR", "statement") == interrupted
    story.count(vote, story.cast(vote, AB="yes", CR="yes", LZ="yes", VD="yes"))
    assert effect_of(story, "CR", "statement") == ""


# -- 6: symbols --------------------------------------------------------------------------------------------------------


def test_texts_are_issued_under_symbols() -> None:
    story = Story()
    draft = story.draft("WF/1/L.10")
    document = story.document("WF/1/2")
    amendment = story.amend(draft, symbol="WF/1/L.9")
    assert [(row["symbol"], row["what"], row["act"]) for row in standing.documents(story.state)] == [
        ("WF/1/2", "document", document),
        ("WF/1/L.9", "amendment", amendment),
        ("WF/1/L.10", "draft", draft),
    ]
    assert standing.next_symbol(story.state, "WF/1/L.") == "WF/1/L.11"
    assert standing.next_symbol(story.state, "WF/RES/1/") == "WF/RES/1/1"
    assert story.state[f"document:{document}"]["sha256"] == document_hash("Report", "All is well.")


def test_a_symbol_is_given_once_and_a_text_has_one() -> None:
    story = Story()
    draft = story.draft()
    document = story.document(None)
    assert effect_of(story, HOUSE, "give-symbol", text=document) == f"The symbol {SYMBOL} has been given already."
    assert effect_of(story, HOUSE, "give-symbol", text=draft, symbol="WF/1/L.7") == (
        f"It has been issued already, as {SYMBOL}."
    )
    assert story.state[f"document:{document}"]["symbol"] is None


def test_nothing_is_issued_before_its_draft() -> None:
    story = Story()
    draft = story.draft(None)
    amendment = story.amend(draft, symbol=None)
    revision = story.say("CR", "revise", draft=draft)
    acceptance = story.say("CR", "accept-amendment", amendment=amendment)
    for text in (amendment, revision, acceptance):
        assert effect_of(story, HOUSE, "give-symbol", text=text) == "The draft itself has not been issued yet."


# -- 7: sponsors -------------------------------------------------------------------------------------------------------


def test_sponsors_come_and_go() -> None:
    story = Story()
    draft = story.draft()
    story.say("VD", "sponsor", draft=draft)
    story.say("LZ", "sponsor", draft=draft)
    assert standing.drafts(story.state)[0]["sponsors"] == ["CR", "LZ", "VD"]
    assert effect_of(story, "VD", "sponsor", draft=draft) == "VD is a sponsor of this draft already."
    assert effect_of(story, "CR", "sponsor", draft=draft) == "CR is a sponsor of this draft already."
    story.say("VD", "withdraw-sponsor", draft=draft)
    assert standing.drafts(story.state)[0]["sponsors"] == ["CR", "LZ"]
    assert effect_of(story, "VD", "withdraw-sponsor", draft=draft) == "VD is no sponsor of this draft."
    assert effect_of(story, "VD", "sponsor", draft=draft) == ""


def test_the_main_sponsor_does_not_withdraw() -> None:
    story = Story()
    draft = story.draft()
    assert effect_of(story, "CR", "withdraw-sponsor", draft=draft) == (
        "CR is the main sponsor, in whose name the draft stands."
    )


def test_a_draft_is_fixed_once_voting_has_begun() -> None:
    story = Story()
    draft = story.draft()
    amendment = story.amend(draft)
    story.say("LZ", "sponsor", draft=draft)
    late = story.amend(draft, "VD", None)
    revision = story.say("CR", "revise", draft=draft)
    vote = story.open(amendment)
    barred = {
        "sponsor": ("VD", {"draft": draft}),
        "withdraw-sponsor": ("LZ", {"draft": draft}),
        "revise": ("CR", {"draft": draft}),
        "amend": ("VD", {"draft": draft, "version": draft}),
        "accept-amendment": ("CR", {"amendment": amendment}),
    }
    for _ in ("while it is open", "after it"):
        for word, (author, body) in barred.items():
            assert effect_of(story, author, word, **body) == BEGUN
        for text in (late, revision):
            assert effect_of(story, HOUSE, "give-symbol", text=text, symbol="WF/1/L.20") == BEGUN
        if "voting" in story.state:
            story.count(vote, story.cast(vote, AB="no", CR="no", LZ="yes", VD="no"))


# -- 8 and 9: revisions and amendments ---------------------------------------------------------------------------------


def test_a_revision_becomes_the_text_when_it_is_issued() -> None:
    story = Story()
    draft = story.draft()
    amendment = story.amend(draft)
    revision = story.say("CR", "revise", draft=draft, title="Hospitals")
    assert story.state[f"draft:{draft}"]["title"] == "Protection of hospitals"
    issued = story.say(HOUSE, "give-symbol", text=revision, symbol=f"{SYMBOL}/Rev.1")
    state = story.state
    assert plain(state[f"text:{draft}"]) == {"title": "Hospitals", "preamble": [], "operative": ["Decides."]}
    assert (state[f"draft:{draft}"]["title"], state[f"draft:{draft}"]["version"]) == ("Hospitals", issued)
    assert state[f"amendment:{amendment}"]["stage"] == "lapsed"
    # To the earlier text one amends no more; the new one has its own paragraphs.
    assert effect_of(story, "LZ", "amend", draft=draft, version=draft) == (
        "It is not to the present version of the draft."
    )
    assert effect_of(story, "LZ", "amend", draft=draft, version=issued) == "The text has no paragraph OP2."
    gone = "The amendment has been decided, or the text that it amends has been replaced."
    assert effect_of(story, "CR", "accept-amendment", amendment=amendment) == gone
    story.open(amendment)
    assert story.fate() == gone


def test_an_amendment_refers_to_the_version_that_it_amends() -> None:
    story = Story()
    draft = story.draft()
    assert effect_of(story, "LZ", "amend", draft=draft, version=MISSING) == NOT_REFERRED


@pytest.mark.parametrize("word", ["revise", "accept-amendment"])
def test_only_the_main_sponsor_changes_its_draft(word: str) -> None:
    story = Story()
    draft = story.draft()
    amendment = story.amend(draft)
    story.say("LZ", "sponsor", draft=draft)
    body = {"draft": draft} if word == "revise" else {"amendment": amendment}
    assert effect_of(story, "LZ", word, **body) == "It is CR's draft: only the main sponsor does this."


def test_an_accepted_amendment_becomes_part_of_the_draft_when_it_is_issued() -> None:
    story = Story()
    draft = story.draft()
    amendment = story.amend(draft)
    before = story.state[f"draft:{draft}"]["sha256"]
    acceptance = story.say("CR", "accept-amendment", amendment=amendment)
    assert story.state[f"draft:{draft}"]["sha256"] == before
    story.say(HOUSE, "give-symbol", text=acceptance, symbol=f"{SYMBOL}/Rev.1")
    state = story.state
    assert plain(state[f"text:{draft}"])["operative"][1] == "Requests a report every year;"
    assert state[f"draft:{draft}"]["sha256"] != before
    assert (state[f"amendment:{amendment}"]["stage"], standing.drafts(state)[0]["pending"]) == ("accepted", [])
    [row] = standing.drafts(state)[0]["amendments"][0]["rows"]
    assert (row["before"], row["text"]) == ("Requests a report;", "Requests a report every year;")
    assert "has been decided" in effect_of(story, "CR", "accept-amendment", amendment=amendment)


def test_an_amendment_falls_when_another_has_changed_its_paragraph() -> None:
    story = Story()
    draft = story.draft()
    first = story.amend(draft, symbol="WF/1/L.8")
    other = story.amend(draft, "VD", changes=[{"paragraph": "OP2", "action": "delete"}])
    unissued = story.amend(draft, "AB", None)
    acceptance = story.say("CR", "accept-amendment", amendment=first)
    again = story.say("CR", "accept-amendment", amendment=other)
    story.say(HOUSE, "give-symbol", text=acceptance, symbol=f"{SYMBOL}/Rev.1")
    falls = "Another amendment has changed paragraph OP2, so this one falls (rule 90)."
    for text in (unissued, again):
        assert effect_of(story, HOUSE, "give-symbol", text=text, symbol="WF/1/L.30") == falls
    story.open(other)
    assert story.fate() == falls
    assert effect_of(story, "VD", "amend", draft=draft, version=draft) == falls
    shown = {row["act"]: row["fallen"] for row in standing.drafts(story.state)[0]["amendments"]}
    assert shown == {first: False, other: True, unissued: True}
    # It has fallen, and holds the draft up no longer.
    story.open(draft)
    assert story.fate() == ""


# -- 10 to 13: votes ---------------------------------------------------------------------------------------------------


def test_a_draft_is_carried_by_roll_call() -> None:
    story = Story()
    draft = story.draft()
    vote = story.open(draft)
    assert story.state[f"vote:{vote}"]["roll"] == ["CR", "LZ", "VD", "AB"]
    ballots = story.cast(vote, VD="no", CR="yes", LZ="yes")
    shown = standing.board(story.state, vote)
    assert [(row["node"], row["choice"]) for row in shown["rows"]] == [
        ("CR", "yes"), ("LZ", "yes"), ("VD", "no"), ("AB", None),
    ]  # fmt: skip
    assert (shown["voted"], shown["needed"], shown["result"]) == (3, 2, None)
    assert effect_of(story, "AB", "vote", vote=vote, choice="abstain") == ""
    story.count(vote, {**ballots, "AB": story.acts[-1].id})
    result = story.state[f"result:{vote}"]
    assert (result["yes"], result["no"], result["abstain"], result["needed"], result["carried"]) == (2, 1, 1, 2, True)
    assert [row["node"] for row in result["counted"]] == ["CR", "LZ", "VD", "AB"]
    assert (story.state[f"draft:{draft}"]["stage"], "voting" in story.state) == ("carried", False)
    assert standing.votes(story.state) == [vote]


@pytest.mark.parametrize(
    ("majority", "choices", "carried"),
    [
        ("simple", {"CR": "yes", "LZ": "no"}, False),
        ("simple", {"CR": "yes"}, True),
        ("simple", {"CR": "abstain", "LZ": "abstain"}, False),
        ("two-thirds", {"CR": "yes", "LZ": "yes", "VD": "no"}, True),
        ("two-thirds", {"CR": "yes", "LZ": "no", "VD": "abstain"}, False),
        ("consensus", {"CR": "yes", "LZ": "abstain"}, True),
        ("consensus", {"CR": "yes", "LZ": "yes", "VD": "no"}, False),
        ("simple", {}, False),
    ],
)
def test_what_carries(majority: str, choices: dict[str, str], carried: bool) -> None:
    story = Story()
    draft = story.draft()
    vote = story.open(draft, majority)
    story.count(vote, story.cast(vote, **choices))
    assert story.fate() == ""
    assert story.state[f"result:{vote}"]["carried"] is carried
    assert story.state[f"draft:{draft}"]["stage"] == ("carried" if carried else "rejected")
    assert standing.board(story.state, vote)["carried"] is carried


def test_a_vote_is_on_the_very_text_that_is_before_the_session() -> None:
    story = Story()
    unissued = story.draft(None)
    story.open(unissued)
    assert story.fate() == "It has not been issued under a symbol."
    draft = story.draft()
    story.open(draft, sha256=MISSING)
    assert story.fate() == "The hash is not that of the text as it stands."
    story.open(story.amend(draft, symbol=None))
    assert story.fate() == "It has not been issued under a symbol."
    story.open(story.amend(draft), sha256=changes_hash([*CHANGES, *CHANGES]))
    assert story.fate() == "The hash is not that of the text as it stands."


def test_no_vote_before_the_opening_day() -> None:
    story = Story(opens="2026-11-25")
    story.open(story.draft())
    assert story.fate() == "The session opens on 2026-11-25."


def test_one_vote_at_a_time() -> None:
    story = Story()
    first, second = story.draft(), story.draft(OTHER_SYMBOL)
    story.open(first)
    story.open(second)
    assert story.fate() == "Voting has begun, and nothing interrupts it (rule 88)."


def test_a_draft_is_voted_on_once() -> None:
    story = Story()
    draft = story.draft()
    story.decide(draft)
    story.open(draft)
    assert story.fate() == "The draft is under silence, or decided already."


@pytest.mark.parametrize("first", ["OB", "ZZ", HOUSE])
def test_the_roll_begins_with_somebody_who_votes(first: str) -> None:
    story = Story()
    story.open(story.draft(), first=first)
    assert story.fate() == f"{first}, drawn to be called first, has no vote."


def test_amendments_are_voted_on_before_the_draft_and_change_it() -> None:
    story = Story()
    draft = story.draft()
    added = story.amend(draft, changes=[{"paragraph": "OP1", "action": "add", "text": "Urges all;"}])
    replaced = story.amend(draft, "VD", "WF/1/L.7")
    story.open(draft)
    assert story.fate() == "Amendments to it are to be decided first (rule 90)."
    story.decide(added)
    story.open(draft)
    assert story.fate() == "Amendments to it are to be decided first (rule 90)."
    story.decide(replaced, AB="no", CR="no", LZ="no", VD="yes")
    state = story.state
    assert plain(state[f"text:{draft}"])["operative"] == [
        "Calls upon States to protect hospitals;", "Urges all;", "Requests a report;", "Decides to remain seized.",
    ]  # fmt: skip
    assert [state[f"amendment:{item}"]["stage"] for item in (added, replaced)] == ["carried", "rejected"]
    shown = {row["act"]: row["rows"] for row in standing.drafts(state)[0]["amendments"]}
    assert [shown[item][0]["before"] for item in (added, replaced)] == [OPERATIVE[0], OPERATIVE[1]]
    vote = story.decide(draft)
    assert story.state[f"result:{vote}"]["carried"]
    story.open(replaced)
    assert "decided already" in story.fate()


def test_a_vote_of_a_member_counts_once_and_the_first_stands() -> None:
    story = Story()
    vote = story.open(story.draft())
    ballots = story.cast(vote, CR="yes")
    assert effect_of(story, "CR", "vote", vote=vote, choice="no") == "CR had already voted; the first vote stands."
    assert standing.board(story.state, vote)["rows"][0]["choice"] == "yes"
    story.count(vote, ballots)
    assert story.state[f"result:{vote}"]["counted"] == [{"node": "CR", "choice": "yes", "ballot": ballots["CR"]}]


def test_who_may_vote_was_fixed_when_the_vote_was_opened() -> None:
    story = Story(members=False)
    for node in ("CR", "LZ"):
        story.introduce(node)
    story.introduce("OB", voting=False)
    vote = story.open(story.draft())
    story.introduce("VD")
    story.introduce("LZ", voting=False)
    for node in ("VD", "OB"):
        assert effect_of(story, node, "vote", vote=vote) == f"{node} had no vote when this one was opened."
    assert effect_of(story, "LZ", "vote", vote=vote) == ""


def test_a_vote_after_the_close_is_not_counted() -> None:
    story = Story()
    vote = story.open(story.draft())
    story.count(vote, story.cast(vote, CR="yes"))
    assert effect_of(story, "LZ", "vote", vote=vote) == "It came after the vote was closed, and was not counted."
    assert story.state[f"result:{vote}"]["missing"] == []


def test_a_vote_is_in_the_roll_call_that_it_names() -> None:
    story = Story()
    draft = story.draft()
    assert effect_of(story, "CR", "vote", vote=draft) == NOT_THERE
    first = story.open(draft)
    ballots = story.cast(first, CR="yes")
    story.count(first, ballots)
    second = story.open(story.draft(OTHER_SYMBOL))
    assert story.fate() == ""
    wrong = f"It lists an act that is no vote in this roll call: {ballots['CR']}."
    story.say(HOUSE, "close-vote", vote=second, votes=[ballots["CR"]], yes=1, issued=LATER)
    assert story.fate() == wrong
    story.say(HOUSE, "close-vote", vote=second, votes=[draft], yes=1, issued=LATER)
    assert "no vote in this roll call" in story.fate()


def test_a_vote_that_the_organisation_leaves_out_is_noted() -> None:
    story = Story()
    vote = story.open(story.draft())
    ballots = story.cast(vote, AB="yes", CR="yes", LZ="no", VD="no")
    told = {node: ballot for node, ballot in ballots.items() if node != "VD"}
    story.count(vote, told)
    result = story.state[f"result:{vote}"]
    assert (result["carried"], result["missing"]) == (True, [{"node": "VD", "ballot": ballots["VD"]}])
    assert standing.board(story.state, vote)["missing"] == ["VD"]


@pytest.mark.parametrize(
    ("tally", "said"),
    [({"yes": 3}, "3-1-1"), ({"no": 0}, "2-0-1"), ({"abstain": 0}, "2-1-0"), ({"yes": 1, "no": 2}, "1-2-1")],
)
def test_a_false_tally_is_without_effect(tally: dict[str, int], said: str) -> None:
    story = Story()
    vote = story.open(story.draft())
    ballots = story.cast(vote, AB="abstain", CR="yes", LZ="yes", VD="no")
    story.count(vote, ballots, **tally)
    assert story.fate() == f"The tally is said to be {said}, and the votes that it lists give 2-1-1."
    assert story.state["voting"] == vote
    story.count(vote, ballots)
    assert story.fate() == ""


def test_the_list_is_in_the_order_of_the_roll_each_member_once() -> None:
    story = Story()
    vote = story.open(story.draft())
    ballots = story.cast(vote, CR="yes", LZ="yes", VD="yes", AB="yes")
    for listed in (sorted(ballots), ["CR", "CR", "LZ", "VD"], ["LZ", "VD", "AB", "CR"]):
        story.say(
            HOUSE, "close-vote", vote=vote, votes=[ballots[node] for node in listed], yes=len(listed), issued=LATER
        )
        assert story.fate() == "The votes are not listed in the order of the roll, each member once."
    two = story.say("CR", "vote", vote=vote, choice="no")
    story.say(HOUSE, "close-vote", vote=vote, votes=[ballots["CR"], two], yes=1, no=1, issued=LATER)
    assert story.fate() == "The votes are not listed in the order of the roll, each member once."


def test_the_list_refers_to_every_vote() -> None:
    story = Story()
    vote = story.open(story.draft())
    ballots = story.cast(vote, CR="yes")
    story.say(HOUSE, "close-vote", vote=vote, votes=[ballots["CR"]], yes=1, refs=(vote,), issued=LATER)
    assert story.fate() == "It does not refer to every vote that it lists."


def test_a_vote_stays_open_until_its_time_or_until_all_have_voted() -> None:
    story = Story()
    vote = story.open(story.draft())
    ballots = story.cast(vote, CR="yes", LZ="yes", VD="yes")
    story.count(vote, ballots, issued=LATER - timedelta(seconds=1))
    assert story.fate() == f"The vote is open until {CLOSES} while members have not voted."
    ballots |= story.cast(vote, AB="yes")
    story.count(vote, ballots, issued=MORNING + timedelta(hours=1))
    assert story.fate() == ""
    story.count(vote, ballots)
    assert story.fate() == "This vote has been closed already."


# -- 14: explanations --------------------------------------------------------------------------------------------------


def test_votes_are_explained_before_or_after_and_not_by_those_who_propose() -> None:
    story = Story()
    draft = story.draft()
    story.say("LZ", "sponsor", draft=draft)
    amendment = story.amend(draft, "VD")
    for node, proposal in (("CR", draft), ("LZ", draft), ("VD", amendment)):
        assert effect_of(story, node, "explain", proposal=proposal) == (
            f"{node} proposes it, and who proposes does not explain its vote (rule 88)."
        )
    for node, proposal in (("CR", amendment), ("LZ", amendment), ("VD", draft)):
        assert effect_of(story, node, "explain", proposal=proposal) == ""
    assert effect_of(story, "VD", "explain", proposal=draft, when="after") == (
        "The vote on it has not been taken: it is explained before the vote."
    )
    vote = story.open(amendment)
    assert effect_of(story, "AB", "explain", proposal=amendment) == (
        "Voting has begun, and nothing interrupts it (rule 88)."
    )
    story.count(vote, story.cast(vote, AB="yes", CR="yes", LZ="yes", VD="yes"))
    assert effect_of(story, "AB", "explain", proposal=amendment) == (
        "The vote on it has been taken: it is explained after the vote."
    )
    assert effect_of(story, "AB", "explain", proposal=amendment, when="after") == ""


# -- 15: silence -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["draft", "document"])
def test_silence_that_nobody_breaks_carries_the_text(what: str) -> None:
    story = Story()
    text = story.draft() if what == "draft" else story.document()
    silence = story.silence(text)
    assert story.state[f"{what}:{text}"]["stage"] == "silence"
    assert effect_of(story, HOUSE, "end-silence", silence=silence) == f"The silence runs until {CLOSES}."
    assert effect_of(story, HOUSE, "close") == "A vote is open, or a silence runs."
    assert effect_of(story, HOUSE, "end-silence", silence=silence, issued=LATER) == ""
    assert story.state[f"outcome:{silence}"]["carried"]
    assert story.state[f"{what}:{text}"]["stage"] == "carried"
    assert effect_of(story, HOUSE, "end-silence", silence=silence, issued=LATER) == "The silence was over."
    assert effect_of(story, "CR", "object", silence=silence) == "The silence was over."
    sha256 = story.state[f"{what}:{text}"]["sha256"]
    assert effect_of(story, HOUSE, "adopt", text=text, sha256=sha256) == ""
    shown = standing.silences(story.state)
    assert [(row["act"], row["outcome"]["carried"], row["objectors"]) for row in shown] == [(silence, True, [])]


def test_an_objection_breaks_the_silence_at_once() -> None:
    story = Story()
    draft = story.draft()
    silence = story.silence(draft)
    objection = story.say("LZ", "object", silence=silence)
    assert effect_of(story, "LZ", "object", silence=silence) == ""
    assert standing.silences(story.state)[0]["objectors"] == ["LZ"]
    assert effect_of(story, HOUSE, "end-silence", silence=silence, objections=[objection]) == ""
    outcome = story.state[f"outcome:{silence}"]
    assert (outcome["carried"], outcome["missing"]) == (False, [])
    assert story.state[f"draft:{draft}"]["stage"] == "tabled"
    assert effect_of(story, HOUSE, "adopt", text=draft) == "No vote and no silence has carried it."
    story.open(draft)
    assert story.fate() == ""


def test_an_objection_after_the_moment_is_too_late() -> None:
    story = Story()
    silence = story.silence(story.draft())
    assert effect_of(story, "LZ", "object", silence=silence, issued=LATER + timedelta(seconds=1)) == (
        "The silence was over."
    )
    assert effect_of(story, "LZ", "object", silence=silence, issued=LATER) == ""


def test_an_objection_that_the_organisation_leaves_out_is_noted() -> None:
    story = Story()
    silence = story.silence(story.draft())
    objection = story.say("LZ", "object", silence=silence)
    assert effect_of(story, HOUSE, "end-silence", silence=silence, issued=LATER) == ""
    outcome = story.state[f"outcome:{silence}"]
    assert (outcome["carried"], outcome["missing"]) == (True, [{"node": "LZ", "objection": objection}])


def test_what_is_listed_as_an_objection_is_one() -> None:
    story = Story()
    silence = story.silence(story.draft())
    other = story.silence(story.document())
    objection = story.say("LZ", "object", silence=other)
    for listed in ([objection], [silence], [MISSING]):
        assert effect_of(story, HOUSE, "end-silence", silence=silence, objections=listed, issued=LATER) == (
            "It lists an act that is no objection to this silence."
        )
    assert effect_of(story, HOUSE, "end-silence", silence=other, objections=[objection], refs=(other,)) == (
        "It lists an act that is no objection to this silence."
    )


def test_silence_is_put_on_what_is_before_the_session() -> None:
    story = Story()
    unissued = story.draft(None)
    story.silence(unissued)
    assert story.fate() == "It has not been issued under a symbol."
    draft = story.draft()
    story.silence(draft, sha256=MISSING)
    assert story.fate() == "The hash is not that of the text as it stands."
    story.silence(draft, until="2026-11-24T08:00:00Z")
    assert story.fate() == "It would end before it begins."
    amendment = story.amend(draft)
    story.silence(draft)
    assert story.fate() == "Amendments to it are to be decided first (rule 90)."
    acceptance = story.say("CR", "accept-amendment", amendment=amendment)
    story.say(HOUSE, "give-symbol", text=acceptance, symbol=f"{SYMBOL}/Rev.1")
    story.silence(draft)
    assert story.fate() == ""
    story.silence(draft)
    assert story.fate() == "It is under silence, being voted on, or decided already."
    story.open(draft)
    assert story.fate() == "The draft is under silence, or decided already."
    revision = story.say("CR", "revise", draft=draft)
    assert story.fate() == ""
    assert effect_of(story, HOUSE, "give-symbol", text=revision, symbol=f"{SYMBOL}/Rev.2") == (
        "The text is under silence, and does not change."
    )


# -- 16 and 17: adoption, and the end ----------------------------------------------------------------------------------


def test_what_was_carried_is_adopted_once() -> None:
    story = Story()
    draft = story.draft()
    assert effect_of(story, HOUSE, "adopt", text=draft) == "No vote and no silence has carried it."
    story.decide(draft)
    sha256 = story.state[f"draft:{draft}"]["sha256"]
    assert effect_of(story, HOUSE, "adopt", text=draft) == "The hash is not that of the text as it stands."
    assert effect_of(story, HOUSE, "adopt", text=draft, sha256=sha256, symbol=SYMBOL) == (
        f"The symbol {SYMBOL} has been given already."
    )
    assert effect_of(story, HOUSE, "adopt", text=draft, sha256=sha256) == ""
    adopted = story.state[f"adopted:{draft}"]
    assert (adopted["symbol"], adopted["title"]) == ("WF/RES/1/1", "Protection of hospitals")
    assert effect_of(story, HOUSE, "adopt", text=draft, sha256=sha256) == "It has been adopted already."
    other = story.document(None)
    assert effect_of(story, HOUSE, "give-symbol", text=other, symbol="WF/RES/1/1") == (
        "The symbol WF/RES/1/1 has been given already."
    )
    assert [row["symbol"] for row in standing.documents(story.state)] == [SYMBOL, "WF/RES/1/1"]


def test_what_was_rejected_is_not_adopted() -> None:
    story = Story()
    draft = story.draft()
    story.decide(draft, CR="yes", LZ="no")
    assert effect_of(story, HOUSE, "adopt", text=draft) == "No vote and no silence has carried it."


def test_an_amendment_is_not_adopted() -> None:
    story = Story()
    amendment = story.amend(story.draft())
    story.decide(amendment)
    assert effect_of(story, HOUSE, "adopt", text=amendment) == NOT_THERE


def test_the_session_does_not_close_over_a_vote() -> None:
    story = Story()
    vote = story.open(story.draft())
    assert effect_of(story, HOUSE, "close") == "A vote is open, or a silence runs."
    story.count(vote, {})
    assert effect_of(story, HOUSE, "close", text="The session is closed.") == ""
    assert standing.phase(story.state, "2026-11-24") == "closed"


@pytest.mark.parametrize("word", [word for word in WORDS if word != "convene"])
def test_nothing_takes_effect_after_the_close(word: str) -> None:
    story = Story()
    story.say(HOUSE, "close")
    before = story.state
    assert effect_of(story, HOUSE if word in OF_THE_HOUSE else "CR", word) == "WF had closed the matter."
    assert story.state == before


def test_phases() -> None:
    story = Story(opens="2026-11-25")
    assert standing.phase({}, "2026-11-24") == "none"
    assert [standing.phase(story.state, day) for day in ("2026-11-24", "2026-11-25")] == ["to-open", "open"]
    story = Story()
    story.open(story.draft())
    assert standing.phase(story.state, "2026-11-24") == "voting"


# -- bodies ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "change"),
    [
        ("convene", {"opens": "2026-02-30"}),
        ("convene", {"closes": "2026-11-23"}),
        ("convene", {"majority": "most"}),
        ("convene", {"languages": []}),
        ("convene", {"about": "no dossier"}),
        ("member", {"node": "crimson"}),
        ("member", {"credentials": "x" * 65_537}),
        ("agenda", {"items": []}),
        ("agenda", {"items": [{"number": "1", "title": "A"}, {"number": "1", "title": "B"}]}),
        ("agenda", {"items": [{"number": "first", "title": "A"}]}),
        ("give-symbol", {"symbol": "wf/1"}),
        ("give-symbol", {"symbol": "WF"}),
        ("give-symbol", {"symbol": "WF/1 2"}),
        ("give-symbol", {"symbol": "WF/" + "1" * 60}),
        ("silence", {"until": "2026-11-24T24:00:00Z"}),
        ("silence", {"until": "2026-02-30T10:00:00Z"}),
        ("open-vote", {"majority": "most"}),
        ("open-vote", {"closes": "tomorrow"}),
        ("close-vote", {"yes": -1}),
        ("close-vote", {"votes": ["x"]}),
        ("vote", {"choice": "perhaps"}),
        ("explain", {"when": "during"}),
        ("draft", {"operative": []}),
        ("draft", {"operative": [""]}),
        ("draft", {"operative": ["x"] * 201}),
        ("amend", {"changes": []}),
        ("amend", {"changes": [{"paragraph": "OP1", "action": "delete", "text": "x"}]}),
        ("amend", {"changes": [{"paragraph": "OP1", "action": "replace"}]}),
        ("amend", {"changes": [{"paragraph": "OP0", "action": "replace", "text": "x"}]}),
        ("amend", {"changes": [{"paragraph": "OP01", "action": "delete"}]}),
        ("amend", {"changes": [{"paragraph": "X1", "action": "delete"}]}),
        ("amend", {"changes": [{"paragraph": "OP1", "action": "delete"}, *[{"paragraph": "OP1", "action": "delete"}]]}),
    ],
)
def test_unlawful_bodies(word: str, change: dict[str, Any]) -> None:
    body = {**lawful(word), **change}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(body, BODIES[f"forum.{word}"])
    story = Story()
    story.say(HOUSE, word, **change)
    assert story.fate().startswith("Its content is not lawful for its type: ")


@pytest.mark.parametrize("word", WORDS)
def test_lawful_bodies(word: str) -> None:
    msgspec.convert(lawful(word), BODIES[f"forum.{word}"])


# -- what members cannot undo ------------------------------------------------------------------------------------------


@cache
def _decided() -> tuple[Story, str, str]:
    story = Story()
    silence = story.silence(story.document("WF/1/2"))
    story.say(HOUSE, "end-silence", silence=silence, issued=LATER)
    draft = story.draft()
    story.decide(story.amend(draft))
    vote = story.decide(draft)
    story.say(HOUSE, "adopt", text=draft, sha256=story.state[f"draft:{draft}"]["sha256"], issued=LATER)
    assert story.fate() == ""
    return story, vote, draft


def decided() -> tuple[Story, str, str]:
    """A document carried by silence, and a draft with a carried amendment, adopted; the vote, and the draft."""
    story, vote, draft = _decided()
    again = copy(story)
    again.acts = list(story.acts)
    return again, vote, draft


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_no_act_of_members_however_dated_changes_what_was_decided(data: st.DataObject) -> None:
    """A member dates acts back, votes twice, revises afterwards: result, text and adoption stay what they were."""
    story, vote, draft = decided()
    before = story.state
    ids = [act.id for act in story.acts]
    for number in range(data.draw(st.integers(1, 8))):
        word = data.draw(st.sampled_from((*OF_MEMBERS, "vote", "vote", "revise", "amend", "object")))
        body = lawful(word)
        for name in ("draft", "version"):
            if name in body:
                body[name] = draft
        for name in ("vote", "silence", "proposal", "amendment"):
            if name in body:
                body[name] = data.draw(st.sampled_from([vote, draft, *ids]))
        if word == "object":
            body["silence"] = next(act.id for act in story.acts if act.type == "forum.silence")
        if word == "vote":
            body |= {"vote": data.draw(st.sampled_from([vote, vote, body["vote"]])), "choice": "no"}
        author = data.draw(st.sampled_from(ROLL))
        refs = {*named_in(body), *data.draw(st.sets(st.sampled_from(ids), max_size=2))}
        story.say(
            author,
            word,
            **body,
            refs=tuple(refs),
            nonce=f"{number:032x}",
            issued=MORNING + timedelta(minutes=data.draw(st.integers(-60, 700))),
        )
    after, effects = story.folded
    for key, value in before.items():
        if key.startswith(("result:", "outcome:")):
            assert {**after[key], "missing": []} == {**value, "missing": []}
        elif key.startswith(("adopted:", "text:", "vote:", "symbol:", "draft:", "document:", "amendment:")):
            assert after[key] == value
    assert all(effects[act.id].effective for act in story.acts[: len(ids)] if act.author == HOUSE)


# -- every set of acts -------------------------------------------------------------------------------------------------


@cache
def bases() -> list[list[Act]]:
    """What sets begin with: a session with an agenda; with texts; with a vote open; under silence; decided."""
    bare, texts, voting, silent = Story(), Story(), Story(), Story()
    for story in (texts, voting):
        draft = story.draft()
        amendment = story.amend(draft)
        story.amend(draft, "VD", "WF/1/L.8")
        story.say("LZ", "sponsor", draft=draft)
        story.say("CR", "revise", draft=draft)
        story.say("CR", "accept-amendment", amendment=amendment)
    story = voting
    vote = story.open(amendment)
    story.cast(vote, CR="yes", LZ="no", AB="yes")
    draft = silent.draft()
    silent.silence(silent.document())
    silence = silent.silence(draft)
    silent.say("LZ", "object", silence=silence)
    told, _vote, _draft = decided()
    return [story.acts for story in (bare, texts, texts, voting, voting, silent, told)]


_FITTING = {
    "draft": ("draft",),
    "version": ("draft", "give-symbol"),
    "amendment": ("amend",),
    "silence": ("silence",),
    "vote": ("open-vote",),
    "proposal": ("draft", "amend"),
    "text": ("draft", "document", "amend", "revise", "accept-amendment"),
}
OFTEN = (
    *WORDS, *("draft", "give-symbol", "amend", "vote", "close-vote", "open-vote") * 2, *("vote", "give-symbol") * 2,
)  # fmt: skip
CLOCK = st.sampled_from([*range(12, 30, 3), 590, 700, 700, 700])


def _hash_of(acts: list[Act], identifier: str) -> str:
    state, _ = fold(lawful_rule, acts)
    found = (state.get(f"{prefix}:{identifier}") for prefix in ("draft", "document", "amendment"))
    return next((entry["sha256"] for entry in found if entry), MISSING)


@st.composite
def act_sets(draw: st.DrawFn) -> list[Act]:
    """Acts of all types by the organisation, members and others, about acts that are there or not, some unlawful."""
    found = list(draw(st.sampled_from(bases())))
    if not draw(st.integers(0, 9)):
        found.pop(draw(st.integers(0, len(found) - 1)))  # one that has not arrived
    base = len(found)
    for number in range(draw(st.integers(1, 14))):
        word = draw(st.sampled_from(OFTEN)) if draw(st.integers(0, 30)) else "close"
        own = HOUSE if word in (*OF_THE_HOUSE, "convene") else draw(st.sampled_from(ROLL))
        author = own if draw(st.integers(0, 11)) else draw(st.sampled_from([HOUSE, *PARTIES, "ZZ"]))
        body = dict(lawful(word))
        for name, words in _FITTING.items():
            if word != "convene" and isinstance(body.get(name), str) and len(body[name]) == 64:
                fit = [act.id for act in found if act.type.partition(".")[2] in words]
                body[name] = draw(st.sampled_from([*fit[-6:], *fit[-3:] * 3, MISSING]))
        if "version" in body and draw(st.integers(0, 3)):
            body["version"] = body["draft"]
        if "sha256" in body and draw(st.integers(0, 9)):
            body["sha256"] = _hash_of(found, body.get("proposal", body.get("text", "")))
        if "symbol" in body:
            body["symbol"] = f"WF/1/L.{draw(st.integers(1, 9))}"
        if word == "vote":
            body["choice"] = draw(st.sampled_from(["yes", "yes", "no", "abstain"]))
        elif word == "close-vote":
            cast = [act for act in found if act.type == "forum.vote" and act.body.get("vote") == body["vote"]]
            one = {act.author: act for act in cast}
            listed = [one[node] for node in ("CR", "LZ", "VD", "AB") if node in one and draw(st.integers(0, 5))]
            body["votes"] = [act.id for act in listed]
            for choice in ("yes", "no", "abstain"):
                body[choice] = sum(act.body.get("choice") == choice for act in listed) + (draw(st.integers(0, 9)) == 9)
        elif word == "end-silence":
            body["objections"] = [
                act.id for act in found if act.type == "forum.object" and act.body.get("silence") == body["silence"]
            ]
        elif word == "member":
            node = draw(st.sampled_from(PARTIES))
            chain = draw(st.sampled_from([credentials(node), rotated(node), credentials("CR")]))
            body |= {"node": node, "credentials": chain.to_bytes().decode(), "voting": draw(st.booleans())}
        elif word == "explain":
            body["when"] = draw(st.sampled_from(["before", "after"]))
        elif word == "amend":
            body["changes"] = draw(
                st.sampled_from(
                    [
                        CHANGES,
                        [{"paragraph": "OP2", "action": "delete"}],
                        [{"paragraph": "PP0", "action": "add", "text": "Noting,"}],
                        [{"paragraph": "OP2.1", "action": "delete"}],
                        [{"paragraph": "OP2", "action": "add", "text": "Further"}],
                    ]
                )
            )
        oddity = draw(st.sampled_from([""] * 24 + ["unlawful", "unknown type", "misaddressed"]))
        refs = draw(st.sets(st.sampled_from([*[act.id for act in found[-8:]], MISSING]), max_size=2))
        if draw(st.integers(0, 14)):
            refs |= named_in(body)
        if found and draw(st.integers(0, 3)):
            refs.add(found[-1].id)
        found.append(
            make_act(
                type=f"forum.{'later-version' if oddity == 'unknown type' else word}",
                author=author,
                audience=PARTIES if oddity == "misaddressed" else tuple({HOUSE, *PARTIES} - {author}),
                matter=SESSION,
                refs=refs,
                issued=MORNING + timedelta(minutes=base + number if draw(st.integers(0, 2)) else draw(CLOCK)),
                nonce=NONCE if word == "convene" else f"{number:032x}",
                body={"nonsense": 1} if oddity == "unlawful" else body,
            )
        )
    return found


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(data: st.DataObject) -> None:
    found = data.draw(act_sets())
    expected = fold(lawful_rule, found)
    arrived = [*data.draw(st.permutations(found)), *data.draw(st.lists(st.sampled_from(found), max_size=5))]
    assert fold(lawful_rule, arrived) == expected


@settings(max_examples=150, deadline=None)
@given(found=act_sets())
def test_rules_change_no_act_and_keep_plain_json(found: list[Act]) -> None:
    before = [(act.id, deepcopy(act.body)) for act in found]
    state, effects = fold(lawful_rule, found)
    assert [(act.id, act.body) for act in found] == before
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    for effect in effects.values():
        assert all(isinstance(value, str) for value in effect.about)
        assert "%s" not in effect.sentence()
    assert isinstance(title(state), str)
    standing.members(state)
    standing.documents(state)
    standing.drafts(state)
    standing.silences(state)
    for vote in standing.votes(state):
        standing.board(state, vote)


@settings(max_examples=150, deadline=None)
@given(found=act_sets())
def test_an_act_without_effect_leaves_the_state_as_it_was(found: list[Act]) -> None:
    """But for a member's second vote, which stays as a ballot that the organisation may have received first."""
    state: dict[str, Any] = {}
    for act in ordered(found):
        before = deepcopy(state)
        effect = lawful_rule(state, act)
        if not effect.effective:
            state.pop(f"ballot:{act.id}", None)
            assert state == before
        elif f"cast:{act.body.get('vote')}:{act.author}" in state:
            assert state[f"ballot:{act.id}"]["by"] == act.author


@settings(max_examples=60, deadline=None)
@given(found=act_sets())
def test_a_node_judges_as_who_verifies_without_one(found: list[Act]) -> None:
    """`verify.py` applies the rules without Django: to the same state, and with effect for the same acts."""
    state, effects = fold(apply_rule, found)
    own, told = fold(lawful_rule, found)
    assert own == state
    assert {item: effect.effective for item, effect in told.items()} == {
        item: effect.effective for item, effect in effects.items()
    }


@settings(max_examples=150, deadline=None)
@given(found=act_sets())
def test_every_result_is_what_the_signed_votes_say(found: list[Act]) -> None:
    by_id = {act.id: act for act in found}
    state, effects = fold(lawful_rule, found)
    for key, result in state.items():
        if not key.startswith("result:"):
            continue
        vote = key.partition(":")[2]
        choices = [by_id[row["ballot"]].body["choice"] for row in result["counted"]]
        assert [choices.count(word) for word in ("yes", "no", "abstain")] == [
            result[word] for word in ("yes", "no", "abstain")
        ]
        assert all(by_id[row["ballot"]].body["vote"] == vote for row in result["counted"])
        assert len({by_id[row["ballot"]].author for row in result["counted"]}) == len(result["counted"])
        assert effects[result["act"]].effective
    for key in state:
        if key.startswith("adopted:"):
            entry = state.get(f"draft:{key[8:]}") or state[f"document:{key[8:]}"]
            decision = by_id[entry["decision"]]
            assert decision.type in ("forum.close-vote", "forum.end-silence")


def test_the_kind_has_the_acts_that_its_folder_tells_of() -> None:
    told = {line.split()[0] for line in (acts.__doc__ or "").splitlines() if line.startswith("forum.")}
    known = kind_of("forum")
    assert known is not None
    assert told == set(BODIES) == {item.name for item in known.types}
    assert {item.name: item.body for item in known.types} == BODIES
    assert len(NAMES) == len(PARTIES)
