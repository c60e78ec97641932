"""The rules of effect of an intelligence collection: who takes part, markings, withdrawals, sightings."""

from typing import Any

import msgspec
import pytest

from tests.matters.small import COLLECTION, Story
from verbale.matters.collection import acts as bodies
from verbale.protocol import Marking

FILE = {"sha256": "0" * 64, "name": "report.json", "media_type": "application/json", "size": 10}


def joined(**opening: Any) -> Story:
    story = Story(COLLECTION, "CR", "LZ", "VD", **opening)
    story.say("LZ", "join", text="Gladly.")
    assert story.fate() == ""
    return story


def test_who_opens_takes_part_and_others_join_once() -> None:
    story = joined()
    assert [name for name in story.state if name.startswith("member:")] == ["member:CR", "member:LZ"]
    for author in ("CR", "LZ"):
        story.say(author, "join")
        assert story.fate() == f"{author} takes part already."


@pytest.mark.parametrize("word", ["contribute", "sighting"])
def test_only_who_takes_part_contributes_and_reports_sightings(word: str) -> None:
    story = joined()
    given = story.say("CR", "contribute")
    story.say("VD", word, **({"contribution": given} if word == "sighting" else {}))
    assert story.fate() == "VD has not joined the collection."


@pytest.mark.parametrize(
    ("ceiling", "marking", "reason"),
    [
        ("AMBER", Marking.AMBER, ""),
        ("AMBER", Marking.CLEAR, ""),
        ("RED", Marking.RED, ""),
        (None, Marking.AMBER, ""),
        ("AMBER", Marking.AMBER_STRICT,
         "It is marked TLP:AMBER+STRICT, above the highest marking of the collection, TLP:AMBER."),
        ("GREEN", Marking.AMBER, "It is marked TLP:AMBER, above the highest marking of the collection, TLP:GREEN."),
        (None, Marking.RED, "It is marked TLP:RED, above the highest marking of the collection, TLP:AMBER."),
    ],
)  # fmt: skip
def test_no_contribution_is_marked_above_the_ceiling(ceiling: str | None, marking: Marking, reason: str) -> None:
    story = joined(ceiling=ceiling, marking=Marking.CLEAR)
    story.say("LZ", "contribute", marking=marking)
    assert (story.fate(), story.state["contributions"]) == (reason, 0 if reason else 1)


def test_a_collection_is_not_itself_marked_above_its_ceiling() -> None:
    story = Story(COLLECTION, ceiling="GREEN", marking=Marking.AMBER)
    assert story.fate() == "It is marked TLP:AMBER, above the highest marking of the collection, TLP:GREEN."
    assert story.state == {}


def test_a_withdrawal_counts_whatever_its_marking() -> None:
    story = joined()
    given = story.say("LZ", "contribute")
    story.say("LZ", "withdraw", contribution=given, marking=Marking.RED)
    assert story.fate() == ""


def test_a_contribution_is_counted_with_its_files_and_objects() -> None:
    story = joined()
    given = story.say("LZ", "contribute", attachments=[FILE])
    entry = story.state[f"contribution:{given}"]
    assert (entry["files"], entry["objects"], entry["marking"]) == (1, [{"type": "file", "count": 2}], "AMBER")


def test_only_its_author_withdraws_a_contribution_once_and_after_the_close_too() -> None:
    story = joined()
    given, other = story.say("LZ", "contribute"), story.say("LZ", "contribute", title="More")
    story.say("CR", "withdraw", contribution=given)
    assert story.fate() == "It is LZ's contribution: only its author withdraws it."
    story.say("LZ", "withdraw", contribution=given)
    assert (story.state[f"withdrawn:{given}"]["reason"], story.state["contributions"]) == ("A false positive.", 1)
    story.say("LZ", "withdraw", contribution=given)
    assert story.fate() == "The contribution had already been withdrawn."
    story.say("CR", "sighting", contribution=given)
    assert story.fate() == "The contribution had been withdrawn."
    story.say("CR", "close")
    story.say("LZ", "withdraw", contribution=other)
    assert (story.fate(), story.state["contributions"]) == ("", 0)


def test_sightings_add_up() -> None:
    story = joined()
    given = story.say("CR", "contribute")
    story.say("LZ", "sighting", contribution=given, count=3, day="2026-11-20")
    story.say("CR", "sighting", contribution=given, count=2, day="2026-11-18")
    assert story.state[f"seen:{given}"] == {"times": 5, "reports": 2, "first": "2026-11-18", "last": "2026-11-20"}


def test_only_who_opened_it_closes_it() -> None:
    story = joined()
    story.say("LZ", "close")
    assert story.fate() == "Only CR, which opened the collection, closes it."
    story.say("CR", "close")
    assert story.fate() == ""


@pytest.mark.parametrize(
    ("body", "word", "change"),
    [
        (bodies.Collection, "open", {"ceiling": "PINK"}),
        (bodies.Collection, "open", {"wanted": []}),
        (bodies.Collection, "open", {"purpose": ""}),
        (bodies.Contribution, "contribute", {"text": " "}),
        (bodies.Contribution, "contribute", {"attachments": [FILE] * 51}),
        (bodies.Contribution, "contribute", {"objects": [{"type": "file", "count": 0}]}),
        (bodies.Withdrawal, "withdraw", {"reason": ""}),
        (bodies.Sighting, "sighting", {"count": 0}),
        (bodies.Sighting, "sighting", {"day": "2026-02-30"}),
        (bodies.Joining, "join", {"text": 1}),
        (bodies.Closing, "close", {"text": 1}),
    ],
)
def test_unlawful_bodies(body: type, word: str, change: dict[str, Any]) -> None:
    msgspec.convert(COLLECTION.lawful[word], body)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**COLLECTION.lawful[word], **change}, body)
