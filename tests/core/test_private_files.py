"""Files of keys: nobody else reads them, and a change leaves the earlier one or the new one."""

import os
import threading
from pathlib import Path

import pytest

from secretsapp.core import private_files
from secretsapp.core.errors import ExposedKey


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file of a key that its owner alone can read."""
    path = tmp_path / "a key"
    private_files.replace(path, "key\n")
    return path


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o640, 0o440, 0o700])
def test_a_file_of_its_owner_that_a_group_may_read_is_read(file: Path, mode: int) -> None:
    file.chmod(mode)
    assert private_files.read(file) == "key\n"


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        (0o644, "read by everyone on this machine"),
        (0o604, "read by everyone on this machine"),
        (0o602, "changed by everyone on this machine"),
        (0o666, "changed by everyone on this machine"),
        (0o620, "changed by everyone in its group"),
        (0o660, "changed by everyone in its group"),
    ],
)
def test_a_file_that_is_open_to_others_is_refused_with_the_cure(
    file: Path, mode: int, words: str
) -> None:
    file.chmod(mode)
    with pytest.raises(ExposedKey) as refused:
        private_files.read(file)
    assert str(refused.value) == f"{file} can be {words}. Run: chmod 600 '{file}'"


def test_it_is_the_file_behind_a_link_that_counts(file: Path, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("a key")
    assert private_files.read(link) == "key\n"
    file.chmod(0o644)
    with pytest.raises(ExposedKey):
        private_files.read(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_a_file_of_someone_else_stays_readable_for_its_group(file: Path) -> None:
    os.chown(file, 12345, 12345)
    file.chmod(0o644)
    with pytest.raises(ExposedKey, match="Run: chmod 640 "):
        private_files.read(file)


def test_a_new_file_is_its_owners_alone(file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_replaced_keeps_mode_owner_and_the_way_to_it(
    file: Path, tmp_path: Path
) -> None:
    link = tmp_path / "link"
    link.symlink_to("a key")
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 12345, 12345)
    owner = file.stat().st_uid, file.stat().st_gid
    private_files.replace(link, "another\n")
    assert link.is_symlink()
    assert private_files.read(file) == "another\n"
    assert file.stat().st_mode & 0o777 == 0o640
    assert (file.stat().st_uid, file.stat().st_gid) == owner


def test_a_change_that_fails_leaves_the_earlier_file_and_nothing_else(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space left"):
        private_files.replace(file, "another\n")
    assert private_files.read(file) == "key\n"
    assert list(file.parent.iterdir()) == [file]


def test_one_who_changes_a_directory_keeps_the_others_waiting(tmp_path: Path) -> None:
    order: list[str] = []

    def wait_for_the_turn() -> None:
        with private_files.locked(tmp_path):
            order.append("second")

    waiting = threading.Thread(target=wait_for_the_turn)
    with private_files.locked(tmp_path):
        waiting.start()
        waiting.join(0.2)
        order.append("first")
    waiting.join()
    assert order == ["first", "second"]
