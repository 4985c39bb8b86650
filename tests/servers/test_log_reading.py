"""The logs of servers, looked through for secrets that aren't there; of lines nothing is kept."""

from datetime import timedelta

import pytest
from django.utils import timezone

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.core.errors import Forbidden
from secretsapp.models import LogReading, Universe
from secretsapp.servers import log_reading
from tests.stage import Cast

pytestmark = [pytest.mark.django_db, pytest.mark.engine]


def looked(cast: Cast, universe: Universe) -> LogReading:
    """What a look of the viewer finds."""
    assert log_reading.look(cast["viewer"].actor, universe)
    found = log_reading.of_universe(universe)
    assert found is not None
    return found


def test_servers_that_miss_a_secret_are_named_with_how_often(
    with_key: Universe, harbor: EmulatedUniverse, place: int, cast: Cast
) -> None:
    first, second = harbor.fleet.start(place, 2)
    for _ in range(3):
        harbor.fleet.read(first, "GONE")
    harbor.fleet.log(second, "Can't find secret with given key, says a player", severity=3)
    found = looked(cast, with_key)
    assert (found.looked_at, found.running, found.failure) == (2, 2, "")
    [told] = log_reading.servers_of(found)
    assert (told.job_id, told.place_id, told.lines) == (first, place, 3)
    assert told.last is not None


def test_nothing_but_the_number_is_kept_of_what_scripts_wrote(
    with_key: Universe, harbor: EmulatedUniverse, place: int, cast: Cast
) -> None:
    [job_id] = harbor.fleet.start(place)
    harbor.fleet.log(job_id, "<script>alert('pay value')</script>", severity=3)
    assert looked(cast, with_key).found == ""


def test_only_a_few_servers_are_looked_at_and_not_again_at_once(
    with_key: Universe, harbor: EmulatedUniverse, place: int, cast: Cast, emulator: Emulator
) -> None:
    harbor.fleet.start(place, 30)
    emulator.clear_requests()
    found = looked(cast, with_key)
    assert (found.looked_at, found.running) == (10, 30)
    assert len(emulator.requests) == 12
    assert not log_reading.look(cast["admin"].actor, with_key)
    assert len(emulator.requests) == 12


def test_a_failure_is_told_and_keeps_what_was_found_before(
    with_key: Universe, harbor: EmulatedUniverse, place: int, cast: Cast, emulator: Emulator
) -> None:
    [job_id] = harbor.fleet.start(place)
    harbor.fleet.read(job_id, "GONE")
    looked(cast, with_key)
    LogReading.objects.update(tried_at=timezone.now() - timedelta(minutes=5))
    emulator.add_api_key("emulated-key-for-servers", scopes=())
    found = looked(cast, with_key)
    assert len(log_reading.servers_of(found)) == 1
    assert "universe:read" in found.failure


def test_a_stranger_has_nothing_read(with_key: Universe, cast: Cast, emulator: Emulator) -> None:
    emulator.clear_requests()
    with pytest.raises(Forbidden):
        log_reading.look(cast["stranger"].actor, with_key)
    assert emulator.requests == []
    assert log_reading.of_universe(with_key) is None
