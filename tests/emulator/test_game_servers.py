"""Game servers: which run and since when, what they read, and what they logged."""

from typing import Any

import pytest
import requests

from emulator import READ_SECRETS, READ_UNIVERSE, WRITE_UNIVERSE, Emulator, Universe
from tests.emulator.caller import Caller

PLACE = 111


@pytest.fixture
def key() -> str:
    return "the-key-for-servers"


@pytest.fixture
def caller(emulator: Emulator, universe: Universe, key: str) -> Caller:
    emulator.add_api_key(key, scopes={READ_UNIVERSE, WRITE_UNIVERSE})
    return Caller(emulator.url, universe.id, key)


def asked(caller: Caller, universe: Universe, path: str, **query: str | int) -> requests.Response:
    """What the service of game servers answers."""
    start = f"/server-management/v1/universes/{universe.id}"
    with caller:
        return caller.call("GET", f"{start}/{path}", params=query)


def listed(caller: Caller, universe: Universe, **query: str | int) -> dict[str, Any]:
    """A page of the servers of version 1 of the root place."""
    answer = asked(caller, universe, f"places/{PLACE}/versions/1/game-servers", **query)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_server_tells_where_it_runs_since_when_and_for_how_many(
    caller: Caller, universe: Universe
) -> None:
    [job_id] = universe.fleet.start(PLACE, occupancy=7)
    [server] = listed(caller, universe)["gameServers"]
    assert (server["jobId"], server["placeId"], server["placeVersion"]) == (job_id, "111", "1")
    assert (server["occupancy"], server["status"], server["shutDown"]) == (7, "active", False)
    assert server["createTime"].endswith("Z")
    assert server["uptime"] == "0.00:00:00"


def test_a_server_keeps_what_it_read_at_its_start(universe: Universe) -> None:
    universe.put("API_KEY", b"old")
    [before] = universe.fleet.start(PLACE)
    universe.put("API_KEY", b"new")
    [after] = universe.fleet.start(PLACE)
    assert universe.fleet.read(before, "API_KEY") == b"old"
    assert universe.fleet.read(after, "API_KEY") == b"new"


def test_a_page_of_size_zero_holds_the_number_alone(caller: Caller, universe: Universe) -> None:
    universe.fleet.start(PLACE, 12)
    assert listed(caller, universe, MaxPageSize=0) == {"gameServers": [], "totalCount": 12}


def test_a_filter_counts_the_servers_that_started_before_a_time(
    caller: Caller, universe: Universe
) -> None:
    universe.fleet.start(PLACE, 9)
    changed = universe.put("API_KEY", b"new").update_time
    gone, *_ = universe.fleet.start(PLACE, 3)
    universe.fleet.end(gone)
    older = f'shutDown == false && createTime < timestamp("{changed}")'
    assert listed(caller, universe, MaxPageSize=0, Filter=older)["totalCount"] == 9
    running = listed(caller, universe, MaxPageSize=0, Filter='status in ["active"]')
    assert running["totalCount"] == 11


@pytest.mark.parametrize(
    "wrong",
    [
        "createTime",
        "nothing == 1",
        "occupancy < soon",
        'occupancy < "a"',
        'createTime < timestamp("x")',
    ],
)
def test_a_filter_that_cannot_be_read_is_refused(
    caller: Caller, universe: Universe, wrong: str
) -> None:
    universe.fleet.start(PLACE)
    path = f"places/{PLACE}/versions/1/game-servers"
    answer = asked(caller, universe, path, Filter=wrong)
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_pages_skip_no_server_while_others_come_and_go(caller: Caller, universe: Universe) -> None:
    jobs = universe.fleet.start(PLACE, 30)
    first = listed(caller, universe)
    assert len(first["gameServers"]) == 25
    universe.fleet.start(PLACE, 5)
    seen = [each["jobId"] for each in first["gameServers"]]
    rest = listed(caller, universe, MaxPageSize=100, PageToken=first["nextPageToken"])
    seen += [each["jobId"] for each in rest["gameServers"]]
    assert set(jobs) <= set(seen)
    assert len(seen) == len(set(seen))
    assert "nextPageToken" not in rest


