"""Forms as packs: what a person fills in, how it is checked, and the paragraphs that it makes.

A form gives labels and help for its fields, and in each language the paragraphs of the paper with `{field}` in the
places of what was filled in. `{state}` and `{partner}` are the two sides. A paragraph with `when` stands only when that
field is filled in. A field of kind `lines` reads `(a) …; (b) …` in its place; one of kind `prose` is a paragraph a
blank line, and stands alone as `{text}`.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Annotated, Literal

import msgspec

from verbale.knowledge.packs import PackHead, load_kind

__all__ = ["FREE", "Field", "Form", "all_forms", "check_values", "form_of", "render"]

FREE = "note-verbale"
"""The form of free text that a note has when nothing else is chosen."""

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_GIVEN = frozenset({"state", "partner"})


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing to fill in."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9_]{0,30}\Z")]
    label: str
    kind: Literal["line", "text", "lines", "date", "choice", "prose"] = "line"
    required: bool = True
    help: str = ""
    choices: list[str] = []
    most: Annotated[int, msgspec.Meta(ge=1, le=20_000)] = 2_000
    """Characters."""


class Paragraph(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: str
    when: str = ""


class Form(PackHead, frozen=True, forbid_unknown_fields=True, kw_only=True):
    style: Literal["note", "impersonal", "plain"]
    """As `verbale.paper.STYLES`."""
    heading: str = ""
    """What stands at the head of the paper, when it is not the customary name of the style."""
    about: str
    """What it is for, in a sentence."""
    fields: Annotated[list[Field], msgspec.Meta(min_length=1, max_length=40)]
    paragraphs: dict[str, list[Paragraph]]
    """By language."""
    reply_days: int | None = None
    """Days until an answer is customarily asked for."""
    precedence: str = "ROUTINE"

    def __post_init__(self) -> None:
        """Every place in a paragraph is a field, and every field has a place."""
        keys = {item.key for item in self.fields}
        if len(keys) != len(self.fields):
            raise ValueError("two fields of one key")
        for item in self.fields:
            if bool(item.choices) != (item.kind == "choice"):
                raise ValueError(f"{item.key}: choices belong to a field of kind choice, and it needs them")
        for language, paragraphs in self.paragraphs.items():
            used = {key for item in paragraphs for key in _PLACE.findall(item.text)}
            if unknown := used - keys - _GIVEN:
                raise ValueError(f"paragraphs.{language}: no field for {', '.join(sorted(unknown))}")
            if unused := keys - used:
                raise ValueError(f"paragraphs.{language}: {', '.join(sorted(unused))} stands nowhere")
            if wrong := {item.when for item in paragraphs} - keys - {""}:
                raise ValueError(f"paragraphs.{language}: when names no field: {', '.join(sorted(wrong))}")

    def field(self, key: str) -> Field | None:
        return next((item for item in self.fields if item.key == key), None)


@cache
def _forms() -> dict[str, Form]:
    return load_kind("forms", Form)


def form_of(identifier: str) -> Form | None:
    """The form of that pack id."""
    return _forms().get(identifier)


def all_forms() -> list[Form]:
    """Every form; free text first, the others by name."""
    return sorted(_forms().values(), key=lambda form: (form.id != FREE, form.name))


def check_values(form: Form, values: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with what was filled in: field to a sentence; empty when all is right."""
    wrong = {key: "This form has no such field." for key in values if form.field(key) is None}
    for item in form.fields:
        value = values.get(item.key, "").strip()
        if not value:
            if item.required:
                wrong[item.key] = "This must be filled in."
        elif len(value) > item.most:
            wrong[item.key] = f"At most {item.most} characters; found {len(value)}."
        elif item.kind == "choice" and value not in item.choices:
            wrong[item.key] = f"One of: {', '.join(item.choices)}."
        elif item.kind == "date" and not _is_date(value):
            wrong[item.key] = "A day such as 2026-11-24."
    return wrong


def _is_date(text: str) -> bool:
    try:
        return len(text) == 10 and bool(date.fromisoformat(text))
    except ValueError:
        return False


def render(form: Form, values: Mapping[str, str], *, language: str, state: str, partner: str) -> list[str]:
    """The paragraphs of the paper. What is filled in is text: a brace in it is a brace."""
    filled = {item.key: _told(item, values.get(item.key, "").strip(), language) for item in form.fields}
    places = {**filled, "state": state, "partner": partner}
    prose = {item.key for item in form.fields if item.kind == "prose"}
    paragraphs = form.paragraphs.get(language) or form.paragraphs["en"]
    made: list[str] = []
    for item in paragraphs:
        if item.when and not filled[item.when]:
            continue
        if item.text.strip("{}") in prose:
            made += [part.strip() for part in re.split(r"\n\s*\n", filled[item.text.strip("{}")]) if part.strip()]
        else:
            made.append(_PLACE.sub(lambda place: places[place[1]] or "…", item.text))
    return made


_MONTHS = (
    "January February March April May June July August September October November December",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
)


def _told(item: Field, value: str, language: str) -> str:
    if item.kind == "date" and _is_date(value):
        day = date.fromisoformat(value)
        return f"{day.day} {_MONTHS[language == 'fr'].split()[day.month - 1]} {day.year}"
    if item.kind == "lines":
        lines = [line.strip(" ;.") for line in value.splitlines() if line.strip()]
        return "; ".join(f"({chr(97 + place)}) {line}" if place < 26 else line for place, line in enumerate(lines))
    return value
