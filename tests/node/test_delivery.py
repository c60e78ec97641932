"""The outbox: what is sent again and when, what ends a delivery, and what a partner may answer without harm."""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.node.world import US, Peer, note_body
from verbale.matters.channel.fold import channel_id
from verbale.node import attachments
from verbale.node.errors import PartnerError
from verbale.node.exchange import messages
from verbale.node.exchange.client import exchange
from verbale.node.exchange.delivery import BATCH, LEASE_SECONDS, claim, run_once, serve_partner
from verbale.node.exchange.server import Refusal, answer
from verbale.node.models import ActRecord, Delivery, Notice, Partner
from verbale.node.register import receipts_for
from verbale.node.services import Clearance, Outgoing, issue, issue_many
from verbale.protocol import PRECEDENCES

pytestmark = pytest.mark.django_db
CLEARED = Clearance("ada", "tomas")
Bend = Callable[[Peer, dict[str, Any]], Any]


def outgoing(number: int, precedence: str = "ROUTINE", to: str = "LZ", **body: Any) -> Outgoing:
    matter = channel_id((US, to))
    return Outgoing("channel.note", note_body(f"{number}/2026", **body), (to,), matter, precedence=precedence)


def say(number: int = 1, precedence: str = "ROUTINE", **fields: Any) -> ActRecord:
    return issue(outgoing(number, precedence, **fields), clearance=CLEARED)


def serve(peer: Peer) -> bool:
    return serve_partner(peer.partner, peer.http())


def due_again() -> None:
    Delivery.objects.update(next_at=0, leased_until=0)


# -- receipts that are none -------------------------------------------------------------------------------------------


def another_act(peer: Peer, receipt: dict[str, Any]) -> Any:
    other = peer.note()[0]
    peer.record(other)
    return peer.receipt(other.id).to_json()


def another_holder(peer: Peer, receipt: dict[str, Any]) -> Any:
    verdia = Peer("VD", "Republic of Verdia").befriend()
    verdia.record(ActRecord.objects.get().act)
    return verdia.receipt(ActRecord.objects.get().id).to_json()


def our_own(peer: Peer, receipt: dict[str, Any]) -> Any:
    return next(iter(receipts_for([ActRecord.objects.get()]).values())).to_json()


def other_keys(peer: Peer, receipt: dict[str, Any]) -> Any:
    impostor = Peer("LZ", "Republic of Lazuria")
    impostor.record(ActRecord.objects.get().act)
    return impostor.receipt(ActRecord.objects.get().id).to_json()


def changed(**fields: Any) -> Bend:
    return lambda peer, receipt: {**receipt, **fields}


BAD_RECEIPTS: dict[str, Bend] = {
    "none at all": lambda peer, receipt: None,
    "a text": lambda peer, receipt: "thank you",
    "for another act": another_act,
    "of another node": another_holder,
    "our own": our_own,
    "signed with other keys": other_keys,
    "at another place": changed(index=7),
    "with a proof too long": changed(proof=["A" * 43 + "="]),
    "with a proof that is none": changed(proof=[5]),
    "of version 2": changed(v=2),
    "with a checkpoint that is none": changed(checkpoint="verbale/LZ\n1\n"),
    "with a leaf of another time": lambda peer, receipt: {
        **receipt,
        "leaf": {**receipt["leaf"], "at": "2020-01-01T00:00:00.000Z"},
    },
}


@pytest.mark.parametrize("bend", BAD_RECEIPTS.values(), ids=BAD_RECEIPTS)
def test_a_receipt_that_is_none_leaves_the_act_queued_with_the_reason(
    lazuria: Peer, bend: Bend, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = say()
    honest = lazuria._result
    monkeypatch.setattr(
        lazuria, "_result", lambda act: {**(told := honest(act)), "receipt": bend(lazuria, told["receipt"])}
    )
    serve(lazuria)
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.receipt) == ("queued", 1, None)
    assert "the receipt does not hold" in delivery.failure
    assert delivery.next_at > time.time()
    monkeypatch.undo()
    due_again()
    serve(lazuria)
    assert Delivery.objects.get().status == "delivered"
    assert lazuria.held[record.id][0] == 0  # recorded once, though it came twice