def test_what_cannot_be_fetched_is_marked(caller: Caller, universe: Universe) -> None:
    gone, *_ = universe.fleet.start(PLACE, 3)
    universe.fleet.end(gone)
    universe.fleet.misses_active = True
    found = listed(caller, universe)
    assert found["activeServersFetchError"] is True
    assert "totalCount" not in found
    universe.fleet.misses_active, universe.fleet.misses_shut_down = False, True
    found = listed(caller, universe)
    assert (len(found["gameServers"]), found["shutdownServersFetchError"]) == (2, True)


def test_servers_may_not_tell_when_they_were_created(caller: Caller, universe: Universe) -> None:
    universe.fleet.start(PLACE)
    universe.fleet.omits_times = True
    [server] = listed(caller, universe)["gameServers"]
    assert "createTime" not in server


def test_filter_options_tell_the_versions_that_run(caller: Caller, universe: Universe) -> None:
    universe.fleet.start(PLACE)
    universe.fleet.publish(PLACE)
    universe.fleet.start(PLACE)
    path = f"places/{PLACE}/game-servers:filter-options"
    found = asked(caller, universe, path, Filter="PlaceVersion").json()
    assert found["filters"] == {
        "PlaceVersion": {"field": "PlaceVersion", "type": "Number", "values": [1, 2]}
    }


def test_a_log_has_the_line_of_a_secret_that_is_not_there(
    caller: Caller, universe: Universe
) -> None:
    [job_id] = universe.fleet.start(PLACE)
    universe.fleet.log(job_id, "Hello")
    assert universe.fleet.read(job_id, "GONE") is None
    path = f"places/{PLACE}/versions/1/game-servers/{job_id}/logs"
    lines = asked(caller, universe, path).json()["gameServerLogs"]
    assert [(line["message"], line["severity"]) for line in lines] == [
        ("Hello", 0),
        ("Can't find secret with given key", 3),
    ]
    errors = asked(caller, universe, path, Filter="severity == 3").json()["gameServerLogs"]
    assert len(errors) == 1


@pytest.mark.parametrize(
    "path",
    [
        "places/999/versions/1/game-servers",
        "places/111/versions/x/game-servers",
        "places/111/versions/1/game-servers?MaxPageSize=-1",
        "places/111/versions/1/game-servers?PageToken=x",
        "places/111/versions/1/game-servers/none/logs",
        "places/111/game-servers:filter-options?Filter=Colour",
    ],
)
def test_what_is_not_there_is_refused_with_a_number_as_status(
    caller: Caller, universe: Universe, path: str
) -> None:
    answer = asked(caller, universe, path)
    assert (answer.status_code, answer.json()["status"]) == (400, 400)


def test_the_scope_for_secrets_opens_no_servers(
    emulator: Emulator, caller: Caller, universe: Universe, key: str
) -> None:
    emulator.add_api_key(key, scopes={READ_SECRETS})
    answer = asked(caller, universe, "restarts:forecast")
    assert (answer.status_code, answer.json()["status"]) == (403, 403)


def test_each_endpoint_takes_no_more_than_its_own_limit(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    emulator.rate_limit = 120
    assert asked(caller, universe, "restarts").headers["x-ratelimit-remaining"] == "99"
    assert asked(caller, universe, "restarts:forecast").headers["x-ratelimit-remaining"] == "99"


def test_a_place_tells_its_name_and_whether_it_is_the_root(
    caller: Caller, universe: Universe
) -> None:
    with caller:
        found = caller.call("GET", f"{caller.path}/places/{PLACE}").json()
        missing = caller.call("GET", f"{caller.path}/places/999")
    assert (found["displayName"], found["root"]) == ("Place 111", True)
    assert missing.status_code == 404
