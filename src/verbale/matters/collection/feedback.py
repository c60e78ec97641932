"""What the acts of a collection say of what was contributed, for the shelf that serves it and for the page."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q

from verbale.holdings.heard import Contribution, Heard, Told
from verbale.holdings.models import Entry, Shelf, Source
from verbale.holdings.moments import micros
from verbale.matters.collection.acts import VERDICTS
from verbale.node.models import StateEntry

__all__ = ["given_with", "of_matter", "standing_verdicts"]

_PREFIXES = ("contribution:", "withdrawn:", "sighting:", "verdict:")
_KEYS = Q()
for _prefix in _PREFIXES:
    _KEYS |= Q(key__startswith=_prefix)


def of_matter(matter: str) -> Told:
    """As `verbale.holdings.heard` asks for it. What was withdrawn says nothing any more."""
    rows = StateEntry.objects.filter(_KEYS, matter_id=matter, matter__kind="collection")
    state = dict(rows.values_list("key", "value"))
    return told(state)


def told(state: Mapping[str, Any]) -> Told:
    """The same out of a state."""
    given, heard = [], []
    for key, value in sorted(state.items()):
        word, _colon, rest = key.partition(":")
        if word == "contribution":
            given.append(Contribution(rest, value["by"], f"withdrawn:{rest}" in state))
        elif word == "sighting" and f"withdrawn:{value['contribution']}" not in state:
            heard.append(Heard(value["by"], value["contribution"], "", "seen", _seen_at(value)))
        elif word == "verdict":
            act, by, stix_id = rest.split(":", 2)
            if f"withdrawn:{act}" not in state:
                heard.append(Heard(by, act, stix_id, value["verdict"], _moment(value["issued"])))
    return Told(given, heard)


def standing_verdicts(state: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """By contribution and verdict: how many parties say it of the whole (`whole`), and of how many objects anybody says
    it (`objects`)."""
    whole: dict[str, dict[str, int]] = {}
    objects: dict[str, dict[str, set[str]]] = {}
    for key, value in state.items():
        word, _colon, rest = key.partition(":")
        if word != "verdict":
            continue
        act, _by, stix_id = rest.split(":", 2)
        verdict = value["verdict"]
        if stix_id:
            objects.setdefault(act, {name: set() for name in VERDICTS})[verdict].add(stix_id)
        else:
            whole.setdefault(act, dict.fromkeys(VERDICTS, 0))[verdict] += 1
    return {
        act: {
            "whole": whole.get(act, {}),
            "objects": {verdict: len(found) for verdict, found in objects.get(act, {}).items()},
        }
        for act in {*whole, *objects}
    }


def given_with(matter: str, act: str, wanted: Iterable[str]) -> set[str] | None:
    """Which of these objects came with a contribution; None when nothing of it stands on the shelf, so that this node
    cannot tell."""
    rows = Entry.objects.filter(
        audience__shelf__in=Shelf.objects.filter(matter=matter), source__in=Source.objects.filter(act=act)
    )
    if not rows.exists():
        return None
    ids = list(wanted)
    return set(
        rows.filter(key__in=[Entry.key_of(item) for item in ids], stix_id__in=ids).values_list("stix_id", flat=True)
    )


def _moment(issued: str) -> int:
    return micros(datetime.fromisoformat(issued))


def _seen_at(sighting: Mapping[str, Any]) -> int:
    """The end of the day on which it was last seen, and no later than it was said."""
    said = _moment(sighting["issued"])
    try:
        day = datetime.fromisoformat(sighting["day"]).replace(tzinfo=UTC)
        return min(said, micros(day + timedelta(days=1)) - 1)
    except (OverflowError, ValueError):  # the last day that can be written has no end
        return said
