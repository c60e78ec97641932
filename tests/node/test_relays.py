"""Matters whose members speak through one node: who is heard by whose word, what is passed on, what waits."""

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from tests.node.world import Peer
from verbale.matters.rules import member, open_matter
from verbale.node import registry
from verbale.node.errors import UserError
from verbale.node.exchange.client import exchange
from verbale.node.models import ActRecord, Delivery, Matter, Partner
from verbale.node.partners import name_of
from verbale.node.registry import ActType, Kind
from verbale.node.sentences import proof_sentences
from verbale.node.services import Outgoing, issue, receive
from verbale.protocol import EFFECTIVE, Act, Effect, State

pytestmark = pytest.mark.django_db


class Body(msgspec.Struct, frozen=True):
    text: str = ""
    node: str = ""
    credentials: str = ""


def rule(state: State, act: Act) -> Effect:
    if act.type == "club.open":
        return open_matter(state, act, title="Club")
    if (barred := member(state, act)) is not None:
        return barred
    if act.type == "club.admit":
        state[f"member:{act.body['node']}"] = {"act": act.id, "name": f"Kingdom of {act.body['node']}"}
        return EFFECTIVE
    if act.type == "club.say" and f"member:{act.author}" in state:
        return EFFECTIVE
    return Effect("Only members speak.")


@pytest.fixture(autouse=True)
def club() -> Iterator[None]:
    """A kind in which everything goes through whoever opened the matter."""
    types = tuple(ActType(f"club.{word}", Body, word, clearance=False) for word in ("open", "admit", "say"))
    registry.register(Kind("club", "Club", types, rule, lambda state: "Club", relay="opening"))
    yield
    del registry._kinds["club"]


@pytest.fixture
def forum(db: None) -> Peer:
    return Peer("WF", "World Forum").befriend()


@pytest.fixture
def stranger() -> Peer:
    """A member that is no partner of ours."""
    return Peer("XX", "Republic of Elsewhere")


ALL = ("CR", "LZ", "WF", "XX")


def speak(peer: Peer, word: str, matter: str | None = None, refs: tuple[str, ...] = (), **body: Any) -> Any:
    audience = tuple(node for node in ALL if node != peer.node)
    return peer.act(f"club.{word}", body, matter=matter, refs=refs, audience=audience)


def convened(forum: Peer, *members: Peer) -> str:
    """The relay opens the club and introduces its members; our node is one of them."""
    opening, sealed = speak(forum, "open")
    acts = [(opening, sealed)]
    for peer in members:
        text = peer.credentials.to_bytes().decode()
        acts.append(speak(forum, "admit", opening.matter, (opening.id,), node=peer.node, credentials=text))
    assert [item["status"] for item in forum.send(acts)] == ["accepted"] * len(acts)
    return opening.matter


def opening_of(matter: str) -> str:
    return ActRecord.objects.get(matter_id=matter, type="club.open").id


# -- our node is a member ---------------------------------------------------------------------------------------------


def test_a_member_is_heard_by_the_word_of_the_relay(forum: Peer, stranger: Peer) -> None:
    matter = convened(forum, stranger)
    said = speak(stranger, "say", matter, (opening_of(matter),), text="hello")
    (result,) = forum.send([said])
    assert result["status"] == "accepted"
    record = ActRecord.objects.get(pk=said[0].id)
    assert record.effective
    assert not Partner.objects.filter(pk="XX").exists()
    assert any("introduced as a member" in line for line in proof_sentences(record, {}, "CR"))
    assert name_of("XX") == "Kingdom of XX"


def test_in_one_parcel_the_introduction_goes_first(forum: Peer, stranger: Peer) -> None:
    opening, sealed = speak(forum, "open")
    text = stranger.credentials.to_bytes().decode()
    admitted = speak(forum, "admit", opening.matter, (opening.id,), node="XX", credentials=text)
    said = speak(stranger, "say", opening.matter, (opening.id, admitted[0].id))
    results = forum.send([said, admitted, (opening, sealed)])
    assert [item["act"] for item in results] == [said[0].id, admitted[0].id, opening.id]
    assert {item["status"] for item in results} == {"accepted"}


def test_what_cannot_be_judged_yet_comes_later(forum: Peer, stranger: Peer) -> None:
    opening, sealed = speak(forum, "open")
    said = speak(stranger, "say", opening.matter, (opening.id,))
    (result,) = forum.send([said])
    assert (result["status"], "has not arrived" in result["reason"]) == ("later", True)
    forum.send([(opening, sealed)])
    (result,) = forum.send([said])
    assert (result["status"], "has not introduced XX" in result["reason"]) == ("later", True)
    text = stranger.credentials.to_bytes().decode()
    forum.send([speak(forum, "admit", opening.matter, (opening.id,), node="XX", credentials=text)])
    assert forum.send([said])[0]["status"] == "accepted"


def test_nobody_else_may_bring_what_a_member_says(forum: Peer, lazuria: Peer, stranger: Peer) -> None:
    matter = convened(forum, stranger, lazuria)
    (result,) = lazuria.send([speak(stranger, "say", matter, (opening_of(matter),))])
    assert (result["status"], "may not deliver acts of XX" in result["reason"]) == ("refused", True)


def test_the_relay_cannot_speak_for_a_partner_under_keys_of_its_own_making(forum: Peer, lazuria: Peer) -> None:
    forged = Peer("LZ", "Republic of Lazuria")
    matter = convened(forum, forged)
    (result,) = forum.send([speak(forged, "say", matter, (opening_of(matter),))])
    assert result["status"] == "refused"
    assert forum.send([speak(lazuria, "say", matter, (opening_of(matter),))])[0]["status"] == "accepted"


