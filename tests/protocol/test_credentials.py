"""Credentials: a chain of identity documents, rotation, revocation, pinning."""

import dataclasses
import hashlib
from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest

from verbale.protocol import (
    ChangedKeysError,
    Credentials,
    CredentialsError,
    Identity,
    LimitError,
    MalformedError,
    PrivateKeys,
    SignatureError,
    canonical_bytes,
    format_time,
)
from verbale.protocol.encoding import b64
from verbale.protocol.envelope import CREDENTIALS_TYPE, Envelope, sign
from verbale.protocol.limits import MAX_CHAIN

from .story import CRIMSON, FOUNDED, LAZURIA, keys_of, minutes, note, sent

SECOND = keys_of("CRIMSON second")
ROTATED = CRIMSON.credentials.succeed(CRIMSON.keys, issued=minutes(10), new=SECOND)
REVOKED = ROTATED.succeed(SECOND, issued=minutes(20), revoked="the keys were copied")


def link(before: Identity | None, *signers: PrivateKeys, **changes: Any) -> Envelope:
    """A link that follows `before` by the rules, save for what the changes say."""
    payload = CRIMSON.credentials.links[0].payload
    first = CRIMSON.credentials.current
    if before is None:
        made = dataclasses.replace(first, **changes)
    else:
        follows = {
            "serial": before.serial + 1,
            "issued": format_time(minutes(30)),
            "previous": hashlib.sha256(payload).hexdigest(),
        }
        made = dataclasses.replace(before, **{**follows, **changes})
    return sign(CREDENTIALS_TYPE, made.payload(), *signers)


def test_the_first_version_is_signed_by_its_own_keys() -> None:
    made = CRIMSON.credentials
    assert Credentials.from_bytes(made.to_bytes()) == made
    assert Credentials.from_bytes(made.to_bytes() + b"\n") == made, "a file may end with a line end"
    now = made.current
    assert (made.node, now.name, now.kind, now.serial) == ("CRIMSON", "Republic of Crimson", "state", 1)
    assert (now.endpoint, now.previous, made.revoked) == ("https://crimson.example", None, None)
    assert now.fingerprint == CRIMSON.keys.public.fingerprint("CRIMSON")


def test_a_rotation_is_signed_by_the_old_keys_and_by_the_new() -> None:
    assert Credentials.from_bytes(ROTATED.to_bytes()) == ROTATED
    assert len(ROTATED.links[1].pairs) == 2
    assert ROTATED.current.keys == SECOND.public
    assert ROTATED.current.previous == hashlib.sha256(ROTATED.links[0].payload).hexdigest()
    assert ROTATED.keys_by_ids(CRIMSON.keys.public.signature_ids) == CRIMSON.keys.public
    assert ROTATED.keys_by_fingerprint(SECOND.public.fingerprint("CRIMSON")) == SECOND.public
    assert ROTATED.keys_by_ids(LAZURIA.keys.public.signature_ids) is None
    assert ROTATED.keys_by_fingerprint("0" * 64) is None


def test_name_and_endpoint_may_change_without_new_keys() -> None:
    moved = CRIMSON.credentials.succeed(CRIMSON.keys, issued=minutes(5), endpoint="", name="Crimson Union")
    assert (moved.current.endpoint, moved.current.name, moved.current.serial) == ("", "Crimson Union", 2)
    assert moved.current.fingerprint == CRIMSON.credentials.current.fingerprint


def test_a_revocation_gives_its_reason() -> None:
    assert REVOKED.revoked == "the keys were copied"
    assert Credentials.from_bytes(REVOKED.to_bytes()) == REVOKED


FIRST = CRIMSON.credentials.links[0]
ONE = CRIMSON.credentials.current


