"""A hotline in the node: what people do, what waits, what pages, API and command line show, and who may."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.matters.hotline import cases, clock, waiting
from verbale.matters.hotline.pages import read_by
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of, standing_of
from verbale.matters.kit.operations import Given
from verbale.matters.kit.spec import View
from verbale.node import drafts
from verbale.node.errors import AccessError, ClearanceError, NodeError, UserError
from verbale.node.models import ActRecord, ApiToken, AuditEntry, Delivery, Draft, Matter, Partner, User
from verbale.node.pouches import pack_pouch
from verbale.node.projection import refold, state_of
from verbale.node.services import Outgoing, issue, receive

pytestmark = pytest.mark.django_db

Say = Callable[..., ActRecord]


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def say(ada: User, person: Person) -> Say:
    """Ada does a deed; what needs it is cleared by the head of mission."""
    head = person("hana", "head")

    def said(word: str, matter: Matter | None = None, *, to: tuple[str, ...] = (), **values: Any) -> ActRecord:
        deed = deed_of(f"hotline.{word}")
        given = Given(values, to=to)
        if not deed.clearance:
            return operations.say(deed, matter, ada, given)
        draft = operations.draft(deed, matter, ada, given)
        drafts.submit(draft, ada)
        return drafts.clear(draft, head)[-1]

    return said


def theirs(peer: Peer, matter: Matter, word: str, *, effective: bool = True, **body: Any) -> ActRecord:
    """An act of the peer on that line, received."""
    fields = {name: body.pop(name) for name in ("precedence", "issued", "audience") if name in body}
    state = state_of(matter)
    named = [body[key] for key in ("message", "answers", "test", "schedule") if isinstance(body.get(key), str)]
    refs = {state["opening"]["act"], state["last"], *named}
    act, envelope = peer.act(f"hotline.{word}", body, matter=matter.id, refs=refs, **fields)
    (outcome,) = receive([envelope], via="exchange")
    assert outcome.status == "accepted", outcome
    record = ActRecord.objects.get(pk=act.id)
    assert record.effective == effective, record.reason
    return record


@pytest.fixture
def proposed(say: Say, lazuria: Peer) -> Matter:
    """A line that we propose to Lazuria."""
    record = say("open", to=("LZ",), name="Night line", languages=["en", "fr"], desk="Operations centre")
    return Matter.objects.get(pk=record.matter_id)


@pytest.fixture
def line(proposed: Matter, lazuria: Peer) -> Matter:
    """A line that stands open."""
    theirs(lazuria, proposed, "join", desk="Watch officer")
    proposed.refresh_from_db()
    return proposed


def told(ours: bool) -> list[str]:
    return [str(task.sentence) for task in waiting.tasks() if task.ours is ours]


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = answer.content.decode()
    assert " style=" not in text
    return " ".join(re.sub(r"<[^>]+>", " ", text.partition('id="main"')[2]).split())


def page_of(client: Client, matter: Matter) -> str:
    return client.get(f"/dossiers/{matter.id}/").content.decode()


# -- the course of things ----------------------------------------------------------------------------------------------


def test_a_line_from_its_proposal_to_its_close(ada: User, say: Say, lazuria: Peer, proposed: Matter) -> None:
    assert standing_of(proposed) == "The line is proposed, and Lazuria has not joined it yet."
    assert told(False) == ["Lazuria has not joined the line"]
    with pytest.raises(UserError, match="has not joined the line yet"):
        say("message", proposed, text="Is anybody there?")
    theirs(lazuria, proposed, "join", desk="Watch officer")
    assert standing_of(proposed) == "The line stands open."
    assert told(True) + told(False) == []

    ours = say("message", proposed, text="Your territory, our grid.")
    assert (ours.precedence, ours.audience) == ("FLASH", ["LZ"])
    assert told(False) == ["Lazuria has not acknowledged our message"]
    theirs(lazuria, proposed, "read", message=ours.id)
    theirs(lazuria, proposed, "acknowledge", message=ours.id, seized="The Minister")
    assert told(False) == []
    answer = theirs(lazuria, proposed, "message", text="We look into it.", answers=ours.id, precedence="FLASH")
    assert told(True) == ["Acknowledge the message of Lazuria"]
    assert standing_of(proposed) == "The line stands open. 1 message waits for us."
    acknowledged = say("acknowledge", proposed, message=answer.id, seized="Ada Roe", text="Thank you.")
    assert (acknowledged.precedence, told(True)) == ("IMMEDIATE", [])

    say("close", proposed, text="It moves.")
    assert standing_of(proposed).startswith("Crimson closed the line at ")
    with pytest.raises(UserError, match="Crimson had closed the matter"):
        say("message", proposed, text="One more thing.")
    before = state_of(proposed)
    assert refold(proposed) == before


def test_a_line_that_they_propose_is_joined_or_declined(ada: User, say: Say, lazuria: Peer) -> None:
    body = {"name": "Their line", "languages": ["en"], "desk": "Watch"}
    for word, phase in (("join", "The line stands open."), ("close", "Crimson declined this line.")):
        act, envelope = lazuria.act("hotline.open", body, precedence="PRIORITY")
        receive([envelope], via="exchange")
        matter = Matter.objects.get(pk=act.matter)
        assert standing_of(matter) == "Lazuria proposes this line, and we have not joined it yet."
        (task,) = [task for task in waiting.tasks() if task.matter_id == matter.id]
        assert (str(task.sentence), task.precedence) == ("Lazuria proposes a hotline: join it, or decline", "PRIORITY")
        say(word, matter, **({"desk": "Operations centre"} if word == "join" else {}))
        assert standing_of(matter) == phase
        assert told(True) == []


def test_a_line_stands_between_two(say: Say, lazuria: Peer, verdia: Peer) -> None:
    with pytest.raises(UserError, match="stands between two"):
        say("open", to=("LZ", "VD"), name="Three", languages=["en"], desk="x")


def test_what_leaves_the_house_is_cleared_by_a_second_person(line: Matter, lazuria: Peer) -> None:
    needs = {"open", "join", "message", "schedule", "close"}
    for word in needs | {"desk", "read", "acknowledge", "test", "answer-test"}:
        assert deed_of(f"hotline.{word}").clearance == (word in needs), word
    with pytest.raises(ClearanceError):
        issue(Outgoing("hotline.message", {"text": "Alone."}, ("LZ",), line.id))


@pytest.mark.parametrize("role", ["auditor", "operator", "analyst"])
def test_who_may_not_acknowledge_or_test(person: Person, lazuria: Peer, line: Matter, role: str) -> None:
    message = theirs(lazuria, line, "message", text="Hello.")
    otto = person("otto", role)
    for word, values in (
        ("read", {"message": message.id}),
        ("acknowledge", {"message": message.id, "seized": "x"}),
        ("test", {}),
    ):
        with pytest.raises(AccessError):
            operations.say(deed_of(f"hotline.{word}"), line, otto, Given(values))


# -- tests of the line -------------------------------------------------------------------------------------------------


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Moves the clock of the node."""

    def move(by: timedelta) -> None:
        moment = datetime.now(UTC) + by
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    return move


