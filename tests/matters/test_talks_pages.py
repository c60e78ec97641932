"""The pages of talks: who may come in, what they show, and that each form does its act."""

import re
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests.matters.test_talks_ical import parsed
from tests.matters.test_talks_operations import ada, ahead, clear, day, invitation, talks, theirs
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.matters.incident.operations import open_incident
from verbale.matters.talks import operations
from verbale.matters.talks.acts import text_hash
from verbale.node.models import ActRecord, Draft, Matter, User
from verbale.node.projection import state_of
from verbale.node.registry import kind_of
from verbale.node.services import receive

__all__ = ["ada", "clear", "talks"]

pytestmark = pytest.mark.django_db


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


@pytest.fixture
def desk(ada: User) -> Client:
    return client_of(ada)


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = answer.content.decode()
    assert " style=" not in text
    assert "<style" not in text
    return text


def typed(time: str) -> str:
    """A time as a person types it, in the zone of the house."""
    return f"{timezone.localtime(datetime.fromisoformat(time)):%Y-%m-%dT%H:%M}"


WRITTEN = ("propose", "agenda", "minutes", "commit", "close")


@pytest.fixture
def full(talks: Matter, lazuria: Peer, ada: User, clear: Any) -> dict[str, str]:
    """Talks in which something of everything lies on the table; ids of its acts."""
    return {
        "matter": talks.id,
        "proposal": theirs(lazuria, talks, "propose", times=[ahead(11), ahead(12)], place="Azurine").id,
        "agenda": theirs(lazuria, talks, "agenda", items=["Preservation <b>"]).id,
        "minutes": theirs(
            lazuria, talks, "minutes", held=day(0), text="<i>Met.</i>", sha256=text_hash("<i>Met.</i>")
        ).id,
        "theirs": theirs(lazuria, talks, "commit", text="Preserve", owner="Prosecutor", deadline=day(-2)).id,
        "ours": clear(operations.commit_draft(talks, ada, text="Send logs", owner="CERT", deadline=day(2))).id,
    }


def test_the_list_and_an_empty_one(desk: Client, ada: User) -> None:
    assert "No talks so far" in shown(desk, "/talks/")
    assert 'data-go="t"' in shown(desk, "/talks/")


def test_every_page_answers_a_desk_officer(desk: Client, full: dict[str, str]) -> None:
    one = f"/talks/{full['matter']}"
    assert "The night on the grid" in shown(desk, "/talks/")
    shown(desk, "/talks/invite/")
    for what in WRITTEN:
        shown(desk, f"{one}/write/{what}/")
    assert "&lt;i&gt;Met." in shown(desk, f"{one}/write/agree-minutes/?act={full['minutes']}")
    assert "&lt;i&gt;Met." in shown(desk, f"{one}/write/minutes/?from={full['minutes']}")
    assert "Send logs" in shown(desk, f"{one}/write/report/?act={full['ours']}")
    assert desk.get(f"{one}/write/nonsense/").status_code == 404
    assert desk.get(f"{one}/write/report/?act={'f' * 64}").status_code == 404
    assert desk.get(f"/talks/{'d' * 32}/write/agenda/").status_code == 404
    for address in ("/talks/talks.ics", f"{one}/talks.ics"):
        answer = desk.get(address)
        assert answer.headers["content-type"].startswith("text/calendar")
        assert len(parsed(answer.content)) == 2


@pytest.mark.parametrize("role", ["operator", "auditor"])
def test_who_may_not(person: Person, full: dict[str, str], role: str) -> None:
    client = client_of(person("otto", role))
    one = f"/talks/{full['matter']}"
    written = [f"{one}/write/{what}/" for what in WRITTEN]
    read = ["/talks/", "/talks/talks.ics", f"{one}/talks.ics", f"/dossiers/{full['matter']}/"]
    for address in ("/talks/invite/", *written):
        assert client.get(address).status_code == 403, address
    for address in read:
        assert client.get(address).status_code == (200 if role == "auditor" else 403), address
    for address in (f"{one}/accept", f"{one}/agree-agenda", f"{one}/delegation"):
        assert client.post(address, {}).status_code == 403, address


