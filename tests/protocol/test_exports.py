"""Register exports: a whole register as a file that anybody can check."""

import dataclasses
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from verbale.protocol import (
    Checkpoint,
    CredentialsError,
    MalformedError,
    ProofError,
    ProtocolError,
    SignatureError,
    canonical_bytes,
    sign_checkpoint,
    verify_export,
    write_export,
)
from verbale.protocol.envelope import ACT_TYPE, sign
from verbale.protocol.merkle import EMPTY_ROOT

from .story import CRIMSON, FORUM, KNOWN, LAZURIA, Register, keys_of, minutes, note, register_of, sent

REGISTER = register_of(5)
HEAD = REGISTER.checkpoint(witness=FORUM)


def lines_of(register: Register = REGISTER, checkpoint: Checkpoint = HEAD) -> list[bytes]:
    return list(write_export(checkpoint, KNOWN.values(), register.entries))


LINES = lines_of()


def test_an_export_is_a_head_its_entries_and_an_end() -> None:
    read = [orjson.loads(line) for line in LINES]
    assert sorted(read[0]) == ["checkpoint", "credentials", "v", "verbale"]
    assert [sorted(line) for line in read[1:-1]] == [["envelope", "leaf"]] * 5
    assert read[-1] == {"end": 5}
    assert all(line == canonical_bytes(value) + b"\n" for line, value in zip(LINES, read, strict=True))


def test_an_export_verifies() -> None:
    summary = verify_export(LINES)
    assert (summary.entries, summary.disclosed) == (5, 5)
    assert summary.checkpoint == HEAD
    assert summary.credentials == KNOWN


@pytest.mark.parametrize("size", range(10))
def test_a_register_of_any_size_can_be_exported(size: int) -> None:
    register = register_of(size)
    assert verify_export(lines_of(register, register.checkpoint())).entries == size


def test_an_empty_register_gives_the_empty_root() -> None:
    head = sign_checkpoint("LAZURIA", 0, EMPTY_ROOT, minutes(0), LAZURIA.keys)
    assert verify_export(write_export(head, [LAZURIA.credentials], [])).entries == 0


def test_acts_may_be_left_out_and_their_leaves_still_count() -> None:
    entries = [(leaf, envelope if place == 2 else None) for place, (leaf, envelope) in enumerate(REGISTER.entries)]
    summary = verify_export(write_export(HEAD, KNOWN.values(), entries))
    assert (summary.entries, summary.disclosed) == (5, 1)


def test_only_the_credentials_of_disclosed_authors_are_needed() -> None:
    head, entries = REGISTER.checkpoint(), [(leaf, None) for leaf, _ in REGISTER.entries]
    assert verify_export(write_export(head, [LAZURIA.credentials], entries)).disclosed == 0


def changed(number: int, **changes: Any) -> list[bytes]:
    """The export with fields of one line changed; `...` takes a field away."""
    fields = {**orjson.loads(LINES[number]), **changes}
    line = canonical_bytes({name: value for name, value in fields.items() if value is not ...}) + b"\n"
    return [*LINES[:number], line, *LINES[number + 1 :]]


LEAF = REGISTER.entries[0][0].to_json()
IMPOSTOR = dataclasses.replace(CRIMSON, keys=keys_of("an impostor"))
TWICE = sign(ACT_TYPE, note(0).canonical, CRIMSON.keys, CRIMSON.keys)


