"""The pouch: the same acts and the same doors, where there is no network between."""

import pytest

from tests.node.world import US, Peer, note_body
from verbale.matters.channel.fold import channel_id
from verbale.node.errors import PartnerError, UserError
from verbale.node.models import ActRecord, AuditEntry, Delivery
from verbale.node.pouches import open_pouch, pack_pouch
from verbale.node.services import Clearance, Outgoing, issue
from verbale.protocol import ProtocolError, SealedParcel, parse_act

pytestmark = pytest.mark.django_db


@pytest.fixture
def lazuria() -> Peer:
    return Peer("LZ", "Republic of Lazuria").befriend()


def _say(number: str = "1/2026") -> ActRecord:
    outgoing = Outgoing("channel.note", note_body(number), ("LZ",), matter=channel_id((US, "LZ")))
    return issue(outgoing, clearance=Clearance("desk", "head"))


def test_a_pouch_holds_what_waits_and_receipts_for_what_came(lazuria: Peer) -> None:
    theirs, envelope = lazuria.note()
    open_pouch(lazuria.parcel([envelope], carry=True), "courier")
    record = _say()
    data, count = pack_pouch(lazuria.partner, "courier")
    assert count == 1
    parcel = SealedParcel.from_bytes(data)
    assert parcel.carried_credentials() is not None
    contents = parcel.open("LZ", [lazuria.keys])
    assert [parse_act(item.payload).id for item in contents.envelopes] == [record.id]
    assert [item["leaf"]["act"] for item in contents.manifest["receipts"]] == [theirs.id]
    assert Delivery.objects.get().status == "queued"  # only a receipt ends it
    assert Delivery.objects.get().pouched_at is not None


def test_a_receipt_that_comes_back_by_pouch_ends_the_delivery(lazuria: Peer) -> None:
    record = _say()
    lazuria.take(pack_pouch(lazuria.partner, "courier")[0])
    lazuria.record(record.act)
    manifest = {**lazuria.manifest(), "receipts": [lazuria.receipt(record.id).to_json()]}
    opened = open_pouch(lazuria.parcel(manifest=manifest, carry=True), "courier")
    assert opened.receipts == 1
    assert Delivery.objects.get().status == "delivered"


@pytest.mark.parametrize("receipts", [None, 5, [5], [{}], [{"leaf": {"act": 5}}], [{"leaf": {"act": "x"}}]])
def test_receipts_that_are_none_change_nothing(lazuria: Peer, receipts: object) -> None:
    _say()
    opened = open_pouch(lazuria.parcel(manifest={**lazuria.manifest(), "receipts": receipts}, carry=True), "courier")
    assert opened.receipts == 0
    assert Delivery.objects.get().status == "queued"


def test_opening_a_pouch_twice_records_its_acts_once(lazuria: Peer) -> None:
    data = lazuria.parcel([lazuria.note()[1]], carry=True)
    first, second = open_pouch(data, "courier"), open_pouch(data, "courier")
    assert [first.outcomes[0].status, second.outcomes[0].status] == ["accepted", "duplicate"]
    assert ActRecord.objects.count() == 1
    assert AuditEntry.objects.filter(verb="opened pouch").count() == 2


def test_a_pouch_carries_acts_of_others_as_far_as_they_are_addressed_to_us(lazuria: Peer) -> None:
    verdia = Peer("VD", "Republic of Verdia").befriend()
    opened = open_pouch(lazuria.parcel([verdia.note()[1]], carry=True), "courier")
    assert opened.outcomes[0].status == "accepted"


def test_a_pouch_of_a_stranger_is_refused(lazuria: Peer) -> None:
    with pytest.raises(PartnerError, match="not a confirmed partner"):
        open_pouch(Peer("XX", "Republic of Nowhere").parcel(carry=True), "courier")


def test_a_changed_pouch_is_refused_and_nothing_taken_in(lazuria: Peer) -> None:
    data = bytearray(lazuria.parcel([lazuria.note()[1]], carry=True))
    data[-4000] ^= 4
    with pytest.raises(ProtocolError):
        open_pouch(bytes(data), "courier")
    assert ActRecord.objects.count() == 0


def test_nothing_is_packed_for_a_partner_that_is_not_confirmed(lazuria: Peer) -> None:
    partner = lazuria.partner
    partner.status = "blocked"
    with pytest.raises(UserError):
        pack_pouch(partner, "courier")
