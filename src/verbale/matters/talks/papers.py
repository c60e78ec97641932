"""Minutes as they print: the day, the parties, the text, its fingerprint, and who agreed to it as far as is known."""

from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.matters.papers import pieces_of, text_paper
from verbale.matters.talks.words import calendar_day
from verbale.node.models import StateEntry
from verbale.node.partners import names_of
from verbale.paper import LANGUAGES, Paper, Piece
from verbale.protocol import Act

__all__ = ["minutes_paper"]


def minutes_paper(act: Act) -> Paper:
    """In the language of the talks; who agreed is as it stands now."""
    body = act.body
    digest, entry = body["sha256"], f"minutes:{act.id}"
    rows = StateEntry.objects.filter(
        matter_id=act.matter, matter__kind="talks", key__in=("opening", entry, f"agreed:{digest}")
    )
    state = dict(rows.values_list("key", "value"))
    opening = state.get("opening", {})
    parties = list(opening.get("parties", ())) or sorted(act.parties)
    language = opening.get("language", "en")
    with override(language if language in LANGUAGES else "en"):
        under = _("of the talks of %(day)s") % {"day": calendar_day(body["held"])}
        found = [Piece(_("Parties: %(who)s") % {"who": names_of(parties)}, "small")]
        if opening:
            found.append(Piece(_("Subject: %(subject)s") % {"subject": opening["subject"]}, "small"))
        found += pieces_of(body["text"])
        found.append(Piece(_("SHA-256 of the text:\n%(hash)s") % {"hash": digest}, "small"))
        # without an entry the act has no effect: nobody agreed to anything by it
        agreed = state.get(f"agreed:{digest}", ()) if entry in state else ()
        if agreed:
            found.append(Piece(_agreed(agreed, [node for node in parties if node not in agreed]), "small"))
        return text_paper(
            heading=_("Minutes"),
            under=under,
            pieces=found,
            language=language,
            issued=act.issued,
            marking=act.marking.label,
            exercise=act.exercise,
            act_id=act.id,
        )


def _agreed(agreed: list[str], owing: list[str]) -> str:
    told = {"who": names_of(agreed), "owing": names_of(owing)}
    if not owing:
        return _("Agreed to by all parties: %(who)s.") % told
    return _("Agreed to by %(who)s; still to agree: %(owing)s.") % told