def test_other_keys_than_those_of_the_introduction_are_refused(forum: Peer, stranger: Peer) -> None:
    matter = convened(forum, stranger)
    other = Peer("XX", "Republic of Elsewhere")
    (result,) = forum.send([speak(other, "say", matter, (opening_of(matter),))])
    assert result["status"] == "refused"


@pytest.mark.parametrize("text", ["", "{}", "no credentials"])
def test_an_introduction_without_lawful_credentials_introduces_nobody(forum: Peer, stranger: Peer, text: str) -> None:
    opening, sealed = speak(forum, "open")
    admitted = speak(forum, "admit", opening.matter, (opening.id,), node="XX", credentials=text)
    forum.send([(opening, sealed), admitted])
    assert forum.send([speak(stranger, "say", opening.matter, (opening.id,))])[0]["status"] == "later"


def test_a_blocked_partner_is_not_heard_through_a_relay(forum: Peer, lazuria: Peer) -> None:
    matter = convened(forum, lazuria)
    Partner.objects.filter(pk="LZ").update(status=Partner.Status.BLOCKED)
    (result,) = forum.send([speak(lazuria, "say", matter, (opening_of(matter),))])
    assert result["status"] == "refused"


def test_what_we_say_goes_to_the_relay_alone(forum: Peer, stranger: Peer) -> None:
    matter = convened(forum, stranger)
    record = issue(Outgoing("club.say", {"text": "ours"}, ("LZ", "WF", "XX"), matter, (opening_of(matter),)))
    assert [delivery.node for delivery in record.deliveries.all()] == ["WF"]


def test_a_pouch_of_the_relay_brings_it_too(forum: Peer, stranger: Peer) -> None:
    matter = convened(forum, stranger)
    _act, envelope = speak(stranger, "say", matter, (opening_of(matter),))
    assert receive([envelope], via="pouch")[0].status == "accepted"


# -- our node is the relay --------------------------------------------------------------------------------------------


@pytest.fixture
def ours(lazuria: Peer, forum: Peer) -> Matter:
    """A club of ours with two partners as its members."""
    opening = issue(Outgoing("club.open", {}, ("LZ", "WF")))
    for peer in (lazuria, forum):
        body = {"node": peer.node, "credentials": peer.credentials.to_bytes().decode()}
        issue(Outgoing("club.admit", body, ("LZ", "WF"), opening.matter_id, (opening.id,)))
    Delivery.objects.all().delete()
    return Matter.objects.get(pk=opening.matter_id)


def said_in(matter: Matter, peer: Peer, audience: tuple[str, ...] = ("CR", "WF"), text: str = "") -> Any:
    return peer.act("club.say", {"text": text}, matter=matter.id, audience=audience, refs=(opening_of(matter.id),))


def test_what_a_member_says_is_passed_on_once_with_its_own_signatures(ours: Matter, lazuria: Peer, forum: Peer) -> None:
    act, envelope = said_in(ours, lazuria)
    for _time in range(2):
        receive([envelope], via="exchange", limit_to="LZ")
    (delivery,) = Delivery.objects.all()
    assert (delivery.act_id, delivery.node) == (act.id, "WF")
    exchange(forum.partner, [delivery], forum.http())
    assert act.id in forum.held
    assert delivery.act.envelope == envelope
    delivery.refresh_from_db()
    assert delivery.status == "delivered"


def test_an_act_without_effect_is_passed_on_as_well(ours: Matter, lazuria: Peer) -> None:
    _act, envelope = said_in(ours, lazuria, ("CR",))
    receive([envelope], via="exchange")
    assert not ActRecord.objects.get(author="LZ").effective
    assert not Delivery.objects.exists(), "it was addressed to us alone"
    _act, envelope = lazuria.act("club.admit", {}, matter=ours.id, audience=("CR", "WF", "XX"))
    receive([envelope], via="exchange")
    assert [delivery.node for delivery in Delivery.objects.order_by("node")] == ["WF", "XX"]


def test_a_partner_that_is_no_member_is_not_passed_on(ours: Matter, verdia: Peer) -> None:
    _act, envelope = said_in(ours, verdia, ("CR", "LZ", "WF"))
    receive([envelope], via="exchange")
    assert not Delivery.objects.exists()


def test_a_member_that_is_no_longer_a_partner_does_not_silence_the_relay(ours: Matter, lazuria: Peer) -> None:
    Partner.objects.filter(pk="WF").update(status=Partner.Status.BLOCKED)
    record = issue(Outgoing("club.say", {"text": "x"}, ("LZ", "WF"), ours.id, (opening_of(ours.id),)))
    assert sorted(delivery.node for delivery in record.deliveries.all()) == ["LZ", "WF"]
    with pytest.raises(UserError, match="not a confirmed partner"):
        issue(Outgoing("club.open", {}, ("LZ", "WF")))


def test_a_member_that_answers_later_stays_queued(ours: Matter, lazuria: Peer, forum: Peer) -> None:
    _act, envelope = said_in(ours, lazuria)
    receive([envelope], via="exchange")
    delivery = Delivery.objects.get()
    results = forum._result
    forum._result = lambda act_id: {**results(act_id), "status": "later", "reason": "not yet", "receipt": None}  # type: ignore[method-assign]
    exchange(forum.partner, [delivery], forum.http())
    delivery.refresh_from_db()
    assert (delivery.status, delivery.failure) == ("queued", "not yet")
    forum._result = results  # type: ignore[method-assign]
    exchange(forum.partner, [delivery], forum.http())
    delivery.refresh_from_db()
    assert delivery.status == "delivered"
