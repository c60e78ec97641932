"""The agreement as it prints: the text letter by letter, and under it who signed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.matters.agreement.acts import article_of, canonical_text, text_hash
from verbale.matters.agreement.fold import text_of
from verbale.matters.agreement.words import calendar_day, capacity_told
from verbale.node.models import Matter
from verbale.node.partners import name_of
from verbale.node.projection import state_of
from verbale.paper import Paper
from verbale.paper.model import LANGUAGES
from verbale.protocol import Act

__all__ = ["paper_of", "sheet_of"]


def paper_of(act: Act) -> Paper:
    """The text that an act lays, agrees to or signs. Where it is not here, the paper says so."""
    if act.type == "agreement.open":
        body = act.body
        articles = [article_of(item) for item in body["articles"]]
        clause = {name: body[name] for name in ("after", "number", "unit") if name in body}
        languages = body.get("languages", ["en"])
        text = canonical_text(body["title"], body.get("preamble", ""), articles, clause, languages)
        return _sheet(act, body["title"], text, languages[0], [])
    matter = Matter.objects.filter(pk=act.matter, kind="agreement").first()
    state = state_of(matter) if matter is not None else {}
    opening = state.get("opening") or {"title": "", "languages": ["en"], "parties": ()}
    text = text_of(state, act.body["sha256"])
    signed = _signed(state) if act.type == "agreement.sign" else {}
    if act.type == "agreement.sign" and act.author not in signed:
        signed[act.author] = {**act.body, "issued": act.issued}
    blocks = [_block(node, signed.get(node)) for node in opening["parties"]] if signed else []
    return _sheet(act, opening["title"], text, opening["languages"][0], blocks)


def sheet_of(state: Mapping[str, Any], marking: str, exercise: bool) -> Paper | None:
    """The text as it stands, with the signatures that it has; None before there is one."""
    opening = state.get("opening")
    if opening is None:
        return None
    signed = _signed(state)
    blocks = [_block(node, signed.get(node)) for node in opening["parties"]] if "authenticated" in state else []
    text = text_of(state, state["text"])
    day = (state.get("authenticated") or state[f"text:{state['text']}"])["issued"]
    return _paper(opening["title"], text, opening["languages"][0], blocks, day, marking, exercise, "")


def _signed(state: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {key.partition(":")[2]: value for key, value in state.items() if key.startswith("signature:")}


def _block(node: str, signature: Mapping[str, Any] | None) -> str:
    head = _("For %(state)s:") % {"state": name_of(node)}
    if signature is None:
        return f"{head}\n……………………"
    capacity = capacity_told(signature)
    day = calendar_day(date.fromisoformat(signature["issued"][:10]))
    where = f"{signature['place']}, {day}" if signature.get("place") else day
    lines = [head, str(signature["name"]), str(signature["office"]) + (f" ({capacity})" if capacity else ""), where]
    return "\n".join([*lines, *([signature["full_powers"]] if signature.get("full_powers") else [])])


def _sheet(act: Act, title: str, text: str, language: str, blocks: list[str]) -> Paper:
    return _paper(title, text, language, blocks, act.issued, act.marking.label, act.exercise, act.id)


def _paper(
    title: str, text: str, language: str, blocks: list[str], issued: str, marking: str, exercise: bool, act_id: str
) -> Paper:
    printed = language if language in LANGUAGES else "en"
    with override(printed):
        # One paragraph: the paper numbers several, and articles have numbers of their own.
        body = text.removeprefix(title).strip("\n") or _("This node does not hold the text.")
        found = [body, *blocks, *([_("SHA-256 of the text:\n%(hash)s") % {"hash": text_hash(text)}] if text else [])]
        heading = title or _("Agreement")
    return Paper(
        form="note-verbale",
        language=printed,
        number="",
        sender_ministry="",
        sender_state="",
        sender_short="",
        sender_colour="",
        addressee="",
        place="",
        date=date.fromisoformat(issued[:10]),
        marking=marking,
        precedence="ROUTINE",
        exercise=exercise,
        paragraphs=("\n\n".join(found),),
        attachments=(),
        act_id=act_id,
        style="plain",
        heading=heading,
    )