def test_a_test_that_is_due_is_sent_by_one_press(
    ada: User, say: Say, lazuria: Peer, line: Matter, later: Callable[[timedelta], None]
) -> None:
    day = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    schedule = say("schedule", line, every=1, at="09:00", start=day, within=30)
    assert told(True) == []
    first = datetime.fromisoformat(f"{day}T09:00:00+00:00")

    later(first - datetime.now(UTC) + timedelta(minutes=1))
    assert told(True) == ["Send the test of the line with Lazuria"]
    desk = client_of(ada)
    home = desk.get("/").content.decode()
    assert f'action="/hotline/{line.id}/test/say"' in home
    assert desk.post(f"/hotline/{line.id}/test/say").status_code == 302
    (test,) = ActRecord.objects.filter(type="hotline.test")
    assert test.effective
    assert test.act.body["slot"] == f"{day}T09:00:00Z"
    assert schedule.id in test.act.refs
    assert (told(True), told(False)) == ([], ["Lazuria has not answered our test"])
    # Once more is a test at will.
    assert "slot" not in say("test", line).act.body

    # The next one is theirs: what we send then is at will, and it is not late before its minutes are over.
    later(first - datetime.now(UTC) + timedelta(days=1, minutes=5))
    assert "slot" not in say("test", line).act.body
    assert not [sentence for sentence in told(False) if "has not sent its test" in sentence]
    # They do not send it.
    later(first - datetime.now(UTC) + timedelta(days=1, minutes=31))
    desk = client_of(ada)
    assert told(False).count("Lazuria has not sent its test of the line") == 1
    text = shown(desk, f"/dossiers/{line.id}/")
    assert "Lazuria did not send the test of" in text
    assert "not answered in time" in text
    # The one after that is ours again, and overdue.
    later(first - datetime.now(UTC) + timedelta(days=2, hours=1))
    assert told(True) == ["Send the test of the line with Lazuria: it is overdue"]


