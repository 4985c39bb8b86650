"""Roblox groups that own universes here: who could change their secrets at Roblox, as last read."""

from typing import ClassVar

from django.db import models


class RobloxGroup(models.Model):
    """A group under Roblox's own id, with what was read of it last.

    `read_at` is when owner and roles were, `looked_at` when members and the group's log were, too.
    `roles` and `log` are JSON; the log is whole since `log_since`, and `log_failure` says why it
    isn't there. Without `read_at` nothing is known.
    """

    id = models.BigIntegerField("group id", primary_key=True)
    name = models.CharField(max_length=100, blank=True)
    owner_id = models.BigIntegerField(null=True)
    roles = models.TextField(blank=True)
    log = models.TextField(blank=True)
    log_since = models.DateTimeField(null=True)
    log_failure = models.TextField(blank=True)
    read_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    failure = models.TextField(blank=True)
    claimed_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """Its name, or its id where Roblox told none."""
        return self.name or str(self.pk)


class GroupNoticeKind(models.TextChoices):
    """What changed in a group so that other people may change secrets."""

    OWNER_CHANGED = "owner_changed", "New owner"
    ROLE_ADDED = "role_added", "New role"
    ROLE_CHANGED = "role_changed", "Role changed"


class GroupNotice(models.Model):
    """A change of a group that nobody here has reviewed yet; `what` says it in words."""

    group = models.ForeignKey(RobloxGroup, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=GroupNoticeKind.choices)
    role = models.CharField(max_length=100, blank=True)
    what = models.TextField(blank=True)
    noticed_at = models.DateTimeField()

    class Meta:
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"
