"""The rules of effect of a norm proposal: versions, agreement, objections, sponsors."""

from typing import Any

import msgspec
import pytest

from tests.matters.small import MISSING, NORM, OTHER_TEXT, TEXT, Story
from verbale.matters.norm import acts as bodies
from verbale.matters.norm.acts import text_hash


def three() -> Story:
    return Story(NORM, "CR", "LZ", "VD")


def agree(story: Story, author: str, version: str, text: list[str] = TEXT) -> str:
    return story.say(author, "agree", version=version, sha256=text_hash(text))


def test_the_proposal_is_version_one_of_its_first_sponsor_who_agrees_to_it() -> None:
    story = Story(NORM)
    state = story.state
    assert state["latest"] == story.opening
    version = state[f"version:{story.opening}"]
    assert (version["number"], version["paragraphs"], version["sha256"]) == (1, TEXT, text_hash(TEXT))
    assert (state["sponsors"], state["tally"], "sponsor:CR" in state) == (1, 1, True)
    assert state["opening"]["builds_on"][0]["source"] == "A/70/174 para. 13 (h)"


def test_it_is_adopted_when_all_agree_to_the_latest_version() -> None:
    story = three()
    agree(story, "LZ", story.opening)
    assert "adopted" not in story.state
    last = agree(story, "VD", story.opening)
    state = story.state
    assert (state["adopted"]["version"], state["adopted"]["act"]) == (story.opening, last)
    assert state["closed"]["by"] == "VD"
    for word in NORM.later:
        story.say("CR", word, version=story.opening) if word in NORM.names else story.say("CR", word)
        assert story.fate() == "The text had been adopted."


def test_agreement_to_an_earlier_version_does_not_carry_over() -> None:
    story = three()
    agree(story, "LZ", story.opening)
    second = story.say("CR", "revise", version=story.opening)
    assert story.state["tally"] == 1
    agree(story, "VD", story.opening)
    assert story.fate() == "A later version of the text lies on the table."
    agree(story, "VD", second, OTHER_TEXT)
    assert "adopted" not in story.state
    agree(story, "LZ", second, OTHER_TEXT)
    assert story.state["adopted"]["sha256"] == text_hash(OTHER_TEXT)


def test_one_agrees_once_and_to_the_text_that_one_has_read() -> None:
    story = three()
    agree(story, "LZ", story.opening, OTHER_TEXT)
    assert story.fate() == "The hash is not that of the text of this version."
    agree(story, "CR", story.opening)
    assert story.fate() == "CR had already agreed to this version."


def test_only_sponsors_revise_and_only_the_latest_version() -> None:
    story = three()
    story.say("LZ", "revise", version=story.opening)
    assert story.fate() == "LZ is not a sponsor: only sponsors revise the text."
    story.say("LZ", "sponsor")
    story.say("CR", "revise", version=story.opening, paragraphs=TEXT)
    assert story.fate() == "It changes nothing: the text is that of the version which it revises."
    second = story.say("CR", "revise", version=story.opening)
    story.say("LZ", "revise", version=story.opening, paragraphs=TEXT[:1])
    assert story.fate() == "A later version of the text lies on the table."
    third = story.say("LZ", "revise", version=second, paragraphs=TEXT)
    assert (story.state["latest"], story.state[f"version:{third}"]["number"]) == (third, 3)
    assert story.state[f"version:{third}"]["revises"] == second


def test_an_objection_takes_agreement_back_and_agreement_the_objection() -> None:
    story = three()
    agree(story, "LZ", story.opening)
    story.say("LZ", "object", version=story.opening)
    state = story.state
    assert (state["tally"], state["objection:LZ"]["reason"]) == (1, "Too soon.")
    assert f"agreed:{story.opening}:LZ" not in state
    story.say("LZ", "object", version=story.opening)
    assert story.fate() == "LZ had already objected to this version."
    second = story.say("CR", "revise", version=story.opening)
    # It stands until its author agrees to a version.
    assert story.state["objection:LZ"]["version"] == story.opening
    story.say("LZ", "object", version=story.opening)
    assert story.fate() == "A later version of the text lies on the table."
    story.say("LZ", "object", version=second, reason="Still too soon.")
    assert story.state["objection:LZ"]["version"] == second
    agree(story, "LZ", second, OTHER_TEXT)
    assert ("objection:LZ" in story.state, story.state["tally"]) == (False, 2)


