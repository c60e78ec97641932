"""The exchange with a partner: delivery, receipts, heads and cosignatures, and a partner that misbehaves."""

import contextlib
import time
from typing import Any

import pytest
from django.utils import timezone

from tests.node.world import US, Peer, note_body
from verbale.matters.channel.fold import channel_id
from verbale.node.errors import PartnerError
from verbale.node.exchange import messages
from verbale.node.exchange.client import Unreachable, exchange
from verbale.node.exchange.delivery import back_off, claim, run_once, serve_partner
from verbale.node.exchange.server import Refusal, answer
from verbale.node.models import ActRecord, CosignatureRecord, Delivery
from verbale.node.services import Clearance, Outgoing, issue
from verbale.protocol import PrivateKeys, Receipt

pytestmark = pytest.mark.django_db

CLEARED = Clearance("desk", "head")


@pytest.fixture
def lazuria() -> Peer:
    return Peer("LZ", "Republic of Lazuria").befriend()


def _say(number: str = "1/2026", precedence: str = "ROUTINE") -> ActRecord:
    outgoing = Outgoing(
        "channel.note", note_body(number), ("LZ",), matter=channel_id((US, "LZ")), precedence=precedence
    )
    return issue(outgoing, clearance=CLEARED)


def _delivery(record: ActRecord) -> Delivery:
    return Delivery.objects.get(act=record)


def _serve(peer: Peer) -> bool:
    return serve_partner(peer.partner, peer.http())


# -- we deliver ------------------------------------------------------------------------------------------------------


def test_a_delivery_ends_with_a_receipt_that_verifies(lazuria: Peer) -> None:
    record = _say()
    assert run_once(lazuria.http()) == 1
    delivery = _delivery(record)
    assert delivery.status == "delivered"
    receipt = Receipt.from_bytes(bytes(delivery.receipt))
    assert (receipt.holder, receipt.leaf.act) == ("LZ", record.id)
    receipt.verify({"LZ": lazuria.credentials})
    assert lazuria.partner.failing_since is None


def test_a_receipt_that_does_not_verify_leaves_the_act_queued_with_the_reason(lazuria: Peer) -> None:
    record = _say()
    lazuria.break_receipts = True
    _serve(lazuria)
    delivery = _delivery(record)
    assert delivery.status == "queued"
    assert "the receipt does not hold" in delivery.failure
    assert delivery.next_at > time.time()


def test_a_lost_answer_is_asked_for_again_and_the_act_recorded_once(lazuria: Peer) -> None:
    record = _say()
    lazuria.lose_answers = 1
    _serve(lazuria)
    assert _delivery(record).status == "queued"
    Delivery.objects.update(next_at=0)
    _serve(lazuria)
    assert _delivery(record).status == "delivered"
    assert lazuria.tree.size == 1


def test_what_a_partner_refuses_is_marked_and_not_sent_again(lazuria: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    record = _say()
    refused = {"act": record.id, "status": "refused", "reason": "We do not take this.", "receipt": None}
    monkeypatch.setattr(lazuria, "_result", lambda act: refused)
    _serve(lazuria)
    delivery = _delivery(record)
    assert (delivery.status, delivery.failure) == ("refused", "We do not take this.")
    assert not claim("LZ")


def test_a_partner_that_is_away_is_tried_again_later_each_time(lazuria: Peer) -> None:
    record = _say()
    lazuria.down = True
    waits = []
    for _ in range(6):
        Delivery.objects.update(next_at=0)
        _serve(lazuria)
        waits.append(_delivery(record).next_at - time.time())
    assert waits[5] > 4 * waits[0]
    assert _delivery(record).attempts == 6
    assert "cannot be reached" in lazuria.partner.last_failure
    assert lazuria.partner.failing_since is not None
    lazuria.down = False
    Delivery.objects.update(next_at=0)
    _serve(lazuria)
    assert _delivery(record).status == "delivered"
    assert lazuria.partner.failing_since is None


@pytest.mark.parametrize(("rank", "ceiling"), [(0, 10), (1, 60), (2, 300), (3, 900)])
def test_the_pause_doubles_up_to_a_ceiling_by_precedence(rank: int, ceiling: float) -> None:
    pauses = [back_off(attempt, rank) for attempt in range(40)]
    assert 0.3 < pauses[0] <= 0.5
    assert max(pauses) <= ceiling
    assert min(pauses[20:]) >= 0.7 * ceiling


def test_flash_goes_first_then_the_oldest(lazuria: Peer) -> None:
    first, flash, second = _say("1/2026"), _say("2/2026", "FLASH"), _say("3/2026")
    assert [delivery.act_id for delivery in claim("LZ")] == [flash.id, first.id, second.id]


def test_what_one_worker_has_in_hand_no_other_takes(lazuria: Peer) -> None:
    _say()
    assert len(claim("LZ")) == 1
    assert claim("LZ") == []
    Delivery.objects.update(leased_until=time.time() - 1)  # the first one died
    assert len(claim("LZ")) == 1


def test_a_greeting_exchanges_heads_and_cosignatures(lazuria: Peer) -> None:
    _say()
    for _ in range(3):
        exchange(lazuria.partner, [], lazuria.http())
    assert CosignatureRecord.objects.filter(node="LZ").exists()
    partner = lazuria.partner
    assert partner.cosignature
    assert partner.cosignature_told
    assert partner.knows_size == 1


@pytest.mark.parametrize(
    "reply", [b"", b"<html>", b"verbale-parcel/1\n{}\n"], ids=["empty", "a page", "no lawful parcel"]
)
def test_an_answer_that_is_none_counts_as_unreachable(lazuria: Peer, reply: bytes) -> None:
    import httpx

    client = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, content=reply)))
    with pytest.raises(Unreachable):
        exchange(lazuria.partner, [], client)