def test_a_test_that_is_due_leaves_by_the_clock(
    say: Say, line: Matter, later: Callable[[timedelta], None], person: Person
) -> None:
    day = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"
    say("schedule", line, every=1, at="09:00", start=day, within=30)
    assert clock.send_due() == []
    first = datetime.fromisoformat(f"{day}T09:00:00+00:00")
    later(first - datetime.now(UTC) + timedelta(minutes=1))
    (test,) = clock.send_due()
    assert test.effective
    assert test.act.body["slot"] == f"{day}T09:00:00Z"
    assert [row.node for row in test.deliveries.all()] == ["LZ"]
    assert AuditEntry.objects.filter(act_id=test.id).values_list("who", flat=True).get() == "by the clock"
    assert clock.send_due() == [], "once"
    # The next one is theirs, and a line that is closed is tested no more.
    later(first - datetime.now(UTC) + timedelta(days=1, minutes=1))
    assert clock.send_due() == []
    say("close", line)
    later(first - datetime.now(UTC) + timedelta(days=2, minutes=1))
    assert clock.send_due() == []


def test_their_test_is_answered_by_one_press_and_counted(
    ada: User, say: Say, lazuria: Peer, verdia: Peer, line: Matter
) -> None:
    with pytest.raises(UserError, match="No test of the other side waits"):
        say("answer-test", line)
    first, second = (theirs(lazuria, line, "test") for _ in range(2))
    assert told(True) == ["Answer the test of Lazuria"] * 2
    desk = client_of(ada)
    assert desk.post(f"/hotline/{line.id}/answer-test/say").status_code == 302
    assert [f"answer:{item.id}" in state_of(line) for item in (first, second)] == [True, False]
    assert desk.post(f"/hotline/{line.id}/answer-test/say", {"act": second.id}).status_code == 302
    assert told(True) == []
    ours = say("test", line)
    theirs(lazuria, line, "answer-test", test=ours.id)
    figures = {row["it"].node: row["it"] for row in cases.tests_of(View(line), timezone.now())["figures"]}
    assert (figures["CR"].asked, figures["CR"].on_time) == (2, 2)
    assert (figures["LZ"].asked, figures["LZ"].on_time) == (1, 1)
    text = shown(desk, f"/dossiers/{line.id}/")
    assert "answered by Lazuria after" in text


# -- pages -------------------------------------------------------------------------------------------------------------


def test_the_list_and_an_empty_one(ada: User, lazuria: Peer, say: Say) -> None:
    desk = client_of(ada)
    assert "No hotline yet." in shown(desk, "/hotline/")
    say("open", to=("LZ",), name="Night line", languages=["en"], desk="x")
    text = shown(desk, "/hotline/")
    assert "Night line" in text
    assert "Lazuria has not joined it yet." in text
    assert 'data-go="l"' in desk.get("/hotline/").content.decode()


