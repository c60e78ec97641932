"""What people do with assistance: asking, answering, preserving, delivering, offering; and what waits for whom."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.matters.test_assistance_fold import BODIES, ITEMS
from tests.node.conftest import Person
from tests.node.world import Peer, now
from verbale import paper
from verbale.matters.assistance import cases, operations
from verbale.matters.assistance.kind import tasks
from verbale.matters.assistance.operations import OpeningFields
from verbale.matters.incident.operations import open_incident
from verbale.matters.papers import paper_of
from verbale.node import drafts
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, ClearanceError, UserError
from verbale.node.models import ActRecord, AuditEntry, Delivery, Draft, Matter, User
from verbale.node.projection import state_of
from verbale.node.services import Outgoing, issue, receive

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
YEAR = TODAY.year
SPECIFIED = {
    "authority": "Public Prosecutor of Port Crimson",
    "offence": "Data interference",
    "data": "Logs of 192.0.2.7",
    "link": "The attack came from there",
    "custodian": "",
    "necessity": "Logs are erased after 30 days",
    "intention": True,
}


def day(days: int) -> str:
    return (TODAY + timedelta(days=days)).isoformat()


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", "analyst")


@pytest.fixture
def tomas(person: Person) -> User:
    return person("tomas", "head")


def fields(**changes: Any) -> OpeningFields:
    return OpeningFields(**{"to": "LZ", "subject": "Night on the grid", "items": tuple(ITEMS), **changes})


def cleared(made: DraftFields, ada: User, tomas: User) -> ActRecord:
    draft = drafts.create(made, ada)
    drafts.submit(draft, ada)
    return drafts.clear(draft, tomas)[-1]


def asked(ada: User, tomas: User, **changes: Any) -> Matter:
    record = cleared(operations.request_draft(fields(**changes), ada)[0], ada, tomas)
    assert record.effective
    return Matter.objects.get(pk=record.matter_id)


def arrived(peer: Peer, word: str = "request", **changes: Any) -> Matter:
    """A request or an offer of the peer to us."""
    told = {key: changes.pop(key) for key in ("marking", "precedence", "issued") if key in changes}
    act, envelope = peer.act(f"assistance.{word}", {**BODIES[word], **changes}, **told)
    receive([envelope], via="exchange")
    return Matter.objects.get(pk=act.matter)


def said(peer: Peer, matter: Matter, word: str, **changes: Any) -> ActRecord:
    opening = state_of(matter)["opening"]["act"]
    told = {key: changes.pop(key) for key in ("issued",) if key in changes}
    refs = (opening, *changes.pop("refs", ()))
    act, envelope = peer.act(f"assistance.{word}", {**BODIES[word], **changes}, matter=matter.id, refs=refs, **told)
    receive([envelope], via="exchange")
    return ActRecord.objects.get(pk=act.id)


# -- asking -----------------------------------------------------------------------------------------------------------


def test_a_request_opens_a_matter_and_is_a_note_verbale(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = asked(ada, tomas, urgency="urgent", urgency_reason="The logs fade.", reply_by=day(3), confidential=True)
    record = ActRecord.objects.get(matter_id=matter.id)
    body = record.act.body
    assert (matter.kind, matter.title, record.audience) == ("assistance", "Night on the grid", ["LZ"])
    assert (body["number"], body["items"], record.precedence) == (f"A-1/{YEAR}", ITEMS, "PRIORITY")
    assert body["basis"] == {"instrument": "Convention on Cybercrime (ETS 185)", "article": "Articles 25 and 31"}
    sheet = paper_of(record.act)
    assert sheet.addressee == "Ministry of Foreign Affairs of the Republic of Lazuria"
    text = "\n".join(sheet.paragraphs)
    for part in (
        "Item 2: Hand over the traffic data",
        "Articles 25 and 31 of the Convention",
        "The logs fade.",
        "confidential",
    ):
        assert part in text
    assert paper.to_pdf(sheet).startswith(b"%PDF")
    assert Delivery.objects.get().node == "LZ"


def test_it_leaves_only_through_clearance(lazuria: Peer, ada: User) -> None:
    made = operations.request_draft(fields(), ada)[0]
    with pytest.raises(ClearanceError):
        issue(Outgoing(made.type, made.body, audience=made.audience))


def test_a_request_to_preserve_says_what_article_29_asks_for(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = asked(ada, tomas, kind="preservation", preservation=SPECIFIED)
    body = ActRecord.objects.get(matter_id=matter.id).act.body
    assert body["preservation"]["authority"] == "Public Prosecutor of Port Crimson"
    told = next(text for text in body["paragraphs"] if "Article 29 (2)" in text)
    assert all(SPECIFIED[name] in told for name in ("authority", "offence", "data", "link", "necessity"))
    assert "Custodian" not in told
    assert "intends to submit a request" in told


def test_in_french(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = asked(ada, tomas, kind="preservation", preservation=SPECIFIED, language="fr", reply_by=day(3))
    sheet = paper_of(ActRecord.objects.get(matter_id=matter.id).act)
    assert sheet.language == "fr"
    assert sheet.paragraphs[0].startswith("demander l'entraide")
    assert paper.to_docx(sheet)


REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "to a stranger": ({"to": "XX"}, "to"),
    "of no kind": ({"kind": "favour"}, "kind"),
    "without items": ({"items": (" ",)}, "items"),
    "without a subject": ({"subject": " "}, "subject"),
    "in no language": ({"language": "xx"}, "language"),
    "under no marking": ({"marking": "PURPLE"}, "marking"),
    "of no urgency": ({"urgency": "soon"}, "urgency"),
    "by yesterday": ({"reply_by": day(-1)}, "reply_by"),
    "about nothing that is here": ({"about": "0" * 32}, "about"),
    "to preserve, without an authority": (
        {"kind": "preservation", "preservation": {**SPECIFIED, "authority": " "}},
        "authority",
    ),
    "to preserve, without intention": (
        {"kind": "preservation", "preservation": {**SPECIFIED, "intention": False}},
        "intention",
    ),
    "to preserve, without all of it": ({"kind": "preservation"}, "authority"),
}


@pytest.mark.parametrize(("changes", "field"), REFUSED.values(), ids=REFUSED)
def test_a_request_is_refused_naming_the_field(lazuria: Peer, ada: User, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as caught:
        operations.request_draft(fields(**changes), ada)
    assert caught.value.field == field


def test_a_request_about_a_dossier_takes_its_report_along(lazuria: Peer, ada: User, tomas: User) -> None:
    incident = open_incident(ada, title="Night", exercise=True).matter_id
    draft = drafts.create(operations.request_draft(fields(about=incident, share_report=True), ada)[0], ada)
    drafts.submit(draft, ada)
    report, request = drafts.clear(draft, tomas)
    assert (report.type, request.about_id, request.exercise) == ("incident.report", incident, True)


def test_numbers_count_up_and_a_draft_keeps_its_own(lazuria: Peer, ada: User, tomas: User) -> None:
    asked(ada, tomas)
    draft = drafts.create(operations.request_draft(fields(), ada)[0], ada)
    assert draft.body["number"] == f"A-2/{YEAR}"
    again = operations.request_draft(fields(subject="Another"), ada, draft)[0]
    assert again.body["number"] == f"A-2/{YEAR}"
    assert operations.request_draft(fields(), ada)[0].body["number"] == f"A-3/{YEAR}"


def test_a_draft_can_be_taken_up_again_as_it_was(lazuria: Peer, ada: User) -> None:
    given = fields(
        kind="preservation", preservation=SPECIFIED, instrument="Treaty of 1999", article="Article 5",
        urgency="emergency", urgency_reason="Now", confidential=True, reply_by=day(2), marking="GREEN", language="fr",
    )  # fmt: skip
    draft = drafts.create(operations.request_draft(given, ada)[0], ada)
    assert operations.resume_opening(draft) == given


@pytest.mark.parametrize("role", ["auditor", "operator"])
def test_who_may_not_draft_asks_for_nothing(lazuria: Peer, person: Person, role: str) -> None:
    with pytest.raises(AccessError):
        operations.request_draft(fields(), person("other", role))


# -- answering --------------------------------------------------------------------------------------------------------


def test_a_request_is_accepted_in_part_under_conditions(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = arrived(lazuria, precedence="IMMEDIATE")
    made = operations.accept_draft(matter, ada, items=[3, 1], conditions="Not before the trial.")
    record = cleared(made, ada, tomas)
    assert (record.effective, record.precedence, record.audience) == (True, "IMMEDIATE", ["LZ"])
    sheet = paper_of(record.act)
    assert (sheet.form, sheet.reference) == ("answer", "note verbale A-1/2026 of 24 November 2026")
    assert "for items 1 and 3." in sheet.paragraphs[0]
    assert "Not before the trial." in sheet.paragraphs[1]
    assert state_of(matter)["answer"]["items"] == [1, 3]


def test_a_request_is_refused_with_the_article_of_the_ground(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = arrived(lazuria)
    record = cleared(operations.refuse_draft(matter, ada, ground="political", reasons="It is one."), ada, tomas)
    assert record.act.body["article"] == "Article 27 (4) (a), ETS 185"
    assert "(Article 27 (4) (a), ETS 185)." in paper_of(record.act).paragraphs[1]
    kept = arrived(lazuria, kind="preservation", preservation=SPECIFIED)
    made = operations.refuse_draft(kept, ada, ground="essential-interests", reasons="Security.")
    assert made.body["article"] == "Article 29 (5) (b), ETS 185"
    assert operations.refuse_draft(kept, ada, ground="no-means", reasons="None here.").body["article"] == ""


def test_an_acceptance_after_a_refusal_replaces_it(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = arrived(lazuria)
    refusal = cleared(operations.refuse_draft(matter, ada, ground="no-means", reasons="None here."), ada, tomas)
    acceptance = cleared(operations.accept_draft(matter, ada), ada, tomas)
    assert refusal.id in acceptance.act.refs
    assert state_of(matter)["answer"]["replaces"] == refusal.id


@pytest.mark.parametrize("changes", [{"ground": "mood", "reasons": "x"}, {"ground": "political", "reasons": " "}])
def test_a_refusal_has_a_ground_and_reasons(lazuria: Peer, ada: User, changes: dict[str, str]) -> None:
    with pytest.raises(UserError):
        operations.refuse_draft(arrived(lazuria), ada, **changes)


def test_nobody_drafts_in_vain(lazuria: Peer, ada: User, tomas: User) -> None:
    theirs, ours = arrived(lazuria), asked(ada, tomas)
    for attempt in (
        lambda: operations.accept_draft(theirs, ada, items=[9]),
        lambda: operations.accept_draft(ours, ada),
        lambda: operations.deliver_draft(ours, ada, text="x"),
        lambda: operations.preserve(ours, ada, data="x", until=day(90)),
        lambda: operations.take(theirs, ada),
        lambda: operations.close(theirs, ada, outcome="satisfied"),
        lambda: operations.close(ours, ada, outcome="nonsense"),
        lambda: operations.status(ours, ada, " "),
        lambda: operations.deliver_draft(theirs, ada, text=" "),
    ):
        with pytest.raises(UserError):
            attempt()
    assert not Draft.objects.exclude(status="sent").exists()
    assert ActRecord.objects.count() == 2


def test_a_dossier_of_another_kind_is_no_request(lazuria: Peer, ada: User) -> None:
    incident = Matter.objects.get(pk=open_incident(ada, title="Night").matter_id)
    with pytest.raises(UserError):
        operations.accept_draft(incident, ada)


def test_a_delivery_hands_files_over(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = arrived(lazuria)
    made = operations.deliver_draft(
        matter, ada, text="The logs", items=[2], marking="RED", files=[("logs.csv", "text/csv", b"a,b\n")]
    )
    record = cleared(made, ada, tomas)
    assert (record.effective, record.marking, record.files.get().name) == (True, "RED", "logs.csv")
    shown = cases.standing(state_of(matter))
    assert [item["fate"] for item in shown["items"]] == ["open", "delivered", "open"]
    assert shown["deliveries"][0]["files"] == 1


# -- preserving -------------------------------------------------------------------------------------------------------


def test_data_is_preserved_and_extended(lazuria: Peer, ada: User) -> None:
    matter = arrived(lazuria, kind="preservation", preservation=SPECIFIED)
    with pytest.raises(UserError, match="60 days") as caught:
        operations.preserve(matter, ada, data="Logs", until=day(59))
    assert caught.value.field == "until"
    kept = operations.preserve(matter, ada, data="Logs", until=day(60))
    assert (kept.effective, kept.audience) == (True, ["LZ"])
    with pytest.raises(UserError, match="already"):
        operations.extend(matter, ada, preservation=kept.id, until=day(60))
    assert operations.extend(matter, ada, preservation=kept.id, until=day(120), reason="Trial").effective
    shown = cases.standing(state_of(matter))["kept"][0]
    assert (shown["until"], shown["left"], len(shown["extended"])) == (day(120), 120, 1)
    assert AuditEntry.objects.filter(verb__in=("preserved", "extended")).count() == 2


def test_what_has_ended_is_not_extended(lazuria: Peer, ada: User) -> None:
    matter = arrived(lazuria)
    kept = operations.preserve(matter, ada, data="Logs", since=day(-20), until=day(-10))
    with pytest.raises(UserError, match="had ended"):
        operations.extend(matter, ada, preservation=kept.id, until=day(30))


@pytest.mark.parametrize("until", ["", "soon", "2027-02-30"])
def test_a_day_is_a_day(lazuria: Peer, ada: User, until: str) -> None:
    with pytest.raises(UserError):
        operations.preserve(arrived(lazuria), ada, data="Logs", until=until)


# -- offers, status, close --------------------------------------------------------------------------------------------


def test_an_offer_is_made_taken_kept_and_closed(lazuria: Peer, ada: User, tomas: User) -> None:
    record = cleared(operations.offer_draft(fields(kind="mitigation", conditions="Discretion"), ada)[0], ada, tomas)
    matter = Matter.objects.get(pk=record.matter_id)
    assert paper_of(record.act).paragraphs[0].startswith("offer the assistance")
    assert said(lazuria, matter, "take", items=[1]).effective
    assert cleared(operations.deliver_draft(matter, ada, text="Our team", items=[1]), ada, tomas).effective
    assert state_of(matter)["owed"]["what"] == "close"
    assert said(lazuria, matter, "close", issued=now() + timedelta(seconds=1)).effective


def test_an_offer_to_us_is_taken_or_declined(lazuria: Peer, ada: User) -> None:
    taken, declined = arrived(lazuria, "offer"), arrived(lazuria, "offer")
    assert operations.take(taken, ada, items=[2], text="With thanks").effective
    assert operations.close(declined, ada, outcome="declined").effective
    with pytest.raises(UserError):
        operations.take(taken, ada)


def test_both_tell_how_the_work_stands_even_after_the_close(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = asked(ada, tomas)
    operations.close(matter, ada, outcome="withdrawn", text="Found it ourselves.")
    assert operations.status(matter, ada, "With thanks.").effective
    assert said(lazuria, matter, "status", issued=now() + timedelta(seconds=1)).effective
    with pytest.raises(UserError, match="closed"):
        operations.close(matter, ada, outcome="withdrawn")


# -- who may see ------------------------------------------------------------------------------------------------------


def test_a_request_about_a_closed_dossier_is_closed_to_others(
    lazuria: Peer, ada: User, tomas: User, person: Person
) -> None:
    incident = open_incident(ada, title="Secret").matter_id
    matter = asked(ada, tomas, about=incident)
    bea = person("bea", "desk")
    assert matter in cases.readable(bea)
    behind = Matter.objects.get(pk=incident)
    behind.restricted = True
    behind.save()
    behind.people.add(ada)
    assert matter not in cases.readable(bea)
    assert matter in cases.readable(ada)
    assert matter in cases.readable(person("audrey", "auditor"))
    with pytest.raises(AccessError):
        operations.status(matter, bea, "x")
    assert operations.status(matter, ada, "x").effective


# -- what waits -------------------------------------------------------------------------------------------------------


def waiting() -> set[tuple[bool, str, str | None]]:
    return {(task.ours, str(task.sentence), task.due) for task in tasks()}


def test_what_waits_for_whom(lazuria: Peer, ada: User, tomas: User) -> None:
    ours = asked(ada, tomas, reply_by=day(3))
    theirs = arrived(lazuria, reply_by="2099-01-31")
    assert waiting() == {
        (False, "Lazuria owes an answer to our request", day(3)),
        (True, "Answer the request of Lazuria", "2099-01-31"),
    }
    cleared(operations.accept_draft(theirs, ada), ada, tomas)
    said(lazuria, ours, "accept")
    assert waiting() == {
        (False, "Lazuria has promised assistance that is still to come", None),
        (True, "Hand over to Lazuria what was promised", None),
    }
    said(lazuria, ours, "deliver", items=[1, 2, 3], issued=now() + timedelta(seconds=1))
    assert (True, "Say whether Lazuria has given what was needed", None) in waiting()
    operations.close(ours, ada, outcome="satisfied")
    assert waiting() == {(True, "Hand over to Lazuria what was promised", None)}


def test_an_offer_waits_to_be_taken(lazuria: Peer) -> None:
    arrived(lazuria, "offer")
    assert waiting() == {(True, "Take or decline the offer of Lazuria", None)}


def test_preservations_stand_on_the_desk_a_week_before_their_last_day(lazuria: Peer, ada: User, tomas: User) -> None:
    theirs, ours = arrived(lazuria), asked(ada, tomas)
    operations.preserve(theirs, ada, data="x", until=day(8))
    soon = operations.preserve(theirs, ada, data="x", until=day(7))
    operations.preserve(theirs, ada, data="x", since=day(-9), until=day(-1))
    said(lazuria, ours, "preserve", since=day(-9), until=day(2))
    said(lazuria, ours, "preserve", since=day(-9), until=day(-2))
    assert {row for row in waiting() if "preservation" in row[1]} == {
        (True, "Extend the preservation for Lazuria", day(7)),
        (True, "The preservation for Lazuria has ended", day(-1)),
        (False, "The preservation by Lazuria ends soon", day(2)),
        (False, "The preservation by Lazuria has ended", day(-2)),
    }
    operations.extend(theirs, ada, preservation=soon.id, until=day(30))
    assert (True, "Extend the preservation for Lazuria", day(7)) not in waiting()
    operations.close(ours, ada, outcome="satisfied")
    assert not any(not ours for ours, sentence, _due in waiting() if "preservation" in sentence)
