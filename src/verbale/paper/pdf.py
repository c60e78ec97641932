"""The note as PDF, set by Typst from `note.typ`.

Text reaches the template as one JSON value in `sys.inputs` and is placed there as strings. Typst parses no strings, so
nothing that a text says is markup. The template and the fonts are read once; a compilation then takes milliseconds.
"""

from __future__ import annotations

import datetime
import json
import threading
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Final

import fontpkg  # type: ignore[import-untyped]  # ships no types
import typst

from .layout import lay_out
from .model import Paper

STANDARDS: Final[list[typst.PDFStandard]] = ["a-2a", "ua-1"]
"""ISO 19005-2 level A (archives), ISO 14289-1 (screen readers)."""

_HERE: Final = Path(__file__).resolve().parent
_LOCK: Final = threading.Lock()
"""A Typst compiler keeps its inputs between calls and so serves one thread at a time."""


def to_pdf(paper: Paper) -> bytes:
    """The PDF of `paper`: tagged, fonts embedded, the same bytes for the same paper and fonts.

    Noto Serif has Latin, Greek and Cyrillic; other scripts come from whatever fonts the machine has, every installed
    `fontpkg-*` package included. PDF/A refuses a character that no font has, and those of the private use area; the
    note is then an ordinary tagged PDF, with an empty box in the place of the character.
    """
    layout = lay_out(paper)
    inputs = {"note": json.dumps(asdict(layout), ensure_ascii=False, default=_date)}
    noon = datetime.datetime.combine(layout.date, datetime.time(12), tzinfo=datetime.UTC)
    try:
        return _compile(inputs, noon, STANDARDS)
    except typst.TypstError:
        # what is wrong with more than the standard raises again
        return _compile(inputs, noon, [])


def _compile(inputs: dict[str, str], created: datetime.datetime, standards: list[typst.PDFStandard]) -> bytes:
    template, compiler = _compiler()
    with _LOCK:
        pdf = compiler.compile(
            template, format="pdf", sys_inputs=inputs, pdf_standards=standards, timestamp=created, pdf_tags=True
        )
    assert isinstance(pdf, bytes), "one PDF is one sequence of bytes"
    return pdf


@cache
def _compiler() -> tuple[bytes, typst.Compiler]:
    # the directories and not the files: Typst looks for fonts in directories
    directories = {str(file.path.parent) for family in fontpkg.families().values() for file in family.files}
    fonts = typst.Fonts(include_system_fonts=True, include_embedded_fonts=True, font_paths=sorted(directories))
    template = (_HERE / "note.typ").read_bytes()
    return template, typst.Compiler(template, root=_HERE, font_paths=fonts)


def _date(value: object) -> dict[str, int]:
    if isinstance(value, datetime.date):
        return {"year": value.year, "month": value.month, "day": value.day}
    raise TypeError(f"not for the template: {value!r}")
