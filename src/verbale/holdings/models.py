"""Tables of the intelligence that a node holds. Rows of `Entry` are written by `store` only."""

import hashlib
import secrets
import uuid

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from verbale.intel.tlp import TLP_ORDER

__all__ = [
    "FIRST",
    "LATEST",
    "SHADOW",
    "Account",
    "Audience",
    "Borne",
    "Clock",
    "Contributed",
    "Entry",
    "Given",
    "Grant",
    "Indexed",
    "Shelf",
    "Source",
    "Term",
]

FIRST, LATEST, SHADOW = 1, 2, 4
"""Bits of `Entry.place`. A row without any is a version between the first and the latest."""


class Moment(models.BigIntegerField):
    """Microseconds since 1970 as a key. On SQLite the word `integer` makes it the address of the row itself: one tree
    less to keep, and rows lie on the disk in the order in which they came."""

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "integer" if connection.vendor == "sqlite" else "bigint"


def _new_id() -> str:
    return str(uuid.uuid4())


class Shelf(models.Model):
    """One collection of objects, as TAXII means it."""

    id = models.CharField(primary_key=True, max_length=36, default=_new_id)
    title = models.CharField(max_length=200)
    description = models.TextField(blank=True)
    alias = models.CharField(max_length=100, unique=True, null=True)  # noqa: DJ001 — unique, so none must be NULL
    matter = models.CharField(max_length=32, blank=True, db_index=True)
    """The collection that it serves, the parties of which read and write it; empty for one of our own."""
    ceiling = models.PositiveSmallIntegerField(default=len(TLP_ORDER) - 1)
    """Rank of the strictest marking that it takes in."""
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.title


class Audience(models.Model):
    """A distinct combination of who may see, on one shelf. There are few, whatever the number of objects."""

    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, related_name="audiences")
    rank = models.PositiveSmallIntegerField()
    """Place of the marking: 0 CLEAR to 4 RED."""
    ours = models.BooleanField()
    """Whether this node gave it; a partner's goes to fewer."""
    nodes = models.JSONField(default=list)
    """Whom beside the marking: those named, or the partner that gave it. Sorted."""
    key = models.CharField(max_length=64)
    """Digest of the above."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["shelf", "key"], name="one_audience")]

    def __str__(self) -> str:
        return f"{self.marking} on {self.shelf_id}"

    @property
    def marking(self) -> str:
        return TLP_ORDER[self.rank]


class Source(models.Model):
    """Who gave, and by which act."""

    origin = models.CharField(max_length=200)
    """This node, a partner's, or the name of a polled server."""
    act = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["origin", "act"], name="one_source")]

    def __str__(self) -> str:
        return self.origin


class Entry(models.Model):
    """One version of one object, as one origin gave it to one shelf.

    `place` is said among the rows of the same object for the same audience: a viewer who does not see a later version
    must not miss the earlier. `mixed` marks objects that stand on the shelf for several audiences; for those the store
    compares the rows that a viewer sees.
    """

    added = Moment(primary_key=True)
    """When it came, unique and rising over the whole node: what clients go on from."""
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, db_index=False, db_constraint=False)
    place = models.PositiveSmallIntegerField()
    mixed = models.BooleanField()
    revoked = models.BooleanField()
    version = models.BigIntegerField()
    """Microseconds since 1970: `modified`, else `created`, else `added` (TAXII 2.1, 3.4.1)."""
    type = models.CharField(max_length=250)
    stix_id = models.CharField(max_length=300)
    key = models.BigIntegerField()
    """Digest of `stix_id`: a smaller tree than that of the texts, since every object finds its place in it anew."""
    raw = models.BinaryField()
    """The object as it came, one JSON text in UTF-8."""

    spec_version = "2.1"
    """The only one that the store takes in."""

    class Meta:
        indexes = [
            # `version` at the end, so that a walk in search of one moment reads no rows.
            models.Index(fields=["audience", "place", "added", "version"], name="entry_page"),
            models.Index(fields=["audience", "type", "place", "added", "version"], name="entry_type"),
            # The audience with it, so that a row for other eyes is passed over without being read: else the answer that
            # there is no such object would take longer when there is one.
            models.Index(fields=["key", "audience"], name="entry_key"),
        ]

    def __str__(self) -> str:
        return self.stix_id

    @staticmethod
    def key_of(stix_id: str) -> int:
        digest = hashlib.blake2b(stix_id.encode("utf-8", "surrogatepass"), digest_size=8).digest()
        return int.from_bytes(digest, signed=True)

    @property
    def origin(self) -> str:
        return self.source.origin

    @property
    def act(self) -> str:
        return self.source.act

    @property
    def marking(self) -> str:
        return self.audience.marking

    @property
    def latest(self) -> bool:
        return bool(self.place & LATEST)

    @property
    def first(self) -> bool:
        return bool(self.place & FIRST)


