"""Acts: every field, its limits, and the ids."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.protocol import (
    LimitError,
    MalformedError,
    Marking,
    act_id,
    canonical_bytes,
    is_node,
    make_act,
    matter_id,
    new_nonce,
    parse_act,
    standing_matter_id,
)
from verbale.protocol.limits import MAX_ACT_BYTES, MAX_AUDIENCE, MAX_REFS

from .story import MORNING, note


def spelled(**changes: Any) -> bytes:
    """Crimson's note with fields changed; `...` takes a field away."""
    fields = {**orjson.loads(note().canonical), **changes}
    return canonical_bytes({name: value for name, value in fields.items() if value is not ...})


def test_a_new_act_is_what_everybody_parses() -> None:
    act = make_act(
        type="talks.invitation",
        author="CRIMSON",
        audience=["LAZURIA", "FORUM", "LAZURIA", "CRIMSON"],
        matter="0" * 32,
        issued=MORNING,
        body={"dates": ("2026-12-01", "2026-12-02")},
        refs=["b" * 64, "a" * 64, "b" * 64],
        marking=Marking.RED,
        precedence="FLASH",
        exercise=True,
    )
    assert parse_act(act.canonical) == act
    assert act.audience == ("FORUM", "LAZURIA"), "sorted, once each, without the author"
    assert act.refs == ("a" * 64, "b" * 64)
    assert act.body == {"dates": ["2026-12-01", "2026-12-02"]}
    assert act.parties == {"CRIMSON", "FORUM", "LAZURIA"}
    assert act.issued == "2026-11-24T08:30:00.000Z"
    assert act.issued_at == MORNING
    assert act.order == (act.issued, act.id)
    assert act.unknown == ()


def test_the_id_is_the_sha_256_of_the_canonical_form() -> None:
    act = note()
    assert act.id == act_id(act.canonical) == hashlib.sha256(act.canonical).hexdigest()


def test_two_acts_of_the_same_content_differ_by_their_nonce() -> None:
    assert note(nonce=None).id != note(nonce=None).id
    assert len(new_nonce()) == 32


def test_an_act_without_a_matter_opens_the_one_that_its_author_and_nonce_name() -> None:
    act = note(7)
    expected = hashlib.sha256(b"verbale/matter/v1\0CRIMSON\0" + b"%032x" % 7).hexdigest()[:32]
    assert act.matter == matter_id("CRIMSON", act.nonce) == expected
    assert matter_id("LAZURIA", act.nonce) != expected


def test_a_standing_matter_is_the_same_whoever_speaks_first() -> None:
    expected = hashlib.sha256(b"verbale/standing/v1\0channel\0CRIMSON\0LAZURIA").hexdigest()[:32]
    assert standing_matter_id("channel", ["LAZURIA", "CRIMSON", "LAZURIA"]) == expected
    assert standing_matter_id("channel", ["CRIMSON", "LAZURIA"]) == expected
    assert standing_matter_id("channel", ["CRIMSON", "FORUM"]) != expected
    assert standing_matter_id("talks", ["CRIMSON", "LAZURIA"]) != expected


def test_fields_of_a_newer_version_are_kept_and_named() -> None:
    data = spelled(v=2, zone="north", auxiliary=[1])
    act = parse_act(data)
    assert act.unknown == ("auxiliary", "zone")
    assert act.canonical == data
    assert act.v == 2


@pytest.mark.parametrize("name", ["AB", "A1", "UN-OEWG", "A" * 24])
def test_a_node_has_2_to_24_capitals_digits_and_hyphens_a_letter_first(name: str) -> None:
    assert is_node(name)
    assert parse_act(spelled(author=name)).author == name


@pytest.mark.parametrize("name", ["", "A", "A" * 25, "1A", "-A", "crimson", "CRIMSON\n", "CRÍMSON", "A B", "A_B", "A٣"])
def test_other_names_are_no_nodes(name: str) -> None:
    assert not is_node(name)
    with pytest.raises(MalformedError, match=r"\$\.author"):
        parse_act(spelled(author=name))
    with pytest.raises(MalformedError, match=r"\$\.audience"):
        parse_act(spelled(audience=[name]))


@pytest.mark.parametrize("field", sorted(orjson.loads(note().canonical)))
def test_every_field_is_required(field: str) -> None:
    with pytest.raises(MalformedError, match=f"act: .*`{field}`"):
        parse_act(spelled(**{field: ...}))


