"""Tables of the runs: what was looked through for which shelf, and what was found."""

from django.db import models

__all__ = ["MOST_LOGS", "MOST_RUNS", "MOST_UNLOOKED", "MOST_VALUES", "MatchRun", "MatchedIndicator", "MatchedValue"]

MOST_RUNS = 100
"""Runs that are kept for one shelf; the oldest go first."""
MOST_VALUES = 10_000
"""Hits of one run that are kept, most rows first; an indicator's go in together or not at all."""
MOST_LOGS = 500
"""Logs of one run that are named, those with something amiss first; all are counted."""
MOST_UNLOOKED = 100
"""Indicators that are named of those which were not looked for; all are counted."""


class MatchRun(models.Model):
    """One look through own logs for what stands on a shelf."""

    class State(models.TextChoices):
        WAITS = "waits"
        """For the node's worker: a log that was given on a page."""
        RUNS = "runs"
        DONE = "done"
        FAILED = "failed"

    shelf = models.ForeignKey("holdings.Shelf", on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(max_length=6, choices=State, default=State.RUNS)
    failure = models.TextField(blank=True)
    at = models.DateTimeField(db_index=True)
    """When it began."""
    ended_at = models.DateTimeField(null=True)
    who = models.CharField(max_length=150)
    """A person's user name, or the operator at the command line."""
    engine = models.CharField(max_length=10)
    ended = models.BooleanField(default=False)
    """Whether indicators were looked for too whose validity has ended."""
    subdomains = models.BooleanField(default=False)

    folder = models.TextField(blank=True)
    """In which all logs lie."""
    logs = models.JSONField(default=list)
    """Accounts of the logs, MOST_LOGS at most: see `record`."""
    log_count = models.PositiveIntegerField(default=0)
    unread = models.PositiveIntegerField(default=0)
    """Logs that could not be read to their end."""
    rows = models.BigIntegerField(default=0)
    bad = models.BigIntegerField(default=0)
    """Rows that could not be read."""

    held = models.PositiveIntegerField(default=0)
    """Indicators that were read from the shelf."""
    looked_for = models.PositiveIntegerField(default=0)
    not_looked_for = models.PositiveIntegerField(default=0)
    unlooked = models.JSONField(default=list)
    """`[[STIX id, name, reason], …]`, MOST_UNLOOKED at most."""

    hit_count = models.PositiveIntegerField(default=0)
    """Pairs of an indicator and a value that was seen."""
    indicator_count = models.PositiveIntegerField(default=0)
    """Indicators that were seen."""
    seen = models.JSONField(default=list)
    """By who gave them: `{"origin", "indicators", "times", "logs", "log_count"}`, most rows first."""
    more = models.BooleanField(default=False)
    """Whether there were more hits than the match hands on."""
    unrecorded = models.PositiveIntegerField(default=0)
    """Hits of which the value is not kept here."""

    kept = models.JSONField(null=True)
    """What became of the sightings: `{"by", "at", "marking", "new", "same", "refused": [[id, why], …]}`."""
    told = models.JSONField(null=True)
    """What was drafted: `{"by", "at", "marking", "drafts": [id, …], "untold": [sentence, …]}`."""

    upload = models.CharField(max_length=64, blank=True)
    """Name of the file in the node's folder, while it waits."""
    upload_name = models.CharField(max_length=200, blank=True)
    """What whoever gave it calls it."""
    leased_until = models.FloatField(default=0)
    """Unix time until which a worker has it in hand."""

    class Meta:
        indexes = [models.Index(fields=["shelf", "-at"], name="run_of_shelf")]

    def __str__(self) -> str:
        return f"{self.shelf_id} at {self.at:%Y-%m-%d %H:%M}"

    @property
    def done(self) -> bool:
        return self.state == self.State.DONE

    @property
    def pending(self) -> bool:
        return self.state in (self.State.WAITS, self.State.RUNS)


class MatchedIndicator(models.Model):
    """An indicator that was seen in a run. Times are microseconds since 1970."""

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="indicators")
    key = models.BigIntegerField(db_index=True)
    """Digest of `stix_id`, as of an entry."""
    stix_id = models.CharField(max_length=300)
    name = models.CharField(max_length=400, blank=True)
    marking = models.CharField(max_length=12, blank=True)
    origin = models.CharField(max_length=200, blank=True)
    """Who gave it; empty for our own."""
    values_count = models.PositiveIntegerField()
    times = models.BigIntegerField()
    """Rows."""
    in_time = models.BigIntegerField()
    """Rows while it was valid."""
    first = models.BigIntegerField(null=True)
    last = models.BigIntegerField(null=True)
    logs = models.JSONField(default=list)
    """The first logs, by their names below the run's folder."""
    log_count = models.PositiveIntegerField(default=0)
    whole = models.BooleanField(default=True)
    """Whether its values are kept."""
    sighting = models.CharField(max_length=300, blank=True)
    """The sighting of ours on the shelf that was made of it."""

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "stix_id"], name="one_matched_indicator")]

    def __str__(self) -> str:
        return self.name or self.stix_id


class MatchedValue(models.Model):
    """A value of an indicator, as it was seen: a hit."""

    indicator = models.ForeignKey(MatchedIndicator, on_delete=models.CASCADE, related_name="found")
    kind = models.CharField(max_length=20)
    value = models.TextField()
    times = models.BigIntegerField()
    in_time = models.BigIntegerField()
    first = models.BigIntegerField(null=True)
    last = models.BigIntegerField(null=True)
    file = models.TextField()
    """Where it was found first, with `row`."""
    row = models.BigIntegerField()
    logs = models.JSONField(default=list)
    log_count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"
