"""The pages of assistance: they answer a desk officer, do each act, and are refused to an operator."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.matters.test_assistance_operations import SPECIFIED, ada, arrived, asked, day, said, tomas
from tests.node.conftest import Person
from tests.node.world import Peer
from verbale.desk import second_factor
from verbale.matters.assistance import operations
from verbale.matters.incident.operations import open_incident
from verbale.node import drafts
from verbale.node.models import Draft, Matter, User
from verbale.node.projection import state_of

__all__ = ["ada", "tomas"]

pytestmark = pytest.mark.django_db
SECRET = "JBSWY3DPEHPK3PXP"


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
    return text


REQUEST = {
    "to": "LZ",
    "about": "",
    "kind": "information",
    "subject": "Night on the grid",
    "items": "The holder of 192.0.2.7\n\nThe traffic data",
    "reply_by": "",
    "marking": "AMBER",
    "language": "en",
    "urgency": "ordinary",
}


# -- pages ------------------------------------------------------------------------------------------------------------


def test_the_list_is_empty_and_then_is_not(lazuria: Peer, desk: Client, ada: User, tomas: User) -> None:
    assert "Nothing has been asked or offered yet" in shown(desk, "assistance:index")
    asked(ada, tomas, reply_by=day(3))
    arrived(lazuria)
    arrived(lazuria, "offer")
    text = shown(desk, "assistance:index")
    for part in ("How requests are answered", "we ask Lazuria", "Lazuria asks us", "Lazuria offers us", "3 days left"):
        assert part in text


def test_the_rail_leads_there_and_the_desk_says_what_waits(lazuria: Peer, desk: Client) -> None:
    matter = arrived(lazuria)
    text = shown(desk, "desk")
    assert f'href="{reverse("assistance:index")}" data-go="n"' in text
    assert "Answer the request of Lazuria" in text
    assert reverse("dossier", args=[matter.id]) in text


def test_a_dossier_begins_a_request(lazuria: Peer, desk: Client, ada: User) -> None:
    incident = open_incident(ada, title="Night on the grid", marking="GREEN").matter_id
    assert f"{reverse('assistance:request')}?about={incident}" in shown(desk, "dossier", incident)
    text = shown(desk, "assistance:request", query=f"?about={incident}")
    assert 'value="Night on the grid"' in text
    assert f'value="{incident}" selected' in text
    assert 'value="GREEN" selected' in text


def test_the_panel_of_a_request_to_us(lazuria: Peer, desk: Client, ada: User) -> None:
    matter = arrived(lazuria, reply_by="2099-01-31")
    operations.preserve(matter, ada, data="Logs of the mail server", until=day(70))
    text = shown(desk, "dossier", matter.id)
    for part in (
        "Crimson has begun to help Lazuria, and has not answered yet.",
        "Hand over the traffic data",
        "no answer yet",
        "Logs of the mail server",
        "70 days left",
        reverse("assistance:accept", args=[matter.id]),
        reverse("assistance:extend", args=[matter.id]),
    ):
        assert part in text
    assert shown(desk, "dossier-print", matter.id)


def test_the_panel_of_our_request(lazuria: Peer, desk: Client, ada: User, tomas: User) -> None:
    matter = asked(ada, tomas)
    said(lazuria, matter, "refuse")
    text = shown(desk, "dossier", matter.id)
    assert "Lazuria refuses: sovereignty, security, ordre public or other essential interests." in text
    assert "(Article 27 (4) (b))" in text
    said(lazuria, matter, "accept", extent="part", items=[1, 2], conditions="Secret")
    said(lazuria, matter, "deliver", items=[1])
    text = shown(desk, "dossier", matter.id)
    assert "Lazuria accepts items 1, 2. It makes conditions. 1 of 3 items have been met." in text
    assert "It replaces an earlier answer" in text
    assert reverse("assistance:accept", args=[matter.id]) not in text


@pytest.mark.parametrize("word", ["request", "offer"])
def test_the_act_of_each_type_shows(lazuria: Peer, desk: Client, word: str) -> None:
    matter = arrived(lazuria, word)
    text = shown(desk, "act", state_of(matter)["opening"]["act"])
    assert "Item" in text or "ask for help" in text


# -- forms ------------------------------------------------------------------------------------------------------------


def test_a_request_is_drafted_and_put_before_the_head_of_mission(lazuria: Peer, desk: Client) -> None:
    answer = desk.post(reverse("assistance:request"), {**REQUEST, "submit": "1"})
    draft = Draft.objects.get()
    assert answer.headers["location"] == reverse("draft", args=[draft.pk])
    assert (draft.status, draft.body["items"]) == ("submitted", ["The holder of 192.0.2.7", "The traffic data"])
    text = shown(desk, "draft", draft.pk)
    assert "Item 2: The traffic data" in text


def test_a_request_to_preserve_that_is_not_complete_says_where(lazuria: Peer, desk: Client) -> None:
    given = {**REQUEST, "kind": "preservation", "offence": "x"}
    answer = desk.post(reverse("assistance:request"), {**given, "keep": "1"})
    assert answer.status_code == 200
    assert "Article 29 (2) asks a request for preservation to specify this." in answer.content.decode()
    assert not Draft.objects.exists()
    whole = {**given, **{name: value for name, value in SPECIFIED.items() if value}, "intention": "on"}
    desk.post(reverse("assistance:request"), {**whole, "keep": "1"})
    assert Draft.objects.get().body["preservation"]["data"] == "Logs of 192.0.2.7"


def test_a_draft_is_written_on(lazuria: Peer, desk: Client, ada: User) -> None:
    desk.post(reverse("assistance:request"), {**REQUEST, "keep": "1"})
    draft = Draft.objects.get()
    text = shown(desk, "assistance:edit", draft.pk)
    assert "The traffic data" in text
    desk.post(reverse("assistance:edit", args=[draft.pk]), {**REQUEST, "subject": "Another", "keep": "1"})
    draft.refresh_from_db()
    assert draft.body["subject"] == "Another"


@pytest.mark.parametrize(
    ("word", "given", "type_name"),
    [
        ("accept", {"items": ["1", "3"], "conditions": "Secret"}, "assistance.accept"),
        ("accept", {}, "assistance.accept"),
        ("refuse", {"ground": "political", "reasons": "It is one."}, "assistance.refuse"),
        ("deliver", {"text": "The logs", "items": ["2"], "marking": "AMBER"}, "assistance.deliver"),
    ],
)
def test_an_answer_is_drafted_and_written_on(
    lazuria: Peer, desk: Client, word: str, given: dict[str, Any], type_name: str
) -> None:
    matter = arrived(lazuria)
    shown(desk, f"assistance:{word}", matter.id)
    desk.post(reverse(f"assistance:{word}", args=[matter.id]), {**given, "keep": "1"})
    draft = Draft.objects.get()
    assert (draft.type, draft.status) == (type_name, "draft")
    shown(desk, "assistance:edit", draft.pk)
    answer = desk.post(reverse("assistance:edit", args=[draft.pk]), {**given, "submit": "1"})
    assert answer.status_code == 302
    draft.refresh_from_db()
    assert draft.status == "submitted"
    assert shown(desk, "draft", draft.pk)
    assert str(draft.pk) in shown(desk, "dossier", matter.id)


def test_an_answer_in_vain_says_why(lazuria: Peer, desk: Client, ada: User, tomas: User) -> None:
    matter = asked(ada, tomas)
    answer = desk.post(reverse("assistance:accept", args=[matter.id]), {"keep": "1"})
    assert "This is for Lazuria to do" in answer.content.decode()


def test_what_is_said_at_once(lazuria: Peer, desk: Client, ada: User) -> None:
    matter = arrived(lazuria)

    def post(word: str, **given: Any) -> None:
        assert desk.post(reverse(f"assistance:{word}", args=[matter.id]), given).status_code == 302

    post("preserve", data="Logs", since=day(0), until=day(70), items=["1"])
    (kept,) = state_of(matter)["kept"]
    post("extend", preservation=kept, until=day(90))
    post("status", text="We work on it.")
    assert state_of(matter)[f"due:{kept}"] == day(90)
    post("preserve", data="Logs", until="")
    post("preserve", data="Logs", until="soon")
    post("extend", preservation=kept, until=day(80))
    post("extend", preservation="nonsense", until=day(99))
    post("take")
    post("close", outcome="nonsense")
    assert state_of(matter)["kept"] == [kept]
    assert state_of(matter)[f"due:{kept}"] == day(90)


def test_an_offer_is_taken_and_closed(lazuria: Peer, desk: Client) -> None:
    matter = arrived(lazuria, "offer")
    assert "Take the offer" in shown(desk, "dossier", matter.id)
    desk.post(reverse("assistance:take", args=[matter.id]), {"items": ["1"]})
    assert state_of(matter)["taken"]["items"] == [1]
    desk.post(reverse("assistance:close", args=[matter.id]), {"outcome": "satisfied", "text": "Thanks"})
    assert "the matter is closed" in shown(desk, "dossier", matter.id)


def test_an_offer_of_ours_is_drafted(lazuria: Peer, desk: Client) -> None:
    given = {**REQUEST, "kind": "mitigation", "conditions": "Discretion", "keep": "1"}
    shown(desk, "assistance:offer")
    desk.post(reverse("assistance:offer"), given)
    draft = Draft.objects.get()
    assert draft.type == "assistance.offer"
    assert "Discretion" in shown(desk, "assistance:edit", draft.pk)


# -- who may not ------------------------------------------------------------------------------------------------------


def test_an_operator_sees_none_of_it(lazuria: Peer, person: Person) -> None:
    matter = arrived(lazuria)
    client = browser(person("olga", "operator"))
    for name in ("index", "request", "offer"):
        assert client.get(reverse(f"assistance:{name}")).status_code == 403
    for name in ("accept", "refuse", "deliver"):
        assert client.get(reverse(f"assistance:{name}", args=[matter.id])).status_code == 403
    for name in ("preserve", "extend", "status", "take", "close"):
        assert client.post(reverse(f"assistance:{name}", args=[matter.id]), {"text": "x"}).status_code == 403
    assert reverse("assistance:index") not in client.get(reverse("desk")).content.decode()


def test_an_auditor_reads_and_does_nothing(lazuria: Peer, person: Person) -> None:
    matter = arrived(lazuria)
    client = browser(person("audrey", "auditor"))
    assert reverse("assistance:request") not in shown(client, "assistance:index")
    assert reverse("assistance:status", args=[matter.id]) not in shown(client, "dossier", matter.id)
    assert client.get(reverse("assistance:request")).status_code == 403
    assert client.post(reverse("assistance:status", args=[matter.id]), {"text": "x"}).status_code == 403


def test_nobody_without_a_log_in(lazuria: Peer, client: Client) -> None:
    assert client.get(reverse("assistance:index")).status_code == 302


def test_a_request_about_a_closed_dossier_is_shown_to_nobody_else(
    lazuria: Peer, ada: User, tomas: User, person: Person
) -> None:
    incident = open_incident(ada, title="Secret").matter_id
    matter = asked(ada, tomas, about=incident)
    Matter.objects.filter(pk=incident).update(restricted=True)
    Matter.objects.get(pk=incident).people.add(ada)
    bea = browser(person("bea", "desk"))
    assert matter.id not in shown(bea, "assistance:index")
    refused = bea.get(reverse("dossier", args=[matter.id]))
    assert refused.status_code == 403
    assert "Hand over the traffic data" not in refused.content.decode()
    assert bea.get(reverse("assistance:accept", args=[matter.id])).status_code == 404
    assert "Hand over the traffic data" in shown(browser(ada), "dossier", matter.id)


def test_another_persons_draft_is_not_written_on(lazuria: Peer, ada: User, person: Person) -> None:
    matter = arrived(lazuria)
    draft = drafts.create(operations.accept_draft(matter, ada), ada)
    bea = browser(person("bea", "desk"))
    assert bea.get(reverse("assistance:edit", args=[draft.pk])).headers["location"] == reverse("draft", args=[draft.pk])
