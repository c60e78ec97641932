"""Signed notes, checkpoints and cosignatures after C2SP."""

import dataclasses
import hashlib
import struct
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from verbale.protocol import (
    Checkpoint,
    Cosignature,
    LimitError,
    MalformedError,
    ProofError,
    SignatureError,
    cosign,
    sign_checkpoint,
)
from verbale.protocol.encoding import b64
from verbale.protocol.limits import MAX_NOTE_BYTES
from verbale.protocol.merkle import EMPTY_ROOT
from verbale.protocol.notes import SignedNote

from .story import CRIMSON, FORUM, LAZURIA, minutes, register_of

ROOT = bytes(range(32))
HEAD = sign_checkpoint("LAZURIA", 7, ROOT, minutes(60), LAZURIA.keys)
TEXT = "verbale/LAZURIA\n7\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\ntime 2026-11-24T09:30:00.000Z\n"
COSIGNED = HEAD.with_cosignatures([cosign(HEAD, "CRIMSON", minutes(61), CRIMSON.keys)])


def key_hash(name: str, kind: bytes, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


# -- checkpoints --------------------------------------------------------------------------------------------------


def test_a_checkpoint_is_four_lines_a_blank_one_and_two_signatures() -> None:
    assert HEAD.note.text == TEXT
    text, lines = HEAD.render().split("\n\n")
    assert text + "\n" == TEXT
    assert [line.split(" ")[:2] for line in lines.splitlines()] == [["—", "verbale/LAZURIA"]] * 2
    assert lines.endswith("\n")


def test_a_checkpoint_reads_back_and_verifies() -> None:
    again = Checkpoint.parse(HEAD.render())
    assert again == HEAD
    assert (again.node, again.size, again.root) == ("LAZURIA", 7, ROOT)
    assert again.signed_at == minutes(60)
    again.verify(LAZURIA.keys.public)


def test_an_empty_register_has_a_checkpoint() -> None:
    head = sign_checkpoint("LAZURIA", 0, EMPTY_ROOT, minutes(0), LAZURIA.keys)
    Checkpoint.parse(head.render()).verify(LAZURIA.keys.public)


def test_the_signatures_and_key_hashes_are_those_of_c2sp() -> None:
    # Checked with nothing but the primitives: SHA-256(name, line end, type, key), and the text as it stands.
    public = LAZURIA.keys.public
    (_, first, ed25519), (_, second, mldsa65) = HEAD.note.signatures
    assert first == key_hash("verbale/LAZURIA", b"\x01", public.ed25519)
    assert second == key_hash("verbale/LAZURIA", b"\xffverbale ML-DSA-65 checkpoint v1", public.mldsa65)
    Ed25519PublicKey.from_public_bytes(public.ed25519).verify(ed25519, TEXT.encode())
    MLDSA65PublicKey.from_public_bytes(public.mldsa65).verify(mldsa65, TEXT.encode())


def test_keys_of_another_node_are_refused() -> None:
    with pytest.raises(SignatureError, match="checkpoint of LAZURIA: not signed with the keys of its node"):
        HEAD.verify(CRIMSON.keys.public)


@pytest.mark.parametrize("line", [0, 1], ids=["Ed25519", "ML-DSA-65"])
def test_one_good_signature_of_the_two_is_not_enough(line: int) -> None:
    lines = list(HEAD.note.signatures)
    name, hashed, value = lines[line]
    lines[line] = (name, hashed, value[:-1] + bytes([value[-1] ^ 1]))
    wrong = Checkpoint.parse(SignedNote(HEAD.note.text, tuple(lines)).render())
    with pytest.raises(SignatureError, match=f"the {['Ed25519', 'ML-DSA-65'][line]} signature does not verify"):
        wrong.verify(LAZURIA.keys.public)


@pytest.mark.parametrize(
    "keep",
    [
        pytest.param((0,), id="Ed25519 alone"),
        pytest.param((1,), id="ML-DSA-65 alone"),
        pytest.param((0, 1, 1), id="one twice"),
    ],
)
def test_exactly_two_signatures_are_expected(keep: tuple[int, ...]) -> None:
    lines = tuple(HEAD.note.signatures[place] for place in keep)
    with pytest.raises(SignatureError, match="not signed with the keys of its node"):
        Checkpoint.parse(SignedNote(HEAD.note.text, lines).render()).verify(LAZURIA.keys.public)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("\n7\n", "\n8\n", id="another size"),
        pytest.param("AAEC", "AAED", id="another root"),
        pytest.param("09:30", "09:31", id="another time"),
    ],
)
def test_a_changed_text_is_refused(old: str, new: str) -> None:
    changed = Checkpoint.parse(HEAD.render().replace(old, new, 1))
    with pytest.raises(SignatureError, match="does not verify"):
        changed.verify(LAZURIA.keys.public)


