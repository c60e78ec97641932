"""A norm or a measure in another language: our own translation, and apart from it what the publisher itself says.

The two never mix. `title` and `about` are Verbale's translation of its own words and bind nobody; a wording of the
publisher stands in `official` alone, and not without the place at which it was read.
"""

from typing import Annotated

import msgspec

__all__ = ["OfficialWords", "Translation", "check_languages", "in_language", "words_of"]

_Line = Annotated[str, msgspec.Meta(min_length=1, max_length=300)]
_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "ur", "yi"})


class OfficialWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The publisher's own wording: short, exact, cited."""

    words: Annotated[str, msgspec.Meta(min_length=1, max_length=600)]
    """Letter for letter, and no more than the passage itself."""
    reference: _Line
    """Document symbol and paragraph, or who published it and where in the text it stands."""
    url: Annotated[str, msgspec.Meta(pattern=r"^(https?://\S+)?\Z", max_length=500)] = ""


class Translation(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a norm or a measure is called and asks for, in another language."""

    language: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}\Z")]
    """ISO 639."""
    title: _Line
    about: Annotated[str, msgspec.Meta(min_length=1, max_length=2_000)]
    reference: _Line
    """Symbol and paragraph as they are cited in that language."""
    official: OfficialWords | None = None

    @property
    def right_to_left(self) -> bool:
        return self.language in _RIGHT_TO_LEFT


def check_languages(translations: list[Translation]) -> None:
    """Each language once, and none for the language of the pack itself. Raises ValueError."""
    seen: set[str] = set()
    for item in translations:
        if item.language == "en":
            raise ValueError("translations.en: the pack itself tells it in English")
        if item.language in seen:
            raise ValueError(f"translations.{item.language}: the language stands twice")
        seen.add(item.language)


def in_language(translations: list[Translation], language: str) -> Translation | None:
    """The one of that language, of whatever script or country: `zh` for `zh-hans`."""
    wanted = language.partition("-")[0].lower()
    return next((item for item in translations if item.language == wanted), None)


def words_of(translations: list[Translation]) -> list[str]:
    """All text in which one can look for words."""
    told: list[str] = []
    for item in translations:
        told += [item.title, item.about, item.reference]
        if item.official is not None:
            told += [item.official.words, item.official.reference]
    return told
