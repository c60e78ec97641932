"""Norm, plan, capacity, collection and interests as people use them: drafts, pages, API, command, what waits."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from typer.testing import CliRunner

from tests.matters.small import CASES, ITEMS, OTHER_TEXT, TEXT, Case
from tests.matters.test_talks_pages import client_of, shown
from tests.node.conftest import Person
from tests.node.world import Peer, note_body
from verbale.matters.channel.fold import channel_id
from verbale.matters.incident.operations import open_incident
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of, standing_of
from verbale.matters.kit.operations import Given
from verbale.matters.norm.acts import text_hash
from verbale.matters.plan.acts import items_hash
from verbale.node import attachments, drafts
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ActRecord, ApiToken, AuditEntry, Draft, Matter, User
from verbale.node.projection import state_of
from verbale.node.registry import kind_of
from verbale.node.services import receive
from verbale.protocol import Marking

pytestmark = pytest.mark.django_db

Do = Callable[..., ActRecord]
BUNDLE = "bundle--1f3b5a52-2c54-4f0e-9a9e-0a8f0f0a0a01"


def day(days: int) -> str:
    return (timezone.localdate() + timedelta(days=days)).isoformat()


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk", first_name="Ada", last_name="Byron")


@pytest.fixture
def hana(person: Person) -> User:
    return person("hana", "head")


@pytest.fixture
def do(ada: User, hana: User, lazuria: Peer) -> Do:
    """Ada does a deed; what needs clearance is cleared by Hana."""

    def done(name: str, matter: Matter | None = None, /, **values: Any) -> ActRecord:
        deed = deed_of(name)
        alone = deed.alone
        general = {key: values.pop(key) for key in ("marking", "about") if key in values}
        given = Given(values, () if alone or not deed.opens else ("LZ",), **general)
        if not deed.clearance:
            record = operations.say(deed, matter, ada, given)
        else:
            draft = operations.draft(deed, matter, ada, given)
            drafts.submit(draft, ada)
            record = drafts.clear(draft, hana)[-1]
        assert record.effective, record.reason
        if matter is not None:
            matter.refresh_from_db()
        return record

    return done


def theirs(peer: Peer, matter: Matter, name: str, /, **body: Any) -> ActRecord:
    """An act of the peer in that matter, received."""
    state = state_of(matter)
    refs = {state["opening"]["act"], state["last"]}
    refs |= {value for value in body.values() if isinstance(value, str) and len(value) == 64 and value in _ids(matter)}
    act, envelope = peer.act(name, body, matter=matter.id, refs=refs, marking=Marking(matter.marking))
    (outcome,) = receive([envelope], via="exchange")
    assert outcome.status == "accepted", outcome
    record = ActRecord.objects.get(pk=act.id)
    assert record.effective, record.reason
    matter.refresh_from_db()
    return record


def opened(peer: Peer, name: str, **body: Any) -> tuple[Matter, ActRecord]:
    """A matter that the peer opens to us."""
    act, envelope = peer.act(name, body)
    (outcome,) = receive([envelope], via="exchange")
    assert outcome.status == "accepted", outcome
    return Matter.objects.get(pk=act.matter), ActRecord.objects.get(pk=act.id)


def _ids(matter: Matter) -> set[str]:
    return set(ActRecord.objects.filter(matter_id=matter.id).values_list("pk", flat=True))


def told(kind: str, ours: bool) -> list[str]:
    known = kind_of(kind)
    assert known is not None
    return [str(task.sentence) for task in known.tasks() if task.ours is ours]


def matter_of(record: ActRecord) -> Matter:
    return Matter.objects.get(pk=record.matter_id)


def opening(case: Case) -> dict[str, Any]:
    """What a person gives to open a matter of the kind: the lawful body, as the fields take it."""
    return {name: value for name, value in case.lawful[case.opens].items() if value is not None}


# -- what holds for each kind ------------------------------------------------------------------------------------------

each = pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)


@each
def test_its_pages_open_and_its_list_says_what_would_stand_there(case: Case, ada: User, lazuria: Peer) -> None:
    desk = client_of(ada)
    page = shown(desk, f"/{case.name}/")
    assert 'class="empty"' in page
    assert f"/{case.name}/{case.opens}/" in page
    shown(desk, f"/{case.name}/{case.opens}/")


@each
def test_a_matter_shows_its_panel_and_every_page_of_its_deeds(case: Case, ada: User, do: Do) -> None:
    record = do(f"{case.name}.{case.opens}", **opening(case))
    desk, matter = client_of(ada), matter_of(record)
    page = shown(desk, f"/dossiers/{matter.id}/")
    assert str(standing_of(matter)) in page.replace("&#x27;", "'")
    assert case.title(state_of(matter)) in shown(desk, f"/{case.name}/")
    assert shown(desk, f"/dossiers/{matter.id}/print/")
    assert shown(desk, f"/acts/{record.id}/")
    for word in case.later:
        if deed_of(f"{case.name}.{word}").fields:
            shown(desk, f"/{case.name}/{matter.id}/{word}/")


@each
def test_an_act_with_an_odd_body_harms_no_page(case: Case, ada: User, do: Do, lazuria: Peer) -> None:
    matter = matter_of(do(f"{case.name}.{case.opens}", **opening(case)))
    desk = client_of(ada)
    for word in case.bodies:
        _act, envelope = lazuria.act(f"{case.name}.{word}", {"text": 7, "version": []}, matter=matter.id)
        receive([envelope], via="exchange")
        odd = ActRecord.objects.latest("index")
        assert not odd.effective
        shown(desk, f"/acts/{odd.id}/")
    shown(desk, f"/dossiers/{matter.id}/")
    shown(desk, "/")


@each
def test_api_and_command_open_a_matter(case: Case, ada: User, lazuria: Peer) -> None:
    token = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(ada, 'test')}"}
    body = {**opening(case), **({} if case.alone else {"to": ["LZ"]})}
    answer = Client().post(f"/api/v1/{case.name}/{case.opens}", json.dumps(body), "application/json", **token)
    assert answer.status_code == 200, answer.content
    assert Draft.objects.filter(type=f"{case.name}.{case.opens}").exists() != case.alone
    assert Client().get(f"/api/v1/{case.name}/", **token).status_code == 200
    from verbale.cli.app import app

    listed = CliRunner().invoke(app, ["deeds", case.name, "--json"])
    assert listed.exit_code == 0, listed.output
    assert {item["type"] for item in json.loads(listed.output)} == {f"{case.name}.{word}" for word in case.bodies}


@pytest.mark.parametrize("case", [case for case in CASES if not case.alone], ids=lambda case: case.name)
def test_who_may_not_draft_opens_nothing(case: Case, person: Person, lazuria: Peer) -> None:
    auditor = person("otto", "auditor")
    with pytest.raises(AccessError):
        operations.draft(deed_of(f"{case.name}.{case.opens}"), None, auditor, Given(opening(case), ("LZ",)))
    assert client_of(auditor).get(f"/{case.name}/{case.opens}/").status_code == 403


@pytest.mark.parametrize("case", [case for case in CASES if not case.alone], ids=lambda case: case.name)
def test_a_matter_about_a_closed_dossier_is_closed_too(case: Case, ada: User, do: Do, person: Person) -> None:
    incident = matter_of(open_incident(ada, title="Quiet"))
    matter = matter_of(do(f"{case.name}.{case.opens}", about=incident.id, **opening(case)))
    incident.restricted = True
    incident.save()
    incident.people.set([ada])
    other = client_of(person("bo", "desk"))
    assert other.get(f"/dossiers/{matter.id}/").status_code == 403
    assert matter.title not in shown(other, f"/{case.name}/")


# -- norm --------------------------------------------------------------------------------------------------------------


def test_a_norm_is_proposed_commented_on_revised_and_adopted(do: Do, ada: User, lazuria: Peer) -> None:
    first = do("norm.propose", **opening(CASES[0]))
    norm = matter_of(first)
    assert told("norm", False) == ["Yet to answer our text: Lazuria"]
    theirs(lazuria, norm, "norm.comment", version=first.id, paragraph=1, text="Working hours?")
    theirs(lazuria, norm, "norm.object", version=first.id, reason="Too slow.")
    page = shown(client_of(ada), f"/dossiers/{norm.id}/")
    assert "Working hours?" in page
    assert "Too slow." in page
    assert "Against it: Lazuria." in standing_of(norm)
    second = do("norm.revise", norm, version=first.id, paragraphs=OTHER_TEXT, text="Sooner.")
    page = shown(client_of(ada), f"/dossiers/{norm.id}/")
    assert '<del class="removed">72 </del><ins class="added">24 </ins>' in page
    # The comment was on a text that has changed.
    assert "on paragraph 1, then “States answer" in page
    theirs(lazuria, norm, "norm.agree", version=second.id, sha256=text_hash(OTHER_TEXT))
    assert standing_of(norm) == "Adopted by all parties: version 2."
    assert told("norm", False) == told("norm", True) == []


def test_a_norm_that_others_propose_waits_for_us_and_we_agree_to_the_text_that_stands(
    do: Do, ada: User, lazuria: Peer
) -> None:
    norm, record = opened(lazuria, "norm.propose", title="In time", paragraphs=TEXT)
    assert told("norm", True) == ["Agree to the text of Lazuria, or object"]
    page = shown(client_of(ada), f"/dossiers/{norm.id}/")
    assert f"/norm/{norm.id}/agree/" in page
    assert f"/norm/{norm.id}/revise/" not in page
    with pytest.raises(UserError, match="only sponsors revise"):
        operations.draft(deed_of("norm.revise"), norm, ada, Given({"version": record.id, "paragraphs": OTHER_TEXT}))
    do("norm.agree", norm, version=record.id)
    assert state_of(norm)["adopted"]["sha256"] == text_hash(TEXT)


# -- plan --------------------------------------------------------------------------------------------------------------


def plan_of(do: Do, lazuria: Peer, **changes: Any) -> Matter:
    items = [
        {"what": "talks", "text": "Meet again", "owner": "CR", "deadline": day(10)},
        {"what": "Training", "text": "Train together", "owner": "Lazuria", "deadline": day(-2)},
    ]
    return matter_of(do("plan.lay", **{"title": "After the night", "items": items, **changes}))


def test_a_plan_numbers_its_items_and_knows_owners_by_name(do: Do, lazuria: Peer) -> None:
    plan = plan_of(do, lazuria)
    items = state_of(plan)[f"version:{state_of(plan)['latest']}"]["items"]
    assert [(item["key"], item["what"], item["owner"]) for item in items] == [
        ("1", "talks", "CR"), ("2", "training", "LZ"),
    ]  # fmt: skip
    assert told("plan", False) == ["Yet to agree to the plan: Lazuria"]


def test_a_plan_that_lacks_something_says_where(ada: User, lazuria: Peer) -> None:
    items = [{"what": "talks", "text": "Meet", "owner": "CR"}]
    with pytest.raises(UserError, match="Item 1: deadline is missing"):
        operations.draft(deed_of("plan.lay"), None, ada, Given({"title": "T", "items": items}, ("LZ",)))


def test_a_plan_links_real_matters_and_tells_how_they_stand(do: Do, ada: User, person: Person, lazuria: Peer) -> None:
    plan = plan_of(do, lazuria)
    version = state_of(plan)["latest"]
    theirs(lazuria, plan, "plan.agree", version=version, sha256=state_of(plan)[f"version:{version}"]["sha256"])
    assert told("plan", True) == ["Carry out what we took on in the plan"]
    assert told("plan", False) == ["Lazuria is late with its item"]
    page = shown(client_of(ada), f"/dossiers/{plan.id}/")
    assert page.count("not linked yet") == 2
    assert f"/talks/invite/?about={plan.id}" in page
    assert f"/capacity/need/?about={plan.id}" in page
    need = matter_of(do("capacity.need", **opening(CASES[2])))
    link = do("plan.link", plan, version=version, item="2", matter=need.id)
    page = shown(client_of(ada), f"/dossiers/{plan.id}/")
    assert f"Capacity building: {need.title}" in page
    assert "Nobody has offered yet." in page
    do("plan.done", plan, version=version, item="1", text="They met.")
    assert "1 of 2 items are done. Overdue: 2." in standing_of(plan)
    # Who may not open the linked matter learns nothing of it.
    need.restricted = True
    need.save()
    need.people.set([ada])
    page = shown(client_of(person("bo", "desk")), f"/dossiers/{plan.id}/")
    assert need.title not in page
    assert "not here, or not open to you" in page
    do("plan.unlink", plan, link=link.id)
    assert "linked:" not in " ".join(state_of(plan))


def test_a_plan_is_not_linked_to_what_never_leaves_the_node(do: Do, ada: User, lazuria: Peer) -> None:
    plan = plan_of(do, lazuria)
    position = matter_of(do("interests.position", topic="Secret", text="Ours."))
    with pytest.raises(UserError, match="never leaves this node"):
        do("plan.link", plan, version=state_of(plan)["latest"], item="1", matter=position.id)


def test_a_plan_of_others_is_agreed_or_amended(do: Do, ada: User, lazuria: Peer) -> None:
    plan, record = opened(lazuria, "plan.lay", title="Theirs", items=ITEMS)
    assert told("plan", True) == ["Agree to the plan of Lazuria, or amend it"]
    page = shown(client_of(ada), f"/plan/{plan.id}/amend/")
    assert "drill | drill | Hold a drill | LZ | 2027-03-01" in page
    do("plan.agree", plan, version=record.id)
    assert state_of(plan)["force"] == record.id
    assert state_of(plan)[f"version:{record.id}"]["sha256"] == items_hash(ITEMS)


# -- capacity ----------------------------------------------------------------------------------------------------------


def test_a_need_is_met_by_an_offer_and_reported_on(do: Do, ada: User, lazuria: Peer) -> None:
    need = matter_of(do("capacity.need", **opening(CASES[2])))
    body = {**CASES[2].lawful["offer"], "first": day(-9), "last": day(-5)}
    offer = theirs(lazuria, need, "capacity.offer", **body)
    assert told("capacity", True) == ["Take or decline the offer of Lazuria"]
    page = shown(client_of(ada), f"/dossiers/{need.id}/")
    assert "40000 EUR" in page or "40,000 EUR" in page
    assert f"/capacity/{need.id}/match/?act={offer.id}" in page
    do("capacity.match", need, offer=offer.id)
    assert told("capacity", True) == ["Report on the training with Lazuria"]
    do("capacity.report", need, offer=offer.id, held=True, trained=9)
    assert told("capacity", True) == []
    assert standing_of(need) == "1 offer is taken. 9 of 12 people trained."


def test_an_offer_of_ours_waits_for_them(do: Do, lazuria: Peer) -> None:
    need, _record = opened(lazuria, "capacity.need", **CASES[2].lawful["need"])
    do("capacity.offer", need, **{**CASES[2].lawful["offer"], "currency": "eur"})
    assert told("capacity", False) == ["Lazuria has not decided on our offer"]
    (offer,) = [value for name, value in state_of(need).items() if name.startswith("offer:")]
    assert offer["currency"] == "EUR"


# -- collection --------------------------------------------------------------------------------------------------------


def stix(marking: str = "") -> bytes:
    """A small STIX 2.1 bundle with one indicator, marked as told."""
    marks = {
        "": None,
        "RED": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
        "GREEN": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    }[marking]
    indicator = {
        "type": "indicator",
        "spec_version": "2.1",
        "id": "indicator--8e2e2d2b-17d4-4cbf-938f-98ee46b3cd3f",
        "created": "2026-11-20T08:00:00.000Z",
        "modified": "2026-11-20T08:00:00.000Z",
        "pattern": "[ipv4-addr:value = '198.51.100.7']",
        "pattern_type": "stix",
        "valid_from": "2026-11-20T08:00:00Z",
        **({"object_marking_refs": [marks]} if marks else {}),
    }
    return json.dumps({"type": "bundle", "id": BUNDLE, "objects": [indicator]}).encode()


def test_a_contribution_counts_the_objects_of_its_files(do: Do, ada: User, lazuria: Peer) -> None:
    collection = matter_of(do("collection.open", **opening(CASES[3])))
    files = [("loaders.json", "application/json", stix("GREEN")), ("notes.txt", "text/plain", b"A remark.")]
    record = do("collection.contribute", collection, title="Loaders", attachments=files)
    assert record.act.body["objects"] == [{"type": "indicator", "count": 1}]
    assert attachments.load(record.act.body["attachments"][0]["sha256"]) == stix("GREEN")
    page = shown(client_of(ada), f"/dossiers/{collection.id}/")
    assert "1 × indicator" in page
    assert "notes.txt" in page


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("red.json", stix("RED"), "red.json is marked TLP:RED; no more than TLP:AMBER may go into this collection."),
        ("bad.json", stix().replace(b'"pattern_type"', b'"pattern_sort"'), "bad.json cannot be read: .*pattern_type"),
    ],
)
def test_a_file_that_may_not_or_cannot_go_along_is_refused(
    do: Do, ada: User, lazuria: Peer, name: str, content: bytes, reason: str
) -> None:
    collection = matter_of(do("collection.open", **opening(CASES[3])))
    given = Given({"title": "Loaders", "attachments": [(name, "application/json", content)]})
    with pytest.raises(UserError, match=reason) as raised:
        operations.draft(deed_of("collection.contribute"), collection, ada, given)
    assert raised.value.field == "attachments"


def test_what_others_contribute_is_sighted_and_withdrawn(do: Do, ada: User, lazuria: Peer) -> None:
    collection, _record = opened(lazuria, "collection.open", **CASES[3].lawful["open"])
    assert told("collection", True) == ["Lazuria opens an intelligence collection to us"]
    with pytest.raises(UserError, match="has not joined"):
        operations.draft(deed_of("collection.contribute"), collection, ada, Given({"title": "x", "text": "y"}))
    do("collection.join", collection)
    assert told("collection", True) == []
    given = theirs(lazuria, collection, "collection.contribute", title="Loaders", text="Two.")
    do("collection.sighting", collection, contribution=given.id, count=3, day=day(-1))
    assert standing_of(collection) == "2 of 2 parties take part. 1 contribution. Seen 3 times."
    theirs(lazuria, collection, "collection.withdraw", contribution=given.id, reason="A mistake.")
    page = shown(client_of(ada), f"/dossiers/{collection.id}/")
    assert "A mistake." in page
    assert f"/collection/{collection.id}/sighting/?act={given.id}" not in page


def test_a_ceiling_below_the_marking_is_refused(ada: User, lazuria: Peer) -> None:
    values = {**opening(CASES[3]), "ceiling": "GREEN"}
    with pytest.raises(UserError, match="above the highest marking of the collection"):
        operations.draft(deed_of("collection.open"), None, ada, Given(values, ("LZ",), "AMBER"))


# -- interests ---------------------------------------------------------------------------------------------------------

CROSSING = "The Parties establish an attribution mechanism. They meet each year."


@pytest.fixture
def position(do: Do) -> Matter:
    found = matter_of(do("interests.position", topic="Who attributes", text="Each state attributes for itself."))
    do("interests.red-line", found, text="No body that attributes.", words=["attribution mechanism"], unless=["no"])
    return found


@pytest.fixture
def note(ada: User, lazuria: Peer) -> Draft:
    """A note that crosses the line, put before the head of mission by somebody who may not read the position."""
    fields = DraftFields("channel.note", note_body("9/2026", paragraphs=[CROSSING]), ("LZ",), channel_id(("CR", "LZ")))
    found = drafts.create(fields, ada)
    drafts.submit(found, ada)
    return found


def test_a_position_is_addressed_to_nobody_and_open_to_its_author_alone(
    position: Matter, ada: User, hana: User, person: Person
) -> None:
    assert position.parties == ["CR"]
    assert position.restricted
    assert list(position.people.all()) == [ada]
    assert AuditEntry.objects.filter(verb="set need-to-know", matter_id=position.id).exists()
    shown(client_of(ada), f"/dossiers/{position.id}/")
    for other in (hana, person("bo", "desk")):
        client = client_of(other)
        assert client.get(f"/dossiers/{position.id}/").status_code == 403
        assert "Who attributes" not in shown(client, "/interests/")
        assert "Who attributes" not in shown(client, "/dossiers/")
        assert "Who attributes" not in shown(client, "/search/?q=attributes")
        assert client.get(f"/interests/{position.id}/revise/").status_code == 403
        token = {"HTTP_AUTHORIZATION": f"Bearer {ApiToken.make(other, 'test')}"}
        assert Client().get(f"/api/v1/interests/{position.id}", **token).status_code == 403
        assert Client().get("/api/v1/interests/", **token).json() == []


def test_who_may_read_the_position_sees_line_and_passage(position: Matter, note: Draft, ada: User) -> None:
    page = shown(client_of(ada), f"/drafts/{note.pk}/")
    assert "Crosses our red line: No body that attributes." in page
    assert "<q>The Parties establish an attribution mechanism.</q>" in page
    assert f"/dossiers/{position.id}/" in page


def test_a_clearing_head_who_may_not_read_it_learns_whom_to_ask_and_nothing_else(
    position: Matter, note: Draft, hana: User
) -> None:
    page = shown(client_of(hana), f"/drafts/{note.pk}/")
    assert "Crosses a red line that you may not read: ask Ada Byron." in page
    assert "No body that attributes" not in page
    assert "<q>" not in page
    assert position.id not in page


def test_anybody_else_learns_nothing(position: Matter, note: Draft, person: Person) -> None:
    page = shown(client_of(person("bo", "desk")), f"/drafts/{note.pk}/")
    assert "red line" not in page


def test_named_people_read_it_and_a_withdrawn_line_or_a_closed_position_warns_of_nothing(
    do: Do, position: Matter, note: Draft, hana: User, ada: User
) -> None:
    position.people.add(hana)
    assert "Crosses our red line" in shown(client_of(hana), f"/drafts/{note.pk}/")
    (line,) = [name.removeprefix("line:") for name in state_of(position) if name.startswith("line:")]
    do("interests.withdraw-line", position, line=line)
    assert "red line" not in shown(client_of(ada), f"/drafts/{note.pk}/")
    do("interests.red-line", position, text="Within our law.", when=["each year"], required=["domestic law"])
    page = shown(client_of(ada), f"/drafts/{note.pk}/")
    assert "Crosses our red line: Within our law. With “each year” should stand: “domestic law”." in page
    do("interests.close", position)
    assert "red line" not in shown(client_of(ada), f"/drafts/{note.pk}/")


def test_a_position_that_a_stranger_sends_is_none_of_ours(note: Draft, ada: User, lazuria: Peer) -> None:
    matter, record = opened(lazuria, "interests.position", topic="Theirs", text="Planted.")
    assert not record.effective
    _act, envelope = lazuria.act(
        "interests.red-line", {"text": "Planted.", "words": ["Parties"]}, matter=matter.id, refs={record.id}
    )
    receive([envelope], via="exchange")
    assert "red line" not in shown(client_of(ada), f"/drafts/{note.pk}/")


def test_drafts_of_every_kind_are_checked(position: Matter, ada: User, lazuria: Peer) -> None:
    values = {**opening(CASES[0]), "paragraphs": [CROSSING]}
    draft = operations.draft(deed_of("norm.propose"), None, ada, Given(values, ("LZ",)))
    assert "Crosses our red line" in shown(client_of(ada), f"/drafts/{draft.pk}/")
