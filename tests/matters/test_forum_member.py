"""A session at the node of a member: it speaks through the organisation, hears the others through it, and verifies."""

import json

import pytest
from django.test import Client
from django.urls import reverse

from tests.matters.forum_story import CHANGES
from tests.matters.forum_world import Drafting, Forum, client_of, lawful_draft
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.matters.forum.kind import tasks
from verbale.matters.forum.verify import verify_bundle
from verbale.node import drafts
from verbale.node.errors import UserError
from verbale.node.models import ActRecord, ApiToken, Delivery, Draft, User
from verbale.node.services import receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def us(ada: User, person: Person) -> Drafting:
    return Drafting(ada, person("tomas", "head"))


@pytest.fixture
def forum(db: None) -> Forum:
    return Forum()


@pytest.fixture
def desk(ada: User) -> Client:
    return client_of(ada)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    text = answer.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    return text


def dossier(client: Client, forum: Forum) -> str:
    return page(client, reverse("dossier", args=[forum.matter_id]))


def test_we_hear_members_that_are_no_partners_of_ours(forum: Forum, desk: Client) -> None:
    draft = forum.draft()
    record = ActRecord.objects.get(pk=draft)
    assert (record.author, record.effective) == ("LZ", True)
    text = dossier(desk, forum)
    for part in ("WF/81/L.1", "Protection of hospitals", "Lazuria", "Calls upon States to protect hospitals;"):
        assert part in text
    assert "In session: 1 draft is before it." in text


def test_a_stranger_is_not_heard_through_the_organisation(forum: Forum) -> None:
    forum.peers["XX"] = Peer("XX", "Republic of Nowhere")
    _act, envelope = forum.make("XX", "statement", item="5", text="Hear me.")
    assert [outcome.status for outcome in receive([envelope], via="exchange", limit_to="WF")] != ["accepted"]


def test_a_vote_takes_a_second_person_and_goes_to_the_organisation_alone(forum: Forum, us: Drafting) -> None:
    vote = forum.open(forum.draft())
    record = us.say(forum.matter, "vote", vote=vote, choice="yes")
    assert record.effective
    assert list(Delivery.objects.filter(act=record).values_list("node", flat=True)) == ["WF"]
    assert set(record.audience) == {"WF", "LZ", "VD"}
    with pytest.raises(UserError, match="Crimson had already voted; the first vote stands"):
        us.say(forum.matter, "vote", vote=vote, choice="no")


def test_the_board_fills_and_the_result_is_verified_here(forum: Forum, us: Drafting, desk: Client, ada: User) -> None:
    draft = forum.draft()
    vote = forum.open(draft)
    text = dossier(desk, forum)
    assert "0 of 3 have voted. The roll begins with Lazuria, drawn by lot." in text
    assert f"{reverse('forum:write', args=[forum.matter_id, 'vote'])}?act={vote}&choice=yes" in text
    forum.say("LZ", "vote", vote=vote, choice="yes")
    ours = us.say(forum.matter, "vote", vote=vote, choice="yes")
    assert "2 of 3 have voted" in dossier(desk, forum)
    assert "We have voted: Yes." in dossier(desk, forum)
    forum.last = [ours.id]
    forum.say("VD", "vote", vote=vote, choice="no")
    forum.close(vote)
    text = dossier(desk, forum)
    assert "2 in favour, 1 against, 0 abstentions" in text
    address = reverse("forum:verify", args=[forum.matter_id, vote])
    assert address in text
    text = page(desk, address)
    assert "The result holds" in text
    assert "Under keys that we had compared ourselves: Crimson." in text
    assert "by the introduction of World Forum alone: Lazuria, Verdia." in text
    answer = desk.get(reverse("forum:bundle", args=[forum.matter_id, vote]))
    result = verify_bundle(answer.content.splitlines(keepends=True))
    assert (result.holds, result.carried, result.tally.yes) == (True, True, 2)


def test_our_vote_left_out_is_an_alarm(forum: Forum, us: Drafting, desk: Client) -> None:
    vote = forum.open(forum.draft(), minutes=0)
    theirs = forum.say("LZ", "vote", vote=vote, choice="yes")
    ours = us.say(forum.matter, "vote", vote=vote, choice="no")
    forum.last = [ours.id]
    forum.say("WF", "close-vote", vote=vote, votes=[theirs.id], yes=1, no=0, abstain=0)
    text = dossier(desk, forum)
    assert "the vote of Crimson, though it is dated before the close" in text
    text = page(desk, reverse("forum:verify", args=[forum.matter_id, vote]))
    assert "Our own vote is among them." in text


def test_a_false_result_is_without_effect_and_the_vote_stays_open(forum: Forum, desk: Client) -> None:
    vote = forum.open(forum.draft(), minutes=0)
    theirs = forum.say("LZ", "vote", vote=vote, choice="no")
    _act, envelope = forum.make("WF", "close-vote", vote=vote, votes=[theirs.id], yes=1, no=0, abstain=0)
    receive([envelope], via="exchange", limit_to="WF")
    text = dossier(desk, forum)
    assert "The tally is said to be 1-0-0, and the votes that it lists give 0-1-0." in text
    text = page(desk, reverse("forum:verify", args=[forum.matter_id, vote]))
    assert "The result does not hold." in text
    assert "votes that it lists give 0-1-0" in text