@pytest.mark.parametrize(
    ("lines", "error", "message"),
    [
        pytest.param([], MalformedError, "line 1: has no line end", id="nothing"),
        pytest.param([b"\n"], MalformedError, "line 1 is not JSON", id="an empty line"),
        pytest.param([b"[]\n"], MalformedError, "line 1 must be a JSON object", id="head is no object"),
        pytest.param(
            changed(0, verbale="receipt"), MalformedError, "this is no register export", id="another document"
        ),
        pytest.param(changed(0, more=1), MalformedError, "this is no register export", id="a field more in the head"),
        pytest.param(changed(0, v=2), MalformedError, "version must be 1", id="a newer version"),
        pytest.param(changed(0, v=True), MalformedError, "version must be 1", id="true for 1"),
        pytest.param(changed(0, credentials={}), MalformedError, "credentials a list", id="credentials are no list"),
        pytest.param(changed(0, checkpoint=1), MalformedError, "checkpoint text", id="checkpoint is no text"),
        pytest.param(
            changed(0, credentials=[1]), MalformedError, "credentials must be", id="no credentials among them"
        ),
        pytest.param(
            changed(0, credentials=[]), CredentialsError, "credentials of LAZURIA are not at hand", id="no credentials"
        ),
        pytest.param(
            changed(0, credentials=[LAZURIA.credentials.to_json(), FORUM.credentials.to_json()]),
            CredentialsError,
            "line 2: the credentials of CRIMSON are not in the export",
            id="no credentials of an author",
        ),
        pytest.param(
            changed(0, checkpoint=REGISTER.checkpoint(IMPOSTOR).render()),
            SignatureError,
            "not signed with the keys of its node",
            id="a head that others signed",
        ),
        pytest.param(LINES[:-1], MalformedError, "cut off: its last line is missing", id="no end"),
        pytest.param(
            [*LINES, b"\n"], MalformedError, "line 7: the export does not end where it says", id="more behind"
        ),
        pytest.param(changed(6, end=4), MalformedError, "does not end where it says", id="end counts wrong"),
        pytest.param(changed(6, end="5"), MalformedError, "does not end where it says", id="end is text"),
        pytest.param([*LINES[:2], b'{"end":true}\n'], MalformedError, "does not end where it says", id="end is true"),
        pytest.param([*LINES[:3], LINES[3][:-1]], MalformedError, "line 4: has no line end", id="no line end"),
        pytest.param(
            [*LINES[:3], b" " + LINES[3]], MalformedError, "line 4 is not in canonical form", id="another spelling"
        ),
        pytest.param(
            [*LINES[:5], b'{"end":4}\n'], ProofError, "covers 5 entries, the file holds 4", id="the last entry left out"
        ),
        pytest.param(
            [*LINES[:2], *LINES[3:6], LINES[5], LINES[6]],
            ProofError,
            "do not give the checkpoint's root",
            id="an entry replaced",
        ),
        pytest.param(
            [LINES[0], LINES[2], LINES[1], *LINES[3:]], ProofError, "the register was rewritten", id="another order"
        ),
        pytest.param(changed(1, more=1), MalformedError, "line 2: an entry has a leaf", id="a field more"),
        pytest.param(changed(1, leaf=...), MalformedError, "line 2: an entry has a leaf", id="no leaf"),
        pytest.param(changed(1, leaf=[]), MalformedError, "leaf must be an object", id="leaf is no object"),
        pytest.param(
            changed(1, leaf={**LEAF, "at": "2026-11-24T08:30:29.999Z"}), ProofError, "root", id="another moment"
        ),
        pytest.param(changed(1, envelope=None), MalformedError, "envelope must be an object", id="null for an act"),
        pytest.param(
            changed(1, envelope=sent(note(1)).to_json()),
            ProofError,
            "line 2: the act beside the leaf is not the one",
            id="another act",
        ),
        pytest.param(
            changed(1, envelope=sent(note(0), IMPOSTOR).to_json()),
            CredentialsError,
            "line 2: act .* not in the credentials of CRIMSON",
            id="an act that others signed",
        ),
        pytest.param(
            changed(1, envelope=TWICE.to_json()), MalformedError, "signatures must come in pairs", id="signed twice"
        ),
    ],
)
def test_what_is_no_sound_export_is_refused(lines: list[bytes], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        verify_export(lines)


@pytest.mark.parametrize(
    ("minute", "line"),
    [
        pytest.param(5, None, id="revoked after the last act"),
        pytest.param(2, 4, id="revoked when the third act was issued"),
    ],
)
def test_an_author_signs_with_keys_in_force(minute: float, line: int | None) -> None:
    # The notes of this register were issued in minutes 0 to 4.
    revoked = CRIMSON.credentials.succeed(CRIMSON.keys, issued=minutes(minute), revoked="the keys were copied")
    lines = list(write_export(HEAD, [LAZURIA.credentials, FORUM.credentials, revoked], REGISTER.entries))
    if line is None:
        assert verify_export(lines).disclosed == 5
        return
    with pytest.raises(CredentialsError, match=f"line {line}: .* keys that CRIMSON had revoked"):
        verify_export(lines)


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(lambda lines: lines[: len(lines) // 2], id="cut in the middle"),
        pytest.param(lambda lines: lines[1:], id="without its head"),
        pytest.param(lambda lines: [lines[0], *lines], id="with its head twice"),
        pytest.param(lambda lines: [*lines, lines[-1]], id="with its end twice"),
        pytest.param(lambda lines: lines[::-1], id="backwards"),
        pytest.param(lambda lines: [b"".join(lines)], id="in one line"),
    ],
)
def test_lines_in_any_other_arrangement_are_refused(bend: Callable[[list[bytes]], list[bytes]]) -> None:
    with pytest.raises(ProtocolError):
        verify_export(bend(LINES))
