"""The rules of effect of a directory, one table; and what holds for every set of its acts."""

import json
from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verbale.matters.directory.figures import figures
from verbale.matters.directory.fold import MAX_CONTACTS, title
from verbale.node.errors import UserError
from verbale.node.registry import act_type, apply_rule, kind_of, validate_body
from verbale.protocol import Act, Marking, fold, format_time, make_act, matter_id, ordered

MORNING = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
NONCE = "a" * 32
DIRECTORY = matter_id("WF", NONCE)
MEMBERS = ("CR", "LZ")
ELSEWHERE = "f" * 64
CONTACT: dict[str, Any] = {
    "role": "diplomatic",
    "name": "Desk for cyber affairs",
    "office": "Ministry of Foreign Affairs",
    "languages": ["fr", "en"],
    "email": "desk@mfa.example",
    "telephone": "+254 20 318 888",
    "secure": "",
    "hours": {"zone": "Africa/Nairobi", "always": False, "days": [1, 2, 3, 4, 5], "opens": "09:00", "closes": "17:00"},
    "valid_from": "2026-11-01",
}
OTHER = {**CONTACT, "name": "Night desk"}
WORDS = ("open", "nominate", "withdraw", "confirm", "publish", "ping", "pong")


def at(minutes: float) -> str:
    return format_time(MORNING + timedelta(minutes=minutes))


def opening(author: str = "WF", audience: tuple[str, ...] = MEMBERS, **fields: Any) -> Act:
    body = {"title": "Global POC directory", **fields.pop("body", {})}
    return make_act(
        **{
            "type": "directory.open",
            "author": author,
            "audience": audience,
            "matter": DIRECTORY,
            "issued": MORNING,
            "nonce": NONCE,
            "body": body,
            **fields,
        }
    )


OPEN = opening()


class Play:
    """Acts after the opening, a minute apart, each with the reason for which it is without effect."""

    def __init__(self, *, first: Act | None = OPEN) -> None:
        self.acts = [first] if first else []

    def say(self, author: str, word: str, body: dict[str, Any], *, to: Any = None, refs: Any = (), **more: Any) -> Act:
        minute = more.pop("minute", len(self.acts))
        act = make_act(
            **{
                "type": f"directory.{word}",
                "author": author,
                "audience": (("WF",) if author != "WF" else MEMBERS) if to is None else to,
                "matter": DIRECTORY,
                "refs": (*more.pop("opening", (OPEN.id,)), *refs),
                "issued": MORNING + timedelta(minutes=minute),
                "body": body,
                **more,
            }
        )
        self.acts.append(act)
        return act

    def nominate(self, author: str = "CR", key: str = "diplomatic-1", contact: Any = CONTACT, **more: Any) -> Act:
        return self.say(author, "nominate", {"key": key, "contact": contact}, **more)

    def withdraw(self, author: str = "CR", key: str = "diplomatic-1", **more: Any) -> Act:
        return self.say(author, "withdraw", {"key": key}, **more)

    def confirm(self, nomination: str, author: str = "CR", key: str = "diplomatic-1", **more: Any) -> Act:
        return self.say(author, "confirm", {"key": key, "nomination": nomination}, **more)

    def publish(self, nomination: Act, author: str = "WF", contact: Any = CONTACT, **more: Any) -> Act:
        refs = more.pop("refs", (nomination.id,))
        body = {
            "state": nomination.author,
            "key": "diplomatic-1",
            "nomination": nomination.id,
            "nominated": nomination.issued,
            "contact": contact,
            **more.pop("body", {}),
        }
        return self.say(author, "publish", body, refs=refs, **more)

    def ping(self, author: str = "WF", number: str = "1/2026", minutes: float = 60, **more: Any) -> Act:
        return self.say(author, "ping", {"number": number, "kind": "scheduled", "deadline": at(minutes)}, **more)

    def pong(self, ping: Act | str, author: str = "CR", **more: Any) -> Act:
        identifier = ping if isinstance(ping, str) else ping.id
        refs = more.pop("refs", (identifier,))
        return self.say(author, "pong", {"ping": identifier}, refs=refs, **more)

    def fold(self, *, without: tuple[Act, ...] = ()) -> tuple[dict[str, Any], dict[str, str]]:
        acts = [act for act in self.acts if act not in without]
        state, effects = fold(apply_rule, acts)
        return state, {identifier: effect.sentence() for identifier, effect in effects.items()}

    def why(self, act: Act, **more: Any) -> str:
        return self.fold(**more)[1][act.id]

    def entry(self, node: str = "CR", **more: Any) -> dict[str, Any]:
        return self.fold(**more)[0][f"contact:{node}:diplomatic-1"]


