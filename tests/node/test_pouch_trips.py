"""Whole trips of pouches, there and back, beyond the first cases of test_pouches."""

from typing import Any

import pytest

from tests.node.world import US, Peer, note_body, now
from verbale.matters.channel.fold import channel_id
from verbale.node import attachments
from verbale.node.errors import PartnerError
from verbale.node.models import ActRecord, AuditEntry, CosignatureRecord, Delivery, Partner
from verbale.node.pouches import open_pouch, pack_pouch
from verbale.node.services import Clearance, Outgoing, issue
from verbale.protocol import ProtocolError, SealedParcel, parse_act

pytestmark = pytest.mark.django_db


def say(number: str = "1/2026", **body: Any) -> ActRecord:
    outgoing = Outgoing("channel.note", note_body(number, **body), ("LZ",), matter=channel_id((US, "LZ")))
    return issue(outgoing, clearance=Clearance("ada", "tomas"))


def opened_there(lazuria: Peer, data: bytes) -> list[str]:
    """Lazuria takes our pouch in; the acts in it."""
    contents = SealedParcel.from_bytes(data).open("LZ", [lazuria.keys])
    lazuria.take(data)
    acts = [parse_act(envelope.payload) for envelope in contents.envelopes]
    for act in acts:
        lazuria.record(act)
    return [act.id for act in acts]


def back(lazuria: Peer, *acts: str, envelopes: Any = ()) -> bytes:
    """A pouch of Lazuria with receipts for those acts."""
    receipts = [lazuria.receipt(act).to_json() for act in acts]
    return lazuria.parcel(list(envelopes), manifest={**lazuria.manifest(), "receipts": receipts}, carry=True)


def test_there_and_back_ends_the_delivery_and_cosigns_both_registers(lazuria: Peer) -> None:
    record = say()
    acts = opened_there(lazuria, pack_pouch(lazuria.partner, "courier")[0])
    assert acts == [record.id]
    opened = open_pouch(back(lazuria, *acts, envelopes=[lazuria.note()[1]]), "courier")
    assert (opened.sender, opened.receipts, [o.status for o in opened.outcomes]) == ("LZ", 1, ["accepted"])
    assert Delivery.objects.get().status == "delivered"
    assert CosignatureRecord.objects.get().node == "LZ"
    assert lazuria.partner.cosignature  # ours on theirs goes with the next pouch
    manifest = lazuria.take(pack_pouch(lazuria.partner, "courier")[0])
    assert manifest["cosignature"]["size"] == 1


def test_a_pouch_may_be_packed_again_until_the_receipt_is_back(lazuria: Peer) -> None:
    say()
    assert [pack_pouch(lazuria.partner, "courier")[1] for _ in range(2)] == [1, 1]
    (act,) = opened_there(lazuria, pack_pouch(lazuria.partner, "courier")[0])
    open_pouch(back(lazuria, act), "courier")
    assert pack_pouch(lazuria.partner, "courier")[1] == 0
    assert pack_pouch(lazuria.partner, "courier", everything=True)[1] == 1


def test_what_the_partner_refused_is_not_packed_again(lazuria: Peer) -> None:
    say()
    Delivery.objects.update(status="refused")
    assert pack_pouch(lazuria.partner, "courier")[1] == 0


def test_flash_lies_on_top(lazuria: Peer) -> None:
    say("1/2026")
    flash = issue(
        Outgoing("channel.note", note_body("2/2026"), ("LZ",), matter=channel_id((US, "LZ")), precedence="FLASH"),
        clearance=Clearance("ada", "tomas"),
    )
    assert opened_there(lazuria, pack_pouch(lazuria.partner, "courier")[0])[0] == flash.id


def test_files_travel_in_the_pouch(lazuria: Peer) -> None:
    attachments.store([b"a file in a pouch"])
    say(attachments=[attachments.describe(b"a file in a pouch", "a.txt", "text/plain")])
    contents = SealedParcel.from_bytes(pack_pouch(lazuria.partner, "courier")[0]).open("LZ", [lazuria.keys])
    assert contents.attachments == (b"a file in a pouch",)


