"""Who may do and see what: the table of rights, need-to-know, and the trail."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.node import access
from verbale.node.access import (
    RIGHTS,
    ROLES,
    may,
    may_read,
    readable_acts,
    readable_matters,
    require,
    require_read,
    saw,
)
from verbale.node.errors import AccessError
from verbale.node.models import ActRecord, AuditEntry, Matter, ReadMark, User
from verbale.node.services import Outgoing, issue, receive
from verbale.protocol import Marking

pytestmark = pytest.mark.django_db

# What each role may do, written down a second time, so that a change of the table is a decision and not a slip.
EXPECTED = {
    "desk": {"read", "draft", "import", "acknowledge", "restrict", "pouch"},
    "analyst": {"read", "draft", "import"},
    "legal": {"read", "draft"},
    "negotiator": {"read", "draft", "acknowledge"},
    "head": {"read", "draft", "acknowledge", "clear", "restrict", "partners", "pouch", "audit"},
    "secretariat": {"read", "draft", "acknowledge"},
    "auditor": {"read", "audit"},
    "operator": {"partners", "pouch", "users"},
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_its_rights_and_no_other(person: Person, role: str) -> None:
    user = person("somebody", role)
    assert {right for right in RIGHTS if may(user, right)} == EXPECTED[role]


def test_rights_of_several_roles_add_up(person: Person) -> None:
    user = person("noor", "operator", "auditor")
    assert {right for right in RIGHTS if may(user, right)} == EXPECTED["operator"] | EXPECTED["auditor"]


@pytest.mark.parametrize("right", RIGHTS)
def test_without_a_role_one_may_nothing(person: Person, right: str) -> None:
    assert not may(person("somebody"), right)
    assert not may(AnonymousUser(), right)
    assert not may(person("gone", *ROLES, is_active=False), right)
    assert not may(person("invented", "admin"), right)
    assert not may(person("root", is_superuser=True, is_staff=True), right)


def test_a_refusal_names_who_could(person: Person) -> None:
    with pytest.raises(AccessError, match="Auditor") as caught:
        require(person("ada", "desk", first_name="Ada", last_name="Moreau"), "audit")
    assert "Ada Moreau" in str(caught.value)
    assert "Head of mission" in str(caught.value)


# -- need to know -----------------------------------------------------------------------------------------------------


@pytest.fixture
def matter(lazuria: Peer) -> Matter:
    """A restricted incident, with an act in it and a note about it in the channel."""
    record = issue(Outgoing("incident.open", {"title": "A secret"}))
    receive([lazuria.note(body={"about": record.matter_id})[1], lazuria.note("2/2026")[1]], via="exchange")
    Matter.objects.filter(pk=record.matter_id).update(restricted=True)
    return Matter.objects.get(pk=record.matter_id)


def acts(user: User) -> set[str]:
    return set(readable_acts(user).values_list("type", flat=True))


@pytest.mark.parametrize("role", ["desk", "analyst", "legal", "negotiator", "head", "secretariat"])
def test_a_restricted_matter_is_hidden_from_whoever_is_not_named(matter: Matter, person: Person, role: str) -> None:
    user = person("somebody", role)
    assert matter not in readable_matters(user)
    assert not may_read(user, matter)
    with pytest.raises(AccessError) as caught:
        require_read(user, matter)
    assert "secret" not in str(caught.value)
    assert acts(user) == {"channel.note"}
    assert readable_acts(user).count() == 1  # the note that is about something else
    assert not readable_acts(user).of(matter).exists()
    assert access.readable_acts(user).latest_of(matter, 10) == []


def test_who_is_named_on_it_reads_it_and_what_is_about_it(matter: Matter, person: Person) -> None:
    ada = person("ada", "desk")
    matter.people.add(ada)
    assert matter in readable_matters(ada)
    require_read(ada, matter)
    assert {row.type for row in readable_acts(ada).of(matter)} == {"incident.open", "channel.note"}


def test_to_be_named_gives_no_right_to_read(matter: Matter, person: Person) -> None:
    noor = person("noor", "operator")
    matter.people.add(noor)
    assert not may_read(noor, matter)
    assert not readable_acts(noor).exists()


def test_the_auditor_reads_restricted_matters(matter: Matter, person: Person) -> None:
    petr = person("petr", "auditor")
    assert may_read(petr, matter)
    assert readable_acts(petr).count() == 3


def test_an_open_matter_is_read_by_all_who_read(lazuria: Peer, person: Person) -> None:
    matter = Matter.objects.get(pk=issue(Outgoing("incident.open", {"title": "x"})).matter_id)
    assert may_read(person("ada", "desk"), matter)
    assert not may_read(person("noor", "operator"), matter)


# -- the trail --------------------------------------------------------------------------------------------------------


def opened(marking: Marking) -> ActRecord:
    return issue(Outgoing("incident.open", {"title": "x"}, marking=marking))


def reads() -> list[dict[str, Any]]:
    return list(AuditEntry.objects.filter(verb="read").values("who", "matter_id", "act_id", "detail"))


def test_every_reading_of_a_red_act_is_logged(person: Person) -> None:
    record, ada = opened(Marking.RED), person("ada", "desk")
    saw(ada, [record])
    saw(ada, [record])
    line = {"who": "ada", "matter_id": record.matter_id, "act_id": record.id, "detail": "TLP:RED"}
    assert reads() == [line, line]


@pytest.mark.parametrize("marking", [marking for marking in Marking if marking is not Marking.RED])
def test_the_reading_of_others_is_not(person: Person, marking: Marking) -> None:
    saw(person("ada", "desk"), [opened(marking)])
    assert reads() == []


def test_what_somebody_opened_is_marked_as_read_once_and_for_them_alone(person: Person) -> None:
    record, ada = opened(Marking.GREEN), person("ada", "desk")
    saw(ada, [record])
    saw(ada, [record])
    saw(person("jun", "desk"), [])
    assert list(ReadMark.objects.values_list("user__username", "act_id")) == [("ada", record.id)]


def test_an_audit_row_says_who_did_what_to_which(person: Person) -> None:
    access.audit("ada", "opened", matter_id="m" * 32, act_id="a" * 64, detail="x")
    row = AuditEntry.objects.get()
    assert (row.who, row.verb, row.matter_id, row.act_id, row.detail) == ("ada", "opened", "m" * 32, "a" * 64, "x")
