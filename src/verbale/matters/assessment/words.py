"""What is said of findings: how many, how they stand, in sentences."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from verbale.knowledge.law import DEPENDS, ENGAGED, NOT_ENGAGED, Finding

__all__ = ["KINDS", "STATUSES", "VALUES", "VIEWS", "counted"]

KINDS = (
    ("norm", _("Which norms does it engage?")),
    ("rule", _("What does international law say of it?")),
    ("option", _("What may be done about it?")),
)
STATUSES = {ENGAGED: _("engaged"), DEPENDS: _("depends"), NOT_ENGAGED: _("not engaged")}
VALUES = {"true": _("it is so"), "false": _("it is not so"), "unknown": _("not known")}
VIEWS = {"first": _("the first view"), "second": _("the second view"), "none": _("no view taken")}


def counted(findings: Iterable[Finding]) -> str:
    """`3 engaged: …; 2 depend on what is unknown; 6 not engaged.`"""
    by: dict[str, list[Any]] = {ENGAGED: [], DEPENDS: [], NOT_ENGAGED: []}
    for finding in findings:
        by[finding.status].append(finding.conclusion.name)
    engaged, open_ones, out = (len(by[status]) for status in (ENGAGED, DEPENDS, NOT_ENGAGED))
    told = ngettext("%(n)s engaged", "%(n)s engaged", engaged) % {"n": engaged}
    if engaged:
        told += f" ({', '.join(by[ENGAGED])})"
    told += "; " + ngettext("%(n)s depends on what is unknown", "%(n)s depend on what is unknown", open_ones) % {
        "n": open_ones
    }
    return told + "; " + ngettext("%(n)s not engaged.", "%(n)s not engaged.", out) % {"n": out}