def test_a_receipt_is_taken_once(lazuria: Peer) -> None:
    say()
    (act,) = opened_there(lazuria, pack_pouch(lazuria.partner, "courier")[0])
    pouch = back(lazuria, act)
    assert [open_pouch(pouch, "courier").receipts for _ in range(2)] == [1, 0]


def test_a_receipt_with_other_keys_ends_nothing(lazuria: Peer) -> None:
    record = say()
    impostor = Peer("LZ", "Republic of Lazuria")
    impostor.record(record.act)
    manifest = {**lazuria.manifest(), "receipts": [impostor.receipt(record.id).to_json()]}
    assert open_pouch(lazuria.parcel(manifest=manifest, carry=True), "courier").receipts == 0
    assert Delivery.objects.get().status == "queued"


def test_a_pouch_brings_a_rotation(lazuria: Peer) -> None:
    lazuria.rotate()
    opened = open_pouch(lazuria.parcel([lazuria.note()[1]], carry=True), "courier")
    assert opened.outcomes[0].status == "accepted"
    assert lazuria.partner.credentials.current.serial == 2


def test_a_pouch_of_an_impostor_is_refused_loudly(lazuria: Peer) -> None:
    impostor = Peer("LZ", "Republic of Lazuria")
    with pytest.raises(PartnerError, match="do not continue"):
        open_pouch(impostor.parcel([impostor.note()[1]], carry=True), "courier")
    assert lazuria.partner.alarm
    assert not ActRecord.objects.exists()


def test_a_pouch_of_a_revoked_partner_is_refused_and_blocks_it(lazuria: Peer) -> None:
    lazuria.credentials = lazuria.credentials.succeed(lazuria.keys, issued=now(), revoked="stolen")
    with pytest.raises((PartnerError, ProtocolError)):
        open_pouch(lazuria.parcel([lazuria.note()[1]], carry=True), "courier")
    assert lazuria.partner.status == "blocked"
    assert not ActRecord.objects.exists()


def test_a_pouch_that_tells_of_a_rewritten_register_is_refused_loudly(lazuria: Peer) -> None:
    for number in range(3):
        lazuria.record(lazuria.note(f"{number}/2025")[0])
    open_pouch(lazuria.parcel(carry=True), "courier")
    lazuria.forget()
    with pytest.raises(PartnerError, match="does not continue"):
        open_pouch(lazuria.parcel([lazuria.note()[1]], carry=True), "courier")
    assert not ActRecord.objects.exists()


@pytest.mark.parametrize("data", [b"", b"verbale-parcel/1\n", b"PK\x03\x04", b"verbale-parcel/1\n{}\n"])
def test_a_file_that_is_no_pouch_is_refused(lazuria: Peer, data: bytes) -> None:
    with pytest.raises(ProtocolError):
        open_pouch(data, "courier")


def test_a_pouch_sealed_to_somebody_else_is_refused(lazuria: Peer) -> None:
    with pytest.raises(ProtocolError, match="sealed to VD"):
        open_pouch(lazuria.parcel(recipient="VD", carry=True), "courier")


def test_who_packed_and_opened_is_in_the_trail(lazuria: Peer) -> None:
    say()
    pack_pouch(lazuria.partner, "noor")
    open_pouch(lazuria.parcel(carry=True), "noor")
    trail = AuditEntry.objects.filter(who="noor").order_by("id")
    assert [entry.verb for entry in trail] == ["packed pouch", "opened pouch"]
    assert trail[0].detail.startswith("LZ: 1 acts, ")


def test_a_partner_that_has_no_address_lives_by_pouch_alone(lazuria: Peer) -> None:
    Partner.objects.update(endpoint="")
    record = say()
    assert opened_there(lazuria, pack_pouch(lazuria.partner, "courier")[0]) == [record.id]
