"""Projections: each matter's folded state, kept up incrementally.

An act that stands after all others of its matter is applied alone and reads and writes the few keys of the state that
its rule touches. One that arrives late, or that others were waiting for, refolds its own matter and nothing else.
"""

import contextlib
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from verbale.node.models import ActFile, ActRecord, Matter, MissingRef, StateEntry
from verbale.node.registry import apply_rule, kind_of
from verbale.protocol import Act, Effect, Marking, State, fold

__all__ = ["StoredState", "attachments_of", "project", "refold", "state_of"]

_ABSENT = object()
_REHEARSED = 3
"""From how many acts at once it pays to find out beforehand which keys of the state they read."""


class StoredState(State):
    """A matter's state as rows, read key by key as the rules ask, written back by `flush`."""

    def __init__(self, matter_id: str) -> None:
        self._matter = matter_id
        self._seen: dict[str, Any] = {}
        self._changed: set[str] = set()

    def expect(self, keys: Iterable[str]) -> None:
        """Read these keys at once, so that they cost one look-up together."""
        wanted = [key for key in keys if key not in self._seen]
        found = dict(StateEntry.objects.filter(matter_id=self._matter, key__in=wanted).values_list("key", "value"))
        self._seen |= {key: found.get(key, _ABSENT) for key in wanted}

    def _load(self, key: str) -> Any:
        if key not in self._seen:
            row = StateEntry.objects.filter(matter_id=self._matter, key=key).values_list("value", flat=True)
            self._seen[key] = next(iter(row), _ABSENT)
        return self._seen[key]

    def __getitem__(self, key: str) -> Any:
        value = self._load(key)
        if value is _ABSENT:
            raise KeyError(key)
        return value

    def __setitem__(self, key: str, value: Any) -> None:
        self._seen[key] = value
        self._changed.add(key)

    def __delitem__(self, key: str) -> None:
        self[key] = self._load(key)
        self._seen[key] = _ABSENT

    def __iter__(self) -> Iterator[str]:
        for key, value in StateEntry.objects.filter(matter_id=self._matter).values_list("key", "value"):
            self._seen.setdefault(key, value)
        return iter([key for key, value in self._seen.items() if value is not _ABSENT])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def flush(self) -> None:
        """Write what changed."""
        gone = [key for key in self._changed if self._seen[key] is _ABSENT]
        if gone:
            StateEntry.objects.filter(matter_id=self._matter, key__in=gone).delete()
        StateEntry.objects.bulk_create(
            [
                StateEntry(matter_id=self._matter, key=key, value=self._seen[key])
                for key in sorted(self._changed - set(gone))
            ],
            update_conflicts=True,
            unique_fields=["matter", "key"],
            update_fields=["value"],
        )
        self._changed.clear()


