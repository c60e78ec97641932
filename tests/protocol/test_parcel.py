"""Parcels and pouches: sealed to their recipients, signed by their sender."""

import dataclasses
import hashlib
import struct
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.protocol import (
    Contents,
    Credentials,
    CredentialsError,
    LimitError,
    MalformedError,
    PrivateKeys,
    SealedParcel,
    SealError,
    SignatureError,
    canonical_bytes,
    seal,
)
from verbale.protocol import parcel as module
from verbale.protocol.encoding import b64, from_b64
from verbale.protocol.envelope import MAX_ENVELOPE_BYTES, pae
from verbale.protocol.limits import (
    MAX_ATTACHMENT_BYTES,
    MAX_AUDIENCE,
    MAX_HEADER_BYTES,
    MAX_PARCEL_BYTES,
    MAX_PARCEL_FRAMES,
)

from .story import CRIMSON, FORUM, LAZURIA, Player, keys_of, minutes, note, sent

MAGIC = b"verbale-parcel/1\n"
CONTENTS = Contents({"v": 1, "purpose": "exchange"}, (sent(note(0)), sent(note(1))), (b"a report", b""))


def parcel_of(
    contents: Contents = CONTENTS,
    *recipients: Player,
    sender: Player = CRIMSON,
    minute: float = 5,
    carried: Credentials | None = None,
) -> SealedParcel:
    to = {player.node: player.keys.public for player in recipients or (LAZURIA,)}
    return seal(
        contents,
        sender=sender.node,
        keys=sender.keys,
        recipients=to,
        moment=minutes(minute),
        credentials=carried,
    )


PARCEL = parcel_of(carried=CRIMSON.credentials)


def test_what_is_sealed_opens_as_it_was() -> None:
    again = SealedParcel.from_bytes(parcel_of().to_bytes())
    again.verify(CRIMSON.credentials)
    assert again.open("LAZURIA", [LAZURIA.keys]) == CONTENTS
    assert (again.sender, again.recipients, len(again.id)) == ("CRIMSON", ("LAZURIA",), 32)


def test_each_of_several_recipients_opens_it_and_nobody_else() -> None:
    parcel = parcel_of(CONTENTS, LAZURIA, FORUM)
    assert parcel.recipients == ("FORUM", "LAZURIA")
    for player in (LAZURIA, FORUM):
        assert parcel.open(player.node, [player.keys]) == CONTENTS
    with pytest.raises(SealError, match="sealed to FORUM, LAZURIA, not to the keys of CRIMSON"):
        parcel.open("CRIMSON", [CRIMSON.keys])
    with pytest.raises(SealError, match="not to the keys of LAZURIA"):
        parcel.open("LAZURIA", [FORUM.keys])
    with pytest.raises(SealError, match="not to the keys of LAZURIA"):
        parcel.open("LAZURIA", [])


def test_keys_from_before_a_rotation_still_open_it() -> None:
    assert parcel_of().open("LAZURIA", [keys_of("LAZURIA second"), LAZURIA.keys]) == CONTENTS


def test_the_bytes_are_laid_out_as_specified() -> None:
    data, plain = PARCEL.to_bytes(), CONTENTS.to_bytes()
    line, rest = data.removeprefix(MAGIC).split(b"\n", 1)
    assert line == canonical_bytes(dict(PARCEL.header)) == PARCEL.header_line
    assert sorted(PARCEL.header) == ["at", "credentials", "from", "id", "key", "nonce", "size", "to", "v"]
    assert len(rest) == PARCEL.header["size"] + 16 + 64 + 3309
    assert PARCEL.header["size"] == len(plain)
    signed = pae("application/vnd.verbale.parcel", line + hashlib.sha256(rest[: len(plain) + 16]).digest())
    CRIMSON.keys.public.verify(signed, rest[-3373:-3309], rest[-3309:], "parcel")


