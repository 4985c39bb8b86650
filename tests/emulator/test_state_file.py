"""The state file: what is kept over a restart, and what happens to a file that is no good."""

import json
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from emulator import READ_SECRETS, Emulator
from emulator.documents import UnusableStateFile
from tests.emulator.caller import Caller


@pytest.fixture
def state_file(tmp_path: Path) -> Path:
    """A place for the state."""
    return tmp_path / "state.json"


def test_everything_is_there_again(state_file: Path) -> None:
    ends = datetime(2030, 1, 1, tzinfo=UTC)
    first = Emulator(state_file=state_file)
    universe = first.add_universe(1, name="Harbor", group_id=5, root_place_id=11, place_ids=(12,))
    first.add_universe(2, user_id=42)
    first.add_api_key("k", name="nightly", universes=[1], scopes={READ_SECRETS}, expires=ends)
    first.add_api_key("off", enabled=False, allowed=False, permitted=False)
    universe.put("A", b"\x00\xff value", "*.example.com", create_time="2024-01-01T00:00:00Z")

    second = Emulator(state_file=state_file)
    again = second.universes[1]
    assert again.profile == universe.profile
    assert again.secrets == universe.secrets
    assert again.key_pair == universe.key_pair
    assert second.universes[2].profile == first.universes[2].profile
    assert second.api_keys == first.api_keys


def test_every_kind_of_change_is_kept(state_file: Path) -> None:
    with Emulator(state_file=state_file) as emulator:
        emulator.add_api_key("k")
        universe = emulator.add_universe(1)
        with Caller(emulator.url, 1, "k") as caller:
            for name in ("CREATED", "UPDATED", "DELETED"):
                caller.create(name, b"first", domain="*")
            caller.update("UPDATED", b"second", domain="")
            caller.delete("DELETED")
        universe.rotate_key_pair()
    again = Emulator(state_file=state_file).universes[1]
    assert again.values == {"CREATED": b"first", "UPDATED": b"second"}
    assert again.secrets == universe.secrets
    assert again.key_pair == universe.key_pair


def test_times_go_on_after_the_last_one_kept(state_file: Path) -> None:
    first = Emulator(state_file=state_file).add_universe(1).put("A", b"value")
    later = json.loads(state_file.read_text())
    later["last_tick"] *= 2
    state_file.write_text(json.dumps(later))
    after = Emulator(state_file=state_file).universes[1].put("B", b"value")
    assert after.update_time > first.update_time
    assert int(after.update_time[:4]) > 2050


def test_the_file_is_for_its_owner_alone_and_no_other_is_left_behind(state_file: Path) -> None:
    state_file.write_text(
        json.dumps({"format": 1, "last_tick": 0, "universes": [], "api_keys": []})
    )
    state_file.chmod(0o644)
    Emulator(state_file=state_file).add_universe(1).put("A", b"value")
    assert stat.S_IMODE(state_file.stat().st_mode) == 0o600
    assert list(state_file.parent.iterdir()) == [state_file]


def test_a_write_that_fails_leaves_the_file_as_it_was(state_file: Path) -> None:
    universe = Emulator(state_file=state_file).add_universe(1)
    before = state_file.read_bytes()
    with pytest.raises(TypeError):
        universe.put("A", b"value", domain=object())  # type: ignore[arg-type]  # No JSON holds it.
    assert state_file.read_bytes() == before
    assert list(state_file.parent.iterdir()) == [state_file]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b"{}",
        b'{"format": 2}',
        b'{"format": 1, "last_tick": 0, "universes": [{}], "api_keys": []}',
        b'{"format": 1, "last_tick": 0, "universes": 7, "api_keys": []}',
        b'{"format": 1, "last_tick": "x", "universes": [], "api_keys": []}',
        b'{"format": 1, "last_tick": 0, "universes": [], "api_keys": [{"key": "k"}]}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_state_is_refused_and_left_alone(
    state_file: Path, content: bytes
) -> None:
    state_file.write_bytes(content)
    with pytest.raises(UnusableStateFile, match=r"state\.json"):
        Emulator(state_file=state_file)
    assert state_file.read_bytes() == content


def test_a_file_that_cannot_be_replaced_leaves_nothing_beside_it(state_file: Path) -> None:
    emulator = Emulator(state_file=state_file)
    state_file.mkdir()
    with pytest.raises(UnusableStateFile, match="written: Is a directory"):
        emulator.add_universe(1)
    assert list(state_file.parent.iterdir()) == [state_file]


def test_a_place_that_cannot_be_read_or_written_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableStateFile, match="read"):
        Emulator(state_file=tmp_path)
    emulator = Emulator(state_file=tmp_path / "missing" / "state.json")
    with pytest.raises(UnusableStateFile, match="written"):
        emulator.add_universe(1)


def test_servers_that_run_keep_what_they_read(state_file: Path) -> None:
    first = Emulator(state_file=state_file).add_universe(1, root_place_id=11)
    first.put("A", b"\xff old")
    ended, runs = first.fleet.start(11, 2)
    first.fleet.end(ended)
    first.put("A", b"new")
    again = Emulator(state_file=state_file).universes[1].fleet
    assert again.servers == {runs: first.fleet.servers[runs]}
    assert again.read(runs, "A") == b"\xff old"