@pytest.mark.parametrize(
    "results", [None, 5, "x", [5], [{"act": ["list"]}], [{"act": {}}], [{}]], ids=lambda value: repr(value)
)
def test_results_that_make_no_sense_leave_everything_queued(lazuria: Peer, results: Any, monkeypatch: Any) -> None:
    record = _say()
    told = lazuria.manifest
    monkeypatch.setattr(lazuria, "manifest", lambda: told())
    monkeypatch.setattr(lazuria, "_result", lambda act: {})
    original = lazuria._answer

    def bent(request: Any) -> Any:
        import httpx

        from tests.node.world import now
        from verbale.node.identity import local
        from verbale.protocol import Contents, seal

        original(request)
        reply = seal(
            Contents({**told(), "results": results}),
            sender="LZ",
            keys=lazuria.keys,
            recipients={US: local().keys.public},
            moment=now(),
        )
        return httpx.Response(200, content=reply.to_bytes())

    monkeypatch.setattr(lazuria, "_answer", bent)
    _serve(lazuria)
    assert _delivery(record).status == "queued"


# -- they deliver ----------------------------------------------------------------------------------------------------


def test_an_act_that_arrives_is_answered_with_a_receipt(lazuria: Peer) -> None:
    act, envelope = lazuria.note()
    (result,) = lazuria.send([(act, envelope)])
    assert (result["act"], result["status"]) == (act.id, "accepted")
    assert lazuria.partner.last_contact is not None
    (again,) = lazuria.send([(act, envelope)])
    assert again["status"] == "duplicate"


def test_a_parcel_of_a_stranger_is_refused() -> None:
    with pytest.raises(Refusal, match="not a confirmed partner") as refusal:
        answer(Peer("XX", "Republic of Nowhere").parcel())
    assert refusal.value.status == 403


