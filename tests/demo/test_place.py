"""The demo's place: its own alone, and never another installation's."""

from pathlib import Path

import pytest

from demo.place import SETTINGS, DemoHome
from secretsapp.management.processes import ProcessFailed

PORT = 8000


@pytest.fixture
def place(tmp_path: Path) -> DemoHome:
    """A place for a demo."""
    return DemoHome(tmp_path / "demo", PORT)


def test_two_demos_do_not_share_a_place(place: DemoHome) -> None:
    with place.held(), pytest.raises(ProcessFailed, match="already running"), place.held():
        pass
    with place.held():
        assert place.directory.stat().st_mode & 0o777 == 0o700


def test_settings_of_whoever_starts_it_do_not_reach_the_demo(
    place: DemoHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in SETTINGS:
        monkeypatch.setenv(name, "foreign")
        monkeypatch.setenv(f"{name}_FILE", "foreign")
    environment = place.environment("http://127.0.0.1:9")
    assert "foreign" not in environment.values()
    assert environment["DATA_DIR"] == str(place.directory)
    assert environment["OPEN_CLOUD_URL"] == "http://127.0.0.1:9"
    assert environment["SITE_URL"] == "http://127.0.0.1:8000"


def test_beginning_again_removes_what_the_demo_made_and_nothing_else(place: DemoHome) -> None:
    (place.directory / "keys").mkdir(parents=True)
    made = ["keys/master_keys", "emulator.json", "sealroom.sqlite3", "sealroom.sqlite3-wal"]
    for name in (*made, "letter.txt"):
        (place.directory / name).touch()
    place.mark_seeded()
    place.clear()
    assert not place.is_seeded
    assert [path.name for path in place.directory.iterdir()] == ["letter.txt"]


def test_clearing_an_empty_place_does_nothing(place: DemoHome) -> None:
    place.clear()
    assert not place.directory.exists()
