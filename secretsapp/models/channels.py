"""The tables of channels, by which others are told of events, and of what was delivered to them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q


class ChannelKind(models.TextChoices):
    """What a channel leads to."""

    DISCORD = "discord", "Discord"
    SLACK = "slack", "Slack"
    WEBHOOK = "webhook", "Webhook"
    EMAIL = "email", "Email"
    SYSLOG = "syslog", "Syslog"


class ChannelState(models.TextChoices):
    """Whether a channel is told anything; it is paused where delivering failed for a day."""

    ON = "on", "On"
    OFF = "off", "Off"
    PAUSED = "paused", "Paused"


class Rhythm(models.TextChoices):
    """How often a channel is told; all but email at once."""

    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "Once a day"
    WEEKLY = "weekly", "Once a week"


SHOWN_LIMIT = 254


class Channel(models.Model):
    """Where events are told; its id is made here, because the encryption binds it.

    `encrypted_target` is its address and what signs for it; `shown` is what people see of that.
    `rule` says which events (JSON), and `position` is the number of the last event that was dealt
    with. Until `claimed_until` one worker has it, and nothing is to be done before `next_at`.
    """

    subject_kind: ClassVar[str] = "channel"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=100, unique=True)
    kind = models.CharField(max_length=10, choices=ChannelKind.choices)
    encrypted_target = models.BinaryField()
    shown = models.CharField(max_length=SHOWN_LIMIT)
    rule = models.TextField(default="{}")
    rhythm = models.CharField(max_length=10, choices=Rhythm.choices, default=Rhythm.AT_ONCE)
    state = models.CharField(max_length=10, choices=ChannelState.choices, default=ChannelState.ON)
    why = models.TextField(blank=True)
    position = models.BigIntegerField()
    failing_since = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    delivered_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_failing(self) -> bool:
        """Whether the last thing that was to be delivered could not be."""
        return self.failing_since is not None


class DeliveryState(models.TextChoices):
    """How far a delivery came; a waiting one is tried again, and only a test fails for good."""

    WAITING = "waiting", "Failing"
    SENT = "sent", "Delivered"
    SKIPPED = "skipped", "Skipped"
    FAILED = "failed", "Failed"


class Delivery(models.Model):
    """One message to a channel, or a test of it: the events `first` to `last`, `count` of them.

    `answer` is what came back, in few words.
    """

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="deliveries")
    first = models.BigIntegerField()
    last = models.BigIntegerField()
    count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=DeliveryState.choices)
    tries = models.PositiveIntegerField(default=1)
    answer = models.CharField(max_length=300, blank=True)
    is_test = models.BooleanField(default=False)
    began_at = models.DateTimeField()
    tried_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["channel", "id"], name="delivery_of_channel"),
            models.Index(fields=["ended_at"], name="delivery_ended"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["channel"], condition=Q(state="waiting"), name="delivery_one_waits"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} to {self.last} of {self.channel_id}"
