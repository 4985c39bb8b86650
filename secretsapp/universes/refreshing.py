"""Reads what Roblox lists of a universe and lets the mirror have it, one reader at a time."""

from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import SealroomError
from secretsapp.core.roles import Permission
from secretsapp.models import Universe
from secretsapp.opencloud.client import LONGEST_CALL_SECONDS
from secretsapp.rules import connections
from secretsapp.rules.locks import claim
from secretsapp.rules.policy import require_somewhere
from secretsapp.rules.roblox import in_our_words
from secretsapp.universes import mirror

SHORTEST_INTERVAL = timedelta(seconds=10)
CLAIM = timedelta(seconds=5 * LONGEST_CALL_SECONDS)


def refresh(actor: Actor, universe: Universe, *, rested_for: timedelta = SHORTEST_INTERVAL) -> bool:
    """Read the universe's secrets from Roblox and store them; say whether that was done.

    It is not where a refresh is under way or was tried within `rested_for`. A failure of Roblox
    is stored with the universe, to be shown, and does not raise. The events name the system:
    no one chose what is found.
    """
    require_somewhere(actor, Permission.LIST_SECRETS, universe.pk)
    began = timezone.now()
    if not _claim(universe, began, rested_for):
        return False
    try:
        client_of_key = connections.client_of(actor, universe.api_key)
        with in_our_words(only_reads=True), client_of_key as client:
            listing = client.list_secrets(universe.pk)
    except SealroomError as error:
        _release(universe, sync_failure=str(error))
        return False
    mirror.store(universe, listing, began=began)
    _release(universe, sync_failure="")
    return True


def _claim(universe: Universe, now: datetime, rested_for: timedelta) -> bool:
    rested = Q(sync_tried_at__isnull=True) | Q(sync_tried_at__lt=now - rested_for)
    found = Universe.objects.filter(rested, pk=universe.pk)
    return bool(claim(found, lasting=CLAIM, column="sync_claimed_until", sync_tried_at=now))


def _release(universe: Universe, *, sync_failure: str) -> None:
    Universe.objects.filter(pk=universe.pk).update(
        sync_claimed_until=None, sync_failure=sync_failure
    )
