"""The register: acts in the order of their recording, the tree over them, its signed heads."""

import re

import orjson
from django.db import models

from verbale.protocol import Act, Envelope, parse_act
from verbale.protocol.canonical import canonical_bytes
from verbale.protocol.encoding import b64
from verbale.protocol.envelope import ACT_TYPE


def about_of(act: Act) -> str:
    """The matter that an act's body names as what it is about; empty when it names none."""
    about = act.body.get("about")
    return about if isinstance(about, str) and re.fullmatch("[0-9a-f]{32}", about) else ""


def words_of(act: Act) -> str:
    """What the search finds an act by."""
    said = (act.body.get(name) for name in ("number", "title", "subject", "text"))
    return " ".join(text for text in said if isinstance(text, str)).replace("\0", "")[:500]


class ActRecord(models.Model):
    """One act, and with it one entry of the register."""

    id = models.CharField(primary_key=True, max_length=64)
    index = models.BigIntegerField(unique=True)
    recorded_at = models.CharField(max_length=24)
    """RFC 3339 UTC, as the register's leaf commits to it."""
    type = models.CharField(max_length=64)
    author = models.CharField(max_length=24)
    audience = models.JSONField()
    matter_id = models.CharField(max_length=32)
    about_id = models.CharField(max_length=32, blank=True)
    """The dossier that the act belongs to as well, when its body names one: a note of a channel about an incident."""
    issued = models.CharField(max_length=24)
    marking = models.CharField(max_length=12)
    precedence = models.CharField(max_length=9)
    exercise = models.BooleanField()
    words = models.CharField(max_length=500, blank=True)
    """Title, number and subject, for the search."""
    via = models.CharField(max_length=8)
    """`issued` here, or received by `exchange` or `pouch`."""
    reason = models.TextField(null=True)  # noqa: DJ001 - null says "with effect", which an empty text would not
    """Why the act is without effect, as a message with the values of `about`; null when it took effect."""
    about = models.JSONField(default=list)
    payload = models.BinaryField()
    signatures = models.BinaryField()

    class Meta:
        indexes = [
            models.Index(fields=["matter_id", "issued", "id"]),
            models.Index(fields=["type", "index"]),
            models.Index(fields=["via", "index"]),
            models.Index(fields=["about_id", "issued", "id"]),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.id[:12]}"

    @classmethod
    def of(cls, act: Act, envelope: Envelope, *, index: int, at: str, via: str) -> "ActRecord":
        return cls(
            id=act.id,
            index=index,
            recorded_at=at,
            type=act.type,
            author=act.author,
            audience=list(act.audience),
            matter_id=act.matter,
            about_id=about_of(act),
            words=words_of(act),
            issued=act.issued,
            marking=act.marking.value,
            precedence=act.precedence,
            exercise=act.exercise,
            via=via,
            payload=act.canonical,
            signatures=canonical_bytes(envelope.to_json()["signatures"]),
        )

    @property
    def act(self) -> Act:
        """The act itself, parsed once an instance."""
        if not hasattr(self, "_act"):
            self._act = parse_act(bytes(self.payload))
        return self._act

    @property
    def envelope(self) -> Envelope:
        return Envelope.from_json(
            {
                "payload": b64(bytes(self.payload)),
                "payloadType": ACT_TYPE,
                "signatures": orjson.loads(bytes(self.signatures)),
            },
            payload_type=ACT_TYPE,
        )

    @property
    def order_key(self) -> str:
        """Its place among the acts of a dossier, as text that sorts."""
        return f"{self.issued} {self.id}"

    @property
    def effective(self) -> bool:
        return self.reason is None


class TreeNode(models.Model):
    """One complete node of the register's tree. `id` is level · 2^52 + index: one integer, one look-up."""

    id = models.BigIntegerField(primary_key=True)
    hash = models.BinaryField()

    def __str__(self) -> str:
        return f"node {self.id >> 52}/{self.id & ((1 << 52) - 1)}"


class RegisterHead(models.Model):
    """The one row that appending locks."""

    size = models.BigIntegerField(default=0)
    tops = models.BinaryField(default=b"")
    """Hashes of the complete subtrees, left to right, 32 bytes each."""

    def __str__(self) -> str:
        return f"register of {self.size}"


class CheckpointRecord(models.Model):
    """A signed head."""

    size = models.BigIntegerField(primary_key=True)
    note = models.TextField()

    def __str__(self) -> str:
        return f"checkpoint {self.size}"


class CosignatureRecord(models.Model):
    """A partner's cosignature on one of our checkpoints."""

    checkpoint = models.ForeignKey(CheckpointRecord, on_delete=models.CASCADE, related_name="cosignatures")
    node = models.CharField(max_length=24)
    text = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "node"], name="one_cosignature_a_partner")]

    def __str__(self) -> str:
        return f"{self.node} on {self.checkpoint_id}"