def test_the_panel_tells_how_it_stands(desk: Client, full: dict[str, str]) -> None:
    text = shown(desk, f"/dossiers/{full['matter']}/")
    for words in (
        "No time is fixed yet.",
        "Crimson has to answer the times proposed.",
        "Lazuria proposes, Azurine",
        "Accept this time",
        "Preservation &lt;b&gt;",
        "Agree to this agenda",
        "&lt;i&gt;Met.&lt;/i&gt;",
        "still to agree: Crimson",
        "overdue since",
        "Report on it",
        "Propose other times",
    ):
        assert words in text, words
    assert 'class="paper"' in text
    assert f"of the talks of {timezone.localdate():%-d %B %Y}" in text
    assert "Decline</a>" not in text
    printed = shown(desk, f"/dossiers/{full['matter']}/print/")
    assert "Accept this time" not in printed
    assert "Preservation &lt;b&gt;" in printed


def test_the_desk_tells_what_waits(desk: Client, full: dict[str, str]) -> None:
    text = shown(desk, "/")
    for words in (
        "Answer the times that Lazuria proposes",
        "Agree to the agenda of Lazuria",
        "Agree to the minutes of Lazuria",
        "Keep our commitment",
        "A commitment of Lazuria is overdue",
    ):
        assert words in text, words


def test_what_is_said_at_once(desk: Client, full: dict[str, str]) -> None:
    one = f"/talks/{full['matter']}"
    matter = Matter.objects.get(pk=full["matter"])
    choice = f"{full['proposal']} {ahead(12)}"
    assert choice in shown(desk, f"/dossiers/{matter.id}/")
    assert desk.post(f"{one}/accept", {"choice": choice}).headers["location"] == f"/dossiers/{matter.id}/"
    desk.post(f"{one}/agree-agenda", {"agenda": full["agenda"]})
    desk.post(f"{one}/delegation", {"members": "A. Roe, Ambassador, of sorts\r\n\r\nB, Envoy"})
    state = state_of(matter)
    assert (state["fixed"]["time"], state["agenda"]) == (ahead(12), full["agenda"])
    assert state["delegation:CR"]["members"] == [
        {"name": "A. Roe", "office": "Ambassador, of sorts"},
        {"name": "B", "office": "Envoy"},
    ]
    text = shown(desk, f"/dossiers/{matter.id}/")
    assert "The time is fixed" in text
    assert "Agreed by all" in text
    assert "B, Envoy" in text
    # Twice, and nonsense: a sentence, and nothing has happened.
    for data in ({"choice": choice}, {"choice": ""}, {"choice": "x y"}):
        answer = desk.post(f"{one}/accept", data, follow=True)
        assert 'class="error"' in answer.content.decode()
    assert 'class="error"' in desk.post(f"{one}/delegation", {"members": "A"}, follow=True).content.decode()
    assert desk.get(f"{one}/accept").status_code == 405


def test_each_form_makes_its_draft_and_takes_it_up_again(desk: Client, ada: User, full: dict[str, str]) -> None:
    one = f"/talks/{full['matter']}/write"
    given: dict[str, dict[str, str]] = {
        "propose": {"time_1": typed(ahead(13)), "place": "by video", "length": "45"},
        "agenda": {"items": "One\r\nTwo"},
        "minutes": {"held": day(0), "text": "They met.\r\n\r\nThey agreed."},
        "agree-minutes": {"act": full["minutes"], "sha256": text_hash("<i>Met.</i>")},
        "commit": {"text": "Do it", "owner": "CERT", "deadline": day(9)},
        "report": {"act": full["ours"], "status": "done", "remark": "Sent."},
        "close": {"text": "All is said."},
    }
    for what, data in given.items():
        answer = desk.post(f"{one}/{what}/", {**data, "keep": "1"})
        assert answer.status_code == 302, (what, answer.content.decode()[-3000:])
        draft = Draft.objects.exclude(status=Draft.Status.SENT).get(type=f"talks.{what}")
        page = shown(desk, answer.headers["location"])
        assert f"/talks/drafts/{draft.pk}/" in page
        if what == "agree-minutes":
            assert "&lt;i&gt;Met." in page
            assert "not that of this text" not in page
        resumed = shown(desk, f"/talks/drafts/{draft.pk}/")
        fields = dict(re.findall(r'name="(\w+)"[^>]*value="([^"]*)"', resumed))
        assert fields.get("act", "") == data.get("act", "")
        # Written on, and put before the head of mission.
        answer = desk.post(f"/talks/drafts/{draft.pk}/", {**data, "submit": "1"})
        assert answer.status_code == 302, (what, answer.content.decode()[-3000:])
        draft.refresh_from_db()
        assert draft.status == Draft.Status.SUBMITTED
    shown(desk, f"/dossiers/{full['matter']}/")