@pytest.fixture
def play() -> Play:
    return Play()


# -- 1 to 3 -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (OPEN, ""),
        (opening(author="CR", audience=("WF",)), "It claims to open this directory, whose id is not of its making."),
        (opening(nonce="b" * 32), "It claims to open this directory, whose id is not of its making."),
        (opening(audience=()), "A directory needs at least one member besides its keeper."),
        (opening(body={"renews": NONCE}, nonce="b" * 32), ""),
        (
            opening(author="CR", audience=("WF",), body={"renews": NONCE}),
            "It claims to open this directory, whose id is not of its making.",
        ),
    ],
)
def test_1_and_2_who_opens(act: Act, reason: str) -> None:
    state, effects = fold(apply_rule, [act])
    assert effects[act.id].sentence() == reason
    assert bool(state) == (not reason)
    assert title(state) == ("" if reason else "Global POC directory")


def test_2_a_renewal_changes_title_and_members_and_stands_alone_for_who_joins_late(play: Play) -> None:
    before = play.nominate("VD")
    renewal = opening(
        audience=("LZ", "VD"),
        body={"title": "Renewed", "renews": NONCE},
        nonce="b" * 32,
        refs=(OPEN.id,),
        issued=MORNING + timedelta(minutes=5),
    )
    play.acts.append(renewal)
    after = play.nominate("VD", minute=6, opening=(renewal.id,))
    left = play.nominate("CR", minute=7)
    state, why = play.fold()
    assert why[before.id] == "VD is no member of this directory."
    assert why[after.id] == ""
    assert why[left.id] == "CR is no member of this directory."
    assert (title(state), state["directory"]["members"]) == ("Renewed", ["LZ", "VD"])
    state, why = play.fold(without=(OPEN,))
    assert (why[after.id], state["directory"]["nonce"]) == ("", NONCE)


def test_3_before_the_opening_has_arrived_nothing_takes_effect(play: Play) -> None:
    act = play.nominate()
    told = "It refers to no opening of the directory that has arrived with effect."
    assert play.why(act, without=(OPEN,)) == told
    assert play.why(act) == ""
    assert play.why(play.nominate(opening=())) == told
    assert play.why(play.nominate(opening=(ELSEWHERE,))) == told


@pytest.mark.parametrize("word", ["nominate", "withdraw", "ping", "publish"])
def test_3_a_stranger_has_no_say(play: Play, word: str) -> None:
    named = play.nominate()
    act = {
        "nominate": lambda: play.nominate("VD"),
        "withdraw": lambda: play.withdraw("VD"),
        "ping": lambda: play.ping("VD"),
        "publish": lambda: play.publish(named, "VD", to=MEMBERS),
    }[word]()
    assert play.why(act) == "VD is no member of this directory."


# -- 4 to 8 -----------------------------------------------------------------------------------------------------------


def test_4_a_state_speaks_of_its_own_contacts_only(play: Play) -> None:
    ours = play.nominate("CR")
    theirs = play.nominate("LZ", contact=OTHER)
    wrong = play.confirm(ours.id, "LZ")
    play.withdraw("LZ")
    state, why = play.fold()
    assert why[theirs.id] == ""
    assert why[wrong.id] == "It confirms an entry that is not the one that stands."
    assert state["contact:CR:diplomatic-1"]["contact"] == CONTACT
    assert state["contact:LZ:diplomatic-1"]["contact"] is None