def test_the_page_is_the_line_itself(ada: User, say: Say, lazuria: Peer, line: Matter) -> None:
    ours = say("message", line, text="First <b>word</b>.")
    answer = theirs(lazuria, line, "message", text="Second word.", answers=ours.id, precedence="FLASH")
    void = theirs(lazuria, line, "message", text="Void word.", answers="f" * 64, effective=False)
    say("message", line, text="Last word.")
    desk = client_of(ada)
    text = shown(desk, f"/dossiers/{line.id}/")
    ticker = text.partition("Messages")[2].partition("Tests of the line")[0]
    assert ticker.index("First &lt;b&gt;word") < ticker.index("Second word.") < ticker.index("Void word.")
    for words in (
        f"{ours.issued[11:19]} UTC",
        "On its way to Lazuria",
        "Answered by Lazuria at",
        "answers an earlier message",
        "Arrived at",
        "Without effect:",
        "The act that it is about has not arrived, or is without effect.",
        "Acknowledge",
        "Answer it",
    ):
        assert words in ticker, words
    for words in ("Operations centre", "Watch officer", "English, French", "No schedule is set.", "Write a message"):
        assert words in text, words
    html = page_of(desk, line)
    assert f'data-seen="{answer.id}"' in html
    assert void.id not in html.partition("data-seen=")[2].partition(">")[0]
    printed = desk.get(f"/dossiers/{line.id}/print/").content.decode()
    assert "Second word." in printed
    assert "data-seen" not in printed
    assert "Write a message" not in printed


def test_to_look_at_a_message_tells_that_it_was_read_and_once(
    ada: User, say: Say, person: Person, lazuria: Peer, line: Matter
) -> None:
    ours = say("message", line, text="Ours.")
    message = theirs(lazuria, line, "message", text="Theirs.", precedence="FLASH")
    void = theirs(lazuria, line, "message", text="Void.", answers="f" * 64, effective=False)
    address = f"/hotline/{line.id}/seen"
    # Whoever only audits, or may not acknowledge, has told nobody anything.
    for role in ("auditor", "analyst"):
        client = client_of(person(role, role))
        assert "data-seen" not in page_of(client, line)
        assert client.post(address, {"message": [message.id]}).status_code == 403
    desk = client_of(ada)
    assert desk.get(address).status_code == 405
    page_of(desk, line)
    assert not ActRecord.objects.filter(type="hotline.read").exists()
    asked = {"message": [message.id, message.id, ours.id, void.id, "f" * 64, "nonsense"]}
    assert desk.post(address, asked).status_code == 204
    assert client_of(person("bela", "head")).post(address, asked).status_code == 204
    (read,) = ActRecord.objects.filter(type="hotline.read")
    assert (read.effective, read.act.body["message"], read.precedence) == (True, message.id, "PRIORITY")
    html = page_of(desk, line)
    assert "data-seen" not in html
    assert "read here at" in html
    assert read_by(line, ada, [message.id]) == []
    assert desk.post(f"/hotline/{'d' * 32}/seen", asked).status_code == 404


def test_a_line_about_a_closed_dossier_is_not_read_by_others(
    ada: User, person: Person, lazuria: Peer, line: Matter
) -> None:
    message = theirs(lazuria, line, "message", text="Theirs.")
    line.restricted = True
    line.save()
    assert client_of(ada).post(f"/hotline/{line.id}/seen", {"message": message.id}).status_code == 403
    assert client_of(ada).get(f"/dossiers/{line.id}/").status_code == 403


