"""Our own keys change: partners follow, what was sealed to the old ones still opens, a revocation ends all."""

import pytest

from tests.node.world import US, Peer
from verbale.node import rotation
from verbale.node.check import check_register
from verbale.node.errors import UserError
from verbale.node.exchange.server import answer
from verbale.node.home import Home
from verbale.node.identity import local, public_credentials
from verbale.node.models import ActRecord, AuditEntry
from verbale.node.register import head_checkpoint
from verbale.node.services import Outgoing, issue
from verbale.protocol import SealedParcel, verify_checkpoint

pytestmark = pytest.mark.django_db


def test_after_a_rotation_acts_bear_the_new_keys(own_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    before = issue(Outgoing("incident.remark", {"text": "before"}))
    old = local().keys.public
    made = rotation.rotate()
    assert made.current.serial == 2
    assert local().keys.public != old
    after = issue(Outgoing("incident.remark", {"text": "after"}))
    assert before.envelope.pairs[0].made_by(old)
    assert after.envelope.pairs[0].made_by(local().keys.public)
    assert AuditEntry.objects.get(verb="rotated keys")


def test_a_register_over_two_generations_of_keys_is_sound(own_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    issue(Outgoing("incident.remark", {"text": "before"}))
    monkeypatch.setattr(rotation, "_GRACE", rotation.timedelta())
    rotation.rotate()
    issue(Outgoing("incident.remark", {"text": "after"}))
    assert check_register().problems == []
    verify_checkpoint(head_checkpoint(), {US: public_credentials()})


def test_a_parcel_sealed_to_the_old_keys_still_opens_and_the_answer_tells_the_new(
    lazuria: Peer, own_home: Home
) -> None:
    early = lazuria.parcel([lazuria.note()[1]])
    rotation.rotate()
    reply = SealedParcel.from_bytes(answer(early))
    carried = reply.carried_credentials()
    assert carried is not None
    assert carried.current.serial == 2
    reply.verify(carried)
    assert ActRecord.objects.count() == 1


def test_credentials_are_not_carried_before_they_changed(lazuria: Peer) -> None:
    assert SealedParcel.from_bytes(answer(lazuria.parcel())).carried_credentials() is None


def test_another_endpoint_keeps_the_keys(own_home: Home) -> None:
    before = local().keys.public
    made = rotation.change_endpoint("https://node.mfa.example")
    assert (made.current.endpoint, made.current.keys) == ("https://node.mfa.example", before)
    assert own_home.config().endpoint == "https://node.mfa.example"


@pytest.mark.parametrize("address", ["node.mfa.example", "ftp://node", "javascript:x"])
def test_an_address_that_is_none_changes_nothing(own_home: Home, address: str) -> None:
    with pytest.raises(UserError) as caught:
        rotation.change_endpoint(address)
    assert caught.value.field == "endpoint"
    assert public_credentials().current.serial == 1


def test_a_revocation_needs_a_reason_and_is_for_good(own_home: Home) -> None:
    with pytest.raises(UserError):
        rotation.revoke("  ")
    assert rotation.revoke("stolen").revoked == "stolen"
    assert public_credentials().revoked == "stolen"