def test_5_what_a_state_says_goes_to_the_keeper_alone(play: Play) -> None:
    told = "It is not addressed to WF alone, who keeps the directory."
    good = play.nominate()
    for act in (
        play.nominate(to=("WF", "LZ")),
        play.nominate(to=()),
        play.withdraw(to=("LZ",)),
        play.confirm(good.id, to=("LZ", "WF")),
    ):
        assert play.why(act) == told


def test_5_the_keepers_own_go_to_whomever_it_tells(play: Play) -> None:
    act = play.nominate("WF", to=("LZ",))
    assert play.why(act) == ""
    assert (play.entry("WF")["told"], play.entry("WF")["held"]) == (["LZ"], True)


def test_6_the_latest_nomination_stands_also_after_a_withdrawal(play: Play) -> None:
    first = play.nominate()
    second = play.nominate(contact=OTHER, refs=(first.id,))
    assert (play.entry()["nomination"], play.entry()["contact"]) == (second.id, OTHER)
    play.withdraw()
    assert play.entry()["contact"] is None
    play.nominate(refs=(second.id,))
    assert (play.entry()["contact"], play.entry()["withdrawn"]) == (CONTACT, None)


def test_6_a_reference_outweighs_a_clock_that_was_put_back(play: Play) -> None:
    first = play.nominate(minute=30)
    play.nominate(contact=OTHER, refs=(first.id,), minute=2)
    assert play.entry()["contact"] == OTHER


def test_6_a_state_has_so_many_contacts_and_no_more(play: Play) -> None:
    for number in range(MAX_CONTACTS):
        assert play.why(play.nominate(key=f"k-{number}")) == ""
    assert play.why(play.nominate(key="one-more")) == "CR has 50 contacts already; there is no place for more."
    assert play.why(play.nominate(key="k-7", contact=OTHER)) == ""


def test_7_a_confirmation_is_of_the_nomination_that_stands(play: Play) -> None:
    lost = play.confirm(ELSEWHERE)
    first = play.nominate()
    good = play.confirm(first.id)
    assert play.why(lost) == "CR has named no contact diplomatic-1 that has arrived."
    assert (play.why(good), play.entry()["confirmed"]) == ("", good.issued)
    second = play.nominate(contact=OTHER)
    old = play.confirm(first.id)
    assert play.why(old) == "It confirms an entry that is not the one that stands."
    assert (play.entry()["confirmed"], play.entry()["confirmation"]) == (second.issued, None)
    play.withdraw()
    assert play.why(play.confirm(second.id)) == "CR had withdrawn the contact diplomatic-1."


def test_8_only_what_stands_is_withdrawn_and_once(play: Play) -> None:
    assert play.why(play.withdraw()) == "CR has named no contact diplomatic-1 that has arrived."
    play.nominate()
    good = play.withdraw()
    again = play.withdraw()
    assert (play.why(good), play.why(again)) == ("", "CR had withdrawn the contact diplomatic-1.")


# -- 9 to 11 ----------------------------------------------------------------------------------------------------------


def test_9_only_the_keeper_publishes(play: Play) -> None:
    named = play.nominate()
    assert play.why(play.publish(named, "LZ", to=("CR",))) == "Only WF, who keeps the directory, publishes."
    assert play.why(play.publish(named, refs=())) == "It does not refer to the nomination that it publishes."
    assert play.why(play.publish(named, body={"state": "VD"})) == "VD is no member of this directory."
    good = play.publish(named)
    assert play.why(good) == ""
    assert (play.entry()["published"], play.entry()["told"]) == (good.id, ["CR", "LZ"])


