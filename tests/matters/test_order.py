"""Several matters at once: an incident, a channel of two and one of three, whose acts come mixed, refer across the
matters and are put where they do not belong. `test_fold_properties.py` and `tests/node/test_projection.py` have the
same of one matter alone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.matters.sets import CHANNEL, INCIDENT, MISSING, MORNING, NODES, OPENING_NONCE, arrivals
from tests.node.world import note_body
from verbale.matters.channel.fold import channel_id
from verbale.node import register
from verbale.node.models import ActRecord, Matter
from verbale.node.projection import project, state_of
from verbale.node.registry import apply_rule, kind_of
from verbale.protocol import Act, Envelope, fold, make_act
from verbale.protocol.envelope import ACT_TYPE, SignaturePair

BLANK = SignaturePair("0" * 16, bytes(64), "1" * 16, bytes(3309))
THREE = channel_id(NODES)
MATTERS = (INCIDENT, CHANNEL, THREE)
AUDIENCES = (("CR",), ("LZ",), ("CR", "LZ"), NODES, ())
TYPES = (
    *("incident.open", "incident.report", "incident.assess", "incident.remark", "incident.close", "incident.reopen"),
    *("channel.note", "channel.answer", "channel.acknowledge"),
)
ODD_BODIES: tuple[dict[str, Any], ...] = ({}, {"text": 5}, {"title": ""}, {"reason": "x" * 2_001}, {"title": "a\0b"})


def _body(draw: st.DrawFn, name: str, told: str) -> dict[str, Any]:
    if draw(st.integers(0, 9)) == 0:
        return draw(st.sampled_from(ODD_BODIES))
    if name in ("incident.open", "incident.report"):
        return {"title": draw(st.sampled_from(["First", "Second"]))}
    if name == "incident.assess":
        return {"scale": draw(st.sampled_from(["uk-ncsc", "other"])), "level": draw(st.sampled_from(["1", "2", "x"]))}
    if name == "incident.remark":
        return {"text": "seen"}
    if name == "channel.acknowledge":
        return {"acknowledges": told}
    if name.startswith("channel."):
        reply_by = draw(st.sampled_from([None, "2027-01-31", "2027-02-30"]))
        answers = told if name == "channel.answer" else None
        return note_body(draw(st.sampled_from("123")), answers=answers, reply_by=reply_by)
    return {"reason": "done"}


@st.composite
def mixed(draw: st.DrawFn, most: int, linked: bool) -> list[Act]:
    """Up to `most` acts of all types, each at home in its matter more often than not.

    `linked` acts refer to one another throughout, and come few together; the others refer to what they are about. Both
    are needed: an act that was waited for folds its matter anew, and makes good what went wrong before.
    """
    acts: list[Act] = []
    minutes: dict[str, int] = {}
    for number in range(draw(st.integers(2 if linked else 6, 6 if linked else most))):
        name = draw(st.sampled_from(TYPES))
        home = (INCIDENT,) if name.startswith("incident.") else (CHANNEL, CHANNEL, THREE)
        matter = draw(st.sampled_from(home if draw(st.integers(0, 7)) else MATTERS))
        lawful = NODES[:2] if matter == CHANNEL else NODES
        astray = draw(st.integers(0, 7)) == 0
        audience = draw(st.sampled_from(AUDIENCES)) if astray else lawful
        # What an answer is about is mostly there; that it may be dated later is what makes the order matter.
        near = [act.id for act in acts if act.matter == matter] or [MISSING]
        told = draw(st.sampled_from(near if draw(st.integers(0, 7)) else [*(act.id for act in acts), MISSING]))
        about = linked or name in ("channel.answer", "channel.acknowledge")
        any_ref = st.sampled_from([*(act.id for act in acts), MISSING])
        refs = draw(st.sets(any_ref, max_size=1)) if draw(st.integers(0, 5)) == 0 else set()
        opens = name == "incident.open" and draw(st.booleans())
        minute = draw(st.integers(0, 5))
        if about and told in minutes and draw(st.booleans()):
            # Dated before what it is about: it stands after it all the same, and waits for it when it comes first.
            minute = max(0, minutes[told] - draw(st.integers(0, 2)))
        acts.append(
            make_act(
                type=name,
                author="CR" if opens else draw(st.sampled_from(NODES if astray else lawful)),
                audience=audience,
                matter=matter,
                refs=refs | {told} if about and draw(st.integers(0, 7)) else refs,
                issued=MORNING + timedelta(minutes=minute),
                nonce=OPENING_NONCE if opens else f"{number:032x}",
                body=_body(draw, name, told),
            )
        )
        minutes[acts[-1].id] = minute
    return acts


def by_matter(acts: list[Act]) -> dict[str, list[Act]]:
    found: dict[str, list[Act]] = {}
    for act in acts:
        found.setdefault(act.matter, []).append(act)
    return found


def test_the_sets_hold_every_type_of_both_kinds() -> None:
    kinds = [kind_of(name) for name in ("incident", "channel")]
    assert set(TYPES) == {item.name for kind in kinds if kind is not None for item in kind.types}


@pytest.mark.parametrize("linked", [True, False])
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_duplicates_gives_the_same_states_and_effects(
    linked: bool, data: st.DataObject
) -> None:
    acts = data.draw(mixed(16, linked))
    arrived = by_matter([act for batch in data.draw(arrivals(acts)) for act in batch])
    for matter, mine in by_matter(acts).items():
        assert fold(apply_rule, arrived[matter]) == fold(apply_rule, mine)


@contextmanager
def rolled_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def arrive(batch: list[Act]) -> None:
    """As `services.receive` does with acts that were verified."""
    held = set(ActRecord.objects.filter(id__in=[act.id for act in batch]).values_list("id", flat=True))
    fresh = {act.id: act for act in batch if act.id not in held}.values()
    if not fresh:
        return
    with transaction.atomic():
        project(register.append([(act, Envelope(ACT_TYPE, act.canonical, (BLANK,))) for act in fresh], via="pouch"))


@pytest.mark.django_db
@pytest.mark.parametrize("linked", [True, False])
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_stored_of_each_matter_is_the_fold_of_its_set(linked: bool, data: st.DataObject) -> None:
    acts = data.draw(mixed(12, linked))
    with rolled_back():
        for batch in data.draw(arrivals(acts)):
            arrive(batch)
        for matter_id, mine in by_matter(acts).items():
            state, effects = fold(apply_rule, mine)
            assert state_of(Matter.objects.get(pk=matter_id)) == state
            stored = {row.id: (row.reason, row.about) for row in ActRecord.objects.filter(matter_id=matter_id)}
            assert stored == {key: (effect.reason, list(effect.about)) for key, effect in effects.items()}
    assert not ActRecord.objects.exists()


@pytest.mark.django_db
def test_in_one_batch_an_act_dated_before_what_it_answers_stands_after_it() -> None:
    note = make_act(
        type="channel.note",
        author="CR",
        audience=("LZ",),
        matter=CHANNEL,
        issued=MORNING + timedelta(minutes=3),
        body=note_body("1"),
    )
    answer = make_act(
        type="channel.answer",
        author="LZ",
        audience=("CR",),
        matter=CHANNEL,
        refs=(note.id,),
        issued=MORNING,
        body=note_body("1", answers=note.id),
    )
    arrive([answer, note])
    assert ActRecord.objects.get(pk=answer.id).effective
    assert state_of(Matter.objects.get(pk=CHANNEL)) == fold(apply_rule, [note, answer])[0]
