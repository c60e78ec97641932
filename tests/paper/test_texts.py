"""Texts of several states: pieces, headings, signatures, symbol; as PDF and as DOCX."""

from dataclasses import replace
from datetime import date

import pytest
from docx.oxml.ns import qn

from verbale.paper import Paper, PaperError, Piece, Signature, to_docx, to_pdf
from verbale.paper.layout import lay_out

from .notes import ACT, FRENCH, NOTE, appear_in_order, body, note, pages, pdf, pieces, word
from .test_hostile import MARKUP, SCRIPTS

TEXT = replace(
    NOTE,
    style="text",
    number="WF/1/L.3",
    heading="Protocol on the exchange of information",
    reference="Version 2, by Crimson",
    place="",
    attachments=(),
    paragraphs=(
        Piece("Recalling its earlier resolutions,", lead="Recalling"),
        Piece("Article 1. Scope", "heading"),
        Piece("It applies to both.\nWithout exception."),
        Piece("Calls upon States to help;", number="1.", lead="Calls upon"),
        Piece("SHA-256 of the text:\nabc", "small"),
    ),
    signatures=(
        Signature("For Crimson:", "A. Roe", "Minister for Foreign Affairs", ("Port Crimson, 3 December 2026", "")),
        Signature("For Lazuria:"),
    ),
)
LONG = replace(TEXT, paragraphs=TEXT.paragraphs * 20, heading="A very long heading " * 15)


def table(paper: Paper) -> list[list[tuple[str, str]]]:
    """The cells of the signatures in the DOCX: text and style of each paragraph."""
    return [
        [(line.text, line.style.name) for line in cell.paragraphs if line.style]
        for row in word(paper).tables[0].rows
        for cell in row.cells
    ]


def test_a_text_prints_its_parts_in_order() -> None:
    [text] = pages(TEXT)
    assert appear_in_order(
        text,
        "12 March 2026",
        "WF/1/L.3",
        "Protocol on the exchange of information",
        "Version 2, by Crimson",
        "Recalling its earlier resolutions,",
        "Article 1. Scope",
        "It applies to both. Without exception.",
        "1. Calls upon States to help;",
        "SHA-256 of the text: abc",
        "For Crimson:",
        "(Signed)",
        "A. Roe",
        "Minister for Foreign Affairs",
        "Port Crimson, 3 December 2026",
        ACT,
    )
    assert appear_in_order(text, "For Lazuria:", "Name and office")
    for absent in ("Republic of Crimson", "Ministry of", "Initials", "Seal", "Reference", "No. ", "avails itself"):
        assert absent not in text
    # its date stands at the head, and only there
    assert text.count("12 March 2026") == 1


def test_it_prints_alike_as_docx() -> None:
    found = [(item.text, item.style.name) for item in word(TEXT).paragraphs if item.style and item.text]
    assert found == [
        ("12 March 2026\tWF/1/L.3", "Text Head"),
        ("Protocol on the exchange of information", "Note Form"),
        ("Version 2, by Crimson", "Note Reference"),
        ("Recalling its earlier resolutions,", "Note Body"),
        ("Article 1. Scope", "Note Heading"),
        ("It applies to both.\nWithout exception.", "Note Body"),
        ("1.\tCalls upon States to help;", "Note Body"),
        ("SHA-256 of the text:\nabc", "Note Small"),
    ]
    assert table(TEXT) == [
        [
            ("For Crimson:", "Signature"),
            ("(Signed)", "Signature Given"),
            ("A. Roe", "Signature Name"),
            ("Minister for Foreign Affairs", "Signature"),
            ("Port Crimson, 3 December 2026", "Signature Remark"),
        ],
        [("For Lazuria:", "Signature"), ("", "Signature Line"), ("Name and office", "Signature Remark")],
    ]


def test_headings_are_bold_leads_are_italic_and_both_are_marked_as_such() -> None:
    document = word(TEXT)
    [heading] = [item for item in document.paragraphs if item.style and item.style.name == "Note Heading"]
    assert heading.style is not None
    assert heading.style.font.bold
    assert heading.style.element.pPr.find(qn("w:outlineLvl")).get(qn("w:val")) == "1"
    [lead] = [run for item in document.paragraphs for run in item.runs if run.text == "Calls upon"]
    assert lead.italic
    # of the PDF: what a screen reader is told
    assert {"/H1", "/H2", "/Em"} <= _structure(TEXT)
    assert not {"/H2", "/Em"} & _structure(NOTE)


def _structure(paper: Paper) -> set[str]:
    """The tags of the PDF."""
    found: set[str] = set()
    todo = [pdf(paper).trailer["/Root"]["/StructTreeRoot"]]
    while todo:
        node = todo.pop().get_object()
        if not hasattr(node, "get"):
            continue
        found.add(str(node.get("/S")))
        kids = node.get("/K", [])
        todo += [kid for kid in (kids if isinstance(kids, list) else [kids]) if hasattr(kid, "get_object")]
    return found


def test_it_is_archivable_and_named_by_symbol_and_heading() -> None:
    assert b"pdfaid:part" in to_pdf(TEXT)
    assert pdf(TEXT).metadata.title == "TLP:AMBER WF/1/L.3 Protocol on the exchange of information"
    assert word(TEXT).core_properties.author == ""