def test_10_at_the_keeper_only_the_newest_nomination_is_published_and_as_it_was_said(play: Play) -> None:
    first = play.nominate()
    second = play.nominate(contact=OTHER, refs=(first.id,))
    assert play.why(play.publish(first)) == "A newer nomination of CR had replaced the one that it publishes."
    assert play.why(play.publish(second)) == "It does not say what CR nominated."
    wrong_key = play.publish(second, contact=OTHER, body={"key": "technical-1"})
    assert play.why(wrong_key) == "The nomination that it names is of another contact."
    assert play.why(play.publish(second, contact=OTHER)) == ""
    invented = make_act(
        type="directory.nominate", author="CR", audience=("WF",), matter=DIRECTORY, issued=MORNING, body={}
    )
    assert play.why(play.publish(invented)) == "It publishes a nomination of CR that has not arrived."


def test_10_a_withdrawal_is_neither_hidden_nor_invented(play: Play) -> None:
    named = play.nominate()
    gone = {"contact": None, "withdrawal": ELSEWHERE, "withdrawn": at(9)}
    assert play.why(play.publish(named, body=gone)) == "CR has not withdrawn the contact diplomatic-1."
    withdrawal = play.withdraw()
    assert play.why(play.publish(named)) == "CR had withdrawn the contact diplomatic-1."
    assert play.why(play.publish(named, body=gone)) == "CR had withdrawn the contact diplomatic-1."
    true = {"contact": None, "withdrawal": withdrawal.id, "withdrawn": withdrawal.issued}
    assert play.why(play.publish(named, body=true)) == ""
    assert play.entry()["told"] == ["CR", "LZ"]


def test_10_who_was_told_the_entry_has_not_been_told_its_confirmation(play: Play) -> None:
    named = play.nominate()
    play.publish(named)
    confirmed = play.confirm(named.id)
    assert (play.entry()["told"], play.entry()["reached"]) == ([], ["CR", "LZ"])
    play.publish(named)
    assert play.entry()["told"] == []
    play.publish(named, body={"confirmation": confirmed.id, "confirmed": confirmed.issued})
    assert play.entry()["told"] == ["CR", "LZ"]


def test_11_another_member_mirrors_what_is_published(play: Play) -> None:
    first = play.nominate()
    one = play.publish(first)
    second = play.nominate(contact=OTHER, refs=(first.id,))
    two = play.publish(second, contact=OTHER, refs=(second.id, one.id))
    mine = (first, second)
    assert play.entry(without=mine)["contact"] == OTHER
    assert (play.why(one, without=mine), play.why(two, without=mine)) == ("", "")
    back = play.publish(first)
    assert play.why(back, without=mine) == "A newer nomination of CR had replaced the one that it publishes."
    bent = play.publish(second, contact={**OTHER, "telephone": "+254 20 318 000"})
    assert play.why(bent, without=mine) == "It does not say what CR nominated."


def test_11_confirmation_and_withdrawal_reach_another_member(play: Play) -> None:
    named = play.nominate()
    play.publish(named)
    confirmed = play.confirm(named.id)
    play.publish(named, body={"confirmation": confirmed.id, "confirmed": confirmed.issued})
    mine = (named, confirmed)
    assert play.entry(without=mine)["confirmed"] == confirmed.issued
    withdrawal = play.withdraw()
    body = {"contact": None, "withdrawal": withdrawal.id, "withdrawn": withdrawal.issued}
    act = play.publish(named, body=body)
    mine = (*mine, withdrawal)
    assert (play.why(act, without=mine), play.entry(without=mine)["contact"]) == ("", None)
    late = play.publish(named)
    assert play.why(late, without=mine) == "CR had withdrawn the contact diplomatic-1."
    joined = tuple(other for other in play.acts if other not in (OPEN, act))
    assert play.entry(without=joined)["withdrawn"] == withdrawal.issued


# -- 12 to 14 ---------------------------------------------------------------------------------------------------------


def test_12_who_is_pinged(play: Play) -> None:
    assert play.why(play.ping()) == ""
    assert play.why(play.ping("CR", to=("LZ", "WF"))) == ""
    assert play.why(play.ping(number="2/2026", to=())) == "A ping needs somebody to answer it."
    assert play.why(play.ping(number="3/2026", to=("CR", "VD"))) == "VD is no member of this directory."
    assert play.why(play.ping()) == "WF had already used the number 1/2026."
    assert play.why(play.ping(number="4/2026", minutes=-1)) == "Its deadline had passed when it was issued."


