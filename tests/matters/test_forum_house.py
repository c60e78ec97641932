"""A session at the organisation's node: it convenes, introduces, issues, calls the roll, passes on and adopts."""

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from typer.testing import CliRunner

from tests.matters.forum_story import CHANGES, named_in
from tests.matters.forum_world import Drafting, client_of, day, lawful_draft
from tests.node.conftest import Person
from tests.node.world import Peer, now
from verbale.cli.app import app
from verbale.matters.forum import operations
from verbale.matters.forum.kind import tasks
from verbale.matters.forum.operations import Introduction
from verbale.matters.forum.verify import verify_bundle
from verbale.node import partners
from verbale.node.errors import UserError
from verbale.node.models import ActRecord, Delivery, Matter, User
from verbale.node.projection import state_of
from verbale.node.services import receive

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Person) -> User:
    return person("ada", "secretariat")


class House:
    """Our node as the organisation, with LZ and VD as members and OB as an observer."""

    def __init__(self, us: Drafting) -> None:
        self.us = us
        self.peers = {
            node: Peer(node, name).befriend()
            for node, name in (("LZ", "Republic of Lazuria"), ("VD", "Republic of Verdia"), ("OB", "Ochre Order"))
        }
        convened = us.say(
            None,
            "convene",
            tuple(self.peers),
            body="First Committee",
            session="81st session",
            opens=day(),
            closes=day(9),
            majority="simple",
            languages=["en", "fr"],
        )
        self.matter_id = convened.matter_id

    @property
    def matter(self) -> Matter:
        return Matter.objects.get(pk=self.matter_id)

    @property
    def state(self) -> dict[str, Any]:
        return state_of(self.matter)

    def introduce(self) -> None:
        wanted = [Introduction("LZ", ""), Introduction("VD", ""), Introduction("OB", "", voting=False)]
        assert len(operations.introduce(self.matter, self.us.drafter, wanted)) == 3

    def say(self, word: str, **values: Any) -> ActRecord:
        return self.us.say(self.matter, word, **values)

    def hear(self, author: str, word: str, **body: Any) -> ActRecord:
        """An act of a member, as its own node delivers it."""
        refs = (*named_in(body), self.state["last"])
        parties = {"CR", *self.peers} - {author}
        act, envelope = self.peers[author].act(
            f"forum.{word}", body, audience=tuple(parties), matter=self.matter_id, refs=refs
        )
        [outcome] = receive([envelope], via="exchange", limit_to=author)
        assert outcome.status == "accepted", outcome.reason
        record = ActRecord.objects.get(pk=act.id)
        assert record.effective, record.reason
        return record


@pytest.fixture
def house(ada: User, person: Person) -> House:
    found = House(Drafting(ada, person("tomas", "head")))
    found.introduce()
    found.say("agenda", items=[{"number": "5", "title": "Hospitals"}])
    return found


@pytest.fixture
def desk(ada: User) -> Client:
    return client_of(ada)


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    text = answer.content.decode()
    assert " style=" not in text
    return text


def press(client: Client, text: str, label: str) -> None:
    """The button of that label on a page."""
    forms = re.findall(r'<form class="inline no-print" method="post" action="([^"]+)">(.*?)</form>', text, re.DOTALL)
    found = [(action, inner) for action, inner in forms if f">{label}</button>" in inner]
    assert found, label
    action, inner = found[0]
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', inner))
    answer = client.post(action, {name: value for name, value in fields.items() if name != "csrfmiddlewaretoken"})
    assert answer.status_code == 302