def test_the_frames_are_laid_out_as_specified() -> None:
    manifest, report = b'{"v":1}', b"a report"
    envelope = sent(note(0))
    contents = Contents({"v": 1}, (envelope,), (report,))
    parts = ((b"M", manifest), (b"E", envelope.to_bytes()), (b"A", report))
    assert contents.to_bytes() == b"".join(kind + struct.pack(">Q", len(part)) + part for kind, part in parts)
    assert Contents.from_bytes(contents.to_bytes()) == contents


@given(st.lists(st.binary(max_size=60), max_size=5), st.dictionaries(st.sampled_from("abc"), st.integers(0, 9)))
def test_contents_read_back(attachments: list[bytes], manifest: dict[str, int]) -> None:
    contents = Contents(manifest, (), tuple(attachments))
    assert Contents.from_bytes(contents.to_bytes()) == contents


def test_nothing_of_the_content_shows_outside() -> None:
    data = PARCEL.to_bytes()
    assert b"a report" not in data
    assert note(0).id.encode() not in data
    assert parcel_of().ciphertext != parcel_of().ciphertext, "key and nonce are fresh"


# -- contents that are none ---------------------------------------------------------------------------------------


def frame(kind: bytes, content: bytes, length: int | None = None) -> bytes:
    return kind + struct.pack(">Q", len(content) if length is None else length) + content