def test_a_form_tells_what_is_wrong(desk: Client, full: dict[str, str]) -> None:
    one = f"/talks/{full['matter']}/write"
    for what, data in {
        "propose": {"time_1": "2020-01-01T09:00", "place": "x", "length": "45"},
        "agenda": {"items": " "},
        "minutes": {"held": "2026-02-30", "text": "x"},
        "agree-minutes": {"act": full["minutes"], "sha256": "0" * 64},
        "commit": {"text": "Do it", "owner": "CERT", "deadline": "2020-01-01"},
        "report": {"act": full["theirs"], "status": "done"},
    }.items():
        answer = desk.post(f"{one}/{what}/", data)
        assert answer.status_code == 200
        assert "errorlist" in answer.content.decode(), what
    assert not Draft.objects.filter(status=Draft.Status.DRAFT).exists()


def test_to_invite_from_a_dossier(desk: Client, ada: User, lazuria: Peer) -> None:
    incident = open_incident(ada, title="Night on the grid", marking="GREEN")
    assert f"/talks/invite/?about={incident.matter_id}" in shown(desk, f"/dossiers/{incident.matter_id}/")
    text = shown(desk, f"/talks/invite/?about={incident.matter_id}&to=LZ")
    assert 'value="Night on the grid"' in text
    assert re.search(r'value="LZ"[^>]*checked', text)
    data = {
        "to": ["LZ"],
        "subject": "Night on the grid",
        "about": incident.matter_id,
        "time_1": typed(ahead(5)),
        "time_2": typed(ahead(4)),
        "place": "by video",
        "length": "60",
        "language": "en",
        "agenda": "One\nTwo",
        "marking": "GREEN",
        "precedence": "PRIORITY",
    }
    answer = desk.post("/talks/invite/", {**data, "time_1": ""})
    assert "errorlist" in answer.content.decode()
    answer = desk.post("/talks/invite/", {**data, "keep": "1"})
    draft = Draft.objects.get(type="talks.invite")
    assert answer.headers["location"] == f"/drafts/{draft.pk}/"
    assert draft.body["times"] == [f"{time[:17]}00Z" for time in (ahead(4), ahead(5))]
    assert draft.body["agenda"] == ["One", "Two"]
    text = shown(desk, f"/drafts/{draft.pk}/")
    assert "Draft of the agenda" in text
    resumed = shown(desk, f"/talks/drafts/{draft.pk}/")
    assert typed(ahead(4)) in resumed
    assert "One\nTwo" in resumed
    desk.post(f"/talks/drafts/{draft.pk}/", {**data, "subject": "Changed", "submit": "1"})
    draft.refresh_from_db()
    assert (draft.body["subject"], draft.status) == ("Changed", Draft.Status.SUBMITTED)
    # It waits: the page to write on leads to the draft.
    assert desk.get(f"/talks/drafts/{draft.pk}/").status_code == 302


