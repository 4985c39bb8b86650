"""What an installation keeps for its own working: its cache, its workers, the proof of its key."""

import uuid
from typing import ClassVar

from django.db import models

KEY_LIMIT = 250


class CacheEntry(models.Model):
    """A value as JSON text, which counts until it expires; what may be lost, such as limits."""

    key = models.CharField(max_length=KEY_LIMIT, primary_key=True)
    value = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key


class Budget(models.Model):
    """What all processes together have used of what a minute allows, and when some of it was."""

    name = models.CharField(max_length=30, primary_key=True)
    used = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.used}"


class KeyProof(models.Model):
    """One row: a fixed sentence under the master key of its time.

    It tells a wrong master key from a missing one.
    """

    blob = models.BinaryField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(pk=1), name="key_proof_is_single"),
        ]

    def __str__(self) -> str:
        return "proof of the master key"


class Worker(models.Model):
    """One process that works in the background; its row goes when it ends in order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"
