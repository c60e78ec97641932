"""Partners, pinned by their credentials, and the outbox."""

from django.db import models

from verbale.node.models.register import ActRecord
from verbale.protocol import Credentials


class Partner(models.Model):
    """Another node."""

    class Status(models.TextChoices):
        PENDING = "pending"
        """Credentials are known, and wait for the out-of-band comparison."""
        CONFIRMED = "confirmed"
        BLOCKED = "blocked"

    node = models.CharField(primary_key=True, max_length=24)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=12)
    status = models.CharField(max_length=9, choices=Status, default=Status.PENDING)
    chain = models.BinaryField()
    """The pinned credentials, canonical JSON."""
    fingerprint = models.CharField(max_length=64)
    endpoint = models.CharField(max_length=500, blank=True)
    colour = models.CharField(max_length=7, blank=True)
    """Of its crest, `#rrggbb`, as it tells in its messages."""
    added_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.CharField(max_length=150, blank=True)
    alarm = models.TextField(blank=True)
    """A standing alarm that a person must see: changed keys, a rewritten register."""
    last_contact = models.DateTimeField(null=True)
    last_failure = models.TextField(blank=True)
    failing_since = models.DateTimeField(null=True)
    head_note = models.TextField(blank=True)
    """Their latest checkpoint that we verified and found consistent."""
    cosignature = models.TextField(blank=True)
    """Our cosignature on it, to be told to them."""
    cosignature_told = models.BooleanField(default=True)
    knows_size = models.BigIntegerField(default=0)
    """Size of our register that they are known to hold."""

    def __str__(self) -> str:
        return self.name

    @property
    def credentials(self) -> Credentials:
        """The pinned chain; verified once an instance."""
        if not hasattr(self, "_credentials"):
            self._credentials = Credentials.from_bytes(bytes(self.chain))
        return self._credentials


class Delivery(models.Model):
    """One act on its way to one node. A row is made in the transaction that records the act."""

    class Status(models.TextChoices):
        QUEUED = "queued"
        DELIVERED = "delivered"
        REFUSED = "refused"

    act = models.ForeignKey(ActRecord, on_delete=models.CASCADE, related_name="deliveries")
    node = models.CharField(max_length=24)
    rank = models.PositiveSmallIntegerField()
    """Place of the precedence: 0 FLASH to 3 ROUTINE."""
    status = models.CharField(max_length=9, choices=Status, default=Status.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_at = models.FloatField(default=0)
    """Unix time before which it is not tried again."""
    leased_until = models.FloatField(default=0)
    """Unix time until which one worker has it in hand."""
    failure = models.TextField(blank=True)
    delivered_at = models.DateTimeField(null=True)
    receipt = models.BinaryField(null=True)
    """The recipient's receipt, verified on arrival."""
    pouched_at = models.DateTimeField(null=True)
    """When it was last packed into a pouch."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "node"], name="one_delivery_a_node")]
        indexes = [models.Index(fields=["status", "node", "rank", "id"])]

    def __str__(self) -> str:
        return f"{self.act_id[:12]} to {self.node}"
