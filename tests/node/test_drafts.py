"""Drafts and clearance: every step of the machine, who may take it, and that one clearing sends once."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from tests.node.conftest import Person
from tests.node.test_receive_together import together
from tests.node.world import US, Peer, note_body
from verbale.matters.channel.fold import channel_id
from verbale.node import drafts
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, ClearanceError, NodeError, UserError
from verbale.node.models import ActRecord, AuditEntry, Clearing, Delivery, Draft, Matter, Notice, Partner, User
from verbale.node.services import Outgoing, issue
from verbale.node.sharing import Companion

pytestmark = pytest.mark.django_db
CHANNEL = channel_id((US, "LZ"))


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", first_name="Ada", last_name="Moreau")


@pytest.fixture
def tomas(person: Person) -> User:
    return person("tomas", "head", first_name="Tomas", last_name="Lindqvist")


def fields(number: str = "1/2026", **changes: Any) -> DraftFields:
    body = note_body(number, **changes.pop("body", {}))
    return DraftFields(**{"type": "channel.note", "body": body, "audience": ("LZ",), "matter": CHANNEL, **changes})


def stored(draft: Draft) -> Draft:
    return Draft.objects.get(pk=draft.pk)


def submitted(ada: User, **changes: Any) -> Draft:
    draft = drafts.create(fields(**changes), ada)
    drafts.submit(draft, ada)
    return draft


# -- the road of a draft ----------------------------------------------------------------------------------------------


def test_a_draft_goes_from_hand_to_hand_and_leaves(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = drafts.create(fields(precedence="FLASH", marking="TLP:AMBER+STRICT"), ada)
    assert (draft.status, draft.marking, Delivery.objects.count()) == ("draft", "AMBER+STRICT", 0)
    drafts.submit(draft, ada)
    assert stored(draft).status == "submitted"
    (record,) = drafts.clear(draft, tomas)
    row = stored(draft)
    assert (row.status, row.act_id, row.decided_by) == ("sent", record.id, tomas)
    assert (record.marking, record.precedence, record.audience) == ("AMBER+STRICT", "FLASH", ["LZ"])
    assert Delivery.objects.get().act_id == record.id
    clearing = Clearing.objects.get(act_id=record.id)
    assert (clearing.drafted_by, clearing.cleared_by) == ("Ada Moreau", "Tomas Lindqvist")
    trail = AuditEntry.objects.filter(who__in=["ada", "tomas"]).order_by("id").values_list("who", "verb")
    assert list(trail) == [("ada", "drafted"), ("ada", "submitted"), ("tomas", "cleared")]


def test_a_draft_returned_with_remarks_can_be_changed_and_cleared(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada)
    drafts.give_back(draft, tomas, "  name the day  ")
    assert (stored(draft).status, stored(draft).remarks) == ("returned", "name the day")
    drafts.update(draft, fields(body={"reply_by": "2027-01-31"}), ada)
    drafts.submit(draft, ada)
    assert (stored(draft).version, stored(draft).remarks) == (2, "")
    (record,) = drafts.clear(draft, tomas)
    assert record.act.body["reply_by"] == "2027-01-31"
    assert [version.body["reply_by"] for version in draft.versions.all()] == [None, "2027-01-31"]


def test_a_draft_can_be_withdrawn_before_it_leaves(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada)
    drafts.withdraw(draft, ada)
    assert stored(draft).status == "withdrawn"
    with pytest.raises(UserError, match="does not wait"):
        drafts.clear(draft, tomas)
    assert not ActRecord.objects.exists()


def test_companions_leave_together_with_the_note_and_before_it(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = issue(Outgoing("incident.open", {"title": "Night on the grid"})).matter_id
    companion = Companion("incident.report", {"title": "Night on the grid"}, matter)
    records = drafts.clear(submitted(ada, companions=(companion,), marking="GREEN", exercise=True), tomas)
    assert [record.type for record in records] == ["incident.report", "channel.note"]
    assert [record.index for record in records] == [1, 2]
    assert {(record.marking, record.exercise, tuple(record.audience)) for record in records} == {
        ("GREEN", True, ("LZ",))
    }
    assert Clearing.objects.count() == Delivery.objects.count() == 2
    assert records[0].matter_id == matter


def test_when_one_of_them_cannot_leave_none_does(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada, companions=(Companion("incident.report", {"title": "x"}, "0" * 32),))
    Draft.objects.filter(pk=draft.pk).update(companions=[{"type": "incident.report", "body": {}, "matter": "0" * 32}])
    with pytest.raises(UserError):
        drafts.clear(draft, tomas)
    assert (stored(draft).status, ActRecord.objects.count(), Clearing.objects.count()) == ("submitted", 0, 0)


def test_a_partner_blocked_meanwhile_is_sent_nothing(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada)
    Partner.objects.update(status="blocked")
    with pytest.raises(UserError, match="not a confirmed partner"):
        drafts.clear(draft, tomas)
    assert stored(draft).status == "submitted"


# -- once -------------------------------------------------------------------------------------------------------------


def test_cleared_twice_it_is_sent_once(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada)
    drafts.clear(draft, tomas)
    with pytest.raises(UserError, match="does not wait for clearance"):
        drafts.clear(draft, tomas)
    assert ActRecord.objects.count() == Delivery.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_cleared_by_several_at_once_it_is_sent_once(person: Person) -> None:
    Peer("LZ", "Republic of Lazuria").befriend()
    draft = submitted(person("ada", "desk"))
    heads = [person(f"head{number}", "head") for number in range(4)]

    def clear(head: User) -> str:
        try:
            drafts.clear(Draft.objects.get(pk=draft.pk), head)
        except NodeError as error:
            return str(error)
        finally:
            connection.close()
        return "sent"

    told = together([lambda head=head: clear(head) for head in heads])
    assert told.count("sent") == 1
    assert ActRecord.objects.count() == 1


Step = Callable[[Draft, User, User], Any]
STALE: dict[str, tuple[Step, Step]] = {
    "returned after it was cleared": (
        lambda draft, ada, tomas: drafts.clear(draft, tomas),
        lambda draft, ada, tomas: drafts.give_back(draft, tomas, "late"),
    ),
    "withdrawn after it was cleared": (
        lambda draft, ada, tomas: drafts.clear(draft, tomas),
        lambda draft, ada, tomas: drafts.withdraw(draft, ada),
    ),
    "returned after it was withdrawn": (
        lambda draft, ada, tomas: drafts.withdraw(draft, ada),
        lambda draft, ada, tomas: drafts.give_back(draft, tomas, "late"),
    ),
    "returned twice": (
        lambda draft, ada, tomas: drafts.give_back(draft, tomas, "first"),
        lambda draft, ada, tomas: drafts.give_back(draft, tomas, "second"),
    ),
}


@pytest.mark.parametrize(("first", "second"), STALE.values(), ids=STALE)
def test_a_step_from_an_old_page_is_refused(lazuria: Peer, ada: User, tomas: User, first: Step, second: Step) -> None:
    """Two people have the draft before them; what the second does was decided on what is no longer so."""
    draft = submitted(ada)
    old = stored(draft)
    first(stored(draft), ada, tomas)
    after = stored(draft)
    with pytest.raises(NodeError):
        second(old, ada, tomas)
    row = stored(draft)
    assert (row.status, row.act_id, row.remarks) == (after.status, after.act_id, after.remarks)


def test_a_change_from_an_old_page_does_not_open_a_submitted_draft(lazuria: Peer, ada: User) -> None:
    draft = drafts.create(fields(), ada)
    old = stored(draft)
    drafts.submit(draft, ada)
    with pytest.raises(UserError):
        drafts.update(old, fields("2/2026"), ada)
    with pytest.raises(UserError):
        drafts.submit(old, ada)
    assert stored(draft).body["number"] == "1/2026"
    assert draft.versions.count() == 1


# -- four eyes --------------------------------------------------------------------------------------------------------


def test_who_drafts_does_not_clear_even_as_head(lazuria: Peer, person: Person) -> None:
    both = person("both", "desk", "head")
    draft = submitted(both)
    with pytest.raises(ClearanceError, match="Who drafts does not clear"):
        drafts.clear(draft, both)
    with pytest.raises(ClearanceError):
        drafts.give_back(draft, both, "no")
    assert not ActRecord.objects.exists()


@pytest.mark.parametrize("role", ["desk", "analyst", "legal", "negotiator", "secretariat", "auditor", "operator", None])
def test_only_the_head_of_mission_clears(lazuria: Peer, ada: User, person: Person, role: str | None) -> None:
    draft, other = submitted(ada), person("other", *([role] if role else []))
    for step in (lambda: drafts.clear(draft, other), lambda: drafts.give_back(draft, other, "no")):
        with pytest.raises(AccessError, match="Head of mission"):
            step()
    assert stored(draft).status == "submitted"


def test_a_head_who_was_deactivated_clears_nothing(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada)
    tomas.is_active = False
    with pytest.raises(AccessError):
        drafts.clear(draft, tomas)


@pytest.mark.parametrize("role", ["auditor", "operator", None])
def test_who_may_not_draft_makes_none(lazuria: Peer, person: Person, role: str | None) -> None:
    with pytest.raises(AccessError):
        drafts.create(fields(), person("other", *([role] if role else [])))
    assert not Draft.objects.exists()


def test_nobody_touches_another_persons_draft(lazuria: Peer, ada: User, person: Person) -> None:
    draft, jun = drafts.create(fields(), ada), person("jun", "desk")
    for step in (
        lambda: drafts.update(draft, fields("2/2026"), jun),
        lambda: drafts.submit(draft, jun),
        lambda: drafts.withdraw(draft, jun),
    ):
        with pytest.raises(AccessError):
            step()
    assert (stored(draft).status, stored(draft).body["number"]) == ("draft", "1/2026")


# -- the machine ------------------------------------------------------------------------------------------------------

STEPS: dict[str, Step] = {
    "update": lambda draft, ada, tomas: drafts.update(draft, fields(), ada),
    "submit": lambda draft, ada, tomas: drafts.submit(draft, ada),
    "return": lambda draft, ada, tomas: drafts.give_back(draft, tomas, "see remarks"),
    "clear": lambda draft, ada, tomas: drafts.clear(draft, tomas),
    "withdraw": lambda draft, ada, tomas: drafts.withdraw(draft, ada),
}
# From each state, where each lawful step leads; every other step is refused and changes nothing.
MACHINE = {
    "draft": {"update": "draft", "submit": "submitted", "withdraw": "withdrawn"},
    "submitted": {"return": "returned", "clear": "sent", "withdraw": "withdrawn"},
    "returned": {"update": "returned", "submit": "submitted", "withdraw": "withdrawn"},
    "sent": {},
    "withdrawn": {"withdraw": "withdrawn"},
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("state", MACHINE)
def test_the_machine(lazuria: Peer, ada: User, tomas: User, state: str, step: str) -> None:
    draft = drafts.create(fields(), ada)
    Draft.objects.filter(pk=draft.pk).update(status=state)
    draft = stored(draft)
    leads = MACHINE[state].get(step)
    if leads is None:
        with pytest.raises(NodeError):
            STEPS[step](draft, ada, tomas)
        assert not ActRecord.objects.exists()
    else:
        STEPS[step](draft, ada, tomas)
    assert stored(draft).status == (leads or state)


# -- what cannot be a draft -------------------------------------------------------------------------------------------

UNLAWFUL: dict[str, tuple[dict[str, Any], str]] = {
    "a body without text": ({"body": {"paragraphs": []}}, "paragraphs"),
    "no addressee": ({"audience": ()}, "audience"),
    "a marking that is none": ({"marking": "PURPLE"}, "marking"),
    "a precedence that is none": ({"precedence": "SOON"}, "precedence"),
    "a null character": ({"body": {"subject": "nul\0"}}, ""),
    "a companion without title": ({"companions": (Companion("incident.report", {}, "0" * 32),)}, ""),
    "a type that is none": ({"type": "talks.invite"}, ""),
}


@pytest.mark.parametrize(("changes", "field"), UNLAWFUL.values(), ids=UNLAWFUL)
def test_it_is_refused_naming_the_field(lazuria: Peer, ada: User, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as caught:
        drafts.create(fields(**changes), ada)
    assert caught.value.field == field
    draft = drafts.create(fields(), ada)
    with pytest.raises(UserError):
        drafts.update(draft, fields(**changes), ada)
    assert stored(draft).body == note_body("1/2026")


def test_text_in_another_normal_form_can_be_cleared(lazuria: Peer, ada: User, tomas: User) -> None:
    """What a Mac's keyboard or file system gives: a draft of it must not fail in the hands of the head of mission."""
    (record,) = drafts.clear(submitted(ada, body={"subject": "Cafe\u0301"}), tomas)
    assert record.act.body["subject"] == "Caf\u00e9"


