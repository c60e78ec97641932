"""Checking files with no node; and no file survives a flipped bit."""

import dataclasses
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from verbale.protocol import (
    Checkpoint,
    Contents,
    Credentials,
    Envelope,
    Leaf,
    MalformedError,
    PrivateKeys,
    ProtocolError,
    Receipt,
    SealedParcel,
    fingerprint_words,
    parse_act,
    seal,
    sign_checkpoint,
    verify_checkpoint,
    verify_export,
    verify_file,
    write_export,
)
from verbale.protocol.merkle import verify_inclusion

from .story import CRIMSON, KNOWN, LAZURIA, keys_of, minutes, note, register_of, sent

REGISTER = register_of(7)
SECOND = keys_of("CRIMSON second")
ROTATED = CRIMSON.credentials.succeed(CRIMSON.keys, issued=minutes(120), new=SECOND)
REVOKED = ROTATED.succeed(SECOND, issued=minutes(180), revoked="the keys were copied")
COMPROMISED = CRIMSON.credentials.succeed(CRIMSON.keys, issued=minutes(0), revoked="the keys were copied")
IMPOSTOR = Credentials.create(
    keys_of("an impostor"), node="CRIMSON", name="Republic of Crimson", kind="state", endpoint="", issued=minutes(0)
)


def pouch(carried: Credentials | None = CRIMSON.credentials, keys: PrivateKeys = CRIMSON.keys) -> bytes:
    contents = Contents({"v": 1}, (sent(note(0)),), (b"a report",))
    to = {"LAZURIA": LAZURIA.keys.public}
    sealed = seal(contents, sender="CRIMSON", keys=keys, recipients=to, moment=minutes(5), credentials=carried)
    return sealed.to_bytes()


def export(*credentials: Credentials) -> bytes:
    return b"".join(write_export(REGISTER.checkpoint(), credentials, REGISTER.entries))


FILES = {
    "receipt": REGISTER.receipt(3, carried=(LAZURIA, CRIMSON), witness=CRIMSON).to_bytes(),
    "pouch": pouch(),
    "register-export": export(LAZURIA.credentials, CRIMSON.credentials),
    "credentials": CRIMSON.credentials.to_bytes(),
    "checkpoint": REGISTER.checkpoint(witness=CRIMSON).render().encode(),
}
FINGERPRINT = {node: item.current.fingerprint for node, item in KNOWN.items()}


# -- files that hold ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FILES)
def test_a_sound_file_holds_under_trusted_credentials(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[kind])
    finding = verify_file(path, KNOWN)
    assert (finding.kind, finding.holds, finding.reason) == (kind, True, None)
    assert finding.assumed == {}, "nothing is left to compare"


@pytest.mark.parametrize(
    ("kind", "assumed"),
    [
        pytest.param("receipt", {"LAZURIA", "CRIMSON"}, id="a receipt: its holder and its cosigners"),
        pytest.param("pouch", {"CRIMSON"}, id="a pouch: its sender"),
        pytest.param("register-export", {"LAZURIA", "CRIMSON"}, id="an export: its node and its authors"),
        pytest.param("credentials", {"CRIMSON"}, id="credentials: themselves"),
    ],
)
def test_credentials_that_came_with_the_file_are_named_for_comparison(
    kind: str, assumed: set[str], tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[kind])
    finding = verify_file(path)
    assert finding.holds
    assert finding.assumed == {node: FINGERPRINT[node] for node in assumed}


@pytest.mark.parametrize(
    ("kind", "sentences"),
    [
        pytest.param(
            "receipt",
            [
                f"LAZURIA holds act {note(3).id} since 2026-11-24T08:33:30.000Z, as entry 3 of a register of 7.",
                "The head of that register is cosigned by CRIMSON.",
            ],
            id="receipt",
        ),
        pytest.param(
            "pouch",
            [
                "CRIMSON sealed this pouch for LAZURIA at 2026-11-24T08:35:00.000Z; nothing in it has changed since.",
            ],
            id="pouch",
        ),
        pytest.param(
            "register-export",
            [
                "The register of LAZURIA has 7 entries; they give the root signed at 2026-11-24T09:30:00.000Z.",
                "7 of its acts are disclosed, and each is signed by its author.",
            ],
            id="export",
        ),
        pytest.param(
            "credentials",
            [
                "Republic of Crimson (CRIMSON), version 1, endpoint https://crimson.example.",
                f"Fingerprint in words: {' '.join(fingerprint_words(FINGERPRINT['CRIMSON']))}.",
            ],
            id="credentials",
        ),
        pytest.param(
            "checkpoint",
            ["LAZURIA signed a register of 7 entries at 2026-11-24T09:30:00.000Z."],
            id="checkpoint",
        ),
    ],
)
def test_what_is_shown_is_said_in_sentences(kind: str, sentences: list[str], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[kind])
    assert list(verify_file(path, KNOWN).shown) == sentences


