"""What is said of a change after it: how many servers still have what was there before."""

from datetime import timedelta

import pytest
from django.utils import timezone

from emulator import READ_UNIVERSE, Emulator, faults
from emulator import Universe as EmulatedUniverse
from secretsapp.core import actor as actors
from secretsapp.core.errors import NotFound
from secretsapp.core.plaintext import Plaintext
from secretsapp.models import Rollout, Secret, Universe
from secretsapp.secrets import changes
from secretsapp.servers import rollouts, watching
from tests.stage import API_KEY, Cast
from tests.support.game_servers import rotate

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

SECRETS = {"universe.secret:read", "universe.secret:write"}


def rest(**passed: float) -> None:
    """Let that time have passed since each reading."""
    Rollout.objects.update(tried_at=timezone.now() - timedelta(**passed))


def seen(cast: Cast, universe: Universe, name: str = "PAY_KEY") -> rollouts.RolloutView:
    """What the viewer is told after a look."""
    viewer = cast["viewer"].actor
    watching.look(viewer, universe, name)
    found = rollouts.of_secret(viewer, universe, name)
    assert found is not None
    return found


def test_a_rotation_tells_how_many_servers_still_have_the_old_value(
    rotated: Universe, cast: Cast
) -> None:
    found = seen(cast, rotated)
    assert found.words == "9 of 12 servers still have the old value."
    assert (found.doubts, found.is_out) == ([], False)


def test_it_goes_down_to_none_and_then_asks_no_more(
    rotated: Universe, harbor: EmulatedUniverse, cast: Cast, emulator: Emulator
) -> None:
    old = [server for server in harbor.fleet.active() if server.secrets["PAY_KEY"] == b"pay value"]
    for server in old[1:]:
        harbor.fleet.end(server.job_id)
    assert seen(cast, rotated).words == "1 of 4 servers still has the old value."
    harbor.fleet.end(old[0].job_id)
    rest(minutes=1)
    found = seen(cast, rotated)
    assert (found.words, found.is_out) == ("No server has the old value.", True)
    emulator.clear_requests()
    rest(minutes=1)
    assert seen(cast, rotated).seconds is None
    assert emulator.requests == []


