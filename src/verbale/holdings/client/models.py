"""Tables of the feeds: where they lead, how far they have come, and what did not arrive."""

from django.db import models

__all__ = ["BEGINNING", "MOST_REFUSALS", "Feed", "Refusal", "TakenEvent"]

BEGINNING = -(1 << 62)
"""`sent_up_to` before anything was sent."""
MOST_REFUSALS = 10_000
"""Refused objects that are kept for one feed; the oldest go first."""


class Feed(models.Model):
    """One road to a collection or a folder that others keep."""

    class Kind(models.TextChoices):
        TAXII = "taxii"
        MISP = "misp-feed"

    class Direction(models.TextChoices):
        POLL = "poll"
        PUSH = "push"
        BOTH = "both"

    class Again(models.TextChoices):
        """What is still to be done once more, since somebody asked for it."""

        NOTHING = ""
        ALL = "all"
        """Poll from the beginning, then send what was refused there."""
        REFUSED = "refused"
        """Send what was refused there; it is being polled from the beginning, or was."""

    name = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=9, choices=Kind, default=Kind.TAXII)
    direction = models.CharField(max_length=4, choices=Direction, default=Direction.POLL)
    address = models.CharField(max_length=1000)
    """The API root; of a MISP feed the folder or the address in which its manifest.json is."""
    collection = models.CharField(max_length=300, blank=True)
    """Id or alias of the collection there."""
    user = models.CharField(max_length=200, blank=True)
    """For HTTP Basic; without one the token goes as Bearer."""
    secret = models.TextField(blank=True)
    """The token, encrypted: see `secret.py`."""
    shelf = models.ForeignKey("holdings.Shelf", on_delete=models.CASCADE, related_name="feeds")
    origin = models.CharField(max_length=200)
    """Who gives what comes in, and for whose eyes goes out what is pushed: a partner's node, this node for software of
    our own, or the name of a server, which sees what is CLEAR."""
    marking = models.CharField(max_length=12, default="AMBER")
    """For objects that bear none."""
    named = models.JSONField(default=list)
    """Nodes that may see what is marked above GREEN; only for what is our own, since nobody else's is ours to name."""
    interval = models.PositiveIntegerField(default=3600)
    """Seconds from the end of one run to the next."""
    enabled = models.BooleanField(default=True)
    made_at = models.DateTimeField(auto_now_add=True)

    after = models.CharField(max_length=100, blank=True)
    """`added_after` in the server's own words: our clock plays no part in it."""
    next = models.TextField(blank=True)
    """The server's word for the next page, while there is one."""
    reached = models.CharField(max_length=100, blank=True)
    """The latest time of addition that the server told of."""
    stamp = models.CharField(max_length=500, blank=True)
    """Of a manifest that was taken in whole: its ETag or digest."""
    sent_up_to = models.BigIntegerField(default=BEGINNING)
    """`added` of the last entry of ours of which it is settled whether it arrived."""
    shown = models.JSONField(null=True)
    """The audiences that the reader belonged to when that was so."""
    flight = models.JSONField(null=True)
    """What was posted and is not settled."""

    again = models.CharField(max_length=7, choices=Again, default=Again.NOTHING, blank=True)
    next_at = models.FloatField(default=0)
    """Unix time of the next run."""
    lease = models.CharField(max_length=120, blank=True)
    """Of the process that has it in hand: host, process, and a word of chance."""
    leased_until = models.FloatField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    """Runs that failed, one after another, without a step forward."""
    last_run = models.DateTimeField(null=True)
    last_success = models.DateTimeField(null=True)
    """When all had been asked for and all that was to go had arrived. What was refused here stands among the
    refusals."""
    failure = models.TextField(blank=True)
    """What was wrong at the last run; empty when nothing was."""
    failing_since = models.DateTimeField(null=True)
    received = models.BigIntegerField(default=0)
    same = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    sent = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return self.name

    @property
    def polls(self) -> bool:
        return self.direction != self.Direction.PUSH

    @property
    def pushes(self) -> bool:
        return self.direction != self.Direction.POLL


class Refusal(models.Model):
    """An object that did not arrive: here, because the store refused it, or there."""

    class Side(models.TextChoices):
        HERE = "here"
        THERE = "there"
        """Refused by their server."""
        WAITS = "waits"
        """Their server has it and has not decided."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="refusals")
    side = models.CharField(max_length=5, choices=Side)
    key = models.CharField(max_length=64)
    """Digest of the object's bytes here, of its id there: told once, however often it comes."""
    stix_id = models.CharField(max_length=300, blank=True)
    why = models.TextField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "key"], name="one_refusal")]
        indexes = [models.Index(fields=["feed", "stix_id"], name="refusal_of_object")]

    def __str__(self) -> str:
        return self.stix_id


class TakenEvent(models.Model):
    """An event of a MISP feed as it was when it was taken in."""

    feed = models.ForeignKey(Feed, on_delete=models.CASCADE, related_name="events")
    event = models.CharField(max_length=36)
    stamp = models.BigIntegerField()
    """Its `timestamp` in the manifest."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["feed", "event"], name="one_taken_event")]

    def __str__(self) -> str:
        return self.event
