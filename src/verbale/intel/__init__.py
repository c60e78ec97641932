"""Reads threat reports, STIX 2.1 (Attack Flow included) and MISP events, into one plain `Report`.

    report = read_report(Path("conti-ransomware.json").read_bytes(), name="conti-ransomware.json")
    [technique.id for technique in report.techniques]      # in the order of the attack
    shared, held_back = filter_by_marking(report, "GREEN")

Bytes in, a frozen value or a `ReportError` out: no clock, no network, no storage. What the reader does not understand
is listed in the report; what is malformed is refused as a whole, with the object and the field named.
"""

from .errors import (
    BadObject,
    FormatUnknown,
    NotJson,
    ReportError,
    SeveralEvents,
    TooLarge,
    WrongVersion,
)
from .filtering import Withheld, effective_marking, filter_by_marking
from .model import (
    Actor,
    Indicator,
    Named,
    Note,
    NotUnderstood,
    Observable,
    Origin,
    Reference,
    Relation,
    Report,
    Technique,
    Vulnerability,
    report_to_dict,
)
from .read import read_report, read_report_file, read_reports
from .tlp import TLP_ORDER

__all__ = [
    "TLP_ORDER",
    "Actor",
    "BadObject",
    "FormatUnknown",
    "Indicator",
    "Named",
    "NotJson",
    "NotUnderstood",
    "Note",
    "Observable",
    "Origin",
    "Reference",
    "Relation",
    "Report",
    "ReportError",
    "SeveralEvents",
    "Technique",
    "TooLarge",
    "Vulnerability",
    "Withheld",
    "WrongVersion",
    "effective_marking",
    "filter_by_marking",
    "read_report",
    "read_report_file",
    "read_reports",
    "report_to_dict",
]
