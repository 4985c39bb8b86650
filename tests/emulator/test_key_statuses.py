"""Keys in every status, and how long introspection knows them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulator import Block, Emulator
from tests.emulator.caller import Caller

START = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def at_start(time_machine: Any) -> Any:
    """The clock, which stands still unless it is moved."""
    time_machine.move_to(START, tick=False)
    return time_machine


def introspection(caller: Caller, key: str) -> int:
    """The status with which introspection answers."""
    return caller.call("POST", "/api-keys/v1/introspect", json={"apiKey": key}).status_code


@pytest.mark.parametrize("block", [Block.REVOKED, Block.MODERATED, Block.USER_MODERATED])
def test_a_blocked_key_gets_the_same_401_and_is_not_introspected(
    emulator: Emulator, caller: Caller, key: str, block: Block
) -> None:
    emulator.block_api_key(key, block)
    assert caller.list_secrets().status_code == 401
    assert introspection(caller, key) == 400


def test_a_key_that_nobody_uses_for_60_days_expires(
    at_start: Any, emulator: Emulator, caller: Caller, key: str
) -> None:
    emulator.add_api_key(key)
    at_start.shift(timedelta(days=60) - timedelta(seconds=1))
    assert caller.list_secrets().status_code == 200
    at_start.shift(timedelta(days=59))
    assert caller.list_secrets().status_code == 200
    at_start.shift(timedelta(days=60))
    assert caller.list_secrets().status_code == 401


def test_a_change_of_an_unused_key_lets_it_work_again(
    at_start: Any, emulator: Emulator, caller: Caller, key: str
) -> None:
    emulator.age_api_key(key, START - timedelta(days=61))
    assert caller.list_secrets().status_code == 401
    emulator.add_api_key(key, name="renamed")
    assert caller.list_secrets().status_code == 200


def test_a_refused_request_is_no_use_of_a_key(
    at_start: Any, emulator: Emulator, caller: Caller, key: str
) -> None:
    emulator.add_api_key(key, allowed=False)
    assert caller.list_secrets().status_code == 401
    assert emulator.api_keys[key].used is None


def test_introspection_knows_a_key_for_an_hour(
    at_start: Any, emulator: Emulator, caller: Caller, key: str
) -> None:
    emulator.add_api_key(key)
    at_start.shift(timedelta(minutes=59))
    assert introspection(caller, key) == 200
    at_start.shift(timedelta(minutes=1))
    assert introspection(caller, key) == 400
    assert caller.list_secrets().status_code == 200


def test_the_state_file_keeps_what_a_key_has_come_to(tmp_path: Path) -> None:
    state = tmp_path / "state.json"
    with Emulator(state_file=state) as first:
        first.add_universe(1)
        for key in ("k", "used", "blocked"):
            first.add_api_key(key)
        first.age_api_key("k", START)
        first.block_api_key("blocked", Block.REVOKED)
        with Caller(first.url, 1, "used") as caller:
            assert caller.create("A").status_code == 201
        kept = first.api_keys
    assert Emulator(state_file=state).api_keys == kept