def test_13_who_answers_and_how_often(play: Play) -> None:
    ping = play.ping("WF", to=("CR",))
    assert play.why(play.pong(ping, "LZ")) == "The ping was not addressed to LZ."
    assert play.why(play.pong(ping, refs=())) == "It does not refer to the ping that it answers."
    early = play.pong(ELSEWHERE)
    assert play.why(early) == "The ping that it answers has not arrived, or is without effect."
    assert play.why(play.pong(ping, to=("LZ",))) == "It is not addressed to WF, who sent the ping."
    assert play.fold()[0][f"await:{ping.id}:CR"] == at(60)
    good, again = play.pong(ping), play.pong(ping)
    assert (play.why(good), play.why(again)) == ("", "CR had already answered the ping.")
    assert f"await:{ping.id}:CR" not in play.fold()[0]
    assert play.why(good, without=(ping,)) == "The ping that it answers has not arrived, or is without effect."


@pytest.mark.parametrize(("minute", "late"), [(2, False), (60, False), (60.001, True), (600, True)])
def test_14_a_late_pong_counts_as_late(play: Play, minute: float, late: bool) -> None:
    ping = play.ping()
    play.pong(ping, minute=minute)
    assert play.fold()[0][f"pong:{ping.id}:CR"]["late"] is late


def test_figures_count_medians_and_what_was_missed_at_a_moment() -> None:
    play = Play()
    one = play.ping(minute=0)
    two = play.ping(number="2/2026", minute=0, minutes=120)
    three = play.ping("CR", to=("LZ",), minute=0)
    play.pong(one, minute=10)
    play.pong(two, minute=20)
    play.pong(one, "LZ", minute=90)
    play.pong(three, "LZ", to=("CR",), minute=-5)
    state = play.fold()[0]
    crimson, lazuria = figures(state, MORNING + timedelta(minutes=100))
    assert (crimson.state, crimson.pings, crimson.answered, crimson.late, crimson.missed) == ("CR", 2, 2, 0, 0)
    assert (crimson.median_seconds, crimson.slowest_seconds) == (900.0, 1200.0)
    assert (lazuria.pings, lazuria.answered, lazuria.late, lazuria.missed, lazuria.waiting) == (3, 2, 1, 0, 1)
    assert lazuria.median_seconds == 2700.0
    assert figures(state, MORNING + timedelta(minutes=121))[1].missed == 1
    assert [row.pings for row in figures(state, MORNING, author="CR")] == [1]


# -- bodies -----------------------------------------------------------------------------------------------------------


def _hours(**changes: Any) -> dict[str, Any]:
    return {"hours": {**CONTACT["hours"], **changes}}


UNLAWFUL: dict[str, tuple[str, dict[str, Any]]] = {
    "a role that is none": ("nominate", {"role": "military"}),
    "no name": ("nominate", {"name": ""}),
    "a name over two lines": ("nominate", {"name": "A\nEMAIL:b@c.example"}),
    "no way to reach it": ("nominate", {"email": "", "telephone": "", "secure": ""}),
    "an e-mail that is none": ("nominate", {"email": "mfa.example"}),
    "a telephone number without its country": ("nominate", {"telephone": "020 318 888"}),
    "a language twice": ("nominate", {"languages": ["en", "en"]}),
    "no language": ("nominate", {"languages": []}),
    "a language in words": ("nominate", {"languages": ["English"]}),
    "a day that is none": ("nominate", {"valid_from": "2026-02-30"}),
    "a zone with a way out of its folder": ("nominate", _hours(zone="../etc/passwd")),
    "an eighth day": ("nominate", _hours(days=[8])),
    "days out of order": ("nominate", _hours(days=[2, 1])),
    "hours without days": ("nominate", _hours(days=[])),
    "hours without length": ("nominate", _hours(opens="09:00", closes="09:00")),
    "the twenty-fifth hour": ("nominate", _hours(opens="25:00")),
}


