"""People, what they may do, and the trail of what they did."""

import hashlib
import secrets

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    """A person of this node. Roles are those of `verbale.node.access`."""

    roles = models.JSONField(default=list, blank=True)
    post = models.CharField(max_length=120, blank=True)
    """The office a person holds, as it is shown: `Desk officer, Cyber Affairs Division`."""

    def has_role(self, *roles: str) -> bool:
        return self.is_active and any(role in self.roles for role in roles)

    @property
    def shown(self) -> str:
        return self.get_full_name() or self.username


class ApiToken(models.Model):
    """A token for the REST API. Only its SHA-256 is kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True)
    may_clear = models.BooleanField(default=False)
    """Whether it may clear without a second factor at the time; given by an operator, for machines under control."""

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode()).hexdigest()

    @classmethod
    def make(cls, user: User, name: str, *, may_clear: bool = False) -> str:
        """Create a token and return it, the only time that it is seen."""
        token = "vb_" + secrets.token_urlsafe(32)
        cls.objects.create(user=user, name=name, digest=cls.digest_of(token), may_clear=may_clear)
        return token


class AuditEntry(models.Model):
    """Who did or read what, and when. Rows are only ever added."""

    at = models.DateTimeField(auto_now_add=True, db_index=True)
    who = models.CharField(max_length=150)
    verb = models.CharField(max_length=40)
    matter_id = models.CharField(max_length=32, blank=True, db_index=True)
    act_id = models.CharField(max_length=64, blank=True)
    detail = models.TextField(blank=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.who} {self.verb}"


class Clearing(models.Model):
    """Who drafted and who cleared an act that left the house."""

    act_id = models.CharField(primary_key=True, max_length=64)
    drafted_by = models.CharField(max_length=150)
    cleared_by = models.CharField(max_length=150)
    cleared_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.cleared_by} cleared {self.act_id[:12]}"


class ReadMark(models.Model):
    """That a person has opened an act."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    act_id = models.CharField(max_length=64)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "act_id"], name="one_read_mark")]

    def __str__(self) -> str:
        return f"{self.user} read {self.act_id[:12]}"
