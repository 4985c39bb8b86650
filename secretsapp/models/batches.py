"""Batches: many changes that one person asked for at once, each sealed and waiting for its turn."""

import uuid
from typing import ClassVar

from django.db import models

from secretsapp.models.accounts import User
from secretsapp.models.secrets import ChangeKind
from secretsapp.models.universes import ApiKey, Universe


class BatchState(models.TextChoices):
    """Whether its items are sent; one that ended goes on where some are tried again."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    ENDED = "ended"


class ItemState(models.TextChoices):
    """How far an item came. The first three are open; a proposal waits for another person."""

    WAITING = "waiting"
    STARTED = "started"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    PROPOSED = "proposed"
    FAILED = "failed"
    UNDETERMINED = "undetermined"
    CANCELLED = "cancelled"


OPEN_ITEMS = (ItemState.WAITING, ItemState.STARTED, ItemState.UNKNOWN)


class Batch(models.Model):
    """Who asked for it, by which door, and why; its events name them.

    `generation` is that of the person's sessions when they asked: once those were ended, nobody
    else may let it go on. `halted` says why it was paused by Sealroom itself, and
    `paused_at` since when it is.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.RUNNING)
    reason = models.TextField(blank=True)
    person = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    generation = models.IntegerField(null=True)
    actor_kind = models.CharField(max_length=10)
    actor_name = models.CharField(max_length=254)
    door = models.CharField(max_length=10)
    address = models.CharField(max_length=45, blank=True)
    session_id = models.CharField(max_length=16, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    run_by = models.CharField(max_length=254, blank=True)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    halted = models.TextField(blank=True)
    paused_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["person", "made_at"], name="batch_of_person"),
            models.Index(
                fields=["made_at"],
                condition=models.Q(ended_at__isnull=True),
                name="batch_open",
            ),
        ]

    def __str__(self) -> str:
        return f"batch of {self.size}: {self.state}"


class BatchItem(models.Model):
    """One change of a batch; `box` is the sealed value, and empty once the item has ended.

    What failed keeps it as long as it may be tried again (`may_retry`). `mac` authenticates what
    is to be sent, under an audit key: someone who writes the database can put no other value in
    its place. Its `change` is the one that was written down for it, at most one at a time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=ItemState.choices, default=ItemState.WAITING)
    kind = models.CharField(max_length=10, choices=ChangeKind.choices)
    universe = models.ForeignKey(Universe, on_delete=models.SET_NULL, null=True, related_name="+")
    universe_name = models.CharField(max_length=100)
    name = models.CharField(max_length=64)
    domain = models.CharField(max_length=253, blank=True)
    seen_domain = models.CharField(max_length=253, blank=True)
    seen_version = models.CharField(max_length=40, blank=True)
    needs_approval = models.BooleanField(default=False)
    box = models.TextField(blank=True)
    key_id = models.CharField(max_length=64, blank=True)
    key_fingerprint = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=64)
    mac_key_id = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    may_retry = models.BooleanField(default=False)
    words = models.TextField(blank=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["batch", "position"], name="batch_item_position"),
            models.UniqueConstraint(fields=["batch", "universe", "name"], name="batch_item_secret"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["batch", "state", "may_retry"], name="batch_item_counted"),
            models.Index(
                fields=["position"],
                condition=models.Q(state=ItemState.WAITING),
                name="batch_item_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.state}"


class Lane(models.Model):
    """The items of one API key, which one worker sends at a time; `wait_until` is Roblox's limit.

    `words` say why they wait.
    """

    api_key = models.OneToOneField(ApiKey, on_delete=models.CASCADE, primary_key=True)
    claimed_until = models.DateTimeField(null=True)
    wait_until = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)
    words = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"lane of {self.api_key_id}"