@pytest.mark.parametrize(
    ("links", "error", "message"),
    [
        pytest.param([], CredentialsError, "the chain is empty", id="no version"),
        pytest.param([FIRST] * (MAX_CHAIN + 1), LimitError, "257 versions; the limit is 256", id="too many versions"),
        pytest.param(
            [link(None, CRIMSON.keys, serial=2)],
            CredentialsError,
            "must begin with version 1",
            id="rule 1: serial 1 first",
        ),
        pytest.param(
            [link(None, CRIMSON.keys, previous="0" * 64)],
            CredentialsError,
            "must begin with version 1",
            id="rule 1: the first has no predecessor",
        ),
        pytest.param(
            [link(None, LAZURIA.keys)], SignatureError, "not the author's", id="rule 1: signed by its own keys"
        ),
        pytest.param(
            [link(None, CRIMSON.keys, CRIMSON.keys)],
            CredentialsError,
            "only a rotation may",
            id="rule 1: by those alone",
        ),
        pytest.param(
            [FIRST, link(ONE, CRIMSON.keys, previous="0" * 64)],
            CredentialsError,
            "does not continue version 1",
            id="rule 2: names its predecessor",
        ),
        pytest.param(
            [FIRST, link(ONE, CRIMSON.keys, serial=3)],
            CredentialsError,
            "expected version 2",
            id="rule 2: has the next serial",
        ),
        pytest.param(
            [FIRST, link(ONE, CRIMSON.keys, issued=ONE.issued)],
            CredentialsError,
            "must be issued later",
            id="rule 2: is issued later",
        ),
        pytest.param(
            [FIRST, link(ONE, SECOND, keys=SECOND.public)],
            SignatureError,
            "not the author's",
            id="rule 3: signed by the keys before it",
        ),
        pytest.param(
            [FIRST, link(ONE, CRIMSON.keys, keys=SECOND.public)],
            CredentialsError,
            "new keys must sign as well",
            id="rule 3: new keys sign as well",
        ),
        pytest.param(
            [FIRST, link(ONE, CRIMSON.keys, LAZURIA.keys, keys=SECOND.public)],
            SignatureError,
            "not the author's",
            id="rule 3: no other keys in their place",
        ),
        pytest.param(
            [FIRST, link(ONE, CRIMSON.keys, SECOND)],
            CredentialsError,
            "only a rotation may",
            id="rule 3: no idle signature",
        ),
        pytest.param(
            [FIRST, link(ONE, CRIMSON.keys, node="CRIMSON2")], CredentialsError, "node and kind", id="rule 4: one node"
        ),
        pytest.param(
            [FIRST, link(ONE, CRIMSON.keys, kind="organisation")],
            CredentialsError,
            "node and kind",
            id="rule 4: one kind",
        ),
    ],
)
def test_the_rules_of_the_chain(links: list[Envelope], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Credentials.from_links(links)


def test_rule_5_nothing_follows_a_revocation() -> None:
    with pytest.raises(CredentialsError, match="version 4: nothing can follow a revocation"):
        REVOKED.succeed(SECOND, issued=minutes(30))


def document(**changes: Any) -> bytes:
    fields = {**orjson.loads(ONE.payload()), **changes}
    return canonical_bytes({name: value for name, value in fields.items() if value is not ...})


@pytest.mark.parametrize("field", sorted(orjson.loads(ONE.payload())))
def test_every_field_of_the_document_is_required(field: str) -> None:
    with pytest.raises(MalformedError, match=f"identity document: .*`{field}`"):
        Identity.parse(document(**{field: ...}))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"v": 0}, r"\$\.v", id="there is no version 0"),
        pytest.param({"node": "crimson"}, r"\$\.node", id="a node's name"),
        pytest.param({"node": "CRIMSON\n"}, r"\$\.node", id="no line end follows a node's name"),
        pytest.param({"name": ""}, r"\$\.name", id="a name is not empty"),
        pytest.param({"name": "x" * 201}, r"\$\.name", id="a name has at most 200 letters"),
        pytest.param({"kind": "company"}, r"\$\.kind", id="a kind is state or organisation"),
        pytest.param({"kind": "state\n"}, r"\$\.kind", id="no line end follows a kind"),
        pytest.param({"serial": 0}, r"\$\.serial", id="serials begin with 1"),
        pytest.param({"serial": 257}, r"\$\.serial", id="serials end with 256"),
        pytest.param({"issued": "today"}, "issued", id="issued is a time"),
        pytest.param({"endpoint": "x" * 501}, r"\$\.endpoint", id="an endpoint has at most 500 letters"),
        pytest.param({"keys": {}}, "keys must be", id="all four keys"),
        pytest.param({"keys": {**CRIMSON.keys.public.to_json(), "x25519": b64(bytes(32))}}, "keys: ", id="sound keys"),
        pytest.param({"revoked": ""}, r"\$\.revoked", id="a revocation has a reason"),
        pytest.param({"name": "x" * 32_768}, "the limit is 32768", id="at most 32 KiB"),
    ],
)
def test_what_is_no_identity_document_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        Identity.parse(document(**changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        pytest.param({"verbale": "receipt"}, "credentials must be an object", id="another document"),
        pytest.param({"more": 1}, "credentials must be an object", id="a field more"),
        pytest.param({"v": 2}, "version must be 1", id="a newer version"),
        pytest.param({"v": True}, "version must be 1", id="true for 1"),
        pytest.param({"chain": {}}, "chain a list", id="the chain is no list"),
        pytest.param({"chain": [5]}, "envelope must be", id="no envelope in the chain"),
    ],
)
def test_what_is_no_credentials_file_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(MalformedError, match=message):
        Credentials.from_json({**CRIMSON.credentials.to_json(), **changes})


