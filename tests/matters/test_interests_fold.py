"""The rules of effect of interests, and how red lines are found in texts."""

import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.matters.small import INTERESTS, Story
from verbale.matters.interests import acts as bodies
from verbale.matters.interests.check import Finding, Line, crossed, folded
from verbale.matters.interests.fold import lines_of


def test_a_position_is_revised_and_its_lines_hold_until_they_are_withdrawn() -> None:
    story = Story(INTERESTS)
    assert story.state["position"]["text"] == "Each state attributes for itself."
    story.say("CR", "revise", concerns=["A/70/174"])
    assert story.state["position"]["concerns"] == ["A/70/174"]
    line, other = story.say("CR", "red-line"), story.say("CR", "red-line", text="Another.")
    assert {item.key for item in lines_of(story.state)} == {line, other}
    story.say("CR", "withdraw-line", line=line)
    assert [item.text for item in lines_of(story.state)] == ["Another."]
    story.say("CR", "withdraw-line", line=line)
    assert story.fate() == "The line had already been withdrawn."
    story.say("CR", "close")
    assert list(lines_of(story.state)) == []


def test_a_revision_changes_something() -> None:
    story = Story(INTERESTS)
    story.say("CR", "revise", text="Each state attributes for itself.", concerns=["A/76/135"])
    assert story.fate() == "It changes nothing in the position."


@pytest.mark.parametrize("word", INTERESTS.later)
def test_a_stranger_who_knows_the_matter_changes_nothing_in_it(word: str) -> None:
    story = Story(INTERESTS)
    before = story.state
    story.say("LZ", word, audience=("CR",))
    assert story.fate() == "LZ is not a party to this matter."
    assert story.state == before


@pytest.mark.parametrize(
    ("body", "word", "change"),
    [
        (bodies.Position, "position", {"topic": ""}),
        (bodies.Position, "position", {"text": ""}),
        (bodies.Position, "position", {"about": "x"}),
        (bodies.Revision, "revise", {"concerns": [""]}),
        (bodies.RedLine, "red-line", {"words": [], "unless": []}),
        (bodies.RedLine, "red-line", {"words": ["…"]}),
        (bodies.RedLine, "red-line", {"words": ["\u00ad"]}),
        (bodies.RedLine, "red-line", {"words": [""]}),
        (bodies.RedLine, "red-line", {"words": ["x"] * 51}),
        (bodies.RedLine, "red-line", {"when": ["x"]}),
        (bodies.RedLine, "red-line", {"required": ["x"]}),
        (bodies.RedLine, "red-line", {"words": [], "when": ["x"], "required": ["y"]}),
        (bodies.RedLine, "red-line", {"text": ""}),
        (bodies.LineWithdrawal, "withdraw-line", {"line": "x"}),
        (bodies.Closing, "close", {"text": 1}),
    ],
)
def test_unlawful_bodies(body: type, word: str, change: dict[str, Any]) -> None:
    msgspec.convert(INTERESTS.lawful[word], body)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({**INTERESTS.lawful[word], **change}, body)


# -- the check ---------------------------------------------------------------------------------------------------------


def found(line: Line, *texts: str) -> list[str]:
    return [finding.passage for finding in crossed([line], texts)]


def forbids(*words: str, unless: tuple[str, ...] = ()) -> Line:
    return Line("1", "No such thing.", words, unless)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("attribution mechanism", "An attribution mechanism is set up."),
        ("attribution mechanism", "An ATTRIBUTION\n   Mechanism is set up."),
        ("attribution mechanism", "An attribution-mechanism."),
        ("attribution mechanism", "An attri\u00adbution\u00a0mechanism."),
        ("attribution-mechanism", "An attribution mechanism."),
        ("caf\u00e9", "Au cafe\u0301 du coin."),
        ("cafe\u0301", "Au caf\u00e9 du coin."),
        ("STRASSE", "In der Stra\u00dfe."),
        ("file", "The \ufb01le."),
        ("state's right", "A state\u2019s right."),
        ("règle contraignante", "Une RÈGLE contraignante."),
        ("обязательство", "Новое «Обязательство»."),
        ("القوة", "استخدام القُوَّة."),
        ("武力", "不得使用武力。各国同意。"),
        ("AI", "使用AI技术。"),
        ("force", "force"),
    ],
)
def test_a_phrase_is_found_whatever_its_spelling(phrase: str, text: str) -> None:
    assert len(found(forbids(phrase), text)) == 1


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("force", "They enforce it."),
        ("force", "Forces of nature."),
        ("force", "force1"),
        ("cafe", "cafe\u0301"),
        ("binding rule", "A rule that is binding."),
        ("قوة", "بالقوة"),
    ],
)
def test_only_whole_words_count(phrase: str, text: str) -> None:
    assert found(forbids(phrase), text) == []