SIGNATURES = HEAD.render().split("\n\n")[1]


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        pytest.param("", MalformedError, "no blank line before the signatures", id="nothing"),
        pytest.param(TEXT, MalformedError, "no blank line before the signatures", id="no signatures"),
        pytest.param(TEXT + "\n", MalformedError, "no blank line before", id="a blank line and no signatures"),
        pytest.param(HEAD.render()[:-1], MalformedError, "the last line has no end", id="the last line has no end"),
        pytest.param(HEAD.render() + "\n", MalformedError, "no blank line before", id="a blank line behind"),
        pytest.param(
            HEAD.render().replace("\n7\n", "\r\n7\n"), MalformedError, "control characters", id="carriage return"
        ),
        pytest.param(HEAD.render().replace("LAZ", "LA\0Z"), MalformedError, "control characters", id="a null"),
        pytest.param("\ud800" + HEAD.render(), MalformedError, "is not UTF-8 text", id="a lone surrogate"),
        pytest.param("x" * MAX_NOTE_BYTES + HEAD.render(), LimitError, "larger than 1048576 bytes", id="too large"),
        pytest.param(HEAD.render().replace("—", "-"), MalformedError, "is no signature line", id="another dash"),
        pytest.param(f"{TEXT}\n—  x AAAAAAA=\n", MalformedError, "is no signature line", id="no name"),
        pytest.param(f"{TEXT}\n— a+b AAAAAAA=\n", MalformedError, "is no signature line", id="plus sign in a name"),
        pytest.param(f"{TEXT}\n— {'a' * 101} AAAAAAA=\n", MalformedError, "is no signature line", id="long name"),
        pytest.param(f"{TEXT}\n— x AAAAA\n", MalformedError, "signature of x is not base64", id="not base64"),
        pytest.param(f"{TEXT}\n— x AAAAAAB=\n", MalformedError, "not in canonical base64", id="idle bits"),
        pytest.param(f"{TEXT}\n— x AAAAAA==\n", MalformedError, "signature of x is too short", id="a key hash alone"),
        pytest.param(f"{TEXT}more\n\n{SIGNATURES}", MalformedError, "expected 4 lines .* found 5", id="five lines"),
        pytest.param(f"verbale/LAZURIA\n\n{SIGNATURES}", MalformedError, "found 1", id="one line"),
        pytest.param(
            HEAD.render().replace("verbale/", "log/", 1), MalformedError, "origin 'log/LAZ", id="other origin"
        ),
        *(
            pytest.param(
                HEAD.render().replace("\n7\n", f"\n{size}\n"),
                MalformedError,
                "is not a decimal number",
                id=f"size {size!r}",
            )
            for size in ("07", "-7", "+7", "7 ", "7.0", "", "٧", "1" + "0" * 16)
        ),
        pytest.param(HEAD.render().replace("AAEC", "AAE", 1), MalformedError, "checkpoint: root", id="root not base64"),
        pytest.param(
            HEAD.render().replace(b64(ROOT), b64(ROOT[:31])), MalformedError, "root must be 32 bytes", id="short root"
        ),
        pytest.param(HEAD.render().replace("time ", "at "), MalformedError, "must begin with 'time '", id="no time"),
        pytest.param(
            HEAD.render().replace(".000Z", "Z"), MalformedError, "checkpoint: time must be a UTC time", id="other time"
        ),
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Checkpoint.parse(text)


# -- cosignatures -------------------------------------------------------------------------------------------------


def test_a_cosignature_adds_two_lines_and_says_when() -> None:
    again = Checkpoint.parse(COSIGNED.render())
    assert again.cosigners == ("CRIMSON",)
    assert again.verify_cosignature("CRIMSON", CRIMSON.keys.public) == minutes(61)
    again.verify(LAZURIA.keys.public)
    assert again.without_cosignatures() == HEAD
    assert HEAD.cosigners == ()


def test_a_cosignature_travels_alone() -> None:
    alone = cosign(HEAD, "CRIMSON", minutes(61), CRIMSON.keys)
    again = Cosignature.parse(alone.to_text())
    assert again == alone
    assert HEAD.with_cosignatures([again]).verify_cosignature("CRIMSON", CRIMSON.keys.public) == minutes(61)


def test_several_nodes_cosign_one_checkpoint() -> None:
    both = HEAD.with_cosignatures([cosign(HEAD, who.node, minutes(61), who.keys) for who in (CRIMSON, FORUM)])
    again = Checkpoint.parse(both.render())
    assert again.cosigners == ("CRIMSON", "FORUM")
    for who in (CRIMSON, FORUM):
        again.verify_cosignature(who.node, who.keys.public)


