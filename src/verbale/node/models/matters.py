"""Matters as projected from acts, drafts before they are acts, attachments, and notices of what happened."""

import uuid

from django.conf import settings
from django.db import models

from verbale.node.models.register import ActRecord


class Matter(models.Model):
    """The projection of one matter: what its fold says, kept up as acts arrive."""

    id = models.CharField(primary_key=True, max_length=32)
    kind = models.CharField(max_length=32)
    title = models.TextField(default="")
    opened_at = models.CharField(max_length=24)
    last_at = models.CharField(max_length=24)
    """Time of recording of the latest act."""
    last_order = models.CharField(max_length=90, default="")
    """Order key of the last act folded: an act beyond it is applied alone, an earlier one refolds the matter."""
    parties = models.JSONField(default=list)
    marking = models.CharField(max_length=12)
    """The strictest marking among its acts."""
    exercise = models.BooleanField(default=False)
    acts = models.PositiveIntegerField(default=0)
    about_id = models.CharField(max_length=32, default="", db_index=True)
    """The dossier that it is about, as its kind tells from its state: who may not open that does not open this."""
    restricted = models.BooleanField(default=False)
    """Need-to-know: only people named on the matter, and those who manage access, may open it."""
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="matters")

    class Meta:
        indexes = [models.Index(fields=["kind", "last_at"])]

    def __str__(self) -> str:
        return self.title or self.id


class StateEntry(models.Model):
    """One key of a matter's folded state."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="state")
    key = models.CharField(max_length=200)
    value = models.JSONField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "key"], name="one_value_a_key")]

    def __str__(self) -> str:
        return self.key


class MissingRef(models.Model):
    """An act that others of the matter refer to and that has not arrived: when it does, the matter is refolded."""

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="missing")
    ref = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["matter", "ref"], name="one_missing_ref")]

    def __str__(self) -> str:
        return self.ref


class Attachment(models.Model):
    """A file held by this node, by the SHA-256 of its bytes."""

    sha256 = models.CharField(primary_key=True, max_length=64)
    size = models.BigIntegerField()

    def __str__(self) -> str:
        return self.sha256


class ActFile(models.Model):
    """That an act names an attachment, whether or not this node holds it."""

    act = models.ForeignKey(ActRecord, on_delete=models.CASCADE, related_name="files")
    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=100)
    size = models.BigIntegerField()

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What a person writes before it becomes an act. It leaves the house only when a second person clears it."""

    class Status(models.TextChoices):
        DRAFT = "draft"
        SUBMITTED = "submitted"
        RETURNED = "returned"
        SENT = "sent"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    type = models.CharField(max_length=64)
    matter_id = models.CharField(max_length=32, blank=True)
    about_id = models.CharField(max_length=32, blank=True)
    """The dossier that the draft belongs to on the desk, when the act itself stands in another matter."""
    audience = models.JSONField(default=list)
    refs = models.JSONField(default=list)
    marking = models.CharField(max_length=12, default="AMBER")
    precedence = models.CharField(max_length=9, default="ROUTINE")
    exercise = models.BooleanField(default=False)
    body = models.JSONField(default=dict)
    companions = models.JSONField(default=list)
    """Further acts that leave together with this one, as `{"type", "matter", "body"}`."""
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=9, choices=Status, default=Status.DRAFT)
    drafter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    submitted_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="cleared"
    )
    decided_at = models.DateTimeField(null=True)
    remarks = models.TextField(blank=True)
    act_id = models.CharField(max_length=64, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.type} draft by {self.drafter}"


class DraftVersion(models.Model):
    """What a draft said at each submission, so the clearing officer sees the changes since the last."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    body = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["version"]

    def __str__(self) -> str:
        return f"version {self.version}"


class Notice(models.Model):
    """Something that happened here, for the live stream and the 'new' column. Names ids, never content."""

    at = models.DateTimeField(auto_now_add=True)
    topic = models.CharField(max_length=16)
    """`arrived`, `issued`, `delivered`, `refused`, `draft`, `partner`, `alarm`."""
    matter_id = models.CharField(max_length=32, blank=True)
    act_id = models.CharField(max_length=64, blank=True)
    node = models.CharField(max_length=24, blank=True)
    precedence = models.CharField(max_length=9, blank=True)

    def __str__(self) -> str:
        return f"{self.topic} {self.act_id[:12]}"