def test_a_result_for_an_act_that_was_not_sent_changes_nothing(lazuria: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    say()
    monkeypatch.setattr(lazuria, "_result", lambda act: {"act": "0" * 64, "status": "refused", "reason": "no"})
    serve(lazuria)
    assert Delivery.objects.get().status == "queued"


def test_results_may_come_in_any_order_and_more_than_once(lazuria: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    records = issue_many([outgoing(number) for number in range(1, 5)], clearance=CLEARED)
    honest = lazuria._result
    ids = [record.id for record in reversed(records)]
    shuffled = iter([ids[1], ids[0], ids[3], ids[2]])
    monkeypatch.setattr(lazuria, "_result", lambda act: honest(next(shuffled)))
    serve(lazuria)
    assert set(Delivery.objects.values_list("status", flat=True)) == {"delivered"}


# -- order, batches, leases -------------------------------------------------------------------------------------------


def test_what_waits_goes_by_precedence_then_by_age(lazuria: Peer) -> None:
    said = [say(number, precedence) for number, precedence in enumerate(reversed(PRECEDENCES * 2), start=1)]
    serve(lazuria)
    arrived = sorted(lazuria.held, key=lambda act: lazuria.held[act][0])
    expected = sorted(said, key=lambda record: (PRECEDENCES.index(record.precedence), record.index))
    assert arrived == [record.id for record in expected]


def test_flash_does_not_wait_behind_a_full_batch_of_routine(lazuria: Peer) -> None:
    issue_many([outgoing(number) for number in range(BATCH + 5)], clearance=CLEARED)
    flash = say(9_999, "FLASH")
    serve(lazuria)
    assert lazuria.held[flash.id][0] == 0
    assert len(lazuria.held) == BATCH
    assert run_once(lazuria.http()) == 1
    assert not Delivery.objects.exclude(status="delivered").exists()


def test_a_lease_that_ran_out_is_taken_over(lazuria: Peer) -> None:
    say()
    assert len(claim("LZ")) == 1
    assert claim("LZ") == []
    Delivery.objects.update(leased_until=time.time() - 1)
    assert len(claim("LZ")) == 1
    assert LEASE_SECONDS >= 60


def test_a_delivery_is_leased_for_its_partner_only(lazuria: Peer, verdia: Peer) -> None:
    say(1)
    say(2, to="VD")
    assert [row.node for row in claim("VD")] == ["VD"]
    assert [row.node for row in claim("LZ")] == ["LZ"]


def test_a_partner_that_is_away_holds_up_nobody_else(lazuria: Peer, verdia: Peer) -> None:
    say(1)
    say(2, to="VD")
    lazuria.down = True
    serve(lazuria)
    serve(verdia)
    assert Delivery.objects.get(node="VD").status == "delivered"
    assert Delivery.objects.get(node="LZ").status == "queued"


@pytest.mark.parametrize("status", ["pending", "blocked"])
def test_nothing_goes_to_a_partner_that_is_not_confirmed(lazuria: Peer, status: str) -> None:
    say()
    Partner.objects.update(status=status)
    assert run_once(lazuria.http()) == 0
    assert lazuria.asked == 0


def test_nothing_goes_by_wire_to_a_partner_reached_by_pouch_only(lazuria: Peer) -> None:
    say()
    Partner.objects.update(endpoint="")
    assert run_once(lazuria.http()) == 0
    assert Delivery.objects.get().attempts == 0


def test_attachments_go_along_once_each(lazuria: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    content = b"the enclosure of two notes"
    attachments.store([content])
    enclosed = [attachments.describe(content, "a.txt", "text/plain")]
    issue_many([outgoing(number, attachments=enclosed) for number in (1, 2)], clearance=CLEARED)
    sent: list[tuple[bytes, ...]] = []
    from verbale.node.exchange import client

    honest = client.seal
    monkeypatch.setattr(
        client, "seal", lambda contents, **named: sent.append(contents.attachments) or honest(contents, **named)
    )
    serve(lazuria)
    assert sent == [(content,)]


def test_what_did_not_fit_into_a_parcel_goes_with_the_next_without_a_pause(
    lazuria: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    issue_many([outgoing(number) for number in range(1, 6)], clearance=CLEARED)
    monkeypatch.setattr("verbale.node.exchange.client.MAX_PARCEL_BYTES", 50_000)
    assert run_once(lazuria.http()) > 1
    assert set(Delivery.objects.values_list("status", "attempts")) == {("delivered", 0)}


@pytest.mark.parametrize("status", [400, 403, 409, 413, 500, 503])
def test_a_partner_that_refuses_the_parcel_leaves_all_queued_with_its_words(lazuria: Peer, status: int) -> None:
    say()
    reply = httpx.MockTransport(lambda request: httpx.Response(status, json={"error": "the archive is closed"}))
    assert serve_partner(lazuria.partner, httpx.Client(transport=reply)) is False
    delivery = Delivery.objects.get()
    assert (delivery.status, delivery.attempts, delivery.leased_until) == ("queued", 1, 0)
    assert "the archive is closed" in delivery.failure
    assert "the archive is closed" in lazuria.partner.last_failure
    assert Notice.objects.filter(topic="partner", node="LZ").count() == 2  # confirmed, then out of reach


def test_a_link_that_fails_is_noticed_once_and_once_when_it_is_back(lazuria: Peer) -> None:
    say()
    before = Notice.objects.filter(topic="partner").count()
    lazuria.down = True
    for _ in range(3):
        due_again()
        serve(lazuria)
    assert Notice.objects.filter(topic="partner").count() == before + 1
    lazuria.down = False
    due_again()
    serve(lazuria)
    assert Notice.objects.filter(topic="partner").count() > before + 1
    assert lazuria.partner.failing_since is None


def test_an_answer_of_another_partner_counts_for_nothing(lazuria: Peer, verdia: Peer) -> None:
    say()
    reply = verdia.parcel(manifest={**verdia.manifest(), "results": []})
    transport = httpx.MockTransport(lambda request: httpx.Response(200, content=reply))
    with pytest.raises(PartnerError):
        exchange(lazuria.partner, claim("LZ"), httpx.Client(transport=transport))
    assert Delivery.objects.get().status == "queued"


def test_a_rotation_told_in_an_answer_is_followed(lazuria: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    say()
    lazuria.rotate()

    # What we seal to the old keys it still opens; its answer carries the new ones.
    old = lazuria.partner.credentials.current.keys
    assert old != lazuria.keys.public

    def reply(request: httpx.Request) -> httpx.Response:
        lazuria.record(ActRecord.objects.get().act)
        results = [lazuria._result(ActRecord.objects.get().id)]
        return httpx.Response(
            200, content=lazuria.parcel(manifest={**lazuria.manifest(), "results": results}, carry=True)
        )

    serve_partner(lazuria.partner, httpx.Client(transport=httpx.MockTransport(reply)))
    assert Delivery.objects.get().status == "delivered"
    assert lazuria.partner.credentials.current.serial == 2
    assert lazuria.partner.alarm == ""


def test_other_credentials_in_an_answer_are_refused_loudly(lazuria: Peer) -> None:
    say()
    impostor = Peer("LZ", "Republic of Lazuria")
    data = impostor.parcel(carry=True)
    serve_partner(
        lazuria.partner, httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, content=data)))
    )
    assert Delivery.objects.get().status == "queued"
    assert "do not continue the pinned ones" in lazuria.partner.alarm
    assert lazuria.partner.fingerprint == lazuria.credentials.current.fingerprint


# -- messages: any bytes, any values ----------------------------------------------------------------------------------

_SMALL = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text("ab\0\n—é =+/", max_size=12)
VALUES = st.recursive(
    _SMALL,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["size", "text", "from", "x"]), inner),
    max_leaves=6,
)
PATHS = ("v", "purpose", "head", "head.checkpoint", "head.from", "head.consistency", "known", "cosignature")


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from((*PATHS, "cosignature.size", "cosignature.text", "colour", "results")), value=VALUES)
def test_a_manifest_of_any_values_ends_in_a_partner_error_or_in_nothing(
    lazuria: Peer, path: str, value: object
) -> None:
    if not lazuria.held:
        lazuria.record(lazuria.note("1/2025")[0])
        lazuria.send([])
    manifest = lazuria.manifest()
    *outer, last = path.split(".")
    inner = manifest
    for key in outer:
        inner = inner[key]
    inner[last] = value
    partner = lazuria.partner
    try:
        messages.read(partner, manifest)
    except PartnerError as error:
        assert str(error)
    messages.build(lazuria.partner)