def test_the_cosigned_message_is_that_of_c2sp() -> None:
    public = CRIMSON.keys.public
    (name, first, ed25519), (_, second, mldsa65) = COSIGNED.note.signatures[2:]
    seconds = int(minutes(61).timestamp())
    assert name == "verbale/CRIMSON"
    assert first == key_hash(name, b"\x04", public.ed25519)
    assert second == key_hash(name, b"\xffverbale ML-DSA-65 cosignature v1", public.mldsa65)
    assert ed25519[:8] == mldsa65[:8] == seconds.to_bytes(8, "big")
    message = f"cosignature/v1\ntime {seconds}\n{TEXT}".encode()
    Ed25519PublicKey.from_public_bytes(public.ed25519).verify(ed25519[8:], message)
    MLDSA65PublicKey.from_public_bytes(public.mldsa65).verify(mldsa65[8:], message)


def test_parts_of_a_second_are_dropped() -> None:
    cosigned = HEAD.with_cosignatures([cosign(HEAD, "CRIMSON", minutes(61.009), CRIMSON.keys)])
    assert cosigned.verify_cosignature("CRIMSON", CRIMSON.keys.public) == minutes(61)


def test_a_cosignature_holds_for_its_checkpoint_only() -> None:
    other = sign_checkpoint("LAZURIA", 8, ROOT, minutes(60), LAZURIA.keys)
    moved = other.with_cosignatures([cosign(HEAD, "CRIMSON", minutes(61), CRIMSON.keys)])
    with pytest.raises(
        SignatureError, match="cosignature of CRIMSON on LAZURIA: the Ed25519 signature does not verify"
    ):
        moved.verify_cosignature("CRIMSON", CRIMSON.keys.public)


def test_a_checkpoint_signature_is_no_cosignature() -> None:
    own = cosign(HEAD, "LAZURIA", minutes(61), LAZURIA.keys)
    with pytest.raises(SignatureError, match="no cosignature with the keys of LAZURIA"):
        HEAD.verify_cosignature("LAZURIA", LAZURIA.keys.public)
    with pytest.raises(SignatureError, match="not signed with the keys of its node"):
        dataclasses.replace(HEAD, note=SignedNote(TEXT, own.lines)).verify(LAZURIA.keys.public)


def test_who_did_not_cosign_is_not_taken_for_one_who_did() -> None:
    with pytest.raises(SignatureError, match="no cosignature with the keys of FORUM"):
        COSIGNED.verify_cosignature("FORUM", FORUM.keys.public)
    with pytest.raises(SignatureError, match="no cosignature with the keys of CRIMSON"):
        COSIGNED.verify_cosignature("CRIMSON", FORUM.keys.public)


def test_both_halves_of_a_cosignature_carry_one_time() -> None:
    one, other = (cosign(HEAD, "CRIMSON", minutes(at), CRIMSON.keys).lines for at in (61, 62))
    mixed = HEAD.with_cosignatures([Cosignature("CRIMSON", (one[0], other[1]))])
    with pytest.raises(ProofError, match="its two halves carry different times"):
        mixed.verify_cosignature("CRIMSON", CRIMSON.keys.public)


@pytest.mark.parametrize("seconds", [253_402_300_800, 2**63, 2**64 - 1])
def test_a_time_beyond_the_calendar_is_refused(seconds: int) -> None:
    signed = CRIMSON.keys.sign(f"cosignature/v1\ntime {seconds}\n{TEXT}".encode())
    lines = cosign(HEAD, "CRIMSON", datetime.fromtimestamp(0, UTC), CRIMSON.keys).lines
    stamped = tuple(
        (name, hashed, struct.pack(">Q", seconds) + value)
        for (name, hashed, _), value in zip(lines, signed, strict=True)
    )
    with pytest.raises(ProofError, match=f"{seconds} is no moment of the calendar"):
        HEAD.with_cosignatures([Cosignature("CRIMSON", stamped)]).verify_cosignature("CRIMSON", CRIMSON.keys.public)


ALONE = cosign(HEAD, "CRIMSON", minutes(61), CRIMSON.keys).to_text()
FIRST_LINE, SECOND_LINE = ALONE.splitlines(keepends=True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param(FIRST_LINE, id="one line"),
        pytest.param(ALONE + FIRST_LINE, id="three lines"),
        pytest.param(FIRST_LINE + SECOND_LINE.replace("CRIMSON", "FORUM"), id="two names"),
        pytest.param(ALONE.replace("verbale/", ""), id="names that are no registers"),
        pytest.param(ALONE.replace("—", "-"), id="no signature lines"),
        pytest.param(FIRST_LINE + "\n" + SECOND_LINE, id="a blank line between"),
    ],
)
def test_what_is_no_cosignature_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        Cosignature.parse(text)


def test_the_checkpoint_of_the_story_is_cosigned() -> None:
    head = register_of(3).checkpoint(witness=CRIMSON)
    assert (head.size, head.cosigners) == (3, ("CRIMSON",))
    assert head.root == register_of(3).tree.root()
