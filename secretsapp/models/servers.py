"""How far changes have reached game servers, and the restarts that bring them there."""

import uuid
from typing import ClassVar

from django.db import models

from secretsapp.models.secrets import Change
from secretsapp.models.universes import Universe


class Rollout(models.Model):
    """How many servers started before a change, and so still have what was there before it.

    `since` is when Roblox says that the change was made; where it doesn't, `by_own_clock`, a moment
    that is surely later. `undated` servers don't tell when they started. Numbers are of the last
    reading, at `read_at`; `at_least` means that Roblox left some servers out. No server that runs
    started before the change since `out_at`.
    """

    change = models.OneToOneField(
        Change, on_delete=models.CASCADE, primary_key=True, related_name="rollout"
    )
    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="rollouts")
    since = models.DateTimeField()
    by_own_clock = models.BooleanField()
    old = models.PositiveIntegerField(null=True)
    total = models.PositiveIntegerField(null=True)
    undated = models.PositiveIntegerField(default=0)
    at_least = models.BooleanField(default=False)
    calls = models.PositiveIntegerField(default=0)
    failure = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    out_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["since"], condition=models.Q(out_at__isnull=True), name="rollout_watched"
            ),
            models.Index(fields=["tried_at"], name="rollout_tried"),
        ]

    def __str__(self) -> str:
        return f"{self.old} of {self.total}"


class RestartState(models.TextChoices):
    """How far a restart came; the first two are open. A taken one may still be under way."""

    STARTED = "started"
    UNKNOWN = "unknown"
    TAKEN = "taken"
    FAILED = "failed"
    UNDETERMINED = "undetermined"


OPEN_RESTARTS = (RestartState.STARTED, RestartState.UNKNOWN)


class ServerRestart(models.Model):
    """A restart of game servers that someone asked for: written down first, and sent once.

    `places` are the ids of places, with spaces between them; none stands for all. So are `known`
    the ids of the restarts that Roblox told of just before: with these an unknown outcome can be
    found out by reading. `remote_id` is the one that this became. `remaining` servers are still to
    end, at the last reading.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="restarts")
    state = models.CharField(max_length=15, choices=RestartState.choices)
    places = models.TextField(blank=True)
    bleed_off_minutes = models.PositiveIntegerField(null=True)
    why = models.TextField(blank=True)
    known = models.TextField(blank=True)
    remote_id = models.CharField(max_length=64, blank=True)
    actor_name = models.CharField(max_length=254)
    proposed_by = models.CharField(max_length=254, blank=True, default="")
    reason = models.TextField(blank=True)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    total = models.PositiveIntegerField(null=True)
    remaining = models.PositiveIntegerField(null=True)
    read_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["universe", "started_at"], name="restart_of_universe"),
            models.Index(
                fields=["started_at"],
                condition=models.Q(finished_at__isnull=True),
                name="restart_unfinished",
            ),
        ]

    def __str__(self) -> str:
        return f"restart: {self.state}"

    @property
    def place_ids(self) -> list[int]:
        """The places that it is for; none stands for all."""
        return [int(place) for place in self.places.split()]


class PublicationState(models.TextChoices):
    """What became of a version that was sent; the first two are open."""

    STARTED = "started"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNDETERMINED = "undetermined"


OPEN_PUBLICATIONS = (PublicationState.STARTED, PublicationState.UNKNOWN)


class Publication(models.Model):
    """A version of a place that someone sent: written down first, and sent once.

    Of the file there is its size and its SHA-256 alone. Players get the version if `is_published`;
    else it is only saved. `seen_updated_at` is when Roblox said, just before, that the place was
    updated last: with it an unknown outcome can be found out by reading.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="publications")
    place_id = models.BigIntegerField()
    is_published = models.BooleanField()
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=15, choices=PublicationState.choices)
    version = models.PositiveIntegerField(null=True)
    seen_updated_at = models.DateTimeField(null=True)
    actor_name = models.CharField(max_length=254)
    reason = models.TextField(blank=True)
    started_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["universe", "started_at"], name="publication_of_universe"),
            models.Index(
                fields=["started_at"],
                condition=models.Q(state__in=OPEN_PUBLICATIONS),
                name="publication_open",
            ),
        ]

    def __str__(self) -> str:
        return f"publication: {self.state}"

    @property
    def is_open(self) -> bool:
        """Whether it isn't known yet whether Roblox has it."""
        return self.state in OPEN_PUBLICATIONS

    @property
    def kind(self) -> str:
        """What the version is, in a word."""
        return "published" if self.is_published else "saved"


class LogReading(models.Model):
    """What the logs of some servers told, at the last reading of them.

    `found` has a line of JSON for each server in whose log a secret was looked for that isn't
    there, with how often and when last. Of what the logs say nothing else is kept: anyone's script
    wrote it.
    """

    universe = models.OneToOneField(
        Universe, on_delete=models.CASCADE, primary_key=True, related_name="log_reading"
    )
    found = models.TextField(blank=True)
    looked_at = models.PositiveIntegerField(default=0)
    running = models.PositiveIntegerField(null=True)
    failure = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{len(self.found.splitlines())} of {self.looked_at}"
