"""What people do in talks: drafts and clearance, what is said at once, what waits, who may; API and command line."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from tests.matters.test_talks_ical import parsed
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.matters.incident.operations import open_incident
from verbale.matters.talks import cases, operations
from verbale.matters.talks.acts import text_hash
from verbale.matters.talks.kind import tasks
from verbale.matters.talks.operations import InviteFields
from verbale.node import drafts
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, ClearanceError, NodeError, UserError
from verbale.node.models import ActRecord, ApiToken, Matter, User
from verbale.node.projection import refold, state_of
from verbale.node.services import Outgoing, issue, receive

pytestmark = pytest.mark.django_db

Clear = Callable[[DraftFields], ActRecord]


def ahead(days: int) -> str:
    return f"{datetime.now(UTC).replace(hour=9, minute=0, second=0) + timedelta(days=days):%Y-%m-%dT%H:%M:%S}Z"


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def clear(ada: User, person: Person) -> Clear:
    """Makes a draft of Ada's an act, cleared by the head of mission."""
    head = person("hana", "head")

    def cleared(fields: DraftFields) -> ActRecord:
        draft = drafts.create(fields, ada)
        drafts.submit(draft, ada)
        return drafts.clear(draft, head)[-1]

    return cleared


def invitation(**changes: Any) -> InviteFields:
    return InviteFields(
        **{"to": ("LZ",), "subject": "The night on the grid", "times": (ahead(9), ahead(10)), **changes}
    )


@pytest.fixture
def talks(ada: User, clear: Clear, lazuria: Peer) -> Matter:
    """Talks to which we have invited Lazuria."""
    return Matter.objects.get(pk=clear(operations.invite_draft(invitation(), ada)).matter_id)


def theirs(peer: Peer, matter: Matter, word: str, **body: Any) -> ActRecord:
    """An act of the peer in those talks, received."""
    state = state_of(matter)
    named = next((body[key] for key in ("proposal", "agenda", "minutes", "commitment") if key in body), None)
    act, envelope = peer.act(
        f"talks.{word}", body, matter=matter.id, refs={state["opening"]["act"], *([named] if named else [])}
    )
    (outcome,) = receive([envelope], via="exchange")
    assert outcome.status == "accepted", outcome
    record = ActRecord.objects.get(pk=act.id)
    assert record.effective, record.reason
    matter.refresh_from_db()
    return record


def told(ours: bool) -> list[str]:
    return [str(task.sentence) for task in tasks() if task.ours is ours]


# -- the course of things ----------------------------------------------------------------------------------------------


def test_a_whole_course_of_talks(ada: User, clear: Clear, lazuria: Peer, talks: Matter) -> None:
    assert told(False) == ["Lazuria has not answered our times"]
    # They propose another time; we accept it, at once.
    proposal = theirs(lazuria, talks, "propose", times=[ahead(11)], place="Azurine", length=120)
    assert told(True) == ["Answer the times that Lazuria proposes"]
    operations.accept(talks, ada, proposal=proposal.id, time=ahead(11))
    assert state_of(talks)["fixed"]["place"] == "Azurine"
    assert told(True) + told(False) == []
    # Delegations and agenda.
    operations.delegation(talks, ada, [{"name": " A. Roe ", "office": "Ambassador"}])
    agenda = clear(operations.agenda_draft(talks, ada, ["Preservation", "", "Next steps"]))
    assert told(False) == ["Lazuria has not agreed to our agenda"]
    theirs(lazuria, talks, "agree-agenda", agenda=agenda.id)
    assert state_of(talks)["agenda"] == agenda.id
    # Their minutes, agreed by us.
    text = "1. They met."
    laid = theirs(lazuria, talks, "minutes", held=day(0), text=text, sha256=text_hash(text))
    assert told(True) == ["Agree to the minutes of Lazuria, or lay others"]
    clear(operations.agree_minutes_draft(talks, ada, laid.id, text_hash(text)))
    assert state_of(talks)["minutes"] == [laid.id]
    # Commitments of both, and a report.
    ours = clear(operations.commit_draft(talks, ada, text="Send the logs", owner="CERT", deadline=day(3)))
    theirs(lazuria, talks, "commit", text="Preserve", owner="Prosecutor", deadline=day(-1))
    assert told(True) == ["Keep our commitment"]
    assert told(False) == ["A commitment of Lazuria is overdue"]
    clear(operations.report_draft(talks, ada, ours.id, status="done", remark="Sent."))
    assert told(True) == []
    clear(operations.close_draft(talks, ada, "All is said."))
    # Commitments outlive the talks, and so do the tasks about them.
    assert told(False) == ["A commitment of Lazuria is overdue"]
    assert "closed the talks" in cases.as_json(talks)["sentence"]
    assert not ActRecord.objects.filter(matter_id=talks.id, reason__isnull=False).exists()
    before = state_of(talks)
    assert refold(talks) == before