# -- keys in force ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chain", "keys", "minute"),
    [
        pytest.param(CRIMSON.credentials, CRIMSON.keys, 5, id="the only keys"),
        pytest.param(ROTATED, CRIMSON.keys, 9.999, id="old keys before the rotation"),
        pytest.param(ROTATED, SECOND, 10, id="new keys from the rotation on"),
        pytest.param(ROTATED, SECOND, 5, id="new keys on what claims to be older"),
        pytest.param(REVOKED, SECOND, 19.999, id="the last keys before the revocation"),
    ],
)
def test_keys_sign_until_they_are_replaced_or_revoked(chain: Credentials, keys: PrivateKeys, minute: float) -> None:
    act = note(issued=minutes(minute))
    envelope = sent(act, dataclasses.replace(CRIMSON, keys=keys))
    chain.verify_envelope(envelope, act.issued, "note")


@pytest.mark.parametrize(
    ("chain", "keys", "minute", "error", "message"),
    [
        pytest.param(
            ROTATED, CRIMSON.keys, 10, CredentialsError, "had replaced on 2026-11-24T08:40", id="replaced keys"
        ),
        pytest.param(REVOKED, CRIMSON.keys, 15, CredentialsError, "had replaced on", id="replaced keys, later revoked"),
        pytest.param(REVOKED, SECOND, 20, CredentialsError, "had revoked on 2026-11-24T08:50", id="revoked keys"),
        pytest.param(
            ROTATED, LAZURIA.keys, 5, ChangedKeysError, "not in the credentials of CRIMSON", id="another's keys"
        ),
        pytest.param(
            CRIMSON.credentials, SECOND, 5, ChangedKeysError, "not in the credentials", id="keys not yet known"
        ),
    ],
)
def test_keys_out_of_force_are_refused(
    chain: Credentials, keys: PrivateKeys, minute: float, error: type[Exception], message: str
) -> None:
    act = note(issued=minutes(minute))
    with pytest.raises(error, match=message):
        chain.verify_envelope(sent(act, dataclasses.replace(CRIMSON, keys=keys)), act.issued, "note")


# -- pinning ------------------------------------------------------------------------------------------------------


def test_the_longer_chain_is_pinned_when_it_continues_the_pinned_one() -> None:
    assert CRIMSON.credentials.accept(ROTATED) is ROTATED
    assert ROTATED.accept(CRIMSON.credentials) is ROTATED, "an older copy changes nothing"
    assert ROTATED.accept(ROTATED) is ROTATED


def test_another_beginning_is_refused_loudly() -> None:
    def created(keys: PrivateKeys, issued: datetime) -> Credentials:
        return Credentials.create(
            keys, node="CRIMSON", name="Republic of Crimson", kind="state", endpoint="", issued=issued
        )

    for offered in (
        created(keys_of("an impostor"), FOUNDED),
        created(keys_of("an impostor"), FOUNDED + timedelta(days=1)),
        created(CRIMSON.keys, FOUNDED + timedelta(days=1)),
    ):
        with pytest.raises(ChangedKeysError, match="CRIMSON presents credentials that do not continue the pinned ones"):
            CRIMSON.credentials.accept(offered)


def test_a_fork_is_refused() -> None:
    other = CRIMSON.credentials.succeed(CRIMSON.keys, issued=minutes(10), new=keys_of("CRIMSON third"))
    with pytest.raises(ChangedKeysError, match="Do not trust them"):
        ROTATED.accept(other)
