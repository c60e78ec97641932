"""The library against our own published vectors, `docs/vectors/*.json`, as another implementation would use them."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.protocol.hpke_by_hand import Suite
from verbale.protocol import (
    ChangedKeysError,
    Checkpoint,
    Contents,
    Credentials,
    CredentialsError,
    Envelope,
    LimitError,
    MalformedError,
    PrivateKeys,
    ProofError,
    ProtocolError,
    PublicKeys,
    Receipt,
    SealedParcel,
    SealError,
    SignatureError,
    canonical_bytes,
    fingerprint_words,
    format_time,
    matter_id,
    ordered,
    parse_act,
    parse_canonical,
    parse_time,
    same_words,
    sign_act,
    sign_checkpoint,
    standing_matter_id,
    verify_checkpoint,
    verify_export,
)
from verbale.protocol.encoding import b64, from_b64
from verbale.protocol.envelope import ACT_TYPE, pae
from verbale.protocol.merkle import MemoryTree, leaf_hash, verify_consistency, verify_inclusion

from .make_vectors import FILES, FOLDER

ERRORS = {
    "malformed": MalformedError,
    "limit": LimitError,
    "signature": SignatureError,
    "proof": ProofError,
    "seal": SealError,
    "credentials": CredentialsError,
    "changed keys": ChangedKeysError,
}


def read(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_bytes())


def cases(name: str, part: str) -> list[Any]:
    """The cases of one part of a file, each under its name."""
    return [pytest.param(case, id=case.get("name", str(place))) for place, case in enumerate(read(name)[part])]


def refused(case: dict[str, Any], check: Callable[[], object]) -> None:
    """The check ends in an error of the class that the vector names."""
    with pytest.raises(ERRORS[case["error"]]):
        check()


def chains(values: list[Any]) -> dict[str, Credentials]:
    return {item.node: item for item in map(Credentials.from_json, values)}


def test_every_file_is_made_by_the_script_and_has_a_test() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(build.__name__ for build in FILES)
    tests = Path(__file__).read_text(encoding="utf-8")
    assert all(f'"{build.__name__}"' in tests for build in FILES)


def test_private_keys_are_labelled() -> None:
    for build in FILES:
        data = read(build.__name__)
        if "seeds" in json.dumps(data):
            assert data["about"].startswith("TEST ONLY")


# -- sections 2 and 3 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("canonical", "good"))
def test_canonical_form(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["hex"])
    assert canonical_bytes(case["value"]) == data
    assert parse_canonical(data, limit=len(data), what="vector") == case["value"]


@pytest.mark.parametrize("case", cases("canonical", "bad"))
def test_bytes_without_canonical_form(case: dict[str, Any]) -> None:
    refused(case, lambda: parse_canonical(bytes.fromhex(case["hex"]), limit=1 << 20, what="vector"))


def test_times() -> None:
    times = read("canonical")["times"]
    for text in times["good"]:
        assert format_time(parse_time(text, "vector")) == text
    for text in times["bad"]:
        with pytest.raises(MalformedError):
            parse_time(text, "vector")


def test_base64() -> None:
    texts = read("canonical")["base64"]
    for case in texts["good"]:
        assert from_b64(case["text"], "vector") == bytes.fromhex(case["hex"])
        assert b64(bytes.fromhex(case["hex"])) == case["text"]
    for text in texts["bad"]:
        with pytest.raises(MalformedError):
            from_b64(text, "vector")


# -- sections 5, 6, 7 ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("acts", "good"))
def test_an_act_and_its_id(case: dict[str, Any]) -> None:
    act = parse_act(case["canonical"].encode())
    assert act.id == case["id"]
    assert canonical_bytes(json.loads(act.canonical)) == act.canonical


@pytest.mark.parametrize("case", cases("acts", "bad"))
def test_what_is_no_act(case: dict[str, Any]) -> None:
    refused(case, lambda: parse_act(case["canonical"].encode()))


def test_ids_of_matters() -> None:
    data = read("acts")
    for case in data["matters"]:
        assert matter_id(case["author"], case["nonce"]) == case["matter"]
    for case in data["standing"]:
        assert standing_matter_id(case["kind"], case["parties"]) == case["matter"]


@pytest.mark.parametrize("case", cases("order", "good"))
def test_the_order_of_acts(case: dict[str, Any]) -> None:
    acts = [parse_act(text.encode()) for text in case["acts"]]
    for arrived in (acts, acts[::-1], acts * 2):
        assert [act.id for act in ordered(arrived)] == case["order"]


# -- sections 8 and 11 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", cases("keys", "good"))
def test_keys_and_their_fingerprint(case: dict[str, Any]) -> None:
    public = PrivateKeys.from_seeds(case["seeds"]).public
    assert public == PublicKeys.from_json(case["public"])
    assert list(public.signature_ids) == case["key_ids"]
    assert public.fingerprint(case["node"]) == case["fingerprint"]
    assert same_words(case["fingerprint"], case["words"])


@pytest.mark.parametrize("case", cases("keys", "bad"))
def test_what_are_no_keys(case: dict[str, Any]) -> None:
    refused(case, lambda: PublicKeys.from_json(case["public"]))


@pytest.mark.parametrize("case", cases("keys", "words"))
def test_words(case: dict[str, Any]) -> None:
    assert " ".join(fingerprint_words(case["fingerprint"])) == case["words"]


# -- sections 9 and 10 --------------------------------------------------------------------------------------------


def verify_envelope(value: Any) -> Envelope:
    envelope = Envelope.from_bytes(canonical_bytes(value))
    envelope.verify(PublicKeys.from_json(read("envelopes")["public"]))
    return envelope


@pytest.mark.parametrize("case", cases("envelopes", "good"))
def test_an_envelope_verifies(case: dict[str, Any]) -> None:
    envelope = verify_envelope(case["envelope"])
    assert envelope.payload.decode() == case["payload"]
    assert pae(ACT_TYPE, envelope.payload).decode() == case["pae"]
    # Ed25519 is deterministic, so here the signature itself is a vector.
    again = sign_act(envelope.payload, PrivateKeys.from_seeds(read("envelopes")["seeds"]))
    assert again.pairs[0].ed25519 == envelope.pairs[0].ed25519


@pytest.mark.parametrize("case", cases("envelopes", "bad"))
def test_an_envelope_that_does_not(case: dict[str, Any]) -> None:
    refused(case, lambda: verify_envelope(case["envelope"]))


@pytest.mark.parametrize("case", cases("credentials", "good"))
def test_a_chain_of_credentials(case: dict[str, Any]) -> None:
    chain = Credentials.from_bytes(canonical_bytes(case["credentials"]))
    now = chain.current
    assert (now.node, now.serial, now.fingerprint) == (case["node"], case["serial"], case["fingerprint"])
    assert chain.revoked == case["revoked"]


@pytest.mark.parametrize("case", cases("credentials", "bad"))
def test_a_chain_that_breaks_a_rule(case: dict[str, Any]) -> None:
    refused(case, lambda: Credentials.from_bytes(canonical_bytes(case["credentials"])))


def by_name() -> dict[str, Credentials]:
    return {case["name"]: Credentials.from_json(case["credentials"]) for case in read("credentials")["good"]}


def test_keys_in_force() -> None:
    named = by_name()
    for case in read("credentials")["in_force"]:
        chain = named[case["chain"]]
        keys = chain.keys_by_fingerprint(case["fingerprint"])
        assert keys is not None
        try:
            chain.check_in_force(keys, case["time"], "vector")
        except CredentialsError:
            assert not case["good"], case
        else:
            assert case["good"], case


def test_pinning() -> None:
    named = by_name()
    for case in read("credentials")["pinning"]:
        try:
            result = named[case["pinned"]].accept(named[case["offered"]])
        except ChangedKeysError:
            assert case["result"] == "changed keys", case
        else:
            assert result == named[case["result"]], case


# -- sections 13 to 16, 18 ----------------------------------------------------------------------------------------


def hashes(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(text) for text in texts]


def test_merkle_trees() -> None:
    data = read("merkle")
    leaves, roots = hashes(data["leaf_hashes"]), hashes(data["roots"])
    assert [leaf_hash(text.encode()) for text in data["leaves"]] == leaves
    tree = MemoryTree(leaves)
    assert [tree.root(size) for size in range(len(roots))] == roots
    for case in data["inclusion"]:
        proof = hashes(case["proof"])
        assert tree.inclusion(case["index"], case["size"]) == proof
        verify_inclusion(leaves[case["index"]], case["index"], case["size"], proof, roots[case["size"]])
    for case in data["consistency"]:
        proof = hashes(case["proof"])
        assert tree.consistency(case["old"], case["new"]) == proof
        verify_consistency(case["old"], roots[case["old"]], case["new"], roots[case["new"]], proof)


@pytest.mark.parametrize("case", cases("merkle", "bad_inclusion"))
def test_an_inclusion_proof_that_does_not_hold(case: dict[str, Any]) -> None:
    leaf, root = hashes(read("merkle")["leaf_hashes"])[3], bytes.fromhex(case["root"])
    refused(case, lambda: verify_inclusion(leaf, case["index"], case["size"], hashes(case["proof"]), root))


@pytest.mark.parametrize("case", cases("merkle", "bad_consistency"))
def test_a_consistency_proof_that_does_not_hold(case: dict[str, Any]) -> None:
    old_root, new_root = hashes([case["old_root"], case["new_root"]])
    refused(case, lambda: verify_consistency(case["old"], old_root, case["new"], new_root, hashes(case["proof"])))


@pytest.mark.parametrize("case", cases("checkpoints", "good"))
def test_a_checkpoint_verifies(case: dict[str, Any]) -> None:
    data = read("checkpoints")
    known = chains(data["known"])
    checkpoint = Checkpoint.parse(case["checkpoint"])
    verify_checkpoint(checkpoint, known)
    assert (checkpoint.node, checkpoint.size, checkpoint.time) == (case["node"], case["size"], case["time"])
    assert checkpoint.root == bytes.fromhex(case["root"])
    assert list(checkpoint.cosigners) == list(case["cosigners"])
    for node, moment in case["cosigners"].items():
        assert format_time(checkpoint.verify_cosignature(node, known[node].current.keys)) == moment
    keys = PrivateKeys.from_seeds(data["seeds"][checkpoint.node])
    again = sign_checkpoint(checkpoint.node, checkpoint.size, checkpoint.root, checkpoint.signed_at, keys)
    assert again.note.signatures[0] == checkpoint.note.signatures[0], "Ed25519 is deterministic"


@pytest.mark.parametrize("case", cases("checkpoints", "bad"))
def test_a_checkpoint_that_does_not(case: dict[str, Any]) -> None:
    known = chains(read("checkpoints")["known"])
    refused(case, lambda: verify_checkpoint(Checkpoint.parse(case["checkpoint"]), known))


@pytest.mark.parametrize("case", cases("receipts", "good"))
def test_a_receipt_verifies(case: dict[str, Any]) -> None:
    receipt = Receipt.from_bytes(canonical_bytes(case["receipt"]))
    receipt.verify(chains(read("receipts")["known"]))
    assert (receipt.leaf.act, receipt.holder) == (case["act"], case["holder"])
    assert receipt.leaf.to_bytes() == case["leaf"].encode()
    assert receipt.leaf.hash().hex() == case["leaf_hash"]


@pytest.mark.parametrize("case", cases("receipts", "bad"))
def test_a_receipt_that_does_not(case: dict[str, Any]) -> None:
    known = chains(read("receipts")["known"])
    refused(case, lambda: Receipt.from_bytes(canonical_bytes(case["receipt"])).verify(known))


def lines(case: dict[str, Any]) -> list[bytes]:
    return case["export"].encode().splitlines(keepends=True)


@pytest.mark.parametrize("case", cases("exports", "good"))
def test_an_export_verifies(case: dict[str, Any]) -> None:
    summary = verify_export(lines(case))
    assert (summary.entries, summary.disclosed) == (case["entries"], case["disclosed"])


@pytest.mark.parametrize("case", cases("exports", "bad"))
def test_an_export_that_does_not(case: dict[str, Any]) -> None:
    refused(case, lambda: verify_export(lines(case)))


# -- section 17 ---------------------------------------------------------------------------------------------------


def taken_in(case: dict[str, Any]) -> SealedParcel:
    parcel = SealedParcel.from_bytes(from_b64(case["parcel"], "vector"))
    parcel.verify(chains(read("parcels")["known"])[parcel.sender])
    return parcel


@pytest.mark.parametrize("case", cases("parcels", "good"))
def test_a_parcel_verifies_and_opens(case: dict[str, Any]) -> None:
    parcel = taken_in(case)
    for node in case["opens"]:
        contents = parcel.open(node, [PrivateKeys.from_seeds(read("parcels")["seeds"][node])])
        assert contents == Contents.from_bytes(bytes.fromhex(case["plain"]))
        assert contents.manifest == case["manifest"]
        assert [parse_act(envelope.payload).id for envelope in contents.envelopes] == case["acts"]
        assert [item.decode() for item in contents.attachments] == case["attachments"]


@pytest.mark.parametrize("case", cases("parcels", "bad"))
def test_a_parcel_that_does_not(case: dict[str, Any]) -> None:
    refused(case, lambda: taken_in(case))


def test_a_parcel_opens_with_its_recipients_seeds_only() -> None:
    data = read("parcels")
    parcel = taken_in(data["good"][0])
    for node, seeds in (("CRIMSON", "CRIMSON"), ("LAZURIA", "FORUM"), ("OCHRE", "LAZURIA")):
        with pytest.raises(SealError):
            parcel.open(node, [PrivateKeys.from_seeds(data["seeds"][seeds])])


@pytest.mark.parametrize("case", cases("parcels", "good"))
def test_a_parcel_opens_by_hand_as_docs_protocol_says(case: dict[str, Any]) -> None:
    # Section 17 step by step, with nothing of the library: X-Wing, the key schedule of RFC 9180, AES-GCM.
    magic, line, rest = from_b64(case["parcel"], "vector").split(b"\n", 2)
    assert magic == b"verbale-parcel/1"
    header = json.loads(line)
    node = case["opens"][0]
    seeds = {name: from_b64(text, "seed") for name, text in read("parcels")["seeds"][node].items()}
    wrap = next(from_b64(item["wrap"], "wrap") for item in header["to"] if item["node"] == node)
    bare = {**header, "to": [{"node": item["node"], "key": item["key"]} for item in header["to"]]}
    canonical = json.dumps(bare, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    info = b"verbale-parcel/1 content key\0" + hashlib.sha256(canonical).digest()

    mlkem = MLKEM768PrivateKey.from_seed_bytes(seeds["mlkem768"])
    x25519 = X25519PrivateKey.from_private_bytes(seeds["x25519"])
    first, second, sealed = wrap[:1088], wrap[1088:1120], wrap[1120:]
    shared = hashlib.sha3_256(
        mlkem.decapsulate(first)
        + x25519.exchange(X25519PublicKey.from_public_bytes(second))
        + second
        + x25519.public_key().public_bytes_raw()
        + bytes.fromhex("5c2e2f2f5e5c")
    ).digest()

    wrapping, nonce = Suite(kem=0x647A, aead=0x0002, key_bytes=32).schedule(shared, info)
    content_key = AESGCM(wrapping).decrypt(nonce, sealed, b"")
    assert len(content_key) == 32
    ciphertext = rest[: header["size"] + 16]
    plain = AESGCM(content_key).decrypt(from_b64(header["nonce"], "nonce"), ciphertext, line)
    assert plain.hex() == case["plain"]


def test_every_refusal_in_the_files_names_a_known_class() -> None:
    for build in FILES:
        for part, values in read(build.__name__).items():
            if part.startswith("bad"):
                assert {case["error"] for case in values} <= ERRORS.keys()
    assert all(issubclass(error, ProtocolError) for error in ERRORS.values())
