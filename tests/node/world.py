"""Another node, in memory, built with the protocol library alone: what our own node is tested against.

    lazuria = Peer("LZ", "Republic of Lazuria").befriend()
    lazuria.send([lazuria.note("1/2026")])              # it speaks, our node answers
    client.exchange(partner, deliveries, lazuria.http())  # our node speaks, it answers

It can be bent: `down`, `lose_answers`, `refuse`, `break_receipts`, `forget` (rewrites its register), `keys` (others).
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from verbale.matters.channel.fold import channel_id
from verbale.node import partners
from verbale.node.exchange.server import answer
from verbale.node.identity import local
from verbale.node.models import Partner
from verbale.protocol import (
    Act,
    Checkpoint,
    Contents,
    Credentials,
    Envelope,
    Leaf,
    Marking,
    PrivateKeys,
    Receipt,
    SealedParcel,
    cosign,
    fingerprint_words,
    format_time,
    make_act,
    parse_act,
    seal,
    sign_act,
    sign_checkpoint,
    verify_checkpoint,
)
from verbale.protocol.encoding import b64
from verbale.protocol.merkle import MemoryTree

US = "CR"


def now() -> datetime:
    return datetime.now(UTC)


def note_body(number: str, **changes: Any) -> dict[str, Any]:
    """The body of a lawful note verbale."""
    return {
        "form": "note-verbale",
        "number": number,
        "subject": "A test of the channel",
        "paragraphs": ["inform the Ministry of a test."],
        "letterhead": {
            "ministry": "Ministry of Foreign Affairs",
            "state": "Republic of Lazuria",
            "short": "LZ",
            "colour": "#1d4f91",
            "place": "Azurine",
        },
        "addressee": "Ministry of Foreign Affairs of the Republic of Crimson",
        "date": "2026-11-24",
        "language": "en",
        "about": None,
        "reply_by": None,
        "answers": None,
        "answered": "",
        "attachments": [],
        **changes,
    }


@dataclass
class Peer:
    """One other node."""

    node: str
    name: str
    keys: PrivateKeys = field(default_factory=PrivateKeys.generate)
    tree: MemoryTree = field(default_factory=MemoryTree)
    held: dict[str, tuple[int, Leaf]] = field(default_factory=dict)
    """Act id to its place in this peer's register."""
    heads: dict[int, Checkpoint] = field(default_factory=dict)
    our_head: Checkpoint | None = None
    """The latest head of our node that this peer took in."""
    we_know: int = 0
    """Size of this peer's register that our node is known to hold."""
    down: bool = False
    lose_answers: int = 0
    refuse: str = ""
    break_receipts: bool = False
    asked: int = 0

    def __post_init__(self) -> None:
        self.credentials = Credentials.create(
            self.keys,
            node=self.node,
            name=self.name,
            kind="state",
            endpoint=f"http://{self.node.lower()}.test",
            issued=now() - timedelta(days=1),
        )

    # -- trust ------------------------------------------------------------------------------------------------------

    def befriend(self) -> "Peer":
        """Our node adds and confirms this peer."""
        partner = partners.add(self.credentials, "test")
        partners.confirm(partner, " ".join(fingerprint_words(partner.fingerprint)), "test")
        return self

    @property
    def partner(self) -> Partner:
        """What our node knows of it, as it stands in the database."""
        return Partner.objects.get(pk=self.node)

    def rotate(self) -> None:
        """New keys, signed by the old."""
        new = PrivateKeys.generate()
        self.credentials = self.credentials.succeed(self.keys, issued=now(), new=new)
        self.keys = new

    # -- speaking ---------------------------------------------------------------------------------------------------

    def act(self, type_name: str, body: dict[str, Any], **fields: Any) -> tuple[Act, Envelope]:
        """An act of this peer, signed."""
        act = make_act(
            type=type_name,
            author=fields.pop("author", self.node),
            audience=fields.pop("audience", (US,)),
            matter=fields.pop("matter", None),
            issued=fields.pop("issued", now()),
            body=body,
            **fields,
        )
        return act, sign_act(act.canonical, self.keys)

    def note(self, number: str = "1/2026", **fields: Any) -> tuple[Act, Envelope]:
        """A note verbale to our node."""
        changes = fields.pop("body", {})
        return self.act(
            "channel.note",
            note_body(number, **changes),
            matter=channel_id((US, self.node)),
            marking=fields.pop("marking", Marking.AMBER),
            **fields,
        )

    def manifest(self) -> dict[str, Any]:
        head = self.head()
        start = min(self.we_know, head.size)
        cosignature = None
        if self.our_head is not None:
            text = cosign(self.our_head, self.node, now(), self.keys).to_text()
            cosignature = {"size": self.our_head.size, "text": text}
        return {
            "v": 1,
            "purpose": "exchange",
            "head": {
                "checkpoint": head.render(),
                "from": start,
                "consistency": [b64(item) for item in self.tree.consistency(start, head.size)],
            },
            "known": self.our_head.size if self.our_head else 0,
            "cosignature": cosignature,
        }

    def head(self) -> Checkpoint:
        if self.tree.size not in self.heads:
            self.heads[self.tree.size] = sign_checkpoint(self.node, self.tree.size, self.tree.root(), now(), self.keys)
        return self.heads[self.tree.size]

    def parcel(
        self,
        envelopes: list[Envelope] | None = None,
        files: tuple[bytes, ...] = (),
        *,
        manifest: dict[str, Any] | None = None,
        recipient: str = US,
        carry: bool = False,
    ) -> bytes:
        """A parcel for our node; `carry` puts the credentials into it, as a pouch does."""
        contents = Contents(self.manifest() if manifest is None else manifest, tuple(envelopes or ()), files)
        return seal(
            contents,
            sender=self.node,
            keys=self.keys,
            recipients={recipient: local().keys.public},
            moment=now(),
            credentials=self.credentials if carry else None,
        ).to_bytes()

    def send(self, acts: list[tuple[Act, Envelope]], files: tuple[bytes, ...] = ()) -> list[dict[str, Any]]:
        """Deliver acts to our node and take its answer in; the results, one an act."""
        told = self.take(answer(self.parcel([envelope for _, envelope in acts], files, carry=True)))
        results: list[dict[str, Any]] = told["results"]
        for result in results:
            if result["receipt"] is not None:
                Receipt.from_json(result["receipt"]).verify({US: local().credentials})
        return results

    def take(self, data: bytes) -> dict[str, Any]:
        """Open an answer or a parcel of our node and take in what it says of the two registers."""
        parcel = SealedParcel.from_bytes(data)
        parcel.verify(local().credentials)
        manifest = dict(parcel.open(self.node, [self.keys]).manifest)
        self._read(manifest)
        return manifest

    def _read(self, manifest: dict[str, Any]) -> None:
        self.we_know = manifest["known"]
        offered = Checkpoint.parse(manifest["head"]["checkpoint"])
        verify_checkpoint(offered, {US: local().credentials})
        self.our_head = offered

    # -- answering ---------------------------------------------------------------------------------------------------

    def http(self) -> httpx.Client:
        """A client whose every request comes here."""
        return httpx.Client(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.down:
            raise httpx.ConnectError("nobody listens", request=request)
        if request.method == "GET":
            return httpx.Response(200, content=self.credentials.to_bytes())
        if self.refuse:
            return httpx.Response(403, json={"error": self.refuse})
        parcel = SealedParcel.from_bytes(request.content)
        parcel.verify(local().credentials)
        contents = parcel.open(self.node, [self.keys])
        self._read(dict(contents.manifest))
        for envelope in contents.envelopes:
            self.record(parse_act(envelope.payload))
        if self.lose_answers:
            self.lose_answers -= 1
            raise httpx.ReadTimeout("the answer was lost", request=request)
        results = [self._result(parse_act(envelope.payload).id) for envelope in contents.envelopes]
        reply = seal(
            Contents({**self.manifest(), "results": results}),
            sender=self.node,
            keys=self.keys,
            recipients={US: local().keys.public},
            moment=now(),
        )
        return httpx.Response(200, content=reply.to_bytes())

    def record(self, act: Act) -> None:
        """Enter an act into the register, once."""
        if act.id in self.held:
            return
        leaf = Leaf(act.id, format_time(now()))
        self.held[act.id] = (self.tree.size, leaf)
        self.tree.extend([leaf.hash()])

    def receipt(self, act_id: str) -> Receipt:
        index, leaf = self.held[act_id]
        return Receipt(leaf, index, tuple(self.tree.inclusion(index)), self.head())

    def _result(self, act_id: str) -> dict[str, Any]:
        receipt = self.receipt(act_id).to_json()
        if self.break_receipts:
            receipt["index"] += 1
        return {"act": act_id, "status": "accepted", "reason": None, "receipt": receipt}

    # -- bending -----------------------------------------------------------------------------------------------------

    def forget(self) -> None:
        """Begin the register anew, as if nothing had been said."""
        self.tree, self.held, self.heads, self.we_know = MemoryTree(), {}, {}, 0
