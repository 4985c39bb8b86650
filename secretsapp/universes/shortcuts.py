"""Keeps which universes a person pinned or opened last. It is theirs alone: the log is not told."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.errors import InvalidInput
from secretsapp.models import Shortcut, Universe
from secretsapp.rules.sql import PERSON, UNIVERSE, Prepared

MOST_PINNED = 8
NOTED_EVERY = timedelta(minutes=1)


def pin(actor: Actor, universe: Universe) -> None:
    """Let the universe come first in the person's sidebar.

    Raises InvalidInput where so many are pinned that it could show no other.
    """
    pinned = Shortcut.objects.filter(person_id=actor.person_id, is_pinned=True)
    if pinned.exclude(universe=universe).count() >= MOST_PINNED:
        raise InvalidInput(f"You have already pinned {MOST_PINNED} universes. Unpin one first.")
    _keep(actor, universe, is_pinned=True)


def unpin(actor: Actor, universe: Universe) -> None:
    """Take the universe from those that come first, if it is one."""
    mine = Shortcut.objects.filter(person_id=actor.person_id, universe=universe)
    mine.update(is_pinned=False)


def note_opened(actor: Actor, universe: Universe) -> bool:
    """Note that the person opened the universe, unless that was noted a short while ago.

    Says whether they pinned it.
    """
    now = timezone.now()
    found = _KNOWN.rows(person=actor.person_id, universe=universe.pk)
    is_pinned, opened_at = found[0] if found else (False, None)
    if opened_at is None or opened_at <= now - NOTED_EVERY:
        _keep(actor, universe, opened_at=now)
    return bool(is_pinned)


def _known() -> QuerySet[Shortcut, tuple[bool, datetime | None]]:
    mine = Shortcut.objects.filter(person_id=PERSON, universe_id=UNIVERSE)
    return mine.values_list("is_pinned", "opened_at")


_KNOWN = Prepared(_known)


def _keep(actor: Actor, universe: Universe, **columns: object) -> None:
    """Store it; a command, and the system, have no sidebar."""
    if actor.person_id is None:
        return
    with transaction.atomic():
        if not Shortcut.objects.filter(person_id=actor.person_id, universe=universe).update(
            **columns
        ):
            first = Shortcut(person_id=actor.person_id, universe=universe, **columns)
            # Another request of the same person may have been quicker.
            Shortcut.objects.bulk_create([first], ignore_conflicts=True)
