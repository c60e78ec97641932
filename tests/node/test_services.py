"""The two doors. First that they work, then what must not come in or go out."""

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection

from tests.node.world import US, Peer, note_body, now
from verbale.matters.channel.fold import channel_id
from verbale.node import attachments
from verbale.node.errors import ClearanceError, UserError
from verbale.node.models import ActRecord, Attachment, Delivery, Matter, RegisterHead
from verbale.node.services import Clearance, Outgoing, issue, issue_many, receive
from verbale.protocol import PrivateKeys, parse_act, sign_act
from verbale.protocol.canonical import canonical_bytes

CLEARED = Clearance("desk", "head")

pytestmark = pytest.mark.django_db


@pytest.fixture
def lazuria() -> Peer:
    return Peer("LZ", "Republic of Lazuria").befriend()


def _note(number: str = "1/2026", **fields: object) -> Outgoing:
    return Outgoing(
        "channel.note",
        note_body(number),
        fields.pop("audience", ("LZ",)),
        matter=channel_id((US, "LZ")),
        **fields,
    )


# -- issue -----------------------------------------------------------------------------------------------------------


def test_a_cleared_note_is_signed_recorded_folded_and_queued(lazuria: Peer) -> None:
    record = issue(_note(precedence="FLASH"), clearance=CLEARED)
    assert record.effective
    delivery = Delivery.objects.get(act=record)
    assert (delivery.node, delivery.rank, delivery.status) == ("LZ", 0, "queued")
    assert Matter.objects.get(pk=record.matter_id).parties == [US, "LZ"]
    record.envelope.verify(_our_keys())


def _our_keys():
    from verbale.node.identity import local

    return local().keys.public


def test_without_clearance_nothing_leaves(lazuria: Peer) -> None:
    with pytest.raises(ClearanceError, match="second person"):
        issue(_note())
    assert ActRecord.objects.count() == 0


def test_who_drafts_does_not_clear() -> None:
    with pytest.raises(ClearanceError):
        Clearance("desk", "desk")


def test_an_act_for_the_house_needs_no_clearance() -> None:
    record = issue(Outgoing("incident.open", {"title": "A case"}))
    assert record.audience == []
    assert Delivery.objects.count() == 0


def test_several_acts_are_issued_all_or_none(lazuria: Peer) -> None:
    with pytest.raises(UserError):
        issue_many([_note("1/2026"), _note("2/2026", audience=("XX",))], clearance=CLEARED)
    assert ActRecord.objects.count() == 0
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({"title": ""}, "title", id="a title must not be empty"),
        pytest.param({"title": "x", "sectors": "energy"}, "sectors", id="sectors are a list"),
        pytest.param({"title": "x", "occurred": "yesterday"}, "occurred", id="a day is a calendar date"),
        pytest.param({"title": "x", "attachments": [{"name": "a"}]}, "attachments[0]", id="an attachment has a hash"),
    ],
)
def test_an_unlawful_body_is_refused_and_its_field_named(body: dict, field: str) -> None:
    with pytest.raises(UserError) as refusal:
        issue(Outgoing("incident.open", body))
    assert refusal.value.field == field or field in str(refusal.value)
    assert ActRecord.objects.count() == 0


def test_a_partner_that_is_not_confirmed_is_sent_nothing(lazuria: Peer) -> None:
    partner = lazuria.partner
    partner.status = "blocked"
    partner.save()
    with pytest.raises(UserError, match="not a confirmed partner"):
        issue(_note(), clearance=CLEARED)


# -- receive ---------------------------------------------------------------------------------------------------------


def test_a_partners_note_comes_in_with_a_receipt_that_verifies(lazuria: Peer) -> None:
    act, envelope = lazuria.note()
    (outcome,) = receive([envelope], via="exchange")
    assert (outcome.status, outcome.reason) == ("accepted", None)
    assert outcome.receipt is not None
    assert outcome.receipt.leaf.act == act.id
    record = ActRecord.objects.get(pk=act.id)
    assert record.effective
    assert record.envelope == envelope
    assert bytes(record.payload) == act.canonical


def test_what_comes_twice_is_answered_twice_and_recorded_once(lazuria: Peer) -> None:
    _, envelope = lazuria.note()
    within = receive([envelope, envelope], via="exchange")
    later = receive([envelope], via="pouch")
    assert [outcome.status for outcome in (*within, *later)] == ["accepted", "duplicate", "duplicate"]
    assert all(outcome.receipt is not None for outcome in (*within, *later))
    assert RegisterHead.objects.get().size == 1


def _other_keys(peer: Peer) -> list:
    act, _ = peer.note()
    return [sign_act(act.canonical, PrivateKeys.generate())]


