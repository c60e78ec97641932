"""What the page of a workbench shows, in words and places."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from verbale.matters.kit.spec import View
from verbale.matters.likelihood import BAND_WORDS, percent
from verbale.matters.workbench import words
from verbale.matters.workbench.acts import OTHER
from verbale.matters.workbench.plot import plot_of
from verbale.matters.workbench.weighing import Row, Weighing, hypotheses, labels, standing, weigh
from verbale.node.models import Attachment

__all__ = ["board"]


def board(view: View) -> Mapping[str, Any]:
    """The context of the panel; empty before the opening."""
    state = view.state
    if not view.opening:
        return {}
    found, known = weigh(state), labels(state)
    rows = [
        {"key": key, "label": known[key], "text": words.named(key, entry), "entry": entry, "own": key != OTHER}
        for key, entry in hypotheses(state)
    ]
    told: dict[str, Any] = {
        "answer": words.answer(state, found),
        "hypotheses": rows,
        "conclusion": _conclusion(state, found),
        "withdrawn": _withdrawn(state, known),
    }
    if found is None:
        held = _held(state)
        return {**told, "evidence": [_plain(key, entry, known, held) for key, entry in standing(state, "evidence")]}
    for row in rows:
        key = row["key"]
        row |= {
            "share": percent(found.posterior.shares[key]),
            "prior": percent(found.priors[key]),
            "words": BAND_WORDS[found.posterior.band(key).code],
            "against": found.heuer[key].count,
            "weighted": f"{float(found.heuer[key].weighted):.1f}",
            "least": key in found.least,
        }
    held = _held(state)
    return {
        **told,
        "weighing": found,
        "plot": plot_of(state, found),
        "confidence": words.confidence_told(found),
        "grounds": [words.ground_told(ground, state) for ground in found.confidence.grounds],
        "evidence": [_evidence(row, found, known, held) for row in found.rows],
        "gaps": [_gap(row, found, known, state) for row in found.gaps],
        "overturning": _overturning(found, state),
        "differ": found.posterior.leader is not None and found.posterior.leader not in found.least,
        "analysts": _analysts(found),
        "pools": _pools(found, rows),
    }


def _held(state: Mapping[str, Any]) -> set[str]:
    """Which of the files of all items this node keeps."""
    named = {file["sha256"] for _key, entry in standing(state, "evidence") for file in entry["files"]}
    return set(Attachment.objects.filter(pk__in=named).values_list("pk", flat=True))


def _plain(key: str, entry: Mapping[str, Any], known: Mapping[str, str], held: set[str]) -> dict[str, Any]:
    return {
        "key": key,
        "label": known[key],
        "entry": entry,
        "code": f"{entry['reliability']}{entry['credibility']}",
        "files": [{**file, "held": file["sha256"] in held} for file in entry.get("files", ())],
        "gap": known.get(entry.get("answers") or ""),
    }


def _row(row: Row, found: Weighing, known: Mapping[str, str], held: set[str]) -> dict[str, Any]:
    return {
        **_plain(row.key, row.entry, known, held),
        "cells": [
            {
                "grade": "/".join(mark["grades"]),
                "percent": mark["percent"],
                "differ": len(mark["grades"]) > 1,
                "label": known[key],
            }
            for key, mark in zip(found.case.keys, row.marks, strict=True)
        ],
        "judged": row.judged,
        "complete": row.complete,
    }


def _evidence(row: Row, found: Weighing, known: Mapping[str, str], held: set[str]) -> dict[str, Any]:
    return {
        **_row(row, found, known, held),
        "odds": words.odds_told(row.strength) if row.judged else "",
        "counted": row.counted,
        "stronger": ", ".join(known[key] for key in row.stronger),
        "removed": _change(row.removed),
        "flipped": _change(row.flipped),
    }


def _change(change: Any) -> str:
    """What one item alone would change: the answer, its word, or nothing."""
    if change is None:
        return ""
    return _("another answer") if change.overturns else _("another word") if change.rewords else _("nothing")


def _gap(row: Row, found: Weighing, known: Mapping[str, str], state: Mapping[str, Any]) -> dict[str, Any]:
    told = row.expectation
    more: dict[str, Any] = {}
    if told is not None:
        more = {
            "bits": words.bits_told(told.bits),
            "overturns": percent(told.overturns) if told.overturns else "",
            "if_seen": _leads(told.if_seen, known),
            "if_not": _leads(told.if_not, known),
        }
    return {**_row(row, found, known, set()), **more}


def _leads(after: Any, known: Mapping[str, str]) -> str:
    """`H1 likely, 64 %`"""
    return "; ".join(
        _("%(label)s %(words)s, %(percent)s")
        % {
            "label": known[key],
            "words": BAND_WORDS[after.band(key).code],
            "percent": percent(after.shares[key]),
        }
        for key in after.leaders
    )


def _overturning(found: Weighing, state: Mapping[str, Any]) -> list[str]:
    if not found.judged or found.posterior.leader is None:
        return []
    known = labels(state)
    first, second, odds = found.margin
    return [
        words.overturning_told(found.removed, "removed", state),
        words.overturning_told(found.flipped, "flipped", state),
        _(
            "%(first)s leads %(second)s by %(odds)s: so many times more would %(second)s have to weigh before the "
            "evidence to draw level."
        )
        % {"first": known[first], "second": known[second], "odds": words.odds_told(odds)},
    ]


def _analysts(found: Weighing) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "judged": one.judged,
            "of": len(found.rows),
            "shares": [percent(one.posterior.shares[key]) for key in found.case.keys],
            "differs": one.posterior.leaders != found.posterior.leaders,
        }
        for one in found.analysts
    ]


def _pools(found: Weighing, rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    pool = found.pool
    if pool is None:
        return None
    keys = [row["key"] for row in rows]
    return {
        "linear": [percent(pool.linear[key]) for key in keys],
        "logarithmic": [percent(pool.logarithmic[key]) for key in keys],
        "range": [f"{percent(pool.lowest[key])} – {percent(pool.highest[key])}" for key in keys],
        "split": pool.split,
    }


def _conclusion(state: Mapping[str, Any], found: Weighing | None) -> dict[str, Any] | None:
    conclusion = state.get("conclusion")
    if conclusion is None:
        return None
    return {
        **conclusion,
        "told": words.concluded(state),
        "moved": found is not None and words.moved(conclusion, found),
    }


def _withdrawn(state: Mapping[str, Any], known: Mapping[str, str]) -> list[dict[str, Any]]:
    found = []
    for name, entry in state.items():
        kind, _colon, key = name.partition(":")
        if kind in ("hypothesis", "evidence", "gap") and f"withdrawn:{key}" in state:
            found.append({"key": key, "label": known[key], "text": entry["text"], "why": state[f"withdrawn:{key}"]})
    return sorted(found, key=lambda item: (item["why"]["issued"], item["key"]))
