"""What the panel shows: the text article by article with its brackets, and how far it is."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from verbale.matters.agreement import words
from verbale.matters.agreement.acts import CLAUSE, PREAMBLE
from verbale.matters.agreement.force import force_of

__all__ = ["board"]

_LONGEST_IN_A_LINK = 1_500
"""Characters of a text that a link carries into the form."""


def board(state: Mapping[str, Any], me: str = "") -> dict[str, Any]:
    """Articles, brackets, agreement and signatures of an agreement; empty parts before there is one."""
    opening = state.get("opening")
    if opening is None:
        return {"articles": [], "text": "", "signatures": []}
    brackets = _brackets(state, me)
    articles = []
    number = 0
    for key, revision in state["articles"]:
        if not revision:
            # A place that a deleted article left: it shows only while something would be added there.
            if brackets.get(("add", key)):
                articles.append(_part(key, _("Where an article stood"), {}, [], brackets[("add", key)], gone=True))
            continue
        number += 1
        entry = state[f"revision:{revision}"]
        called = _("Article %(n)s") % {"n": number}
        called = f"{called}. {entry['heading']}" if entry["heading"] else called
        articles.append(_part(key, called, entry, brackets.get(("", key), []), brackets.get(("add", key), [])))
    # What would stand at the head stands after the preamble.
    preamble = _part(
        PREAMBLE,
        _("Preamble"),
        state[f"revision:{state['preamble']}"],
        brackets.get(("", PREAMBLE), []),
        brackets.get(("add", None), []),
    )
    clause = _part(CLAUSE, _("Entry into force"), {}, brackets.get(("", CLAUSE), []))
    standing = [item for item in (preamble, *articles, clause) if not item["gone"]]
    clean = [item for item in standing if not item["open"]]
    force = force_of(state)
    return {
        "articles": articles,
        "preamble": preamble,
        "clause": {**clause, "told": words.clause_told(state["clause"])},
        "outline": standing,
        "clean": len(clean),
        "parts": len(standing),
        "share": len(clean) * 100 // len(standing),
        "text": state["text"],
        "languages": opening["languages"],
        "depositary": opening["depositary"],
        "authenticated": state.get("authenticated"),
        "signatures": [
            {
                "node": node,
                "agreed": state.get(f"agreed:{node}", {}).get("sha256") == state["text"],
                "signature": _signature(state.get(f"signature:{node}")),
                "notification": state.get(f"notification:{node}"),
            }
            for node in opening["parties"]
        ],
        "asks_notification": state["clause"]["after"] == "notification",
        "force_told": words.force_told(force, timezone.localdate()) if force else "",
    }


def _signature(entry: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {**entry, "told": words.capacity_told(entry)} if entry else None


def _part(
    key: str,
    called: str,
    entry: Mapping[str, Any],
    brackets: list[dict[str, Any]],
    added: list[dict[str, Any]] | None = None,
    gone: bool = False,
) -> dict[str, Any]:
    text = entry.get("text", "")
    return {
        "key": key,
        "called": called,
        "heading": entry.get("heading", ""),
        "text": text,
        "link_text": text if len(text) <= _LONGEST_IN_A_LINK else "",
        "brackets": brackets,
        "added": added or [],
        "open": len(brackets) + len(added or []),
        "gone": gone,
    }


def _brackets(state: Mapping[str, Any], me: str) -> dict[tuple[str, str | None], list[dict[str, Any]]]:
    """Open proposals by what they would change; with `add`, by the article after which they stand."""
    found: dict[tuple[str, str | None], list[dict[str, Any]]] = {}
    parties = state["opening"]["parties"]
    rows = [
        {**value, "key": key.partition(":")[2]}
        for key, value in state.items()
        if key.startswith("proposal:") and value["status"] == "open"
    ]
    for row in sorted(rows, key=lambda item: (item["issued"], item["key"])):
        row["owing"] = [node for node in parties if node not in row["held"]]
        row["mine"], row["ours_to_accept"] = row["by"] == me, me in row["owing"]
        row["told"] = words.clause_told(row["clause"]) if row["clause"] else ""
        found.setdefault(("add" if row["what"] == "add" else "", row["article"]), []).append(row)
    return found
