"""RFC 9180 appendix A.1.1, base mode of DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM."""

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.protocol.hpke_by_hand import Suite

_A11 = {
    name: bytes.fromhex(value)
    for name, value in {
        "info": "4f6465206f6e2061204772656369616e2055726e",
        "shared_secret": "fe0e18c9f024ce43799ae393c7e8fe8fce9d218875e8227b0187c04e7d2ea1fc",
        "key": "4531685d41d65f03dc48f6b8302c05b0",
        "base_nonce": "56d890e5accaaf011cff4b7d",
        "pt": "4265617574792069732074727574682c20747275746820626561757479",
        "aad": "436f756e742d30",
        "ct": "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
    }.items()
}
_SUITE = Suite(kem=0x0020, aead=0x0001, key_bytes=16)


def test_the_key_schedule_gives_the_key_and_the_nonce_of_the_rfc() -> None:
    assert _SUITE.schedule(_A11["shared_secret"], _A11["info"]) == (_A11["key"], _A11["base_nonce"])


def test_the_first_message_of_the_rfc_opens() -> None:
    key, nonce = _SUITE.schedule(_A11["shared_secret"], _A11["info"])
    assert AESGCM(key).decrypt(nonce, _A11["ct"], _A11["aad"]) == _A11["pt"]


def test_it_does_not_open_under_another_info() -> None:
    key, nonce = _SUITE.schedule(_A11["shared_secret"], _A11["info"] + b"!")
    with pytest.raises(InvalidTag):
        AESGCM(key).decrypt(nonce, _A11["ct"], _A11["aad"])
