"""The courtesy formulas and what a paper refuses."""

from dataclasses import replace

import pytest

from verbale.paper import FORMS, Paper, PaperError, closing, opening
from verbale.paper.layout import lay_out

from .notes import FRENCH, NOTE, note


def test_the_opening_formula() -> None:
    assert opening(NOTE) == (
        "The Ministry of Foreign Affairs of the Republic of Crimson presents its compliments to the Ministry of Foreign"
        " Affairs of the Republic of Lazuria and has the honour to"
    )


def test_the_closing_formula() -> None:
    assert closing(NOTE) == (
        "The Ministry of Foreign Affairs of the Republic of Crimson avails itself of this opportunity to renew to the"
        " Ministry of Foreign Affairs of the Republic of Lazuria the assurances of its highest consideration."
    )


def test_the_opening_formula_in_french() -> None:
    assert opening(FRENCH) == (
        "Le Ministère des Affaires étrangères de la République de Crimson présente ses compliments à l'Ambassade"
        " de la République de Lazurie et a l'honneur de"
    )


def test_the_closing_formula_in_french() -> None:
    assert closing(FRENCH) == (
        "Le Ministère des Affaires étrangères de la République de Crimson saisit cette occasion pour lui renouveler"
        " les assurances de sa haute considération."
    )


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("Republic of Crimson", "of the Republic of Crimson presents"),
        ("the Republic of Crimson", "of the Republic of Crimson presents"),
        ("Crimson", "of Crimson presents"),
        ("Swiss Confederation", "of the Swiss Confederation presents"),
        ("", "Ministry of Foreign Affairs presents"),
    ],
)
def test_a_state_is_said_with_the_article_that_its_name_takes(state: str, said: str) -> None:
    assert said in opening(note(sender_state=state))


def test_a_ministry_that_names_its_state_is_not_given_it_twice() -> None:
    assert opening(note(sender_ministry="The Ministry of Foreign Affairs of the Republic of Crimson")) == opening(NOTE)


@pytest.mark.parametrize("addressee", ["the Embassy of Lazuria", "Embassy of Lazuria"])
def test_an_addressee_has_one_article(addressee: str) -> None:
    assert "compliments to the Embassy of Lazuria and" in opening(note(addressee=addressee))


@pytest.mark.parametrize(
    ("addressee", "said"),
    [
        ("Ministère des Affaires étrangères", "au Ministère"),
        ("Mission permanente de Lazurie", "à la Mission"),
        ("l'Ambassade de Lazurie", "à l'Ambassade"),
        ("les Missions permanentes", "aux Missions"),
        ("Lazurie", "à Lazurie"),
    ],
)
def test_a_french_addressee_contracts_with_its_preposition(addressee: str, said: str) -> None:
    assert f"ses compliments {said}" in opening(replace(FRENCH, addressee=addressee))


@pytest.mark.parametrize(
    ("paragraph", "said"),
    [("informer", "a l'honneur d'informer"), ("porter", "a l'honneur de porter"), ("", "a l'honneur de …")],
)
def test_french_elides_before_a_vowel(paragraph: str, said: str) -> None:
    assert lay_out(replace(FRENCH, paragraphs=(paragraph,))).paragraphs[0].text.endswith(said)


def test_the_first_paragraph_continues_the_opening() -> None:
    assert lay_out(NOTE).paragraphs[0].text == f"{opening(NOTE)} {NOTE.paragraphs[0]}"


def test_a_note_without_text_shows_that_something_is_missing() -> None:
    assert lay_out(note(paragraphs=())).paragraphs[0].text.endswith("has the honour to …")


def test_an_unknown_form_is_refused_with_the_forms_that_exist() -> None:
    with pytest.raises(PaperError, match="note-verbale, acknowledgement, answer; found 'letter'"):
        note(form="letter")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(PaperError, match="language: expected one of en, fr; found 'tlh'"):
        note(language="tlh")


@pytest.mark.parametrize("form", FORMS)
def test_each_form_names_the_note_it_refers_to_in_its_own_way(form: str) -> None:
    paper: Paper = note(form=form, reference="Note verbale 11/2026 of 12 March 2026")
    introduced = {
        "note-verbale": "Reference: ",
        "acknowledgement": "In acknowledgement of: ",
        "answer": "In reply to: ",
    }
    assert lay_out(paper).reference == f"{introduced[form]}Note verbale 11/2026 of 12 March 2026"
