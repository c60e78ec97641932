"""Verifying a roll call from the signed acts alone: what makes it fail, and that it says why."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from tests.matters.forum_story import HOUSE, MISSING, MORNING, Story, credentials, keys
from verbale.matters.forum.tally import Tally
from verbale.matters.forum.verify import RollCall, bears, verify_bundle, verify_roll_call, write_bundle
from verbale.protocol import Credentials, Envelope, make_act, sign_act

TRUSTED = {HOUSE: credentials(HOUSE)}


@cache
def told() -> tuple[Story, str, tuple[Envelope, ...]]:
    """A vote with a carried amendment before it, VD absent; the vote on the draft, and all envelopes."""
    story = Story()
    draft = story.draft()
    story.say("OB", "statement")
    story.decide(story.amend(draft))
    vote = story.decide(draft, "two-thirds", AB="abstain", CR="yes", LZ="yes")
    return story, vote, tuple(story.signed())


def place(word: str, author: str = "", last: bool = False) -> int:
    story, vote, _ = told()
    found = [
        index
        for index, act in enumerate(story.acts)
        if act.type == f"forum.{word}"
        and author in ("", act.author)
        and (word not in ("vote", "close-vote") or act.body["vote"] == vote)
    ]
    return found[-1 if last else 0]


def check(envelopes: list[Any], **named: Any) -> RollCall:
    return verify_roll_call(envelopes, named.pop("trusted", TRUSTED), named.pop("vote", told()[1]), **named)


def without(index: int) -> list[Envelope]:
    return [envelope for at, envelope in enumerate(told()[2]) if at != index]


@pytest.mark.parametrize("threads", [0, 2])
def test_a_result_holds_by_its_signed_votes(threads: int) -> None:
    _story, vote, envelopes = told()
    if threads:
        with ThreadPoolExecutor(threads) as pool:
            result = check(list(envelopes), pool=pool)
    else:
        result = check(list(envelopes))
    assert (result.holds, result.reason, result.vote) == (True, "", vote)
    assert (result.tally, result.needed, result.carried) == (Tally(2, 0, 1), 2, True)
    assert result.counted == (("CR", "yes"), ("LZ", "yes"), ("AB", "abstain"))
    assert (result.absent, result.uncounted, result.signatures) == (("VD",), (), len(envelopes))
    assert (result.organisation, result.session, result.what) == (HOUSE, "First Committee, 1st session", "draft")


def test_order_and_repetition_of_the_acts_do_not_matter() -> None:
    envelopes = list(told()[2])
    assert check([*reversed(envelopes), *envelopes]) == check(envelopes)


def test_acts_as_bytes_do_as_well() -> None:
    assert check([envelope.to_bytes() for envelope in told()[2]]).holds


def test_only_acts_that_bear_on_the_result_are_needed() -> None:
    story, _, envelopes = told()
    few = [envelope for envelope, act in zip(envelopes, story.acts, strict=True) if bears(act.type)]
    assert len(few) == len(envelopes) - 1
    assert check(few).holds


@pytest.mark.parametrize(
    ("word", "author", "reason"),
    [
        ("convene", HOUSE, "The act that convenes the session is missing."),
        ("open-vote", HOUSE, "The act that opens the vote is missing."),
        ("close-vote", HOUSE, "The vote has not been closed, or the act that closes it is missing."),
        ("vote", "LZ", "1 of the votes that the organisation counts are missing; the first is"),
        ("member", HOUSE, "The credentials of CR are missing: it was not introduced."),
        ("draft", "CR", "The act that opens the vote is"),
    ],
)
def test_what_is_missing_is_told(word: str, author: str, reason: str) -> None:
    result = check(without(place(word, author, word == "open-vote")))
    assert not result.holds
    assert result.reason.startswith(reason)


def test_a_flipped_byte_anywhere_in_a_vote_is_found() -> None:
    envelopes = list(told()[2])
    at = place("vote", "LZ")
    whole = envelopes[at].to_bytes()
    for offset in range(0, len(whole), max(1, len(whole) // 97)):
        broken = bytearray(whole)
        broken[offset] ^= 0x01
        result = check([*envelopes[:at], bytes(broken), *envelopes[at + 1 :]])
        assert not result.holds, offset
        assert result.reason


def test_another_choice_under_the_old_signature_is_found() -> None:
    _story, _, envelopes = told()
    at = place("vote", "LZ")
    payload = envelopes[at].payload.replace(b'"choice":"yes"', b'"choice":"no"')
    forged = Envelope(envelopes[at].payload_type, payload, envelopes[at].pairs)
    result = check([*envelopes[:at], forged, *envelopes[at + 1 :]])
    assert result.reason.startswith("A signature does not hold: act ")


@pytest.mark.parametrize("generation", [1, 2])
def test_a_vote_signed_with_a_foreign_key_is_found(generation: int) -> None:
    story, _, envelopes = told()
    at = place("vote", "LZ")
    forged = sign_act(story.acts[at].canonical, keys("LZ", generation))
    result = check([*envelopes[:at], forged, *envelopes[at + 1 :]])
    assert "signed with keys that are not in the credentials of LZ" in result.reason


def test_an_organisation_that_introduces_false_keys_is_found_by_who_has_the_true_ones() -> None:
    """It could vote in a member's name before everybody who has nothing of that member but the introduction."""
    story = Story(members=False)
    false = Credentials.create(
        keys("LZ", 2), node="LZ", name="Lazuria", kind="state", endpoint="", issued=MORNING - timedelta(days=9)
    )
    for node in ("AB", "CR", "VD"):
        story.introduce(node)
    story.introduce("LZ", credentials=false.to_bytes().decode())
    vote = story.decide(story.draft())
    envelopes = [
        sign_act(act.canonical, keys("LZ", 2) if act.author == "LZ" else keys(act.author)) for act in story.acts
    ]
    assert verify_roll_call(envelopes, TRUSTED, vote).holds
    result = verify_roll_call(envelopes, {**TRUSTED, "LZ": credentials("LZ")}, vote)
    assert result.reason.startswith("An introduction does not hold: LZ presents credentials that do not continue")


