"""Disclosures: what is shown is what was exchanged, and nothing in the file can be changed unnoticed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verbale.protocol import (
    Credentials,
    Kept,
    Leaf,
    PrivateKeys,
    ProtocolError,
    Receipt,
    make_act,
    sign_act,
    sign_checkpoint,
    verify_disclosure,
    verify_file,
    write_disclosure,
)
from verbale.protocol.merkle import MemoryTree

THEN = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEYS = {node: PrivateKeys.generate() for node in ("CR", "LZ")}
CREDENTIALS = {
    node: Credentials.create(keys, node=node, name=node, kind="state", endpoint="", issued=THEN - timedelta(days=1))
    for node, keys in KEYS.items()
}


def act(text: str = "said"):
    return make_act(type="x.say", author="CR", audience=["LZ"], matter=None, issued=THEN, body={"text": text})


def receipt(identifier: str) -> Receipt:
    leaf = Leaf(identifier, "2026-11-24T09:00:01.000Z")
    head = sign_checkpoint("LZ", 1, MemoryTree([leaf.hash()]).root(), THEN + timedelta(seconds=2), KEYS["LZ"])
    return Receipt(leaf, 0, (), head)


ACT = act()
KEPT = Kept("a" * 64, "LZ", "2026-11-24T08:00:00.000Z", "marking")
LINES = list(
    write_disclosure(
        CREDENTIALS.values(), [(sign_act(ACT.canonical, KEYS["CR"]), [receipt(ACT.id)], ["b" * 64])], [KEPT]
    )
)


def test_what_is_shown_is_what_was_exchanged() -> None:
    found = verify_disclosure(LINES, {"CR": CREDENTIALS["CR"]})
    (shown,) = found.disclosed
    assert shown.act == ACT
    assert [(item.holder, item.leaf.act) for item in shown.receipts] == [("LZ", ACT.id)]
    assert shown.withheld == ("b" * 64,)
    assert found.kept == (KEPT,)


@given(st.data())
def test_no_bit_can_change(data: st.DataObject) -> None:
    whole = bytearray(b"".join(LINES))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] ^= 1 << data.draw(st.integers(0, 7))
    try:
        found = verify_disclosure(bytes(whole).splitlines(keepends=True), CREDENTIALS)
    except ProtocolError:
        return
    # What the bundle says of acts that are kept back, and of files held back, is the word of who discloses.
    assert found.disclosed[0].act == ACT


def test_keys_that_are_not_the_pinned_ones_are_refused() -> None:
    other = Credentials.create(
        PrivateKeys.generate(), node="CR", name="CR", kind="state", endpoint="", issued=THEN - timedelta(days=1)
    )
    with pytest.raises(ProtocolError):
        verify_disclosure(LINES, {"CR": other})


def test_a_receipt_for_another_act_is_refused() -> None:
    lines = write_disclosure(
        CREDENTIALS.values(), [(sign_act(ACT.canonical, KEYS["CR"]), [receipt(act("other").id)], [])], []
    )
    with pytest.raises(ProtocolError, match="another act"):
        verify_disclosure(lines)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (LINES[:-1], "cut off"),
        ([LINES[0], LINES[2], LINES[3]], "does not end where it says"),
        ([LINES[0], LINES[1], LINES[1], LINES[3]], "tells one act twice"),
        (LINES[1:], "no disclosure"),
        ([LINES[0].rstrip(b"\n"), *LINES[1:]], "no line end"),
    ],
)
def test_a_file_that_is_none_is_refused(lines: list[bytes], reason: str) -> None:
    with pytest.raises(ProtocolError, match=reason):
        verify_disclosure(lines, CREDENTIALS)


def test_the_offline_check_knows_the_file(tmp_path: Path) -> None:
    file = tmp_path / "disclosure.jsonl"
    file.write_bytes(b"".join(LINES))
    finding = verify_file(file, CREDENTIALS)
    assert (finding.kind, finding.holds) == ("disclosure", True)
    file.write_bytes(b"".join(LINES).replace(b'"withheld"', b'"withhold"'))
    assert not verify_file(file, CREDENTIALS).holds
