"""Sessions at our node CR: as a member of the organisation WF, whose node relays; or as the organisation itself."""

from datetime import timedelta
from typing import Any

from django.test import Client

from tests.matters.forum_story import CHANGES, OPERATIVE, PREAMBLE, TITLE, named_in
from tests.node.world import Peer, now
from verbale.matters.kit import operations
from verbale.matters.kit.kinds import deed_of
from verbale.matters.kit.operations import Given
from verbale.node import drafts
from verbale.node.identity import public_credentials
from verbale.node.models import ActRecord, Matter, User
from verbale.node.projection import state_of
from verbale.node.services import receive
from verbale.protocol import Act, Credentials, Envelope

MEMBERS = {"CR": "Crimson", "LZ": "Lazuria", "VD": "Verdia"}


def day(ahead: int = 0) -> str:
    return (now() + timedelta(days=ahead)).date().isoformat()


def organisation() -> Peer:
    peer = Peer("WF", "World Forum")
    peer.credentials = Credentials.create(
        peer.keys, node="WF", name="World Forum", kind="organisation", endpoint="http://wf.test", issued=now()
    )
    return peer.befriend()


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    session = client.session
    session["second_factor"] = True
    session.save()
    return client


def lawful_draft(**body: Any) -> dict[str, Any]:
    return {"title": TITLE, "preamble": PREAMBLE, "operative": OPERATIVE, "item": "5", **body}


class Forum:
    """A session to which our node belongs; LZ and VD are no partners of ours, and are heard through WF."""

    def __init__(self, *, introduce_us: bool = True) -> None:
        self.house = organisation()
        self.peers = {node: Peer(node, f"Republic of {MEMBERS[node]}") for node in ("LZ", "VD")}
        self.matter_id = ""
        self.last: list[str] = []
        opened = self.say(
            "WF",
            "convene",
            body="First Committee",
            session="81st session",
            opens=day(),
            closes=day(9),
            languages=["en"],
        )
        assert opened.id
        for node, name in MEMBERS.items():
            if node != "CR" or introduce_us:
                chain = public_credentials() if node == "CR" else self.peers[node].credentials
                self.say("WF", "member", node=node, name=name, credentials=chain.to_bytes().decode())
        self.say("WF", "agenda", items=[{"number": "5", "title": "Hospitals"}])

    def make(self, author: str, word: str, **body: Any) -> tuple[Act, Envelope]:
        peer = self.house if author == "WF" else self.peers[author]
        parties = {"WF", *MEMBERS}
        found = peer.act(
            f"forum.{word}",
            body,
            audience=tuple(parties - {author}),
            matter=self.matter_id or None,
            refs=(*named_in(body), *self.last),
        )
        self.matter_id = found[0].matter
        return found

    def say(self, author: str, word: str, **body: Any) -> Act:
        """An act, delivered to us by the organisation."""
        act, envelope = self.make(author, word, **body)
        outcomes = receive([envelope], via="exchange", limit_to="WF")
        assert [outcome.status for outcome in outcomes] == ["accepted"], outcomes[0].reason
        record = ActRecord.objects.get(pk=act.id)
        assert record.effective, record.reason
        self.last = [act.id]
        return act

    @property
    def matter(self) -> Matter:
        return Matter.objects.get(pk=self.matter_id)

    @property
    def state(self) -> dict[str, Any]:
        return state_of(self.matter)

    def draft(self, symbol: str = "WF/81/L.1", author: str = "LZ") -> str:
        act = self.say(author, "draft", **lawful_draft())
        self.say("WF", "give-symbol", text=act.id, symbol=symbol)
        return act.id

    def amend(self, draft: str, symbol: str = "WF/81/L.2", author: str = "VD") -> str:
        act = self.say(author, "amend", draft=draft, version=draft, changes=CHANGES)
        self.say("WF", "give-symbol", text=act.id, symbol=symbol)
        return act.id

    def open(self, proposal: str, minutes: int = 30) -> str:
        entry = self.state.get(f"draft:{proposal}") or self.state[f"amendment:{proposal}"]
        closes = f"{now() + timedelta(minutes=minutes):%Y-%m-%dT%H:%M:%SZ}"
        fields = {"proposal": proposal, "sha256": entry["sha256"], "majority": "simple", "first": "LZ"}
        return self.say("WF", "open-vote", **fields, closes=closes).id

    def close(self, vote: str) -> str:
        """By all that have voted."""
        state = self.state
        found = [state.get(f"cast:{vote}:{node}") for node in state[f"vote:{vote}"]["roll"]]
        listed = [item for item in found if item]
        choices = [state[f"ballot:{item}"]["choice"] for item in listed]
        tally = {word: choices.count(word) for word in ("yes", "no", "abstain")}
        return self.say("WF", "close-vote", vote=vote, votes=listed, **tally).id


class Drafting:
    """What our people say: drafted by one, cleared by another; or at once."""

    def __init__(self, drafter: User, head: User) -> None:
        self.drafter, self.head = drafter, head

    def say(self, matter: Matter | None, word: str, to: tuple[str, ...] = (), **values: Any) -> ActRecord:
        deed = deed_of(f"forum.{word}")
        given = Given(values, to)
        if not deed.clearance:
            return operations.say(deed, matter, self.drafter, given)
        draft = operations.draft(deed, matter, self.drafter, given)
        drafts.submit(draft, self.drafter)
        return drafts.clear(draft, self.head)[-1]