@pytest.mark.parametrize("kind", ["receipt", "credentials"])
def test_a_file_may_end_with_a_line_end(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(FILES[kind] + b"\n")
    assert verify_file(path, KNOWN).holds


# -- files that do not --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "trusted", "kind", "reason"),
    [
        pytest.param(b"", {}, "unknown", "this is neither a pouch, a receipt", id="an empty file"),
        pytest.param(b"%PDF-1.7", {}, "unknown", "this is neither a pouch", id="a file of another kind"),
        pytest.param(b'{"checkpoint":', {}, "receipt", "receipt is not JSON", id="a receipt cut off"),
        pytest.param(b'{"chain":[]}', {}, "credentials", "exactly verbale, v, chain", id="credentials cut short"),
        pytest.param(b"verbale/\xff\n", {}, "checkpoint", "is not UTF-8 text", id="a checkpoint that is no text"),
        pytest.param(b"verbale-parcel/1\n", {}, "pouch", "no header line", id="a pouch without header"),
        pytest.param(FILES["checkpoint"], {}, "checkpoint", "LAZURIA are not at hand", id="a checkpoint alone"),
        pytest.param(pouch(None), {}, "pouch", "CRIMSON are neither in the file nor given", id="a parcel off the wire"),
        pytest.param(
            pouch(LAZURIA.credentials), {}, "pouch", "carries the credentials of LAZURIA", id="another's credentials"
        ),
        pytest.param(
            REVOKED.to_bytes(), {}, "credentials", "revoked these credentials on .* keys were copied", id="revoked"
        ),
        pytest.param(
            CRIMSON.credentials.to_bytes(),
            {"CRIMSON": REVOKED},
            "credentials",
            "revoked these credentials on .* keys were copied",
            id="an older copy of what is known to be revoked",
        ),
        *(
            pytest.param(
                data,
                {"CRIMSON": IMPOSTOR},
                kind,
                "do not continue the pinned ones",
                id=f"{kind}: other keys than trusted",
            )
            for kind, data in FILES.items()
            if kind != "checkpoint"
        ),
        pytest.param(
            FILES["pouch"],
            {"CRIMSON": COMPROMISED},
            "pouch",
            "CRIMSON had revoked",
            id="pouch: keys known to be revoked",
        ),
        pytest.param(
            FILES["receipt"],
            {"CRIMSON": COMPROMISED},
            "receipt",
            "cosignature of CRIMSON: .* had revoked",
            id="receipt: cosigned with keys known to be revoked",
        ),
        pytest.param(
            FILES["register-export"],
            {"CRIMSON": COMPROMISED},
            "register-export",
            "line 2: act .* CRIMSON had revoked",
            id="export: an act signed with keys known to be revoked",
        ),
        pytest.param(
            FILES["register-export"],
            {"LAZURIA": LAZURIA.credentials.succeed(LAZURIA.keys, issued=minutes(1), revoked="lost")},
            "register-export",
            "checkpoint of LAZURIA: .* LAZURIA had revoked",
            id="export: a head signed with keys known to be revoked",
        ),
    ],
)
def test_a_file_that_does_not_hold_says_why(
    data: bytes, trusted: dict[str, Credentials], kind: str, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    finding = verify_file(path, trusted)
    assert (finding.kind, finding.holds, finding.shown) == (kind, False, ())
    with pytest.raises(ProtocolError, match=reason):
        raise ProtocolError(finding.reason)


def test_trusted_credentials_serve_where_the_file_carries_none_or_older_ones(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(export(LAZURIA.credentials))
    assert not verify_file(path).holds
    finding = verify_file(path, {"CRIMSON": ROTATED})
    assert finding.holds
    assert finding.assumed == {"LAZURIA": FINGERPRINT["LAZURIA"]}


def test_a_file_over_its_limit_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.write(b'{"chain":')
        file.truncate(1 << 30)
    finding = verify_file(path)
    assert not finding.holds
    assert finding.reason == "the file has 1073741824 bytes; the limit is 16384000"


def test_a_file_that_cannot_be_read_is_the_callers_trouble(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        verify_file(tmp_path / "none")


STARTS = [b"", b"verbale-parcel/1\n", b"verbale/", b'{"chain":', b'{"checkpoint":']


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(start=st.sampled_from(STARTS), rest=st.binary(max_size=80))
def test_whatever_a_file_holds_there_is_a_finding(start: bytes, rest: bytes, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(start + rest)
    assert not verify_file(path, KNOWN).holds


# -- flipped bits -------------------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Document:
    """Bytes of one kind, and how a careful reader takes them in: parse, then verify under pinned credentials."""

    data: bytes
    accept: Callable[[bytes], object]
    """Raises ProtocolError for what is to be refused."""


def _envelope(data: bytes) -> None:
    envelope = Envelope.from_bytes(data)
    act = parse_act(envelope.payload)
    CRIMSON.credentials.verify_envelope(envelope, act.issued, "act")


def _checkpoint(data: bytes) -> None:
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise MalformedError("not text") from None
    verify_checkpoint(Checkpoint.parse(text), KNOWN)


def _credentials(data: bytes) -> None:
    REVOKED.accept(Credentials.from_bytes(data))


def _receipt(data: bytes) -> None:
    Receipt.from_bytes(data).verify(KNOWN)


def _parcel(data: bytes) -> None:
    SealedParcel.from_bytes(data).verify(CRIMSON.credentials)


def _export(data: bytes) -> None:
    verify_export(data.splitlines(keepends=True))


PROOF = REGISTER.tree.inclusion(3)
ROOT = REGISTER.tree.root()


def _proof(data: bytes) -> None:
    """Leaf, proof and root as they stand one behind the other; the index is the last byte."""
    hashes = [data[place : place + 32] for place in range(0, len(data) - 1, 32)]
    verify_inclusion(hashes[0], data[-1], 7, hashes[1:-1], hashes[-1])


DOCUMENTS = {
    "an envelope": Document(sent(note(0)).to_bytes(), _envelope),
    "an inclusion proof": Document(b"".join([REGISTER.entries[3][0].hash(), *PROOF, ROOT, b"\x03"]), _proof),
    "a checkpoint with a cosignature": Document(FILES["checkpoint"], _checkpoint),
    "a receipt as the wire has it": Document(REGISTER.receipt(3).to_bytes(), _receipt),
    "a receipt file": Document(FILES["receipt"], _receipt),
    "a pouch with credentials": Document(FILES["pouch"], _parcel),
    "a register export": Document(FILES["register-export"], _export),
    "a credentials file with a rotation and a revocation": Document(REVOKED.to_bytes(), _credentials),
}
SMALL = 10_000
CUTS = 4


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def sampled(data: bytes) -> list[int]:
    """One bit of every byte where the document is small; else of head and tail, and of every 41st byte between."""
    size = len(data)
    places = range(size) if size <= SMALL else sorted({*range(400), *range(400, size, 41), *range(size - 400, size)})
    # Which of the eight bits changes from byte to byte; 5 and 8 share no divisor, so all come up.
    return [8 * place + 5 * place % 8 for place in places]


def accepted(document: Document, bits: Iterable[int]) -> list[int]:
    """Those of the bits that can be flipped without anybody noticing. Any error but the protocol's own goes through."""
    unnoticed = []
    for bit in bits:
        try:
            document.accept(flipped(document.data, bit))
        except ProtocolError:
            continue
        unnoticed.append(bit)
    return unnoticed


@pytest.mark.parametrize("name", DOCUMENTS)
def test_each_document_is_accepted_as_it_is(name: str) -> None:
    DOCUMENTS[name].accept(DOCUMENTS[name].data)


@pytest.mark.parametrize("cut", range(CUTS))
@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_flipped_bit_anywhere_is_refused(name: str, cut: int) -> None:
    document = DOCUMENTS[name]
    assert accepted(document, sampled(document.data)[cut::CUTS]) == []


def test_each_single_bit_of_an_inclusion_proof_matters() -> None:
    document = DOCUMENTS["an inclusion proof"]
    assert accepted(document, range(8 * len(document.data))) == []


@pytest.mark.parametrize("name", DOCUMENTS)
@settings(max_examples=100)
@given(st.floats(0, 1, exclude_max=True))
@example(0.0)
@example(1 - 2**-53)
def test_a_bit_flipped_by_chance_is_refused(name: str, where: float) -> None:
    document = DOCUMENTS[name]
    assert accepted(document, [int(where * 8 * len(document.data))]) == []


@pytest.mark.parametrize("kind", FILES)
def test_a_file_with_a_flipped_bit_does_not_hold(kind: str, tmp_path: Path) -> None:
    path, data = tmp_path / "file", FILES[kind]
    for place in {*range(0, 120, 3), *range(0, len(data), len(data) // 60), len(data) - 1}:
        path.write_bytes(flipped(data, 8 * place + place % 8))
        finding = verify_file(path, KNOWN)
        assert not finding.holds, f"byte {place}"
        assert finding.reason


@pytest.mark.parametrize("kind", FILES)
def test_a_file_cut_off_or_prolonged_does_not_hold(kind: str, tmp_path: Path) -> None:
    path, data = tmp_path / "file", FILES[kind]
    for wrong in (data[:-1], data[: len(data) // 2], data[:1], data + b"\n\n", data + b" ", data + data):
        path.write_bytes(wrong)
        assert not verify_file(path, KNOWN).holds


def test_a_head_signed_for_other_entries_does_not_hold(tmp_path: Path) -> None:
    path = tmp_path / "file"
    head = sign_checkpoint("LAZURIA", 7, ROOT, minutes(60), LAZURIA.keys)
    entries = [(Leaf(leaf.act, leaf.at), envelope) for leaf, envelope in REGISTER.entries[::-1]]
    path.write_bytes(b"".join(write_export(head, KNOWN.values(), entries)))
    assert verify_file(path, KNOWN).reason == (
        "the entries do not give the checkpoint's root: the register was rewritten"
    )