class _Rehearsal(dict[str, Any]):
    """An empty state that notes which keys the rules ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.asked.add(key)
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)


def _asked_for(records: Sequence[ActRecord]) -> set[str]:
    """Most of the keys that the rules will read for these acts: they are pure, so they may be tried without effect."""
    rehearsal = _Rehearsal()
    for record in records:
        # On an empty state a rule may fail where it would not on the true one; what it asked for until then helps all
        # the same, and the rest is read when it is asked for in earnest.
        with contextlib.suppress(Exception):
            apply_rule(rehearsal, record.act)
    return rehearsal.asked


def state_of(matter: Matter) -> dict[str, Any]:
    """The whole state of a matter, for pages."""
    return dict(matter.state.values_list("key", "value"))


def project(records: Sequence[ActRecord]) -> list[Matter]:
    """Bring the matters of newly appended acts up to date. Must run in the transaction that appended them."""
    by_matter: dict[str, list[ActRecord]] = {}
    for record in records:
        by_matter.setdefault(record.matter_id, []).append(record)
    ActFile.objects.bulk_create([row for record in records for row in _files(record)])
    return [_project_matter(matter_id, mine) for matter_id, mine in by_matter.items()]


def _project_matter(matter_id: str, records: list[ActRecord]) -> Matter:
    first = records[0]
    kind = kind_of(first.type)
    matter, made = Matter.objects.select_for_update().get_or_create(
        id=matter_id,
        defaults={
            "kind": kind.name if kind else first.type.partition(".")[0],
            "opened_at": first.issued,
            "last_at": first.recorded_at,
            "marking": first.marking,
        },
    )
    ids = [record.id for record in records]
    awaited = not made and MissingRef.objects.filter(matter_id=matter_id, ref__in=ids).exists()
    records.sort(key=lambda record: (record.issued, record.id))
    in_order = not awaited and (first := records[0]) and (f"{first.issued} {first.id}" > matter.last_order)
    if in_order and _refer_backwards(records):
        state = StoredState(matter_id)
        if len(records) >= _REHEARSED:
            state.expect(_asked_for(records))
        for record in records:
            _keep_effect(record, apply_rule(state, record.act))
        state.flush()
        _note_missing(matter_id, records)
        mixed = any(_kind_named(record.type) != matter.kind for record in records)
    else:
        state, mixed = refold(matter), True
    if mixed:
        matter.kind = _kind_agreed(matter_id)
    _describe(matter, records, state)
    return matter


def _refer_backwards(records: list[ActRecord]) -> bool:
    """Whether, in the order given, no act refers to a later one of the batch."""
    later = {record.id for record in records}
    for record in records:
        if later & set(record.act.refs):
            return False
        later.discard(record.id)
    return True


def _keep_effect(record: ActRecord, effect: Effect) -> None:
    if (record.reason, record.about) != (effect.reason, list(effect.about)):
        record.reason, record.about = effect.reason, list(effect.about)
        record.save(update_fields=["reason", "about"])


def _note_missing(matter_id: str, records: Iterable[ActRecord]) -> None:
    refs = {ref for record in records for ref in record.act.refs}
    if refs:
        held = set(ActRecord.objects.filter(id__in=refs).values_list("id", flat=True))
        MissingRef.objects.bulk_create(
            [MissingRef(matter_id=matter_id, ref=ref) for ref in sorted(refs - held)], ignore_conflicts=True
        )


def refold(matter: Matter) -> dict[str, Any]:
    """Fold a matter anew from all its acts and store the outcome. Returns the state."""
    records = {record.id: record for record in ActRecord.objects.filter(matter_id=matter.id)}
    state, effects = fold(apply_rule, [record.act for record in records.values()])
    changed = []
    for identifier, effect in effects.items():
        record = records[identifier]
        if (record.reason, record.about) != (effect.reason, list(effect.about)):
            record.reason, record.about = effect.reason, list(effect.about)
            changed.append(record)
    ActRecord.objects.bulk_update(changed, ["reason", "about"], batch_size=500)
    StateEntry.objects.filter(matter=matter).delete()
    StateEntry.objects.bulk_create([StateEntry(matter=matter, key=key, value=state[key]) for key in sorted(state)])
    MissingRef.objects.filter(matter=matter).delete()
    _note_missing(matter.id, records.values())
    return state


def _kind_named(type_name: str) -> str:
    return type_name.partition(".")[0]


def _kind_agreed(matter_id: str) -> str:
    """The kind of a matter, whatever act of it arrived first: anybody can send an act of any type into a channel whose
    id they can compute. An act of a standing series takes effect only in the series of its parties, so it decides; else
    the first act with effect; else the first."""
    rows = ActRecord.objects.filter(matter_id=matter_id).order_by("issued", "id").values_list("type", "reason")
    kinds = [(_kind_named(name), reason is None) for name, reason in rows]
    effective = [name for name, took_effect in kinds if took_effect]
    series = [name for name in effective if (kind := kind_of(name)) is not None and kind.series]
    return (series or effective or [kinds[0][0]])[0]


def _describe(matter: Matter, records: list[ActRecord], state: State) -> None:
    """The few columns by which matters are listed. Maxima and unions: the order of arrival does not show."""
    kind = kind_of(matter.kind)
    matter.acts += len(records)
    matter.title = kind.title(state)[:500] if kind else matter.title
    matter.about_id = kind.about(state)[:32] if kind else matter.about_id
    matter.last_at = max(matter.last_at, *(record.recorded_at for record in records))
    matter.opened_at = min(matter.opened_at, *(record.issued for record in records))
    matter.last_order = max(matter.last_order, *(f"{record.issued} {record.id}" for record in records))
    matter.parties = sorted({*matter.parties, *(party for record in records for party in record.act.parties)})
    matter.marking = max(
        matter.marking, *(record.marking for record in records), key=lambda marking: Marking(marking).rank
    )
    matter.exercise = matter.exercise or any(record.exercise for record in records)
    matter.save()


def attachments_of(act: Act) -> list[dict[str, Any]]:
    """Descriptions of the attachments that an act names: `sha256`, `name`, `media_type`, `size`."""
    found = act.body.get("attachments")
    if not isinstance(found, list):
        return []
    return [item for item in found if isinstance(item, dict) and _is_hash(item.get("sha256"))]


def _is_hash(value: object) -> bool:
    # It becomes a file's name: an act of an unknown type could name anything.
    return isinstance(value, str) and re.fullmatch("[0-9a-f]{64}", value) is not None


def _files(record: ActRecord) -> Iterator[ActFile]:
    for item in attachments_of(record.act):
        size = item.get("size")
        yield ActFile(
            act_id=record.id,
            sha256=item["sha256"],
            name=str(item.get("name", "")).replace("\0", "")[:255],
            media_type=str(item.get("media_type", "application/octet-stream")).replace("\0", "")[:100],
            size=size if isinstance(size, int) else 0,
        )
