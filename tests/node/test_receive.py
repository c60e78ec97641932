"""What others say, beyond the first cases of test_services: the rest of the rules, hostile text, attachments."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.node.world import Peer, note_body, now
from verbale.node import attachments
from verbale.node.models import ActFile, ActRecord, Attachment, Matter, Notice, Partner, StateEntry, TreeNode
from verbale.node.services import Outgoing, issue, receive
from verbale.protocol import Envelope, sign_act
from verbale.protocol.canonical import canonical_bytes
from verbale.protocol.envelope import ACT_TYPE, sign

pytestmark = pytest.mark.django_db


def note(peer: Peer, number: str = "1/2026", **fields: Any) -> Envelope:
    return peer.note(number, **fields)[1]


def file_of(content: bytes, name: str = "log.txt") -> dict[str, Any]:
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "name": name,
        "media_type": "text/plain",
        "size": len(content),
    }


def act_id(envelope: Envelope) -> str:
    return hashlib.sha256(envelope.payload).hexdigest()


def statuses(envelopes: list[Envelope], files: tuple[bytes, ...] = (), via: str = "exchange") -> list[str]:
    return [outcome.status for outcome in receive(envelopes, files, via=via)]


def test_an_arrival_is_noticed_and_told_of_its_road(lazuria: Peer) -> None:
    envelope = note(lazuria)
    receive([envelope], via="pouch")
    receive([envelope], via="exchange")
    assert ActRecord.objects.get().via == "pouch"
    assert Notice.objects.get(topic="arrived").node == "LZ"
    assert Matter.objects.get().acts == 1


def test_outcomes_stand_in_the_order_of_the_envelopes(lazuria: Peer) -> None:
    held, wrong, new = note(lazuria, "1"), note(lazuria, "2", audience=("VD",)), note(lazuria, "3")
    receive([held], via="exchange")
    outcomes = receive([wrong, held, new], via="exchange")
    assert [outcome.status for outcome in outcomes] == ["refused", "duplicate", "accepted"]
    assert [outcome.act for outcome in outcomes] == [act_id(wrong), act_id(held), act_id(new)]


def test_an_empty_batch_changes_nothing(lazuria: Peer) -> None:
    assert receive([], via="exchange") == []


def test_our_own_act_coming_back_is_a_duplicate(lazuria: Peer) -> None:
    record = issue(Outgoing("incident.remark", {"text": "seen"}))
    assert statuses([record.envelope]) == ["duplicate"]


# -- what a database cannot hold --------------------------------------------------------------------------------------

HOSTILE_TEXT: dict[str, dict[str, Any]] = {
    "a subject": {"subject": "nul\0"},
    "an unknown field": {"mood": ["\0"]},
    "an unknown field's name": {"mo\0od": 1},
    "an attachment's name": {"attachments": [file_of(b"x", "nul\0")]},
    "an attachment's hash": {"attachments": [{**file_of(b"x"), "sha256": "nul\0"}]},
    "what it is about": {"about": "\0" * 32},
}


@pytest.mark.parametrize("body", HOSTILE_TEXT.values(), ids=HOSTILE_TEXT)
def test_a_null_character_leaves_an_act_without_effect_and_stops_nothing(lazuria: Peer, body: dict[str, Any]) -> None:
    """It is lawful JSON and no lawful text for PostgreSQL."""
    batch = [note(lazuria, "1"), note(lazuria, "2", body=body), note(lazuria, "3")]
    assert statuses(batch) == ["accepted"] * 3
    assert [record.effective for record in ActRecord.objects.order_by("index")] == [True, False, True]
    assert "U+0000" in str(ActRecord.objects.get(index=1).reason)


@pytest.mark.parametrize("body", HOSTILE_TEXT.values(), ids=HOSTILE_TEXT)
def test_a_null_character_in_an_unknown_type_stops_nothing(lazuria: Peer, body: dict[str, Any]) -> None:
    assert statuses([lazuria.act("talks.invite", {"title": "\0", **body})[1], note(lazuria)]) == ["accepted"] * 2


def test_a_written_escape_of_a_null_character_is_lawful(lazuria: Peer) -> None:
    assert statuses([note(lazuria, body={"subject": "the value \\u0000"})]) == ["accepted"]
    assert ActRecord.objects.get().effective


ODD_FILES: dict[str, Any] = {
    "no list": "log.txt",
    "no objects": [1, "two", None],
    "no hash": [{"name": "log.txt"}],
    "a hash that is a path": [{"sha256": "../../../../etc/passwd", "name": "x"}],
    "a hash without end": [{"sha256": "a" * 10_000}],
    "a size beyond": [{"sha256": "a" * 64, "size": 2**53 - 1}],
    "a size below": [{"sha256": "a" * 64, "size": -1}],
    "other types": [{"sha256": "a" * 64, "name": [{}], "media_type": 7, "size": "big"}],
}


@pytest.mark.parametrize("odd", ODD_FILES.values(), ids=ODD_FILES)
def test_odd_attachments_of_an_unknown_type_stop_nothing(lazuria: Peer, odd: Any) -> None:
    assert statuses([lazuria.act("talks.invite", {"attachments": odd})[1]], (b"unnamed",)) == ["accepted"]
    assert not Attachment.objects.exists()


@pytest.mark.parametrize("about", ["x", 5, None, ["a"], "A" * 32, "0" * 33])
def test_an_odd_reference_to_a_dossier_is_passed_over(lazuria: Peer, about: Any) -> None:
    assert statuses([lazuria.act("talks.invite", {"about": about})[1]]) == ["accepted"]
    assert ActRecord.objects.get().about_id == ""


# -- refusals: what test_services leaves out of the rules of `services._check` ----------------------------------------


def no_json(peer: Peer) -> Envelope:
    return sign(ACT_TYPE, b"\xff\x00", peer.keys)


def no_act(peer: Peer) -> Envelope:
    return sign(ACT_TYPE, canonical_bytes({"hello": "world"}), peer.keys)


def pending(peer: Peer) -> Envelope:
    Partner.objects.update(status=Partner.Status.PENDING)
    return note(peer)


def blocked(peer: Peer) -> Envelope:
    Partner.objects.update(status=Partner.Status.BLOCKED)
    return note(peer)


def changed_text(peer: Peer) -> Envelope:
    honest = note(peer)
    return Envelope(ACT_TYPE, honest.payload.replace(b"inform the", b"defame the"), honest.pairs)


def half_signed(peer: Peer) -> Envelope:
    honest, other = note(peer), note(peer)
    return Envelope(ACT_TYPE, honest.payload, (replace(honest.pairs[0], mldsa65=other.pairs[0].mldsa65),))


def signed_by_another(peer: Peer) -> Envelope:
    return sign_act(peer.note()[0].canonical, Peer("VD", "Republic of Verdia").befriend().keys)


def replaced_keys(peer: Peer) -> Envelope:
    old = peer.keys
    peer.rotate()
    Partner.objects.update(chain=peer.credentials.to_bytes())
    return sign_act(peer.note()[0].canonical, old)


def revoked_since(peer: Peer) -> Envelope:
    """Dated before the revocation: a thief could date it so."""
    early = note(peer, issued=now() - timedelta(days=1))
    peer.credentials = peer.credentials.succeed(peer.keys, issued=now(), revoked="stolen")
    Partner.objects.update(chain=peer.credentials.to_bytes())
    return early


def to_nobody(peer: Peer) -> Envelope:
    return note(peer, audience=())


REFUSALS = {
    "1: bytes that are no JSON": (no_json, "is not JSON"),
    "1: a payload that is no act": (no_act, "act: "),
    "2: an author whose words nobody compared": (pending, "LZ is not a confirmed partner"),
    "2: an author that is blocked": (blocked, "LZ is not a confirmed partner"),
    "2: a revoked author, whatever the date": (revoked_since, "LZ has revoked"),
    "3: a text that was changed": (changed_text, "Ed25519 signature does not verify"),
    "3: one good signature of the two": (half_signed, "ML-DSA-65 signature does not verify"),
    "3: another partner's keys": (signed_by_another, "keys that are not in the credentials"),
    "3: keys that had been replaced": (replaced_keys, "had replaced"),
    "4: an act addressed to nobody": (to_nobody, "addressed to nobody, not to CR"),
}


@pytest.mark.parametrize(("bend", "reason"), REFUSALS.values(), ids=REFUSALS)
def test_refused_and_nothing_of_it_kept(lazuria: Peer, bend: Callable[[Peer], Envelope], reason: str) -> None:
    content = f"a file beside it: {reason}".encode()
    envelope = bend(lazuria)
    (outcome,) = receive([envelope], [content], via="exchange")
    assert (outcome.status, outcome.receipt, outcome.act) == ("refused", None, act_id(envelope))
    assert reason in (outcome.reason or "")
    for table in (ActRecord, Matter, StateEntry, TreeNode, ActFile, Attachment, Notice.objects.filter(topic="arrived")):
        assert not (table.objects if isinstance(table, type) else table).exists()
    assert not attachments.path_of(file_of(content)["sha256"]).exists()


def test_a_badly_signed_copy_does_not_spoil_the_good_one(lazuria: Peer) -> None:
    act, good = lazuria.note()
    bad = sign_act(act.canonical, Peer("LZ", "Republic of Lazuria").keys)
    assert statuses([bad, good, bad]) == ["refused", "accepted", "refused"]
    assert ActRecord.objects.get().envelope == good


def test_a_clock_a_little_ahead_is_accepted(lazuria: Peer) -> None:
    assert statuses([note(lazuria, issued=now() + timedelta(seconds=250))]) == ["accepted"]


def test_an_act_signed_before_its_keys_were_replaced_is_accepted(lazuria: Peer) -> None:
    early = note(lazuria, issued=now() - timedelta(minutes=1))
    lazuria.rotate()
    Partner.objects.update(chain=lazuria.credentials.to_bytes())
    assert statuses([early, note(lazuria)]) == ["accepted", "accepted"]


# -- attachments ------------------------------------------------------------------------------------------------------


def with_file(peer: Peer, content: bytes, **fields: Any) -> Envelope:
    return note(peer, body={"attachments": [file_of(content)]}, **fields)


def test_an_attachment_is_listed_with_its_act(lazuria: Peer) -> None:
    receive([with_file(lazuria, b"log of the night")], [b"log of the night"], via="exchange")
    assert Attachment.objects.get().size == 16
    assert ActFile.objects.get().name == "log.txt"


def test_an_attachment_that_only_a_refused_act_names_is_dropped(lazuria: Peer) -> None:
    batch = [with_file(lazuria, b"of a refused act", audience=("VD",)), note(lazuria)]
    receive(batch, [b"of a refused act"], via="exchange")
    assert not Attachment.objects.exists()
    assert attachments.load(file_of(b"of a refused act")["sha256"]) is None


def test_an_attachment_may_come_later_with_the_act_again(lazuria: Peer) -> None:
    envelope = with_file(lazuria, b"came later")
    receive([envelope], via="exchange")
    assert attachments.load(file_of(b"came later")["sha256"]) is None
    receive([envelope], [b"came later"], via="exchange")
    assert attachments.load(file_of(b"came later")["sha256"]) == b"came later"


def test_a_note_with_an_unlawful_body_is_kept_without_effect(lazuria: Peer) -> None:
    (outcome,) = receive([lazuria.act("channel.note", {**note_body("1"), "paragraphs": 5})[1]], via="exchange")
    assert outcome.status == "accepted"
    record = ActRecord.objects.get()
    assert record.reason == "Its content is not lawful for its type: %s."
    assert "paragraphs" in record.about[0]
