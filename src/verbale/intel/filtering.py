"""What of a report may be passed on under a TLP marking, and what is held back and why.

Order: CLEAR < GREEN < AMBER < AMBER+STRICT < RED. A part without marking is taken for what the report itself is marked,
and for AMBER when that is unmarked too. Plain texts (title, victims, warnings) are held back like the objects they came
from; a text that another object also gives under a lower marking stays.
"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from .model import Marking, Origin, Report
from .tlp import TLP_ORDER, strictest, taken_for, tlp_word

_LISTS: Final = (
    "actors",
    "malware",
    "tools",
    "vulnerabilities",
    "infrastructure",
    "techniques",
    "indicators",
    "observables",
    "references",
    "relationships",
    "courses_of_action",
    "notes",
    "not_understood",
)
_TEXTS: Final = ("title", "summary", "producer", "threat_level", "analysis")
_TIMES: Final = ("created", "modified", "published", "first_seen", "last_seen")
_TEXT_LISTS: Final = ("languages", "sectors", "regions", "countries", "victims", "labels", "warnings")


class Withheld(msgspec.Struct, frozen=True):
    """One thing held back: the field of `Report` it stood in, its id, its marking in effect, and a sentence."""

    field: str
    id: str
    marking: str
    why: str


class _Marked(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def marking(self) -> Marking: ...


def effective_marking(report: Report, part: _Marked) -> str:
    """The TLP word that a part of the report is treated as."""
    return taken_for(part.marking, report.own_marking)


def filter_by_marking(report: Report, ceiling: str) -> tuple[Report, list[Withheld]]:
    """`report` without what is more restrictive than `ceiling`, and what that was, in the order of the report's fields.

    `object_counts` is emptied as soon as anything is held back, since it would tell of it. `ValueError` when `ceiling`
    is no TLP word.
    """
    limit = tlp_word(ceiling)
    if limit is None:
        raise ValueError(f'"{ceiling}" is no TLP marking; one of {", ".join(TLP_ORDER)} is needed')
    withheld: list[Withheld] = []
    kept: dict[str, object] = {}
    words: list[str | None] = []
    for field in _LISTS:
        parts: list[_Marked] = getattr(report, field)
        passing = []
        for part in parts:
            if _passes(effective_marking(report, part), limit):
                passing.append(part)
                words.append(part.marking)
            else:
                withheld.append(_withheld(report, field, part, limit))
        kept[field] = passing
    origins = [origin for origin in report.origins if _passes(effective_marking(report, origin), limit)]
    open_texts = {(origin.field, origin.value) for origin in origins}
    for origin in report.origins:
        if (origin.field, origin.value) not in open_texts:
            withheld.append(_withheld(report, origin.field, origin, limit))
    for field in _TEXTS:
        text: str = getattr(report, field)
        kept[field] = text if (field, text) in open_texts else ""
    for field in _TIMES:
        time: str | None = getattr(report, field)
        kept[field] = time if (field, time) in open_texts else None
    for field in _TEXT_LISTS:
        texts: list[str] = getattr(report, field)
        kept[field] = [text for text in texts if (field, text) in open_texts]
    kept["origins"] = origins
    own = report.own_marking if report.own_marking and _passes(report.own_marking, limit) else None
    kept["marking"] = strictest([*words, *(origin.marking for origin in origins), own])
    kept["object_counts"] = {} if withheld else report.object_counts
    return msgspec.structs.replace(report, **kept), withheld


def _passes(word: str, limit: str) -> bool:
    return TLP_ORDER.index(word) <= TLP_ORDER.index(limit)


def _withheld(report: Report, field: str, part: _Marked | Origin, limit: str) -> Withheld:
    word = effective_marking(report, part)
    if part.marking is not None:
        why = f"marked {word}, above {limit}"
    elif report.own_marking is not None:
        why = f"unmarked, so taken for the report's own {word}, above {limit}"
    else:
        why = f"unmarked in an unmarked report, so taken for {word}, above {limit}"
    return Withheld(field, part.id, word, why)
