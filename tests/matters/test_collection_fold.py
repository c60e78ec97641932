"""The rules of effect of an intelligence collection: who takes part, markings, withdrawals, sightings."""

from typing import Any

import msgspec
import pytest

from tests.matters.small import COLLECTION, STIX_IDS, Story
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


@pytest.mark.parametrize("word", ["contribute", "sighting", "feedback"])
def test_only_who_takes_part_contributes_reports_sightings_and_gives_feedback(word: str) -> None:
    story = joined()
    given = story.say("CR", "contribute")
    story.say("VD", word, **({"contribution": given} if word != "contribute" else {}))
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


def verdicts(story: Story) -> dict[str, str]:
    """What stands: by `LZ:` for the whole, by `LZ:<object>` for an object."""
    return {
        name.split(":", 2)[2]: value["verdict"] for name, value in story.state.items() if name.startswith("verdict:")
    }


def test_feedback_is_of_the_whole_or_of_single_objects_and_the_latest_stands() -> None:
    story = joined()
    story.say("VD", "join")
    given = story.say("CR", "contribute")
    one, two, _three = STIX_IDS
    said = story.say("LZ", "feedback", contribution=given, verdict="useful")
    assert story.state[f"feedback:{said}"] == {
        "by": "LZ", "contribution": given, "verdict": "useful", "objects": [], "text": "A resolver of ours.",
        "issued": story.acts[-1].issued,
    }  # fmt: skip
    story.say("LZ", "feedback", contribution=given, verdict="confirmed", objects=[one, two])
    story.say("VD", "feedback", contribution=given, verdict="no-use")
    assert verdicts(story) == {"LZ:": "useful", f"LZ:{one}": "confirmed", f"LZ:{two}": "confirmed", "VD:": "no-use"}
    last = story.say("LZ", "feedback", contribution=given, verdict="false-positive", objects=[two])
    assert verdicts(story)[f"LZ:{two}"] == "false-positive"
    assert verdicts(story)[f"LZ:{one}"] == "confirmed"
    story.say("LZ", "feedback", contribution=given, verdict="no-use")
    assert (verdicts(story)["LZ:"], verdicts(story)[f"LZ:{two}"]) == ("no-use", "false-positive")
    assert story.state[f"verdict:{given}:LZ:{two}"]["act"] == last
    assert [story.fate(place) for place in range(len(story.acts))] == [""] * len(story.acts)


def test_feedback_on_one_contribution_is_none_on_another() -> None:
    story = joined()
    first, second = story.say("CR", "contribute"), story.say("CR", "contribute", title="More")
    for given, verdict in ((first, "useful"), (second, "false-positive")):
        story.say("LZ", "feedback", contribution=given, verdict=verdict)
    assert story.state[f"verdict:{first}:LZ:"]["verdict"] == "useful"
    assert story.state[f"verdict:{second}:LZ:"]["verdict"] == "false-positive"


@pytest.mark.parametrize("verdict", bodies.VERDICTS)
def test_an_author_says_of_its_own_only_that_it_is_a_false_positive(verdict: str) -> None:
    story = joined()
    given = story.say("LZ", "contribute")
    before = story.state
    story.say("LZ", "feedback", contribution=given, verdict=verdict, objects=STIX_IDS[:1])
    if verdict == "false-positive":
        assert (story.fate(), verdicts(story)) == ("", {f"LZ:{STIX_IDS[0]}": verdict})
    else:
        assert story.fate() == "It is LZ's own contribution: its author can only call it a false positive."
        assert story.state == before


def test_what_is_withdrawn_takes_no_feedback_and_what_is_closed_does() -> None:
    story = joined()
    given, other = story.say("CR", "contribute"), story.say("CR", "contribute", title="More")
    story.say("CR", "withdraw", contribution=given)
    story.say("LZ", "feedback", contribution=given, verdict="useful")
    assert story.fate() == "The contribution had been withdrawn."
    story.say("CR", "close")
    story.say("LZ", "feedback", contribution=other, verdict="confirmed")
    assert (story.fate(), verdicts(story)) == ("", {"LZ:": "confirmed"})


def test_feedback_is_in_the_bounds_of_the_keys_of_a_state() -> None:
    story = joined()
    given = story.say("CR", "contribute")
    longest = f"{'x' * 62}--00000000-0000-4000-8000-000000000001"
    assert len(longest) == 100
    story.say("LZ", "feedback", contribution=given, verdict="useful", objects=[longest])
    assert story.fate() == ""
    assert max(len(name) for name in story.state) + len("N" * 24) <= 200 + len("LZ")


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
        (bodies.Feedback, "feedback", {"verdict": "maybe"}),
        (bodies.Feedback, "feedback", {"objects": ["indicator--1"]}),
        (bodies.Feedback, "feedback", {"objects": [f"{'x' * 63}--00000000-0000-4000-8000-000000000001"]}),
        (bodies.Feedback, "feedback", {"objects": [STIX_IDS[0]] * 2}),
        (bodies.Feedback, "feedback", {"objects": [f"x--00000000-0000-4000-8000-{n:012}" for n in range(51)]}),
        (bodies.Feedback, "feedback", {"contribution": "x"}),
        (bodies.Joining, "join", {"text": 1}),
        (bodies.Closing, "close", {"text": 1}),
    ],
)
def test_unlawful_bodies(body: type, word: str, change: dict[str, Any]) -> None:
    msgspec.convert(COLLECTION.lawful[word], body)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**COLLECTION.lawful[word], **change}, body)