@pytest.mark.parametrize(("word", "changes"), UNLAWFUL.values(), ids=UNLAWFUL)
def test_unlawful_contacts_are_refused_here_and_without_effect_from_elsewhere(
    word: str, changes: dict[str, Any], play: Play
) -> None:
    body = {"key": "diplomatic-1", "contact": {**CONTACT, **changes}}
    with pytest.raises(UserError):
        validate_body(f"directory.{word}", body)
    assert play.why(play.say("CR", word, body)).startswith("Its content is not lawful for its type")


@pytest.mark.parametrize(
    ("word", "body"),
    [
        ("open", {"title": ""}),
        ("open", {"title": "x", "renews": "short"}),
        ("nominate", {"key": "Diplomatic 1", "contact": CONTACT}),
        ("nominate", {"key": "a:b", "contact": CONTACT}),
        ("confirm", {"key": "a", "nomination": "short"}),
        ("publish", {"state": "CR", "key": "a", "nomination": ELSEWHERE, "nominated": at(0)}),
        ("publish", {"state": "CR", "key": "a", "nomination": ELSEWHERE, "nominated": "now", "contact": CONTACT}),
        (
            "publish",
            {
                "state": "CR", "key": "a", "nomination": ELSEWHERE, "nominated": at(0), "contact": CONTACT,
                "confirmed": at(1),
            },
        ),
        ("ping", {"number": "1", "kind": "surprise", "deadline": at(1)}),
        ("ping", {"number": "1", "kind": "scheduled", "deadline": "tomorrow"}),
        ("pong", {"ping": "short"}),
    ],
)  # fmt: skip
def test_other_unlawful_bodies(word: str, body: dict[str, Any], play: Play) -> None:
    with pytest.raises(UserError):
        validate_body(f"directory.{word}", body)
    assert play.why(play.say("WF", word, body)) != ""


def test_a_zone_of_lawful_form_takes_effect_whatever_this_machine_knows(play: Play) -> None:
    assert play.why(play.nominate(contact={**CONTACT, **_hours(zone="Moon/Tranquility")})) == ""


# -- every set of acts ------------------------------------------------------------------------------------------------


@st.composite
def act_sets(draw: st.DrawFn, most: int = 16) -> list[Act]:
    acts: list[Act] = []
    nodes = ("WF", "CR", "LZ", "VD")
    for number in range(draw(st.integers(1, most))):
        word = draw(st.sampled_from(WORDS)) if number or draw(st.integers(0, 4)) == 0 else "open"
        author = draw(st.sampled_from(nodes if draw(st.integers(0, 5)) == 0 else nodes[:3]))
        if word in ("open", "publish") and draw(st.integers(0, 5)):
            author = "WF"
        known = [act.id for act in acts]
        named = [act for act in acts if act.type == "directory.nominate"]
        key = draw(st.sampled_from(["diplomatic-1", "technical-1"]))
        contact = draw(st.sampled_from([CONTACT, OTHER]))
        target = draw(st.sampled_from([*known, ELSEWHERE]))
        subject = draw(st.sampled_from(named)) if named else None
        told: set[str] = set()
        if word == "open":
            body: dict[str, Any] = {"title": draw(st.sampled_from(["One", "Two"]))}
            if number and draw(st.booleans()):
                body["renews"] = NONCE
        elif word == "nominate":
            body = {"key": key, "contact": contact}
        elif word == "withdraw":
            body = {"key": key}
        elif word == "confirm":
            body = {"key": key, "nomination": subject.id if subject else target}
        elif word == "publish":
            about = subject.id if subject else target
            told.add(about)
            body = {
                "state": subject.author if subject else "CR",
                "key": subject.body["key"] if subject and subject.body.get("key") else key,
                "nomination": about,
                "nominated": at(draw(st.integers(0, 6))),
                "contact": contact,
            }
            if draw(st.integers(0, 3)) == 0:
                body |= {"contact": None, "withdrawal": target, "withdrawn": at(3)}
            elif draw(st.booleans()):
                body |= {"confirmation": target, "confirmed": at(draw(st.integers(0, 6)))}
        elif word == "ping":
            body = {"number": draw(st.sampled_from(["1", "2"])), "kind": "scheduled", "deadline": at(4)}
        else:
            pings = [act.id for act in acts if act.type == "directory.ping"]
            about = draw(st.sampled_from(pings)) if pings else target
            told.add(about)
            body = {"ping": about}
        kind = f"directory.{word}"
        oddity = draw(st.sampled_from([""] * 12 + ["unknown type", "unlawful"]))
        if oddity == "unknown type":
            kind = "directory.later-version"
        elif oddity:
            body = {"nonsense": 1}
        audience = draw(st.sampled_from([("WF",), ("CR", "LZ", "WF"), ("CR", "LZ", "VD"), ()]))
        if author != "WF" and word in ("nominate", "withdraw", "confirm") and draw(st.integers(0, 4)):
            audience = ("WF",)
        refs = draw(st.sets(st.sampled_from([*known, ELSEWHERE]), max_size=2)) | told
        refs |= {act.id for act in acts if act.type == "directory.open" and draw(st.integers(0, 4))}
        first = word == "open" and not body.get("renews") and not any(act.nonce == NONCE for act in acts)
        acts.append(
            make_act(
                type=kind,
                author=author,
                audience=audience,
                matter=DIRECTORY,
                refs=refs,
                issued=MORNING + timedelta(minutes=draw(st.integers(0, 6))),
                marking=draw(st.sampled_from([Marking.AMBER, Marking.RED])),
                nonce=NONCE if first else f"{number:032x}",
                body=body,
            )
        )
    return acts


