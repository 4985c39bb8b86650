"""A universe that could not be read is tried again until it can, and not too often."""

from datetime import timedelta

import pytest
from django.utils import timezone

from emulator import Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core import actor as actors
from secretsapp.models import Universe
from secretsapp.universes import refreshing, retrying
from tests.stage import STAGEHAND
from tests.support.unfinished import let_rest
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


@pytest.fixture
def unread(universe: Universe, emulator: Emulator) -> Universe:
    """Harbor, whose last reading failed ten minutes ago."""
    let_rest(universe)
    emulator.inject(faults.status(503), times=9)
    assert not refreshing.refresh(STAGEHAND, universe)
    emulator.clear_faults()
    emulator.clear_requests()
    rest(minutes=10)
    return universe


def rest(*, minutes: float) -> None:
    """Let every universe have been tried that long ago."""
    Universe.objects.update(sync_tried_at=timezone.now() - timedelta(minutes=minutes))


def retry() -> list[Universe]:
    """Do what the worker does."""
    return retrying.retry_unread(actors.system("refresh"))


def test_what_can_be_read_again_is_read_once_by_the_system(
    unread: Universe, harbor: EmulatedUniverse, emulator: Emulator
) -> None:
    harbor.put("APPEARED", b"value", "*")
    watch = Watch()
    assert retry() == [unread]
    unread.refresh_from_db()
    assert (unread.sync_failure, unread.secrets.count()) == ("", 4)
    assert [(event.tag, event.actor_name) for event in watch.events] == [
        ("secret.drift.appeared", "Sealroom (refresh)")
    ]
    emulator.clear_requests()
    rest(minutes=10)
    assert retry() == []
    assert emulator.requests == []


def test_what_fails_again_waits_for_its_turn(unread: Universe, emulator: Emulator) -> None:
    emulator.inject(faults.status(401), times=9)
    assert retry() == []
    asked = len(emulator.requests)
    assert asked
    assert retry() == []
    rest(minutes=4)
    assert retry() == []
    assert len(emulator.requests) == asked


def test_after_a_few_failures_the_rest_is_left_for_the_next_time(
    unread: Universe, emulator: Emulator
) -> None:
    terms = {"api_key": unread.api_key, "sync_failure": "Roblox is away."}
    Universe.objects.bulk_create(
        Universe(id=number, name=f"Quay {number}", **terms) for number in range(1, 6)
    )
    rest(minutes=10)
    emulator.inject(faults.status(401), times=99)
    retry()
    tried = Universe.objects.filter(sync_tried_at__gt=timezone.now() - timedelta(minutes=1))
    assert tried.count() == retrying.MOST_FAILED
    # Those that waited are next.
    assert retry() == []
    assert tried.count() == 2 * retrying.MOST_FAILED