def test_the_state_of_the_link_and_the_pouch(ada: User, say: Say, person: Person, lazuria: Peer, line: Matter) -> None:
    desk, analyst = client_of(ada), client_of(person("iva", "analyst"))
    Delivery.objects.all().delete()
    assert "There was no contact with Lazuria yet." in shown(desk, f"/dossiers/{line.id}/")
    Partner.objects.update(last_contact=timezone.now())
    text = shown(desk, f"/dossiers/{line.id}/")
    assert "The link with Lazuria is up" in text
    assert "Pack the pouch" not in text
    message = say("message", line, text="By hand.")
    Partner.objects.update(failing_since=timezone.now(), last_failure="refused")
    text = shown(desk, f"/dossiers/{line.id}/")
    assert "The link with Lazuria is down since" in text
    assert "1 act of this line waits to be delivered." in text
    assert "Pack the pouch for Lazuria" in text
    assert "Pack the pouch" not in shown(analyst, f"/dossiers/{line.id}/")
    answer = desk.post("/partners/LZ/pouch")
    assert answer.headers["content-disposition"].endswith('.pouch"')
    assert "packed into a pouch at" in shown(desk, f"/dossiers/{line.id}/")
    # It was carried, and what they say came back before the receipt: whether it is on its way is then of no interest.
    theirs(lazuria, line, "acknowledge", message=message.id, seized="The Minister")
    text = shown(desk, f"/dossiers/{line.id}/").partition("Messages")[2].partition("Tests of")[0]
    assert "Acknowledged by Lazuria at" in text
    assert "The Minister is seized of it" in text
    assert "On its way" not in text
    Partner.objects.update(failing_since=None, endpoint="")
    assert "carried by pouch" in shown(desk, f"/dossiers/{line.id}/")
    Partner.objects.update(status="blocked")
    assert "is no confirmed partner" in shown(desk, f"/dossiers/{line.id}/")
    with pytest.raises(UserError):
        pack_pouch(Partner.objects.get(pk="LZ"), "ada")


def test_every_deed_has_its_page(ada: User, say: Say, lazuria: Peer, line: Matter) -> None:
    desk = client_of(ada)
    message = theirs(lazuria, line, "message", text="Theirs.")
    one = f"/hotline/{line.id}"
    shown(desk, "/hotline/open/?to=LZ")
    for word in ("message", "schedule", "desk", "close"):
        shown(desk, f"{one}/{word}/")
    assert "Theirs." in shown(desk, f"{one}/acknowledge/?act={message.id}")
    assert "Theirs." in shown(desk, f"{one}/message/?act={message.id}")
    answer = desk.post(f"{one}/acknowledge/", {"message": message.id, "seized": "Ada Roe"})
    assert answer.status_code == 302
    assert state_of(line)[f"acknowledged:{message.id}"]["seized"] == "Ada Roe"
    answer = desk.post(f"{one}/message/", {"text": "Ours.", "answers": message.id, "submit": "1"})
    (draft,) = Draft.objects.filter(type="hotline.message")
    assert (draft.status, draft.precedence, draft.body["answers"]) == ("submitted", "FLASH", message.id)
    assert message.id in draft.refs
    for record in ActRecord.objects.filter(matter_id=line.id):
        shown(desk, f"/acts/{record.id}/")


def test_odd_bodies_do_no_harm_to_the_pages(ada: User, lazuria: Peer, line: Matter) -> None:
    for number, body in enumerate(({"text": 7}, {}, {"text": "x", "answers": [1]}, {"text": "  "})):
        theirs(lazuria, line, "message", effective=False, issued=datetime.now(UTC) + timedelta(seconds=number), **body)
    theirs(lazuria, line, "test", effective=False, slot="never")
    theirs(lazuria, line, "schedule", effective=False, every="often")
    desk = client_of(ada)
    text = shown(desk, f"/dossiers/{line.id}/")
    assert text.count("Its content is not lawful for a message.") == 4
    assert desk.get("/").status_code == 200
    for record in ActRecord.objects.filter(matter_id=line.id):
        shown(desk, f"/acts/{record.id}/")


def test_the_ticker_shows_the_latest(ada: User, lazuria: Peer, line: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "SHOWN", 3)
    for number in range(5):
        theirs(lazuria, line, "message", text=f"Number {number}.")
    told = cases.more(View(line))
    assert [item["text"] for item in told["ticker"]] == ["Number 2.", "Number 3.", "Number 4."]
    assert told["earlier_messages"]
    assert len(told["unread"]) == 3
    assert "Earlier messages stand in the timeline" in shown(client_of(ada), f"/dossiers/{line.id}/")


def test_the_settings_offer_sound_and_notification(ada: User) -> None:
    html = client_of(ada).get("/settings/").content.decode()
    part = html.partition('id="alerts"')[2].partition("</section>")[0]
    assert 'data-choice="sound"' in part
    assert 'data-choice="notice"' in part
    assert "checked" not in part
    assert "Try it" in part