def test_a_whole_session_by_its_buttons(house: House, desk: Client, ada: User) -> None:
    dossier = reverse("dossier", args=[house.matter_id])
    draft = house.hear("LZ", "draft", **lawful_draft())
    # What a member says is passed on to the others, by us.
    passed_on = Delivery.objects.filter(act=draft).values_list("node", flat=True)
    assert {"VD", "OB"} <= set(passed_on) <= {"LZ", "VD", "OB"}
    assert [str(task.sentence) for task in tasks()] == ["Issue a text of Lazuria"]
    press(desk, page(desk, dossier), "Issue as CR/81/L.1")
    house.hear("VD", "sponsor", draft=draft.id)
    amendment = house.hear("VD", "amend", draft=draft.id, version=draft.id, changes=CHANGES)
    press(desk, page(desk, dossier), "Issue as CR/81/L.2")
    accepted = house.hear("LZ", "accept-amendment", amendment=amendment.id)
    press(desk, page(desk, dossier), "Issue as CR/81/L.1/Rev.1")
    assert house.state[f"acceptance:{accepted.id}"]["symbol"] == "CR/81/L.1/Rev.1"
    text = page(desk, dossier)
    assert "Requests a report every year;" in text
    address = reverse("forum:write", args=[house.matter_id, "open-vote"])
    form = page(desk, f"{address}?act={draft.id}")
    assert "two thirds of members present and voting" in form
    answer = desk.post(address, {"proposal": draft.id, "majority": "two-thirds", "closes": "2031-01-01T12:00"})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    vote = house.state["voting"]
    assert house.state[f"vote:{vote}"]["first"] in ("LZ", "VD")
    assert [str(task.sentence) for task in tasks()] == ["2 members have not voted"]
    house.hear("LZ", "vote", vote=vote, choice="yes")
    house.hear("VD", "vote", vote=vote, choice="abstain")
    assert [str(task.sentence) for task in tasks()] == ["Close the vote"]
    press(desk, page(desk, dossier), "Close the vote and announce the result")
    result = house.state[f"result:{vote}"]
    assert (result["yes"], result["abstain"], result["carried"]) == (1, 1, True)
    assert [str(task.sentence) for task in tasks()] == ["Adopt what was carried"]
    press(desk, page(desk, dossier), "Adopt as CR/RES/81/1")
    assert house.state[f"adopted:{draft.id}"]["symbol"] == "CR/RES/81/1"
    assert "CR/RES/81/1" in page(desk, dossier)
    assert "The result holds" in page(desk, reverse("forum:verify", args=[house.matter_id, vote]))
    assert verify_bundle(operations.bundle(house.matter, ada, vote).splitlines(keepends=True)).carried
    house.say("close", text="The session is closed.")
    assert "The session is over" in page(desk, dossier)
    assert list(tasks()) == []


def test_silence_by_its_buttons(house: House, desk: Client) -> None:
    dossier = reverse("dossier", args=[house.matter_id])
    document = house.hear("OB", "document", title="Programme of work", text="One week.", item="5")
    press(desk, page(desk, dossier), "Issue as CR/81/1")
    address = reverse("forum:write", args=[house.matter_id, "silence"])
    assert 'type="datetime-local"' in page(desk, f"{address}?act={document.id}")
    assert desk.post(address, {"text": document.id, "until": "2031-01-01T12:00"}).status_code == 302
    [silence] = house.state["silences"]
    with pytest.raises(UserError, match="The silence runs until"):
        house.say("end-silence", silence=silence)
    assert list(tasks()) == []
    house.hear("VD", "object", silence=silence)
    assert [str(task.sentence) for task in tasks()] == ["End the silence"]
    press(desk, page(desk, dossier), "End the silence")
    assert house.state[f"outcome:{silence}"]["carried"] is False
    assert "The silence was broken by Verdia." in page(desk, dossier)


def test_an_amendment_is_voted_on_and_lies_against_the_text(house: House, desk: Client) -> None:
    draft = house.hear("LZ", "draft", **lawful_draft())
    house.say("give-symbol", text=draft.id, symbol="CR/81/L.1")
    amendment = house.hear("VD", "amend", draft=draft.id, version=draft.id, changes=CHANGES)
    house.say("give-symbol", text=amendment.id, symbol="CR/81/L.2")
    text = page(desk, reverse("dossier", args=[house.matter_id]))
    assert '<div class="removed">Requests a report;</div>' in text
    assert '<div class="added">Requests a report every year;</div>' in text
    with pytest.raises(UserError, match="Amendments to it are to be decided first"):
        house.say("open-vote", proposal=draft.id, majority="simple", closes="2031-01-01T00:00:00Z")
    house.say("open-vote", proposal=amendment.id, majority="simple", closes="2031-01-01T00:00:00Z", first="VD")
    with pytest.raises(UserError, match="The vote is open until"):
        house.say("close-vote")
    for node in ("LZ", "VD"):
        house.hear(node, "vote", vote=house.state["voting"], choice="yes")
    record = house.say("close-vote")
    assert record.effective
    assert house.state[f"amendment:{amendment.id}"]["stage"] == "carried"


def test_the_acts_of_the_organisation_are_a_chain(house: House) -> None:
    """Whatever members say in between, and however they date it."""
    house.hear("LZ", "statement", item="5", text="We speak.")
    draft = house.hear("LZ", "draft", **lawful_draft())
    house.say("give-symbol", text=draft.id, symbol="CR/81/L.1")
    house.hear("VD", "statement", item="5", text="So do we.")
    house.say("open-vote", proposal=draft.id, majority="simple", closes="2031-01-01T00:00:00Z")
    ours = list(ActRecord.objects.filter(matter_id=house.matter_id, author="CR").order_by("index"))
    assert len(ours) == 7
    for before, after in pairwise(ours):
        assert before.id in after.act.refs


