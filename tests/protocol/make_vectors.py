"""Write our own test vectors, `docs/vectors/*.json`, for whoever implements the protocol anew.

    .venv/bin/python -m tests.protocol.make_vectors

`test_own_vectors.py` holds the library to the committed files. Run this only when the protocol changes: ML-DSA-65
signatures, content keys and HPKE encapsulations are random, so each run gives other files. Everything else is fixed.
"""

import dataclasses
import hashlib
import json
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from verbale.protocol import (
    Act,
    Checkpoint,
    Contents,
    Credentials,
    Envelope,
    Identity,
    Leaf,
    Marking,
    PrivateKeys,
    Receipt,
    canonical_bytes,
    cosign,
    fingerprint_words,
    format_time,
    make_act,
    matter_id,
    ordered,
    seal,
    sign_act,
    sign_checkpoint,
    standing_matter_id,
    write_export,
)
from verbale.protocol.encoding import b64
from verbale.protocol.envelope import CREDENTIALS_TYPE, pae, sign
from verbale.protocol.limits import MAX_ACT_BYTES, MAX_AUDIENCE, MAX_INTEGER, MAX_REFS
from verbale.protocol.merkle import MemoryTree, leaf_hash
from verbale.protocol.notes import SignedNote

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "vectors"
TEST_ONLY = "TEST ONLY: these private keys are public. Never use them for anything but tests."
FOUNDED = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
Json = dict[str, Any]


def seeds(tag: int) -> dict[str, str]:
    """Obvious seeds: 32 times the byte `tag` + 1, and so on."""
    sizes = {"ed25519": 32, "mldsa65": 32, "mlkem768": 64, "x25519": 32}
    return {name: b64(bytes([tag + place]) * size) for place, (name, size) in enumerate(sizes.items(), start=1)}


SEEDS = {
    "CRIMSON": seeds(0x10),
    "CRIMSON second": seeds(0x20),
    "LAZURIA": seeds(0x30),
    "FORUM": seeds(0x40),
    "impostor": seeds(0x50),
}
ALIASES = {"CRIMSON second": "CRIMSON", "impostor": "CRIMSON"}
"""Whose keys these are, or claim to be."""
KEYS = {name: PrivateKeys.from_seeds(value) for name, value in SEEDS.items()}


def minutes(number: float) -> datetime:
    return MORNING + timedelta(minutes=number)


def created(node: str, name: str, kind: str, keys: str = "") -> Credentials:
    endpoint = f"https://{node.lower()}.example"
    return Credentials.create(KEYS[keys or node], node=node, name=name, kind=kind, endpoint=endpoint, issued=FOUNDED)


CHAINS = {
    "CRIMSON": created("CRIMSON", "Republic of Crimson", "state"),
    "LAZURIA": created("LAZURIA", "Kingdom of Lazuria", "state"),
    "FORUM": created("FORUM", "Forum of States on Cyberspace", "organisation"),
}


def note(number: int = 0, **changes: Any) -> Act:
    fields: Json = {
        "type": "note.verbale",
        "author": "CRIMSON",
        "audience": ["LAZURIA"],
        "matter": None,
        "issued": minutes(number),
        "body": {"text": f"The Ministry presents its compliments and refers to the incident no. {number}."},
        "nonce": f"{number:032x}",
    }
    return make_act(**{**fields, **changes})


def flipped(data: bytes, place: int) -> bytes:
    changed = bytearray(data)
    changed[place] ^= 1
    return bytes(changed)


def bad(name: str, error: str, **case: Any) -> Json:
    return {"name": name, **case, "error": error}


# -- sections 2 and 3 ---------------------------------------------------------------------------------------------


