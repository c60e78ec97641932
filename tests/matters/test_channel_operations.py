"""What people do in a channel: notes with their numbers, answers, acknowledgements, enclosures, and what is owed."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from tests.node.conftest import Person
from tests.node.world import US, Peer, note_body
from verbale.matters.channel import operations
from verbale.matters.channel.fold import channel_id
from verbale.matters.channel.kind import tasks
from verbale.matters.channel.operations import NoteFields, acknowledge, next_number, note_draft, resume
from verbale.matters.incident.operations import import_report, open_incident
from verbale.matters.papers import paper_of
from verbale.node import attachments, drafts
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ActRecord, Attachment, AuditEntry, Delivery, Draft, Matter, Partner, User
from verbale.node.projection import state_of
from verbale.node.services import receive

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year
TOMORROW = (timezone.localdate() + timedelta(days=1)).isoformat()
YESTERDAY = (timezone.localdate() - timedelta(days=1)).isoformat()


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def tomas(person: Person) -> User:
    return person("tomas", "head")


def fields(**changes: Any) -> NoteFields:
    return NoteFields(**{"to": "LZ", "subject": "Night on the grid", "paragraphs": ("inform of it.",), **changes})


def drafted(ada: User, **changes: Any) -> Draft:
    return drafts.create(note_draft(fields(**changes), ada)[0], ada)


def sent(ada: User, tomas: User, **changes: Any) -> ActRecord:
    draft = drafted(ada, **changes)
    drafts.submit(draft, ada)
    return drafts.clear(draft, tomas)[-1]


def arrived(peer: Peer, number: str = "1/2026", **fields: Any) -> ActRecord:
    act, envelope = peer.note(number, **fields)
    receive([envelope], via="exchange")
    return ActRecord.objects.get(pk=act.id)


def blobs() -> set[Path]:
    return {path for path in settings.HOME.blobs.rglob("*") if path.is_file()}


# -- notes ------------------------------------------------------------------------------------------------------------


def test_a_note_says_who_writes_to_whom(lazuria: Peer, ada: User, tomas: User) -> None:
    record = sent(ada, tomas, reply_by=TOMORROW, precedence="IMMEDIATE", marking="GREEN")
    body = record.act.body
    assert (record.type, record.audience, record.matter_id) == ("channel.note", ["LZ"], channel_id((US, "LZ")))
    assert body["number"] == f"1/{YEAR}"
    assert body["letterhead"]["state"] == "Republic of Crimson"
    assert body["addressee"] == "Ministry of Foreign Affairs of the Republic of Lazuria"
    assert (body["date"], body["reply_by"]) == (timezone.localdate().isoformat(), TOMORROW)
    assert (record.marking, record.precedence, record.effective) == ("GREEN", "IMMEDIATE", True)


def test_an_organisation_is_addressed_by_its_secretariat(lazuria: Peer) -> None:
    partner = lazuria.partner
    partner.kind, partner.name = "organisation", "Forum of States"
    assert operations.addressee_of(partner) == "Secretariat of the Forum of States"


def test_numbers_count_up_by_channel_and_year(lazuria: Peer, verdia: Peer, ada: User, tomas: User) -> None:
    assert [sent(ada, tomas).act.body["number"] for _ in range(3)] == [f"{n}/{YEAR}" for n in (1, 2, 3)]
    assert next_number("VD") == f"1/{YEAR}"
    arrived(lazuria, f"4/{YEAR}")  # theirs are theirs
    assert next_number("LZ") == f"4/{YEAR}"


def test_a_number_of_a_draft_is_taken_until_it_is_withdrawn(lazuria: Peer, ada: User) -> None:
    first = drafted(ada)
    assert drafted(ada).body["number"] == f"2/{YEAR}"
    drafts.withdraw(first, ada)
    assert next_number("LZ") == f"1/{YEAR}"


def test_a_draft_that_is_changed_keeps_its_number(lazuria: Peer, ada: User) -> None:
    draft = drafted(ada)
    drafted(ada)
    drafts.update(draft, note_draft(fields(subject="Another subject"), ada, draft)[0], ada)
    assert (draft.body["number"], draft.body["subject"]) == (f"1/{YEAR}", "Another subject")


def test_a_draft_that_is_readdressed_gets_a_number_of_that_channel(
    lazuria: Peer, verdia: Peer, ada: User, tomas: User
) -> None:
    """Its old one may be taken there, and the note would be without effect."""
    sent(ada, tomas, to="VD")
    draft = drafted(ada)
    drafts.update(draft, note_draft(fields(to="VD"), ada, draft)[0], ada)
    assert (draft.audience, draft.body["number"]) == (["VD"], f"2/{YEAR}")
    drafts.submit(draft, ada)
    assert drafts.clear(draft, tomas)[0].effective


def test_a_draft_can_be_taken_up_again_as_it_was(lazuria: Peer, ada: User) -> None:
    matter = open_incident(ada_as_analyst(ada), title="Night").matter_id
    given = fields(
        about=matter, reply_by=TOMORROW, marking="GREEN", precedence="FLASH", share_report=True, language="fr"
    )
    draft = drafts.create(note_draft(given, ada)[0], ada)
    assert resume(draft) == given


def ada_as_analyst(ada: User) -> User:
    ada.roles = ["desk", "analyst"]
    ada.save()
    return ada


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "to a stranger": ({"to": "XX"}, "to"),
    "to nobody": ({"to": ""}, "to"),
    "to ourselves": ({"to": US}, "to"),
    "without text": ({"paragraphs": ()}, "text"),
    "of spaces": ({"paragraphs": (" ", "\n")}, "text"),
    "under no marking": ({"marking": "PURPLE"}, "marking"),
    "with an answer asked for by yesterday": ({"reply_by": YESTERDAY}, "reply_by"),
    "about a dossier that is not there": ({"about": "0" * 32}, "about"),
    "about no dossier": ({"about": "nonsense"}, "about"),
    "in answer to nothing": ({"answers": "0" * 64}, "answers"),
}


@pytest.mark.parametrize(("changes", "field"), REFUSED.values(), ids=REFUSED)
def test_a_note_is_refused_naming_the_field_and_nothing_is_kept(
    lazuria: Peer, ada: User, changes: dict[str, Any], field: str
) -> None:
    before = blobs()
    enclosure = ("a.txt", "text/plain", f"enclosure of a refused note {field}".encode())
    with pytest.raises(UserError) as caught:
        note_draft(fields(files=(enclosure,), **changes), ada)
    assert caught.value.field == field
    assert (blobs(), Attachment.objects.count()) == (before, 0)


@pytest.mark.parametrize(
    "changes", [{"subject": " "}, {"subject": "x" * 301}, {"reply_by": "9999-99-99"}, {"language": "x"}]
)
def test_a_note_that_is_not_lawful_becomes_no_draft(lazuria: Peer, ada: User, changes: dict[str, Any]) -> None:
    with pytest.raises(UserError):
        drafts.create(note_draft(fields(**changes), ada)[0], ada)
    assert not Draft.objects.exists()


def test_an_answer_may_be_asked_for_today(lazuria: Peer, ada: User) -> None:
    assert drafted(ada, reply_by=timezone.localdate().isoformat()).body["reply_by"]


def test_nothing_is_drafted_to_a_blocked_partner(lazuria: Peer, ada: User) -> None:
    Partner.objects.update(status="blocked")
    with pytest.raises(UserError) as caught:
        note_draft(fields(), ada)
    assert caught.value.field == "to"


@pytest.mark.parametrize("role", ["auditor", "operator", None])
def test_who_may_not_draft_writes_no_note(lazuria: Peer, person: Person, role: str | None) -> None:
    with pytest.raises(AccessError):
        note_draft(fields(), person("other", *([role] if role else [])))


# -- enclosures and what is shared ------------------------------------------------------------------------------------


def test_enclosures_are_kept_and_named(lazuria: Peer, ada: User, tomas: User) -> None:
    record = sent(ada, tomas, files=(("Re\u0301sume\u0301.txt", "text/plain", b"an enclosure"),))
    (named,) = record.act.body["attachments"]
    assert named["name"] == "R\u00e9sum\u00e9.txt"
    assert attachments.load(named["sha256"]) == b"an enclosure"
    assert paper_of(record.act).attachments == ("R\u00e9sum\u00e9.txt",)


def test_enclosures_of_the_earlier_version_may_stay(lazuria: Peer, ada: User) -> None:
    draft = drafted(ada, files=(("a.txt", "text/plain", b"first enclosure"),))
    kept = resume(draft).kept
    made, _ = note_draft(fields(kept=kept, files=(("b.txt", "text/plain", b"second enclosure"),)), ada, draft)
    drafts.update(draft, made, ada)
    assert [item["name"] for item in draft.body["attachments"]] == ["a.txt", "b.txt"]


def test_to_look_at_a_note_keeps_no_file(lazuria: Peer, ada: User) -> None:
    before = blobs()
    made, _ = note_draft(fields(files=(("a.txt", "text/plain", b"only looked at"),)), ada, keep=False)
    assert made.body["attachments"][0]["size"] == 14
    assert blobs() == before


def test_an_enclosure_over_the_limit_is_refused(lazuria: Peer, ada: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("verbale.node.attachments.MAX_ATTACHMENT_BYTES", 10)
    with pytest.raises(UserError, match="the limit is 10"):
        note_draft(fields(files=(("a.txt", "text/plain", b"eleven byte"),)), ada)
    assert not Attachment.objects.exists()


def test_the_incident_goes_along_as_far_as_the_marking_allows(lazuria: Peer, ada: User, tomas: User) -> None:
    from tests.matters.test_incident_share import mixed_stix

    iva = ada_as_analyst(ada)
    matter = import_report(mixed_stix("RED"), "night.json", iva, title="Night").matter_id
    draft = drafts.create((made := note_draft(fields(about=matter, share_report=True, marking="GREEN"), iva))[0], iva)
    assert made[1] is not None
    assert made[1].withheld
    drafts.submit(draft, iva)
    report, note = drafts.clear(draft, tomas)
    assert (report.type, report.matter_id, report.marking) == ("incident.report", matter, "GREEN")
    assert (note.about_id, note.act.body["about"]) == (matter, matter)
    assert b"secret-red" not in bytes(report.payload)
    assert Delivery.objects.count() == 2


def test_a_note_about_an_exercise_is_one(lazuria: Peer, ada: User) -> None:
    matter = open_incident(ada_as_analyst(ada), title="Drill", exercise=True).matter_id
    assert drafted(ada, about=matter).exercise


def test_a_note_about_a_closed_dossier_is_not_written_by_others(lazuria: Peer, ada: User, person: Person) -> None:
    matter = open_incident(person("iva", "analyst"), title="Secret").matter_id
    Matter.objects.filter(pk=matter).update(restricted=True)
    with pytest.raises(AccessError):
        note_draft(fields(about=matter, share_report=True), ada)


# -- answers ----------------------------------------------------------------------------------------------------------


def test_an_answer_names_the_note_in_words_and_settles_it(lazuria: Peer, ada: User, tomas: User) -> None:
    note = arrived(lazuria, "7/2026", body={"reply_by": "2099-01-31"})
    answer = sent(ada, tomas, answers=note.id)
    assert (answer.type, answer.act.refs, answer.effective) == ("channel.answer", (note.id,), True)
    assert answer.act.body["answered"] == "note verbale 7/2026 of 24 November 2026"
    assert paper_of(answer.act).reference == "note verbale 7/2026 of 24 November 2026"
    state = state_of(Matter.objects.get(pk=channel_id((US, "LZ"))))
    assert state[f"answers:{note.id}"] == [answer.id]
    assert f"wait:{note.id}:CR" not in state


@pytest.mark.parametrize("language", ["en", "fr", "ar", "zz"])
def test_a_note_in_any_language_can_be_answered(lazuria: Peer, ada: User, language: str) -> None:
    note = arrived(lazuria, body={"language": language})
    assert drafted(ada, answers=note.id).body["answered"].startswith("note verbale 1/2026")
    assert operations.opening_of_answer(note)


@pytest.mark.parametrize("date", ["2026-02-30", "0000-01-01"])
def test_a_note_of_a_day_that_is_none_is_kept_without_effect(lazuria: Peer, date: str) -> None:
    assert not arrived(lazuria, body={"date": date}).effective


def test_only_a_note_of_that_partner_can_be_answered(lazuria: Peer, verdia: Peer, ada: User, tomas: User) -> None:
    theirs, own = arrived(verdia), sent(ada, tomas)
    report = lazuria.act("incident.report", {"title": "x"}, matter="b" * 32)
    receive([report[1]], via="exchange")
    for identifier in (theirs.id, own.id, report[0].id):
        with pytest.raises(UserError) as caught:
            note_draft(fields(answers=identifier), ada)
        assert caught.value.field == "answers"


def test_a_note_of_another_channel_is_not_answered_in_this_one(lazuria: Peer, verdia: Peer, ada: User) -> None:
    """A note to several is answered among them: in the channel of two the answer would be without effect."""
    act, envelope = lazuria.act(
        "channel.note", note_body("1"), audience=(US, "VD"), matter=channel_id((US, "LZ", "VD"))
    )
    receive([envelope], via="exchange")
    assert ActRecord.objects.get(pk=act.id).effective
    with pytest.raises(UserError) as caught:
        note_draft(fields(answers=act.id), ada)
    assert caught.value.field == "answers"


# -- acknowledging ----------------------------------------------------------------------------------------------------


def test_a_note_is_acknowledged_once(lazuria: Peer, ada: User) -> None:
    note = arrived(lazuria, precedence="FLASH", exercise=True)
    reply = acknowledge(note, ada, "  with thanks ")
    assert (reply.type, reply.audience, reply.precedence, reply.exercise) == (
        "channel.acknowledge",
        ["LZ"],
        "FLASH",
        True,
    )
    assert reply.act.body["text"] == "with thanks"
    assert reply.effective
    with pytest.raises(UserError, match="already"):
        acknowledge(note, ada)
    assert Delivery.objects.count() == 1
    assert AuditEntry.objects.get(verb="acknowledged").act_id == note.id


def test_what_was_answered_needs_no_acknowledgement(lazuria: Peer, ada: User, tomas: User) -> None:
    note = arrived(lazuria)
    sent(ada, tomas, answers=note.id)
    with pytest.raises(UserError, match="already"):
        acknowledge(note, ada)


def test_only_notes_to_us_are_acknowledged(lazuria: Peer, ada: User, tomas: User) -> None:
    own = sent(ada, tomas)
    report = lazuria.act("incident.report", {"title": "x"}, matter="b" * 32)
    receive([report[1]], via="exchange")
    for record in (own, ActRecord.objects.get(pk=report[0].id), acknowledge(arrived(lazuria), ada)):
        with pytest.raises(UserError, match="addressed to us"):
            acknowledge(record, ada)


@pytest.mark.parametrize("role", ["analyst", "legal", "auditor", "operator", None])
def test_who_may_not_acknowledge_does_not(lazuria: Peer, person: Person, role: str | None) -> None:
    note = arrived(lazuria)
    with pytest.raises(AccessError):
        acknowledge(note, person("other", *([role] if role else [])))
    assert not Delivery.objects.exists()


def test_a_note_about_a_closed_dossier_is_neither_acknowledged_nor_answered_by_others(
    lazuria: Peer, ada: User, person: Person
) -> None:
    matter = open_incident(person("iva", "analyst"), title="Secret").matter_id
    Matter.objects.filter(pk=matter).update(restricted=True)
    note = arrived(lazuria, body={"about": matter})
    with pytest.raises(AccessError):
        acknowledge(note, ada)
    with pytest.raises((AccessError, UserError)):
        note_draft(fields(answers=note.id), ada)
    assert not Delivery.objects.exists()


# -- what waits -------------------------------------------------------------------------------------------------------


def waiting() -> set[tuple[bool, str, str | None, str]]:
    return {(task.ours, task.act_id, task.due, str(task.sentence)) for task in tasks()}


def test_what_waits_for_whom(lazuria: Peer, verdia: Peer, ada: User, tomas: User) -> None:
    ours = sent(ada, tomas, reply_by=TOMORROW)
    theirs = arrived(lazuria, body={"reply_by": "2099-01-31"})
    plain = arrived(verdia)
    assert waiting() == {
        (False, ours.id, TOMORROW, "Lazuria owes an answer to our note"),
        (True, theirs.id, "2099-01-31", "Acknowledge the note of Lazuria"),
        (True, plain.id, None, "Acknowledge the note of Verdia"),
    }
    acknowledge(theirs, ada)
    acknowledge(plain, ada)
    assert waiting() == {
        (False, ours.id, TOMORROW, "Lazuria owes an answer to our note"),
        (True, theirs.id, "2099-01-31", "Answer the note of Lazuria"),
    }
    sent(ada, tomas, answers=theirs.id)
    back = lazuria.act("channel.answer", note_body("9", answers=ours.id), refs=(ours.id,), matter=ours.matter_id)
    receive([back[1]], via="exchange")
    # An answer is a note too, and is acknowledged like one.
    assert {(task.ours, str(task.sentence)) for task in tasks()} == {
        (True, "Acknowledge the note of Lazuria"),
        (False, "Lazuria has not acknowledged our note"),
    }


def test_a_task_is_found_in_the_dossier_that_the_note_is_about(lazuria: Peer) -> None:
    arrived(lazuria, body={"about": "b" * 32})
    (task,) = tasks()
    assert task.matter_id == "b" * 32
    assert task.detail == "1/2026 · A test of the channel"
