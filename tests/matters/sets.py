"""Random sets of acts of one matter: all types of both kinds, an unknown one, unlawful bodies, refs to acts that are
there or are not, times that collide. Drawn by hypothesis, so that a failure shrinks to the few acts that matter."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from tests.node.world import note_body
from verbale.matters.channel.fold import channel_id
from verbale.protocol import Act, Marking, make_act, matter_id

NODES = ("CR", "LZ", "VD")
MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
OPENING_NONCE = "a" * 32
INCIDENT = matter_id("CR", OPENING_NONCE)
CHANNEL = channel_id(("CR", "LZ"))
MISSING = "f" * 64

INCIDENT_TYPES = ("open", "report", "assess", "remark", "close", "reopen")
CHANNEL_TYPES = ("note", "answer", "acknowledge")


def _incident_body(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    if kind in ("open", "report"):
        return {"title": draw(st.sampled_from(["Night on the grid", "A second look"]))}
    if kind == "assess":
        scale, level = draw(st.sampled_from([("uk-ncsc", "1"), ("uk-ncsc", "3"), ("uk-ncsc", "9"), ("other", "1")]))
        return {"scale": scale, "level": level}
    return {"text": "seen"} if kind == "remark" else {"reason": "done"}


def _channel_body(draw: st.DrawFn, kind: str, earlier: list[Act]) -> dict[str, Any]:
    about = draw(st.sampled_from([*[act.id for act in earlier], MISSING]))
    if kind == "acknowledge":
        return {"acknowledges": about}
    reply_by = draw(st.sampled_from([None, "2027-01-31"]))
    answers = about if kind == "answer" else None
    return note_body(draw(st.sampled_from(["1", "2", "3", "4"])), answers=answers, reply_by=reply_by)


@st.composite
def act_sets(draw: st.DrawFn, kind: str, most: int = 14) -> list[Act]:
    """Up to `most` acts of the incident or the channel, in the order in which they were made."""
    acts: list[Act] = []
    types = INCIDENT_TYPES if kind == "incident" else CHANNEL_TYPES
    for number in range(draw(st.integers(1, most))):
        word = draw(st.sampled_from(types))
        oddity = draw(st.sampled_from([""] * 9 + ["unknown type", "unlawful", "another kind"]))
        name, matter = f"{kind}.{word}", INCIDENT if kind == "incident" else CHANNEL
        body = _incident_body(draw, word) if kind == "incident" else _channel_body(draw, word, acts)
        if oddity == "unknown type":
            name = f"{kind}.later-version"
        elif oddity == "unlawful":
            body = {"nonsense": 1}
        elif oddity == "another kind":
            name, body = ("channel.note", note_body("1")) if kind == "incident" else ("incident.report", {"title": "x"})
        author = draw(st.sampled_from(NODES if draw(st.integers(0, 4)) == 0 else NODES[:2]))
        audience = draw(st.sampled_from([NODES, NODES[:2], ()])) if kind == "incident" else NODES[:2]
        refs = draw(st.sets(st.sampled_from([*[act.id for act in acts], MISSING]), max_size=3))
        told = body.get("answers") or body.get("acknowledges")
        if told and draw(st.integers(0, 4)):
            refs.add(told)
        opens = word == "open" and not oddity and draw(st.booleans())
        acts.append(
            make_act(
                type=name,
                author="CR" if opens else author,
                audience=audience,
                matter=matter,
                refs=refs,
                issued=MORNING + timedelta(minutes=draw(st.integers(0, 6))),
                marking=draw(st.sampled_from([Marking.GREEN, Marking.RED])),
                precedence="ROUTINE",
                exercise=draw(st.booleans()),
                nonce=OPENING_NONCE if opens else f"{number:032x}",
                body=body,
            )
        )
    return acts


@st.composite
def arrivals(draw: st.DrawFn, acts: list[Act]) -> list[list[Act]]:
    """An order of arrival of those acts, in batches, some of them twice."""
    order = draw(st.permutations(acts))
    order = [*order, *draw(st.lists(st.sampled_from(acts), max_size=4))]
    batches: list[list[Act]] = []
    while order:
        size = draw(st.integers(1, 4))
        batches.append(order[:size])
        order = order[size:]
    return batches
