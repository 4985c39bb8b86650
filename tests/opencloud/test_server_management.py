"""Game servers and restarts, counted, listed and launched; and what Roblox may leave out."""

from datetime import UTC, datetime

import pytest

from emulator import READ_UNIVERSE, WRITE_UNIVERSE, Emulator, Universe, faults
from secretsapp.core.times import parse_roblox_time
from secretsapp.opencloud import server_management
from secretsapp.opencloud.answers import NotAllowed, Unknown, Unusable
from secretsapp.opencloud.client import Client
from secretsapp.opencloud.server_types import Counted, LogLine, PlaceForecast, Version
from tests.opencloud.calls import KEY, UNIVERSE_ID, methods

PLACE = 111
VERSION = Version(UNIVERSE_ID, PLACE, 1)
LATER = datetime(2100, 1, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def scopes(emulator: Emulator) -> None:
    emulator.add_api_key(KEY, scopes={READ_UNIVERSE, WRITE_UNIVERSE})


def counted(client: Client, before: datetime = LATER) -> Counted:
    return server_management.count_servers(client, VERSION, before=before)


def test_servers_are_counted_by_when_they_started_in_one_call(
    client: Client, emulator: Emulator, universe: Universe
) -> None:
    universe.fleet.start(PLACE, 9)
    changed = parse_roblox_time(universe.put("OLD", b"new").update_time)
    universe.fleet.start(PLACE, 3)
    assert changed
    assert counted(client, changed) == Counted(9, is_partial=False)
    [request] = emulator.requests
    assert request.query["MaxPageSize"] == "0"


def test_what_roblox_marks_as_missing_makes_a_count_partial(
    client: Client, universe: Universe
) -> None:
    universe.fleet.start(PLACE, 2)
    universe.fleet.misses_active = True
    assert counted(client) == Counted(None, is_partial=True)
    universe.fleet.misses_active, universe.fleet.misses_shut_down = False, True
    assert counted(client) == Counted(None, is_partial=False)


def test_a_list_has_each_server_once_and_none_that_ended(
    client: Client, universe: Universe
) -> None:
    gone, *jobs = universe.fleet.start(PLACE, 131)
    universe.fleet.end(gone)
    listed = server_management.list_servers(client, VERSION, pages=5)
    assert sorted(server.job_id for server in listed.servers) == sorted(jobs)
    assert not listed.is_partial
    assert all(server.created for server in listed.servers)


def test_a_list_that_is_too_long_says_so(client: Client, universe: Universe) -> None:
    universe.fleet.start(PLACE, 101)
    listed = server_management.list_servers(client, VERSION, pages=1)
    assert (len(listed.servers), listed.is_partial) == (100, True)


def test_a_server_may_not_tell_when_it_started(client: Client, universe: Universe) -> None:
    universe.fleet.start(PLACE)
    universe.fleet.omits_times = True
    listed = server_management.list_servers(client, VERSION, pages=1)
    assert [server.created for server in listed.servers] == [None]


def test_a_forecast_names_places_numbers_and_versions(client: Client, universe: Universe) -> None:
    universe.fleet.start(PLACE, 2, occupancy=4)
    universe.fleet.publish(PLACE)
    universe.fleet.start(PLACE, occupancy=1)
    assert server_management.forecast(client, UNIVERSE_ID) == [PlaceForecast(PLACE, 3, 9, (1, 2))]
    assert server_management.running_versions(client, UNIVERSE_ID, PLACE) == (1, 2)


def test_a_forecast_may_leave_out_every_number(client: Client, emulator: Emulator) -> None:
    emulator.inject(faults.status(200, {"placeForecasts": {"111": {"totalInstances": -1}}}))
    found = server_management.forecast(client, UNIVERSE_ID)
    assert found == [PlaceForecast(PLACE, None, None, None)]


@pytest.mark.parametrize(
    "answer",
    [{}, {"placeForecasts": []}, {"placeForecasts": {"x": {}}}, {"placeForecasts": {"1": 7}}],
)
def test_a_forecast_of_nothing_that_can_be_a_place_is_unusable(
    client: Client, emulator: Emulator, answer: dict[str, object]
) -> None:
    emulator.inject(faults.status(200, answer))
    with pytest.raises(Unusable):
        server_management.forecast(client, UNIVERSE_ID)


@pytest.mark.parametrize("answer", [{"gameServers": 7}, {"gameServers": {"a": 1}}])
def test_what_is_no_list_of_servers_is_unusable(
    client: Client, emulator: Emulator, answer: dict[str, object]
) -> None:
    emulator.inject(faults.status(200, answer))
    with pytest.raises(Unusable):
        server_management.list_servers(client, VERSION, pages=1)


@pytest.mark.parametrize("answer", [{}, {"filters": {}}, {"filters": {"PlaceVersion": 1}}])
def test_versions_that_are_not_told_are_unusable(
    client: Client, emulator: Emulator, answer: dict[str, object]
) -> None:
    emulator.inject(faults.status(200, answer))
    with pytest.raises(Unusable):
        server_management.running_versions(client, UNIVERSE_ID, PLACE)


def test_odd_servers_are_left_out_and_odd_counts_are_none(
    client: Client, emulator: Emulator
) -> None:
    odd = [None, 7, {}, {"jobId": "../x"}, {"jobId": "a", "status": "crashed"}, {"jobId": "b"}]
    emulator.inject(faults.status(200, {"gameServers": odd, "nextPageToken": 7}))
    listed = server_management.list_servers(client, VERSION, pages=3)
    assert [server.job_id for server in listed.servers] == ["b"]
    assert listed.is_partial
    emulator.inject(faults.status(200, {"totalCount": "12"}))
    assert counted(client) == Counted(None, is_partial=False)


def test_a_log_is_read_for_its_errors_alone(client: Client, universe: Universe) -> None:
    [job_id] = universe.fleet.start(PLACE)
    universe.fleet.log(job_id, "hello")
    universe.fleet.read(job_id, "GONE")
    [server] = server_management.list_servers(client, VERSION, pages=1).servers
    [line] = server_management.list_log(client, server, pages=1)
    assert isinstance(line, LogLine)
    assert line.message == "Can't find secret with given key"


def test_what_is_no_log_is_unusable(client: Client, emulator: Emulator, universe: Universe) -> None:
    universe.fleet.start(PLACE)
    [server] = server_management.list_servers(client, VERSION, pages=1).servers
    emulator.inject(faults.status(200, {"gameServerLogs": "x"}))
    with pytest.raises(Unusable):
        server_management.list_log(client, server, pages=1)


def test_a_launch_restarts_every_version_of_the_places_and_can_be_followed(
    client: Client, universe: Universe
) -> None:
    universe.fleet.start(PLACE, 3)
    universe.fleet.start(112, 1)
    receipt = server_management.launch_restart(
        client, UNIVERSE_ID, [PLACE], bleed_off_minutes=5, attributes={"why": "rotated"}
    )
    assert (receipt.servers, receipt.players) == (3, 15)
    [status] = server_management.list_restarts(client, UNIVERSE_ID)
    assert (status.restart_id, status.is_done) == (receipt.restart_id, False)
    assert [(place.place_id, place.remaining) for place in status.places] == [(PLACE, 3)]
    [restart] = universe.fleet.restarts.values()
    assert restart.attributes == {"why": "rotated"}


def test_a_restart_at_once_is_done_at_once(client: Client, universe: Universe) -> None:
    universe.fleet.start(PLACE, 3)
    server_management.launch_restart(
        client, UNIVERSE_ID, [PLACE], bleed_off_minutes=None, attributes={}
    )
    [status] = server_management.list_restarts(client, UNIVERSE_ID)
    assert status.is_done


def test_a_launch_whose_answer_never_came_is_unknown_and_not_repeated(
    client: Client, emulator: Emulator, universe: Universe
) -> None:
    universe.fleet.start(PLACE)
    emulator.inject(faults.cut_after())
    with pytest.raises(Unknown):
        server_management.launch_restart(
            client, UNIVERSE_ID, [PLACE], bleed_off_minutes=5, attributes={}
        )
    assert methods(emulator) == ["POST"]
    assert len(server_management.list_restarts(client, UNIVERSE_ID)) == 1


@pytest.mark.parametrize("answer", [{}, {"restartStatuses": []}])
def test_what_is_no_list_of_restarts_is_unusable(
    client: Client, emulator: Emulator, answer: dict[str, object]
) -> None:
    emulator.inject(faults.status(200, answer))
    with pytest.raises(Unusable):
        server_management.list_restarts(client, UNIVERSE_ID)


def test_a_key_without_the_scope_is_not_allowed(client: Client, emulator: Emulator) -> None:
    emulator.add_api_key(KEY)
    with pytest.raises(NotAllowed):
        server_management.forecast(client, UNIVERSE_ID)
