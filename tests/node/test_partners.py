"""Partners: known by their credentials, confirmed by their words, refused loudly when their keys change."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace

import httpx
import pytest

from tests.node.world import Peer, now
from verbale.node import partners
from verbale.node.errors import PartnerError, UserError
from verbale.node.exchange.server import Refusal, answer
from verbale.node.identity import public_credentials
from verbale.node.models import ActRecord, AuditEntry, Notice, Partner
from verbale.protocol import fingerprint_words

pytestmark = pytest.mark.django_db


@pytest.fixture
def stranger() -> Peer:
    return Peer("VD", "Republic of Verdia")


def words(peer: Peer) -> str:
    return " ".join(fingerprint_words(peer.credentials.current.fingerprint))


def trail() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.order_by("id").values_list("who", "verb"))


# -- add, confirm -----------------------------------------------------------------------------------------------------


def test_a_new_partner_is_pending_until_its_words_are_compared(stranger: Peer) -> None:
    partner = partners.add(stranger.credentials, "noor")
    assert (partner.status, partner.name, partner.endpoint) == ("pending", "Republic of Verdia", "http://vd.test")
    assert partners.words_of(partner) == words(stranger)
    with pytest.raises(Refusal, match="not a confirmed partner"):
        answer(stranger.parcel())
    partners.confirm(partner, words(stranger), "noor")
    row = stranger.partner
    assert (row.status, row.confirmed_by) == ("confirmed", "noor")
    assert row.confirmed_at is not None
    assert trail() == [("noor", "added partner"), ("noor", "confirmed partner")]
    assert Notice.objects.get(topic="partner").node == "VD"


@pytest.mark.parametrize("spell", [str.upper, lambda text: text.replace(" ", ", "), lambda text: f"  {text}\n"])
def test_words_may_be_typed_as_people_do(stranger: Peer, spell) -> None:
    partner = partners.add(stranger.credentials, "noor")
    partners.confirm(partner, spell(words(stranger)), "noor")
    assert stranger.partner.status == "confirmed"


WRONG_WORDS = {
    "none": lambda right: "",
    "one less": lambda right: " ".join(right.split()[:-1]),
    "one more": lambda right: right + " zoo",
    "another order": lambda right: " ".join(reversed(right.split())),
    "one other": lambda right: " ".join([*right.split()[:-1], "zoo" if not right.endswith("zoo") else "able"]),
    "the fingerprint itself": lambda right: "0" * 64,
}


@pytest.mark.parametrize("bend", WRONG_WORDS.values(), ids=WRONG_WORDS)
def test_wrong_words_confirm_nothing(stranger: Peer, bend) -> None:
    partner = partners.add(stranger.credentials, "noor")
    with pytest.raises(UserError, match="not the words") as caught:
        partners.confirm(partner, bend(words(stranger)), "noor")
    assert caught.value.field == "words"
    assert stranger.partner.status == "pending"


def test_added_twice_it_stays_one_and_as_it_was(lazuria: Peer) -> None:
    partners.add(lazuria.credentials, "noor")
    assert Partner.objects.get().status == "confirmed"


def test_our_own_credentials_are_no_partner() -> None:
    with pytest.raises(UserError, match="this node itself"):
        partners.add(public_credentials(), "noor")


def test_revoked_credentials_are_not_added(stranger: Peer) -> None:
    revoked = stranger.credentials.succeed(stranger.keys, issued=now(), revoked="stolen")
    with pytest.raises(UserError, match="has revoked these credentials: stolen"):
        partners.add(revoked, "noor")
    assert not Partner.objects.exists()


# -- renew ------------------------------------------------------------------------------------------------------------


def test_a_signed_rotation_keeps_the_partner_confirmed_under_new_words(lazuria: Peer) -> None:
    before = words(lazuria)
    lazuria.rotate()
    partner = partners.add(lazuria.credentials, "noor")
    assert partner.credentials.current.serial == 2
    assert (lazuria.partner.status, lazuria.partner.alarm) == ("confirmed", "")
    assert partners.words_of(lazuria.partner) == words(lazuria) != before


def test_a_new_endpoint_and_name_are_taken_over(lazuria: Peer) -> None:
    lazuria.credentials = lazuria.credentials.succeed(
        lazuria.keys, issued=now(), endpoint="https://lz.example", name="Kingdom of Lazuria"
    )
    partners.add(lazuria.credentials, "noor")
    assert (lazuria.partner.name, lazuria.partner.endpoint) == ("Kingdom of Lazuria", "https://lz.example")


def test_an_older_chain_changes_nothing(lazuria: Peer) -> None:
    old = lazuria.credentials
    lazuria.rotate()
    partners.add(lazuria.credentials, "noor")
    partners.add(old, "noor")
    assert lazuria.partner.credentials.current.serial == 2
    assert lazuria.partner.alarm == ""


def test_other_keys_without_a_signed_rotation_are_refused_loudly(lazuria: Peer) -> None:
    with pytest.raises(PartnerError, match="do not continue the pinned ones"):
        partners.add(Peer("LZ", "Republic of Lazuria").credentials, "noor")
    partner = lazuria.partner
    assert partner.credentials.to_bytes() == lazuria.credentials.to_bytes()
    assert (partner.status, partner.fingerprint) == ("confirmed", lazuria.credentials.current.fingerprint)
    assert "do not continue the pinned ones" in partner.alarm
    assert Notice.objects.get(topic="alarm").precedence == "FLASH"
    assert ("system", "alarm") in trail()


def test_a_fork_of_the_chain_is_refused_loudly(lazuria: Peer) -> None:
    """Two different second versions, both signed by the first keys: those keys are in other hands as well."""
    fork = lazuria.credentials.succeed(lazuria.keys, issued=now(), endpoint="https://elsewhere.example")
    lazuria.rotate()
    partners.add(lazuria.credentials, "noor")
    with pytest.raises(PartnerError):
        partners.add(fork, "noor")
    assert lazuria.partner.endpoint == "http://lz.test"


def test_a_revocation_blocks_and_is_told(lazuria: Peer) -> None:
    lazuria.credentials = lazuria.credentials.succeed(lazuria.keys, issued=now(), revoked="the server room was entered")
    partner = partners.add(lazuria.credentials, "noor")
    assert (lazuria.partner.status, lazuria.partner.endpoint) == ("blocked", "http://lz.test")
    assert "the server room was entered" in lazuria.partner.alarm
    with pytest.raises(UserError, match="Revoked"):
        partners.confirm(partner, words(lazuria), "noor")
    with pytest.raises(UserError, match="Revoked"):
        partners.confirm(lazuria.partner, words(lazuria), "noor")
    with pytest.raises(Refusal):
        answer(lazuria.parcel([lazuria.note()[1]]))
    assert not ActRecord.objects.exists()


def test_a_renewal_does_not_undo_what_a_person_decided_meanwhile(lazuria: Peer) -> None:
    """An exchange holds the partner as it was when it began; meanwhile a person blocks it; then new keys are told."""
    held_by_the_exchange = lazuria.partner
    partners.block(lazuria.partner, "noor", "talks broke down")
    Partner.objects.update(knows_size=7, cosignature="told meanwhile")
    lazuria.rotate()
    partners.renew(held_by_the_exchange, lazuria.credentials, "exchange")
    row = lazuria.partner
    assert row.credentials.current.serial == 2
    assert (row.status, row.knows_size, row.cosignature) == ("blocked", 7, "told meanwhile")


# -- block, alarms ----------------------------------------------------------------------------------------------------


def test_a_blocked_partner_is_heard_no_more_until_confirmed_anew(lazuria: Peer) -> None:
    partners.block(lazuria.partner, "noor", "talks broke down")
    with pytest.raises(Refusal) as refusal:
        answer(lazuria.parcel([lazuria.note()[1]]))
    assert refusal.value.status == 403
    partners.confirm(lazuria.partner, words(lazuria), "noor")
    assert lazuria.send([lazuria.note()])[0]["status"] == "accepted"
    assert AuditEntry.objects.get(verb="blocked partner").detail == "LZ: talks broke down"


def test_an_alarm_stands_until_a_person_says_what_was_found(lazuria: Peer) -> None:
    partners.raise_alarm(lazuria.partner, "the keys changed")
    for remark in ("", "  \n"):
        with pytest.raises(UserError) as caught:
            partners.settle_alarm(lazuria.partner, "noor", remark)
        assert caught.value.field == "remark"
    assert lazuria.partner.alarm == "the keys changed"
    partners.settle_alarm(lazuria.partner, "noor", "they called")
    assert lazuria.partner.alarm == ""
    assert AuditEntry.objects.get(verb="settled alarm").detail == "LZ: the keys changed — they called"


def test_one_and_the_same_alarm_is_raised_once(lazuria: Peer) -> None:
    for _ in range(3):
        partners.raise_alarm(lazuria.partner, "the keys changed")
    assert AuditEntry.objects.filter(verb="alarm").count() == 1


# -- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formal", "short"),
    [
        ("Republic of Crimson", "Crimson"),
        ("Federal Democratic Republic of the Isles", "Isles"),
        ("Grand Duchy of Ochre", "Ochre"),
        ("the Kingdom of Verdia", "Verdia"),
        ("Verdia", "Verdia"),
        ("League of States", "League of States"),
        ("Republic of ", "Republic of "),
    ],
)
def test_a_state_is_called_as_people_call_it(formal: str, short: str) -> None:
    assert partners.short_name(formal) == short


def test_a_node_that_is_unknown_is_called_by_its_code(lazuria: Peer) -> None:
    assert [partners.name_of(node) for node in ("CR", "LZ", "XX")] == ["Crimson", "Lazuria", "XX"]


def test_a_crest_has_the_colour_that_its_state_told_else_one_of_its_own(lazuria: Peer) -> None:
    assert partners.colour_of("CR") == "#8a1c2b"  # of our configuration
    made = partners.colour_of("LZ")
    assert re.fullmatch("#[0-9a-f]{6}", made)
    assert made == partners.colour_of("LZ") != partners.colour_of("VD")
    Partner.objects.update(colour="#1d4f91")
    assert partners.colour_of("LZ") == "#1d4f91"


def test_on_a_page_names_and_colours_are_looked_up_once(
    lazuria: Peer, django_assert_num_queries: Callable[[int], AbstractContextManager]
) -> None:
    with django_assert_num_queries(2), partners.looked_up_once():
        for _ in range(5):
            assert partners.name_of("LZ") == "Lazuria"
            partners.colour_of("LZ")
    Partner.objects.update(name="Kingdom of Azurine")
    assert partners.names() == {"CR": "Crimson", "LZ": "Azurine"}


# -- fetching credentials ---------------------------------------------------------------------------------------------


def test_credentials_are_fetched_from_an_address(stranger: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def get(url: str, **named: object) -> httpx.Response:
        asked.append(url)
        return httpx.Response(200, content=stranger.credentials.to_bytes(), request=httpx.Request("GET", url))

    monkeypatch.setattr(httpx, "get", get)
    assert partners.fetch_credentials("https://vd.example/").node == "VD"
    assert asked == ["https://vd.example/exchange/v1/credentials"]
    assert not Partner.objects.exists()


@pytest.mark.parametrize(
    ("endpoint", "content", "message"),
    [
        ("http://127.0.0.1:1", None, "cannot be reached"),
        ("https://", None, "cannot be reached|no address"),
        ("nonsense", None, "cannot be reached|no address"),
        ("https://[::1", None, "no address|cannot be reached"),
        ("https://vd.example", b"<html>", "does not answer with credentials"),
        ("https://vd.example", b"{}", "does not answer with credentials"),
    ],
)
def test_an_address_that_is_none_is_the_users_error(
    endpoint: str, content: bytes | None, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if content is not None:
        request = httpx.Request("GET", endpoint)
        monkeypatch.setattr(httpx, "get", lambda url, **named: httpx.Response(200, content=content, request=request))
    with pytest.raises(UserError, match=message) as caught:
        partners.fetch_credentials(endpoint)
    assert caught.value.field == "endpoint"


@pytest.mark.parametrize("status", [302, 404, 500])
def test_an_answer_that_is_no_success_is_the_users_error(
    stranger: Peer, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    answered = httpx.Response(
        status, content=stranger.credentials.to_bytes(), request=httpx.Request("GET", "https://vd.example")
    )
    monkeypatch.setattr(httpx, "get", lambda url, **named: answered)
    with pytest.raises(UserError, match=r"https://vd\.example cannot be reached") as caught:
        partners.fetch_credentials("https://vd.example")
    assert caught.value.field == "endpoint"


def test_changed_credentials_are_refused_as_they_come(stranger: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    (link,) = stranger.credentials.links
    forged = replace(link, payload=link.payload.replace(b"vd.test", b"xx.test"))
    content = replace(stranger.credentials, links=(forged,)).to_bytes()
    assert content != stranger.credentials.to_bytes()
    answered = httpx.Response(200, content=content, request=httpx.Request("GET", "https://vd.example"))
    monkeypatch.setattr(httpx, "get", lambda url, **named: answered)
    with pytest.raises(UserError, match="does not answer with credentials"):
        partners.fetch_credentials("https://vd.example")
