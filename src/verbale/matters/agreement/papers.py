"""The agreement as it prints: the text letter by letter, and under it the places for the signatures."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.matters.agreement.acts import article_of, canonical_text, sections_of, text_hash
from verbale.matters.agreement.fold import Parts, parts_of
from verbale.matters.agreement.words import calendar_day, capacity_told
from verbale.matters.papers import pieces_of, text_paper
from verbale.node.models import Matter
from verbale.node.partners import name_of
from verbale.node.projection import state_of
from verbale.paper import LANGUAGES, Paper, Piece, Signature
from verbale.protocol import Act

__all__ = ["paper_of", "sheet_of"]


def paper_of(act: Act) -> Paper:
    """The text that an act lays, agrees to or signs. Where it is not here, the paper says so."""
    if act.type == "agreement.open":
        return _of_opening(act)
    matter = Matter.objects.filter(pk=act.matter, kind="agreement").first()
    state = state_of(matter) if matter is not None else {}
    signed: dict[str, Mapping[str, Any]] = {}
    nodes: list[str] = []
    if act.type == "agreement.sign":
        signed = {act.author: {**act.body, "issued": act.issued}, **_signed(state)}
        nodes = list((state.get("opening") or {}).get("parties", ())) or [act.author]
    return _paper(
        parts_of(state, act.body["sha256"]),
        signed=signed,
        nodes=nodes,
        title=(state.get("opening") or {}).get("title", ""),
        issued=act.issued,
        marking=act.marking.label,
        exercise=act.exercise,
        act_id=act.id,
    )


def _of_opening(act: Act) -> Paper:
    body = act.body
    parts: Parts = (
        body["title"],
        body.get("preamble", ""),
        [article_of(item) for item in body["articles"]],
        {name: body[name] for name in ("after", "number", "unit") if name in body},
        list(body.get("languages", ["en"])),
    )
    return _paper(
        parts,
        issued=act.issued,
        marking=act.marking.label,
        exercise=act.exercise,
        act_id=act.id,
        depositary=body.get("depositary") or "",
    )


def sheet_of(state: Mapping[str, Any], marking: str, exercise: bool) -> Paper | None:
    """The text as it stands; once it is authentic, with the signatures that it has and places for the others. None
    before there is one."""
    opening = state.get("opening")
    if opening is None:
        return None
    return _paper(
        parts_of(state, state["text"]),
        signed=_signed(state),
        nodes=list(opening["parties"]) if "authenticated" in state else [],
        issued=(state.get("authenticated") or state[f"text:{state['text']}"])["issued"],
        marking=marking,
        exercise=exercise,
        depositary=opening.get("depositary") or "",
    )


def _signed(state: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {key.partition(":")[2]: value for key, value in state.items() if key.startswith("signature:")}


def _signature(node: str, given: Mapping[str, Any] | None) -> Signature:
    head = _("For %(state)s:") % {"state": name_of(node)}
    if given is None:
        return Signature(head)
    day = calendar_day(date.fromisoformat(given["issued"][:10]))
    where = f"{given['place']}, {day}" if given.get("place") else day
    return Signature(
        head, str(given["name"]), str(given["office"]), (where, capacity_told(given), given.get("full_powers", ""))
    )


def _paper(
    parts: Parts | None,
    *,
    signed: Mapping[str, Mapping[str, Any]] | None = None,
    nodes: list[str] | None = None,
    title: str = "",
    depositary: str = "",
    **more: Any,
) -> Paper:
    language = parts[4][0] if parts is not None else "en"
    printed = language if language in LANGUAGES else "en"
    with override(printed):
        if parts is None:
            found = [Piece(_("This node does not hold the text."))]
        else:
            title = parts[0]
            found = [
                piece
                for heading, text in sections_of(*parts[1:])
                for piece in (*([Piece(heading, "heading")] if heading else []), *pieces_of(text))
            ]
            digest = text_hash(canonical_text(*parts))
            found.append(Piece(_("SHA-256 of the text:\n%(hash)s") % {"hash": digest}, "small"))
        if depositary:
            found.append(Piece(_("Depositary: %(state)s") % {"state": name_of(depositary)}, "small"))
        return text_paper(
            heading=title or _("Agreement"),
            pieces=found,
            language=printed,
            signatures=[_signature(node, (signed or {}).get(node)) for node in nodes or ()],
            **more,
        )