def canonical() -> Json:
    values: dict[str, Any] = {
        "keys are sorted by byte, at every depth": {"b": 1, "a": {"z": 1, "_": 2, "Z": 3, "": 4}},
        "text outside ASCII is not escaped": "é€😂",
        "short escapes where JSON has them": '"\\/\b\t\n\f\r\u0000\u001f\u007f\u2028',
        "the largest integers": [MAX_INTEGER, -MAX_INTEGER, 0],
        "the three words": [True, False, None],
        "empty containers": {"a": [], "o": {}},
        "64 levels": nested(64),
        "a combining mark behind an escape composes with nothing": "\n\u0303",
    }
    texts = {
        "white space": '{"a": 1}',
        "a line end behind": '{"a":1}\n',
        "unsorted keys": '{"b":1,"a":1}',
        "a repeated key": '{"a":1,"a":1}',
        "a needless escape": '"\\u0041"',
        "an escaped solidus": '"\\/"',
        "capital hex digits in an escape": '"\\u001F"',
        "minus zero": "-0",
        "a fraction": "1.0",
        "an exponent": "1e3",
        "an integer of 2^53": "9007199254740992",
        "an integer beyond 64 bits": "123456789012345678901234567890",
        "a lone surrogate": '"\\ud800"',
        "text that is not in NFC": '"A\u030a"',
        "a key outside ASCII": '{"é":1}',
        "65 levels": "[" * 65 + "]" * 65,
        "nothing": "",
        "a word that JSON does not have": "NaN",
        "a byte order mark": "\ufeff1",
        "cut off": '{"a":1',
    }
    wrong = [bad(name, "malformed", hex=text.encode().hex()) for name, text in texts.items()]
    wrong[list(texts).index("65 levels")]["error"] = "limit"
    wrong.append(bad("bytes that are not UTF-8", "malformed", hex=b'"\xff"'.hex()))
    times = [
        "2026-11-24T14:02:07.120Z",
        "0001-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
        "2028-02-29T00:00:00.000Z",
    ]
    wrong_times = [
        "2026-11-24T14:02:07Z",
        "2026-11-24T14:02:07.12Z",
        "2026-11-24T14:02:07.120+00:00",
        "2026-11-24t14:02:07.120z",
        "2026-11-24 14:02:07.120Z",
        "2026-11-24T24:00:00.000Z",
        "2026-11-24T23:59:60.000Z",
        "2026-02-29T00:00:00.000Z",
        "0000-01-01T00:00:00.000Z",
        "2026-11-24T14:02:07.120Z\n",
        "",
    ]
    return {
        "about": "Canonical JSON, times and base64. `hex` is the UTF-8 of a document.",
        "good": [{"name": name, "value": value, "hex": canonical_bytes(value).hex()} for name, value in values.items()],
        "bad": wrong,
        "times": {"good": times, "bad": wrong_times},
        "base64": {
            "good": [{"text": b64(data), "hex": data.hex()} for data in (b"", b"\x00", b"ab", b"\xfb\xff\xfe")],
            "bad": ["AA", "AB==", "AA==\n", " AA==", "AA=A", "-_-_", "A", "=", "AA===", "é"],
        },
    }


def nested(depth: int) -> Any:
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


# -- sections 5, 6, 7 ---------------------------------------------------------------------------------------------


def acts() -> Json:
    plain = note()
    full = make_act(
        type="talks.invitation",
        author="CRIMSON",
        audience=["LAZURIA", "FORUM"],
        matter=standing_matter_id("talks", ["CRIMSON", "LAZURIA"]),
        issued=minutes(1),
        body={"dates": ["2026-12-01"], "place": "Genève", "attachments": []},
        refs=[plain.id, "0" * 64],
        marking=Marking.AMBER_STRICT,
        precedence="FLASH",
        exercise=True,
        nonce="ff" * 16,
    )
    fields = json.loads(plain.canonical)
    newer = {**fields, "v": 2, "zone": {"north": True}}
    good = [
        ("a note", plain.canonical),
        ("every field in use", full.canonical),
        ("a newer act", canonical_bytes(newer)),
    ]
    wrong: list[tuple[str, str, Json]] = [
        *((f"without {name}", "malformed", {name: ...}) for name in fields),
        ("version 0", "malformed", {"v": 0}),
        ("true for a version", "malformed", {"v": True}),
        ("a type of one part", "malformed", {"type": "note"}),
        ("a type in capitals", "malformed", {"type": "Note.verbale"}),
        ("a type of 65 characters", "malformed", {"type": "a." + "b" * 63}),
        ("a line end behind the author", "malformed", {"author": "CRIMSON\n"}),
        ("an author in small letters", "malformed", {"author": "crimson"}),
        ("an author of 25 characters", "malformed", {"author": "A" * 25}),
        ("the author in its audience", "malformed", {"audience": ["CRIMSON"]}),
        ("an unsorted audience", "malformed", {"audience": ["LAZURIA", "FORUM"]}),
        ("an addressee twice", "malformed", {"audience": ["FORUM", "FORUM"]}),
        ("257 addressees", "limit", {"audience": [f"N{place:03}" for place in range(MAX_AUDIENCE + 1)]}),
        ("257 refs", "limit", {"refs": [f"{place:064x}" for place in range(MAX_REFS + 1)]}),
        ("unsorted refs", "malformed", {"refs": ["b" * 64, "a" * 64]}),
        ("capital hex digits", "malformed", {"matter": "A" * 32}),
        ("a time without milliseconds", "malformed", {"issued": "2026-11-24T08:30:00Z"}),
        ("a marking with TLP", "malformed", {"marking": "TLP:RED"}),
        ("a fifth precedence", "malformed", {"precedence": "URGENT"}),
        ("0 for false", "malformed", {"exercise": 0}),
        ("a nonce of 31 digits", "malformed", {"nonce": "0" * 31}),
        ("a body that is no object", "malformed", {"body": []}),
        ("a fraction in the body", "malformed", {"body": {"share": 0.5}}),
    ]
    return {
        "about": f"Acts, their ids and the ids of matters. An act has at most {MAX_ACT_BYTES} bytes.",
        "good": [
            {"name": name, "canonical": data.decode(), "id": hashlib.sha256(data).hexdigest()} for name, data in good
        ],
        "bad": [
            bad(
                name,
                error,
                # Plain json here: what is outside the canonical subset has to be spelled too.
                canonical=json.dumps(
                    {key: value for key, value in {**fields, **changes}.items() if value is not ...},
                    separators=(",", ":"),
                    sort_keys=True,
                    ensure_ascii=False,
                ),
            )
            for name, error, changes in wrong
        ],
        "matters": [
            {"author": author, "nonce": nonce, "matter": matter_id(author, nonce)}
            for author, nonce in (("CRIMSON", "0" * 32), ("LAZURIA", "0" * 32), ("UN-OEWG", "ff" * 16))
        ],
        "standing": [
            {"kind": kind, "parties": parties, "matter": standing_matter_id(kind, parties)}
            for kind, parties in (
                ("channel", ["CRIMSON", "LAZURIA"]),
                ("channel", ["LAZURIA", "CRIMSON", "LAZURIA"]),
                ("talks", ["CRIMSON", "LAZURIA"]),
                ("channel", ["CRIMSON", "FORUM", "LAZURIA"]),
            )
        ],
    }


