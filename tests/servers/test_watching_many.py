"""Watching a hundred universes costs few calls, however many workers do it."""

from collections import Counter
from datetime import datetime, timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core import actor as actors
from secretsapp.models import Change, Rollout, Universe
from secretsapp.models.secrets import ChangeKind, ChangeState
from secretsapp.servers import watching

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

WORKER = actors.system("servers")
MINUTE = timedelta(minutes=1)
FIRST = 9000


@pytest.fixture
def hundred(with_key: Universe, emulator: Emulator) -> list[Universe]:
    """A hundred universes, each with servers and a rotation that just took effect."""
    universes = Universe.objects.bulk_create(
        Universe(
            id=number, name=f"U{number}", api_key=with_key.api_key, server_key=with_key.server_key
        )
        for number in range(FIRST, FIRST + 200, 2)
    )
    now = timezone.now()
    for universe in universes:
        emulated = emulator.add_universe(universe.pk)
        emulated.fleet.start(universe.pk + 1, 2)
        if universe.pk % 20 == 0:
            emulated.fleet.publish(universe.pk + 1)
            emulated.fleet.start(universe.pk + 1, 2)
    Change.objects.bulk_create(_rotation(universe, now) for universe in universes)
    emulator.clear_requests()
    return universes


def _rotation(universe: Universe, now: datetime, name: str = "PAY_KEY") -> Change:
    return Change(
        kind=ChangeKind.ROTATE,
        state=ChangeState.SUCCEEDED,
        universe=universe,
        name=name,
        seen=True,
        actor_kind="person",
        actor_name="rotator@example.com",
        door="browser",
        started_at=now,
        settled_at=now,
    )


def calls_of_a_minute(emulator: Emulator) -> Counter[str]:
    """How often each endpoint was asked while three workers did their rounds; time passes then."""
    emulator.clear_requests()
    for _ in range(3):
        watching.watch_due(WORKER)
    Rollout.objects.update(tried_at=F("tried_at") - MINUTE)
    return Counter(request.path.rpartition("/")[2] for request in emulator.requests)


@pytest.mark.long
def test_a_hundred_universes_take_under_ten_calls_a_minute_of_each_endpoint(
    hundred: list[Universe], emulator: Emulator
) -> None:
    minutes = [calls_of_a_minute(emulator) for _ in range(14)]
    assert set().union(*minutes) == {"restarts:forecast", "game-servers"}
    assert all(0 < calls < 10 for minute in minutes for calls in minute.values())
    assert Rollout.objects.filter(read_at__isnull=False).count() == len(hundred)


def test_what_fails_everywhere_is_asked_no_more_often(
    hundred: list[Universe], emulator: Emulator, with_key: Universe
) -> None:
    emulator.add_api_key("emulated-key-for-servers", scopes=())
    minutes = [calls_of_a_minute(emulator) for _ in range(3)]
    assert all(sum(minute.values()) < 10 for minute in minutes)
    assert Rollout.objects.exclude(failure="").count() == sum(map(Counter.total, minutes))


def test_of_many_changes_in_one_universe_the_last_is_read_and_none_for_each(
    with_key: Universe, emulator: Emulator, harbor: EmulatedUniverse, place: int
) -> None:
    harbor.fleet.start(place, 2)
    now = timezone.now()
    changes = [
        _rotation(with_key, now - number * timedelta(seconds=1), f"KEY_{number}")
        for number in range(30)
    ]
    Change.objects.bulk_create(changes)
    emulator.clear_requests()
    assert watching.watch_due(WORKER) == 1
    assert len(emulator.requests) <= 3
    assert Rollout.objects.get(read_at__isnull=False).change.name == "KEY_0"
