"""The assessment as it prints: question, answer, matrix, what would overturn it, what is not known."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from verbale.matters.likelihood import BAND_WORDS, percent
from verbale.matters.papers import pieces_of, text_paper
from verbale.matters.workbench import words
from verbale.matters.workbench.weighing import Row, Weighing, hypotheses, labels, weigh
from verbale.node.models import Matter
from verbale.paper import Paper, Piece

__all__ = ["assessment"]


def assessment(state: Mapping[str, Any], matter: Matter) -> Paper:
    """As things stand today, in English."""
    with override("en"):
        found, known = weigh(state), labels(state)
        opening = state["opening"]
        pieces = [*_section(_("Question"), pieces_of(opening["question"])), *_answer(state, found)]
        if found is not None:
            pieces += _hypotheses(state, found, known)
            pieces += _section(_("Evidence"), [Piece(_evidence(row, found, known)) for row in found.rows])
            if found.judged:
                pieces += _section(_("What would overturn it"), _overturning(state, found))
            pieces += _section(_("What is not known"), [Piece(_gap(row, known)) for row in found.gaps])
            pieces += _section(_("Analysts, each alone"), [Piece(line) for line in _analysts(found, known)])
        pieces.append(
            Piece(
                _(
                    "Likelihood in the words of ICD 203 (2015). The numbers are computed from the judgements of the "
                    "analysts; they advise, and people conclude. Sources are rated by the Admiralty code."
                ),
                "small",
            )
        )
        return text_paper(
            heading=_("Attribution assessment: %(title)s") % {"title": opening["title"]},
            pieces=pieces,
            issued=timezone.localdate().isoformat(),
            marking=f"TLP:{matter.marking}",
            exercise=matter.exercise,
        )


def _section(heading: str, pieces: Iterable[Piece]) -> list[Piece]:
    found = list(pieces)
    return [Piece(heading, "heading"), *found] if found else []


def _answer(state: Mapping[str, Any], found: Weighing | None) -> list[Piece]:
    told = [Piece(words.answer(state, found))]
    if found is not None and found.judged:
        grounds = [words.ground_told(ground, state) for ground in found.confidence.grounds]
        told.append(Piece("\n".join([words.confidence_told(found), *grounds])))
    if "conclusion" in state:
        told += [Piece(words.concluded(state)), *pieces_of(state["conclusion"]["text"])]
        if found is not None and words.moved(state["conclusion"], found):
            told.append(Piece(_("What the evidence says has changed since.")))
    return _section(_("Answer"), told)


def _hypotheses(state: Mapping[str, Any], found: Weighing, known: Mapping[str, str]) -> list[Piece]:
    return _section(
        _("Hypotheses"),
        [
            Piece(
                _("%(label)s. %(text)s: %(words)s, %(percent)s (before: %(prior)s). Items against it: %(against)s.")
                % {
                    "label": known[key],
                    "text": words.named(key, entry),
                    "words": BAND_WORDS[found.posterior.band(key).code],
                    "percent": percent(found.posterior.shares[key]),
                    "prior": percent(found.priors[key]),
                    "against": found.heuer[key].count,
                }
            )
            for key, entry in hypotheses(state)
        ],
    )


def _evidence(row: Row, found: Weighing, known: Mapping[str, str]) -> str:
    entry = row.entry
    told = [f"{known[row.key]} ({entry['reliability']}{entry['credibility']}). {entry['text']}"]
    if row.judged:
        cells = zip(found.case.keys, row.marks, strict=True)
        told.append(", ".join(f"{known[key]} {'/'.join(mark['grades']) or '–'}" for key, mark in cells))
    else:
        told.append(_("Not judged yet."))
    if row.stronger:
        told.append(
            _("Of one origin with %(items)s, which counts in its place.")
            % {"items": ", ".join(known[key] for key in row.stronger)}
        )
    told += [f"{link['day']}, {link['who']}: {link['what']}" for link in entry["custody"]]
    hashes = [file["sha256"] for file in entry["files"]] + list(entry["elsewhere"])
    told += [f"SHA-256 {digest}" for digest in hashes]
    return "\n".join(told)


def _overturning(state: Mapping[str, Any], found: Weighing) -> list[Piece]:
    if found.posterior.leader is None:
        return []
    return [
        Piece(words.overturning_told(found.removed, "removed", state)),
        Piece(words.overturning_told(found.flipped, "flipped", state)),
    ]


def _gap(row: Row, known: Mapping[str, str]) -> str:
    told = f"{known[row.key]}. {row.entry['text']}"
    if row.expectation is None:
        return told
    return told + " " + _("Expected to tell %(bits)s.") % {"bits": words.bits_told(row.expectation.bits)}


def _analysts(found: Weighing, known: Mapping[str, str]) -> list[str]:
    if found.pool is None:
        return []

    def told(name: str, shares: Mapping[str, Any]) -> str:
        return f"{name}: " + ", ".join(f"{known[key]} {percent(shares[key])}" for key in found.case.keys)

    return [
        *(told(one.name, one.posterior.shares) for one in found.analysts),
        told(_("Linear pool"), found.pool.linear),
        told(_("Logarithmic pool"), found.pool.logarithmic),
    ]
