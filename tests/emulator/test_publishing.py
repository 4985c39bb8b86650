"""Publishing a place: what it answers, which servers get the version, and what is refused."""

from collections.abc import Iterator

import pytest
import requests

from emulator import READ_UNIVERSE, WRITE_PLACES, Emulator, Universe
from tests.emulator.caller import Caller

UNIVERSE_ID, PLACE, ELSEWHERE = 5, 111, 222
KEY = "the-key-for-servers"
RBXL, RBXLX = b"<roblox!\x89\xff", b"<roblox version='4'></roblox>"


@pytest.fixture
def universe(emulator: Emulator) -> Universe:
    emulator.add_api_key(KEY, scopes={READ_UNIVERSE, WRITE_PLACES})
    emulator.add_universe(6, root_place_id=ELSEWHERE)
    return emulator.add_universe(UNIVERSE_ID, root_place_id=PLACE)


@pytest.fixture
def caller(emulator: Emulator, universe: Universe) -> Iterator[Caller]:
    with Caller(emulator.url, universe.id, KEY) as ready:
        yield ready


def publish(
    caller: Caller,
    content: bytes = RBXL,
    media_type: str = "application/octet-stream",
    *,
    query: str = "?versionType=Published",
    place: object = PLACE,
    universe: object = UNIVERSE_ID,
) -> requests.Response:
    path = f"/universes/v1/{universe}/places/{place}/versions{query}"
    return caller.call("POST", path, data=content, headers={"content-type": media_type})


def updated(caller: Caller) -> str:
    """When the place was updated last."""
    answer = caller.call("GET", f"/cloud/v2/universes/{UNIVERSE_ID}/places/{PLACE}")
    return str(answer.json()["updateTime"])


def test_servers_that_start_later_have_a_published_version_and_no_others(
    caller: Caller, universe: Universe
) -> None:
    [old] = universe.fleet.start(PLACE)
    before = updated(caller)
    answer = publish(caller)
    assert (answer.status_code, answer.json()) == (200, {"versionNumber": 2})
    assert answer.headers["content-type"].startswith("text/plain")
    [new] = universe.fleet.start(PLACE)
    assert [universe.fleet.servers[job].version for job in (old, new)] == [1, 2]
    assert updated(caller) > before


def test_a_saved_version_has_a_number_and_no_server_starts_with_it(
    caller: Caller, universe: Universe
) -> None:
    before = updated(caller)
    saved = publish(caller, RBXLX, "application/xml", query="?versionType=Saved")
    assert saved.json() == {"versionNumber": 2}
    assert (universe.fleet.latest_of(PLACE), updated(caller)) == (1, before)
    assert publish(caller).json() == {"versionNumber": 3}
    assert universe.fleet.latest_of(PLACE) == 3


@pytest.mark.parametrize(
    ("content", "media_type", "query"),
    [
        (b"", "application/octet-stream", "?versionType=Published"),
        (RBXL, "application/xml", "?versionType=Published"),
        (RBXLX, "application/octet-stream", "?versionType=Published"),
        (RBXL, "text/plain", "?versionType=Published"),
        (RBXL, "application/octet-stream", "?versionType=published"),
        (RBXL, "application/octet-stream", ""),
    ],
)
def test_what_is_not_as_documented_is_refused(
    caller: Caller, universe: Universe, content: bytes, media_type: str, query: str
) -> None:
    assert publish(caller, content, media_type, query=query).status_code == 400
    assert universe.fleet.latest_of(PLACE) == 1


@pytest.mark.parametrize(
    ("place", "universe_id", "status"),
    [
        (ELSEWHERE, UNIVERSE_ID, 409),
        (333, UNIVERSE_ID, 404),
        ("x", UNIVERSE_ID, 404),
        (PLACE, 9, 404),
    ],
)
def test_a_place_of_elsewhere_or_of_nowhere_is_told_apart(
    caller: Caller, place: object, universe_id: int, status: int
) -> None:
    assert publish(caller, place=place, universe=universe_id).status_code == status


def test_a_key_without_the_scope_is_a_401(caller: Caller, emulator: Emulator) -> None:
    emulator.add_api_key(KEY, scopes={READ_UNIVERSE})
    assert publish(caller).status_code == 401


def test_ten_mebibytes_pass_and_no_more(caller: Caller) -> None:
    assert publish(caller, RBXL.ljust(10 * 1024 * 1024, b"a")).status_code == 200
    assert publish(caller, RBXL.ljust(10 * 1024 * 1024 + 1, b"a")).status_code == 413


def test_thirty_a_minute_are_taken() -> None:
    with Emulator(rate_limit=300) as emulator:
        emulator.add_api_key(KEY, scopes={WRITE_PLACES})
        emulator.add_universe(UNIVERSE_ID, root_place_id=PLACE)
        with Caller(emulator.url, UNIVERSE_ID, KEY) as caller:
            statuses = [publish(caller).status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
