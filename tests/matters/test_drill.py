"""A drill with Lazuria: operations, pages, API, what waits, the report on paper."""

import html
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdf
import pytest
from django.test import Client
from django.urls import reverse

from tests.node.conftest import Person
from tests.node.world import Peer, note_body
from verbale.knowledge import scenario_of
from verbale.matters.channel.fold import channel_id
from verbale.matters.drill.acts import commitment, expected_hash
from verbale.matters.drill.papers import paper_of
from verbale.matters.drill.report import report_of
from verbale.matters.drill.secrets import plan_of
from verbale.matters.drill.waiting import tasks
from verbale.matters.kit.kinds import deed_of, standing_of
from verbale.matters.kit.operations import Given, draft, say
from verbale.node import drafts
from verbale.node.drafts import DraftFields
from verbale.node.errors import AccessError, UserError
from verbale.node.models import ActRecord, ApiToken, Draft, Matter, User
from verbale.node.projection import refold, state_of
from verbale.node.services import receive
from verbale.paper import Piece, to_docx, to_pdf

pytestmark = pytest.mark.django_db

Do = Callable[..., ActRecord]
ROLES = [{"role": "affected", "node": "CR"}, {"role": "requested", "node": "Lazuria"}]
SCHEDULE = {"title": "Night exercise", "scenario": "ransomware-financial", "roles": ROLES}
THEIR_SEED = "b" * 32


def moment(minutes: float) -> str:
    return f"{datetime.now(UTC) + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "desk")


@pytest.fixture
def do(ada: User, person: Person) -> Do:
    """Does a deed of Ada's; what needs clearance is cleared by the head of mission."""
    head = person("hana", "head")

    def done(verb: str, matter: Matter | None = None, to: tuple[str, ...] = (), **values: Any) -> ActRecord:
        deed, given = deed_of(f"drill.{verb}"), Given(values, to=to)
        if not deed.clearance:
            return say(deed, matter, ada, given)
        made = draft(deed, matter, ada, given)
        drafts.submit(made, ada)
        return drafts.clear(made, head)[-1]

    return done


@pytest.fixture
def ours(do: Do, lazuria: Peer) -> Matter:
    """A drill that we direct, whose start has come."""
    return Matter.objects.get(pk=do("schedule", to=("LZ",), start=moment(-1), **SCHEDULE).matter_id)


def their_inject(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "number": number,
        "at": 0,
        "to": "player",
        "title": "The lights go out",
        "text": "All of them.",
        "within": 10,
        "objective": "light",
        "expected": expected_hash("Call.", "c" * 32),
        "nonce": "d" * 32,
        **changes,
    }


def their_drill(peer: Peer) -> Matter:
    """A drill that Lazuria directs, of a scenario that we do not have."""
    body = {
        "title": "Blackout",
        "scenario": "their-own",
        "version": 1,
        "situation": "It is night.",
        "start": moment(60),
        "minutes": 60,
        "roles": [{"role": "player", "node": "CR", "name": "The State in the dark"}],
        "objectives": [{"id": "light", "text": "Find the switch."}],
        "injects": [commitment(their_inject())],
        "seed": THEIR_SEED,
    }
    act, envelope = peer.act("drill.schedule", body, exercise=True)
    receive([envelope], via="exchange")
    return Matter.objects.get(pk=act.matter)


def theirs(peer: Peer, matter: Matter, word: str, **body: Any) -> ActRecord:
    """An act of the peer in that drill, received, with effect."""
    state = state_of(matter)
    refs = {state["opening"]["act"], state["last"], *([body["inject"]] if "inject" in body else [])}
    act, envelope = peer.act(f"drill.{word}", body, matter=matter.id, refs=refs, exercise=True)
    (outcome,) = receive([envelope], via="exchange")
    assert outcome.status == "accepted", outcome
    record = ActRecord.objects.get(pk=act.id)
    assert record.effective, record.reason
    matter.refresh_from_db()
    return record


def told(ours: bool) -> list[str]:
    return [str(task.sentence) for task in tasks() if task.ours is ours]


def waits(ours: bool) -> list[str]:
    return [task.detail for task in tasks() if task.ours is ours]


# -- the course of things ----------------------------------------------------------------------------------------------