def order() -> Json:
    first, second = note(1), note(2)
    early_reply = note(0, author="LAZURIA", audience=["CRIMSON"], refs=[second.id], nonce="a" * 32)
    twins = [note(3, nonce=digit * 32) for digit in "bcde"]
    chain = note(1, refs=[early_reply.id, twins[0].id], nonce="f" * 32)
    lost = note(2, refs=["0" * 64], nonce="9" * 32)
    cases = {
        "earlier first": [second, first],
        "a reply stands behind its note, whatever its date": [early_reply, second, first],
        "of one moment, the smaller id first": twins,
        "a reference to an act that is missing holds nothing up": [lost, early_reply, first],
        "an act that arrives twice stands once": [first, first, second],
        "all of them": [chain, *twins, lost, early_reply, second, first],
    }
    return {
        "about": "The order of acts. `acts` are canonical forms as they arrive, `order` the ids as they stand.",
        "good": [
            {
                "name": name,
                "acts": [act.canonical.decode() for act in arrived],
                "order": [act.id for act in ordered(arrived)],
            }
            for name, arrived in cases.items()
        ],
    }


# -- sections 8 and 11 --------------------------------------------------------------------------------------------


def keys() -> Json:
    public = KEYS["CRIMSON"].public.to_json()
    small = bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800")
    return {
        "about": f"{TEST_ONLY} Key ids are those of the Ed25519 and the ML-DSA-65 key.",
        "good": [
            {
                "name": name,
                "node": ALIASES.get(name, name),
                "seeds": SEEDS[name],
                "public": private.public.to_json(),
                "key_ids": list(private.public.signature_ids),
                "fingerprint": fingerprint,
                "words": " ".join(fingerprint_words(fingerprint)),
            }
            for name, private in KEYS.items()
            for fingerprint in [private.public.fingerprint(ALIASES.get(name, name))]
        ],
        "bad": [
            bad("a key is missing", "malformed", public={k: v for k, v in public.items() if k != "x25519"}),
            bad("a fifth key", "malformed", public={**public, "rsa": "AAAA"}),
            bad("a short key", "malformed", public={**public, "ed25519": b64(bytes(31))}),
            bad("ML-KEM beyond the modulus", "malformed", public={**public, "mlkem768": b64(b"\xff" * 1184)}),
            bad("X25519 zero", "malformed", public={**public, "x25519": b64(bytes(32))}),
            bad("X25519 of order 8", "malformed", public={**public, "x25519": b64(small)}),
        ],
        "words": [
            {"fingerprint": text, "words": " ".join(fingerprint_words(text))}
            for text in ("0" * 64, "f" * 64, "7f" * 32)
        ],
    }


# -- sections 9 and 10 --------------------------------------------------------------------------------------------


