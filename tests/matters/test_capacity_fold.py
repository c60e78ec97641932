"""The rules of effect of capacity building: who offers, who decides, who reports."""

from typing import Any

import msgspec
import pytest

from tests.matters.small import CAPACITY, Story
from verbale.matters.capacity import acts as bodies


def offered(*parties: str) -> tuple[Story, str]:
    story = Story(CAPACITY, *parties)
    return story, story.say("LZ", "offer")


def test_an_offer_is_taken_and_reported_on_by_both_sides() -> None:
    story, offer = offered()
    story.say("CR", "match", offer=offer)
    assert story.state[f"decided:{offer}"]["word"] == "match"
    story.say("LZ", "report", offer=offer, trained=10)
    story.say("CR", "report", offer=offer, trained=8)
    story.say("CR", "report", offer=offer, trained=9)
    state = story.state
    assert [state[f"report:{offer}:{node}"]["trained"] for node in ("LZ", "CR")] == [10, 9]


def test_the_needing_state_does_not_offer() -> None:
    story = Story(CAPACITY)
    story.say("CR", "offer")
    assert story.fate() == "CR has the need: it does not offer to itself."


@pytest.mark.parametrize("word", ["match", "decline"])
def test_only_the_needing_state_decides_and_only_once(word: str) -> None:
    story, offer = offered("CR", "LZ", "VD")
    for author in ("LZ", "VD"):
        story.say(author, word, offer=offer)
        assert story.fate() == "Only CR, which has the need, takes or declines an offer."
    story.say("CR", word, offer=offer)
    for again in ("match", "decline"):
        story.say("CR", again, offer=offer)
        assert story.fate() == f"The offer had already been {'taken' if word == 'match' else 'declined'}."


def test_several_offers_can_be_taken() -> None:
    story, offer = offered("CR", "LZ", "VD")
    other = story.say("VD", "offer", amount=None, currency=None)
    assert story.state[f"offer:{other}"]["amount"] is None
    story.say("CR", "match", offer=offer)
    story.say("CR", "match", offer=other)
    assert story.fate() == ""


def test_reports_that_have_no_effect() -> None:
    story, offer = offered("CR", "LZ", "VD")
    story.say("LZ", "report", offer=offer)
    assert story.fate() == "The offer has not been taken: there is nothing to report on."
    story.say("VD", "report", offer=offer)
    assert story.fate() == "Only LZ and CR report on this offer."
    story.say("CR", "decline", offer=offer)
    story.say("CR", "report", offer=offer)
    assert story.fate() == "The offer has not been taken: there is nothing to report on."


def test_only_the_needing_state_closes_and_reports_outlive_it() -> None:
    story, offer = offered()
    story.say("LZ", "close")
    assert story.fate() == "Only CR, which has the need, closes the matter."
    story.say("CR", "match", offer=offer)
    story.say("CR", "close")
    story.say("LZ", "report", offer=offer, held=False, trained=0)
    assert (story.fate(), story.state[f"report:{offer}:LZ"]["held"]) == ("", False)


@pytest.mark.parametrize(
    ("body", "word", "change"),
    [
        (bodies.Need, "need", {"topic": "cooking"}),
        (bodies.Need, "need", {"people": 0}),
        (bodies.Need, "need", {"deadline": "2026-02-30"}),
        (bodies.Need, "need", {"text": ""}),
        (bodies.Offer, "offer", {"last": "2027-02-28"}),
        (bodies.Offer, "offer", {"currency": None}),
        (bodies.Offer, "offer", {"amount": None}),
        (bodies.Offer, "offer", {"currency": "Euro"}),
        (bodies.Offer, "offer", {"places": 0}),
        (bodies.Match, "match", {"offer": "x"}),
        (bodies.Declination, "decline", {"reason": ""}),
        (bodies.Report, "report", {"held": False}),
        (bodies.Report, "report", {"trained": -1}),
        (bodies.Closing, "close", {"text": 1}),
    ],
)
def test_unlawful_bodies(body: type, word: str, change: dict[str, Any]) -> None:
    msgspec.convert(CAPACITY.lawful[word], body)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**CAPACITY.lawful[word], **change}, body)