def test_a_drill_that_we_direct(do: Do, lazuria: Peer, ours: Matter) -> None:
    assert ours.exercise
    assert told(False) == ["Lazuria has not said whether it takes part in our drill"]
    theirs(lazuria, ours, "accept")
    assert told(True) == ["Begin the drill"]
    assert standing_of(ours).endswith("All take part.")
    do("start", ours)
    # The first inject is due at the start; it goes to ourselves.
    assert waits(True) == ["1. Three banks report the same ransom note · Night exercise"]
    first = do("inject", ours, number=1)
    assert first.exercise
    assert told(True) == ["Respond to an inject"]
    do("respond", ours, inject=first.id, text="We called their point of contact.")
    second = do("inject", ours, number=2)
    assert told(False) == ["Lazuria has not responded to an inject"]
    theirs(lazuria, ours, "respond", inject=second.id, text="We answered.")
    assert told(True) + told(False) == []
    assert standing_of(ours).endswith(
        "2 of 8 injects issued, 1 of them on time. 2 answered, 2 in time; half of them within 0 minutes."
    )
    do("end", ours, text="Well done.")
    state = state_of(ours)
    scenario = scenario_of("ransomware-financial")
    assert scenario is not None
    assert state["expected:1"] == scenario.injects[0].expect
    assert "expected:3" not in state
    assert told(True) == ["Note what we observed in the drill"]
    do("lesson", ours, objective="contact", rating="P", text="Quick.", improvement="Keep it so.", office="Desk")
    theirs(lazuria, ours, "lesson", objective="contact", rating="S", text="It took a while.")
    assert told(True) + told(False) == []
    report = report_of(state_of(ours))
    assert report is not None
    assert report.objectives[0].worst == "S"
    assert not ActRecord.objects.filter(matter_id=ours.id, reason__isnull=False).exists()
    before = state_of(ours)
    assert refold(ours) == before


def test_a_drill_in_which_we_take_part(do: Do, lazuria: Peer) -> None:
    matter = their_drill(lazuria)
    assert told(True) == ["Say whether we take part in the drill of Lazuria"]
    do("accept", matter)
    assert told(True) == []
    theirs(lazuria, matter, "start")
    inject = theirs(lazuria, matter, "inject", **their_inject())
    assert waits(True) == ["The lights go out · Blackout"]
    do("respond", matter, inject=inject.id, text="We called.")
    theirs(lazuria, matter, "end", expected=[{"number": 1, "text": "Call.", "nonce": "c" * 32}])
    assert state_of(matter)["expected:1"] == "Call."


def test_one_can_decline_and_call_off(do: Do, lazuria: Peer, ours: Matter) -> None:
    matter = their_drill(lazuria)
    do("decline", matter, reason="Not this week.")
    assert told(True) == []
    assert standing_of(matter).endswith("Declined: Crimson.")
    do("end", ours)
    assert standing_of(ours) == "Crimson called the drill off."


# -- commitments -------------------------------------------------------------------------------------------------------


def test_what_leaves_beforehand_tells_no_inject(ours: Matter) -> None:
    record = ActRecord.objects.get(matter_id=ours.id, type="drill.schedule")
    scenario = scenario_of("ransomware-financial")
    assert scenario is not None
    sent = record.act.canonical.decode()
    for item in scenario.injects:
        assert item.title not in sent
        assert item.id not in sent
    plan = plan_of(state_of(ours))
    assert [commitment(item) for item in plan] == record.act.body["injects"]
    for item in plan:
        assert item["nonce"] not in sent
        assert scenario.injects[item["number"] - 1].expect not in json.dumps(item)


def test_the_nonces_hang_on_the_secret_of_the_node(ours: Matter, settings: Any, do: Do, lazuria: Peer) -> None:
    theirs(lazuria, ours, "accept")
    do("start", ours)
    settings.SECRET_KEY = "another"
    assert plan_of(state_of(ours)) == []
    with pytest.raises(UserError, match="no longer here as it was"):
        do("inject", ours, number=1)
    # It can be ended all the same.
    do("end", ours)
    assert "closed" in state_of(ours)


# -- what is given, and what is refused --------------------------------------------------------------------------------


def test_refusals(do: Do, lazuria: Peer, ours: Matter) -> None:
    with pytest.raises(UserError, match="no scenario nothing") as caught:
        do("schedule", to=("LZ",), start=moment(1), **{**SCHEDULE, "scenario": "nothing"})
    assert caught.value.field == "scenario"
    for roles in (ROLES[:1], [*ROLES, ROLES[0]], [ROLES[0], {"role": "x", "node": "LZ"}], [{"node": "LZ"}]):
        with pytest.raises(UserError, match="Say who plays each of: affected, requested") as caught:
            do("schedule", to=("LZ",), start=moment(1), **{**SCHEDULE, "roles": roles})
        assert caught.value.field == "roles"
    with pytest.raises(UserError, match="VD has a role and takes no part"):
        do("schedule", to=("LZ",), start=moment(1), **{**SCHEDULE, "roles": [ROLES[0], {**ROLES[1], "node": "vd"}]})
    with pytest.raises(UserError, match="Lazuria has not accepted"):
        do("start", ours)
    with pytest.raises(UserError, match="The drill has not begun"):
        do("inject", ours, number=1)
    with pytest.raises(UserError, match="The drill has no inject 9"):
        do("inject", ours, number=9)
    with pytest.raises(UserError, match="Lazuria directs the drill"):
        do("inject", their_drill(lazuria), number=1)


