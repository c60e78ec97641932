"""What is said of findings: how many, how they stand, in sentences."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.knowledge.law import DEPENDS, ENGAGED, NOT_ENGAGED, Finding, Settling, the_law
from verbale.knowledge.law.assess import Seen
from verbale.node.judged import Side

__all__ = ["KINDS", "OWN", "STATUSES", "VALUES", "VIEWS", "counted", "facts_told", "settled_told", "sides_of"]

KINDS = (
    ("norm", _("Which norms does it engage?")),
    ("rule", _("What does international law say of it?")),
    ("option", _("What may be done about it?")),
)
STATUSES = {ENGAGED: _("engaged"), DEPENDS: _("depends"), NOT_ENGAGED: _("not engaged")}
VALUES = {"true": _("it is so"), "false": _("it is not so"), "unknown": _("not known")}
VIEWS = {"first": _("the first view"), "second": _("the second view"), "none": _("no view taken")}
OWN, _FIRST, _OTHER = _("Our view:"), _("One view:"), _("The other view:")


def sides_of(seen: Seen) -> tuple[Side, Side]:
    """How a finding stands under each of two views, the own one first."""
    first = _FIRST if seen.own is None else OWN
    one, other = (
        Side(label, the_law().sentence(seen.position, value), STATUSES[status])
        for label, (value, status) in ((first, seen.first), (_OTHER, seen.second))
    )
    return one, other


def facts_told(settling: Settling) -> list[str]:
    """The facts that would settle it, each in its sentence."""
    return [the_law().sentence(name, sign) for name, sign in settling.facts]


def settled_told(settling: Settling) -> str:
    """`engaged if: The State knew of it.`"""
    told = {"status": STATUSES[settling.status], "facts": " ".join(facts_told(settling))}
    return gettext("%(status)s if: %(facts)s") % told


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