@pytest.mark.parametrize("remarks", ["", "   ", "\n"])
def test_a_draft_is_not_returned_without_a_word(lazuria: Peer, ada: User, tomas: User, remarks: str) -> None:
    draft = submitted(ada)
    with pytest.raises(UserError) as caught:
        drafts.give_back(draft, tomas, remarks)
    assert caught.value.field == "remarks"


# -- who sees them ----------------------------------------------------------------------------------------------------


def test_drafts_of_a_closed_matter_are_hidden(lazuria: Peer, ada: User, tomas: User, person: Person) -> None:
    matter = Matter.objects.get(pk=issue(Outgoing("incident.open", {"title": "x"})).matter_id)
    about, inside, open_one = (
        drafts.create(fields(about=matter.id), ada),
        drafts.create(fields(matter=matter.id), ada),
        drafts.create(fields(), ada),
    )
    matter.restricted = True
    matter.save()
    matter.people.add(ada)
    assert set(drafts.visible(ada)) == {about, inside, open_one}
    assert set(drafts.visible(tomas)) == {open_one}
    assert not drafts.visible(person("noor", "operator")).exists()


def test_each_step_is_noticed_without_content(lazuria: Peer, ada: User, tomas: User) -> None:
    drafts.clear(submitted(ada), tomas)
    assert Notice.objects.filter(topic="draft").count() == 3


