"""A version of a norm as it prints: its paragraphs by the numbers that comments name, why, and what it builds on."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.matters.norm.acts import text_hash
from verbale.matters.papers import pieces_of, text_paper
from verbale.node.models import StateEntry
from verbale.node.partners import name_of
from verbale.paper import Paper, Piece
from verbale.protocol import Act

__all__ = ["paper_of"]


def paper_of(act: Act) -> Paper:
    """The version that an act lays. What a revision does not say of itself is the proposal's, where it is here."""
    body, first = act.body, act.type == "norm.propose"
    wanted = ("opening", f"version:{act.id}", f"version:{body.get('version')}")
    rows = StateEntry.objects.filter(matter_id=act.matter, matter__kind="norm", key__in=wanted)
    state = dict(rows.values_list("key", "value"))
    proposal = body if first else state.get("opening", {})
    with override("en"):
        found = [Piece(text, number=f"{place}.") for place, text in enumerate(body["paragraphs"], 1)]
        if first:
            found += _section(_("Why it is proposed"), pieces_of(body.get("rationale", "")))
        else:
            found += _section(_("What this version changes, and why"), pieces_of(body.get("text", "")))
        found += _section(_("What it builds on"), _sources(proposal.get("builds_on", ())))
        digest = text_hash(body["paragraphs"])
        found.append(Piece(_("SHA-256 of the list of paragraphs:\n%(hash)s") % {"hash": digest}, "small"))
        return text_paper(
            heading=proposal.get("title", "") or _("Norm proposal"),
            under=_under(act, state),
            pieces=found,
            issued=act.issued,
            marking=act.marking.label,
            exercise=act.exercise,
            act_id=act.id,
        )


def _under(act: Act, state: Mapping[str, Any]) -> str:
    """`Norm proposal of Crimson, version 2`: by its own number, or the one after that which it revises."""
    told: dict[str, Any] = {"who": name_of(act.author)}
    if act.type == "norm.propose":
        return _("Norm proposal of %(who)s, version 1") % told
    if own := state.get(f"version:{act.id}"):
        told["n"] = own["number"]
    elif before := state.get(f"version:{act.body['version']}"):
        told["n"] = before["number"] + 1
    else:
        return _("Norm proposal, a later version, by %(who)s") % told
    return _("Norm proposal, version %(n)s, by %(who)s") % told


def _section(heading: str, pieces: Sequence[Piece]) -> list[Piece]:
    return [Piece(heading, "heading"), *pieces] if pieces else []


def _sources(given: Sequence[Mapping[str, Any]]) -> list[Piece]:
    return [Piece(f"{item['source']}: {item['title']}" if item.get("title") else item["source"]) for item in given]
