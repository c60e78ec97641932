"""A joint statement as it prints: a version for the parties, and the statement as it is made known."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from verbale.matters.attribution.acts import text_hash
from verbale.matters.attribution.fold import publication
from verbale.matters.likelihood import CONFIDENCE_WORDS, band_told
from verbale.matters.papers import pieces_of, text_paper
from verbale.node.models import Matter
from verbale.node.partners import name_of
from verbale.node.projection import state_of
from verbale.paper import Paper, Piece
from verbale.protocol import Act, Marking

__all__ = ["paper_of", "published_paper"]


def _state(act: Act) -> Mapping[str, Any]:
    matter = Matter.objects.filter(pk=act.matter, kind="attribution").first()
    return state_of(matter) if matter is not None else {}


def paper_of(act: Act) -> Paper:
    """The version that an act lays, with the level of its author. The title of a revision is the proposal's."""
    body, first = act.body, act.type == "attribution.propose"
    state = {} if first else _state(act)
    opening = body if first else state.get("opening", {})
    with override("en"):
        found = _text(body["finding"], body["paragraphs"])
        found += _section(_("Likelihood and confidence"), [_level({"by": act.author, **body})])
        if first:
            found += _section(_("Other hypotheses considered"), [Piece(line) for line in body.get("hypotheses", ())])
            found += _section(_("Evidence laid before the parties"), [Piece(line) for line in body.get("basis", ())])
            if body.get("withheld"):
                found.append(Piece(_kept(body["withheld"])))
        else:
            found += _section(_("What this version changes, and why"), pieces_of(body.get("text", "")))
        digest = text_hash(body["finding"], body["paragraphs"])
        found.append(Piece(_("SHA-256 of finding and text:\n%(hash)s") % {"hash": digest}, "small"))
        return text_paper(
            heading=opening.get("title", "") or _("Joint statement"),
            under=_under(act, state),
            pieces=found,
            issued=act.issued,
            marking=act.marking.label,
            exercise=act.exercise,
            act_id=act.id,
        )


def _under(act: Act, state: Mapping[str, Any]) -> str:
    told: dict[str, Any] = {"who": name_of(act.author)}
    if act.type == "attribution.propose":
        return _("Joint statement proposed by %(who)s, version 1") % told
    own, before = state.get(f"version:{act.id}"), state.get(f"version:{act.body['version']}")
    if own is None and before is None:
        return _("Joint statement, a later version, by %(who)s") % told
    told["n"] = own["number"] if own is not None else before["number"] + 1  # type: ignore[index]
    return _("Joint statement, version %(n)s, by %(who)s") % told


def published_paper(act: Act) -> Paper:
    """The statement as it is made known: those who let themselves be named, the others and the evidence counted."""
    state, body = _state(act), act.body
    version = state.get(f"version:{body['version']}")
    # Before it leaves: as things stand.
    told = state.get(f"publication:{act.id}") or (publication(state) if version is not None else {})
    with override("en"):
        if version is None:
            pieces = [Piece(_("The text of this statement is not here."))]
        else:
            pieces = [*_text(version["finding"], version["paragraphs"]), *_voices(told)]
            if told.get("withheld"):
                pieces.append(Piece(_kept(told["withheld"])))
            pieces.append(Piece(_("SHA-256 of finding and text:\n%(hash)s") % {"hash": version["sha256"]}, "small"))
        return text_paper(
            heading=state.get("opening", {}).get("title", "") or _("Joint statement"),
            under=_("Joint statement on attribution"),
            pieces=pieces,
            issued=act.issued,
            marking=Marking(body["release"]).label,
            exercise=act.exercise,
            act_id=act.id,
        )


def _section(heading: str, pieces: Sequence[Piece]) -> list[Piece]:
    return [Piece(heading, "heading"), *pieces] if pieces else []


def _text(finding: str, paragraphs: Sequence[str]) -> list[Piece]:
    return [
        *_section(_("Finding"), [Piece(finding)]),
        *_section(_("Text"), [Piece(text, number=f"{place}.") for place, text in enumerate(paragraphs, 1)]),
    ]


def _level(position: Mapping[str, Any]) -> Piece:
    """Two sentences: ICD 203 keeps likelihood and confidence out of one."""
    if not position.get("likelihood"):
        return Piece(_("%(who)s does not say how likely it holds the finding.") % {"who": name_of(position["by"])})
    told = {
        "who": name_of(position["by"]),
        "words": band_told(position["likelihood"]),
        "confidence": CONFIDENCE_WORDS[position["confidence"]],
    }
    return Piece(_("%(who)s holds the finding to be: %(words)s. It says so with %(confidence)s.") % told)


def _kept(number: int) -> str:
    return ngettext("%(n)s item of evidence is kept back.", "%(n)s items of evidence are kept back.", number) % {
        "n": number
    }


def _voices(told: Mapping[str, Any]) -> list[Piece]:
    joined = [_level(position) for position in told["named"]]
    if told["unnamed"]:
        joined.append(
            Piece(
                ngettext(
                    "%(n)s state joins that is not named.", "%(n)s states join that are not named.", told["unnamed"]
                )
                % {"n": told["unnamed"]}
            )
        )
    against = [_level(position) for position in told["dissent"]]
    if told["unnamed_dissent"]:
        against.append(
            Piece(
                ngettext(
                    "%(n)s state dissents that is not named.",
                    "%(n)s states dissent that are not named.",
                    told["unnamed_dissent"],
                )
                % {"n": told["unnamed_dissent"]}
            )
        )
    return [*_section(_("States that join"), joined), *_section(_("Dissent"), against)]