def test_every_act_has_its_page(desk: Client, ada: User, clear: Any, lazuria: Peer, full: dict[str, str]) -> None:
    matter = Matter.objects.get(pk=full["matter"])
    operations.accept(matter, ada, proposal=full["proposal"], time=ahead(11))
    operations.agree_agenda(matter, ada, full["agenda"])
    operations.delegation(matter, ada, [{"name": "A. Roe", "office": "Ambassador"}])
    clear(operations.agree_minutes_draft(matter, ada, full["minutes"]))
    clear(operations.report_draft(matter, ada, full["ours"], status="dropped", remark="In vain."))
    theirs(lazuria, matter, "decline", reason="Not now.")
    clear(operations.close_draft(matter, ada, "All is said."))
    found = set()
    for record in ActRecord.objects.filter(matter_id=matter.id):
        found.add(record.type)
        shown(desk, f"/acts/{record.id}/")
    assert len(found) == 12
    text = shown(desk, f"/dossiers/{matter.id}/")
    assert "Crimson closed the talks." in text
    assert "Lay minutes" not in text
    assert "Report on it" in text


BODIES: list[dict[str, Any]] = [
    {},
    {"times": 5, "members": 5, "items": 5, "agenda": 5, "commitment": 5, "minutes": 5, "text": 5, "time": 5},
    {"times": [], "members": [], "items": [], "subject": [], "agenda": {}, "commitment": {}, "minutes": [1]},
    {"times": [{}], "members": ["x"], "items": [[]], "time": "0001-01-01T00:00:00Z", "deadline": "x", "held": "x"},
    {"times": ["0001-01-01T00:00:00Z"], "place": {}, "length": "x", "subject": "x", "sha256": 1, "text": "t"},
    {"status": [], "commitment": "x" * 64, "minutes": "x" * 64, "proposal": "/", "reason": 1, "deadline": "9999"},
]


def test_acts_with_unlawful_bodies_do_not_break_the_pages(
    desk: Client, lazuria: Peer, full: dict[str, str], settings: Any
) -> None:
    known = kind_of("talks")
    assert known is not None
    sent = [lazuria.act(item.name, body, matter=full["matter"]) for item in known.types for body in BODIES]
    receive([envelope for _act, envelope in sent], via="exchange")
    with timezone.override("America/Lima"):
        for act, _envelope in sent:
            shown(desk, f"/acts/{act.id}/")
        shown(desk, f"/dossiers/{full['matter']}/")
        shown(desk, "/talks/")
        shown(desk, "/")


def test_talks_whose_invitation_has_not_arrived(desk: Client, lazuria: Peer) -> None:
    act, envelope = lazuria.act("talks.close", {}, matter="c" * 32)
    receive([envelope], via="exchange")
    assert "has not arrived" in shown(desk, f"/dossiers/{act.matter}/")
    assert "has not arrived" in shown(desk, "/talks/")
    shown(desk, f"/talks/{act.matter}/write/agenda/")
    assert "errorlist" in desk.post(f"/talks/{act.matter}/write/agenda/", {"items": "x"}).content.decode()
    assert parsed(desk.get(f"/talks/{act.matter}/talks.ics").content) == []


def test_talks_about_a_closed_dossier_are_not_shown(
    desk: Client, ada: User, clear: Any, lazuria: Peer, person: Person
) -> None:
    incident = Matter.objects.get(pk=open_incident(ada, title="Secret").matter_id)
    record = clear(operations.invite_draft(invitation(about=incident.id, text="Hidden words"), ada))
    incident.restricted = True
    incident.save()
    incident.people.add(ada)
    other = client_of(person("olga", "desk"))
    assert "Times on the table" in shown(desk, f"/dossiers/{record.matter_id}/")
    refused = other.get(f"/dossiers/{record.matter_id}/")
    assert refused.status_code == 403
    assert "Times on the table" not in refused.content.decode()
    assert "open only to the people named" in refused.content.decode()
    assert "The night on the grid" not in shown(other, "/talks/")
    for address in (f"/talks/{record.matter_id}/talks.ics", f"/talks/{record.matter_id}/write/agenda/"):
        assert other.get(address).status_code == 403
