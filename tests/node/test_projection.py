"""Projections: kept up act by act, they are what a fold of the whole set gives, whatever the order of arrival."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.matters.sets import CHANNEL, INCIDENT, MORNING, OPENING_NONCE, act_sets, arrivals
from tests.node.world import note_body
from verbale.node import projection, register
from verbale.node.models import ActRecord, Matter, MissingRef, StateEntry
from verbale.node.projection import StoredState, project, refold, state_of
from verbale.node.registry import apply_rule
from verbale.protocol import Act, Envelope, fold, make_act
from verbale.protocol.envelope import ACT_TYPE, SignaturePair

pytestmark = pytest.mark.django_db

BLANK = SignaturePair("0" * 16, bytes(64), "1" * 16, bytes(3309))


@contextmanager
def undone() -> Iterator[None]:
    """Whatever is written inside is gone afterwards: one example of hypothesis must not see another."""

    class Undo(Exception):
        pass

    try:
        with transaction.atomic():
            yield
            raise Undo
    except Undo:
        pass


def arrive(batch: list[Act]) -> list[Matter]:
    """As `services.receive` does with acts that were verified."""
    held = set(ActRecord.objects.filter(id__in=[act.id for act in batch]).values_list("id", flat=True))
    fresh = list({act.id: act for act in batch if act.id not in held}.values())
    if not fresh:
        return []
    with transaction.atomic():
        records = register.append([(act, Envelope(ACT_TYPE, act.canonical, (BLANK,))) for act in fresh], via="pouch")
        return project(records)


def stored(matter_id: str) -> dict[str, Any]:
    """All that is kept of a matter, but for the time of recording."""
    matter = Matter.objects.get(pk=matter_id)
    columns = ("kind", "title", "opened_at", "last_order", "parties", "marking", "exercise", "acts")
    return {
        "state": state_of(matter),
        "effects": {row.id: (row.reason, row.about) for row in ActRecord.objects.filter(matter_id=matter_id)},
        "missing": set(MissingRef.objects.filter(matter=matter).values_list("ref", flat=True)),
        **{name: getattr(matter, name) for name in columns},
    }


def folded(acts: list[Act]) -> tuple[dict[str, Any], dict[str, Any]]:
    state, effects = fold(apply_rule, acts)
    return state, {key: (effect.reason, list(effect.about)) for key, effect in effects.items()}


@pytest.mark.parametrize("kind", ["incident", "channel"])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_kept_up_in_any_order_it_is_the_fold_of_the_set(kind: str, data: st.DataObject) -> None:
    acts = data.draw(act_sets(kind, most=9))
    matter = acts[0].matter
    with undone():
        for batch in data.draw(arrivals(acts)):
            arrive(batch)
        first = stored(matter)
        assert (first["state"], first["effects"]) == folded(acts)
        # And to fold it anew changes nothing.
        refold(Matter.objects.get(pk=matter))
        assert stored(matter) == first
    with undone():
        for batch in data.draw(arrivals(acts)):
            arrive(batch)
        assert stored(matter) == first


# -- cases ------------------------------------------------------------------------------------------------------------


def remark(minute: float, *refs: str, text: str = "seen") -> Act:
    return _incident("remark", {"text": text}, minute, refs)


def _incident(word: str, body: dict[str, Any], minute: float, refs: Any = (), **fields: Any) -> Act:
    return make_act(
        type=f"incident.{word}",
        author=fields.pop("author", "LZ"),
        audience=("CR",),
        matter=INCIDENT,
        refs=refs,
        issued=MORNING + timedelta(minutes=minute),
        body=body,
        **fields,
    )


@pytest.fixture
def refolds(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The matters that were folded anew."""
    told: list[str] = []
    honest = projection.refold
    monkeypatch.setattr(projection, "refold", lambda matter: told.append(matter.id) or honest(matter))
    return told


def test_acts_that_arrive_in_order_are_applied_alone(refolds: list[str]) -> None:
    acts = [_incident("open", {"title": "Night"}, 0, author="CR", nonce=OPENING_NONCE)]
    acts += [remark(minute, acts[0].id) for minute in range(1, 6)]
    for act in acts:
        arrive([act])
    assert refolds == []
    assert stored(INCIDENT)["state"] == folded(acts)[0]


def test_a_batch_in_order_is_applied_alone(refolds: list[str]) -> None:
    arrive([remark(3), remark(1), remark(2)])
    arrive([remark(5), remark(4)])
    assert refolds == []


LATE = {
    "an act dated before the last": lambda: [[remark(5)], [remark(1)]],
    "an act of the same moment and a smaller id": lambda: [
        [act] for act in sorted([remark(1, text="a"), remark(1, text="b")], key=lambda act: act.id, reverse=True)
    ],
    "an act that another waited for": lambda: [[remark(1, (late := remark(9)).id)], [late]],
    "a batch whose acts refer forwards": lambda: [[remark(1, (late := remark(9)).id), late]],
}


@pytest.mark.parametrize("make", LATE.values(), ids=LATE)
def test_what_comes_late_folds_its_matter_anew(refolds: list[str], make: Any) -> None:
    batches = make()
    for batch in batches:
        arrive(batch)
    assert refolds == [INCIDENT]
    assert stored(INCIDENT)["effects"] == folded([act for batch in batches for act in batch])[1]