def _other_addressee(peer: Peer) -> list:
    return [peer.act("channel.note", note_body("1/2026"), audience=("XX",))[1]]


def _from_the_future(peer: Peer) -> list:
    return [peer.note(issued=now() + timedelta(minutes=6))[1]]


def _of_a_stranger(peer: Peer) -> list:
    return [Peer("XX", "Republic of Nowhere").note()[1]]


def _in_our_name(peer: Peer) -> list:
    return [peer.act("channel.note", note_body("1/2026"), author=US, audience=("LZ",))[1]]


def _not_canonical(peer: Peer) -> list:
    act, _ = peer.note()
    return [sign_act(act.canonical.replace(b'"v":1', b'"v": 1'), peer.keys)]


def _of_a_third_node(peer: Peer) -> list:
    return [Peer("VD", "Republic of Verdia").befriend().note()[1]]


def _after_revocation(peer: Peer) -> list:
    peer.credentials = peer.credentials.succeed(peer.keys, issued=now() - timedelta(hours=1), revoked="stolen")
    partner = peer.partner
    partner.chain = peer.credentials.to_bytes()
    partner.save()
    return [peer.note()[1]]


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(_other_keys, "keys that are not in", id="signed with other keys"),
        pytest.param(_other_addressee, "is addressed to XX, not to CR", id="addressed to somebody else"),
        pytest.param(_from_the_future, "minutes ahead of our clock", id="dated too far ahead"),
        pytest.param(_of_a_stranger, "XX is not a confirmed partner", id="of a stranger"),
        pytest.param(_in_our_name, "claims to be ours", id="in our own name"),
        pytest.param(_not_canonical, "canonical", id="not in canonical form"),
        pytest.param(_of_a_third_node, "may not deliver acts of VD", id="of a third node, over the wire"),
        pytest.param(_after_revocation, "revoked", id="after a revocation"),
    ],
)
def test_an_act_is_refused_and_nothing_of_it_kept(lazuria: Peer, make: Callable[[Peer], list], reason: str) -> None:
    envelopes = make(lazuria)
    (outcome,) = receive(envelopes, [b"a file"], via="exchange", limit_to="LZ")
    assert outcome.status == "refused"
    assert reason in (outcome.reason or "")
    assert outcome.receipt is None
    assert (ActRecord.objects.count(), Matter.objects.count(), Attachment.objects.count()) == (0, 0, 0)


def test_one_bad_act_does_not_hold_up_the_others(lazuria: Peer) -> None:
    good = [lazuria.note(f"{n}/2026")[1] for n in (1, 2)]
    outcomes = receive([good[0], *_other_keys(lazuria), good[1]], via="exchange")
    assert [outcome.status for outcome in outcomes] == ["accepted", "refused", "accepted"]


def test_a_file_is_kept_only_when_an_accepted_act_names_it(lazuria: Peer) -> None:
    named, other = b"the enclosure", b"something else"
    body = {"attachments": [attachments.describe(named, "a.txt", "text/plain")]}
    receive([lazuria.note(body=body)[1]], [named, other], via="exchange")
    assert attachments.load(hashlib.sha256(named).hexdigest()) == named
    assert attachments.load(hashlib.sha256(other).hexdigest()) is None


def test_an_act_of_an_unknown_type_is_kept_without_effect(lazuria: Peer) -> None:
    act, envelope = lazuria.act("treaty.denounce", {"why": "of the future"})
    (outcome,) = receive([envelope], via="exchange")
    assert outcome.status == "accepted"
    record = ActRecord.objects.get(pk=act.id)
    assert not record.effective
    assert record.about == ["treaty.denounce"]


def test_an_act_of_a_newer_version_is_kept_byte_for_byte(lazuria: Peer) -> None:
    act, _ = lazuria.note()
    import orjson

    newer = canonical_bytes({**orjson.loads(act.canonical), "v": 2, "zone": "of the future"})
    envelope = sign_act(newer, lazuria.keys)
    receive([envelope], via="exchange")
    record = ActRecord.objects.get(pk=parse_act(newer).id)
    assert bytes(record.payload) == newer
    assert record.act.unknown == ("zone",)
    assert record.envelope == envelope


@pytest.mark.django_db(transaction=True)
def test_deliveries_at_the_same_time_record_each_act_once() -> None:
    peer = Peer("LZ", "Republic of Lazuria").befriend()
    envelopes = [peer.note(f"{n}/2026")[1] for n in range(12)]

    def deliver(start: int) -> None:
        try:
            receive(envelopes[start:] + envelopes[:start], via="exchange")
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deliver, (0, 3, 6, 9)))
    assert sorted(ActRecord.objects.values_list("index", flat=True)) == list(range(12))
    assert RegisterHead.objects.get().size == 12
