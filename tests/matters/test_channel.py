"""Notes as they print and as they are counted. `test_channel_operations.py` has writing, answering, acknowledging and
what is owed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.node.conftest import Person
from tests.node.world import US, Peer, note_body
from verbale.matters.channel.fold import channel_id
from verbale.matters.channel.kind import tasks
from verbale.matters.channel.operations import NoteFields, acknowledge, next_number, note_draft
from verbale.matters.papers import paper_of
from verbale.node import attachments, drafts
from verbale.node.models import ActFile, ActRecord, Delivery, User
from verbale.node.registry import act_type
from verbale.node.services import receive
from verbale.paper import to_docx, to_pdf

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def tomas(person: Person) -> User:
    return person("tomas", "head")


def sent(ada: User, tomas: User, **changes: Any) -> ActRecord:
    fields = {"to": "LZ", "subject": "Night on the grid", "paragraphs": ("inform the Ministry of it.",), **changes}
    draft = drafts.create(note_draft(NoteFields(**fields), ada)[0], ada)
    drafts.submit(draft, ada)
    return drafts.clear(draft, tomas)[-1]


def arrived(peer: Peer, number: str = "1/2026", **fields: Any) -> ActRecord:
    act, envelope = peer.note(number, **fields)
    receive([envelope], via="exchange")
    return ActRecord.objects.get(pk=act.id)


# -- numbers ----------------------------------------------------------------------------------------------------------


def test_a_new_year_begins_at_one(lazuria: Peer, ada: User, tomas: User, monkeypatch: pytest.MonkeyPatch) -> None:
    sent(ada, tomas)
    assert next_number("LZ") == f"2/{YEAR}"
    monkeypatch.setattr("django.utils.timezone.localdate", lambda: date(YEAR + 1, 1, 1))
    assert next_number("LZ") == f"1/{YEAR + 1}"


def test_a_returned_draft_holds_its_number(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = drafts.create(note_draft(NoteFields("LZ", "x", ("y",)), ada)[0], ada)
    drafts.submit(draft, ada)
    drafts.give_back(draft, tomas, "name the day")
    assert next_number("LZ") == f"2/{YEAR}"


def test_answers_are_counted_in_the_series_of_notes(lazuria: Peer, ada: User, tomas: User) -> None:
    sent(ada, tomas)
    answer = sent(ada, tomas, answers=arrived(lazuria).id)
    assert (answer.act.body["number"], next_number("LZ")) == (f"2/{YEAR}", f"3/{YEAR}")


# -- paper ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_note_of_ours_prints(lazuria: Peer, ada: User, tomas: User, language: str) -> None:
    record = sent(
        ada, tomas, language=language, marking="RED", precedence="FLASH", exercise=True,
        files=(("annex.txt", "text/plain", b"an annex that is printed by name"),),
    )  # fmt: skip
    paper = paper_of(record.act)
    assert (paper.form, paper.number, paper.language) == ("note-verbale", f"1/{YEAR}", language)
    assert (paper.marking, paper.precedence, paper.exercise) == ("TLP:RED", "FLASH", True)
    assert (paper.sender_state, paper.addressee) == (
        "Republic of Crimson",
        "Ministry of Foreign Affairs of the Republic of Lazuria",
    )
    assert (paper.attachments, paper.act_id) == (("annex.txt",), record.id)
    assert to_pdf(paper).startswith(b"%PDF-")
    assert to_docx(paper).startswith(b"PK")


def test_a_note_that_came_prints_and_so_does_our_answer(lazuria: Peer, ada: User, tomas: User) -> None:
    note = arrived(lazuria, "7/2026")
    answer = sent(ada, tomas, answers=note.id)
    for record, form in ((note, "note-verbale"), (answer, "answer")):
        known = act_type(record.type)
        assert known is not None
        assert known.paper is not None
        paper = known.paper(record.act)
        assert paper.form == form
        assert to_pdf(paper).startswith(b"%PDF-")


def test_an_acknowledgement_is_no_paper() -> None:
    known = act_type("channel.acknowledge")
    assert known is not None
    assert known.paper is None


# -- enclosures that come ---------------------------------------------------------------------------------------------


def test_an_enclosure_that_came_is_stored_and_one_that_no_note_names_is_not(lazuria: Peer) -> None:
    named, stray = b"an enclosure of Lazuria", b"a file that nothing names"
    described = attachments.describe(named, "annex.txt", "text/plain")
    act, envelope = lazuria.note(body={"attachments": [described]})
    receive([envelope], [named, stray], via="exchange")
    assert attachments.load(str(described["sha256"])) == named
    assert attachments.load(str(attachments.describe(stray, "x", "x")["sha256"])) is None
    row = ActFile.objects.get(act_id=act.id)
    assert (row.name, row.media_type, row.size) == ("annex.txt", "text/plain", len(named))


# -- acknowledging ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["desk", "head", "secretariat", "negotiator"])
def test_who_may_acknowledge_does_so_without_a_second_person(lazuria: Peer, person: Person, role: str) -> None:
    note = arrived(lazuria)
    assert acknowledge(note, person("somebody", role)).effective
    assert Delivery.objects.get().node == "LZ"


# -- what waits -------------------------------------------------------------------------------------------------------


def test_a_task_tells_where_and_by_when_it_is_done(lazuria: Peer, ada: User) -> None:
    due = (timezone.localdate() + timedelta(days=3)).isoformat()
    note = arrived(lazuria, precedence="IMMEDIATE", body={"reply_by": due})
    (task,) = tasks()
    assert (task.ours, task.due, task.precedence, task.right) == (True, due, "IMMEDIATE", "acknowledge")
    assert note.id in task.post_url
    assert note.id in task.form_url
    acknowledge(note, ada)
    (task,) = tasks()
    assert (task.ours, task.due, task.right, task.post_url) == (True, due, "draft", "")


def test_an_acknowledgement_of_theirs_settles_what_they_owed(lazuria: Peer, ada: User, tomas: User) -> None:
    note = sent(ada, tomas)
    assert [(task.ours, task.act_id) for task in tasks()] == [(False, note.id)]
    reply = lazuria.act("channel.acknowledge", {"acknowledges": note.id}, refs=(note.id,), matter=note.matter_id)
    receive([reply[1]], via="exchange")
    assert list(tasks()) == []


def test_what_two_others_owe_each_other_is_no_task_of_ours(lazuria: Peer, verdia: Peer) -> None:
    channel = channel_id((US, "LZ", "VD"))
    act, envelope = lazuria.act("channel.note", note_body("1"), audience=(US, "VD"), matter=channel)
    receive([envelope], via="exchange")
    assert [(task.ours, task.act_id) for task in tasks()] == [(True, act.id)]
