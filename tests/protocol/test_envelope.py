"""DSSE envelopes with two signatures, both of which must verify."""

import dataclasses
from typing import Any

import pytest

from verbale.protocol import CredentialsError, Envelope, MalformedError, SignatureError, canonical_bytes, sign_act
from verbale.protocol.encoding import b64
from verbale.protocol.envelope import ACT_TYPE, CREDENTIALS_TYPE, pae, sign
from verbale.protocol.limits import MAX_ACT_BYTES

from .story import CRIMSON, LAZURIA, note, sent


def test_the_pre_authentication_encoding_is_that_of_dsse() -> None:
    # The example of secure-systems-lab/dsse, protocol.md.
    encoded = pae("http://example.com/HelloWorld", b"hello world")
    assert encoded == b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    assert pae("é", b"") == b"DSSEv1 2 \xc3\xa9 0 ", "lengths count bytes"


def test_an_act_is_signed_with_both_keys_and_read_back() -> None:
    act = note()
    envelope = sign_act(act.canonical, CRIMSON.keys)
    assert Envelope.from_bytes(envelope.to_bytes()) == envelope
    assert envelope.payload == act.canonical
    assert [len(envelope.pairs), len(envelope.pairs[0].ed25519), len(envelope.pairs[0].mldsa65)] == [1, 64, 3309]
    envelope.verify(CRIMSON.keys.public)


def test_the_largest_act_fits_into_an_envelope() -> None:
    room = MAX_ACT_BYTES - len(note(body={"t": ""}).canonical)
    envelope = sent(note(body={"t": "x" * room}))
    assert Envelope.from_bytes(envelope.to_bytes()) == envelope


def test_keys_that_are_not_the_authors_are_refused() -> None:
    with pytest.raises(SignatureError, match="note of 24 November: signed with keys that are not the author's"):
        sent(note(), LAZURIA).verify(CRIMSON.keys.public, "note of 24 November")


@pytest.mark.parametrize("name", ["ed25519", "mldsa65"])
def test_one_good_signature_of_the_two_is_not_enough(name: str) -> None:
    envelope, other = sent(note(0)), sent(note(1))
    pair = dataclasses.replace(envelope.pairs[0], **{name: getattr(other.pairs[0], name)})
    label = {"ed25519": "Ed25519", "mldsa65": "ML-DSA-65"}[name]
    with pytest.raises(SignatureError, match=f"the {label} signature does not verify"):
        dataclasses.replace(envelope, pairs=(pair,)).verify(CRIMSON.keys.public)


def test_a_signature_holds_for_its_payload_type_only() -> None:
    envelope = sign(CREDENTIALS_TYPE, note().canonical, CRIMSON.keys)
    with pytest.raises(SignatureError):
        dataclasses.replace(envelope, payload_type=ACT_TYPE).verify(CRIMSON.keys.public)
    with pytest.raises(MalformedError, match=r"envelope holds .application/vnd.verbale.credentials"):
        Envelope.from_bytes(envelope.to_bytes())


def test_an_act_has_one_pair_and_credentials_may_have_two() -> None:
    two = sign(CREDENTIALS_TYPE, b"{}", CRIMSON.keys, LAZURIA.keys)
    assert Envelope.from_bytes(two.to_bytes(), payload_type=CREDENTIALS_TYPE) == two
    two.verify(LAZURIA.keys.public, pair=1)
    unsigned = sign(ACT_TYPE, note().canonical, CRIMSON.keys, LAZURIA.keys)
    with pytest.raises(MalformedError, match="signatures must come in pairs, at most 1 for"):
        Envelope.from_bytes(unsigned.to_bytes())


def test_credentials_refuse_an_act_with_a_second_pair() -> None:
    act = note()
    with pytest.raises(CredentialsError, match="exactly one pair"):
        CRIMSON.credentials.verify_envelope(
            sign(ACT_TYPE, act.canonical, CRIMSON.keys, CRIMSON.keys), act.issued, "act"
        )


def changed(**changes: Any) -> Any:
    return {**sent(note()).to_json(), **changes}


PAIR = sent(note()).to_json()["signatures"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param([], "must be an object with exactly", id="not an object"),
        pytest.param(
            {"payload": "", "payloadType": ACT_TYPE}, "must be an object with exactly", id="a field is missing"
        ),
        pytest.param(changed(extra=1), "must be an object with exactly", id="a field more"),
        pytest.param(changed(payloadType="text/plain"), "envelope holds 'text/plain'", id="another payload type"),
        pytest.param(changed(payloadType=[]), r"envelope holds \[\]", id="payload type is no text"),
        pytest.param(changed(payload="e30"), "envelope: payload is not base64", id="payload is not base64"),
        pytest.param(changed(payload=5), "envelope: payload must be base64 text", id="payload is no text"),
        pytest.param(changed(signatures={}), "must come in pairs", id="signatures are no list"),
        pytest.param(changed(signatures=[]), "must come in pairs", id="no signatures"),
        pytest.param(changed(signatures=PAIR[:1]), "must come in pairs", id="one signature"),
        pytest.param(changed(signatures=PAIR * 3), "must come in pairs", id="three pairs"),
        pytest.param(changed(signatures=PAIR[::-1]), r"signatures\[0\].sig must be 64 bytes", id="the other order"),
        pytest.param(changed(signatures=[PAIR[0], PAIR[0]]), r"signatures\[1\].sig must be 3309", id="Ed25519 twice"),
        pytest.param(
            changed(signatures=[PAIR[0], 5]), r"signatures\[1\] must be an object", id="signature is no object"
        ),
        pytest.param(
            changed(signatures=[{**PAIR[0], "keyid": 1}, PAIR[1]]), r"signatures\[0\] must be", id="key id is no text"
        ),
        pytest.param(
            changed(signatures=[{**PAIR[0], "sig": b64(b"x" * 65)}, PAIR[1]]),
            r"signatures\[0\].sig",
            id="signature too long",
        ),
    ],
)
def test_what_is_no_envelope_is_refused(value: Any, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        Envelope.from_json(value, payload_type=ACT_TYPE)


def test_another_spelling_of_the_same_envelope_is_refused() -> None:
    data = sent(note()).to_bytes()
    with pytest.raises(MalformedError, match="envelope is not in canonical form"):
        Envelope.from_bytes(data.replace(b'":"', b'": "', 1))
    with pytest.raises(MalformedError, match="envelope must be a JSON object"):
        Envelope.from_bytes(canonical_bytes([]))
