"""Leaves changes behind whose outcome is not known, as faults of Roblox do."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from emulator import Emulator, Fault
from secretsapp.core.errors import OutcomeUnknown
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Change, Secret, Universe
from secretsapp.secrets import changes
from secretsapp.universes import refreshing
from tests.stage import STAGEHAND, Cast

METHODS = {"create": "POST", "rotate": "PATCH", "delete": "DELETE"}


def make(kind: str, cast: Cast, universe: Universe) -> Change:
    """Let the manager create NEW_KEY, or rotate or delete PAY_KEY."""
    actor = cast["manager"].actor
    if kind == "create":
        value = Plaintext(b"new")
        return changes.create(
            actor=actor, universe=universe, name="NEW_KEY", value=value, domain="*"
        )
    if kind == "rotate":
        return changes.rotate(
            actor=actor, universe=universe, name="PAY_KEY", value=Plaintext(b"new")
        )
    return changes.delete(actor=actor, universe=universe, name="PAY_KEY")


def leave_open(
    kind: str, fault: Fault, emulator: Emulator, cast: Cast, universe: Universe
) -> Change:
    """Make a write whose answer never comes, and give its change."""
    emulator.inject(fault, method=METHODS[kind])
    with pytest.raises(OutcomeUnknown):
        make(kind, cast, universe)
    return Change.objects.order_by("-started_at")[0]


@contextmanager
def later(minutes: int = 10) -> Iterator[None]:
    """Minutes later, when nothing that was sent can still be on its way."""
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        yield


def mirrored(universe: Universe, name: str = "PAY_KEY") -> Secret:
    """The row of that secret."""
    return Secret.objects.get(universe=universe, name=name)


def refresh_later(universe: Universe) -> bool:
    """Refresh once our own writes lie far enough back to be compared."""
    let_rest(universe)
    with later(minutes=30):
        return refreshing.refresh(STAGEHAND, universe)


def let_rest(universe: Universe) -> None:
    """Let the last refresh lie so far back that the next may come at once."""
    Universe.objects.filter(pk=universe.pk).update(sync_tried_at=None)