def envelopes() -> Json:
    act = note()
    good = sign_act(act.canonical, KEYS["CRIMSON"])
    other = sign_act(note(1).canonical, KEYS["CRIMSON"])
    foreign = sign_act(act.canonical, KEYS["LAZURIA"])
    plain = good.to_json()
    first, second = plain["signatures"]

    def spelled(**changes: Any) -> Json:
        return {**plain, **changes}

    def changed(envelope: Envelope, **changes: Any) -> Json:
        return dataclasses.replace(envelope, **changes).to_json()

    pair = good.pairs[0]
    return {
        "about": f"{TEST_ONLY} Envelopes of acts, all to be verified under CRIMSON's `public` keys.",
        "seeds": SEEDS["CRIMSON"],
        "public": KEYS["CRIMSON"].public.to_json(),
        "good": [
            {
                "name": "a note",
                "payload": act.canonical.decode(),
                "pae": pae(good.payload_type, good.payload).decode(),
                "envelope": plain,
            }
        ],
        "bad": [
            bad("another payload", "signature", envelope=changed(good, payload=note(1).canonical)),
            bad("one bit of the payload", "signature", envelope=changed(good, payload=flipped(act.canonical, 20))),
            bad(
                "the Ed25519 signature of another act",
                "signature",
                envelope=changed(good, pairs=(dataclasses.replace(pair, ed25519=other.pairs[0].ed25519),)),
            ),
            bad(
                "the ML-DSA-65 signature of another act",
                "signature",
                envelope=changed(good, pairs=(dataclasses.replace(pair, mldsa65=other.pairs[0].mldsa65),)),
            ),
            bad("signed by somebody else", "signature", envelope=foreign.to_json()),
            bad(
                "signed by somebody else under the author's key ids",
                "signature",
                envelope=changed(
                    good,
                    pairs=(
                        dataclasses.replace(pair, ed25519=foreign.pairs[0].ed25519, mldsa65=foreign.pairs[0].mldsa65),
                    ),
                ),
            ),
            bad(
                "signed as credentials",
                "signature",
                envelope=changed(
                    sign(CREDENTIALS_TYPE, act.canonical, KEYS["CRIMSON"]), payload_type=good.payload_type
                ),
            ),
            bad("another payload type", "malformed", envelope=spelled(payloadType=CREDENTIALS_TYPE)),
            bad("Ed25519 alone", "malformed", envelope=spelled(signatures=[first])),
            bad("ML-DSA-65 alone", "malformed", envelope=spelled(signatures=[second])),
            bad("the other order", "malformed", envelope=spelled(signatures=[second, first])),
            bad("a second pair", "malformed", envelope=spelled(signatures=[first, second] * 2)),
            bad("no signature", "malformed", envelope=spelled(signatures=[])),
            bad("a field more", "malformed", envelope=spelled(more=1)),
            bad("base64 of a wrong length", "malformed", envelope=spelled(payload=plain["payload"].rstrip("=") + "A")),
        ],
    }


def chain_document(chain: list[Envelope]) -> Json:
    return {"verbale": "credentials", "v": 1, "chain": [link.to_json() for link in chain]}