def test_the_sets_hold_acts_of_every_type() -> None:
    known = kind_of("directory")
    assert known is not None
    assert {item.name for item in known.types} == {f"directory.{word}" for word in WORDS}
    assert {item.name for item in known.types if not item.clearance} == {
        "directory.publish",
        "directory.ping",
        "directory.pong",
    }


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_any_order_of_arrival_with_any_repetition_gives_one_state(data: st.DataObject) -> None:
    acts = data.draw(act_sets())
    expected = fold(apply_rule, acts)
    order = [*data.draw(st.permutations(acts)), *data.draw(st.lists(st.sampled_from(acts), max_size=4))]
    assert fold(apply_rule, order) == expected


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_rules_change_no_act_and_keep_plain_json(data: st.DataObject) -> None:
    acts = data.draw(act_sets())
    before = [(act.id, deepcopy(act.body)) for act in acts]
    state, effects = fold(apply_rule, acts)
    assert [(act.id, act.body) for act in acts] == before
    assert json.loads(json.dumps(state)) == state
    assert all(len(key) <= 200 for key in state)
    known = kind_of("directory")
    assert known is not None
    assert isinstance(known.title(state), str)
    for act in acts:
        assert "%s" not in effects[act.id].sentence()
        told = act_type(act.type)
        if effects[act.id].effective and told is not None and told.name != "directory.publish" and told.sentence:
            assert isinstance(told.sentence(act), str)
    figures(state, MORNING)


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_an_act_without_effect_leaves_the_state_as_it_was(data: st.DataObject) -> None:
    state: dict[str, Any] = {}
    for act in ordered(data.draw(act_sets())):
        before = deepcopy(state)
        if not apply_rule(state, act).effective:
            assert state == before


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_nobody_but_a_state_changes_its_contacts_where_its_nominations_are(data: st.DataObject) -> None:
    """At the keeper, what stands was said by the state itself; a publication adds nothing."""
    acts = data.draw(act_sets())
    state, effects = fold(apply_rule, acts)
    said = {act.id: act for act in acts if act.type == "directory.nominate" and effects[act.id].effective}
    for key, entry in state.items():
        if key.startswith("contact:") and entry["held"]:
            node = key.split(":")[1]
            assert said[entry["nomination"]].author == node
            assert entry["contact"] in (None, said[entry["nomination"]].body["contact"])
