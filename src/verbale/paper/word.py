"""The paper as DOCX, for those who go on working with the text.

The same parts in the same order as the PDF, in named styles. The numbers of the paragraphs are text and not a list of
Word's: a note that is cited by paragraph must not renumber itself. The first page has its own header and footer, so
that the page number stands only on those that follow.
"""

from __future__ import annotations

import datetime
import io
import zipfile
from typing import Final, cast

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.section import _Footer, _Header
from docx.shared import Mm, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph as DocxParagraph
from docx.text.run import Run

from . import marking
from .layout import Layout, Paragraph, lay_out
from .model import Paper

FONT: Final = "Times New Roman"
"""Not the PDF's Noto Serif: a DOCX carries no font, and this one, or its metric twin, is on every desk."""

_MARGIN: Final = Mm(35)
_MEASURE: Final = Mm(210 - 2 * 35)
_CENTRE: Final = WD_ALIGN_PARAGRAPH.CENTER
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def to_docx(paper: Paper) -> bytes:
    """The DOCX of `paper`; the same bytes for the same paper."""
    layout = lay_out(paper)
    document = Document()
    _set_page(document)
    _set_styles(document, layout)
    _set_properties(document, layout)
    section = document.sections[0]
    section.different_first_page_header_footer = True
    _write_header(section.first_page_header, layout, first=True)
    _write_header(section.header, layout, first=False)
    _write_footer(section.first_page_footer, layout, first=True)
    _write_footer(section.footer, layout, first=False)
    _write_body(document, layout)
    return _packed(document)


def _set_page(document: DocumentType) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = _MARGIN
    section.top_margin, section.bottom_margin = Mm(33), Mm(34)
    section.header_distance = section.footer_distance = Mm(14)
    # a line that is broken in a justified paragraph is not stretched to the margin; the schema has this one first
    compat = document.settings.element.find(qn("w:compat"))
    compat.insert(0, _element("w:doNotExpandShiftReturn"))


def _set_properties(document: DocumentType, layout: Layout) -> None:
    properties = document.core_properties
    # Office keeps 255 characters
    properties.title = layout.title[:255]
    # A non-paper has no author; the library would name itself.
    author = ", ".join(filter(None, (layout.ministry, layout.state)))
    properties.author = properties.last_modified_by = author[:255]
    properties.subject = layout.form[:255]
    properties.keywords = layout.marking[:255]
    properties.comments = ""
    properties.language = layout.language
    properties.created = properties.modified = datetime.datetime.combine(layout.date, datetime.time(12))


def _set_styles(document: DocumentType, layout: Layout) -> None:
    normal = cast(ParagraphStyle, document.styles["Normal"])
    normal.font.name, normal.font.size = FONT, Pt(12)
    normal.paragraph_format.space_after = Pt(0)
    normal.paragraph_format.line_spacing = 1.1
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:cs"), FONT)
    for language in document.styles.element.iter(qn("w:lang")):
        language.set(qn("w:val"), f"{layout.language}-{layout.region}")

    _style(document, "Letterhead State", size=17, bold=True, align=_CENTRE)
    ministry = _style(document, "Letterhead Ministry", size=12.5, italic=True, align=_CENTRE, after=14)
    _line_below(ministry, layout.colour)
    head = _style(document, "Text Head", size=11, after=16)
    head.paragraph_format.tab_stops.add_tab_stop(_MEASURE, WD_TAB_ALIGNMENT.RIGHT)
    _style(document, "Note Number", after=8)
    _style(document, "Note Form", size=14, bold=True, align=_CENTRE, after=8, outline=1)
    _style(document, "Note Reference", size=10.5, italic=True, align=_CENTRE, after=8)
    body = _style(document, "Note Body", align=WD_ALIGN_PARAGRAPH.JUSTIFY, after=8)
    body.paragraph_format.widow_control = True
    _style(document, "Note Heading", bold=True, before=6, after=6, with_next=True, outline=2)
    _style(document, "Note Small", size=10, after=6)
    _style(document, "Note Closing", base="Note Body", after=14, with_next=True)
    _style(document, "Note Date", after=24, with_next=True)
    initials = _style(document, "Note Initials", size=10, after=18, with_next=True)
    initials.paragraph_format.tab_stops.add_tab_stop(Mm(38), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)
    initials.paragraph_format.tab_stops.add_tab_stop(_MEASURE, WD_TAB_ALIGNMENT.RIGHT)
    enclosures = _style(document, "Note Enclosure", size=10.5, with_next=True)
    enclosures.paragraph_format.left_indent, enclosures.paragraph_format.first_line_indent = Mm(7), Mm(-7)
    _style(document, "Note Addressee", before=36)
    _style(document, "Signature", with_next=True)
    _line_below(_style(document, "Signature Given", italic=True, before=6, after=4, with_next=True), "#000000")
    _line_below(_style(document, "Signature Line", before=24, after=4, with_next=True), "#000000")
    _style(document, "Signature Name", bold=True, with_next=True)
    _style(document, "Signature Remark", size=10)
    for name in ("Header", "Footer"):
        style = cast(ParagraphStyle, document.styles[name])
        _clear_tabs(style)
        style.paragraph_format.tab_stops.add_tab_stop(_MEASURE, WD_TAB_ALIGNMENT.RIGHT)
    footer = cast(ParagraphStyle, document.styles["Footer"])
    footer.paragraph_format.tab_stops.add_tab_stop(Mm(70), WD_TAB_ALIGNMENT.CENTER)