def test_many_who_look_cost_roblox_one_reading(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.clear_requests()
    for name in ("viewer", "admin", "rotator", "auditor"):
        watching.look(cast[name].actor, rotated, "PAY_KEY")
    paths = [request.path.rpartition("/")[2] for request in emulator.requests]
    assert paths == ["restarts:forecast", "game-servers"]


def test_a_creation_and_a_deletion_are_told_in_words_of_their_own(
    with_key: Universe, harbor: EmulatedUniverse, place: int, cast: Cast
) -> None:
    harbor.fleet.start(place, 2)
    manager = cast["manager"].actor
    value = Plaintext(b"value")
    changes.create(actor=manager, universe=with_key, name="NEW_KEY", value=value, domain="*")
    assert seen(cast, with_key, "NEW_KEY").words == "2 of 2 servers don’t have it yet."
    changes.delete(actor=manager, universe=with_key, name="PAY_KEY")
    found = seen(cast, with_key)
    assert found.words == "2 of 2 servers still have it."
    assert found.doubts == [
        "Roblox didn’t say when it changed: servers that started within a minute count."
    ]


def test_no_server_at_all_is_said_so(with_key: Universe, cast: Cast) -> None:
    rotate(with_key, cast)
    assert seen(cast, with_key).words == "No server runs."


def test_servers_that_roblox_leaves_out_make_it_a_lower_bound(
    rotated: Universe, harbor: EmulatedUniverse, place: int, cast: Cast, emulator: Emulator
) -> None:
    harbor.fleet.publish(place)
    harbor.fleet.start(place, 2)
    marked = {"gameServers": [], "activeServersFetchError": True}
    emulator.inject(faults.status(200, marked), path="versions/2/game-servers")
    found = seen(cast, rotated)
    assert found.words == "At least 9 of 14 servers still have the old value."
    assert found.doubts == ["Roblox didn’t list all servers."]


def test_what_roblox_does_not_tell_at_all_is_not_called_none(
    rotated: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    harbor.fleet.misses_active = True
    found = seen(cast, rotated)
    assert found.words == "Roblox didn’t say how many servers started before the change."
    assert not found.is_out


def test_servers_without_a_number_are_listed_and_those_without_a_time_are_told(
    rotated: Universe, harbor: EmulatedUniverse, cast: Cast
) -> None:
    harbor.fleet.misses_shut_down = True
    assert seen(cast, rotated).words == "9 of 12 servers still have the old value."
    harbor.fleet.omits_times = True
    rest(minutes=1)
    found = seen(cast, rotated)
    assert found.doubts == ["Roblox didn’t say when 12 of them started."]
    assert not found.is_out


def test_a_time_that_cannot_be_is_no_time_of_the_change(rotated: Universe, cast: Cast) -> None:
    Secret.objects.filter(name="PAY_KEY").update(update_time="2099-01-01T00:00:00.0000000Z")
    found = seen(cast, rotated)
    assert found.rollout is not None
    assert found.rollout.by_own_clock
    assert found.words == "12 of 12 servers still have the old value."


def test_a_forecast_that_does_not_come_is_said_and_tried_again(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.inject(faults.status(200, {}), path="restarts:forecast")
    found = seen(cast, rotated)
    assert found.rollout is not None
    assert found.words == "Not known yet."
    assert found.rollout.failure == "Roblox’s answer couldn’t be used."
    rest(minutes=1)
    assert seen(cast, rotated).words == "9 of 12 servers still have the old value."


def test_a_failure_keeps_what_was_read_before(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    seen(cast, rotated)
    rest(minutes=1)
    emulator.inject(faults.status(403), path="restarts:forecast")
    found = seen(cast, rotated)
    assert found.words == "9 of 12 servers still have the old value."
    assert found.rollout is not None
    assert "universe:read" in found.rollout.failure


def test_without_a_key_for_servers_it_is_said_what_is_missing(
    universe: Universe, harbor: EmulatedUniverse, place: int, cast: Cast, emulator: Emulator
) -> None:
    harbor.fleet.start(place, 2)
    rotate(universe, cast)
    emulator.clear_requests()
    found = seen(cast, universe)
    assert found.rollout is not None
    assert found.rollout.failure.startswith("Harbor has no API key for its game servers")
    assert [request.path for request in emulator.requests] == ["/api-keys/v1/introspect"]


def test_the_key_for_secrets_is_used_where_roblox_tells_that_it_may_read(
    universe: Universe, harbor: EmulatedUniverse, place: int, cast: Cast, emulator: Emulator
) -> None:
    emulator.add_api_key(API_KEY, name="automation", scopes={*SECRETS, READ_UNIVERSE})
    harbor.fleet.start(place, 2)
    rotate(universe, cast)
    assert seen(cast, universe).words == "2 of 2 servers still have the old value."


def test_who_cannot_list_the_secret_cannot_have_its_servers_read(
    rotated: Universe, cast: Cast, emulator: Emulator
) -> None:
    emulator.clear_requests()
    with pytest.raises(NotFound):
        watching.look(cast["stranger"].actor, rotated, "PAY_KEY")
    assert rollouts.of_universe(cast["stranger"].actor, rotated) == []
    assert emulator.requests == []


def test_a_later_change_that_is_out_everywhere_ends_the_watch_of_earlier_ones(
    with_key: Universe, harbor: EmulatedUniverse, place: int, cast: Cast
) -> None:
    harbor.fleet.start(place)
    rotate(with_key, cast)
    rotate(with_key, cast, "PAY_WEBHOOK")
    seen(cast, with_key)
    harbor.fleet.end(harbor.fleet.active()[0].job_id)
    harbor.fleet.start(place)
    assert seen(cast, with_key, "PAY_WEBHOOK").is_out
    assert all(view.is_out for view in rollouts.of_universe(cast["viewer"].actor, with_key))


def test_the_worker_watches_recent_changes_until_they_are_out(
    rotated: Universe, harbor: EmulatedUniverse, cast: Cast, emulator: Emulator
) -> None:
    worker = actors.system("servers")
    assert watching.watch_due(worker) == 1
    assert watching.watch_due(worker) == 0
    for server in harbor.fleet.active():
        harbor.fleet.end(server.job_id)
    rest(minutes=2)
    assert watching.watch_due(worker) == 1
    emulator.clear_requests()
    rest(minutes=2)
    assert watching.watch_due(worker) == 0
    assert emulator.requests == []


def test_the_worker_leaves_a_universe_without_a_key_alone(
    universe: Universe, cast: Cast, emulator: Emulator
) -> None:
    rotate(universe, cast)
    emulator.clear_requests()
    assert watching.watch_due(actors.system("servers")) == 0
    assert emulator.requests == []
