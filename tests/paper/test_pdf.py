"""The note as PDF, read back with pypdf."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest

from verbale.paper import closing, opening, to_pdf

from .notes import ACT, FRENCH, LONG, NOTE, appear_in_order, note, pages, pdf, pieces


def test_it_prints_the_parts_in_the_customary_order() -> None:
    [text] = pages(note(form="answer", reference="Note verbale 11/2026 of 12 March 2026"))
    assert appear_in_order(
        text,
        "TLP:AMBER",
        "Republic of Crimson",
        "Ministry of Foreign Affairs",
        "No. 12/2026",
        "Note verbale",
        "In reply to: Note verbale 11/2026 of 12 March 2026",
        f"1. {opening(NOTE)} {NOTE.paragraphs[0]}",
        f"2. {NOTE.paragraphs[1]}",
        f"3. {NOTE.paragraphs[2]}",
        closing(NOTE),
        "Port Crimson, 12 March 2026",
        "Initials",
        "Seal",
        "Enclosures:",
        "1. Technical report of 11 March 2026",
        "2. Chronology of events",
        NOTE.addressee,
        "TLP:AMBER",
        f"Verbale act {ACT} - verify with: verbale verify",
    )


def test_one_paragraph_has_no_number() -> None:
    [text] = pages(note(paragraphs=("inform the Ministry.", "   ")))
    assert opening(NOTE) in text
    assert "1. The Ministry" not in text


@pytest.mark.parametrize("marking", ["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"])
def test_the_marking_stands_at_head_and_foot_of_each_page(marking: str) -> None:
    texts = pages(replace(LONG, marking=marking))
    assert len(texts) > 1
    assert all(text.count(marking) == 2 for text in texts)


def test_the_marking_is_twelve_point_and_right_justified() -> None:
    head, foot = (piece for piece in pieces(NOTE) if piece.text == "TLP:AMBER")
    assert head.size == foot.size == 12
    assert head.y > 700
    assert foot.y < 100
    [longer, _] = (piece for piece in pieces(note(marking="TLP:AMBER+STRICT")) if piece.text == "TLP:AMBER+STRICT")
    assert 595 / 2 < longer.left < head.left == foot.left


def test_pages_are_numbered_when_there_are_several() -> None:
    texts = pages(LONG)
    assert all(f"Page {place} of {len(texts)}" in text for place, text in enumerate(texts, start=1))
    assert "Page" not in pages(NOTE)[0]


def test_pages_after_the_first_say_which_note_they_belong_to() -> None:
    assert all("Republic of Crimson, Note verbale No. 12/2026" in text for text in pages(LONG)[1:])


def test_an_exercise_says_so_at_head_and_foot_of_each_page() -> None:
    texts = pages(replace(LONG, exercise=True))
    assert all(text.count("EXERCISE EXERCISE EXERCISE") == 2 for text in texts)
    assert "EXERCISE" not in pages(NOTE)[0]


def test_a_draft_says_so_on_each_page() -> None:
    assert all("DRAFT - not cleared" in text for text in pages(replace(LONG, draft=True)))
    assert "DRAFT" not in pages(NOTE)[0]


def test_only_a_precedence_other_than_routine_is_printed() -> None:
    assert "IMMEDIATE" in pages(note(precedence="IMMEDIATE"))[0]
    assert "ROUTINE" not in pages(NOTE)[0]


@pytest.mark.parametrize("length", range(60, 220, 8))
def test_the_addressee_is_never_alone_on_a_page(length: int) -> None:
    last = pages(note(paragraphs=("inform the Ministry " + "of this matter " * length,), attachments=()))[-1]
    assert appear_in_order(last, "avails itself", NOTE.addressee)


def test_french() -> None:
    [text] = pages(FRENCH)
    assert appear_in_order(
        text,
        "N° 12/2026",
        "a l'honneur d'informer l'Ambassade de ce qui suit.",
        closing(FRENCH),
        "Port Crimson, le 1er août 2026",
        "Paraphe",
        "Sceau",
        "Pièces jointes :",
        "Ambassade de la République de Lazurie",
    )


def test_it_is_archivable_accessible_and_says_its_language_and_title() -> None:
    data = to_pdf(NOTE)
    assert b"pdfaid:part" in data
    assert b"pdfuaid:part" in data
    catalog = pdf(NOTE).trailer["/Root"]
    assert str(catalog["/Lang"]).startswith("en")
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf(NOTE).metadata.title == (
        "TLP:AMBER Note verbale No. 12/2026 of Republic of Crimson"
        " to Ministry of Foreign Affairs of the Republic of Lazuria"
    )
    assert pdf(NOTE).metadata.creation_date.date() == date(2026, 3, 12)
    assert str(pdf(FRENCH).trailer["/Root"]["/Lang"]).startswith("fr")


def test_the_same_paper_is_the_same_bytes() -> None:
    assert to_pdf(NOTE) == to_pdf(note())
    assert to_pdf(NOTE) != to_pdf(note(number="13/2026"))


def test_every_font_is_embedded() -> None:
    fonts = pdf(NOTE).pages[0]["/Resources"]["/Font"].values()
    descriptors = [font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"] for font in fonts]
    assert descriptors
    assert all({"/FontFile2", "/FontFile3"} & set(descriptor.get_object()) for descriptor in descriptors)


def test_threads_get_each_their_own_note() -> None:
    papers = [note(number=f"{place}/2026") for place in range(16)]
    with ThreadPoolExecutor(8) as threads:
        printed = list(threads.map(to_pdf, papers))
    assert printed == [to_pdf(paper) for paper in papers]


def test_it_is_quick_once_warm() -> None:
    to_pdf(NOTE)
    began = time.perf_counter()
    for place in range(10):
        to_pdf(note(number=f"{place}/2025"))
    # some 15 ms each; the limit leaves room for a busy machine
    assert (time.perf_counter() - began) / 10 < 0.5
