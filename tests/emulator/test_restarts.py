"""Restarts: forecast, launch, bleed-off by the emulator's clock, and one that isn't done."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from emulator import READ_UNIVERSE, WRITE_UNIVERSE, Emulator, Universe
from emulator.clock import Clock
from tests.emulator.caller import Caller

UNIVERSE_ID, PLACE, OTHER = 5, 111, 112
KEY = "the-key-for-servers"
# A little more than one: no two times that the clock tells are the same.
MINUTE = 60_001_000_000


class Hands:
    """The hands of a clock that a test moves, in nanoseconds."""

    def __init__(self) -> None:
        self.nanoseconds = 1_790_000_000_000_000_000

    def __call__(self) -> int:
        return self.nanoseconds


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
def emulator(hands: Hands) -> Iterator[Emulator]:
    with Emulator(clock=Clock(hands)) as running:
        running.add_api_key(KEY, scopes={READ_UNIVERSE, WRITE_UNIVERSE})
        yield running


@pytest.fixture
def universe(emulator: Emulator) -> Universe:
    return emulator.add_universe(UNIVERSE_ID, root_place_id=PLACE, place_ids=(PLACE, OTHER))


@pytest.fixture
def caller(emulator: Emulator, universe: Universe) -> Iterator[Caller]:
    with Caller(emulator.url, universe.id, KEY) as ready:
        yield ready


def read(caller: Caller, what: str = "restarts") -> dict[str, Any]:
    answer = caller.call("GET", f"/server-management/v1/universes/{UNIVERSE_ID}/{what}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def launched(caller: Caller, **body: object) -> requests.Response:
    path = f"/server-management/v1/universes/{UNIVERSE_ID}/restarts"
    return caller.call("POST", path, json=body)


def place_status(caller: Caller) -> dict[str, Any]:
    [status] = read(caller)["restartStatuses"].values()
    found: dict[str, Any] = status["placeRestartStatuses"][str(PLACE)]
    return found


def test_a_forecast_tells_players_and_servers_of_each_place_by_version(
    caller: Caller, universe: Universe
) -> None:
    universe.fleet.start(PLACE, 3, occupancy=4)
    universe.fleet.publish(PLACE)
    universe.fleet.start(PLACE, occupancy=1)
    [(place, found)] = read(caller, "restarts:forecast")["placeForecasts"].items()
    assert place == str(PLACE)
    assert (found["totalPlayers"], found["totalInstances"]) == (13, 4)
    assert (found["playersImpacted"], found["instancesImpacted"]) == (12, 3)
    assert found["instancesPerVersion"] == {"1": 3, "2": 1}


def test_servers_stay_until_the_bleed_off_is_over_and_then_read_anew(
    caller: Caller, universe: Universe, hands: Hands
) -> None:
    universe.put("API_KEY", b"old")
    universe.fleet.start(PLACE, 12)
    universe.put("API_KEY", b"new")
    answer = launched(caller, bleedOffDurationMinutes=5, attributes={"why": "rotated"})
    assert answer.json()["instancesImpacted"] == 12
    assert place_status(caller)["state"] == "DELAYING"
    assert place_status(caller)["remainingInstances"] == 12
    hands.nanoseconds += 5 * MINUTE
    status = place_status(caller)
    assert (status["state"], status["remainingInstances"]) == ("SUCCEEDED", 0)
    assert status["endTime"]
    values = [each.secrets["API_KEY"] for each in universe.fleet.active()]
    assert values == [b"new"] * 12


def test_a_restart_may_be_taken_and_not_done(
    caller: Caller, universe: Universe, hands: Hands
) -> None:
    universe.fleet.start(PLACE, 2)
    universe.fleet.ignores_restarts = True
    assert launched(caller).status_code == 200
    hands.nanoseconds += 60 * MINUTE
    status = place_status(caller)
    assert (status["state"], status["remainingInstances"], status["endTime"]) == (
        "RESTARTING",
        2,
        None,
    )


def test_only_the_places_and_versions_that_are_named_restart(
    caller: Caller, universe: Universe
) -> None:
    universe.fleet.start(OTHER)
    universe.fleet.start(PLACE, 2)
    universe.fleet.publish(PLACE)
    universe.fleet.start(PLACE)
    for chosen in ({"versions": [1]}, {"versions": [7]}, {"excludeCurrentVersion": True}):
        impacted = launched(caller, places={str(PLACE): chosen}).json()["instancesImpacted"]
        assert impacted == (2 if chosen == {"versions": [1]} else 0)
    assert launched(caller, places={str(PLACE): {}}).json()["instancesImpacted"] == 3


@pytest.mark.parametrize(
    "body",
    [
        {"bleedOffDurationMinutes": 0},
        {"bleedOffDurationMinutes": 241},
        {"bleedOffDurationMinutes": "5"},
        {"attributes": "why"},
        {"attributes": {"why": "x" * 500}},
        {"places": {"999": {}}},
        {"places": [PLACE]},
        {"places": {str(PLACE): None}},
        {"places": {str(PLACE): {"versions": [1], "excludeCurrentVersion": True}}},
    ],
)
def test_a_restart_that_is_not_as_documented_is_refused(
    caller: Caller, universe: Universe, body: dict[str, object]
) -> None:
    universe.fleet.start(PLACE)
    assert launched(caller, **body).status_code == 400
    assert read(caller) == {"restartStatuses": {}}


def test_the_older_call_restarts_the_newest_version_only_if_all_are_to_close(
    caller: Caller, universe: Universe, hands: Hands
) -> None:
    universe.fleet.start(PLACE, 4)
    before = {each.job_id for each in universe.fleet.active()}
    path = f"/cloud/v2/universes/{UNIVERSE_ID}:restartServers"
    assert caller.call("POST", path, json={}).status_code == 200
    assert {each.job_id for each in universe.fleet.active()} == before
    body = {"closeAllVersions": True, "bleedOffServers": True, "bleedOffDurationMinutes": 1}
    assert caller.call("POST", path, json=body).status_code == 200
    hands.nanoseconds += MINUTE
    after = {each.job_id for each in universe.fleet.active()}
    assert (len(after), after & before) == (4, set())


@pytest.mark.parametrize(
    "body", [{"bleedOffServers": True, "bleedOffDurationMinutes": 61}, {"placeIds": [999]}]
)
def test_the_older_call_refuses_what_is_not_as_documented(
    caller: Caller, universe: Universe, body: dict[str, object]
) -> None:
    path = f"/cloud/v2/universes/{universe.id}:restartServers"
    assert caller.call("POST", path, json=body).status_code == 400
