"""The file of private keys."""

from pathlib import Path
from typing import Any

import orjson
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from verbale.protocol import Keystore, KeystoreError, PrivateKeys, canonical_bytes
from verbale.protocol import keystore as module
from verbale.protocol.encoding import b64

from .story import CRIMSON, keys_of

PASSPHRASE = "correct horse battery staple"
STORE = Keystore("CRIMSON", (CRIMSON.keys,))


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    # The cost of Argon2id is a parameter inside the file; what is tested here does not depend on it.
    monkeypatch.setattr(module, "_KDF", {"name": "argon2id", "memory_kib": 32, "iterations": 1, "lanes": 1})


def same(one: PrivateKeys, other: PrivateKeys) -> bool:
    return one.to_seeds() == other.to_seeds()


def test_keys_come_back_under_the_passphrase() -> None:
    again = Keystore.from_bytes(STORE.to_bytes(PASSPHRASE), PASSPHRASE)
    assert again.node == "CRIMSON"
    assert same(again.current, CRIMSON.keys)


def test_after_a_rotation_the_newest_generation_stands_first() -> None:
    newer = keys_of("CRIMSON second")
    again = Keystore.from_bytes(STORE.rotated(newer).to_bytes(PASSPHRASE), PASSPHRASE)
    assert same(again.current, newer)
    assert same(again.generations[1], CRIMSON.keys)


def test_nothing_of_the_keys_shows_in_the_file() -> None:
    data = STORE.to_bytes(PASSPHRASE)
    assert not any(seed.encode() in data for seed in CRIMSON.keys.to_seeds().values())
    assert "CRIMSON" not in repr(STORE)
    assert STORE.to_bytes(PASSPHRASE) != data, "salt and nonce are fresh"


def test_the_costs_are_those_of_rfc_9106(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    kdf = orjson.loads(STORE.to_bytes(PASSPHRASE))["kdf"]
    assert {name: kdf[name] for name in kdf if name != "salt"} == {
        "name": "argon2id",
        "memory_kib": 65_536,
        "iterations": 3,
        "lanes": 4,
    }


def test_a_wrong_passphrase_is_refused() -> None:
    with pytest.raises(KeystoreError, match="the passphrase is wrong, or the file of private keys was changed"):
        Keystore.from_bytes(STORE.to_bytes(PASSPHRASE), PASSPHRASE + " ")


def test_an_empty_passphrase_is_refused() -> None:
    with pytest.raises(KeystoreError, match="must not be empty"):
        STORE.to_bytes("")


def changed(**changes: Any) -> bytes:
    fields = orjson.loads(STORE.to_bytes(PASSPHRASE))
    kdf = {**fields["kdf"], **changes.pop("kdf", {})}
    return canonical_bytes({**fields, "kdf": kdf, **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"verbale": "receipt"}, "it is no keystore", id="another document"),
        pytest.param({"extra": 1}, "it is no keystore", id="a field more"),
        pytest.param({"v": 2}, "version must be 1", id="a newer version"),
        pytest.param({"node": "crimson"}, "node must name a node", id="no node"),
        pytest.param({"node": "LAZURIA"}, "was changed", id="another node"),
        pytest.param({"nonce": "QQ=="}, "nonce must be 12 bytes", id="short nonce"),
        pytest.param({"sealed": "QQ"}, "sealed is not base64", id="content not base64"),
        pytest.param({"sealed": ""}, "was changed", id="no content"),
        pytest.param({"kdf": {"name": "scrypt"}}, "kdf must be argon2id", id="another derivation"),
        pytest.param({"kdf": {"pepper": 1}}, "kdf must be argon2id", id="a parameter more"),
        pytest.param({"kdf": {"salt": "QQ=="}}, "kdf.salt must be 16 bytes", id="short salt"),
        pytest.param(
            {"kdf": {"memory_kib": (1 << 20) + 1}}, "costs are outside the limits", id="memory to exhaust the machine"
        ),
        pytest.param({"kdf": {"memory_kib": 7}}, "costs are outside the limits", id="memory too small for its lanes"),
        pytest.param({"kdf": {"iterations": 33}}, "costs are outside the limits", id="endless iterations"),
        pytest.param({"kdf": {"iterations": 0}}, "costs are outside the limits", id="no iterations"),
        pytest.param({"kdf": {"iterations": True}}, "costs are outside the limits", id="true iterations"),
        pytest.param({"kdf": {"lanes": 17}}, "costs are outside the limits", id="too many lanes"),
        pytest.param({"kdf": {"lanes": 0}}, "costs are outside the limits", id="no lanes"),
        pytest.param({"kdf": {"iterations": 2}}, "was changed", id="other costs"),
    ],
)
def test_a_changed_file_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(KeystoreError, match=message):
        Keystore.from_bytes(changed(**changes), PASSPHRASE)


@pytest.mark.parametrize("content", [b"[]", b"5", b"{}", b"[{}]", b"\xff", b"[[]]", b'[{"ed25519":"QQ=="}]', b"[] "])
def test_content_that_holds_no_keys_is_refused_even_under_the_right_passphrase(content: bytes) -> None:
    head = orjson.loads(STORE.to_bytes(PASSPHRASE))
    del head["sealed"]
    key = module._derive(PASSPHRASE, head["kdf"])
    nonce = bytes(12)
    head["nonce"] = b64(nonce)
    sealed = AESGCM(key).encrypt(nonce, content, canonical_bytes(head))
    with pytest.raises(KeystoreError, match="the file of private keys is damaged"):
        Keystore.from_bytes(canonical_bytes({**head, "sealed": b64(sealed)}), PASSPHRASE)


def test_the_file_is_written_whole_and_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "crimson.keys"
    (tmp_path / "crimson.keys.new").write_bytes(b"left behind by a crash")
    STORE.save(path, PASSPHRASE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in tmp_path.iterdir()] == ["crimson.keys"]
    assert same(Keystore.load(path, PASSPHRASE).current, CRIMSON.keys)


def test_a_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "crimson.keys"
    STORE.save(path, PASSPHRASE)
    path.chmod(0o640)
    with pytest.raises(KeystoreError, match=r"crimson.keys can be read by others on this machine; run: chmod 600"):
        Keystore.load(path, PASSPHRASE)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError, match="cannot be read: No such file"):
        Keystore.load(tmp_path / "none", PASSPHRASE)