def test_the_page_names_what_it_lives_on(ada: User, line: Matter) -> None:
    html = page_of(client_of(ada), line)
    assert f'id="panel" data-live="{line.id}"' in html
    assert 'id="hotline-link" data-live="all"' in html


# -- API and command line ----------------------------------------------------------------------------------------------


def test_the_api(ada: User, person: Person, lazuria: Peer) -> None:
    tokens = {user.username: ApiToken.make(user, "test") for user in (ada, person("hana", "head"))}

    def call(method: str, path: str, body: Any = None, status: int = 200, who: str = "ada") -> Any:
        answer = Client().generic(
            method,
            f"/api/v1{path}",
            json.dumps(body) if body is not None else "",
            content_type="application/json",
            headers={"authorization": f"Bearer {tokens[who]}"},
        )
        assert answer.status_code == status, answer.content
        return answer.json()

    assert call("GET", "/hotline/") == []
    opening = {"name": "Night line", "languages": ["en"], "desk": "Operations", "to": ["LZ"], "precedence": "PRIORITY"}
    made = call("POST", "/hotline/open", opening)
    assert (made["type"], made["audience"]) == ("hotline.open", ["LZ"])
    call("POST", "/hotline/open", {**opening, "to": []}, 422)
    draft = Draft.objects.get(pk=made["draft"])
    drafts.submit(draft, ada)
    matter = Matter.objects.get(pk=drafts.clear(draft, User.objects.get(username="hana"))[-1].matter_id)
    one = f"/hotline/{matter.id}"
    assert call("GET", one)["standing"] == "The line is proposed, and Lazuria has not joined it yet."
    call("POST", f"{one}/message", {"text": "Too early."}, 422)
    theirs(lazuria, matter, "join", desk="Watch")
    message = theirs(lazuria, matter, "message", text="Theirs.")
    assert call("POST", f"{one}/read", {"message": message.id})["effective"]
    assert "had been read" in json.dumps(call("POST", f"{one}/read", {"message": message.id}, 422))
    assert call("POST", f"{one}/acknowledge", {"message": message.id[:12], "seized": "Ada"})["effective"]
    assert call("POST", f"{one}/test", {})["effective"]
    theirs(lazuria, matter, "test")
    assert call("POST", f"{one}/answer-test", {})["effective"]
    tests = call("GET", f"{one}/tests")
    assert (tests["due"], tests["next"], tests["missed"]) == (None, None, [])
    assert [(side["node"], side["asked"], side["on_time"]) for side in tests["sides"]] == [("CR", 1, 1), ("LZ", 1, 0)]
    assert call("POST", f"{one}/message", {"text": "Ours.", "answers": message.id})["status"] == "draft"
    schedule = {"every": 1, "at": "9:00", "start": "2027-01-01", "within": 30}
    call("POST", f"{one}/schedule", schedule, 422)
    assert call("POST", f"{one}/schedule", {**schedule, "at": "09:00"})["type"] == "hotline.schedule"


def test_the_command_line(ada: User, lazuria: Peer, line: Matter) -> None:
    from verbale.cli.app import app

    runner = CliRunner()

    def run(*arguments: str, code: int = 0) -> str:
        done = runner.invoke(app, list(arguments))
        assert done.exit_code == code, done.output
        return done.output

    test = json.loads(run("say", "hotline.test", line.id[:8], "--as", "ada", "--json"))
    assert test["effective"]
    draft = json.loads(run("say", "hotline.message", line.id, "text=By command.", "--as", "ada", "--submit", "--json"))
    assert draft["status"] == "submitted"
    assert Draft.objects.get(pk=draft["draft"]).precedence == "FLASH"
    draft = json.loads(
        run("say", "hotline.message", line.id, "text=x", "--precedence", "priority", "--as", "ada", "--json")
    )
    assert Draft.objects.get(pk=draft["draft"]).precedence == "PRIORITY"
    assert "hotline.acknowledge" in run("deeds", "hotline")


def test_there_is_no_line_for_who_asks_for_another_kind(ada: User, line: Matter) -> None:
    with pytest.raises(NodeError):
        operations.matter_of(ada, line.id, "talks")
