"""The table of the cache: what may be lost, such as the counts that limit sign-in attempts."""

from django.db import models

KEY_LIMIT = 250


class CacheEntry(models.Model):
    """A value as JSON text, which counts until it expires."""

    key = models.CharField(max_length=KEY_LIMIT, primary_key=True)
    value = models.TextField()
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.key
