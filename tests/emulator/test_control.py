"""What tests do to the emulator from the inside: watch it, change it, stop and start it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests

from emulator import Emulator, EmulatorFailed, Universe, faults
from tests.emulator.caller import Caller, connect


def test_a_secret_put_behind_the_back_is_listed(caller: Caller, universe: Universe) -> None:
    universe.put("A", b"value", "*")
    (secret,) = caller.list_secrets().json()["secrets"]
    assert (secret["id"], secret["domain"]) == ("A", "*")


def test_a_secret_changed_behind_the_back_has_a_later_time(universe: Universe) -> None:
    before = universe.put("A", b"before", "old.example.com")
    after = universe.put("A", b"after")
    assert after.create_time == before.create_time
    assert after.update_time > before.update_time
    assert universe.values == {"A": b"after"}


def test_a_secret_can_be_put_with_times_of_long_ago(universe: Universe) -> None:
    created = datetime(2024, 1, 2, 3, 4, 5, 600000, tzinfo=timezone(timedelta(hours=1)))
    record = universe.put("A", b"value", create_time=created, update_time="2024-06-01T00:00:00Z")
    assert record.create_time == "2024-01-02T02:04:05.6000000Z"
    assert record.update_time == "2024-06-01T00:00:00Z"


def test_a_time_without_a_time_zone_is_refused(universe: Universe) -> None:
    with pytest.raises(ValueError, match="time zone"):
        universe.put("A", b"value", create_time=datetime.now(UTC).replace(tzinfo=None))
    assert universe.values == {}


def test_a_secret_removed_behind_the_back_is_gone(caller: Caller, universe: Universe) -> None:
    universe.put("A", b"value")
    universe.remove("A")
    assert caller.delete("A").status_code == 404
    with pytest.raises(KeyError):
        universe.remove("A")


def test_what_is_read_of_a_universe_does_not_change_it(universe: Universe) -> None:
    universe.put("A", b"value")
    universe.values.clear()
    universe.secrets.clear()
    assert universe.values == {"A": b"value"}


def test_a_record_does_not_show_its_value(universe: Universe) -> None:
    assert "sesame" not in repr(universe.put("A", b"sesame"))


def test_an_api_key_does_not_show_itself(emulator: Emulator, key: str) -> None:
    assert key not in repr(emulator.api_keys[key])


def test_a_universe_has_one_owner_and_is_added_once(emulator: Emulator, universe: Universe) -> None:
    with pytest.raises(ValueError, match="one owner"):
        emulator.add_universe(2, group_id=1, user_id=1)
    with pytest.raises(ValueError, match="already"):
        emulator.add_universe(universe.id)
    assert list(emulator.universes) == [universe.id]


def test_requests_are_recorded_as_they_came(emulator: Emulator, caller: Caller, key: str) -> None:
    caller.call("PATCH", f"{caller.path}/secrets/A?x=1&y=", data=b"body", headers={"X-Odd": "1"})
    (request,) = emulator.requests
    assert (request.method, request.path) == ("PATCH", f"{caller.path}/secrets/A")
    assert request.query == {"x": "1", "y": ""}
    assert request.headers["x-odd"] == "1"
    assert request.headers["x-api-key"] == key
    assert (request.body, request.status) == (b"body", 400)
    assert key not in repr(request)


def test_what_is_read_of_the_requests_does_not_change_them(
    emulator: Emulator, caller: Caller
) -> None:
    caller.list_secrets()
    emulator.requests[0].status = None
    emulator.requests.clear()
    assert [request.status for request in emulator.requests] == [200]


def test_recorded_requests_can_be_cleared(emulator: Emulator, caller: Caller) -> None:
    caller.list_secrets()
    emulator.clear_requests()
    caller.public_key()
    assert [request.path for request in emulator.requests] == [f"{caller.path}/secrets/public-key"]


def test_waiting_for_a_request_that_never_comes_is_a_timeout(emulator: Emulator) -> None:
    with pytest.raises(TimeoutError):
        emulator.wait_for_requests(1, timeout=0.01)


def test_waiting_for_calm_is_a_timeout_while_a_request_is_underway(emulator: Emulator) -> None:
    emulator.inject(faults.delay(60))
    with connect(emulator.url) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
        emulator.wait_for_requests(1)
        with pytest.raises(TimeoutError):
            emulator.wait_idle(timeout=0.01)
        assert emulator.requests[0].status is None


def test_a_stopped_emulator_is_unreachable_and_starts_again_at_the_same_address(
    emulator: Emulator, caller: Caller, universe: Universe
) -> None:
    universe.put("A", b"value")
    url = emulator.url
    assert caller.list_secrets().status_code == 200
    emulator.stop()
    with pytest.raises(requests.ConnectionError):
        caller.list_secrets()
    emulator.start()
    assert emulator.url == url
    assert len(caller.list_secrets().json()["secrets"]) == 1


def test_stopping_twice_is_no_harm_and_starting_twice_is_refused(emulator: Emulator) -> None:
    with pytest.raises(RuntimeError, match="running"):
        emulator.start()
    emulator.stop()
    assert emulator.stop() == []


def test_an_emulator_that_was_never_started_has_no_address() -> None:
    with pytest.raises(RuntimeError, match="not been started"):
        assert Emulator().url


def test_an_error_of_the_emulator_itself_does_not_pass_unnoticed(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with pytest.raises(EmulatorFailed):
        serve_without_a_place_for_the_state(folder)


def serve_without_a_place_for_the_state(folder: Path) -> None:
    """A write that cannot be kept: the client gets a 500, and whoever runs the emulator a word."""
    with Emulator(state_file=folder / "state.json") as emulator:
        emulator.add_api_key("k")
        universe = emulator.add_universe(1)
        universe.put("A", b"value")
        (folder / "state.json").unlink()
        folder.rmdir()
        with Caller(emulator.url, universe.id, "k") as caller:
            assert caller.delete("A").status_code == 500


def test_limit_and_latency_can_be_read_back() -> None:
    emulator = Emulator(latency_ms=40, rate_limit=120)
    assert (emulator.latency_ms, emulator.rate_limit) == (40, 120)


def test_times_follow_the_clock(universe: Universe) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    record = universe.put("A", b"value")
    assert before < datetime.fromisoformat(record.update_time) < before + timedelta(minutes=1)


def test_writes_at_once_are_all_kept_at_different_times(
    emulator: Emulator, universe: Universe, key: str
) -> None:
    def create_ten(worker: int) -> list[int]:
        with Caller(emulator.url, universe.id, key) as caller:
            return [caller.create(f"S_{worker}_{number}").status_code for number in range(10)]

    with ThreadPoolExecutor(4) as workers:
        statuses = [status for found in workers.map(create_ten, range(4)) for status in found]
    assert statuses == [201] * 40
    assert len({record.update_time for record in universe.secrets.values()}) == 40
    assert len(emulator.requests) == 80


def test_the_same_name_created_at_once_is_created_once(
    emulator: Emulator, universe: Universe, key: str
) -> None:
    def create(worker: int) -> int:
        with Caller(emulator.url, universe.id, key) as caller:
            return caller.create("A", str(worker).encode()).status_code

    with ThreadPoolExecutor(4) as workers:
        statuses = list(workers.map(create, range(4)))
    assert sorted(statuses) == [201, 409, 409, 409]
    assert universe.values == {"A": str(statuses.index(201)).encode()}
