"""Clears away what has ended."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from secretsapp.models import CacheEntry, SignedIn


def clear_expired_cache() -> int:
    """Delete what has expired in the cache, and nothing else; gives how many rows went."""
    return CacheEntry.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def clear_ended_sessions() -> int:
    """Delete what people were shown of sessions that have ended; gives how many rows went."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return SignedIn.objects.exclude(stored_key__in=living).delete()[0]
