"""Our own keys change: partners follow, what was sealed to the old ones still opens, a revocation ends all."""

from datetime import timedelta

import pytest

from tests.node.world import US, Peer, now
from verbale.node import rotation
from verbale.node.check import check_register
from verbale.node.errors import EnvironmentFault, UserError
from verbale.node.exchange.server import answer
from verbale.node.home import Home
from verbale.node.identity import local, public_credentials, reload
from verbale.node.models import ActRecord, AuditEntry
from verbale.node.register import head_checkpoint
from verbale.node.services import Outgoing, issue
from verbale.protocol import ProtocolError, SealedParcel, make_act, sign_act, verify_checkpoint

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


def test_acts_of_both_generations_verify_under_the_new_chain(own_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = public_credentials()
    before = issue(Outgoing("incident.remark", {"text": "before"}))
    monkeypatch.setattr(rotation, "_GRACE", rotation.timedelta())
    made = rotation.rotate()
    after = issue(Outgoing("incident.remark", {"text": "after"}))
    assert made.current.fingerprint != pinned.current.fingerprint
    assert pinned.accept(made).current.serial == 2  # what a partner does
    for record in (before, after):
        made.verify_envelope(record.envelope, record.issued, "act")
    with pytest.raises(ProtocolError):
        pinned.verify_envelope(after.envelope, after.issued, "act")


def test_the_old_keys_are_kept_to_open_and_not_to_sign(own_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    old = local().keys
    monkeypatch.setattr(rotation, "_GRACE", rotation.timedelta())
    made = rotation.rotate()
    reload()
    assert [keys.public for keys in local().keystore.generations].count(old.public) == 1
    assert len(local().keystore.generations) == 2
    act = make_act(
        type="incident.remark", author=US, audience=[], matter=None, issued=now() + timedelta(seconds=1), body={}
    )
    with pytest.raises(ProtocolError, match="had replaced"):
        made.verify_envelope(sign_act(act.canonical, old), act.issued, "act")


def test_keys_can_be_replaced_again_and_again(lazuria: Peer, own_home: Home) -> None:
    early = lazuria.parcel([lazuria.note()[1]])
    serials = [rotation.rotate().current.serial for _ in range(3)]
    assert serials == [2, 3, 4]
    assert len({keys.public for keys in local().keystore.generations}) == 4
    answer(early)
    assert ActRecord.objects.count() == 1
    reload()
    assert local().complete


def test_without_the_passphrase_nothing_is_replaced(own_home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    local()
    before = (own_home.keystore.read_bytes(), own_home.credentials.read_bytes())
    monkeypatch.delenv("VERBALE_PASSPHRASE")
    with pytest.raises(EnvironmentFault, match="passphrase"):
        rotation.rotate()
    assert (own_home.keystore.read_bytes(), own_home.credentials.read_bytes()) == before


def test_after_a_crash_between_keys_and_credentials_the_old_keys_still_sign(
    own_home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keystore is saved first: then it holds keys that no credentials name yet."""

    def crash(*arguments: object) -> None:
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(rotation, "_publish", crash)
        with pytest.raises(OSError, match="no space left"):
            rotation.rotate()
    reload()
    assert local().complete
    assert public_credentials().current.serial == 1
    issue(Outgoing("incident.remark", {"text": "still here"}))
    assert rotation.rotate().current.serial == 2
    assert check_register().problems == []


def test_no_endpoint_is_an_endpoint_too(own_home: Home) -> None:
    """A node that is reached by pouch only."""
    assert rotation.change_endpoint("").current.endpoint == ""


def test_nothing_follows_a_revocation(own_home: Home) -> None:
    rotation.revoke("stolen")
    before = own_home.credentials.read_bytes()
    for step in (rotation.rotate, lambda: rotation.change_endpoint("https://x.example"), lambda: rotation.revoke("x")):
        with pytest.raises((UserError, ProtocolError)):
            step()
    assert own_home.credentials.read_bytes() == before
    assert AuditEntry.objects.get().verb == "revoked"