def test_a_changed_parcel_is_refused(lazuria: Peer) -> None:
    data = bytearray(lazuria.parcel([lazuria.note()[1]]))
    for place in (20, len(data) // 2, len(data) - 4000, len(data) - 5):
        bent = bytes([*data[:place], data[place] ^ 1, *data[place + 1 :]])
        with pytest.raises(Refusal):
            answer(bent)
    assert ActRecord.objects.count() == 0


def test_other_keys_in_a_partners_name_are_refused_loudly(lazuria: Peer) -> None:
    lazuria.keys = PrivateKeys.generate()
    with pytest.raises(Refusal) as refusal:
        answer(lazuria.parcel())
    assert refusal.value.status == 403
    assert "keys that are not the pinned ones" in lazuria.partner.alarm


def test_other_credentials_in_a_partners_name_are_refused_loudly(lazuria: Peer) -> None:
    impostor = Peer("LZ", "Republic of Lazuria")
    with pytest.raises(Refusal):
        answer(impostor.parcel(carry=True))
    assert "do not continue the pinned ones" in lazuria.partner.alarm


def test_a_signed_rotation_is_followed_without_an_alarm(lazuria: Peer) -> None:
    before = lazuria.partner.fingerprint
    lazuria.rotate()
    (result,) = lazuria.send([lazuria.note()])
    assert result["status"] == "accepted"
    partner = lazuria.partner
    assert partner.alarm == ""
    assert partner.fingerprint != before


def test_a_revocation_ends_the_exchange(lazuria: Peer) -> None:
    lazuria.credentials = lazuria.credentials.succeed(lazuria.keys, issued=timezone.now(), revoked="keys were stolen")
    with pytest.raises(Refusal):
        answer(lazuria.parcel(carry=True))
    assert lazuria.partner.status == "blocked"
    assert "keys were stolen" in lazuria.partner.alarm


def test_a_rewritten_register_raises_an_alarm_and_is_not_cosigned(lazuria: Peer) -> None:
    lazuria.send([lazuria.note("1/2026")])
    for number in range(3):
        lazuria.record(lazuria.note(f"{number}/2025")[0])
    lazuria.send([lazuria.note("2/2026")])
    cosigned = lazuria.partner.cosignature
    lazuria.forget()
    for number in range(5):
        lazuria.record(lazuria.note(f"{number}/2024")[0])
    lazuria.we_know = 3
    with pytest.raises(Refusal, match="does not continue") as refusal:
        answer(lazuria.parcel([lazuria.note("3/2026")[1]]))
    assert refusal.value.status == 409
    assert "rewritten" in lazuria.partner.alarm
    assert lazuria.partner.cosignature == cosigned
    assert ActRecord.objects.count() == 2


def test_a_register_that_shrank_raises_an_alarm(lazuria: Peer) -> None:
    for number in range(3):
        lazuria.record(lazuria.note(f"{number}/2025")[0])
    lazuria.send([])
    lazuria.forget()
    with pytest.raises(Refusal):
        answer(lazuria.parcel())
    assert "it held 3 entries" in lazuria.partner.alarm


def test_two_registers_of_one_size_raise_an_alarm(lazuria: Peer) -> None:
    lazuria.record(lazuria.note("1/2025")[0])
    lazuria.send([])
    lazuria.forget()
    lazuria.record(lazuria.note("2/2025")[0])
    with pytest.raises(Refusal):
        answer(lazuria.parcel())
    assert "two different registers of 1 entries" in lazuria.partner.alarm


def test_a_head_that_was_overtaken_on_its_way_raises_no_alarm(lazuria: Peer) -> None:
    lazuria.record(lazuria.note("1/2025")[0])
    late = lazuria.parcel()
    lazuria.record(lazuria.note("2/2025")[0])
    lazuria.send([])
    answer(late)
    assert lazuria.partner.alarm == ""


def test_a_head_that_continues_is_cosigned(lazuria: Peer) -> None:
    for number in range(7):
        lazuria.record(lazuria.note(f"{number}/2025")[0])
        lazuria.send([])
    partner = lazuria.partner
    from verbale.node.identity import local
    from verbale.protocol import Checkpoint, Cosignature, verify_checkpoint

    head = Checkpoint.parse(partner.head_note)
    assert head.size == 7
    cosigned = head.with_cosignatures([Cosignature.parse(partner.cosignature)])
    verify_checkpoint(cosigned, {"LZ": lazuria.credentials, US: local().credentials})


def _bend(path: str, value: Any) -> Any:
    def bend(manifest: dict[str, Any]) -> dict[str, Any]:
        keys = path.split(".")
        inner = manifest
        for key in keys[:-1]:
            inner = inner[key]
        inner[keys[-1]] = value
        return manifest

    return bend


@pytest.mark.parametrize(
    "bend",
    [
        pytest.param(_bend(path, value), id=f"{path}={value!r}")
        for path, value in [
            ("v", 2),
            ("v", True),
            ("purpose", "other"),
            ("head", None),
            ("head", []),
            ("head.checkpoint", "x"),
            ("head.checkpoint", 5),
            ("head.from", "x"),
            ("head.from", -1),
            ("head.consistency", 5),
            ("head.consistency", ["x"]),
            ("head.consistency", [5]),
            ("known", "x"),
            ("known", -5),
            ("known", 10**9),
            ("cosignature", 5),
            ("cosignature", {"size": 1, "text": "x"}),
            ("cosignature", {"size": "x", "text": "x"}),
            ("colour", {"a": 1}),
            ("colour", "red"),
        ]
    ],
)
def test_a_malformed_message_is_refused_or_passed_over_and_never_breaks_us(lazuria: Peer, bend: Any) -> None:
    lazuria.record(lazuria.note("1/2025")[0])
    lazuria.send([])
    lazuria.record(lazuria.note("2/2025")[0])
    data = lazuria.parcel(manifest=bend(lazuria.manifest()))
    with contextlib.suppress(Refusal):
        answer(data)
    # Whatever it was, the next lawful word is heard.
    partner = lazuria.partner
    messages.build(partner)
    lazuria.we_know = 1
    if not partner.alarm:
        assert lazuria.send([lazuria.note("1/2026")])[0]["status"] == "accepted"


def test_reading_a_message_names_what_is_wrong(lazuria: Peer) -> None:
    with pytest.raises(PartnerError, match="not one of this exchange"):
        messages.read(lazuria.partner, {"v": 3})
