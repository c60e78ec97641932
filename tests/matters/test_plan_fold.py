"""The rules of effect of a cooperation plan: versions, links, what is done."""

from typing import Any

import msgspec
import pytest

from tests.matters.small import ITEMS, MATTER, OTHER_ITEMS, OTHER_MATTER, PLAN, THIRD_MATTER, Story
from verbale.matters.plan import acts as bodies
from verbale.matters.plan.acts import items_hash


def agreed() -> Story:
    story = Story(PLAN)
    agree(story, "LZ", story.opening)
    assert story.state["force"] == story.opening
    return story


def agree(story: Story, author: str, version: str, items: list = ITEMS) -> str:
    return story.say(author, "agree", version=version, sha256=items_hash(items))


def test_a_plan_is_in_force_when_all_agree_to_it() -> None:
    story = Story(PLAN, "CR", "LZ", "VD")
    assert ("force" in story.state, story.state["tally"]) == (False, 1)
    agree(story, "LZ", story.opening)
    assert "force" not in story.state
    agree(story, "VD", story.opening)
    assert story.state["force"] == story.opening


def test_one_agrees_once_and_to_the_items_that_one_has_read() -> None:
    story = Story(PLAN)
    agree(story, "LZ", story.opening, OTHER_ITEMS)
    assert story.fate() == "The hash is not that of the items of this version."
    agree(story, "CR", story.opening)
    assert story.fate() == "CR had already agreed to this version."


def test_an_amendment_is_in_force_when_all_agree_to_it_and_until_then_the_earlier_version() -> None:
    story = agreed()
    second = story.say("LZ", "amend", version=story.opening)
    assert (story.state["latest"], story.state["force"]) == (second, story.opening)
    agree(story, "CR", story.opening)
    assert story.fate() == "A later version of the plan lies on the table."
    agree(story, "CR", second, OTHER_ITEMS)
    assert story.state["force"] == second
    assert story.state[f"version:{second}"]["number"] == 2


def test_amendments_without_effect() -> None:
    story = Story(PLAN)
    story.say("LZ", "amend", version=story.opening, items=ITEMS)
    assert story.fate() == "It changes nothing: the items are those of the version which it amends."
    story.say("LZ", "amend", version=story.opening, items=[{**ITEMS[0], "owner": "VD"}])
    assert story.fate() == "It gives an item to VD, which is not a party to the plan."
    story.say("LZ", "amend", version=story.opening)
    story.say("CR", "amend", version=story.opening, items=ITEMS[:1])
    assert story.fate() == "A later version of the plan lies on the table."


def test_a_plan_gives_items_to_parties_only() -> None:
    story = Story(PLAN, items=[{**ITEMS[0], "owner": "VD"}])
    assert story.fate() == "It gives an item to VD, which is not a party to the plan."
    assert story.state == {}


def test_items_are_linked_to_matters_and_the_link_is_taken_back() -> None:
    story = agreed()
    link = story.say("LZ", "link", version=story.opening)
    assert story.state[f"link:{link}"]["matter"] == OTHER_MATTER
    story.say("CR", "link", version=story.opening)
    assert story.fate() == "The item is linked to this matter already."
    story.say("CR", "link", version=story.opening, matter=MATTER)
    assert story.fate() == "It links the plan to itself."
    story.say("CR", "link", version=story.opening, item="nothing")
    assert story.fate() == "That version of the plan has no item nothing."
    story.say("CR", "link", version=story.opening, matter=THIRD_MATTER)
    story.say("CR", "unlink", link=link)
    state = story.state
    assert [name for name in state if name.startswith("linked:")] == [f"linked:1:{THIRD_MATTER}"]
    story.say("CR", "unlink", link=link)
    assert story.fate() == "The act that it is about has not arrived, or is without effect."
    story.say("CR", "link", version=story.opening)
    assert story.fate() == ""


def test_a_superseded_version_takes_no_links() -> None:
    story = Story(PLAN)
    second = story.say("LZ", "amend", version=story.opening)
    story.say("CR", "link", version=story.opening)
    assert story.fate() == "That version of the plan is neither the latest nor in force."
    story.say("CR", "link", version=second)
    assert story.fate() == ""


def test_only_its_owner_says_that_an_item_in_force_is_done() -> None:
    story = Story(PLAN)
    story.say("CR", "done", version=story.opening)
    assert story.fate() == "That version of the plan is not in force: not all parties agree to it."
    agree(story, "LZ", story.opening)
    story.say("LZ", "done", version=story.opening)
    assert story.fate() == "The item is CR's: only its owner says that it is done."
    story.say("CR", "done", version=story.opening, item="nothing")
    assert story.fate() == "That version of the plan has no item nothing."
    story.say("CR", "done", version=story.opening)
    assert story.state["done:1"]["text"] == "It rings."
    story.say("CR", "done", version=story.opening)
    assert story.fate() == "CR had already said that the item is done."


def test_what_was_done_of_an_item_that_changes_no_longer_counts() -> None:
    story = agreed()
    story.say("CR", "done", version=story.opening)
    story.say("LZ", "done", version=story.opening, item="drill")
    second = story.say("LZ", "amend", version=story.opening)
    # Not before the change is in force.
    assert "done:drill" in story.state
    agree(story, "CR", second, OTHER_ITEMS)
    assert ("done:1" in story.state, "done:drill" in story.state) == (True, False)
    third = story.say("LZ", "amend", version=second, items=OTHER_ITEMS[1:])
    agree(story, "CR", third, OTHER_ITEMS[1:])
    assert "done:1" not in story.state


@pytest.mark.parametrize(
    ("body", "word", "change"),
    [
        (bodies.Plan, "lay", {"items": []}),
        (bodies.Plan, "lay", {"items": [ITEMS[0], ITEMS[0]]}),
        (bodies.Plan, "lay", {"items": [{**ITEMS[0], "key": str(number)} for number in range(101)]}),
        (bodies.Plan, "lay", {"items": [{**ITEMS[0], "what": "party"}]}),
        (bodies.Plan, "lay", {"items": [{**ITEMS[0], "deadline": "2026-02-30"}]}),
        (bodies.Plan, "lay", {"items": [{**ITEMS[0], "key": "a:b"}]}),
        (bodies.Plan, "lay", {"items": [{"key": "1"}]}),
        (bodies.Amendment, "amend", {"items": [ITEMS[0], ITEMS[0]]}),
        (bodies.Agreement, "agree", {"sha256": ""}),
        (bodies.Link, "link", {"matter": "x"}),
        (bodies.Unlink, "unlink", {"link": "x"}),
        (bodies.Done, "done", {"item": ""}),
        (bodies.Closing, "close", {"text": 1}),
    ],
)
def test_unlawful_bodies(body: type, word: str, change: dict[str, Any]) -> None:
    msgspec.convert(PLAN.lawful[word], body)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**PLAN.lawful[word], **change}, body)
