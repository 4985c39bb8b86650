"""The mirror of what Roblox lists, beside what only we know of a secret. Never a value."""

from datetime import datetime
from typing import ClassVar

from django.db import models

from secretsapp.core.times import parse_roblox_time
from secretsapp.models.accounts import User
from secretsapp.models.changes import Change
from secretsapp.models.universes import Universe

# Changed outside Sealroom, or missing: there are few of these among many.
UNUSUAL = models.Q(missing_since__isnull=False) | models.Q(drifted_at__isnull=False)


class Secret(models.Model):
    """A secret of a universe; the times are Roblox's own text, so that they compare exactly.

    `unsure` means that our own writes left it open what Roblox holds (overlapping writes, an
    answer without times): the next refresh takes over what it reads and calls it no drift.
    """

    universe = models.ForeignKey(Universe, on_delete=models.CASCADE, related_name="secrets")
    name = models.CharField(max_length=64)
    domain = models.CharField(max_length=253, blank=True)
    key_id = models.CharField(max_length=64, blank=True)
    create_time = models.CharField(max_length=40, blank=True)
    update_time = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    last_change = models.ForeignKey(Change, on_delete=models.SET_NULL, null=True, related_name="+")
    drifted_at = models.DateTimeField(null=True)
    missing_since = models.DateTimeField(null=True)
    unsure = models.BooleanField(default=False)

    class Meta:
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["universe", "name"], name="secret_name_unique"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["universe"], condition=UNUSUAL, name="secret_unusual"),
            # The first page counts by these, and reads nothing else of a hundred thousand rows.
            models.Index(
                fields=["universe", "missing_since", "domain", "owner", "update_time"],
                name="secret_counted",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def created_at(self) -> datetime | None:
        """When Roblox says it was created, if it says so."""
        return parse_roblox_time(self.create_time)

    @property
    def updated_at(self) -> datetime | None:
        """When Roblox says it was last changed, if it says so."""
        return parse_roblox_time(self.update_time)
