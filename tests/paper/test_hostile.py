"""Text is data: whatever it says, it is printed and not obeyed, and nothing breaks."""

import pytest

from verbale.paper import opening, to_docx, to_pdf
from verbale.paper.clean import line, lines
from verbale.paper.ink import DEFAULT, ink, letter_on
from verbale.paper.layout import lay_out

from .notes import ACT, NOTE, body, note, pages, pdf

MARKUP = [
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.0"',
    "*bold* _italic_ `raw`",
    "$x^2$ and $ sum_(i=1) $",
    "@ref <label>",
    r"\ \\ \u{41} \n \#",
    "= Heading",
    "// comment /* other */",
    "] } ) \" ' ~ --- ...",
    "{page} {pages} {marking} %s {0}",
    "https://example.org/#fragment",
    "<w:t>&amp;</w:t> ]]> &#0;",
    "=1+1 @SUM(A1)",
]

SCRIPTS = {
    "Arabic": "تهدي الوزارة تحياتها " * 20,
    "Hebrew with isolates": "\u2067שלום\u2069 and on " * 20,
    "Chinese": "外交部向大使馆致意" * 60,
    "emoji with joiners": "👩\u200d👩\u200d👧 " * 50,
    "a character that no font has": "\U0003134a\ue000",
    "combining marks": "Z" + "\u0301\u0323" * 200,
    "control characters": "a\x00b\x01c\x0bd\x1be\x7ff\x85g\ufffeh\uffffi",
    "lone surrogates": "a\ud800b\udfffc",
    "bidirectional override": "\u202eevil\u202c",
    "line ends of every kind": "a\r\nb\rc\nd\u2028e\u2029f\tg",
    "nothing": "",
    "blanks": " \n\t ",
    "a very long word": "w" * 5000,
}


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_the_body_is_printed_literally(text: str) -> None:
    paper = note(paragraphs=("inform " + text, text))
    shown = " ".join(pages(paper))
    wanted = " ".join(text.split())
    assert f"{opening(NOTE)} inform {wanted} 2. {wanted} The Ministry" in shown
    assert body(paper)[4:6] == [f"1.\t{opening(NOTE)} inform {text}", f"2.\t{text}"]


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_any_other_field_is_printed_literally(text: str) -> None:
    names = ("number", "sender_state", "sender_ministry", "place", "addressee", "reference", "act_id")
    fields = dict.fromkeys(names, text)
    paper = note(**fields, marking=text[:30], precedence=text[:30], attachments=(text,), sender_short=text)
    shown = "".join("".join(pages(paper)).split())
    assert shown.count("".join(text.split())) >= len(fields) + 2
    assert to_docx(paper)


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_no_text_breaks_either_format(text: str) -> None:
    paper = note(
        number=text,
        sender_ministry=text,
        sender_state=text,
        sender_short=text,
        sender_colour=text,
        addressee=text,
        place=text,
        marking=text,
        precedence=text,
        exercise=True,
        paragraphs=(text, text),
        attachments=(text, text),
        reference=text,
        act_id=text,
        draft=True,
    )
    assert to_pdf(paper).startswith(b"%PDF")
    assert body(paper)


def test_a_character_that_no_font_has_costs_the_archive_label_only() -> None:
    data = to_pdf(note(paragraphs=("inform \ue000.",)))
    assert b"pdfaid:part" not in data
    assert "has the honour to inform" in pages(note(paragraphs=("inform \ue000.",)))[0]


def test_arabic_and_cyrillic_are_read_back() -> None:
    assert "приносит извинения" in pages(note(paragraphs=("inform: приносит извинения",)))[0]
    assert "وزارة" in body(note(paragraphs=("inform: وزارة",)))[4]


def test_two_hundred_paragraphs_are_all_there() -> None:
    paper = note(paragraphs=tuple(f"inform of item {place}." for place in range(1, 201)))
    text = " ".join(pages(paper))
    assert all(f"{place}. inform of item {place}." in text for place in range(2, 201))
    assert sum(line.endswith("item 200.") for line in body(paper)) == 1


def test_a_very_long_word_stays_on_the_page_and_in_one_piece() -> None:
    word = "0123456789abcdef" * 40
    paper = note(paragraphs=(f"inform {word} end.",))
    assert word in "".join("".join(pages(paper)).split())
    shown = [line for line in pdf(paper).pages[0].extract_text().splitlines() if line in word]
    assert len(shown) > 5
    assert max(map(len, shown)) < 80


def test_a_sha_256_is_not_divided() -> None:
    paper = note(paragraphs=(f"inform the Ministry of {ACT} and so on",), act_id="")
    assert any(ACT in line for line in pdf(paper).pages[0].extract_text().splitlines())


def test_illegal_characters_go_and_the_rest_stays() -> None:
    assert lines(" a\x00b\r\nc\u2028d\te\ud800 ") == "ab\nc\nd e"
    assert line(" a \n b\u00a0c ") == "a b\u00a0c"
    assert lines("\u202eabc\u202d \u2067שלום\u2069") == "abc \u2067שלום\u2069"


def test_a_line_feed_breaks_the_line_in_both_formats() -> None:
    paper = note(paragraphs=("inform\nthe Ministry",))
    assert f"{opening(NOTE)} inform the Ministry" in pages(paper)[0]
    assert body(paper)[4] == f"{opening(NOTE)} inform\nthe Ministry"


def test_what_stands_on_every_page_has_a_length() -> None:
    layout = lay_out(note(marking="M" * 500, precedence="P" * 500, act_id="a" * 500, sender_state="S" * 500))
    assert len(layout.marking) == len(layout.precedence) == 40
    assert len(layout.act) < 140
    assert len(layout.continuation) < 120


@pytest.mark.parametrize(
    ("given", "used"),
    [("#8A1C2B", "#8a1c2b"), ("#abc", "#aabbcc"), ("red", DEFAULT), ('#123456"', DEFAULT), ("", DEFAULT)],
)
def test_only_a_colour_is_taken_for_a_colour(given: str, used: str) -> None:
    assert ink(given) == used


def test_the_letter_in_the_crest_can_be_read_on_every_colour() -> None:
    assert letter_on("#8a1c2b") == "#ffffff"
    assert letter_on("#e8c547") == "#000000"


@pytest.mark.parametrize(
    ("name", "letter"), [("Crimson", "C"), ("«lazuria»", "L"), ("ßaar", "S"), ("***", ""), ("", "R")]
)
def test_the_crest_takes_the_first_letter(name: str, letter: str) -> None:
    assert lay_out(note(sender_short=name)).letter == letter
