"""The table of the workers that are at work: each says so every few seconds."""

import uuid

from django.db import models


class Worker(models.Model):
    """One process that works in the background; its row goes when it ends in order."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    host = models.CharField(max_length=255)
    pid = models.IntegerField()
    started_at = models.DateTimeField()
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.host}:{self.pid}"
