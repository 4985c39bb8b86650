"""Clears away what has ended, and tells what was only counted."""

from django.contrib.sessions.models import Session
from django.utils import timezone

from secretsapp.models import CacheEntry, SignedIn
from secretsapp.rules import noting


def tell_counted() -> int:
    """Let the log hold how many refusals were counted and not told; gives how many events."""
    return noting.tell_counted()


def clear_expired_cache() -> int:
    """Delete what has expired in the cache, and nothing else; gives how many rows went."""
    return CacheEntry.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def clear_ended_sessions() -> int:
    """Delete what people were shown of sessions that have ended; gives how many rows went."""
    living = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return SignedIn.objects.exclude(stored_key__in=living).delete()[0]