def credentials() -> Json:
    first, old, new = CHAINS["CRIMSON"], KEYS["CRIMSON"], KEYS["CRIMSON second"]
    moved = first.succeed(old, issued=minutes(5), endpoint="", name="Crimson Union")
    rotated = first.succeed(old, issued=minutes(10), new=new)
    revoked = rotated.succeed(new, issued=minutes(20), revoked="the keys were copied")
    chains = {
        "first": first,
        "moved": moved,
        "rotated": rotated,
        "revoked": revoked,
        "fork": first.succeed(old, issued=minutes(10), new=KEYS["impostor"]),
        "impostor": created("CRIMSON", "Republic of Crimson", "state", "impostor"),
    }

    def link(before: Identity, *signers: PrivateKeys, **changes: Any) -> Envelope:
        follows = {
            "serial": before.serial + 1,
            "issued": format_time(minutes(30)),
            "previous": hashlib.sha256(before.payload()).hexdigest(),
        }
        made = dataclasses.replace(before, **{**follows, **changes})
        return sign(CREDENTIALS_TYPE, made.payload(), *signers)

    one, begin = first.current, first.links[0]
    alone = {"serial": 1, "issued": one.issued, "previous": None}
    wrong: list[tuple[str, str, list[Envelope]]] = [
        ("no link", "credentials", []),
        ("rule 1: the first has serial 2", "credentials", [link(one, old, **{**alone, "serial": 2})]),
        ("rule 1: the first names a predecessor", "credentials", [link(one, old, **{**alone, "previous": "0" * 64})]),
        ("rule 1: the first is signed by other keys", "signature", [link(one, new, **alone)]),
        ("rule 1: the first has two pairs", "credentials", [link(one, old, old, **alone)]),
        ("rule 2: a serial is left out", "credentials", [begin, link(one, old, serial=3)]),
        ("rule 2: another predecessor", "credentials", [begin, link(one, old, previous="0" * 64)]),
        ("rule 2: issued at the same time", "credentials", [begin, link(one, old, issued=one.issued)]),
        ("rule 3: new keys alone sign", "signature", [begin, link(one, new, keys=new.public)]),
        ("rule 3: old keys alone sign", "credentials", [begin, link(one, old, keys=new.public)]),
        ("rule 3: an idle second pair", "credentials", [begin, link(one, old, new)]),
        ("rule 4: another node", "credentials", [begin, link(one, old, node="CRIMSON2")]),
        ("rule 4: another kind", "credentials", [begin, link(one, old, kind="organisation")]),
        ("rule 5: after a revocation", "credentials", [*revoked.links, link(revoked.current, new, revoked=None)]),
        ("a link is left out", "credentials", [revoked.links[0], revoked.links[2]]),
        ("a serial beyond 256", "malformed", [link(one, old, **{**alone, "serial": 257})]),
        ("a name too long", "malformed", [link(one, old, **{**alone, "name": "x" * 201})]),
    ]
    return {
        "about": f"{TEST_ONLY} Chains of CRIMSON, keys in force at a time, and what is pinned when another is offered.",
        "seeds": {"first": SEEDS["CRIMSON"], "rotated": SEEDS["CRIMSON second"]},
        "good": [
            {
                "name": name,
                "credentials": chain.to_json(),
                "node": chain.node,
                "serial": chain.current.serial,
                "fingerprint": chain.current.fingerprint,
                "revoked": chain.revoked,
            }
            for name, chain in chains.items()
        ],
        "bad": [bad(name, error, credentials=chain_document(links)) for name, error, links in wrong],
        "in_force": [
            {
                "chain": chain,
                "fingerprint": key.public.fingerprint("CRIMSON"),
                "time": format_time(minutes(at)),
                "good": good,
            }
            for chain, key, at, good in (
                ("first", old, 5, True),
                ("rotated", old, 9.99, True),
                ("rotated", old, 10, False),
                ("rotated", new, 10, True),
                ("rotated", new, 5, True),
                ("revoked", new, 19.99, True),
                ("revoked", new, 20, False),
                ("revoked", old, 5, True),
                ("revoked", old, 15, False),
                ("moved", old, 30, True),
            )
        ],
        "pinning": [
            {"pinned": pinned, "offered": offered, "result": result}
            for pinned, offered, result in (
                ("first", "rotated", "rotated"),
                ("rotated", "first", "rotated"),
                ("rotated", "rotated", "rotated"),
                ("first", "revoked", "revoked"),
                ("first", "impostor", "changed keys"),
                ("rotated", "fork", "changed keys"),
                ("rotated", "moved", "changed keys"),
            )
        ],
    }


# -- sections 13 to 16, 18 ----------------------------------------------------------------------------------------

SIZE = 9


def merkle() -> Json:
    data = [f"entry {number}".encode() for number in range(SIZE)]
    tree = MemoryTree(map(leaf_hash, data))
    other = "00" * 32

    def hexes(hashes: list[bytes]) -> list[str]:
        return [item.hex() for item in hashes]

    inclusion = [
        {"index": index, "size": size, "proof": hexes(tree.inclusion(index, size))}
        for size in range(1, SIZE + 1)
        for index in range(size)
    ]
    consistency = [
        {"old": old, "new": new, "proof": hexes(tree.consistency(old, new))}
        for new in range(SIZE + 1)
        for old in range(new + 1)
    ]
    path, link = hexes(tree.inclusion(3, 7)), hexes(tree.consistency(3, 7))
    return {
        "about": "Trees over the leaves `entry 0` to `entry 8`; proofs are hex, from the leaf upwards. "
        "Each proof leads to the root of its size; in bad cases `root`, `old_root` and `new_root` are given.",
        "leaves": [item.decode() for item in data],
        "leaf_hashes": [leaf_hash(item).hex() for item in data],
        "roots": [tree.root(size).hex() for size in range(SIZE + 1)],
        "inclusion": inclusion,
        "consistency": consistency,
        "bad_inclusion": [
            bad(name, "proof", index=index, size=size, proof=proof, root=root)
            for name, index, size, proof, root in (
                ("another place", 2, 7, path, tree.root(7).hex()),
                ("another size", 3, 9, path, tree.root(9).hex()),
                ("another root", 3, 7, path, other),
                ("cut off", 3, 7, path[:-1], tree.root(7).hex()),
                ("too long", 3, 7, [*path, other], tree.root(7).hex()),
                ("another hash", 3, 7, [other, *path[1:]], tree.root(7).hex()),
                ("behind the last leaf", 7, 7, path, tree.root(7).hex()),
                ("a hash of 31 bytes", 3, 7, [path[0][2:], *path[1:]], tree.root(7).hex()),
            )
        ],
        "bad_consistency": [
            bad(name, "proof", old=old, old_root=old_root, new=new, new_root=new_root, proof=proof)
            for name, old, old_root, new, new_root, proof in (
                ("another old root", 3, other, 7, tree.root(7).hex(), link),
                ("another new root", 3, tree.root(3).hex(), 7, other, link),
                ("cut off", 3, tree.root(3).hex(), 7, tree.root(7).hex(), link[:-1]),
                ("too long", 3, tree.root(3).hex(), 7, tree.root(7).hex(), [*link, other]),
                ("empty", 3, tree.root(3).hex(), 7, tree.root(7).hex(), []),
                ("backwards", 7, tree.root(7).hex(), 3, tree.root(3).hex(), []),
                ("two trees of one size", 7, tree.root(7).hex(), 7, other, []),
                ("a proof between equal trees", 7, tree.root(7).hex(), 7, tree.root(7).hex(), [other]),
                ("a proof from the empty tree", 0, tree.root(0).hex(), 7, tree.root(7).hex(), [other]),
                ("an empty tree with another root", 0, other, 7, tree.root(7).hex(), []),
            )
        ],
    }