@pytest.mark.parametrize("wrong", [pytest.param(None, id="null"), pytest.param([[]], id="a list in a list")])
@pytest.mark.parametrize("field", sorted(orjson.loads(note().canonical)))
def test_every_field_has_its_kind(field: str, wrong: Any) -> None:
    with pytest.raises(MalformedError, match=rf"act: .*\$\.{field}"):
        parse_act(spelled(**{field: wrong}))


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        pytest.param({"v": 0}, MalformedError, "version 0", id="there is no version 0"),
        pytest.param({"v": True}, MalformedError, r"\$\.v", id="true is no version"),
        pytest.param({"type": "note"}, MalformedError, r"\$\.type", id="a type has at least two parts"),
        pytest.param({"type": "Note.verbale"}, MalformedError, r"\$\.type", id="a type is in small letters"),
        pytest.param({"type": "note..verbale"}, MalformedError, r"\$\.type", id="no part of a type is empty"),
        pytest.param(
            {"type": "note.1verbale"}, MalformedError, r"\$\.type", id="each part of a type begins with a letter"
        ),
        pytest.param({"type": "note.verbale\n"}, MalformedError, r"\$\.type", id="no line end follows a type"),
        pytest.param({"type": "a." + "b" * 63}, MalformedError, r"\$\.type", id="a type has at most 64 letters"),
        pytest.param(
            {"audience": ["LAZURIA", "FORUM"]}, MalformedError, "audience must be sorted", id="audience is sorted"
        ),
        pytest.param(
            {"audience": ["FORUM", "FORUM"]}, MalformedError, "audience must be sorted", id="audience repeats none"
        ),
        pytest.param({"audience": ["CRIMSON"]}, MalformedError, "own audience", id="the author is not in the audience"),
        pytest.param({"matter": "0" * 31}, MalformedError, r"\$\.matter", id="a matter has 32 hex digits"),
        pytest.param({"matter": "0" * 32 + "\n"}, MalformedError, r"\$\.matter", id="no line end follows a matter"),
        pytest.param({"matter": "A" * 32}, MalformedError, r"\$\.matter", id="hex digits are small letters"),
        pytest.param({"refs": ["a" * 63]}, MalformedError, r"\$\.refs", id="a ref has 64 hex digits"),
        pytest.param({"refs": ["a" * 64 + "\n"]}, MalformedError, r"\$\.refs", id="no line end follows a ref"),
        pytest.param({"refs": ["b" * 64, "a" * 64]}, MalformedError, "refs must be sorted", id="refs are sorted"),
        pytest.param({"issued": "2026-11-24"}, MalformedError, "act: issued", id="issued is a time"),
        pytest.param({"issued": "2026-13-24T00:00:00.000Z"}, MalformedError, "act: issued", id="issued is a real time"),
        pytest.param({"marking": "TLP:RED"}, MalformedError, r"\$\.marking", id="a marking stands without TLP"),
        pytest.param({"marking": "WHITE"}, MalformedError, r"\$\.marking", id="TLP 1.0 is no marking of an act"),
        pytest.param({"precedence": "URGENT"}, MalformedError, r"\$\.precedence", id="there are four precedences"),
        pytest.param(
            {"precedence": "FLASH\n"}, MalformedError, r"\$\.precedence", id="no line end follows a precedence"
        ),
        pytest.param({"exercise": 0}, MalformedError, r"\$\.exercise", id="exercise is true or false"),
        pytest.param({"nonce": "0" * 33}, MalformedError, r"\$\.nonce", id="a nonce has 32 hex digits"),
        pytest.param({"body": []}, MalformedError, r"\$\.body", id="a body is an object"),
        pytest.param(
            {"audience": [f"N{i:03}" for i in range(MAX_AUDIENCE + 1)]},
            LimitError,
            "audience of 257; the limit is 256",
            id="an audience has at most 256",
        ),
        pytest.param(
            {"refs": [f"{i:064x}" for i in range(MAX_REFS + 1)]},
            LimitError,
            "257 refs; the limit is 256",
            id="256 refs",
        ),
        pytest.param(
            {"body": {"t": "x" * MAX_ACT_BYTES}}, LimitError, "the limit is 1048576", id="an act has at most 1 MiB"
        ),
    ],
)
def test_what_is_no_lawful_act_is_refused(changes: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        parse_act(spelled(**changes))


def test_the_limits_themselves_are_allowed() -> None:
    full = spelled(audience=[f"N{i:03}" for i in range(MAX_AUDIENCE)], refs=[f"{i:064x}" for i in range(MAX_REFS)])
    assert len(parse_act(full).audience) == MAX_AUDIENCE
    room = MAX_ACT_BYTES - len(spelled(body={"t": ""}))
    assert len(parse_act(spelled(body={"t": "x" * room})).canonical) == MAX_ACT_BYTES


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"author": "crimson"}, r"\$\.author", id="author"),
        pytest.param({"type": "note"}, r"\$\.type", id="type"),
        pytest.param({"body": {"share": 0.5}}, r"body\.share", id="body outside the canonical subset"),
        pytest.param({"body": {"t": "x" * MAX_ACT_BYTES}}, "the limit is", id="body too large"),
        pytest.param({"refs": ["xyz"]}, r"\$\.refs", id="refs"),
    ],
)
def test_an_unlawful_act_cannot_be_made(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        note(**changes)


def test_an_act_in_another_spelling_is_refused() -> None:
    act = note()
    for data in (act.canonical + b"\n", json.dumps(orjson.loads(act.canonical)).encode(), b"[]", b""):
        with pytest.raises(MalformedError, match="act"):
            parse_act(data)


@given(st.text(max_size=200), st.datetimes(timezones=st.just(UTC)), st.sampled_from(Marking))
def test_whatever_is_made_parses_to_itself(text: str, issued: datetime, marking: Marking) -> None:
    try:
        act = note(body={"text": text}, issued=issued, marking=marking)
    except MalformedError as error:
        assert "NFC" in str(error)
    else:
        assert parse_act(act.canonical) == act
