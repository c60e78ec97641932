"""A norm in its languages on the desk, in the API, and in a note that cites it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.desk.test_law import api, desk, page
from tests.node.conftest import Person
from verbale.knowledge import norm_of
from verbale.knowledge.translations import Translation
from verbale.node.models import User

__all__ = ["desk"]
pytestmark = pytest.mark.django_db
NOT_OFFICIAL = "Translation of Verbale, not official."


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def six(settings: Any) -> None:
    """An interface in all languages of the United Nations, whichever catalogues are there."""
    settings.LANGUAGES = [(code, code) for code in ("ar", "zh-hans", "en", "fr", "ru", "es")]


def told(name: str, language: str) -> Translation:
    found = norm_of(name)
    assert found is not None
    translation = found.norm.in_language(language)
    assert translation is not None
    return translation


def norm_page(desk: Client, name: str, language: str = "en") -> str:
    return page(desk, reverse("law-norm", args=name.split("/")), language=language)


class TestPage:
    def test_all_five_with_arabic_from_right_to_left(self, desk: Client) -> None:
        shown = norm_page(desk, "un-11/c")
        for code in ("fr", "es", "ru", "zh"):
            assert f'<div lang="{code}" dir="ltr"><h3>{told("un-11/c", code).title}</h3>' in shown
        assert f'<div lang="ar" dir="rtl"><h3>{told("un-11/c", "ar").title}</h3>' in shown
        assert told("un-11/c", "ar").about in shown
        assert re.findall(r"<summary>(\w+)</summary>", shown) == ["French", "Spanish", "Russian", "Arabic", "Chinese"]
        assert shown.count(NOT_OFFICIAL) == 5
        assert "Official wording" not in shown

    def test_what_is_official_is_quoted_with_its_source_apart_from_our_words(self, desk: Client) -> None:
        shown = norm_page(desk, "paris-call/2")
        official = told("paris-call/2", "fr").official
        assert official is not None
        assert f'<blockquote lang="fr" dir="ltr">{official.words}</blockquote>' in shown
        assert f'href="{official.url}"' in shown
        assert official.reference in shown
        assert shown.count(NOT_OFFICIAL) == 1

    @pytest.mark.usefixtures("six")
    @pytest.mark.parametrize(
        ("interface", "code", "direction"), [("fr", "fr", "ltr"), ("ar", "ar", "rtl"), ("zh-hans", "zh", "ltr")]
    )
    def test_the_language_of_the_interface_comes_first(
        self, desk: Client, interface: str, code: str, direction: str
    ) -> None:
        shown = norm_page(desk, "un-11/j", interface)
        mine = told("un-11/j", code)
        assert f'<h1 lang="{code}" dir="{direction}">{mine.title}</h1>' in shown
        assert shown.count(mine.about) == 1
        assert shown.index(mine.about) < shown.index("States encourage responsible reporting")
        assert shown.index(mine.about) < shown.index(told("un-11/j", "ru").about)
        assert mine.about in page(desk, reverse("law"), language=interface)

    @pytest.mark.usefixtures("six")
    def test_a_norm_without_that_language_is_told_in_english(self, desk: Client) -> None:
        assert '<h1 lang="en" dir="ltr">Public core of the Internet</h1>' in norm_page(desk, "gcsc/1", "ru")


@pytest.mark.parametrize("words", ["approvisionnement", "供应链", "سلسلة"])
def test_the_page_and_the_api_find_a_norm_by_a_word_of_any_language(desk: Client, ada: User, words: str) -> None:
    assert reverse("law-norm", args=["un-11", "i"]) in page(desk, f"{reverse('law')}?words={words}")
    found: list[dict[str, Any]] = api(ada, f"/norms?q={words}")
    (norm,) = [item for item in found if item["id"] == "un-11/i"]
    chinese = next(item for item in norm["translations"] if item["language"] == "zh")
    assert chinese["title"] == "供应链的完整性"
    assert chinese["official"] is None


class TestNote:
    def text(self, desk: Client, query: str) -> tuple[str, str]:
        form = desk.get(f"{reverse('channel:compose')}?{query}").context["form"]
        return form["language"].value(), form["text"].value() or ""

    def test_it_cites_the_norm_in_its_own_language(self, desk: Client) -> None:
        language, text = self.text(desk, "norm=un-11/c&language=fr")
        assert language == "fr"
        assert "A/70/174, par. 13 c)" in text
        assert told("un-11/c", "fr").about in text
        assert "«" not in text  # our words are nobody's text
        language, text = self.text(desk, "norm=un-11/c&language=en")
        assert (language, "A/70/174, para. 13 (c)" in text) == ("en", True)

    def test_the_publishers_words_are_quoted_with_their_source(self, desk: Client) -> None:
        official = told("paris-call/2", "fr").official
        assert official is not None
        _language, text = self.text(desk, "norm=paris-call/2&language=fr")
        assert f"« {official.words} » ({official.reference})" in text

    def test_a_norm_that_is_told_in_english_alone_is_cited_in_english(self, desk: Client) -> None:
        language, text = self.text(desk, "norm=gcsc/1&language=fr")
        assert (language, "GCSC 2019, norm 1" in text) == ("en", True)

    def test_no_such_norm_leaves_the_note_empty(self, desk: Client) -> None:
        assert self.text(desk, "norm=un-11/z&language=fr") == ("en", "")