def test_another_matter_is_not_folded_anew(refolds: list[str]) -> None:
    arrive(
        [
            make_act(
                type="incident.remark",
                author="LZ",
                audience=("CR",),
                matter="0" * 32,
                issued=MORNING,
                body={"text": "x"},
            )
        ]
    )
    arrive([remark(5)])
    arrive([remark(1)])
    assert refolds == [INCIDENT]


def test_an_act_that_arrives_late_can_take_the_effect_from_another() -> None:
    report = _incident("report", {"title": "A report"}, 5)
    arrive([report])
    assert ActRecord.objects.get(pk=report.id).effective
    arrive([_incident("close", {"reason": "done"}, 1)])
    row = ActRecord.objects.get(pk=report.id)
    assert (row.reason, row.about) == ("%s had closed the incident.", ["LZ"])


def test_an_act_that_arrives_late_can_give_effect_to_another() -> None:
    reopen = _incident("reopen", {"reason": "more"}, 5)
    arrive([reopen])
    assert not ActRecord.objects.get(pk=reopen.id).effective
    arrive([_incident("close", {"reason": "done"}, 1)])
    assert ActRecord.objects.get(pk=reopen.id).effective


def test_a_missing_act_is_waited_for_until_it_arrives() -> None:
    late = remark(9)
    arrive([remark(1, late.id)])
    assert MissingRef.objects.get().ref == late.id
    arrive([late])
    assert not MissingRef.objects.exists()


# -- what a matter is -------------------------------------------------------------------------------------------------


def note(minute: float, number: str = "1") -> Act:
    issued = MORNING + timedelta(minutes=minute)
    return make_act(
        type="channel.note", author="LZ", audience=("CR",), matter=CHANNEL, issued=issued, body=note_body(number)
    )


def intruder(minute: float, name: str = "foo.bar") -> Act:
    """An act that a third node addresses to us, in a matter whose id it can compute: that of a channel of ours."""
    issued, body = MORNING + timedelta(minutes=minute), {"title": "x"}
    return make_act(type=name, author="VD", audience=("CR",), matter=CHANNEL, issued=issued, body=body)


@pytest.mark.parametrize("name", ["foo.bar", "incident.open", "incident.report"])
@pytest.mark.parametrize("minute", [0, 9])
@pytest.mark.parametrize("first", [True, False])
def test_a_third_node_cannot_make_a_channel_into_something_else(name: str, minute: int, first: bool) -> None:
    """Else its notes would show up neither in the list of channels nor as tasks."""
    acts = [intruder(minute, name), note(5)]
    for act in acts if first else reversed(acts):
        arrive([act])
    assert (stored(CHANNEL)["kind"], stored(CHANNEL)["title"]) == ("channel", "CR – LZ")


def test_an_incident_stays_one_when_a_note_is_put_into_it() -> None:
    astray = make_act(
        type="channel.note", author="LZ", audience=("CR",), matter=INCIDENT, issued=MORNING, body=note_body("1")
    )
    arrive([astray])
    arrive([_incident("open", {"title": "Night"}, 5, author="CR", nonce=OPENING_NONCE)])
    assert stored(INCIDENT)["kind"] == "incident"
    assert stored(INCIDENT)["title"] == "Night"


def test_a_matter_of_an_unknown_kind_is_kept() -> None:
    act = make_act(type="talks.invite", author="LZ", audience=("CR",), matter=None, issued=MORNING, body={})
    arrive([act])
    matter = Matter.objects.get()
    assert (matter.kind, matter.title, matter.acts, state_of(matter)) == ("talks", "", 1, {})


def test_a_matter_shows_the_strictest_marking_all_parties_and_any_exercise() -> None:
    from verbale.protocol import Marking

    acts = [
        _incident("remark", {"text": "a"}, 1, marking=Marking.GREEN),
        _incident("remark", {"text": "b"}, 2, marking=Marking.RED, exercise=True),
        _incident("remark", {"text": "c"}, 3, marking=Marking.CLEAR, author="VD"),
    ]
    for act in reversed(acts):
        arrive([act])
    kept = stored(INCIDENT)
    assert (kept["marking"], kept["parties"], kept["exercise"], kept["acts"]) == ("RED", ["CR", "LZ", "VD"], True, 3)


# -- cost and the stored state ----------------------------------------------------------------------------------------


def test_an_act_in_order_costs_the_same_in_a_large_matter_as_in_a_small_one() -> None:
    def cost(minute: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            arrive([remark(minute)])
        return len(queries)

    cost(0)
    small = cost(1)
    arrive([remark(2, text=str(number)) for number in range(200)])
    assert cost(3) == small


def test_the_stored_state_is_a_mapping_like_any_other() -> None:
    arrive([remark(1)])
    state, twin = StoredState(INCIDENT), {}
    for mapping in (state, twin):
        mapping["a"], mapping["b"] = 1, [2]
        del mapping["a"]
        mapping["c"] = {"d": None}
        mapping["b"] = [*mapping["b"], 3]
    assert dict(state) == twin == {"b": [2, 3], "c": {"d": None}}
    assert (len(state), "a" in state, state.get("a"), "b" in state) == (2, False, None, True)
    with pytest.raises(KeyError):
        state["a"]
    state.flush()
    assert dict(StoredState(INCIDENT)) == twin
    again = StoredState(INCIDENT)
    del again["b"]
    assert set(again) == {"c"}
    again.flush()
    assert list(StateEntry.objects.values_list("key", flat=True)) == ["c"]