def entries(count: int = 7) -> list[tuple[Leaf, Envelope]]:
    made = [note(number) for number in range(count)]
    return [
        (Leaf(act.id, format_time(minutes(place + 0.5))), sign_act(act.canonical, KEYS["CRIMSON"]))
        for place, act in enumerate(made)
    ]


def known(*nodes: str) -> list[Json]:
    return [CHAINS[node].to_json() for node in nodes]


def with_lines(checkpoint: Checkpoint, *lines: tuple[str, bytes, bytes]) -> str:
    return SignedNote(checkpoint.note.text, lines).render()


def checkpoints() -> Json:
    tree = MemoryTree(leaf.hash() for leaf, _ in entries())
    head = sign_checkpoint("LAZURIA", 7, tree.root(), minutes(60), KEYS["LAZURIA"])
    empty = sign_checkpoint("LAZURIA", 0, MemoryTree().root(), minutes(0), KEYS["LAZURIA"])
    crimson = cosign(head, "CRIMSON", minutes(61), KEYS["CRIMSON"])
    forum = cosign(head, "FORUM", minutes(62), KEYS["FORUM"])
    later = cosign(head, "CRIMSON", minutes(63), KEYS["CRIMSON"])
    foreign = sign_checkpoint("LAZURIA", 7, tree.root(), minutes(60), KEYS["impostor"])
    larger = sign_checkpoint("LAZURIA", 8, tree.root(), minutes(60), KEYS["LAZURIA"])
    text, own = head.render(), head.note.signatures
    beyond = 253_402_300_800
    signed = KEYS["CRIMSON"].sign(f"cosignature/v1\ntime {beyond}\n{head.note.text}".encode())
    stamped = [
        (name, hashed, struct.pack(">Q", beyond) + value)
        for (name, hashed, _), value in zip(crimson.lines, signed, strict=True)
    ]
    cases: list[tuple[str, str, str]] = [
        ("another size", "signature", text.replace("\n7\n", "\n6\n")),
        ("another time", "signature", text.replace("09:30:00", "09:30:01")),
        ("signed by other keys", "signature", foreign.render()),
        ("Ed25519 alone", "signature", with_lines(head, own[0])),
        ("ML-DSA-65 alone", "signature", with_lines(head, own[1])),
        ("a signature twice", "signature", with_lines(head, own[0], own[0])),
        ("half a cosignature", "signature", with_lines(head, *own, crimson.lines[0])),
        (
            "a cosignature of another checkpoint",
            "signature",
            with_lines(larger, *larger.note.signatures, *crimson.lines),
        ),
        ("a cosignature with two times", "proof", with_lines(head, *own, crimson.lines[0], later.lines[1])),
        ("a cosignature after the year 9999", "proof", with_lines(head, *own, *stamped)),
        ("a line that is no node's", "signature", with_lines(head, *own, ("witness", bytes(4), bytes(64)))),
        (
            "a cosigner nobody knows",
            "credentials",
            head.with_cosignatures([cosign(head, "OCHRE", minutes(61), KEYS["impostor"])]).render(),
        ),
        ("a size with a leading zero", "malformed", text.replace("\n7\n", "\n07\n")),
        ("no time", "malformed", text.replace("time 2026-11-24T09:30:00.000Z\n", "")),
        ("a further line", "malformed", text.replace("\n\n", "\nmore\n\n")),
        ("another origin", "malformed", text.replace("verbale/LAZURIA", "log/LAZURIA", 1)),
        ("no line end behind the last line", "malformed", text[:-1]),
        ("carriage returns", "malformed", text.replace("\n", "\r\n")),
        ("a hyphen for the dash", "malformed", text.replace("—", "-")),
        ("no signatures", "malformed", head.note.text),
    ]
    return {
        "about": f"{TEST_ONLY} Checkpoints with all their lines, to be verified under `known` credentials. "
        "`cosigners` gives the time of each cosignature.",
        "seeds": {"LAZURIA": SEEDS["LAZURIA"], "CRIMSON": SEEDS["CRIMSON"], "FORUM": SEEDS["FORUM"]},
        "known": known("LAZURIA", "CRIMSON", "FORUM"),
        "good": [
            {
                "name": name,
                "checkpoint": made.render(),
                "node": made.node,
                "size": made.size,
                "root": made.root.hex(),
                "time": made.time,
                "cosigners": stamps,
            }
            for name, made, stamps in (
                ("an empty register", empty, {}),
                ("seven entries", head, {}),
                ("cosigned", head.with_cosignatures([crimson]), {"CRIMSON": format_time(minutes(61))}),
                (
                    "cosigned twice",
                    head.with_cosignatures([forum, crimson]),
                    {"FORUM": format_time(minutes(62)), "CRIMSON": format_time(minutes(61))},
                ),
            )
        ],
        "bad": [bad(name, error, checkpoint=checkpoint) for name, error, checkpoint in cases],
    }


