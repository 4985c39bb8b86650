"""Clears away what has ended."""

from django.utils import timezone

from secretsapp.models import CacheEntry


def clear_expired_cache() -> int:
    """Delete what has expired in the cache, and nothing else; gives how many rows went."""
    return CacheEntry.objects.filter(expires_at__lte=timezone.now()).delete()[0]