def test_what_we_say_waits_behind_what_we_knew(ada: User, lazuria: Peer, talks: Matter) -> None:
    """Clocks differ: the order is that of the references."""
    proposal = theirs(lazuria, talks, "propose", times=[ahead(11)], place="by video")
    record = operations.accept(talks, ada, proposal=proposal.id, time=ahead(11))
    opening = state_of(talks)["opening"]["act"]
    assert set(record.act.refs) == {opening, proposal.id}
    assert record.effective


# -- clearance and rights ----------------------------------------------------------------------------------------------


def test_an_invitation_leaves_only_when_cleared(ada: User, lazuria: Peer) -> None:
    fields = operations.invite_draft(invitation(), ada)
    with pytest.raises(ClearanceError):
        issue(Outgoing(fields.type, fields.body, fields.audience))
    draft = drafts.create(fields, ada)
    drafts.submit(draft, ada)
    with pytest.raises((ClearanceError, AccessError)):
        drafts.clear(draft, ada)
    assert not Matter.objects.filter(kind="talks").exists()


def test_an_operator_and_an_analyst(person: Person, lazuria: Peer, talks: Matter) -> None:
    otto, ana = person("otto", "operator"), person("ana", "analyst")
    for attempt in (
        lambda: operations.invite_draft(invitation(), otto),
        lambda: operations.propose_draft(talks, otto, times=[ahead(3)]),
        lambda: operations.close_draft(talks, otto),
        lambda: operations.delegation(talks, otto, [{"name": "x", "office": "y"}]),
        # An analyst drafts, and does not bind the house by himself.
        lambda: operations.delegation(talks, ana, [{"name": "x", "office": "y"}]),
    ):
        with pytest.raises(AccessError):
            attempt()
    assert operations.agenda_draft(talks, ana, ["One"]).type == "talks.agenda"


