"""Roblox connected by OAuth to look at: granted, narrow, interrupted and lost."""

from datetime import timedelta
from uuid import uuid4

from django.urls import reverse
from django.utils import timezone

from secretsapp.api_keys.remembered import as_stored
from secretsapp.models import ApiKey, OAuthAccess
from secretsapp.opencloud.types import Introspection, KeyScope
from tests.browser.catalogue import Look

READ, WRITE = "universe.secret:read", "universe.secret:write"


def _add(name: str, *scopes: str, **state: object) -> str:
    """The page of an access by OAuth in that state."""
    now, ids = timezone.now(), frozenset({6930499524, 42})
    granted = tuple(KeyScope(scope, ids) for scope in scopes)
    told = Introspection("", enabled=True, expired=False, ends="", scopes=granted, account="76")
    api_key = ApiKey.objects.create(
        id=uuid4(),
        name=name,
        is_oauth=True,
        encrypted_value=b"none",
        ends_at=now + timedelta(days=90),
        told=as_stored(told),
        told_at=now,
    )
    ends = now + timedelta(minutes=9)
    OAuthAccess.objects.create(
        api_key=api_key,
        encrypted_tokens=b"none",
        renewed_at=now - timedelta(minutes=6),
        access_ends_at=ends,
        **state,
    )
    return reverse("api_key", args=[api_key.pk])


def looks_at_connecting() -> list[Look]:
    """What connecting and a connection look like."""
    now = timezone.now()
    whole = _add("Connected", READ, WRITE)
    return [
        Look("oauth_connect", reverse("oauth_connect")),
        Look("oauth_back", reverse("oauth_back")),
        Look("oauth_again", f"{whole}connect/"),
        Look("oauth_disconnect", f"{whole}remove/"),
        Look("oauth_edit", f"{whole}edit/"),
        Look("oauth_whole", whole),
        Look("oauth_narrow", _add("Narrow", READ)),
        Look("oauth_interrupted", _add("Interrupted", READ, WRITE, renewal_began_at=now)),
        Look("oauth_lost", _add("Lost", READ, WRITE, lost_at=now, lost_why="interrupted")),
        Look("oauth_listed", reverse("api_keys")),
    ]