def test_keys_that_are_not_ours_are_an_alarm(us: Drafting, desk: Client) -> None:
    forum = Forum(introduce_us=False)
    assert "has not introduced us yet" in dossier(desk, forum)
    with pytest.raises(UserError, match="has not been introduced as a member"):
        us.say(forum.matter, "statement", item="5", text="We are here.")
    false = Peer("CR", "Republic of Crimson").credentials
    forum.say("WF", "member", node="CR", name="Crimson", credentials=false.to_bytes().decode())
    text = dossier(desk, forum)
    assert "These are not our keys." in text
    vote = forum.open(forum.draft(), minutes=0)
    forum.say("LZ", "vote", vote=vote, choice="yes")
    forum.close(vote)
    text = page(desk, reverse("forum:verify", args=[forum.matter_id, vote]))
    assert "do not continue the pinned ones" in text


@pytest.fixture
def full(forum: Forum, us: Drafting) -> dict[str, str]:
    """Something of everything that a member can do something about."""
    document = forum.say("VD", "document", title="A <b>report</b>", text="<i>All well.</i>", item="5").id
    forum.say("WF", "give-symbol", text=document, symbol="WF/81/1")
    sha256 = forum.state[f"document:{document}"]["sha256"]
    silence = forum.say("WF", "silence", text=document, sha256=sha256, until="2031-01-01T00:00:00Z").id
    forum.say("LZ", "statement", item="5", text="We <u>speak</u>.")
    draft = forum.draft()
    ours = us.say(forum.matter, "draft", **lawful_draft(title="Ours"))
    forum.last = [ours.id]
    forum.say("WF", "give-symbol", text=ours.id, symbol="WF/81/L.7")
    amendment = forum.say(
        "VD", "amend", draft=ours.id, version=ours.id, changes=[{"paragraph": "OP1", "action": "delete"}], text="Why"
    ).id
    return {"document": document, "silence": silence, "draft": draft, "ours": ours.id, "amendment": amendment}


@pytest.mark.parametrize(
    ("word", "about", "values"),
    [
        ("statement", "", {"item": "5", "text": "We speak."}),
        ("document", "", {"item": "5", "title": "Report", "text": "All well."}),
        ("draft", "", {"item": "5", "title": "Another", "preamble": "One\n\nTwo", "operative": "Three\n\nFour"}),
        ("sponsor", "draft", {}),
        ("revise", "ours", {"title": "Ours, revised", "operative": "Decides."}),
        ("amend", "draft", {"changes": "op2 | Replace | Requests two reports;\nOP3 | delete", "text": "Why"}),
        ("accept-amendment", "amendment", {}),
        ("object", "silence", {"text": "No."}),
        ("explain", "draft", {"text": "Because."}),
    ],
)
def test_each_form_makes_a_draft_that_a_second_person_clears(
    word: str, about: str, values: dict[str, str], forum: Forum, full: dict[str, str], us: Drafting, desk: Client
) -> None:
    address = reverse("forum:write", args=[forum.matter_id, word])
    query = f"?act={full[about]}" if about else ""
    text = page(desk, address + query)
    if about:
        assert full[about] in text
        field = {"object": "silence", "accept-amendment": "amendment", "explain": "proposal"}.get(word, "draft")
        values = {**values, field: full[about]}
    answer = desk.post(address, {**values, "submit": "1"})
    assert answer.status_code == 302, answer.content.decode()[-3000:]
    draft = Draft.objects.get(status="submitted")
    assert draft.type == f"forum.{word}"
    shown = page(desk, answer["Location"])
    assert "not lawful" not in shown
    record = drafts.clear(draft, us.head)[-1]
    assert record.effective, record.reason
    assert "not lawful" not in page(desk, reverse("act", args=[record.id]))
    dossier(desk, forum)


def test_the_revision_form_begins_with_our_text(forum: Forum, full: dict[str, str], desk: Client) -> None:
    text = page(desk, reverse("forum:write", args=[forum.matter_id, "revise"]) + f"?act={full['ours']}")
    assert "Calls upon States to protect hospitals;\n\nRequests a report;" in text


def test_texts_of_others_are_shown_as_text(forum: Forum, full: dict[str, str], desk: Client) -> None:
    text = dossier(desk, forum) + page(desk, reverse("act", args=[full["document"]]))
    assert "<b>report</b>" not in text
    assert "<u>speak</u>" not in text
    assert "<i>All well.</i>" not in text
    assert "WF/81/1" in page(desk, reverse("act", args=[full["document"]]))


