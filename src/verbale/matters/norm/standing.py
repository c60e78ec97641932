"""How a norm proposal stands, read from its state: for sentences, panel and what waits. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from verbale.matters.norm.compare import changes

__all__ = ["agreed", "comments", "objecting", "silent", "sponsors", "versions"]

_State = Mapping[str, Any]
_COMPARED = 5
"""So many versions, the latest, are shown with their changes."""


def _after(state: _State, prefix: str) -> list[str]:
    return sorted(name[len(prefix) :] for name in state if name.startswith(prefix))


def sponsors(state: _State) -> list[str]:
    return _after(state, "sponsor:")


def agreed(state: _State) -> list[str]:
    """Who agrees to the latest version."""
    return _after(state, f"agreed:{state.get('latest')}:")


def objecting(state: _State) -> list[str]:
    """Who objects to the latest version. Who objected to an earlier one has yet to answer this."""
    return [node for node in _after(state, "objection:") if state[f"objection:{node}"]["version"] == state["latest"]]


def silent(state: _State) -> list[str]:
    """Who has said nothing yet of the latest version."""
    spoke = {*agreed(state), *objecting(state)}
    return [node for node in state["opening"]["parties"] if node not in spoke]


def versions(state: _State) -> list[dict[str, Any]]:
    """All versions, the latest first; the latest few with their changes against the one that they revise."""
    rows = [
        {**state[f"version:{key}"], "act": key, "changes": [], "revised": None} for key in _after(state, "version:")
    ]
    found = sorted(rows, key=lambda version: -version["number"])
    for place, version in enumerate(found):
        before = state.get(f"version:{version['revises']}")
        if before is not None:
            version["revised"] = before["number"]
        if before is not None and place < _COMPARED:
            version["changes"] = changes(before["paragraphs"], version["paragraphs"])
    return found


def comments(state: _State) -> dict[int, list[dict[str, Any]]]:
    """Comments by the paragraph of the latest version that they are on; 0 holds those on the whole, and those on a
    paragraph that has changed since, with its `text_then`."""
    paragraphs = state[f"version:{state['latest']}"]["paragraphs"]
    found: dict[int, list[dict[str, Any]]] = {}
    for comment in _in_order(state, _after(state, "comment:")):
        version = state[f"version:{comment['version']}"]
        then = version["paragraphs"][comment["paragraph"] - 1] if comment["paragraph"] else None
        place = paragraphs.index(then) + 1 if then in paragraphs else 0
        entry = {**comment, "number": version["number"], "latest": comment["version"] == state["latest"]}
        found.setdefault(place, []).append({**entry, "text_then": then if then is not None and not place else ""})
    return found


def _in_order(state: _State, keys: Iterable[str]) -> list[dict[str, Any]]:
    rows = [{**state[f"comment:{key}"], "act": key} for key in keys]
    return sorted(rows, key=lambda row: (row["issued"], row["act"]))