def test_real_acts_that_answer_an_inject_are_marked_as_exercise(do: Do, lazuria: Peer, ours: Matter) -> None:
    theirs(lazuria, ours, "accept")
    do("start", ours)
    first = do("inject", ours, number=1)

    def note(exercise: bool, number: str) -> ActRecord:
        ada, channel = User.objects.get(username="ada"), channel_id(("CR", "LZ"))
        fields = DraftFields("channel.note", note_body(number), ("LZ",), channel, exercise=exercise)
        made = drafts.create(fields, ada)
        drafts.submit(made, ada)
        return drafts.clear(made, User.objects.get(username="hana"))[-1]

    real, exercise = note(False, "1/2026"), note(True, "2/2026")
    for acts in ([real.id], ["f" * 64], [exercise.id, real.id]):
        with pytest.raises(UserError, match="marked as an exercise") as caught:
            do("respond", ours, inject=first.id, text="See our note.", acts=acts)
        assert caught.value.field == "acts"
    record = do("respond", ours, inject=first.id, text="See our note.", acts=[exercise.id])
    page = shown(client_of(User.objects.get(username="ada")), reverse("act", args=[record.id]))
    assert reverse("act", args=[exercise.id]) in page


def test_rights(ours: Matter, lazuria: Peer, person: Person) -> None:
    theirs(lazuria, ours, "accept")
    for role in ("analyst", "auditor"):
        with pytest.raises(AccessError):
            say(deed_of("drill.start"), ours, person(role, role), Given())
    answer = client_of(User.objects.get(username="analyst")).post(f"/drill/{ours.id}/issue/1")
    assert answer.status_code == 403


# -- pages, paper, API -------------------------------------------------------------------------------------------------