def test_members_are_introduced_many_at_once(ada: User, person: Person, desk: Client) -> None:
    house = House(Drafting(ada, person("tomas", "head")))
    address = reverse("forum:members", args=[house.matter_id])
    assert "Not introduced yet: Lazuria, Ochre Order, Verdia" in page(desk, reverse("dossier", args=[house.matter_id]))
    assert "Ochre Order" in page(desk, address)
    posted = {"role-LZ": "member", "name-LZ": "Lazuria (the Blue)", "role-VD": "", "role-OB": "observer", "name-OB": ""}
    assert desk.post(address, posted).status_code == 302
    state = house.state
    assert (state["member:LZ"]["name"], state["member:LZ"]["voting"]) == ("Lazuria (the Blue)", True)
    assert (state["member:OB"]["voting"], "member:VD" in state) == (False, False)
    count = ActRecord.objects.filter(type="forum.member").count()
    desk.post(address, {**posted, "role-VD": "member", "name-VD": "Verdia", "name-OB": "Ochre Order"})
    assert ActRecord.objects.filter(type="forum.member").count() == count + 1
    # Keys that a partner has renewed are told to all.
    house.peers["LZ"].rotate()
    partners.renew(house.peers["LZ"].partner, house.peers["LZ"].credentials, "test")
    assert "new keys" in page(desk, address)
    operations.introduce(house.matter, ada, [Introduction("LZ", "Lazuria (the Blue)")])
    assert house.state["member:LZ"]["serial"] == 2


def test_only_partners_are_introduced(house: House) -> None:
    with pytest.raises(UserError, match="is no confirmed partner"):
        house.say("member", node="ZZ", name="Nowhere", voting=True)


def test_an_analyst_does_not_open_votes(house: House, person: Person) -> None:
    draft = house.hear("LZ", "draft", **lawful_draft())
    analyst = client_of(person("ana", "analyst"))
    address = reverse("forum:write", args=[house.matter_id, "open-vote"])
    assert analyst.get(f"{address}?act={draft.id}").status_code == 403
    assert analyst.get(reverse("forum:members", args=[house.matter_id])).status_code == 403
    assert "Issue as" not in page(analyst, reverse("dossier", args=[house.matter_id]))


def test_the_command_verifies_a_file_without_a_node(
    house: House, ada: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = house.hear("LZ", "draft", **lawful_draft())
    house.say("give-symbol", text=draft.id, symbol="CR/81/L.1")
    house.say("open-vote", proposal=draft.id, majority="simple", closes=f"{now():%Y-%m-%dT%H:%M:%SZ}")
    vote = house.state["voting"]
    house.hear("LZ", "vote", vote=vote, choice="yes")
    house.say("close-vote")
    file = tmp_path / "vote.jsonl"
    run = CliRunner()
    written = run.invoke(app, ["forum", "bundle", house.matter_id[:8], vote[:8], "--as", "ada", "--out", str(file)])
    assert written.exit_code == 0, written.output
    checked = run.invoke(app, ["forum", "check", house.matter_id[:8], vote[:8], "--as", "ada"])
    assert checked.exit_code == 0, checked.output
    assert "1 in favour, 0 against, 0 abstaining, 1 absent; 1 needed; carried." in checked.output
    told = run.invoke(app, ["forum", "verify", str(file)])
    assert told.exit_code == 0, told.output
    assert "holds" in told.output
    assert "Under the keys of CR that came with the file; compare:" in told.output
    data = file.read_bytes()
    file.write_bytes(data.replace(b'"end"', b'"fin"'))
    told = run.invoke(app, ["forum", "verify", str(file)])
    assert told.exit_code == 1
    lines = data.splitlines(keepends=True)
    for place, line in enumerate(lines):
        if place and b"envelope" in line:
            file.write_bytes(b"".join([*lines[:place], line.replace(b'"sig":"', b'"sig":"A', 1), *lines[place + 1 :]]))
            told = run.invoke(app, ["forum", "verify", str(file), "--json"])
            assert told.exit_code == 1
            assert '"holds": false' in told.output
            break
    assert run.invoke(app, ["forum", "check", "zzzz", vote[:8], "--as", "ada"]).exit_code == 1
    assert run.invoke(app, ["forum", "check", house.matter_id[:8], "zzzz", "--as", "ada"]).exit_code == 1