def receipts() -> Json:
    held = entries()
    tree = MemoryTree(leaf.hash() for leaf, _ in held)
    head = sign_checkpoint("LAZURIA", 7, tree.root(), minutes(60), KEYS["LAZURIA"])
    cosigned = head.with_cosignatures([cosign(head, "CRIMSON", minutes(61), KEYS["CRIMSON"])])
    wire = Receipt(held[3][0], 3, tuple(tree.inclusion(3)), head)
    carried = dataclasses.replace(wire, checkpoint=cosigned, credentials=(CHAINS["LAZURIA"], CHAINS["CRIMSON"]))

    def changed(**changes: Any) -> Json:
        return dataclasses.replace(wire, **changes).to_json()

    def spelled(**changes: Any) -> Json:
        return {**wire.to_json(), **changes}

    late = Leaf(wire.leaf.act, format_time(minutes(60.01)))
    early = Leaf(wire.leaf.act, format_time(minutes(3)))
    return {
        "about": "Receipts, to be verified under `known` credentials.",
        "known": known("LAZURIA", "CRIMSON"),
        "good": [
            {
                "name": name,
                "receipt": made.to_json(),
                "leaf": made.leaf.to_bytes().decode(),
                "leaf_hash": made.leaf.hash().hex(),
                "act": made.leaf.act,
                "holder": made.holder,
            }
            for name, made in (("as the wire has it", wire), ("as a file, cosigned", carried))
        ],
        "bad": [
            bad("another act", "proof", receipt=changed(leaf=held[2][0])),
            bad("an earlier moment", "proof", receipt=changed(leaf=early)),
            bad("a moment after the checkpoint", "proof", receipt=changed(leaf=late)),
            bad("another place", "proof", receipt=changed(index=4)),
            bad("a proof cut off", "proof", receipt=changed(proof=wire.proof[:-1])),
            bad("one bit of the proof", "proof", receipt=changed(proof=(flipped(wire.proof[0], 0), *wire.proof[1:]))),
            bad(
                "a checkpoint by other keys",
                "signature",
                receipt=changed(checkpoint=sign_checkpoint("LAZURIA", 7, tree.root(), minutes(60), KEYS["impostor"])),
            ),
            bad(
                "a node nobody knows",
                "credentials",
                receipt=changed(checkpoint=sign_checkpoint("OCHRE", 7, tree.root(), minutes(60), KEYS["impostor"])),
            ),
            bad("a newer version", "malformed", receipt=spelled(v=2)),
            bad("a field more", "malformed", receipt=spelled(more=1)),
            bad("another document", "malformed", receipt=spelled(verbale="credentials")),
            bad("an act id in capitals", "malformed", receipt=spelled(leaf={"act": "A" * 64, "at": wire.leaf.at})),
        ],
    }