def test_a_draft_that_does_not_exist_cannot_be_cleared(tomas: User) -> None:
    with pytest.raises(Draft.DoesNotExist):
        drafts.clear(Draft(pk=uuid.uuid4()), tomas)


def test_who_read_an_earlier_version_does_not_clear_the_later_one(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada)
    drafts.give_back(draft, tomas, "Say more.")
    drafts.submit(stored(draft), ada)
    with pytest.raises(UserError, match="changed since you read it"):
        drafts.clear(draft, tomas, version=1)
    assert ActRecord.objects.count() == 0
    assert drafts.clear(draft, tomas, version=2)


def test_another_head_clears_what_a_head_drafted(lazuria: Peer, person: Person, tomas: User) -> None:
    both = person("both", "desk", "head", first_name="Jun", last_name="Sato")
    (record,) = drafts.clear(submitted(both), tomas)
    clearing = Clearing.objects.get(act_id=record.id)
    assert (clearing.drafted_by, clearing.cleared_by) == ("Jun Sato", "Tomas Lindqvist")


@pytest.mark.parametrize("status", ["pending", "blocked", None])
def test_an_addressee_that_is_no_confirmed_partner_stops_everything(
    lazuria: Peer, ada: User, tomas: User, status: str | None
) -> None:
    """Another addressee is confirmed, and a companion lawful: neither is sent anything."""
    if status:
        Peer("VD", "Republic of Verdia").befriend()
        Partner.objects.filter(pk="VD").update(status=status)
    companion = Companion("incident.report", {"title": "x"}, "0" * 32)
    draft = submitted(ada, audience=("LZ", "VD"), companions=(companion,))
    with pytest.raises(UserError, match="VD is not a confirmed partner") as caught:
        drafts.clear(draft, tomas)
    assert caught.value.field == "audience"
    assert (stored(draft).status, stored(draft).act_id, stored(draft).decided_by) == ("submitted", "", None)
    assert ActRecord.objects.count() == Clearing.objects.count() == Delivery.objects.count() == 0
    assert not AuditEntry.objects.filter(verb="cleared").exists()


