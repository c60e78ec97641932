"""Whether texts cross red lines. Pure: text in, findings out.

Phrases are found as whole words, whatever their case, spacing and Unicode spelling: text is put into normal form C,
each character into its compatibility form and folded case; marks that only help to read (soft hyphen, zero-width
characters, Arabic vowel signs and tatweel) are passed over; blanks, line ends and hyphens between words count as one
blank. Where a script writes no blanks between words (Chinese, Japanese, Thai …), a phrase may begin and end anywhere.
Inflected forms are other words: who draws a line names those that matter.

A wording can cross a line without any of its phrases. This finds what it is told to find and nothing else.
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

__all__ = ["Finding", "Line", "crossed", "folded"]

LONGEST_PASSAGE = 600
"""Characters of a passage; of a longer sentence the part around the phrase is shown."""

_ENDS = frozenset(".!?…。！？؟۔।")
_CLOSING = frozenset("\"'”’»)]」』")
_HYPHENS = frozenset("-‐‑‒–—―−﹘﹣－")
_TATWEEL, _SUPERSCRIPT_ALEF = "\u0640", "\u0670"
_VOWEL_SIGNS = ("\u064b", "\u065f")
"""First and last of the Arabic signs."""
# Blocks whose words stand without blanks: Thai to Lao, Tibetan, Myanmar, Khmer, kana, Han.
_UNSPACED = (
    (0x0E00, 0x0EFF),
    (0x0F00, 0x109F),
    (0x1780, 0x17FF),
    (0x3040, 0x30FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)


@dataclass(frozen=True)
class Line:
    """A red line, as `acts.RedLine` draws it."""

    key: str
    text: str
    words: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    when: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """That a text crosses a line."""

    line: Line
    phrase: str
    """The phrase of the line that appears."""
    passage: str
    """The sentence of the draft where it does, as it stands there."""
    missing: tuple[str, ...] = ()
    """What should have been there with it; empty where the phrase itself must not be."""


def crossed(lines: Iterable[Line], texts: Iterable[str]) -> list[Finding]:
    """Where the texts of one draft cross the lines: by line, then as they stand; each sentence once for a phrase."""
    read = [_Folded(text) for text in texts]
    found: dict[tuple[str, str, str, bool], Finding] = {}
    for line in lines:
        for finding in (*_forbidden(line, read), *_incomplete(line, read)):
            found.setdefault((line.key, finding.phrase, finding.passage, bool(finding.missing)), finding)
    return list(found.values())


def _forbidden(line: Line, read: list["_Folded"]) -> Iterator[Finding]:
    words, unless = _by_spelling(line.words), _by_spelling(line.unless)
    for text in read:
        for phrase, spelling in words:
            for place in text.places(spelling):
                sentence = text.sentence(place)
                if unless and _holds_any(sentence, unless):
                    continue
                yield Finding(line, phrase, _cut(text.source, sentence, place))


def _holds_any(sentence: str, phrases: list[tuple[str, str]]) -> bool:
    around = _Folded(sentence)
    return any(around.holds(spelling) for _phrase, spelling in phrases)


def _incomplete(line: Line, read: list["_Folded"]) -> Iterator[Finding]:
    missing = tuple(
        phrase for phrase, spelling in _by_spelling(line.required) if not any(text.holds(spelling) for text in read)
    )
    if not missing:
        return
    for text in read:
        for phrase, spelling in _by_spelling(line.when):
            for place in text.places(spelling):
                yield Finding(line, phrase, _cut(text.source, text.sentence(place), place), missing)


def _by_spelling(phrases: Iterable[str]) -> list[tuple[str, str]]:
    return [(phrase, folded(phrase)) for phrase in phrases]


def folded(text: str) -> str:
    """A phrase in the spelling in which phrases are compared; empty when nothing of it is left."""
    return _Folded(text).text.strip()


class _Folded:
    """A text in the spelling in which phrases are compared, and where in the source each character stood."""

    def __init__(self, text: str) -> None:
        self.source = unicodedata.normalize("NFC", text)
        characters: list[str] = []
        places: list[int] = []
        for place, original in enumerate(self.source):
            if _passed_over(original):
                continue
            for character in unicodedata.normalize("NFKC", original).casefold():
                blank = character.isspace() or character in _HYPHENS
                if blank and characters and characters[-1] == " ":
                    continue
                characters.append(" " if blank else "'" if character == "’" else character)
                places.append(place)
        self.text, self._places = "".join(characters), places

    def places(self, phrase: str) -> Iterator[int]:
        """Where in the source the phrase begins, each time that it stands as whole words."""
        start = self.text.find(phrase) if phrase else -1
        while start >= 0:
            end = start + len(phrase)
            if self._apart(start - 1, start) and self._apart(end - 1, end):
                yield self._places[start]
            start = self.text.find(phrase, start + 1)

    def sentence(self, place: int) -> str:
        """The sentence of the source that holds this place, without blanks around it.

        A sentence ends with its mark before a blank or the end, or with an empty line. After an abbreviation it is cut
        too short, which hides no phrase: phrases are sought in the whole text.
        """
        number = bisect_right(self._borders, place)
        return self.source[self._borders[number - 1] : self._borders[number]].strip()

    @cached_property
    def _borders(self) -> list[int]:
        """Where sentences begin, and the end of the source."""
        inside = (index + 1 for index in range(len(self.source) - 1) if _ends(self.source, index))
        return [0, *inside, len(self.source)]

    def holds(self, phrase: str) -> bool:
        return next(self.places(phrase), None) is not None

    def _apart(self, left: int, right: int) -> bool:
        """Whether no word runs across the border between these two neighbours."""
        if left < 0 or right >= len(self.text):
            return True
        return not (_in_word(self.text[left]) and _in_word(self.text[right]))


def _passed_over(character: str) -> bool:
    if unicodedata.category(character) == "Cf" or character in (_TATWEEL, _SUPERSCRIPT_ALEF):
        return True
    return _VOWEL_SIGNS[0] <= character <= _VOWEL_SIGNS[1]


def _in_word(character: str) -> bool:
    code = ord(character)
    if any(first <= code <= last for first, last in _UNSPACED):
        return False
    return unicodedata.category(character)[0] in "LMN"


def _ends(text: str, index: int) -> bool:
    if text[index] == "\n":
        return text[index + 1 : index + 2] == "\n"
    after = text[index + 1 : index + 2]
    if text[index] in _ENDS:
        return text[index] in "。！？" or not after or after.isspace()
    return text[index] in _CLOSING and index > 0 and text[index - 1] in _ENDS and (not after or after.isspace())


def _cut(text: str, sentence: str, place: int) -> str:
    if len(sentence) <= LONGEST_PASSAGE:
        return sentence
    start = max(0, place - LONGEST_PASSAGE // 2)
    return f"… {text[start : start + LONGEST_PASSAGE].strip()} …"