def exports() -> Json:
    held = entries(3)
    tree = MemoryTree(leaf.hash() for leaf, _ in held)
    head = sign_checkpoint("LAZURIA", 3, tree.root(), minutes(60), KEYS["LAZURIA"])
    chains = [CHAINS["LAZURIA"], CHAINS["CRIMSON"]]

    def text(carried: list[Credentials], *disclosed: Envelope | None) -> str:
        told = [(leaf, envelope) for (leaf, _), envelope in zip(held, disclosed, strict=True)]
        return b"".join(write_export(head, carried, told)).decode()

    first = held[0][1]
    lines = text(chains[:1], None, None, None).splitlines(keepends=True)
    return {
        "about": "Register exports as the text of the file.",
        "good": [
            {"name": "three entries, no act disclosed", "export": "".join(lines), "entries": 3, "disclosed": 0},
            {"name": "one act disclosed", "export": text(chains, first, None, None), "entries": 3, "disclosed": 1},
        ],
        "bad": [
            bad("an entry left out", "proof", export="".join([*lines[:3], '{"end":2}\n'])),
            bad("two entries exchanged", "proof", export="".join([lines[0], lines[2], lines[1], *lines[3:]])),
            bad("cut off", "malformed", export="".join(lines[:-1])),
            bad("more behind the end", "malformed", export="".join([*lines, "\n"])),
            bad("no line end behind the last line", "malformed", export="".join(lines)[:-1]),
            bad("a wrong count", "malformed", export="".join([*lines[:-1], '{"end":4}\n'])),
            bad("another act beside the leaf", "proof", export=text(chains, held[1][1], None, None)),
            bad("no credentials of an author", "credentials", export=text(chains[:1], first, None, None)),
            bad(
                "an act by other keys",
                "changed keys",
                export=text(chains, sign_act(first.payload, KEYS["impostor"]), None, None),
            ),
        ],
    }


# -- section 17 ---------------------------------------------------------------------------------------------------


def parcels() -> Json:
    contents = Contents({"purpose": "vector", "v": 1}, (sign_act(note().canonical, KEYS["CRIMSON"]),), (b"a report",))
    to = {node: KEYS[node].public for node in ("LAZURIA", "FORUM")}

    def made(keys: str = "CRIMSON", carried: Credentials | None = None) -> bytes:
        sealed = seal(
            contents, sender="CRIMSON", keys=KEYS[keys], recipients=to, moment=minutes(5), credentials=carried
        )
        return sealed.to_bytes()

    wire = made()
    middle = len(wire) - 64 - 3309 - 100
    header_end = wire.index(b"\n", len(b"verbale-parcel/1\n"))
    header = json.loads(wire[len(b"verbale-parcel/1\n") : header_end])

    def bent(**changes: Any) -> bytes:
        return b"verbale-parcel/1\n" + canonical_bytes({**header, **changes}) + wire[header_end:]

    good = [("a parcel", wire, ["LAZURIA", "FORUM"]), ("a pouch", made(carried=CHAINS["CRIMSON"]), ["LAZURIA"])]
    return {
        "about": f"{TEST_ONLY} Parcels from CRIMSON, base64, to be verified under `known` credentials and opened with "
        "the seeds of each of `opens`; `plain` are the frames, hex. Bad ones are refused before they are opened.",
        "known": known("CRIMSON"),
        "seeds": {node: SEEDS[node] for node in ("CRIMSON", *to)},
        "good": [
            {
                "name": name,
                "parcel": b64(data),
                "opens": opens,
                "plain": contents.to_bytes().hex(),
                "manifest": contents.manifest,
                "acts": [note().id],
                "attachments": [item.decode() for item in contents.attachments],
            }
            for name, data, opens in good
        ],
        "bad": [
            bad("one bit of the content", "signature", parcel=b64(flipped(wire, middle))),
            bad("one bit of the Ed25519 signature", "signature", parcel=b64(flipped(wire, len(wire) - 3309 - 10))),
            bad("one bit of the ML-DSA-65 signature", "signature", parcel=b64(flipped(wire, len(wire) - 2000))),
            bad("another time in the header", "signature", parcel=b64(bent(at=format_time(minutes(6))))),
            bad("a recipient taken out", "signature", parcel=b64(bent(to=header["to"][:1]))),
            bad("signed by keys that are not pinned", "credentials", parcel=b64(made("impostor"))),
            bad("another size in the header", "malformed", parcel=b64(bent(size=header["size"] - 1))),
            bad("a field more in the header", "malformed", parcel=b64(bent(more=1))),
            bad("a newer version", "malformed", parcel=b64(bent(v=2))),
            bad("no recipient", "malformed", parcel=b64(bent(to=[]))),
            bad("cut off", "malformed", parcel=b64(wire[:-1])),
            bad("a byte behind", "malformed", parcel=b64(wire + b"\n")),
            bad("another first line", "malformed", parcel=b64(b"verbale-parcel/2" + wire[16:])),
        ],
    }


FILES = (canonical, acts, order, keys, envelopes, credentials, merkle, checkpoints, receipts, exports, parcels)


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for build in FILES:
        path = FOLDER / f"{build.__name__}.json"
        # Escaped throughout: an editor that normalises text would change what a vector is about.
        path.write_text(json.dumps(build(), indent=1) + "\n", encoding="ascii")
        print(path.relative_to(ROOT), path.stat().st_size)


if __name__ == "__main__":
    main()