def test_each_submission_keeps_what_was_said_and_by_whom(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada)
    drafts.give_back(draft, tomas, "another number")
    drafts.update(draft, fields("2/2026"), ada)
    drafts.submit(draft, ada)
    rows = [(row.version, row.body["number"], row.by) for row in draft.versions.all()]
    assert rows == [(1, "1/2026", ada), (2, "2/2026", ada)]


def test_the_trail_names_every_step_its_matter_and_the_remarks(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = issue(Outgoing("incident.open", {"title": "Night on the grid"})).matter_id
    draft = submitted(ada, about=matter)
    drafts.give_back(draft, tomas, "name the day")
    drafts.withdraw(draft, ada)
    rows = AuditEntry.objects.filter(matter_id=matter).order_by("id").values_list("who", "verb", "detail")
    assert list(rows) == [
        ("ada", "drafted", str(draft.id)),
        ("ada", "submitted", str(draft.id)),
        ("tomas", "returned", f"{draft.id}: name the day"),
        ("ada", "withdrew", str(draft.id)),
    ]


def test_the_trail_has_a_line_for_each_act_that_left(lazuria: Peer, ada: User, tomas: User) -> None:
    matter = issue(Outgoing("incident.open", {"title": "Night on the grid"})).matter_id
    companion = Companion("incident.report", {"title": "Night on the grid"}, matter)
    draft = submitted(ada, companions=(companion,))
    records = drafts.clear(draft, tomas)
    rows = AuditEntry.objects.filter(verb="cleared").order_by("id").values_list("who", "act_id", "matter_id", "detail")
    assert list(rows) == [("tomas", record.id, record.matter_id, str(draft.id)) for record in records]
    assert stored(draft).act_id == records[-1].id


def test_whatever_is_refused_leaves_no_trace(lazuria: Peer, ada: User, tomas: User) -> None:
    draft = submitted(ada)
    before = (AuditEntry.objects.count(), Notice.objects.count())
    for step in (
        lambda: drafts.submit(draft, ada),
        lambda: drafts.update(draft, fields("2/2026"), ada),
        lambda: drafts.give_back(draft, tomas, " "),
        lambda: drafts.clear(draft, ada),
        lambda: drafts.withdraw(draft, tomas),
    ):
        with pytest.raises(NodeError):
            step()
    assert (AuditEntry.objects.count(), Notice.objects.count()) == before
    assert (stored(draft).status, draft.versions.count()) == ("submitted", 1)