def test_a_sponsor_does_not_object_and_who_objects_does_not_sponsor() -> None:
    story = three()
    story.say("CR", "object", version=story.opening)
    assert story.fate() == "CR is a sponsor: it withdraws its sponsorship before it objects."
    story.say("LZ", "object", version=story.opening)
    story.say("LZ", "sponsor")
    assert story.fate() == "LZ objects to the text: it agrees to it before it sponsors it."
    agree(story, "LZ", story.opening)
    story.say("LZ", "sponsor")
    story.say("CR", "withdraw-sponsor")
    story.say("CR", "object", version=story.opening)
    assert (story.fate(), story.state["sponsors"], story.state["tally"]) == ("", 1, 1)


def test_sponsors_come_and_go_and_the_last_one_withdraws_the_proposal() -> None:
    story = three()
    story.say("CR", "sponsor")
    assert story.fate() == "CR is a sponsor already."
    story.say("LZ", "withdraw-sponsor")
    assert story.fate() == "LZ is not a sponsor."
    story.say("CR", "withdraw-sponsor")
    assert story.fate() == "CR is the last sponsor: it can only withdraw the proposal."
    story.say("LZ", "withdraw")
    assert story.fate() == "LZ is not a sponsor: only the last sponsor withdraws the proposal."
    story.say("LZ", "sponsor", text="Gladly.")
    story.say("CR", "withdraw")
    assert story.fate() == "There are other sponsors: CR can only withdraw its own sponsorship."
    story.say("CR", "withdraw-sponsor")
    assert (story.state["sponsors"], "sponsor:CR" in story.state) == (1, False)
    story.say("LZ", "withdraw", text="Another time.")
    before = story.state
    assert before["closed"]["text"] == "Another time."
    for word in NORM.later:
        story.say("CR", word, version=story.opening) if word in NORM.names else story.say("CR", word)
        assert story.fate() == "LZ had withdrawn the proposal."
    assert story.state == before


def test_a_comment_is_on_a_paragraph_of_any_version_or_on_the_whole() -> None:
    story = Story(NORM)
    second = story.say("CR", "revise", version=story.opening, paragraphs=TEXT[:1])
    story.say("LZ", "comment", version=second, paragraph=2)
    assert story.fate() == "That version has no paragraph 2."
    on_the_first = story.say("LZ", "comment", version=story.opening, paragraph=2)
    whole = story.say("LZ", "comment", version=second, paragraph=None)
    assert story.state[f"comment:{on_the_first}"]["paragraph"] == 2
    assert story.state[f"comment:{whole}"]["paragraph"] is None


@pytest.mark.parametrize(
    ("body", "word", "change"),
    [
        (bodies.Proposal, "propose", {"paragraphs": []}),
        (bodies.Proposal, "propose", {"paragraphs": [" "]}),
        (bodies.Proposal, "propose", {"paragraphs": ["x"] * 201}),
        (bodies.Proposal, "propose", {"title": ""}),
        (bodies.Proposal, "propose", {"builds_on": [{"title": "No source"}]}),
        (bodies.Proposal, "propose", {"about": "no dossier"}),
        (bodies.Comment, "comment", {"paragraph": 0}),
        (bodies.Comment, "comment", {"text": ""}),
        (bodies.Comment, "comment", {"version": "x"}),
        (bodies.Agreement, "agree", {"sha256": MISSING[1:]}),
        (bodies.Objection, "object", {"reason": ""}),
        (bodies.Revision, "revise", {"paragraphs": None}),
    ],
)
def test_unlawful_bodies(body: type, word: str, change: dict[str, Any]) -> None:
    msgspec.convert(NORM.lawful[word], body)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**NORM.lawful[word], **change}, body)