@pytest.mark.parametrize("path", PATHS)
def test_a_manifest_without_a_member_ends_in_a_refusal_or_in_nothing(lazuria: Peer, path: str) -> None:
    *outer, last = path.split(".")
    manifest = lazuria.manifest()
    inner = manifest
    for key in outer:
        inner = inner[key]
    del inner[last]
    try:
        answer(lazuria.parcel(manifest=manifest))
    except Refusal as refusal:
        assert refusal.status == 409


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(0, 1 << 20), bit=st.integers(0, 7))
def test_a_parcel_with_one_changed_bit_is_refused(lazuria: Peer, place: int, bit: int) -> None:
    data = bytearray(lazuria.parcel([lazuria.note()[1]]))
    data[place % len(data)] ^= 1 << bit
    with pytest.raises(Refusal) as refusal:
        answer(bytes(data))
    assert refusal.value.status in (400, 403)
    assert not ActRecord.objects.exists()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80) | st.binary(max_size=60).map(lambda tail: b"verbale-parcel/1\n" + tail))
def test_bytes_that_are_no_parcel_are_refused(lazuria: Peer, data: bytes) -> None:
    with pytest.raises(Refusal) as refusal:
        answer(data)
    assert refusal.value.status == 400


@pytest.mark.parametrize("length", [0, 10, 100, 1000, -1, -100, -4000])
def test_a_parcel_that_did_not_arrive_whole_is_refused(lazuria: Peer, length: int) -> None:
    with pytest.raises(Refusal):
        answer(lazuria.parcel([lazuria.note()[1]])[:length])
    assert not ActRecord.objects.exists()


