"""What people do with directories: opening, naming, publishing, pinging; CSV, vCard; and what waits for whom."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from tests.matters.test_directory_fold import CONTACT, OTHER
from tests.node.conftest import Person
from tests.node.world import Peer, now
from verbale.matters.directory import book, operations, sheets
from verbale.matters.directory.hours import reach
from verbale.matters.directory.kind import tasks
from verbale.matters.directory.plot import plot_of
from verbale.matters.directory.words import duration
from verbale.node import drafts
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, ClearanceError, UserError
from verbale.node.models import ActRecord, Draft, Matter, User
from verbale.node.projection import state_of
from verbale.node.services import Outgoing, issue, receive
from verbale.protocol import Act, format_time

pytestmark = pytest.mark.django_db


@pytest.fixture
def forum(db: None) -> Peer:
    return Peer("WF", "World Forum").befriend()


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def tomas(person: Person) -> User:
    return person("tomas", "head")


def soon(hours: float = 24) -> datetime:
    return now() + timedelta(hours=hours)


def cleared(made: DraftFields, ada: User, tomas: User) -> ActRecord:
    draft = drafts.create(made, ada)
    drafts.submit(draft, ada)
    record = drafts.clear(draft, tomas)[-1]
    assert record.effective, record.reason
    return record


def own_directory(ada: User, tomas: User, *members: str) -> Matter:
    """A directory that our node keeps."""
    made = operations.open_draft(ada, title="Ours", members=members or ("LZ",), text="For emergencies")
    return Matter.objects.get(pk=cleared(made, ada, tomas).matter_id)


def arrived_directory(forum: Peer, *others: str) -> Matter:
    """A directory of the forum, of which our node is a member."""
    audience = ("CR", *others)
    act, envelope = forum.act("directory.open", {"title": "Global POC directory"}, audience=audience)
    receive([envelope], via="exchange")
    return Matter.objects.get(pk=act.matter)


def said(peer: Peer, matter: Matter, word: str, body: dict[str, Any], **fields: Any) -> Act:
    """What a peer says in a directory."""
    refs = (*state_of(matter)["directory"]["openings"], *fields.pop("refs", ()))
    act, envelope = peer.act(f"directory.{word}", body, matter=matter.id, refs=refs, **fields)
    receive([envelope], via="exchange")
    return act


def pinged(forum: Peer, matter: Matter, hours: float = 24, number: str = "1/2026", **fields: Any) -> ActRecord:
    body = {"number": number, "kind": "unscheduled", "deadline": format_time(soon(hours))}
    return ActRecord.objects.get(pk=said(forum, matter, "ping", body, **fields).id)


def published(forum: Peer, matter: Matter, state: str = "LZ", contact: Any = CONTACT, **body: Any) -> Act:
    nomination = body.pop("nomination", "e" * 64)
    told = {"state": state, "key": "diplomatic-1", "nomination": nomination, "nominated": format_time(now())}
    return said(forum, matter, "publish", {**told, "contact": contact, **body}, refs=(nomination,))


# -- opening and naming ------------------------------------------------------------------------------------------------


def test_a_directory_is_opened_through_clearance_and_renewed(
    lazuria: Peer, verdia: Peer, ada: User, tomas: User
) -> None:
    matter = own_directory(ada, tomas)
    assert (matter.kind, matter.title, matter.marking) == ("directory", "Ours", "AMBER")
    cleared(operations.renew_draft(matter, ada, title="Renewed", members=("LZ", "VD")), ada, tomas)
    matter.refresh_from_db()
    assert (matter.title, state_of(matter)["directory"]["members"]) == ("Renewed", ["LZ", "VD"])
    made = operations.open_draft(ada, title="x", members=("LZ",))
    with pytest.raises(ClearanceError):
        issue(Outgoing(made.type, made.body, audience=made.audience))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"members": ()}, "members"),
        ({"members": ("XX",)}, "members"),
        ({"marking": "X"}, "marking"),
    ],
)
def test_what_cannot_be_opened(lazuria: Peer, ada: User, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(UserError) as refused:
        operations.open_draft(ada, **{"title": "Ours", "members": ("LZ",), **changes})
    assert refused.value.field == field


def test_a_member_does_not_renew_or_publish(forum: Peer, ada: User) -> None:
    matter = arrived_directory(forum)
    with pytest.raises(UserError):
        operations.renew_draft(matter, ada, title="Mine", members=("WF",))
    with pytest.raises(UserError):
        operations.publish(matter, ada)


def test_a_contact_of_ours_from_its_nomination_to_its_withdrawal(forum: Peer, ada: User, tomas: User) -> None:
    matter = arrived_directory(forum)
    made = operations.nominate_draft(matter, ada, key="diplomatic-1", contact=CONTACT)
    assert made.audience == ("WF",)
    record = cleared(made, ada, tomas)
    (entry,) = book.contacts(ada)
    assert (entry.state, entry.contact.name, entry.ours, entry.told) == ("CR", "Desk for cyber affairs", True, False)
    cleared(operations.nominate_draft(matter, ada, key="diplomatic-1", contact=OTHER), ada, tomas)
    second = book.contacts(ada)[0]
    assert second.nomination != record.id
    cleared(operations.confirm_draft(matter, ada, key="diplomatic-1"), ada, tomas)
    (entry,) = book.contacts(ada)
    assert (entry.contact.name, entry.nomination) == ("Night desk", second.nomination)
    assert entry.confirmed > second.confirmed
    cleared(operations.withdraw_draft(matter, ada, key="diplomatic-1", reason="Closed"), ada, tomas)
    assert book.contacts(ada) == []
    for again in (operations.withdraw_draft, operations.confirm_draft):
        with pytest.raises(UserError):
            again(matter, ada, key="diplomatic-1")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"hours": {**CONTACT["hours"], "zone": "Moon/Tranquility"}}, "zone"),
        ({"hours": {**CONTACT["hours"], "days": []}}, "opens"),
        ({"role": "military"}, "role"),
        ({"email": "", "telephone": ""}, "email"),
        ({"languages": ["English"]}, "languages"),
        ({"telephone": "020"}, "telephone"),
        ({"valid_from": "2026-02-30"}, "valid_from"),
    ],
)
def test_what_cannot_be_named(forum: Peer, ada: User, changes: dict[str, Any], field: str) -> None:
    matter = arrived_directory(forum)
    with pytest.raises(UserError) as refused:
        operations.nominate_draft(matter, ada, key="diplomatic-1", contact={**CONTACT, **changes})
    assert refused.value.field == field


def test_who_has_no_right_does_nothing(forum: Peer, ada: User, person: Person) -> None:
    matter = arrived_directory(forum)
    ping = pinged(forum, matter)
    operator = person("oleg", "operator")
    analyst = person("ana", "analyst")
    for deed in (
        lambda who: operations.open_draft(who, title="x", members=("WF",)),
        lambda who: operations.nominate_draft(matter, who, key="a", contact=CONTACT),
        lambda who: operations.withdraw_draft(matter, who, key="a"),
        lambda who: operations.confirm_draft(matter, who, key="a"),
        lambda who: operations.import_csv(matter, who, b""),
        lambda who: operations.publish(matter, who),
        lambda who: operations.ping(matter, who, deadline=soon()),
        lambda who: operations.pong(ping, who),
        lambda who: operations.statistics(matter, who, now()),
    ):
        with pytest.raises(AccessError):
            deed(operator)
    with pytest.raises(AccessError):
        operations.ping(matter, analyst, deadline=soon())
    assert book.contacts(operator) == []
    matter.restricted = True
    matter.save()
    with pytest.raises(AccessError):
        operations.ping(matter, ada, deadline=soon())
    with pytest.raises(AccessError):
        operations.pong(ping, ada)


# -- publishing --------------------------------------------------------------------------------------------------------


def test_the_keeper_publishes_what_is_new_by_one_press(lazuria: Peer, verdia: Peer, ada: User, tomas: User) -> None:
    matter = own_directory(ada, tomas, "LZ", "VD")
    named = said(lazuria, matter, "nominate", {"key": "diplomatic-1", "contact": CONTACT})
    assert [str(task.sentence) for task in tasks()] == ["Publish 1 entry to the members"]
    done = operations.publish(matter, ada)
    (record,) = done.records
    assert (record.effective, record.audience) == (True, ["LZ", "VD"])
    assert (record.act.body["nomination"], record.act.body["contact"]) == (named.id, CONTACT)
    assert operations.publish(matter, ada).records == []
    assert list(tasks()) == []
    confirmed = said(lazuria, matter, "confirm", {"key": "diplomatic-1", "nomination": named.id}, refs=(named.id,))
    (record,) = operations.publish(matter, ada).records
    assert record.act.body["confirmation"] == confirmed.id
    said(lazuria, matter, "withdraw", {"key": "diplomatic-1"}, refs=(named.id,))
    (record,) = operations.publish(matter, ada).records
    assert (record.effective, record.act.body["contact"]) == (True, None)
    assert operations.publish(matter, ada).records == []
    assert book.contacts(ada) == []


def test_who_joins_later_is_told_what_stands_and_nothing_that_is_gone(
    lazuria: Peer, verdia: Peer, ada: User, tomas: User
) -> None:
    matter = own_directory(ada, tomas, "LZ")
    said(lazuria, matter, "nominate", {"key": "diplomatic-1", "contact": CONTACT})
    said(lazuria, matter, "nominate", {"key": "technical-1", "contact": OTHER})
    cleared(operations.nominate_draft(matter, ada, key="diplomatic-1", contact=CONTACT), ada, tomas)
    assert len(operations.publish(matter, ada).records) == 2
    said(lazuria, matter, "withdraw", {"key": "technical-1"})
    operations.publish(matter, ada)
    cleared(operations.renew_draft(matter, ada, title="Ours", members=("LZ", "VD")), ada, tomas)
    done = operations.publish(matter, ada).records
    assert [(r.act.body["state"], r.act.body["key"], r.audience) for r in done] == [
        ("CR", "diplomatic-1", ["VD"]),
        ("LZ", "diplomatic-1", ["VD"]),
    ]
    assert all(record.effective for record in done)


def test_what_is_marked_for_the_keeper_stays_and_who_is_no_partner_is_named(
    lazuria: Peer, verdia: Peer, ada: User, tomas: User
) -> None:
    from verbale.node import partners
    from verbale.protocol import Marking

    matter = own_directory(ada, tomas, "LZ", "VD")
    said(lazuria, matter, "nominate", {"key": "diplomatic-1", "contact": CONTACT}, marking=Marking.RED)
    said(lazuria, matter, "nominate", {"key": "technical-1", "contact": OTHER})
    partners.block(verdia.partner, "test", "x")
    done = operations.publish(matter, ada)
    assert (len(done.records), done.withheld, done.unreached) == (1, ["LZ:diplomatic-1"], ["VD"])
    assert done.records[0].audience == ["LZ"]


def test_a_member_mirrors_and_an_invented_contact_of_ours_is_shown(forum: Peer, ada: User) -> None:
    matter = arrived_directory(forum, "LZ")
    published(forum, matter)
    published(forum, matter, "CR", nomination="d" * 64)
    ours, theirs = book.contacts(ada)
    assert (ours.state, ours.foreign, theirs.state, theirs.foreign) == ("CR", True, "LZ", False)
    assert [entry.state for entry in book.contacts(ada, state="LZ", role="diplomatic", language="fr")] == ["LZ"]
    assert book.contacts(ada, role="technical") == book.contacts(ada, language="ar") == []


# -- pings ------------------------------------------------------------------------------------------------------------


def test_a_ping_is_sent_at_once_and_answers_are_counted(lazuria: Peer, verdia: Peer, ada: User, tomas: User) -> None:
    matter = own_directory(ada, tomas, "LZ", "VD")
    year = timezone.localdate().year
    ping = operations.ping(matter, ada, deadline=soon(1), text="Are you there?")
    assert (ping.effective, ping.audience, ping.act.body["number"]) == (True, ["LZ", "VD"], f"1/{year}")
    assert operations.ping(matter, ada, deadline=soon(1), to=("VD",)).act.body["number"] == f"2/{year}"
    said(lazuria, matter, "pong", {"ping": ping.id}, refs=(ping.id,), issued=now() + timedelta(seconds=90))
    lz, vd = operations.statistics(matter, ada, now())
    assert (lz.answered, lz.missed, vd.waiting, vd.missed) == (1, 0, 2, 0)
    assert 80 < (lz.median_seconds or 0) < 100
    assert operations.statistics(matter, ada, soon(2))[1].missed == 2
    assert {str(task.sentence) for task in tasks() if not task.ours} == {"1 member has not answered our ping"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": ("VD",)}, "to"),
        ({"deadline": datetime(2020, 1, 1, tzinfo=UTC)}, "deadline"),
        ({"precedence": "LOUD"}, "precedence"),
        ({"kind": "surprise"}, "kind"),
    ],
)
def test_what_cannot_be_pinged(lazuria: Peer, ada: User, tomas: User, changes: dict[str, Any], field: str) -> None:
    matter = own_directory(ada, tomas)
    with pytest.raises(UserError) as refused:
        operations.ping(matter, ada, **{"deadline": soon(), **changes})
    assert refused.value.field == field


def test_a_ping_to_us_waits_on_the_desk_until_it_is_answered(forum: Peer, ada: User) -> None:
    matter = arrived_directory(forum)
    ping = pinged(forum, matter)
    (task,) = tasks()
    assert str(task.sentence).startswith("Answer the ping of World Forum, due ")
    assert (task.ours, task.right, task.act_id) == (True, "acknowledge", ping.id)
    reply = operations.pong(ping, ada, "Here.")
    assert (reply.effective, reply.audience) == (True, ["WF"])
    assert list(tasks()) == []
    with pytest.raises(UserError, match="answered already"):
        operations.pong(ping, ada)
    with pytest.raises(UserError, match="addressed to us"):
        operations.pong(reply, ada)


def test_an_entry_of_ours_that_grew_old_is_to_be_confirmed(forum: Peer, ada: User, tomas: User) -> None:
    matter = arrived_directory(forum)
    cleared(operations.nominate_draft(matter, ada, key="diplomatic-1", contact=CONTACT), ada, tomas)
    assert list(tasks()) == []
    row = matter.state.get(key="contact:CR:diplomatic-1")
    row.value = {**row.value, "confirmed": format_time(now() - timedelta(days=181))}
    row.save()
    (task,) = tasks()
    assert str(task.sentence) == "Confirm that our point of contact is still right"
    (entry,) = book.contacts(ada)
    assert entry.stale


# -- hours and words ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "moment", "now_there", "told"),
    [
        ({}, "2026-11-24T06:00+00:00", True, "17:00"),
        ({}, "2026-11-24T14:00+00:00", False, "09:00"),
        ({}, "2026-11-27T20:00+00:00", False, "09:00"),
        ({"always": True}, "2026-11-28T20:00+00:00", True, None),
        ({"opens": "22:00", "closes": "06:00", "days": [2]}, "2026-11-24T23:00+00:00", True, "06:00"),
        ({"opens": "22:00", "closes": "06:00", "days": [2]}, "2026-11-25T04:00+00:00", False, "22:00"),
        ({"zone": "Moon/Tranquility"}, "2026-11-24T06:00+00:00", None, None),
    ],
)
def test_whether_a_contact_is_reached_now(
    changes: dict[str, Any], moment: str, now_there: bool | None, told: str | None
) -> None:
    found = reach({**CONTACT["hours"], **changes}, datetime.fromisoformat(moment))
    assert found.now is now_there
    shown = found.until or found.next
    assert (shown.strftime("%H:%M") if shown else None) == told


def test_durations_and_the_plot(db: None) -> None:
    from verbale.matters.directory.figures import Figure

    assert [duration(value) for value in (None, 0, 61, 7_500, 90_000)] == [
        "–", "0 seconds", "1 minute 1 second", "2 hours 5 minutes", "1 day 1 hour",
    ]  # fmt: skip
    rows = [Figure("LZ", 1, 1, 0, 0, 0, 4_000.0, 4_000.0), Figure("VD", 1, 0, 0, 1, 0, None, None)]
    plot = plot_of(rows)
    assert plot is not None
    assert [bar.name for bar in plot["bars"]] == ["LZ"]
    assert plot_of(rows[1:]) is None
    assert plot_of([Figure("LZ", 1, 1, 0, 0, 0, 0.0, 0.0)]) is not None
    assert plot_of([Figure("LZ", 1, 1, 0, 0, 0, 1e9, 1e9)]) is not None


# -- CSV --------------------------------------------------------------------------------------------------------------

HEAD = "key,role,name,email,zone,valid_from"
ROW = "diplomatic-1,diplomatic,Desk,a@b.example,Africa/Nairobi,2026-11-01"


def test_contacts_go_out_as_csv_and_come_back_the_same(forum: Peer, ada: User, tomas: User) -> None:
    matter = arrived_directory(forum)
    odd = {**CONTACT, "name": '=1+1, "quoted" ', "office": "'-office", "secure": "@handle"}
    odd["name"] = odd["name"].strip()
    for key, contact in (("diplomatic-1", CONTACT), ("technical-1", odd)):
        cleared(operations.nominate_draft(matter, ada, key=key, contact=contact), ada, tomas)
    data = book.csv_of(book.contacts(ada, state="CR"))
    assert b"\r\n" in data
    assert all(not cell.startswith(("=", "-", "@")) for row in csv.reader(io.StringIO(data.decode())) for cell in row)
    assert sheets.from_csv(data, "CR") == [
        {"key": "diplomatic-1", "contact": CONTACT},
        {"key": "technical-1", "contact": odd},
    ]
    made = operations.import_csv(matter, ada, data, submit=True)
    assert [draft.status for draft in made] == ["submitted", "submitted"]


def _lines() -> st.SearchStrategy[str]:
    letters = st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"), include_characters="=+-@',;\""
    )
    return st.text(letters, min_size=1, max_size=30)


@given(name=_lines(), office=_lines(), secure=_lines())
def test_any_text_survives_the_round_trip(name: str, office: str, secure: str) -> None:
    contact = {**CONTACT, "name": name, "office": office, "secure": secure}
    (back,) = sheets.from_csv(sheets.to_csv([("CR", "a", "2026-11-24T08:00:00.000Z", contact)]), "CR")
    assert back["contact"] == contact


BAD: dict[str, tuple[str | bytes, str]] = {
    "nothing": ("", "The file is empty: its first row names the columns."),
    "no row": (HEAD, "The file has no contact under its header."),
    "not UTF-8": (b"key,\xff", "The file is not UTF-8: byte 5."),
    "a column too few": ("key,role", "Row 1, column name: the column is missing."),
    "a column unknown": (f"{HEAD},fax\n", "Row 1, column fax: there is no such column; there are"),
    "a column twice": (f"{HEAD},key\n", "Row 1, column key: it stands there twice."),
    "cells too few": (f"{HEAD}\na,b\n", "Row 2: 2 cells under 6 columns."),
    "another state": (f"state,{HEAD}\nLZ,{ROW}", "Row 2, column state: a state names only contacts of its own"),
    "a role that is none": (f"{HEAD}\n{ROW}\n{ROW.replace('diplomatic', 'other')}", "Row 3, column role:"),
    "a key that is none": (f"{HEAD}\n{ROW.replace('diplomatic-1', 'Big Key')}", "Row 2, column key:"),
    "the same contact twice": (f"{HEAD}\n{ROW}\n\n{ROW}", "Row 4, column key: row 2 names the same contact."),
    "no way to reach it": (f"{HEAD}\n{ROW.replace('a@b.example', '')}", "Row 2, column email:"),
    "an e-mail that is none": (f"{HEAD}\n{ROW.replace('@', ' ')}", "Row 2, column email:"),
    "a zone that is none": (f"{HEAD}\n{ROW.replace('Nairobi', 'Atlantis')}", "Row 2, column zone:"),
    "a day that is none": (f"{HEAD}\n{ROW.replace('11-01', '02-30')}", "Row 2, column valid_from:"),
    "days in words": (f"{HEAD},days\n{ROW},Monday", "Row 2, column days:"),
    "the eighth day": (f"{HEAD},days\n{ROW},8", "Row 2, column days:"),
    "no yes and no no": (f"{HEAD},always\n{ROW},perhaps", "Row 2, column always: say yes or no."),
    "hours without length": (f"{HEAD},opens,closes\n{ROW},08:00,08:00", "Row 2, column opens:"),
    "a time that is none": (f"{HEAD},opens\n{ROW},8 am", "Row 2, column opens:"),
    "a language that is none": (f"{HEAD},languages\n{ROW},English", "Row 2, column languages:"),
    "a quote left open": (f'{HEAD}\n"{ROW}', "Row 2: "),
}


@pytest.mark.parametrize(("data", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_file_names_row_and_column_and_leaves_nothing(
    forum: Peer, ada: User, data: str | bytes, sentence: str
) -> None:
    matter = arrived_directory(forum)
    with pytest.raises(UserError) as refused:
        operations.import_csv(matter, ada, data if isinstance(data, bytes) else data.encode())
    assert str(refused.value).startswith(sentence), str(refused.value)
    assert not Draft.objects.exists()


def test_limits_of_a_file() -> None:
    with pytest.raises(UserError, match="the limit is"):
        sheets.from_csv(b"x" * (sheets.MAX_BYTES + 1), "CR")
    rows = "\n".join(ROW.replace("diplomatic-1", f"k-{n}") for n in range(sheets.MAX_ROWS + 1))
    with pytest.raises(UserError, match="the limit is 500 contacts"):
        sheets.from_csv(f"{HEAD}\n{rows}".encode(), "CR")
    bom = b"\xef\xbb\xbf" + f"{HEAD}\n{ROW}".encode()
    assert sheets.from_csv(bom, "CR")[0]["key"] == "diplomatic-1"


# -- vCard ------------------------------------------------------------------------------------------------------------


def test_a_vcard_is_escaped_folded_and_whole() -> None:
    contact = {
        **CONTACT,
        "name": "Kœnig, Anna; Desk\\1",
        "office": "Ministère des affaires étrangères, direction du numérique et de la cybersécurité",
        "secure": "matrix:u/desk:mfa.example",
    }
    data = sheets.to_vcards([("CR", "Crimson", "diplomatic-1", "2026-11-24T08:00:00.120Z", contact)])
    lines = data.split(b"\r\n")
    assert lines.pop() == b""
    assert all(len(line) <= 75 for line in lines)
    for line in lines:
        line.decode()
    unfolded = data.decode().replace("\r\n ", "").split("\r\n")
    assert unfolded[:4] == [
        "BEGIN:VCARD",
        "VERSION:4.0",
        "UID;VALUE=text:CR:diplomatic-1",
        r"FN:Kœnig\, Anna\; Desk\\1",
    ]
    assert unfolded[4].startswith(r"ORG:Crimson;Ministère des affaires étrangères\, direction")
    assert "TEL;VALUE=uri;TYPE=voice:tel:+25420318888" in unfolded
    assert "LANG;PREF=1:fr" in unfolded
    assert "REV:20261124T080000Z" in unfolded
    assert r"NOTE:Secure address: matrix:u/desk:mfa.example\nReached Mon Tue Wed Thu Fri" in "\n".join(unfolded)
    assert unfolded[-2] == "END:VCARD"