def _style(
    document: DocumentType,
    name: str,
    *,
    base: str = "Normal",
    size: float | None = None,
    bold: bool | None = None,
    italic: bool | None = None,
    align: WD_ALIGN_PARAGRAPH | None = None,
    before: float = 0,
    after: float = 0,
    with_next: bool = False,
    outline: int = 0,
) -> ParagraphStyle:
    style = cast(ParagraphStyle, document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH))
    style.base_style = document.styles[base]
    style.quick_style = True
    style.font.size = None if size is None else Pt(size)
    style.font.bold, style.font.italic = bold, italic
    # scripts that run from right to left have weights of their own
    style.font.cs_bold, style.font.cs_italic = bold, italic
    form = style.paragraph_format
    form.space_before, form.space_after, form.keep_with_next = Pt(before), Pt(after), with_next
    if align is not None:
        form.alignment = align
    if outline:
        # screen readers find the paper by its heading, and its parts by theirs
        style.element.get_or_add_pPr().append(_element("w:outlineLvl", val=str(outline - 1)))
    return style


def _clear_tabs(style: ParagraphStyle) -> None:
    """Takes away the template's tab stops, which are those of Letter paper."""
    for tabs in style.element.get_or_add_pPr().findall(qn("w:tabs")):
        style.element.pPr.remove(tabs)


def _line_below(style: ParagraphStyle, colour: str) -> None:
    borders = OxmlElement("w:pBdr")
    borders.append(_element("w:bottom", val="single", sz="8", space="6", color=colour[1:]))
    properties = style.element.get_or_add_pPr()
    # the schema fixes the order: borders come before spacing
    properties.insert_element_before(
        borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:outlineLvl"
    )


def _write_header(header: _Header, layout: Layout, *, first: bool) -> None:
    header.is_linked_to_previous = False
    paragraph = header.paragraphs[0]
    if layout.precedence:
        paragraph.add_run(layout.precedence).bold = True
    paragraph.add_run("\t")
    _mark(paragraph, layout)
    if not first:
        run = header.add_paragraph(style="Header").add_run(layout.continuation)
        run.italic, run.font.size = True, Pt(9.5)
    for text, colour in ((layout.exercise, None), (layout.draft, RGBColor(0xA0, 0, 0))):
        if text:
            run = _centred(header, "Header", text)
            run.bold, run.font.color.rgb = True, colour


def _write_footer(footer: _Footer, layout: Layout, *, first: bool) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.add_run("\t")
    if not first:
        before, _, rest = layout.page.partition("{page}")
        between, _, after = rest.partition("{pages}")
        for text, field in ((before, "PAGE"), (between, "NUMPAGES"), (after, "")):
            if text:
                paragraph.add_run(text).font.size = Pt(9.5)
            if field:
                _add_field(paragraph, field)
    paragraph.add_run("\t")
    _mark(paragraph, layout)
    if layout.act:
        _centred(footer, "Footer", layout.act).font.size = Pt(8)
    if layout.exercise:
        _centred(footer, "Footer", layout.exercise).bold = True


def _centred(part: _Header | _Footer, style: str, text: str) -> Run:
    paragraph = part.add_paragraph(style=style)
    paragraph.alignment = _CENTRE
    return paragraph.add_run(text)