MANIFEST = frame(b"M", b"{}")


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        pytest.param(b"", MalformedError, "expected one manifest, found 0", id="nothing"),
        pytest.param(MANIFEST * 2, MalformedError, "expected one manifest, found 2", id="two manifests"),
        pytest.param(frame(b"A", b"x"), MalformedError, "expected one manifest, found 0", id="no manifest"),
        pytest.param(frame(b"M", b"[]"), MalformedError, "manifest must be a JSON object", id="manifest is no object"),
        pytest.param(frame(b"M", b"{ }"), MalformedError, "manifest is not in canonical", id="manifest not canonical"),
        pytest.param(MANIFEST + b"A", MalformedError, "frame 2 is cut off", id="a frame head cut off"),
        pytest.param(MANIFEST + frame(b"A", b"x", 2), MalformedError, "frame 2 is cut off", id="a frame cut off"),
        pytest.param(
            MANIFEST + frame(b"A", b"x", 2**64 - 1), MalformedError, "frame 2 is cut off", id="a frame without end"
        ),
        pytest.param(MANIFEST + frame(b"Z", b""), MalformedError, "unknown kind b'Z'", id="an unknown kind"),
        pytest.param(MANIFEST + frame(b"E", b"{}"), MalformedError, "envelope must be an object", id="no envelope"),
        pytest.param(
            MANIFEST + frame(b"E", bytes(MAX_ENVELOPE_BYTES + 1)), LimitError, "for an act", id="an act too large"
        ),
        pytest.param(
            MANIFEST + frame(b"A", bytes(MAX_ATTACHMENT_BYTES + 1)),
            LimitError,
            "an attachment exceeds 33554432 bytes",
            id="an attachment too large",
        ),
        pytest.param(
            frame(b"M", b'{"a":"' + b"x" * (8 << 20) + b'"}'), LimitError, "manifest has", id="a manifest too large"
        ),
        pytest.param(
            MANIFEST + frame(b"A", b"") * MAX_PARCEL_FRAMES, LimitError, "more than 20000 frames", id="too many frames"
        ),
    ],
)
def test_what_are_no_contents_is_refused(data: bytes, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Contents.from_bytes(data)


def test_the_largest_attachment_and_the_most_frames_are_allowed() -> None:
    assert len(Contents.from_bytes(MANIFEST + frame(b"A", bytes(MAX_ATTACHMENT_BYTES))).attachments) == 1
    assert len(Contents.from_bytes(MANIFEST + frame(b"A", b"") * (MAX_PARCEL_FRAMES - 1)).attachments) == 19_999


# -- headers that are none ----------------------------------------------------------------------------------------


def bent(**changes: Any) -> bytes:
    """A parcel with header fields changed, signatures and all else as before; `...` takes a field away."""
    fields = {name: value for name, value in {**PARCEL.header, **changes}.items() if value is not ...}
    return dataclasses.replace(PARCEL, header_line=canonical_bytes(fields)).to_bytes()


TO = PARCEL.header["to"][0]


@pytest.mark.parametrize(
    ("data", "error", "message"),
    [
        pytest.param(b"", MalformedError, "this is no Verbale parcel or pouch", id="nothing"),
        pytest.param(b"verbale-parcel/2\n", MalformedError, "this is no Verbale parcel", id="a newer layout"),
        pytest.param(MAGIC, MalformedError, "no header line", id="no header"),
        pytest.param(MAGIC + b"{}", MalformedError, "no header line within 2097152 bytes", id="no line end"),
        pytest.param(
            MAGIC + b"x" * (MAX_HEADER_BYTES + 1) + b"\n", MalformedError, "no header line within", id="a long header"
        ),
        pytest.param(MAGIC + b"[]\n", MalformedError, "parcel header must be a JSON object", id="header is no object"),
        *(
            pytest.param(bent(**{field: ...}), MalformedError, "parcel header: must have exactly", id=f"no {field}")
            for field in sorted(set(PARCEL.header) - {"credentials"})
        ),
        pytest.param(bent(more=1), MalformedError, "must have exactly", id="a field more"),
        pytest.param(bent(v=2), MalformedError, "version 1", id="a newer version"),
        pytest.param(bent(v=True), MalformedError, "version 1", id="true for 1"),
        *(
            pytest.param(bent(**{"from": name}), MalformedError, "from must name a node", id=f"from {name!r}")
            for name in ("crimson", "", None, 5, ["CRIMSON"])
        ),
        *(
            pytest.param(bent(id=value), MalformedError, "id must be 32 hex digits", id=f"id {value!r}")
            for value in ("", "0" * 31, "A" * 32, "0" * 32 + "\n", 5)
        ),
        pytest.param(bent(key="0" * 63), MalformedError, "key must be 64 hex digits", id="a short key"),
        pytest.param(bent(nonce=b64(bytes(11))), MalformedError, "nonce must be 12 bytes", id="a short nonce"),
        pytest.param(bent(nonce=None), MalformedError, "nonce must be base64 text", id="no nonce"),
        *(
            pytest.param(bent(size=value), MalformedError, "size must be between", id=f"size {value!r}")
            for value in (-1, MAX_PARCEL_BYTES + 1, "5", True, None)
        ),
        pytest.param(bent(size=PARCEL.header["size"] + 1), MalformedError, "parcel: expected", id="a size too large"),
        pytest.param(bent(size=PARCEL.header["size"] - 1), MalformedError, "parcel: expected", id="a size too small"),
        pytest.param(bent(at="now"), MalformedError, "parcel header: at must be a UTC time", id="no time"),
        *(
            pytest.param(bent(to=value), MalformedError, "to must list 1 to 256 recipients", id=f"to: {what}")
            for what, value in (("nobody", []), ("no list", {}), ("too many", [TO] * (MAX_AUDIENCE + 1)))
        ),
        *(
            pytest.param(bent(to=[value]), MalformedError, "each recipient must have exactly node", id=f"to: {what}")
            for what, value in (
                ("text", "LAZURIA"),
                ("a field less", {"node": "LAZURIA"}),
                ("a field more", {**TO, "x": ""}),
            )
        ),
        *(
            pytest.param(bent(to=[{**TO, name: value}]), MalformedError, "must be text", id=f"to: {name} {value!r}")
            for name, value in (("node", "lazuria"), ("node", 5), ("key", None), ("wrap", []))
        ),
        pytest.param(PARCEL.to_bytes() + b"\n", MalformedError, "parcel: expected", id="a byte more"),
        pytest.param(PARCEL.to_bytes()[:-1], MalformedError, "parcel: expected", id="a byte less"),
    ],
)
def test_what_is_no_parcel_is_refused(data: bytes, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SealedParcel.from_bytes(data)


def test_a_parcel_over_the_limit_is_refused_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    # The limit itself is lowered: 256 MiB in a test would cost more than it shows.
    monkeypatch.setattr(module, "MAX_PARCEL_BYTES", 1000)
    with pytest.raises(LimitError, match="the limit is 1000"):
        SealedParcel.from_bytes(PARCEL.to_bytes())


def test_a_parcel_over_the_limit_is_not_sealed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PARCEL_BYTES", MAX_HEADER_BYTES + 1000)
    with pytest.raises(LimitError, match="parcel would have"):
        parcel_of(Contents(attachments=(bytes(1000),)))


@pytest.mark.parametrize("count", [0, MAX_AUDIENCE + 1])
def test_a_parcel_has_1_to_256_recipients(count: int) -> None:
    public = LAZURIA.keys.public
    with pytest.raises(LimitError, match=f"1 to 256 recipients, not {count}"):
        seal(
            CONTENTS,
            sender="CRIMSON",
            keys=CRIMSON.keys,
            recipients={f"N{number:03}": public for number in range(count)},
            moment=minutes(0),
        )


def test_256_recipients_fit_into_a_header() -> None:
    nodes = {f"N{number:03}": LAZURIA.keys.public for number in range(MAX_AUDIENCE)}
    parcel = seal(CONTENTS, sender="CRIMSON", keys=CRIMSON.keys, recipients=nodes, moment=minutes(0))
    again = SealedParcel.from_bytes(parcel.to_bytes())
    assert again.open("N255", [LAZURIA.keys]) == CONTENTS


# -- who sealed it ------------------------------------------------------------------------------------------------

SECOND = keys_of("CRIMSON second")
ROTATED = CRIMSON.credentials.succeed(CRIMSON.keys, issued=minutes(10), new=SECOND)
REVOKED = CRIMSON.credentials.succeed(CRIMSON.keys, issued=minutes(10), revoked="the keys were copied")


@pytest.mark.parametrize(
    ("chain", "keys", "minute", "message"),
    [
        pytest.param(CRIMSON.credentials, CRIMSON.keys, 5, None, id="the only keys"),
        pytest.param(ROTATED, CRIMSON.keys, 5, None, id="old keys before the rotation"),
        pytest.param(ROTATED, SECOND, 15, None, id="new keys after the rotation"),
        pytest.param(ROTATED, CRIMSON.keys, 15, "keys that CRIMSON had replaced", id="old keys after the rotation"),
        pytest.param(REVOKED, CRIMSON.keys, 10, "keys that CRIMSON had revoked", id="revoked keys"),
        pytest.param(CRIMSON.credentials, SECOND, 5, "not in its credentials", id="keys not yet known"),
        pytest.param(LAZURIA.credentials, CRIMSON.keys, 5, "not in its credentials", id="another node's credentials"),
    ],
)
def test_a_parcel_is_signed_by_keys_in_force(
    chain: Credentials, keys: PrivateKeys, minute: float, message: str | None
) -> None:
    parcel = parcel_of(sender=dataclasses.replace(CRIMSON, keys=keys), minute=minute)
    if message is None:
        parcel.verify(chain)
        return
    with pytest.raises(CredentialsError, match=message):
        parcel.verify(chain)


@pytest.mark.parametrize("name", ["ed25519", "mldsa65"])
def test_one_good_signature_of_the_two_is_not_enough(name: str) -> None:
    mixed = dataclasses.replace(PARCEL, **{name: getattr(parcel_of(), name)})
    with pytest.raises(SignatureError, match=r"parcel from CRIMSON: the .* signature does not verify"):
        SealedParcel.from_bytes(mixed.to_bytes()).verify(CRIMSON.credentials)


def test_a_changed_header_or_content_is_refused_by_who_cannot_open_it() -> None:
    ciphertext = bytes([PARCEL.ciphertext[0] ^ 1]) + PARCEL.ciphertext[1:]
    for data in (
        bent(at="2026-11-24T08:36:00.000Z"),
        bent(id="0" * 32),
        bent(credentials=...),
        dataclasses.replace(PARCEL, ciphertext=ciphertext).to_bytes(),
    ):
        with pytest.raises(SignatureError, match="parcel from CRIMSON"):
            SealedParcel.from_bytes(data).verify(CRIMSON.credentials)


def resigned(parcel: SealedParcel, by: Player, **changes: Any) -> SealedParcel:
    """What a thief of the bytes can make of them: any header, signed with the thief's own keys."""
    header = {**parcel.header, **changes}
    line = canonical_bytes(header)
    signed = pae("application/vnd.verbale.parcel", line + hashlib.sha256(parcel.ciphertext).digest())
    ed25519, mldsa65 = by.keys.sign(signed)
    return SealedParcel(header, line, parcel.ciphertext, ed25519, mldsa65)


def test_nobody_can_pass_off_another_nodes_parcel_as_its_own() -> None:
    stolen = resigned(parcel_of(), FORUM, **{"from": "FORUM", "key": FORUM.keys.public.fingerprint("FORUM")})
    stolen.verify(FORUM.credentials)
    with pytest.raises(SealError, match="does not open with the keys"):
        stolen.open("LAZURIA", [LAZURIA.keys])


def test_a_wrap_opens_in_its_own_parcel_only() -> None:
    one, other = parcel_of(), parcel_of()
    with pytest.raises(SealError, match="does not open with the keys"):
        resigned(one, CRIMSON, to=other.header["to"]).open("LAZURIA", [LAZURIA.keys])


def test_a_wrap_taken_away_changes_the_parcel() -> None:
    parcel = parcel_of(CONTENTS, LAZURIA, FORUM)
    # The wraps alone stay out of the HPKE info; the whole header is associated data of the content.
    wraps = [{**item, "wrap": "" if item["node"] == "FORUM" else item["wrap"]} for item in parcel.header["to"]]
    with pytest.raises(SealError, match="changed after it was sealed"):
        resigned(parcel, CRIMSON, to=wraps).open("LAZURIA", [LAZURIA.keys])


@pytest.mark.parametrize(
    "wrap",
    [pytest.param("", id="empty"), pytest.param(b64(bytes(1168)), id="zeros"), pytest.param(b64(b"x"), id="short")],
)
def test_a_wrap_that_is_none_is_refused(wrap: str) -> None:
    with pytest.raises(SealError, match="does not open with the keys of this node"):
        resigned(parcel_of(), CRIMSON, to=[{**TO, "wrap": wrap}]).open("LAZURIA", [LAZURIA.keys])
    with pytest.raises(MalformedError, match="parcel header: wrap is not base64"):
        resigned(parcel_of(), CRIMSON, to=[{**TO, "wrap": "?"}]).open("LAZURIA", [LAZURIA.keys])


def test_a_wrap_has_1168_bytes() -> None:
    assert len(from_b64(TO["wrap"], "wrap")) == 1088 + 32 + 32 + 16


@pytest.mark.parametrize("length", [0, 5, 31, 33])
def test_a_content_key_of_a_wrong_length_is_refused(length: int) -> None:
    parcel = parcel_of()
    wrap = LAZURIA.keys.public.wrap(bytes(length), module._info(parcel.header))
    with pytest.raises(SealError, match="changed after it was sealed"):
        resigned(parcel, CRIMSON, to=[{**TO, "wrap": b64(wrap)}]).open("LAZURIA", [LAZURIA.keys])


# -- pouches ------------------------------------------------------------------------------------------------------


def test_a_pouch_carries_its_senders_credentials() -> None:
    again = SealedParcel.from_bytes(PARCEL.to_bytes())
    carried = again.carried_credentials()
    assert carried == CRIMSON.credentials
    again.verify(carried)


def test_a_parcel_on_the_wire_carries_none() -> None:
    assert parcel_of().carried_credentials() is None


def test_credentials_of_somebody_else_are_refused() -> None:
    with pytest.raises(CredentialsError, match="parcel from CRIMSON carries the credentials of LAZURIA"):
        parcel_of(carried=LAZURIA.credentials).carried_credentials()


@pytest.mark.parametrize("value", [pytest.param(5, id="a number"), pytest.param({}, id="an empty object")])
def test_carried_credentials_that_are_none_are_refused(value: Any) -> None:
    with pytest.raises(MalformedError, match="credentials must be an object"):
        SealedParcel.from_bytes(bent(credentials=value)).carried_credentials()