def test_a_false_tally_is_found() -> None:
    story = Story()
    vote = story.open(story.draft())
    story.count(vote, story.cast(vote, AB="no", CR="yes", LZ="no", VD="no"), yes=3, no=1)
    result = verify_roll_call(story.signed(), TRUSTED, vote)
    assert result.reason == (
        "The act that closes the vote is without effect: "
        "The tally is said to be 3-1-0, and the votes that it lists give 1-3-0."
    )


def test_a_vote_that_was_left_out_is_told() -> None:
    story = Story()
    vote = story.open(story.draft())
    ballots = story.cast(vote, AB="no", CR="yes", LZ="no", VD="no")
    del ballots["VD"]
    story.count(vote, ballots)
    result = verify_roll_call(story.signed(), TRUSTED, vote)
    assert (result.holds, result.uncounted, result.absent) == (True, ("VD",), ())


def test_a_vote_that_was_opened_unlawfully_is_told() -> None:
    story = Story()
    vote = story.open(story.draft(None))
    result = verify_roll_call(story.signed(), TRUSTED, vote)
    assert result.reason == ("The act that opens the vote is without effect: It has not been issued under a symbol.")


def test_it_takes_the_organisations_credentials() -> None:
    assert check(list(told()[2]), trusted={}).reason == ("The credentials of WF, whose session it is, are not known.")


def test_one_session_at_a_time_and_one_vote() -> None:
    _story, _vote, envelopes = told()
    assert check(list(envelopes), vote="").reason == "There are 2 votes: name the one to verify."
    assert check(list(envelopes), vote=MISSING).reason == "The act that opens the vote is missing."
    other = Story()
    stray = other.say("CR", "statement", matter="c" * 32)
    assert stray
    assert check([*envelopes, sign_act(other.acts[-1].canonical, keys("CR"))]).reason == (
        "There are acts of more than one session."
    )


@pytest.mark.parametrize("odd", [{"votes": 5}, {"votes": [{"a": 1}, None]}, {}, {"vote": []}, {"credentials": 7}])
def test_odd_bodies_are_no_reason_to_fall(odd: dict[str, Any]) -> None:
    story, vote, _ = told()
    close = story.acts[place("close-vote")]
    for word, body in (("close-vote", {"vote": vote, **odd}), ("member", odd)):
        act = make_act(
            type=f"forum.{word}",
            author=HOUSE,
            audience=close.audience,
            matter=close.matter,
            issued=MORNING + timedelta(days=1),
            body=body,
        )
        result = check([*without(place("close-vote")), sign_act(act.canonical, keys(HOUSE))])
        assert not result.holds
        assert result.reason


# -- bundles -----------------------------------------------------------------------------------------------------------


def bundle() -> list[bytes]:
    _, vote, envelopes = told()
    return list(write_bundle(vote, credentials(HOUSE), envelopes))


def test_a_bundle_holds_by_itself_and_names_what_is_to_be_compared() -> None:
    result = verify_bundle(bundle())
    assert result.holds
    assert result.assumed == {HOUSE: credentials(HOUSE).current.fingerprint}
    assert verify_bundle(bundle(), TRUSTED).assumed == {}


def test_trusted_credentials_go_before_those_of_the_bundle() -> None:
    other = Credentials.create(
        keys("XX"), node=HOUSE, name="World Forum", kind="organisation", endpoint="", issued=MORNING
    )
    result = verify_bundle(bundle(), {HOUSE: other})
    assert "do not continue the pinned ones" in result.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda lines: [], "line 1: has no line end"),
        (lambda lines: lines[:-1], "the file is cut off"),
        (lambda lines: [*lines[:5], *lines[6:]], "does not end where it says"),
        (lambda lines: [*lines, b"{}\n"], "does not end where it says"),
        (lambda lines: lines[1:], "line 1: this is no roll call"),
        (lambda lines: [lines[0].replace(b'"v":1', b'"v":2'), *lines[1:]], "version must be 1"),
        (lambda lines: [lines[0], b'{"leaf":1}\n', *lines[1:]], "line 2: an entry is an envelope"),
        (lambda lines: [lines[0], lines[1].strip(), *lines[2:]], "line 2: has no line end"),
        (lambda lines: [lines[0], lines[1].replace(b":", b": ", 1), *lines[2:]], "line 2 is not in canonical form"),
    ],
)
def test_a_broken_bundle_is_refused_with_the_reason(change: Any, reason: str) -> None:
    result = verify_bundle(change(bundle()))
    assert not result.holds
    assert reason in result.reason


def test_a_bundle_of_another_vote_is_not_taken_for_this_one() -> None:
    lines = bundle()
    head = json.loads(lines[0])
    head["vote"] = MISSING
    lines[0] = json.dumps(head, sort_keys=True, separators=(",", ":")).encode() + b"\n"
    assert verify_bundle(lines).reason == "The act that opens the vote is missing."