def test_talks_about_a_closed_dossier_are_closed(
    ada: User, person: Person, lazuria: Peer, clear: Clear, client: Client
) -> None:
    incident = Matter.objects.get(pk=open_incident(ada, title="Secret").matter_id)
    record = clear(operations.invite_draft(invitation(about=incident.id, subject="Hidden subject"), ada))
    assert record.about_id == incident.id
    talks = Matter.objects.get(pk=record.matter_id)
    incident.restricted = True
    incident.save()
    incident.people.add(ada)
    outsider = person("olga", "desk")
    assert list(cases.readable(ada)) == [talks]
    assert list(cases.readable(outsider)) == []
    with pytest.raises(AccessError):
        operations.delegation(talks, outsider, [{"name": "x", "office": "y"}])
    with pytest.raises(AccessError):
        operations.agenda_draft(talks, outsider, ["x"])
    made = drafts.create(operations.agenda_draft(talks, ada, ["x"]), ada)
    assert not drafts.visible(outsider).filter(pk=made.pk).exists()
    assert b"Hidden" not in cases.calendar_of(cases.readable(outsider))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"to": ()}, "to"),
        ({"to": ("XX",)}, "to"),
        ({"times": ()}, "times"),
        ({"times": ("2020-01-01T09:00:00Z",)}, "times"),
        ({"times": ("2026-12-03 09:00",)}, "times"),
        ({"times": ("soon",)}, "times"),
        ({"times": ("0001-01-01T00:00:00+14:00",)}, "times"),
        ({"times": ("5000-01-01T00:00:00Z",)}, "times"),
        ({"subject": " "}, "subject"),
        ({"place": ""}, "place"),
        ({"length": 1}, "length"),
        ({"about": "c" * 32}, "about"),
        ({"marking": "PINK"}, "marking"),
        ({"language": "x"}, "language"),
    ],
)
def test_an_unlawful_invitation_names_its_field(ada: User, lazuria: Peer, change: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as caught:
        operations.invite_draft(invitation(**change), ada)
    assert caught.value.field.startswith(field)


def test_times_are_put_into_utc_once_and_in_order() -> None:
    assert operations.times_of(["2026-12-03T10:00:00+01:00", "2026-12-02T09:00:00Z", "2026-12-03T09:00:00Z"]) == [
        "2026-12-02T09:00:00Z",
        "2026-12-03T09:00:00Z",
    ]


def test_what_would_be_without_effect_is_refused_with_its_reason(
    ada: User, lazuria: Peer, talks: Matter, clear: Clear
) -> None:
    opening = state_of(talks)["opening"]["act"]
    for attempt, words in (
        (lambda: operations.accept(talks, ada, proposal=opening, time=ahead(9)), "own proposal"),
        (lambda: operations.accept(talks, ada, proposal="f" * 64, time=ahead(9)), "has not arrived"),
        (lambda: operations.decline_draft(talks, ada, "No."), "does not decline"),
        (lambda: operations.decline_draft(talks, ada, " "), "Give the reason"),
        (lambda: operations.agree_agenda(talks, ada, "f" * 64), "has not arrived"),
        (lambda: operations.agree_minutes_draft(talks, ada, "f" * 64), "have not arrived"),
        (lambda: operations.report_draft(talks, ada, "f" * 64, status="done"), "has not arrived"),
        (lambda: operations.agenda_draft(talks, ada, [" "]), "one item a line"),
        (lambda: operations.minutes_draft(talks, ada, held=day(0), text=" \n"), "no text"),
        (lambda: operations.commit_draft(talks, ada, text="x", owner="y", deadline=day(-1)), "has passed"),
        (lambda: operations.commit_draft(talks, ada, text="x", owner="y", deadline="soon"), "deadline"),
        (lambda: operations.delegation(talks, ada, []), "one person"),
        (lambda: operations.report_draft(talks, ada, "nonsense", status="done"), "commitment"),
    ):
        with pytest.raises(UserError) as caught:
            attempt()
        assert words in str(caught.value)
    theirs_commit = theirs(lazuria, talks, "commit", text="Preserve", owner="x", deadline=day(5))
    with pytest.raises(UserError, match="Lazuria's commitment"):
        operations.report_draft(talks, ada, theirs_commit.id, status="done")
    clear(operations.close_draft(talks, ada))
    with pytest.raises(UserError, match="Crimson had closed the talks"):
        operations.agenda_draft(talks, ada, ["x"])


def test_texts_in_another_normal_form_and_line_end(ada: User, lazuria: Peer, talks: Matter, clear: Clear) -> None:
    record = clear(operations.minutes_draft(talks, ada, held=day(0), text="Cafe\u0301 \r\n\r\n\r\n\r\nb\r\n"))
    assert record.effective
    assert record.act.body["text"] == "Caf\u00e9\n\nb"
    assert operations.delegation(talks, ada, [{"name": "Rene\u0301", "office": "x"}]).effective


def test_there_are_no_such_talks(ada: User) -> None:
    with pytest.raises(NodeError, match="no such talks"):
        operations.matter_of(ada, "d" * 32)


# -- what is shown -----------------------------------------------------------------------------------------------------


def test_the_calendar_of_talks(ada: User, clear: Clear, lazuria: Peer, talks: Matter) -> None:
    opening = state_of(talks)["opening"]["act"]
    assert parsed(cases.calendar_of([talks])) == []
    theirs(lazuria, talks, "accept", proposal=opening, time=ahead(9))
    kept = clear(operations.commit_draft(talks, ada, text="Send; the, logs", owner="CERT", deadline=day(3)))
    done = clear(operations.commit_draft(talks, ada, text="Done", owner="CERT", deadline=day(3)))
    clear(operations.report_draft(talks, ada, done.id, status="done"))
    meeting, deadline = parsed(cases.calendar_of([talks]))
    assert meeting["UID"] == f"{opening}@verbale"
    assert meeting["DTSTART"] == ahead(9).replace("-", "").replace(":", "")
    assert (meeting["SUMMARY"], meeting["LOCATION"]) == ("Talks with Lazuria: The night on the grid", "by video")
    assert "TLP:AMBER" in meeting["DESCRIPTION"]
    assert deadline["UID"] == f"{kept.id}@verbale"
    assert deadline["DTSTART;VALUE=DATE"] == day(3).replace("-", "")
    assert deadline["SUMMARY"] == "Due from Crimson: Send; the, logs"
    theirs(lazuria, talks, "decline", reason="Not now.")
    assert parsed(cases.calendar_of([talks]))[0]["STATUS"] == "CANCELLED"


# -- REST API ----------------------------------------------------------------------------------------------------------


def caller(user: User) -> Callable[..., Any]:
    client = Client(headers={"authorization": f"Bearer {ApiToken.make(user, 'tests')}"}, raise_request_exception=False)

    def call(path: str, body: Any = None) -> Any:
        if body is None:
            return client.get(f"/api/v1/talks{path}")
        return client.post(f"/api/v1/talks{path}", json.dumps(body), "application/json")

    return call


def test_the_api_drafts_and_says(ada: User, lazuria: Peer, talks: Matter) -> None:
    call = caller(ada)
    opening = state_of(talks)["opening"]["act"]
    made = call("/invite", {"to": ["LZ"], "subject": "More", "times": [ahead(20)]})
    assert (made.status_code, made.json()["type"]) == (200, "talks.invite")
    proposal = theirs(lazuria, talks, "propose", times=[ahead(11)], place="Azurine")
    promised = theirs(lazuria, talks, "commit", text="x", owner="y", deadline=day(4))
    laid = theirs(lazuria, talks, "minutes", held=day(0), text="Met.", sha256=text_hash("Met."))
    agenda = theirs(lazuria, talks, "agenda", items=["One"])
    one = f"/{talks.id}"
    assert [item["id"] for item in call("/").json()] == [talks.id]
    value = call(one).json()
    assert (value["phase"], value["invitation"], len(value["proposals"])) == ("proposed", opening, 2)
    for path, body in (
        ("/propose", {"times": [ahead(12)]}),
        ("/agenda", {"items": ["One", "Two"]}),
        ("/minutes", {"held": day(0), "text": "They met."}),
        ("/agree-minutes", {"minutes": laid.id, "sha256": text_hash("Met.")}),
        ("/commit", {"text": "x", "owner": "y", "deadline": day(1)}),
        ("/close", {"text": ""}),
    ):
        answer = call(one + path, body)
        assert (answer.status_code, answer.json().get("type")) == (200, f"talks.{path[1:]}"), answer.content
    for path, body in (
        ("/accept", {"proposal": proposal.id, "time": ahead(11)}),
        ("/agree-agenda", {"agenda": agenda.id}),
        ("/delegation", {"members": [{"name": "A", "office": "B"}]}),
    ):
        answer = call(one + path, body)
        assert (answer.status_code, answer.json()["effective"]) == (200, True), answer.content
    for path, body in (
        ("/decline", {"reason": "No."}),
        ("/report", {"commitment": promised.id, "status": "done"}),
        ("/agree-minutes", {"minutes": laid.id, "sha256": "0" * 64}),
    ):
        answer = call(one + path, body)
        assert (answer.status_code, bool(answer.json()["error"])) == (422, True), answer.content
    assert call("/" + "d" * 32).status_code == 404
    for path in ("/calendar.ics", f"{one}/calendar.ics"):
        answer = call(path)
        assert answer.headers["content-type"].startswith("text/calendar")
        assert len(parsed(answer.content)) == 2


def test_the_api_refuses_an_operator(person: Person, talks: Matter) -> None:
    call = caller(person("otto", "operator"))
    for path, body in (
        ("/", None),
        ("/calendar.ics", None),
        (f"/{talks.id}", None),
        (f"/{talks.id}/calendar.ics", None),
        (f"/{talks.id}/close", {}),
        (f"/{talks.id}/delegation", {"members": [{"name": "A", "office": "B"}]}),
        ("/invite", {"to": ["LZ"], "subject": "x", "times": [ahead(1)]}),
    ):
        assert call(path, body).status_code == 403, path


# -- command line ------------------------------------------------------------------------------------------------------


def run(*words: str, fails: bool = False) -> Any:
    from verbale.cli.app import app

    result = CliRunner().invoke(app, ["talks", *words])
    assert (result.exit_code == 0) is not fails, (result.output, result.exception)
    return json.loads(result.stdout) if "--json" in words and not fails else result.stdout


def test_the_commands(ada: User, clear: Clear, lazuria: Peer, talks: Matter, tmp_path: Any) -> None:
    who = ("--as", "ada", "--json")
    short = talks.id[:10]
    assert run("invite", "--to", "LZ", "--subject", "x", "--time", ahead(5), *who)["type"] == "talks.invite"
    assert [item["id"] for item in run("list", *who)] == [talks.id]
    theirs(lazuria, talks, "propose", times=[ahead(11)], place="Azurine")
    run("accept", short, "--time", ahead(12), *who, fails=True)
    assert run("accept", short, "--time", ahead(11), *who)["effective"]
    run("accept", short, "--time", ahead(11), *who, fails=True)
    agenda = theirs(lazuria, talks, "agenda", items=["One"])
    assert run("agree", short, agenda.id[:12], *who)["type"] == "talks.agree-agenda"
    laid = theirs(lazuria, talks, "minutes", held=day(0), text="Met.", sha256=text_hash("Met."))
    assert run("agree", short, laid.id[:12], "--submit", *who)["status"] == "submitted"
    text = tmp_path / "minutes.txt"
    text.write_text("They met.\n", encoding="utf-8")
    assert run("minutes", short, "--held", day(0), "--text", f"@{text}", *who)["type"] == "talks.minutes"
    assert run("commit", short, "--text", "x", "--owner", "y", "--deadline", day(2), *who)["to"] == ["LZ"]
    ours = clear(operations.commit_draft(talks, ada, text="Send", owner="CERT", deadline=day(2)))
    assert run("report", short, ours.id[:12], "--status", "done", *who)["type"] == "talks.report"
    assert run("propose", short, "--time", ahead(30), *who)["type"] == "talks.propose"
    assert run("agenda", short, "--item", "One", *who)["type"] == "talks.agenda"
    assert run("delegation", short, "--member", "A=B", *who)["effective"]
    assert run("close", short, *who)["type"] == "talks.close"
    assert "does not decline" not in run("decline", short, "--reason", "No.", *who, fails=True)
    assert run("show", short, *who)["phase"] == "fixed"
    assert "The time is fixed" in run("show", short, "--as", "ada")
    assert len(parsed(run("ics", short, *who)["calendar"].encode())) == 2
    out = tmp_path / "talks.ics"
    run("ics", "--file", str(out), "--as", "ada")
    assert len(parsed(out.read_bytes())) == 2
    run("show", "ffff", *who, fails=True)
    run("list", "--as", "nobody", fails=True)