def test_the_sentence_of_the_draft_is_told_as_it_stands() -> None:
    text = "First.\n\nThe Parties set up an Attribution  Mechanism! Third, then."
    assert found(forbids("attribution mechanism"), text) == ["The Parties set up an Attribution  Mechanism!"]
    assert found(forbids("third"), text) == ["Third, then."]
    assert found(forbids("first"), text) == ["First."]
    assert found(forbids("使用武力"), "各国同意。不得使用武力。完。") == ["不得使用武力。"]


def test_a_very_long_sentence_is_cut_around_the_phrase() -> None:
    (passage,) = found(forbids("needle"), "hay " * 500 + "needle " + "hay " * 500)
    assert "needle" in passage
    assert len(passage) < 700


def test_a_phrase_across_what_looks_like_the_end_of_a_sentence_is_found() -> None:
    assert found(forbids("para. 13 binds"), "As para. 13 binds all.") == ["As para."]


def test_what_takes_a_phrase_back_does_so_in_its_own_sentence_only() -> None:
    line = forbids("attribution mechanism", unless=("no", "shall not"))
    assert found(line, "There is no attribution mechanism.") == []
    assert found(line, "They shall not set up an attribution mechanism.") == []
    assert found(line, "No. There is an attribution mechanism.") == ["There is an attribution mechanism."]
    assert found(line, "Now an attribution mechanism.") == ["Now an attribution mechanism."]


def test_required_phrases_must_stand_somewhere_in_the_draft() -> None:
    line = Line("1", "Assistance within our law.", when=("assistance",), required=("domestic law", "on request"))
    (finding,) = crossed([line], ["They give assistance.", "Title"])
    assert (finding.phrase, finding.passage) == ("assistance", "They give assistance.")
    assert finding.missing == ("domestic law", "on request")
    (finding,) = crossed([line], ["They give assistance on request.", "Title"])
    assert finding.missing == ("domestic law",)
    assert crossed([line], ["They give assistance on request.", "Subject to Domestic Law."]) == []
    assert crossed([line], ["They talk."]) == []


def test_findings_come_once_a_sentence_by_line() -> None:
    lines = [forbids("force"), Line("2", "Nor this.", ("strike",))]
    texts = ["Force and force. A strike by force.", "Force and force."]
    assert [(finding.line.key, finding.passage) for finding in crossed(lines, texts)] == [
        ("1", "Force and force."),
        ("1", "A strike by force."),
        ("2", "A strike by force."),
    ]


@given(st.text(), st.text(min_size=1), st.text())
def test_a_phrase_set_off_by_blanks_is_always_found(before: str, phrase: str, after: str) -> None:
    if not folded(phrase):
        return
    # A mark that begins a text joins what stands before it, a blank too: that is another spelling.
    if unicodedata.combining(phrase[0]) or unicodedata.combining((after or " ")[0]):
        return
    (finding, *_rest) = crossed([forbids(phrase)], [f"{before} {phrase} {after}"])
    assert isinstance(finding, Finding)


@given(st.lists(st.text(), max_size=3), st.text(min_size=1, max_size=3))
def test_a_passage_is_a_part_of_the_draft(texts: list[str], phrase: str) -> None:
    for finding in crossed([forbids(phrase)], texts):
        assert any(finding.passage.strip("… ") in unicodedata.normalize("NFC", text) for text in texts)


@given(st.text())
def test_the_spelling_of_comparison_is_its_own(text: str) -> None:
    assert folded(folded(text)) == folded(text)
