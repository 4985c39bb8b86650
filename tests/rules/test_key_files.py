"""The files of key rings: what is added, put in front and dropped, and nothing lost by it."""

import subprocess
import sys
from pathlib import Path

import pytest
from pytest_django import Settings

from secretsapp.core.errors import ExposedKey, KeysElsewhere, KeyTrouble, NotFound, StillInUse
from secretsapp.core.keyring import generate_key
from secretsapp.rules import key_files, keys
from secretsapp.rules.keys import Ring
from tests.installation import ROOT

RINGS = pytest.mark.parametrize("ring", list(Ring))
ADD = """
import django
django.setup()
from secretsapp.rules import key_files
from secretsapp.rules.keys import Ring
for _ in range(5):
    key_files.add(Ring.MASTER)
"""


def drop(ring: Ring, key_id: str) -> None:
    """Drop a key where nothing else is to be done."""
    with key_files.dropping(ring, key_id):
        pass


@pytest.fixture
def directory(settings: Settings, tmp_path: Path) -> Path:
    """A data directory with a key in each ring, and an environment that is silent."""
    settings.KEYS_DIR = tmp_path / "keys"
    settings.MASTER_KEYS = settings.AUDIT_KEYS = None
    for ring in Ring:
        keys.generate(ring)
    return tmp_path / "keys"


@RINGS
def test_a_key_is_added_behind_put_in_front_and_dropped(directory: Path, ring: Ring) -> None:
    first = keys.key_ids(ring)[0]
    second, third = key_files.add(ring), key_files.add(ring)
    assert keys.key_ids(ring) == [first, second, third]
    key_files.promote(ring, third)
    assert keys.key_ids(ring) == [third, first, second]
    key_files.promote(ring, third)
    drop(ring, first)
    assert keys.key_ids(ring) == [third, second]
    path = directory / keys.FILES[ring]
    assert path.stat().st_mode & 0o777 == 0o600


@RINGS
def test_the_key_that_writes_is_not_dropped(directory: Path, ring: Ring) -> None:
    first = keys.key_ids(ring)[0]
    key_files.add(ring)
    with pytest.raises(StillInUse, match=f"add_key {ring.word}"):
        drop(ring, first)
    assert keys.key_ids(ring)[0] == first


def test_a_key_that_is_not_there_changes_nothing(directory: Path) -> None:
    for change in (drop, key_files.promote, key_files.number_of):
        with pytest.raises(NotFound, match="no such master key"):
            change(Ring.MASTER, "0" * 16)
    assert len(keys.key_ids(Ring.MASTER)) == 1


def test_keys_from_the_environment_are_changed_by_hand(directory: Path, settings: Settings) -> None:
    settings.MASTER_KEYS = f"{generate_key()},{generate_key()}"
    first, second = keys.key_ids(Ring.MASTER)
    assert keys.source_of(Ring.MASTER) == keys.Source(None, False, directory / "master_keys")
    by_hand = "MASTER_KEYS comes from the environment, which Sealroom doesn't change. "
    with pytest.raises(KeysElsewhere, match=by_hand + "Add the output of `openssl rand"):
        key_files.add(Ring.MASTER)
    with pytest.raises(KeysElsewhere, match=by_hand + "Move key number 2 to the front there"):
        key_files.promote(Ring.MASTER, second)
    with pytest.raises(KeysElsewhere, match=by_hand + "Remove key number 2 there"):
        drop(Ring.MASTER, second)
    key_files.promote(Ring.MASTER, first)
    settings.MASTER_KEYS_FILE = Path("/run/secrets/master_keys")
    with pytest.raises(KeysElsewhere, match="comes from /run/secrets/master_keys, which"):
        key_files.add(Ring.MASTER)


def test_a_file_that_others_can_read_is_neither_used_nor_changed(directory: Path) -> None:
    path = directory / "master_keys"
    before = path.read_bytes()
    path.chmod(0o644)
    for use in (keys.master_ring, lambda: key_files.add(Ring.MASTER)):
        with pytest.raises(ExposedKey, match=f"Run: chmod 600 {path}"):
            use()
    assert path.read_bytes() == before


def test_a_directory_that_is_away_is_a_sentence(directory: Path, settings: Settings) -> None:
    settings.KEYS_DIR = directory / "none"
    with pytest.raises(KeyTrouble, match="master_keys can't be changed: No such file"):
        key_files.add(Ring.MASTER)


@pytest.mark.process
def test_of_keys_that_processes_add_at_once_none_is_lost(
    tmp_path: Path, directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    adding = [subprocess.Popen([sys.executable, "-c", ADD], cwd=ROOT) for _ in range(3)]
    assert [process.wait(60) for process in adding] == [0, 0, 0]
    assert len(keys.key_ids(Ring.MASTER)) == 1 + 3 * 5
    assert len(list(directory.iterdir())) == 3