def test_a_parcel_sealed_to_somebody_else_is_refused(lazuria: Peer) -> None:
    with pytest.raises(Refusal, match="sealed to VD") as refusal:
        answer(lazuria.parcel([lazuria.note()[1]], recipient="VD"))
    assert refusal.value.status == 400


def test_a_parcel_answered_twice_gives_receipts_twice_and_one_entry(lazuria: Peer) -> None:
    data = lazuria.parcel([lazuria.note()[1]])
    first, second = lazuria.take(answer(data)), lazuria.take(answer(data))
    assert [told["results"][0]["status"] for told in (first, second)] == ["accepted", "duplicate"]
    assert ActRecord.objects.count() == 1


def test_a_lawful_cosignature_that_does_not_verify_refuses_the_message(lazuria: Peer) -> None:
    say()
    lazuria.send([])
    manifest = lazuria.manifest()
    manifest["cosignature"]["text"] = manifest["cosignature"]["text"].replace("verbale/LZ", "verbale/VD")
    with pytest.raises(Refusal) as refusal:
        answer(lazuria.parcel([lazuria.note()[1]], manifest=manifest))
    assert refusal.value.status == 409
    assert ActRecord.objects.filter(author="LZ").count() == 0


def test_a_cosignature_is_told_until_the_partner_has_answered(lazuria: Peer) -> None:
    lazuria.record(lazuria.note("1/2025")[0])
    lazuria.send([])
    assert not lazuria.partner.cosignature_told  # our answer may have been lost
    lazuria.lose_answers = 1
    Partner.objects.update(last_contact=None)
    serve(lazuria)
    assert not lazuria.partner.cosignature_told
    Partner.objects.update(last_contact=None, failing_since=None)
    serve(lazuria)
    assert lazuria.partner.cosignature_told