def test_each_act_has_a_page_that_says_what_it_says(forum: Forum, full: dict[str, str], desk: Client) -> None:
    for record in ActRecord.objects.filter(matter_id=forum.matter_id):
        text = page(desk, reverse("act", args=[record.id]))
        assert "not lawful" not in text
        assert '"chain"' not in text
    page(desk, reverse("dossier-print", args=[forum.matter_id]))
    assert "First Committee, 81st session" in page(desk, reverse("forum:index"))


def test_odd_bodies_do_not_bring_the_page_down(forum: Forum, desk: Client) -> None:
    for word in ("draft", "amend", "statement", "close-vote", "open-vote", "vote", "member", "agenda", "convene"):
        _act, envelope = forum.make("WF", word, odd=[{"a": 1}])
        receive([envelope], via="exchange", limit_to="WF")
    dossier(desk, forum)
    for record in ActRecord.objects.filter(matter_id=forum.matter_id):
        page(desk, reverse("act", args=[record.id]))
    page(desk, reverse("dossier-print", args=[forum.matter_id]))
    page(desk, "/")


def test_before_the_convening_has_arrived_the_page_says_so(forum: Forum, desk: Client) -> None:
    other = Forum.__new__(Forum)
    other.house, other.peers, other.matter_id, other.last = forum.house, forum.peers, "", []
    other.make("WF", "convene", body="B", session="1", opens="2026-01-01", closes="2026-01-02", languages=["en"])
    _act, envelope = other.make("WF", "agenda", items=[{"number": "1", "title": "X"}])
    receive([envelope], via="exchange", limit_to="WF")
    assert "The act that convenes the session has not arrived." in dossier(desk, other)


def test_what_waits_for_a_member(forum: Forum, us: Drafting, full: dict[str, str], desk: Client) -> None:
    waiting = [str(task.sentence) for task in tasks()]
    assert [text.partition(" before ")[0] for text in waiting] == ["It is carried unless somebody objects"]
    objection = us.say(forum.matter, "object", silence=full["silence"])
    assert list(tasks()) == []
    forum.last = [objection.id]
    vote = forum.open(full["draft"])
    [task] = tasks()
    assert str(task.sentence).startswith("Vote before ")
    assert (task.ours, task.precedence, "WF/81/L.1 Protection of hospitals" in task.detail) == (True, "IMMEDIATE", True)
    us.say(forum.matter, "vote", vote=vote, choice="abstain")
    assert list(tasks()) == []


def test_the_api_verifies_and_hands_out_the_votes(forum: Forum, us: Drafting, ada: User) -> None:
    secret = ApiToken.make(ada, "test")
    draft = forum.draft()
    vote = forum.open(draft, minutes=0)
    forum.say("LZ", "vote", vote=vote, choice="yes")
    forum.close(vote)
    client = Client(headers={"authorization": f"Bearer {secret}"})
    address = f"/api/v1/forum/{forum.matter_id}"
    told = client.get(f"{address}/votes/{vote}").json()
    assert (told["holds"], told["yes"], told["absent"]) == (True, 1, ["VD", "CR"])
    assert (told["compared"], told["introduced"]) == (["CR"], ["LZ", "VD"])
    answer = client.get(f"{address}/votes/{vote}/bundle")
    assert verify_bundle(answer.content.splitlines(keepends=True)).holds
    assert client.get(f"{address}/votes/{'f' * 64}").json()["holds"] is False
    assert client.get(f"{address}/votes/{'f' * 64}/bundle").status_code == 422
    state = client.get(address).json()
    assert state["standing"] == "In session: 1 draft is before it."
    made = client.post(
        f"{address}/amend",
        json.dumps(
            {"draft": next(iter(key[6:] for key in forum.state if key.startswith("draft:"))), "changes": CHANGES}
        ),
        content_type="application/json",
    )
    assert made.status_code == 422
    assert "Voting on this draft has begun" in made.content.decode()


def test_who_may_not_read_the_session_does_not_verify_it(forum: Forum, person: Person, desk: Client) -> None:
    vote = forum.open(forum.draft(), minutes=0)
    forum.close(vote)
    assert (
        client_of(person("op", "operator")).get(reverse("forum:verify", args=[forum.matter_id, vote])).status_code
        == 403
    )
    matter = forum.matter
    matter.restricted = True
    matter.save()
    for name in ("verify", "bundle"):
        assert desk.get(reverse(f"forum:{name}", args=[forum.matter_id, vote])).status_code == 403
    assert desk.get(reverse("forum:members", args=[forum.matter_id])).status_code == 403


def test_unknown_votes_and_members_pages_of_others(forum: Forum, desk: Client) -> None:
    assert desk.get(reverse("forum:verify", args=[forum.matter_id, "f" * 64])).status_code == 404
    assert desk.get(reverse("forum:bundle", args=[forum.matter_id, "f" * 64])).status_code == 302
    answer = desk.get(reverse("forum:members", args=[forum.matter_id]))
    assert answer.status_code == 403
    assert "Only the organisation" in answer.content.decode()