def _mark(paragraph: DocxParagraph, layout: Layout) -> None:
    if not layout.marking:
        return
    run = paragraph.add_run(layout.marking)
    run.bold, run.font.size = True, Pt(marking.SIZE_PT)
    run.font.color.rgb = RGBColor.from_string(layout.marking_colour[1:].upper())
    # the last of a run's properties but for a few that we do not use, so that appending keeps the schema's order
    run._r.get_or_add_rPr().append(_element("w:shd", val="clear", color="auto", fill=marking.BACKGROUND[1:]))


def _add_field(paragraph: DocxParagraph, instruction: str) -> None:
    """A field that Word fills in; LibreOffice too."""
    field = _element("w:fldSimple", instr=instruction)
    run = paragraph.add_run("1")
    run.font.size = Pt(9.5)
    paragraph._p.append(field)
    field.append(run._r)


def _write_body(document: DocumentType, layout: Layout) -> None:
    for text, style in (
        ("\t".join((layout.day, layout.symbol)).rstrip("\t"), "Text Head"),
        (layout.state, "Letterhead State"),
        (layout.ministry, "Letterhead Ministry"),
        (layout.number, "Note Number"),
        (layout.form, "Note Form"),
        (layout.reference, "Note Reference"),
    ):
        if text:
            document.add_paragraph(text, style=style)
    for part in layout.paragraphs:
        _write_paragraph(document, part)
    if layout.closing:
        document.add_paragraph(layout.closing, style="Note Closing")
    if layout.signatures:
        _write_signatures(document, layout)
    if layout.dateline:
        document.add_paragraph(layout.dateline, style="Note Date")
    if layout.initials:
        document.add_paragraph(f"{layout.initials} \t\t({layout.seal})", style="Note Initials")
    if layout.enclosures:
        document.add_paragraph(layout.enclosures_label, style="Note Enclosure")
        for place, name in enumerate(layout.enclosures, start=1):
            document.add_paragraph(f"{place}.\t{name}", style="Note Enclosure")
    if layout.addressee:
        document.add_paragraph(layout.addressee, style="Note Addressee")


_STYLES: Final = {"text": "Note Body", "heading": "Note Heading", "small": "Note Small"}


def _write_paragraph(document: DocumentType, part: Paragraph) -> None:
    paragraph = document.add_paragraph(style=_STYLES[part.kind])
    if part.number:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(9))
        paragraph.add_run(f"{part.number}\t")
    if part.lead:
        paragraph.add_run(part.lead).italic = True
    paragraph.add_run(part.text)
    if part.with_next:
        paragraph.paragraph_format.keep_with_next = True
    if part.right_to_left:
        _set_right_to_left(paragraph)


def _set_right_to_left(paragraph: DocxParagraph) -> None:
    paragraph._p.get_or_add_pPr().insert_element_before(OxmlElement("w:bidi"), "w:spacing", "w:ind", "w:jc")
    for run in paragraph.runs:
        run.font.rtl = True


def _write_signatures(document: DocumentType, layout: Layout) -> None:
    """Two abreast, in a table without lines; a row is not divided between pages."""
    table = document.add_table(rows=0, cols=2)
    for place, block in enumerate(layout.signatures):
        if place % 2 == 0:
            row = table.add_row()
            row._tr.get_or_add_trPr().append(_element("w:cantSplit"))
        cell = row.cells[place % 2]
        lines = [
            (block.head, "Signature"),
            (block.signed, "Signature Given" if block.signed else "Signature Line"),
            *((text, "Signature Name") for text in (block.name,) if text),
            *((text, "Signature") for text in (block.office,) if text),
            *((text, "Signature Remark") for text in (*block.remarks, block.blank) if text),
        ]
        for number, (text, style) in enumerate(lines):
            # a cell is born with one paragraph
            paragraph = cell.add_paragraph() if number else cell.paragraphs[0]
            paragraph.style = document.styles[style]
            paragraph.add_run(text)
            if block.right_to_left:
                _set_right_to_left(paragraph)
        cell.paragraphs[-1].paragraph_format.space_after = Pt(18)
    # Word wants a paragraph between a table and the end
    document.add_paragraph()


def _element(tag: str, **attributes: str) -> BaseOxmlElement:
    element = OxmlElement(tag)
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), value)
    return element


def _packed(document: DocumentType) -> bytes:
    """The file, with the time of packing taken out of it."""
    packed, result = io.BytesIO(), io.BytesIO()
    document.save(packed)
    with zipfile.ZipFile(packed) as source, zipfile.ZipFile(result, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), source.read(name), zipfile.ZIP_DEFLATED)
    return result.getvalue()
