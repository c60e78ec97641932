"""What this node says, beyond the first cases of test_services: batches, limits, text, and faults on the way."""

from typing import Any

import pytest

from tests.node.world import US, Peer, note_body
from verbale.matters.channel.fold import channel_id
from verbale.node import services
from verbale.node.errors import UserError
from verbale.node.models import ActRecord, CheckpointRecord, Delivery, Notice, Partner
from verbale.node.services import Clearance, Outgoing, issue, issue_many
from verbale.protocol import LimitError, ProtocolError

pytestmark = pytest.mark.django_db
CLEARED = Clearance("ada", "tomas")


def note(number: str = "1/2026", **fields: Any) -> Outgoing:
    body = note_body(number, **fields.pop("body", {}))
    return Outgoing("channel.note", body, **{"audience": ("LZ",), "matter": channel_id((US, "LZ")), **fields})


def remark(text: str = "seen") -> Outgoing:
    return Outgoing("incident.remark", {"text": text})


def test_an_act_is_noticed_and_stands_under_a_signed_head(lazuria: Peer) -> None:
    record = issue(note(), clearance=CLEARED)
    assert Notice.objects.get(topic="issued").act_id == record.id
    assert CheckpointRecord.objects.filter(size=1).exists()


def test_acts_of_one_batch_stand_in_the_order_in_which_they_were_said() -> None:
    records = issue_many([remark(str(number)) for number in range(5)])
    assert [record.act.body["text"] for record in ActRecord.objects.order_by("issued", "id")] == list("01234")
    assert [record.index for record in records] == list(range(5))


def test_one_head_is_signed_for_a_whole_batch() -> None:
    issue_many([remark(str(number)) for number in range(5)])
    assert list(CheckpointRecord.objects.values_list("size", flat=True)) == [5]


def test_each_addressee_gets_a_delivery_of_its_own(lazuria: Peer, verdia: Peer) -> None:
    issue(note(audience=("VD", "LZ", US), matter=channel_id((US, "LZ", "VD"))), clearance=CLEARED)
    assert sorted(Delivery.objects.values_list("node", flat=True)) == ["LZ", "VD"]


def test_nothing_said_changes_nothing() -> None:
    assert issue_many([]) == []
    assert issue(remark()).index == 0
    assert issue_many([]) == []


def test_an_acknowledgement_needs_no_clearance(lazuria: Peer) -> None:
    matter = channel_id((US, "LZ"))
    issue(Outgoing("channel.acknowledge", {"acknowledges": "0" * 64}, audience=("LZ",), matter=matter))
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize("status", [None, "pending", "blocked"])
def test_an_addressee_must_be_a_confirmed_partner(lazuria: Peer, status: str | None) -> None:
    Partner.objects.update(status=status) if status else Partner.objects.all().delete()
    with pytest.raises(UserError, match="LZ is not a confirmed partner") as caught:
        issue(note(), clearance=CLEARED)
    assert caught.value.field == "audience"


UNLAWFUL = {
    "a note without paragraphs": ({"paragraphs": []}, "paragraphs"),
    "a subject over its limit": ({"subject": "x" * 301}, "subject"),
    "a number that is none": ({"number": 7}, "number"),
    "a date that is none": ({"date": "yesterday"}, "date"),
    "a colour in words": ({"letterhead": {**note_body("1")["letterhead"], "colour": "blue"}}, "letterhead.colour"),
    "a paragraph over its limit": ({"paragraphs": ["fine", "x" * 20_001]}, "paragraphs[1]"),
}


@pytest.mark.parametrize(("body", "field"), UNLAWFUL.values(), ids=UNLAWFUL)
def test_an_unlawful_note_is_refused_naming_the_field(lazuria: Peer, body: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as caught:
        issue(
            note(**{"body": body} if "number" not in body else {"body": {}, "number": body["number"]}),
            clearance=CLEARED,
        )
    assert caught.value.field == field


@pytest.mark.parametrize("body", [{"date": "2026-02-30"}, {"reply_by": "2027-02-29"}])
def test_a_date_must_be_in_the_calendar(lazuria: Peer, body: dict[str, Any]) -> None:
    with pytest.raises(UserError, match="calendar"):
        issue(note(body=body), clearance=CLEARED)


def test_a_missing_field_is_named() -> None:
    with pytest.raises(UserError, match="text"):
        issue(Outgoing("incident.remark", {}))


def test_an_unknown_type_cannot_be_said() -> None:
    with pytest.raises(UserError, match=r"does not know acts of type nosuchkind\.act"):
        issue(Outgoing("nosuchkind.act", {}))


@pytest.mark.parametrize("text", ["nul\0", "\0"])
def test_a_text_with_a_null_character_is_refused(text: str) -> None:
    """PostgreSQL cannot store U+0000 in a text, so no node says it."""
    with pytest.raises(UserError, match=r"U\+0000"):
        issue(remark(text))


def test_a_text_with_half_a_character_is_refused() -> None:
    with pytest.raises(UserError, match="surrogate"):
        issue(remark("\ud800"))


def test_text_is_put_into_normal_form_c() -> None:
    assert issue(remark("Cafe\u0301")).act.body["text"] == "Caf\u00e9"


def test_all_or_none_of_a_batch_is_said(lazuria: Peer) -> None:
    with pytest.raises(UserError):
        issue_many([note(), note("2/2026", body={"subject": ""})], clearance=CLEARED)
    with pytest.raises(LimitError):
        issue_many([note(), remark(), note("2/2026", body={"paragraphs": ["x" * 20_000] * 60})], clearance=CLEARED)
    for table in (ActRecord, Delivery, CheckpointRecord, Notice.objects.filter(topic="issued")):
        assert not (table.objects if isinstance(table, type) else table).exists()


def test_a_fault_while_folding_leaves_nothing_behind(lazuria: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    issue(remark())

    def fault(records: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(services, "project", fault)
    with pytest.raises(RuntimeError):
        issue(note(), clearance=CLEARED)
    assert ActRecord.objects.count() == 1
    assert not Delivery.objects.exists()
    monkeypatch.undo()
    assert issue(note(), clearance=CLEARED).index == 1


@pytest.mark.parametrize("fields", [{"precedence": "URGENT"}, {"refs": ("nonsense",)}, {"matter": "nonsense"}], ids=str)
def test_a_field_that_is_not_lawful_is_refused(lazuria: Peer, fields: dict[str, Any]) -> None:
    with pytest.raises(ProtocolError):
        issue(note(**fields), clearance=CLEARED)
    assert not ActRecord.objects.exists()
