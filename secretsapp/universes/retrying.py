"""Reads again the universes that Roblox could not be asked for, until it can."""

from contextlib import suppress
from datetime import timedelta

from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.models import Universe
from secretsapp.universes import refreshing

RETRY_EVERY = timedelta(minutes=5)
MOST_READ = 50
# Where Roblox is away, it is away for all: the others wait for their turn.
MOST_FAILED = 3


def retry_unread(actor: Actor) -> list[Universe]:
    """Try each whose last reading failed, once in some minutes; gives those that were read.

    Any number of processes may do this at once: each claims what it reads. Those that were tried
    longest ago come first, and after a few failures the rest is left for the next time.
    """
    failed = Universe.objects.exclude(sync_failure="").select_related("api_key")
    due = failed.filter(sync_tried_at__lt=timezone.now() - RETRY_EVERY).order_by("sync_tried_at")
    read: list[Universe] = []
    for number, universe in enumerate(due[:MOST_READ]):
        if number - len(read) >= MOST_FAILED:
            break
        # It may have been removed meanwhile.
        with suppress(NotFound):
            if refreshing.refresh(actor, universe, rested_for=RETRY_EVERY):
                read.append(universe)
    return read
