"""The note as DOCX, read back with python-docx."""

import io
import zipfile
from dataclasses import replace
from datetime import date

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor
from docx.text.run import Run

from verbale.paper import closing, opening, to_docx

from .notes import ACT, FRENCH, NOTE, body, note, word


def test_it_prints_the_parts_in_the_customary_order() -> None:
    assert body(note(form="acknowledgement", reference="Note verbale 11/2026 of 12 March 2026")) == [
        "Republic of Crimson",
        "Ministry of Foreign Affairs",
        "No. 12/2026",
        "Note verbale",
        "In acknowledgement of: Note verbale 11/2026 of 12 March 2026",
        f"1.\t{opening(NOTE)} {NOTE.paragraphs[0]}",
        f"2.\t{NOTE.paragraphs[1]}",
        f"3.\t{NOTE.paragraphs[2]}",
        closing(NOTE),
        "Port Crimson, 12 March 2026",
        "Initials \t\t(Seal)",
        "Enclosures:",
        "1.\tTechnical report of 11 March 2026",
        "2.\tChronology of events",
        NOTE.addressee,
    ]


def test_one_paragraph_has_no_number_and_one_enclosure_a_singular() -> None:
    texts = body(note(paragraphs=("inform the Ministry.",), attachments=("Report",)))
    assert f"{opening(NOTE)} inform the Ministry." in texts
    assert "Enclosure:" in texts


def test_the_parts_have_named_styles() -> None:
    styles = {paragraph.text[:12]: paragraph.style.name for paragraph in word(NOTE).paragraphs if paragraph.style}
    assert styles["Republic of "] == "Letterhead State"
    assert styles["Note verbale"] == "Note Form"
    assert styles["1.\tThe Minis"] == "Note Body"
    assert styles[NOTE.addressee[:12]] == "Note Addressee"


def marks(paper_marking: str) -> list[Run]:
    section = word(note(marking=paper_marking)).sections[0]
    parts = (section.first_page_header, section.header, section.first_page_footer, section.footer)
    runs = [run for part in parts for paragraph in part.paragraphs for run in paragraph.runs]
    return [run for run in runs if run.text == paper_marking]


def test_the_marking_stands_in_every_header_and_footer_as_tlp_asks() -> None:
    runs = marks("TLP:AMBER")
    assert len(runs) == 4
    for run in runs:
        shading = run._r.rPr.find(qn("w:shd"))
        assert run.font.size == Pt(12)
        assert run.font.color.rgb == RGBColor(0xFF, 0xC0, 0x00)
        assert shading.get(qn("w:fill")) == "000000"


def test_each_label_has_its_colour() -> None:
    colours = {"TLP:RED": "FF2B2B", "TLP:AMBER+STRICT": "FFC000", "TLP:GREEN": "33FF00", "TLP:CLEAR": "FFFFFF"}
    assert {label: str(marks(label)[0].font.color.rgb) for label in colours} == colours


def test_exercise_draft_precedence_and_act_stand_on_each_page() -> None:
    section = word(note(exercise=True, draft=True, precedence="FLASH")).sections[0]
    for header in (section.first_page_header, section.header):
        text = "\n".join(paragraph.text for paragraph in header.paragraphs)
        assert "FLASH\tTLP:AMBER" in text
        assert "EXERCISE EXERCISE EXERCISE" in text
        assert "DRAFT - not cleared" in text
    for footer in (section.first_page_footer, section.footer):
        text = "\n".join(paragraph.text for paragraph in footer.paragraphs)
        assert f"Verbale act {ACT} - verify with: verbale verify" in text
        assert text.endswith("EXERCISE EXERCISE EXERCISE")


def test_only_pages_after_the_first_have_a_number() -> None:
    section = word(NOTE).sections[0]
    assert section.different_first_page_header_footer
    fields = [part._element.findall(f".//{qn('w:fldSimple')}") for part in (section.first_page_footer, section.footer)]
    assert [[field.get(qn("w:instr")) for field in found] for found in fields] == [[], ["PAGE", "NUMPAGES"]]


def test_the_properties_say_title_language_and_date() -> None:
    properties = word(NOTE).core_properties
    assert properties.title.startswith("TLP:AMBER Note verbale No. 12/2026 of Republic of Crimson")
    assert properties.language == "en"
    assert properties.author == "Ministry of Foreign Affairs, Republic of Crimson"
    assert properties.created is not None
    assert properties.created.date() == date(2026, 3, 12)
    assert properties.comments == ""


def test_the_text_is_spelled_in_its_language() -> None:
    for paper, language in ((NOTE, "en-GB"), (FRENCH, "fr-FR")):
        styles = zipfile.ZipFile(io.BytesIO(to_docx(paper))).read("word/styles.xml").decode()
        assert f'w:lang w:val="{language}"' in styles


def test_a_right_to_left_paragraph_is_set_so() -> None:
    paragraph = next(p for p in word(note(paragraphs=("inform", "السلام عليكم"))).paragraphs if "السلام" in p.text)
    assert paragraph._p.pPr.find(qn("w:bidi")) is not None
    assert paragraph.runs[-1].font.rtl


def test_the_same_paper_is_the_same_bytes() -> None:
    assert to_docx(NOTE) == to_docx(replace(NOTE))


def test_the_letterhead_is_centred() -> None:
    style = word(NOTE).styles["Letterhead State"]
    assert style.paragraph_format.alignment == WD_ALIGN_PARAGRAPH.CENTER
