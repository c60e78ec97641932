"""What is said of an overlap, in sentences."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from verbale.matters.kit.spec import View
from verbale.matters.overlap import standing
from verbale.matters.overlap.fold import learner, runs
from verbale.node.partners import name_of

__all__ = ["KINDS", "learnt", "limits", "other_of", "standing_told", "turns"]

KINDS = {
    "ipv4": _("IPv4 addresses and networks"),
    "ipv6": _("IPv6 addresses and networks"),
    "domain": _("domain names"),
    "url": _("URLs"),
    "email": _("e-mail addresses"),
    "md5": "MD5",
    "sha1": "SHA-1",
    "sha224": "SHA-224",
    "sha256": "SHA-256",
    "sha384": "SHA-384",
    "sha512": "SHA-512",
    "cve": _("CVE ids"),
    "mutex": _("mutexes"),
    "registry-key": _("registry keys"),
}


def other_of(parties: list[str], node: str) -> str:
    return next((name for name in parties if name != node), node)


def learnt(opening: Mapping[str, Any]) -> list[str]:
    """What each side learns by these terms, in sentences."""
    told = []
    for run in runs(opening):
        learns = learner(opening, run)
        names = {"learns": name_of(learns), "other": name_of(other_of(opening["parties"], learns))}
        if opening["learn"] == "values":
            told.append(
                gettext("%(learns)s learns which values both hold, and of no other value of %(other)s what it is.")
                % names
            )
        else:
            told.append(gettext("%(learns)s learns how many values both hold, and not which.") % names)
    first = learner(opening, 1)
    if opening["learns"] == "proposer":
        names = {"learns": name_of(first), "other": name_of(other_of(opening["parties"], first))}
        told.append(
            gettext("%(other)s learns only how many there are, as %(learns)s tells it.") % names
            if opening["tell"]
            else gettext("%(other)s does not learn what was found.") % names
        )
    told.append(
        gettext("Both fill up their sets to %(most)s, so neither learns how large the other's is.")
        % {"most": opening["most"]}
        if opening["pad"]
        else gettext("Each learns how many values the other puts in.")
    )
    return told


def limits(opening: Mapping[str, Any]) -> list[str]:
    """What the protocol does not prevent, in sentences."""
    told = [
        gettext("Nobody checks what a side puts in: one that puts in guesses learns which of them the other holds."),
        gettext("Neither does anybody check that a side puts in all that it has."),
    ]
    if opening["learn"] == "size":
        told.append(
            gettext(
                "That only the number is learnt holds for a side that follows the protocol; one that blinds its values "
                "with different keys can find out which they are."
            )
        )
    if not opening["exact"]:
        told.append(
            gettext("A run holds a false match in at most one of %(runs)s.") % {"runs": f"{10 ** opening['rate']:,}"}
        )
    return told


def standing_told(view: View) -> str:
    """How an overlap stands, in a sentence or two."""
    state, opening = view.state, view.opening
    match standing.phase(state):
        case "missing":
            return gettext("The proposal has not arrived, or is without effect.")
        case "proposed":
            other = name_of(other_of(view.parties, opening["by"]))
            return gettext("%(by)s proposes it; %(other)s has not answered.") % {
                "by": name_of(opening["by"]),
                "other": other,
            }
        case "declined":
            return gettext("%(node)s declined.") % {"node": name_of(state["declined"]["by"])}
        case "cancelled":
            return gettext("%(node)s called it off.") % {"node": name_of(state["cancelled"]["by"])}
        case "done":
            return gettext("It is done: who was to learn has learnt.") + _sizes(state)
    return " ".join(turns(state)) + _sizes(state)


def _sizes(state: Mapping[str, Any]) -> str:
    told = ""
    for run in (1, 2):
        size = state.get(f"result:{run}", {}).get("size")
        if size is not None:
            told += " " + ngettext("Both hold %(n)s value.", "Both hold %(n)s values.", size) % {"n": size}
    return told


def turns(state: Mapping[str, Any]) -> list[str]:
    """Whose turn it is, in sentences."""
    says = {
        "request": gettext("%(by)s is to send its blinded values."),
        "response": gettext("%(by)s is to answer them."),
        "result": gettext("%(by)s is to look what both hold."),
    }
    return [says[step.word] % {"by": name_of(step.by)} for step in standing.next_of(state)]
