"""Drafts and adopted texts as they print, in the customary form of a resolution (United Nations Editorial Manual):
symbol and date at the head, preambular paragraphs that begin in italics, operative ones with their numbers.

The enacting phrase ("The General Assembly,") is printed where the sponsors wrote it: the paper adds no word to their
text.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.matters.forum import text as texts
from verbale.matters.forum.words import tally
from verbale.matters.papers import pieces_of, text_paper
from verbale.node.models import ActRecord, StateEntry
from verbale.node.partners import name_of
from verbale.paper import LANGUAGES, Paper, Piece
from verbale.protocol import Act

__all__ = ["adopted_paper", "draft_paper", "lead_of"]

_WORD: Final = r"[A-Za-zÀ-ɏЀ-ӿ’'-]+"
_ENACTING: Final = re.compile(r"The [^.;,]{1,80},")
"""`The General Assembly,`: in italics as a whole."""
_LEAD: Final = re.compile(
    rf"(?:[A-Z][a-z]+ly )?{_WORD}"
    r"(?: (?:also|further|again|once|upon|on|in mind|into account|into consideration|with"
    r" (?:deep |grave |great |serious )?(?:alarm|appreciation|concern|interest|regret|satisfaction)))*(?!\w)"
)
"""A verb with what belongs to it: `Bearing in mind`, `Deeply concerned`, `Calls upon`. Of scripts that have italics."""


def lead_of(text: str) -> str:
    """The words of a paragraph that are set in italics; none in a script that has no italics."""
    found = _ENACTING.fullmatch(text) or _LEAD.match(text)
    return found[0] if found and len(found[0]) <= 90 else ""


def draft_paper(act: Act) -> Paper:
    """A draft resolution, or its revision, as its main sponsor lays it; its symbol and sponsors as they stand now."""
    body = act.body
    first = act.type == "forum.draft"
    draft = act.id if first else body["draft"]
    own = f"{'draft' if first else 'revision'}:{act.id}"
    state = _read(act.matter, "opening", f"draft:{draft}", own)
    item = body["item"] if first else state.get(f"draft:{draft}", {}).get("item", "")
    with override(_language(state)):
        kind = _("Draft resolution") if first else _("Revised draft resolution")
        sponsors = _sponsors(act, draft, state.get(f"draft:{draft}", {}).get("by") or act.author)
        text = texts.laid(body["title"], body["preamble"], body["operative"])
        return text_paper(
            heading=body["title"],
            under=_under(kind, state, item),
            symbol=state.get(own, {}).get("symbol") or "",
            pieces=[Piece(_("Sponsors: %(who)s") % {"who": sponsors}, "small"), *_resolution(text)],
            **_common(act, state),
        )


def adopted_paper(act: Act) -> Paper:
    """What the organisation adopted, under its symbol; and how it was decided, where that is known here."""
    body = act.body
    key = body["text"]
    names = ("opening", f"draft:{key}", f"text:{key}", f"document:{key}", f"adopted:{key}")
    state = _read(act.matter, *names)
    entry = state.get(f"draft:{key}") or state.get(f"document:{key}") or {}
    with override(_language(state)):
        found = _adopted_text(act, state) or [Piece(_("This node does not hold the text."))]
        known = state.get(f"adopted:{key}", {})
        told = _decided(act.matter, known["decision"]) if known.get("act") == act.id else ""
        return text_paper(
            heading=entry.get("title", "") or _("Adopted text"),
            under=_under(_("Adopted"), state, entry.get("item", "")),
            symbol=body["symbol"],
            pieces=[*found, *([Piece(told, "small")] if told else [])],
            **_common(act, state),
        )


def _adopted_text(act: Act, state: Mapping[str, Any]) -> list[Piece]:
    """The text of that very hash; empty where it is not here."""
    key, digest = act.body["text"], act.body["sha256"]
    text = state.get(f"text:{key}")
    if text is not None:
        return _resolution(text) if texts.text_hash(text) == digest else []
    record = ActRecord.objects.filter(pk=key, matter_id=act.matter, type="forum.document").first()
    # what bears a stricter marking is read on its own page, where that is noted
    if record is None or f"document:{key}" not in state or record.marking != act.marking.value:
        return []
    body = record.act.body
    if texts.document_hash(body["title"], body["text"]) != digest:
        return []
    return [*pieces_of(body["text"]), _fingerprint(digest)]


def _resolution(text: Mapping[str, Any]) -> list[Piece]:
    found = [
        Piece(item["text"], number=f"{item['number']}." if item["part"] == "OP" else "", lead=lead_of(item["text"]))
        for item in texts.numbered(text)
    ]
    return [*found, _fingerprint(texts.text_hash(text))]


def _fingerprint(digest: str) -> Piece:
    return Piece(_("SHA-256 of title and text:\n%(hash)s") % {"hash": digest}, "small")


def _under(kind: str, state: Mapping[str, Any], item: str) -> str:
    """`Draft resolution · First Committee, 81st session · item 93 of the agenda`"""
    session = (state.get("opening") or {}).get("title", "")
    place = _("item %(item)s of the agenda") % {"item": item} if item else ""
    return " · ".join(part for part in (kind, session, place) if part)


def _sponsors(act: Act, draft: str, main: str) -> str:
    """The main sponsor, then the others by name."""
    rows = StateEntry.objects.filter(matter_id=act.matter, key__startswith=f"sponsor:{draft}:")
    nodes = {key.rpartition(":")[2] for key in rows.values_list("key", flat=True)} - {main}
    introduced = _read(act.matter, *(f"member:{node}" for node in (main, *nodes)))
    names = {node: introduced.get(f"member:{node}", {}).get("name") or name_of(node) for node in (main, *nodes)}
    return ", ".join((names.pop(main), *sorted(names.values())))


def _decided(matter: str, decision: str) -> str:
    """By which vote, or by silence."""
    rows = StateEntry.objects.filter(matter_id=matter)
    for entry in rows.filter(key__startswith="result:").values_list("value", flat=True):
        if entry["act"] == decision:
            said = tally(entry["yes"], entry["no"], entry["abstain"])
            return _("Adopted by a recorded vote: %(tally)s.") % {"tally": said}
    if any(
        entry["act"] == decision for entry in rows.filter(key__startswith="outcome:").values_list("value", flat=True)
    ):
        return _("Adopted without objection, under the silence procedure.")
    return ""


def _read(matter: str, *keys: str) -> dict[str, Any]:
    rows = StateEntry.objects.filter(matter_id=matter, matter__kind="forum", key__in=keys)
    return dict(rows.values_list("key", "value"))


def _language(state: Mapping[str, Any]) -> str:
    languages: Sequence[str] = (state.get("opening") or {}).get("languages", ())
    return languages[0] if languages and languages[0] in LANGUAGES else "en"


def _common(act: Act, state: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "issued": act.issued,
        "marking": act.marking.label,
        "exercise": act.exercise,
        "act_id": act.id,
        "language": _language(state),
    }
