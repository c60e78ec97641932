"""What an indicator on a shelf is worth now: the decay of `verbale.intel.decay`, fed by what stands and was heard here.

- It begins when the indicator was made or became valid, whichever is later.
- It starts from the indicator's own `confidence` and the confidence in whoever gave it, half and half; from one where
  the other is not known, from the model's default where neither is.
- Sightings refresh it, whoever reports them: STIX sightings on the shelf, sightings and confirmations by acts.
- `valid_until` and `revoked` end it, and that this node or the giver calls it a false positive. What another party says
  there is told and ends nothing: one party must not blind the others.

Computed when it is asked for; nothing is kept, and nothing is deleted.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

import orjson

from verbale.holdings import store
from verbale.holdings.given import confidences
from verbale.holdings.heard import Heard, seen_on, told_in
from verbale.holdings.models import Shelf, Source
from verbale.holdings.moments import micros, parse_moment
from verbale.holdings.store import STAFF, Held, Query, Viewer
from verbale.intel.decay import Facts, base_score, ends_at, model_for, score
from verbale.intel.object_values import object_values
from verbale.intel.trust import source_score
from verbale.node.identity import node_name

__all__ = ["Judge", "Worth", "expired", "still_worth"]

_INDICATORS = Query(types=("indicator",))


class Worth(NamedTuple):
    """Of one indicator at one moment. Moments are microseconds since 1970."""

    value: float
    """0 to 100."""
    active: bool
    """Whether it is still worth looking for."""
    ended: Literal["", "revoked", "expired", "false-positive"]
    threshold: float
    """At which it is no longer."""
    until: int | None
    """From when on it will not be, if nothing more is heard of it; None when it is not now."""
    last_seen: int | None
    valid_until: int | None
    refuted_by: tuple[str, ...]
    """Who calls it a false positive and whose word ends it."""
    doubted_by: tuple[str, ...]
    """Who else does."""


class Judge:
    """Tells what the indicators of one shelf are worth, as far as the viewer may know why.

    What depends on sightings or feedback that a partner may not see would tell it of them, so for a partner they do not
    count, nor does our confidence in others.
    """

    def __init__(self, shelf: Shelf, viewer: Viewer = STAFF, now: int | None = None) -> None:
        self._now = micros(datetime.now(UTC)) if now is None else now
        self._own = node_name()
        self._objects: dict[str, list[Heard]] = {}
        self._whole: dict[str, list[Heard]] = {}
        for item in told_in(shelf, viewer).heard:
            (self._objects if item.stix_id else self._whole).setdefault(item.stix_id or item.act, []).append(item)
        self._seen = seen_on(shelf, viewer).by_object
        self._sources = {pk: (origin, act) for pk, origin, act in Source.objects.values_list("pk", "origin", "act")}
        found = confidences(Shelf.objects.all()) if viewer.staff else {}
        self._scores = {node: source_score(trusted.best) for node, trusted in found.items()}

    def worth(self, held: Held) -> Worth | None:
        """None for what is no indicator: nothing else decays."""
        if held.type != "indicator":
            return None
        value = orjson.loads(held.raw)
        origin = self._sources.get(held.source, ("", ""))[0]
        said = self.said(held)
        seen = tuple(item.at for item in said if item.word in ("seen", "confirmed"))
        refuting = [item for item in said if item.word == "false-positive" and item.at <= self._now]
        deciding = [item for item in refuting if item.by in (self._own, origin)]
        facts = Facts(
            max(_moment(value.get("created")) or held.added, _moment(value.get("valid_from")) or 0),
            base_score(_confidence(value), None if origin == self._own else self._scores.get(origin)),
            seen,
            tuple(item.at for item in deciding),
            _moment(value.get("valid_until")),
            held.revoked,
        )
        model = model_for(frozenset(kind for kind, _value in object_values(value)), phishing=_phishing(value))
        found = score(facts, model, self._now)
        return Worth(
            found.value,
            found.active,
            found.ended,
            model.threshold,
            ends_at(facts, model, self._now),
            max((at for at in seen if at <= self._now), default=None),
            facts.valid_until,
            tuple(sorted({item.by for item in deciding})),
            tuple(sorted({item.by for item in refuting} - {item.by for item in deciding})),
        )

    def said(self, held: Held) -> list[Heard]:
        """Of an object, and of the contribution it came with by those who judge no single object of this id."""
        own = self._objects.get(held.stix_id, [])
        judged = {item.by for item in own if item.word != "seen"}
        act = self._sources.get(held.source, ("", ""))[1]
        whole = self._whole.get(act, []) if act else []
        return [
            *own,
            *self._seen.get(held.stix_id, ()),
            *(item for item in whole if item.word == "seen" or item.by not in judged),
        ]


def still_worth(shelf: Shelf, viewer: Viewer = STAFF, query: Query | None = None) -> Iterator[Held]:
    """All that a viewer sees without the indicators that are no longer worth looking for."""
    judge = Judge(shelf, viewer)
    for held in store.everything(shelf, viewer, query=query):
        found = judge.worth(held)
        if found is None or found.active:
            yield held


def expired(shelf: Shelf) -> Iterator[tuple[Held, Worth]]:
    """The indicators of a shelf that are no longer worth looking for. They stay where they are."""
    judge = Judge(shelf)
    for held in store.everything(shelf, STAFF, query=_INDICATORS):
        found = judge.worth(held)
        if found is not None and not found.active:
            yield held, found


def _moment(written: Any) -> int | None:
    return parse_moment(written) if isinstance(written, str) else None


def _confidence(value: dict[str, Any]) -> float | None:
    found = value.get("confidence")
    return float(found) if isinstance(found, int) and not isinstance(found, bool) else None


def _phishing(value: dict[str, Any]) -> bool:
    """Sites for phishing live for days; labels are the only place in which STIX says so."""
    labels = value.get("labels")
    return isinstance(labels, list) and any("phishing" in str(label).lower() for label in labels)