def test_signatures_stand_two_abreast_and_in_one_piece() -> None:
    ours, theirs = (item for item in pieces(TEXT) if item.text in ("For Crimson:", "For Lazuria:"))
    assert ours.y == theirs.y
    assert theirs.left > ours.left + 150
    for length in range(0, 40, 3):
        paper = replace(TEXT, paragraphs=(Piece("\n".join("abc" for _ in range(length + 1))),))
        last = [page for page in pages(paper) if "For Crimson:" in page]
        assert [("A. Roe" in page, "Port Crimson, 3" in page) for page in last] == [(True, True)]


@pytest.mark.parametrize("length", range(1, 60, 4))
def test_signatures_are_never_alone_on_a_page(length: int) -> None:
    text = (*(Piece(f"Line {place}.") for place in range(length)), Piece("The last of it."), Piece("abc", "small"))
    texts = pages(replace(TEXT, paragraphs=text))
    assert [("The last of it." in page) for page in texts] == ["For Crimson:" in page for page in texts]
    held = [item for item in word(replace(TEXT, paragraphs=text)).paragraphs if item.paragraph_format.keep_with_next]
    assert [item.text for item in held] == ["The last of it.", "abc"]


def test_pages_after_the_first_say_which_text_they_belong_to() -> None:
    texts = pages(LONG)
    assert len(texts) > 2
    assert all("WF/1/L.3 A very long heading" in text for text in texts)
    assert len(lay_out(LONG).continuation) <= 80


def test_pieces_are_not_counted_and_strings_are() -> None:
    paper = replace(TEXT, paragraphs=("One.", Piece("Between"), "  ", Piece(" ", "heading"), "Two."))
    assert [(item.number, item.text) for item in lay_out(paper).paragraphs] == [
        ("1.", "One."),
        ("", "Between"),
        ("2.", "Two."),
    ]
    assert [item.number for item in lay_out(replace(paper, paragraphs=("One.", Piece("x")))).paragraphs] == ["", ""]
    assert [item.text for item in lay_out(replace(paper, paragraphs=())).paragraphs] == [""]


def test_a_note_that_begins_with_a_piece_keeps_its_opening() -> None:
    first, second = lay_out(note(paragraphs=(Piece("Annex", "heading"),))).paragraphs
    assert first.text.endswith("has the honour to …")
    assert (second.text, second.kind) == ("Annex", "heading")


def test_a_lead_with_which_the_text_does_not_begin_is_not_printed() -> None:
    [item] = lay_out(replace(TEXT, paragraphs=(Piece("Recalling it,", lead="Noting"),))).paragraphs
    assert (item.lead, item.text) == ("", "Recalling it,")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(PaperError, match="text, heading, small; found 'title'"):
        Piece("x", "title")


def test_french_signatures() -> None:
    paper = replace(FRENCH, style="text", signatures=TEXT.signatures, date=date(2026, 8, 1), place="")
    assert appear_in_order(pages(paper)[0], "le 1er août 2026", "(Signé)")
    assert "Nom et qualité" in pages(paper)[0]


def test_right_to_left_pieces_and_signatures_are_set_so() -> None:
    arabic = replace(
        TEXT,
        paragraphs=(Piece("المادة", "heading"), Piece("تهدي الوزارة", lead="تهدي")),
        signatures=(Signature("عن كريمسون", "محمد"),),
    )
    document = word(arabic)
    set_so = [*document.paragraphs[-3:-1], *document.tables[0].rows[0].cells[0].paragraphs]
    assert len(set_so) == 5
    for paragraph in set_so:
        assert paragraph._p.pPr.find(qn("w:bidi")) is not None
        assert all(run.font.rtl for run in paragraph.runs)
    [heading] = [item for item in pieces(arabic) if item.text == "المادة"]
    assert heading.left > 595 / 2
    assert b"pdfaid:part" in to_pdf(arabic)


@pytest.mark.parametrize("text", MARKUP)
def test_markup_in_pieces_and_signatures_is_printed_literally(text: str) -> None:
    paper = replace(
        TEXT,
        paragraphs=(Piece(text, "heading"), Piece(text, "small"), Piece(f"x {text}", number=text[:5], lead="x")),
        signatures=(Signature(text, text, text, (text,)),),
    )
    shown = "".join("".join(pages(paper)).split())
    assert shown.count("".join(text.split())) == 7
    assert "\n".join(body(paper)).count(text) == 3
    assert sum(text in line for cell in table(paper) for line, _style in cell) == 4


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS.keys())
def test_no_text_breaks_either_format(text: str) -> None:
    paper = replace(
        TEXT,
        number=text,
        heading=text,
        reference=text,
        paragraphs=tuple(Piece(text, kind, text, text) for kind in ("text", "heading", "small")),
        signatures=(Signature(text, text, text, (text, text)), Signature(text)),
    )
    assert to_pdf(paper).startswith(b"%PDF")
    assert to_docx(paper).startswith(b"PK")
    assert len(table(paper)) == 2
