"""The pages of directories: they answer a desk officer, do each act, and are refused to an operator."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests.matters.test_directory_fold import CONTACT, OTHER
from tests.matters.test_directory_operations import (
    HEAD,
    ROW,
    ada,
    arrived_directory,
    cleared,
    forum,
    now,
    own_directory,
    pinged,
    published,
    said,
    soon,
    tomas,
)
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.desk import second_factor
from verbale.matters.directory import operations
from verbale.node.models import ActRecord, Draft, Matter, User
from verbale.protocol import format_time

__all__ = ["ada", "forum", "tomas"]

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"
FORM = {
    "key": "diplomatic-1",
    "role": "diplomatic",
    "name": "Desk for cyber affairs",
    "office": "",
    "languages": "fr, en",
    "email": "desk@mfa.example",
    "telephone": "",
    "secure": "",
    "zone": "Africa/Nairobi",
    "days": ["1", "2"],
    "opens": "08:00",
    "closes": "16:00",
    "valid_from": "2026-11-01",
    "marking": "AMBER",
}


def browser(user: User) -> Client:
    second_factor.enrol(user, SECRET)
    client = Client(raise_request_exception=True)
    client.force_login(user)
    return client


@pytest.fixture
def desk(ada: User) -> Client:
    return browser(ada)


def shown(client: Client, name: str, *arguments: Any, query: str = "") -> str:
    answer = client.get(reverse(name, args=arguments) + query)
    assert answer.status_code == 200, (answer.status_code, answer.content[:500])
    text = answer.content.decode()
    assert "<style" not in text
    assert "style=" not in text
    assert not re.search(r"<script(?![^>]*src=)", text)
    return text


def test_the_list_is_empty_and_then_is_searched(forum: Peer, lazuria: Peer, desk: Client) -> None:
    assert "No directory is here yet" in shown(desk, "directory:index")
    matter = arrived_directory(forum, "LZ")
    assert "No contact has been published yet." in shown(desk, "directory:index")
    published(forum, matter, contact={**CONTACT, "name": "<b>Desk</b>"})
    published(forum, matter, "WF", contact={**OTHER, "role": "technical", "languages": ["ar"]}, nomination="c" * 64)
    text = shown(desk, "directory:index")
    assert f'href="{reverse("directory:index")}" data-go="i"' in text
    for part in ("&lt;b&gt;Desk&lt;/b&gt;", "Night desk", "kept by World Forum", "just now", 'href="tel:+25420318888"'):
        assert part in text
    for query, there in (
        ("?state=LZ", True),
        ("?role=technical", False),
        ("?language=fr", True),
        ("?language=ar", False),
        ("?state=CR", None),
    ):
        text = shown(desk, "directory:index", query=query)
        assert ("&lt;b&gt;Desk" in text, "Night desk" in text) == (bool(there), there is False)


def test_an_old_entry_is_red(forum: Peer, lazuria: Peer, desk: Client) -> None:
    matter = arrived_directory(forum, "LZ")
    published(forum, matter, nominated=format_time(now() - timezone.timedelta(days=181)))
    assert re.search(r'<span class="overdue"><time[^>]*>\d+\xa0months ago', shown(desk, "directory:index"))
    assert re.search(r'<span class="overdue"><time', shown(desk, "directory:state", matter.id, "LZ"))


def test_how_to_reach_a_state_now(forum: Peer, lazuria: Peer, desk: Client) -> None:
    matter = arrived_directory(forum, "LZ")
    assert "has named nobody" in shown(desk, "directory:state", matter.id, "LZ")
    published(forum, matter, contact={**CONTACT, "hours": {"zone": "Africa/Nairobi", "always": True}})
    pinged(forum, matter, audience=("CR", "LZ"))
    text = shown(desk, "directory:state", matter.id, "LZ")
    for part in (
        "How to reach Lazuria now",
        "reached at all hours",
        "Africa/Nairobi",
        "+254 20 318 888",
        "no answer yet",
    ):
        assert part in text
    assert desk.get(reverse("directory:state", args=[matter.id, "VD"])).status_code == 404


def test_a_contact_is_named_changed_confirmed_and_withdrawn(forum: Peer, desk: Client, ada: User, tomas: User) -> None:
    matter = arrived_directory(forum)
    shown(desk, "directory:nominate", matter.id)
    wrong = desk.post(reverse("directory:nominate", args=[matter.id]), {**FORM, "zone": "Atlantis", "keep": "1"})
    assert "Atlantis is no IANA time zone" in wrong.content.decode()
    answer = desk.post(reverse("directory:nominate", args=[matter.id]), {**FORM, "keep": "1"})
    draft = Draft.objects.get()
    assert answer.headers["location"] == reverse("draft", args=[draft.pk])
    assert draft.body["contact"]["hours"] == {
        "zone": "Africa/Nairobi", "always": False, "days": [1, 2], "opens": "08:00", "closes": "16:00",
    }  # fmt: skip
    assert "Desk for cyber affairs" in shown(desk, "draft", draft.pk)
    text = shown(desk, "directory:edit", draft.pk)
    assert 'value="fr en"' in text
    desk.post(reverse("directory:edit", args=[draft.pk]), {**FORM, "name": "Night desk", "submit": "1"})
    draft.refresh_from_db()
    assert (draft.status, draft.body["contact"]["name"]) == ("submitted", "Night desk")
    assert "A draft waits for clearance" in shown(desk, "directory:directory", matter.id)
    from verbale.node import drafts

    drafts.clear(draft, tomas)
    text = shown(desk, "directory:directory", matter.id)
    assert "Night desk" in text
    assert 'value="Night desk"' in shown(desk, "directory:nominate", matter.id, query="?key=diplomatic-1")
    desk.post(reverse("directory:confirm", args=[matter.id, "diplomatic-1"]))
    confirmation = Draft.objects.get(type="directory.confirm")
    assert confirmation.status == "submitted"
    assert "still right" in shown(desk, "draft", confirmation.pk)
    shown(desk, "directory:withdraw", matter.id, "diplomatic-1")
    desk.post(reverse("directory:withdraw", args=[matter.id, "diplomatic-1"]), {"reason": "Moved", "keep": "1"})
    gone = Draft.objects.get(type="directory.withdraw")
    assert "Moved" in shown(desk, "directory:edit", gone.pk)
    drafts.submit(gone, ada)
    drafts.clear(gone, tomas)
    assert "We have named nobody yet" in shown(desk, "directory:directory", matter.id)
    for record in ActRecord.objects.filter(matter_id=matter.id):
        shown(desk, "act", record.id)
    shown(desk, "dossier", matter.id)
    shown(desk, "dossier-print", matter.id)


def test_a_directory_of_ours_is_opened_published_and_renewed(
    lazuria: Peer, verdia: Peer, desk: Client, ada: User, tomas: User
) -> None:
    shown(desk, "directory:open")
    given = {"title": "Ours", "text": "", "members": ["LZ"], "marking": "AMBER"}
    desk.post(reverse("directory:open"), {**given, "keep": "1"})
    draft = Draft.objects.get()
    assert "checked" in shown(desk, "directory:edit", draft.pk)
    desk.post(reverse("directory:edit", args=[draft.pk]), {**given, "title": "Renamed", "submit": "1"})
    from verbale.node import drafts

    matter = Matter.objects.get(pk=drafts.clear(Draft.objects.get(), tomas)[-1].matter_id)
    assert matter.title == "Renamed"
    said(lazuria, matter, "nominate", {"key": "diplomatic-1", "contact": CONTACT})
    assert "Publish 1 entry to the members" in shown(desk, "desk")
    assert "Publish what is new" in shown(desk, "directory:directory", matter.id)
    desk.post(reverse("directory:publish", args=[matter.id]))
    assert "Publish what is new" not in shown(desk, "directory:directory", matter.id)
    assert "kept by us" in shown(desk, "directory:index")
    shown(desk, "directory:renew", matter.id)
    desk.post(reverse("directory:renew", args=[matter.id]), {**given, "members": ["LZ", "VD"], "keep": "1"})
    draft = Draft.objects.get(status="draft")
    assert (draft.audience, draft.body["renews"] is not None) == (["LZ", "VD"], True)
    shown(desk, "directory:edit", draft.pk)


def test_a_ping_is_sent_and_its_answers_are_plotted(
    lazuria: Peer, verdia: Peer, desk: Client, ada: User, tomas: User
) -> None:
    matter = own_directory(ada, tomas, "LZ", "VD")
    assert "No ping has been sent yet" in shown(desk, "directory:pings", matter.id)
    assert "checked" in shown(desk, "directory:send", matter.id, query="?to=LZ")
    form = {"kind": "scheduled", "precedence": "ROUTINE", "text": "", "to": ["LZ", "VD"]}
    wrong = desk.post(reverse("directory:send", args=[matter.id]), {**form, "deadline": "2020-01-01T10:00"})
    assert "The deadline has passed." in wrong.content.decode()
    deadline = timezone.localtime(soon(5)).strftime("%Y-%m-%dT%H:%M")
    answer = desk.post(reverse("directory:send", args=[matter.id]), {**form, "deadline": deadline})
    ping = ActRecord.objects.get(type="directory.ping")
    assert answer.headers["location"] == reverse("directory:answers", args=[ping.id])
    said(lazuria, matter, "pong", {"ping": ping.id}, refs=(ping.id,), issued=now() + timezone.timedelta(seconds=75))
    text = shown(desk, "directory:answers", ping.id)
    assert "1 minute 1" in text
    assert "no answer yet" in text
    text = shown(desk, "directory:pings", matter.id)
    assert re.search(r'<svg direction="ltr" viewBox="0 0 \d+ \d+".*?<rect', text, re.DOTALL)
    assert "1 of 2 in time" in text
    assert "has not answered our ping" in shown(desk, "desk")


def test_a_ping_to_us_is_answered_from_the_desk(forum: Peer, desk: Client) -> None:
    matter = arrived_directory(forum)
    ping = pinged(forum, matter)
    text = shown(desk, "desk")
    assert "Answer the ping of World Forum, due " in text
    assert reverse("directory:pong", args=[ping.id]) in text
    assert "We have not answered yet" in shown(desk, "directory:answers", ping.id)
    shown(desk, "act", ping.id)
    desk.post(reverse("directory:pong", args=[ping.id]), {"text": "Here."})
    assert "Here." in shown(desk, "directory:answers", ping.id)
    assert "Answer the ping" not in shown(desk, "desk")
    missed = pinged(forum, matter, hours=0.001, number="2/2026")
    assert shown(desk, "directory:answers", missed.id)


def test_files_go_out_and_come_in(forum: Peer, lazuria: Peer, desk: Client) -> None:
    matter = arrived_directory(forum, "LZ")
    published(forum, matter)
    answer = desk.get(reverse("directory:csv") + "?state=LZ")
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.content.startswith(b"state,key,role")
    assert b"BEGIN:VCARD" in desk.get(reverse("directory:vcf") + f"?directory={matter.id}").content
    shown(desk, "directory:import", matter.id)
    address = reverse("directory:import", args=[matter.id])

    def sent(data: str) -> str:
        file = SimpleUploadedFile("contacts.csv", data.encode())
        return desk.post(address, {"file": file, "marking": "AMBER", "keep": "1"}, follow=True).content.decode()

    assert "Row 2, column zone" in sent(f"{HEAD}\n{ROW.replace('Nairobi', 'Atlantis')}")
    assert not Draft.objects.exists()
    assert "1 contact is drafted." in sent(f"{HEAD}\n{ROW}")
    assert Draft.objects.get().body["key"] == "diplomatic-1"


def test_an_operator_is_refused_everywhere(forum: Peer, person: Person) -> None:
    matter = arrived_directory(forum)
    ping = pinged(forum, matter)
    client = browser(person("oleg", "operator"))
    for name, *arguments in (
        ("index",), ("open",), ("csv",), ("vcf",), ("answers", ping.id), ("directory", matter.id),
        ("renew", matter.id), ("nominate", matter.id), ("import", matter.id), ("state", matter.id, "WF"),
        ("withdraw", matter.id, "a"), ("pings", matter.id), ("send", matter.id),
    ):  # fmt: skip
        assert client.get(reverse(f"directory:{name}", args=arguments)).status_code == 403
    for name, argument in (("publish", [matter.id]), ("confirm", [matter.id, "a"]), ("pong", [ping.id])):
        assert client.post(reverse(f"directory:{name}", args=argument)).status_code == 403
    assert f'href="{reverse("directory:index")}"' not in shown(client, "settings")


def test_a_restricted_directory_is_closed(forum: Peer, desk: Client) -> None:
    matter = arrived_directory(forum)
    ping = pinged(forum, matter)
    matter.restricted = True
    matter.save()
    assert "No directory is here yet" in shown(desk, "directory:index")
    assert desk.get(reverse("directory:directory", args=[matter.id])).status_code == 404
    assert desk.get(reverse("directory:answers", args=[ping.id])).status_code == 404
    assert desk.post(reverse("directory:pong", args=[ping.id])).status_code == 404


def test_the_page_reads_a_matter_whose_opening_has_not_arrived(forum: Peer, desk: Client, ada: User) -> None:
    act, envelope = forum.act("directory.ping", {"number": "1", "kind": "scheduled", "deadline": format_time(soon())})
    from verbale.node.services import receive

    receive([envelope], via="exchange")
    shown(desk, "directory:index")
    shown(desk, "desk")
    shown(desk, "dossier", act.matter)
    assert desk.get(reverse("directory:directory", args=[act.matter])).status_code == 404
    assert desk.get(reverse("directory:answers", args=[act.id])).status_code == 404


def test_a_head_of_mission_clears_by_the_page(forum: Peer, ada: User, tomas: User) -> None:
    matter = arrived_directory(forum)
    cleared(operations.nominate_draft(matter, ada, key="diplomatic-1", contact=CONTACT), ada, tomas)
    assert "Desk for cyber affairs" in shown(browser(tomas), "directory:index")