class Term(models.Model):
    """That an entry names a value, a technique or a name: see `verbale.intel.naming`. Rows are written by `terms` only,
    after the entries and by themselves, so that adding does not wait for them."""

    key = models.BigIntegerField()
    """Digest of kind and value."""
    audience = models.ForeignKey(Audience, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False)
    source = models.ForeignKey(Source, on_delete=models.DO_NOTHING, db_index=False, db_constraint=False)
    added = models.BigIntegerField()
    """Of the entry. It may have gone since: who reads asks for the entry too."""
    alone = models.BooleanField()
    """Whether the value would be an indicator by itself."""
    kind = models.CharField(max_length=20)
    value = models.TextField()

    class Meta:
        indexes = [
            models.Index(fields=["key", "audience", "source", "added"], name="term_key"),
            models.Index(fields=["added"], name="term_added"),
            models.Index(
                fields=["audience", "source", "key"], name="term_technique", condition=models.Q(kind="technique")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @staticmethod
    def key_of(kind: str, value: str) -> int:
        return Entry.key_of(f"{kind}:{value}")


class Borne(models.Model):
    """That objects of an audience bear a marking which is no TLP, so that they who see these may see its definition."""

    definition = models.CharField(max_length=300)
    audience = models.ForeignKey(Audience, on_delete=models.CASCADE)
    origin = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["definition", "origin", "audience"], name="one_borne")]

    def __str__(self) -> str:
        return self.definition


class Clock(models.Model):
    """The one row that adding locks: the last `added` given out."""

    last = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)


class Indexed(models.Model):
    """The one row that says how far the terms have come."""

    up_to = models.BigIntegerField(default=-(1 << 62))
    """`added` of the last entry of which the terms are there."""
    rules = models.PositiveIntegerField(default=0)
    """By which rules they were made."""

    def __str__(self) -> str:
        return str(self.up_to)


class Account(models.Model):
    """With which a partner's software comes to the TAXII server. Only the SHA-256 of its token is kept."""

    name = models.CharField(max_length=80, unique=True)
    """The user name of HTTP Basic."""
    node = models.CharField(max_length=24)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True)
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def digest_of(token: str) -> str:
        return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

    @classmethod
    def make(cls, name: str, node: str) -> "tuple[Account, str]":
        """The account and its token, which is seen this once."""
        token = "vx_" + secrets.token_urlsafe(32)
        return cls.objects.create(name=name, node=node, digest=cls.digest_of(token)), token


class Grant(models.Model):
    """That an account may read or write a shelf. Parties of a shelf's matter need none."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="grants")
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE)
    may_read = models.BooleanField(default=True)
    may_write = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "shelf"], name="one_grant")]

    def __str__(self) -> str:
        return f"{self.account_id} on {self.shelf_id}"


class Given(models.Model):
    """What became of one POST: the status resource, for whoever posted (TAXII 2.1, 4.3.1)."""

    id = models.CharField(primary_key=True, max_length=36, default=_new_id)
    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    at = models.DateTimeField(db_index=True)
    resource = models.BinaryField()
    """The resource itself, JSON."""

    def __str__(self) -> str:
        return self.id


class Contributed(models.Model):
    """That a file which came with an act was laid on a shelf, and what became of its objects."""

    act = models.CharField(max_length=64)
    sha256 = models.CharField(max_length=64)
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE)
    at = models.DateTimeField(auto_now_add=True)
    accepted = models.PositiveIntegerField()
    same = models.PositiveIntegerField()
    refused = models.JSONField(default=list)
    """`[[id, why], …]`, for our own staff."""
    left = models.BooleanField(default=False)
    """Whether the contribution was withdrawn, and its objects were taken from the shelf."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "sha256", "shelf"], name="one_contributed")]

    def __str__(self) -> str:
        return f"{self.sha256} of {self.act}"


from verbale.holdings.client.models import Feed, Refusal, TakenEvent  # noqa: E402, F401 — tables of this app as well
from verbale.holdings.matching.models import (  # noqa: E402, F401 — tables of this app as well
    MatchedIndicator,
    MatchedValue,
    MatchRun,
)