def shown(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = answer.content.decode()
    assert " style=" not in text
    return html.unescape(text)


def address_of(matter: Matter) -> str:
    return reverse("dossier", args=[matter.id])


def test_the_director_issues_from_desk_and_panel(ada: User, do: Do, lazuria: Peer, ours: Matter) -> None:
    theirs(lazuria, ours, "accept")
    desk = client_of(ada)
    assert f"/drill/{ours.id}/start/say" in shown(desk, "/")
    desk.post(f"/drill/{ours.id}/start/say")
    assert "started" in state_of(ours)
    text = shown(desk, address_of(ours))
    assert "EXERCISE EXERCISE EXERCISE" in text
    assert "Three banks report the same ransom note" in text
    assert "The servers are being emptied" in text
    assert f"/drill/{ours.id}/issue/1" in shown(desk, "/")
    assert f"/drill/{ours.id}/issue/2" not in shown(desk, "/")
    answer = desk.post(f"/drill/{ours.id}/issue/1")
    assert answer.status_code == 302
    assert "given:1" in state_of(ours)
    desk.post(f"/drill/{ours.id}/inject/say", {"number": "2"})
    assert "given:2" in state_of(ours)
    desk.post(f"/drill/{ours.id}/issue/1", headers={"referer": "http://testserver/"})
    assert "Inject 1 had already been issued." in shown(desk, "/")


def test_who_plays_sees_no_inject_ahead(ada: User, do: Do, lazuria: Peer) -> None:
    matter = their_drill(lazuria)
    desk = client_of(ada)
    text = shown(desk, address_of(matter))
    assert "Injects to come" not in text
    assert "It is night." in text
    desk.post(f"/drill/{matter.id}/accept/say")
    theirs(lazuria, matter, "start")
    inject = theirs(lazuria, matter, "inject", **their_inject())
    form = f"/drill/{matter.id}/respond/?act={inject.id}"
    assert form in shown(desk, address_of(matter))
    assert "The lights go out" in shown(desk, form)
    answer = desk.post(form, {"inject": inject.id, "text": "We called."})
    assert answer.status_code == 302, answer.content.decode()
    assert "We called." in shown(desk, address_of(matter))
    assert "All of them." in shown(desk, reverse("act", args=[inject.id]))


def test_the_form_schedules(ada: User, lazuria: Peer) -> None:
    desk = client_of(ada)
    text = shown(desk, "/drill/schedule/")
    assert "affected | Crimson\nrequested | Lazuria</textarea>" in text
    answer = desk.post(
        "/drill/schedule/",
        {"title": "Night", "scenario": "ransomware-financial", "start": "2027-01-05T09:00", "to": ["LZ"],
         "roles": "affected | Crimson\r\nrequested | Lazuria", "marking": "AMBER", "precedence": "ROUTINE"},
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    text = shown(desk, answer.headers["Location"])
    assert "It commits to 8 injects" in text
    made = Draft.objects.get()
    assert made.exercise
    assert "Night" in shown(desk, reverse("drill:edit", args=[made.pk]))


def test_the_report(ada: User, do: Do, lazuria: Peer, ours: Matter) -> None:
    desk = client_of(ada)
    assert desk.get(f"/drill/{ours.id}/report").status_code == 404
    assert desk.get(f"/drill/{ours.id}/report.pdf").status_code == 404
    theirs(lazuria, ours, "accept")
    do("start", ours)
    do("inject", ours, number=1)
    end = do("end", ours)
    do("lesson", ours, objective="contact", rating="M", text="Nobody answered.", improvement="Train.", office="Desk")
    text = shown(desk, f"/drill/{ours.id}/report")
    assert "Performed with major challenges" in text
    assert "Not issued: 2, 3, 4, 5, 6, 7, 8." in text
    assert desk.get(f"/drill/{ours.id}/report.pdf").content.startswith(b"%PDF")
    paper = paper_of(end.act)
    assert (paper.heading, paper.exercise) == ("After-action report: Night exercise", True)
    told = "\n".join(piece.text for piece in paper.paragraphs if isinstance(piece, Piece))
    assert "1. Crimson, “Three banks report the same ransom note”: at 0 (planned 0); no response in 20." in told
    assert "Crimson: Performed with major challenges (M). Nobody answered. To be done: Train. (Desk)" in told
    assert to_pdf(paper).startswith(b"%PDF")
    assert to_docx(paper).startswith(b"PK")
    shown(desk, reverse("act", args=[end.id]))
    shown(desk, address_of(ours))
    shown(desk, f"{address_of(ours)}print/")
    for record in ActRecord.objects.filter(matter_id=ours.id):
        shown(desk, reverse("act", args=[record.id]))


def test_the_report_of_the_whole_scenario_is_one_page(do: Do, lazuria: Peer, ours: Matter) -> None:
    theirs(lazuria, ours, "accept")
    do("start", ours)
    for number in range(1, 9):
        do("inject", ours, number=number)
    end = do("end", ours)
    said = {"text": "The point of contact of the other side was found in the directory, and answered after a reminder."}
    todo = {"improvement": "Ping the directory each quarter.", "office": "Duty desk"}
    for objective in state_of(ours)["plan"]["objectives"]:
        do("lesson", ours, objective=objective["id"], rating="S", **said, **todo)
        theirs(lazuria, ours, "lesson", objective=objective["id"], rating="P", **said, **todo)
    [page] = pypdf.PdfReader(io.BytesIO(to_pdf(paper_of(end.act)))).pages
    text = " ".join(page.extract_text().split())
    assert "8. Crimson, “One of your indicators was wrong”" in text
    assert text.count("answered after a reminder") == 8
    assert text.count("EXERCISE EXERCISE EXERCISE") == 2


def test_nothing_crashes_on_a_matter_without_an_opening(ada: User, lazuria: Peer) -> None:
    bodies = {
        "drill.schedule": {"injects": 3},
        "drill.inject": {"number": "x"},
        "drill.respond": {"acts": 3},
        "drill.end": {},
    }
    made = [lazuria.act(name, body, matter="e" * 32, exercise=True) for name, body in bodies.items()]
    receive([envelope for _act, envelope in made], via="exchange")
    matter = Matter.objects.get(pk="e" * 32)
    desk = client_of(ada)
    shown(desk, address_of(matter))
    shown(desk, "/drill/")
    for act, _envelope in made:
        shown(desk, reverse("act", args=[act.id]))
    assert list(tasks()) == []


def test_the_api(ada: User, lazuria: Peer, ours: Matter) -> None:
    client = Client(headers={"authorization": f"Bearer {ApiToken.make(ada, 'tests')}"}, raise_request_exception=False)

    def post(path: str, **body: Any) -> Any:
        return client.post(f"/api/v1/drill{path}", json.dumps(body), "application/json")

    told = post("/schedule", to=["LZ"], start=moment(60), **SCHEDULE).json()
    assert Draft.objects.get(pk=told["draft"]).exercise
    theirs(lazuria, ours, "accept")
    assert post(f"/{ours.id}/start").status_code == 200
    assert post(f"/{ours.id}/inject", number=1).status_code == 200
    answer = post(f"/{ours.id}/inject", number=1)
    assert (answer.status_code, answer.json()["error"]) == (422, "Inject 1 had already been issued.")
    told = client.get(f"/api/v1/drill/{ours.id}").json()
    assert "1 of 8 injects issued" in told["standing"]
