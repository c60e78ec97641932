"""Keys: hybrid signatures, key ids, fingerprints, wrapping."""

import dataclasses
import hashlib
from typing import Any

import pytest

from verbale.protocol import MalformedError, PrivateKeys, PublicKeys, SealError, SignatureError, canonical_bytes
from verbale.protocol.encoding import b64
from verbale.protocol.keys import key_id

from .story import CRIMSON, LAZURIA, seeds

PUBLIC = CRIMSON.keys.public


def test_public_keys_read_back() -> None:
    assert PublicKeys.from_json(PUBLIC.to_json()) == PUBLIC
    sizes = [len(part) for part in (PUBLIC.ed25519, PUBLIC.mldsa65, PUBLIC.mlkem768, PUBLIC.x25519)]
    assert sizes == [32, 1952, 1184, 32]


def test_private_keys_follow_from_their_seeds() -> None:
    again = PrivateKeys.from_seeds(seeds("CRIMSON"))
    assert again.public == PUBLIC
    assert again.to_seeds() == seeds("CRIMSON")


def test_new_keys_are_new() -> None:
    one, other = PrivateKeys.generate(), PrivateKeys.generate()
    assert not set(one.public.to_json().values()) & set(other.public.to_json().values())


def test_private_keys_do_not_show_themselves() -> None:
    shown = f"{CRIMSON.keys!r} {CRIMSON.keys}"
    assert not any(seed in shown for seed in seeds("CRIMSON").values())


def test_a_key_id_is_16_hex_digits_of_the_sha_256() -> None:
    assert key_id(PUBLIC.ed25519) == hashlib.sha256(PUBLIC.ed25519).hexdigest()[:16]
    assert PUBLIC.signature_ids == (key_id(PUBLIC.ed25519), key_id(PUBLIC.mldsa65))


def test_a_fingerprint_covers_the_name_and_all_four_keys() -> None:
    expected = hashlib.sha256(canonical_bytes({"keys": PUBLIC.to_json(), "node": "CRIMSON"})).hexdigest()
    assert PUBLIC.fingerprint("CRIMSON") == expected
    other = LAZURIA.keys.public
    changed = [dataclasses.replace(PUBLIC, **{name: getattr(other, name)}) for name in PUBLIC.to_json()]
    prints = {PUBLIC.fingerprint("LAZURIA"), expected, *(keys.fingerprint("CRIMSON") for keys in changed)}
    assert len(prints) == 6


def test_both_signatures_must_verify() -> None:
    ed25519, mldsa65 = CRIMSON.keys.sign(b"message")
    other = CRIMSON.keys.sign(b"another message")
    PUBLIC.verify(b"message", ed25519, mldsa65, "note")
    with pytest.raises(SignatureError, match="note: the Ed25519 signature does not verify"):
        PUBLIC.verify(b"message", other[0], mldsa65, "note")
    with pytest.raises(SignatureError, match="note: the ML-DSA-65 signature does not verify"):
        PUBLIC.verify(b"message", ed25519, other[1], "note")
    for short in (b"", b"x"):
        with pytest.raises(SignatureError):
            PUBLIC.verify(b"message", short, mldsa65, "note")
        with pytest.raises(SignatureError):
            PUBLIC.verify(b"message", ed25519, short, "note")


def test_what_is_wrapped_opens_with_the_same_keys_and_info_only() -> None:
    wrapped = PUBLIC.wrap(b"content key", b"parcel 1")
    assert CRIMSON.keys.unwrap(wrapped, b"parcel 1") == b"content key"
    assert PUBLIC.wrap(b"content key", b"parcel 1") != wrapped, "each wrap is fresh"
    for keys, data, info in (
        (LAZURIA.keys, wrapped, b"parcel 1"),
        (CRIMSON.keys, wrapped, b"parcel 2"),
        (CRIMSON.keys, wrapped[:-1], b"parcel 1"),
        (CRIMSON.keys, bytes([wrapped[0] ^ 1]) + wrapped[1:], b"parcel 1"),
        (CRIMSON.keys, b"", b"parcel 1"),
    ):
        with pytest.raises(SealError, match="does not open with the keys of this node"):
            keys.unwrap(data, info)


def changed(**changes: Any) -> Any:
    return {**PUBLIC.to_json(), **changes}


SMALL_ORDER = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    b"\xed" + b"\xff" * 30 + b"\x7f",
]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        pytest.param(None, "keys must be an object", id="nothing"),
        pytest.param({}, "exactly ed25519, mldsa65, mlkem768, x25519", id="no keys"),
        pytest.param(changed(rsa="AAAA"), "keys must be an object with exactly", id="a fifth key"),
        *(
            pytest.param(changed(**{name: b64(bytes(5))}), f"keys.{name} must be", id=f"{name} of 5 bytes")
            for name in PUBLIC.to_json()
        ),
        pytest.param(changed(ed25519=7), "keys.ed25519 must be base64 text", id="a number"),
        pytest.param(changed(mlkem768=b64(b"\xff" * 1184)), "keys: ", id="ML-KEM coefficients beyond the modulus"),
        *(
            pytest.param(changed(x25519=b64(point)), "keys: ", id=f"X25519 point of small order {number}")
            for number, point in enumerate(SMALL_ORDER)
        ),
    ],
)
def test_what_are_no_public_keys_is_refused(value: Any, message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        PublicKeys.from_json(value)


@pytest.mark.parametrize("name", ["ed25519", "mldsa65", "mlkem768", "x25519"])
def test_seeds_of_a_wrong_length_are_refused(name: str) -> None:
    with pytest.raises(MalformedError, match=f"seeds.{name} must be"):
        PrivateKeys.from_seeds({**seeds("CRIMSON"), name: b64(bytes(31))})
    with pytest.raises(MalformedError, match="seeds must be an object with exactly"):
        PrivateKeys.from_seeds({key: value for key, value in seeds("CRIMSON").items() if key != name})
