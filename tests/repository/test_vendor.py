"""Files of other projects are unmodified, licensed and versioned."""

import hashlib
import shutil
from pathlib import Path

import pytest

from tests.repository.files import ROOT, name, repository_files

VENDORED = (ROOT / "static/vendor/bootstrap", ROOT / "tests/vendor/axe-core")
SUMS = "SHA256SUMS"


def listed(directory: Path) -> dict[str, str]:
    """The sums that are written down, by file name."""
    lines = (directory / SUMS).read_text().splitlines()
    return {file: digest for digest, file in (line.split("  ", 1) for line in lines)}


def present(directory: Path) -> dict[str, str]:
    """The sums of the files that are there, by file name."""
    files = (path for path in directory.rglob("*") if path.is_file() and path.name != SUMS)
    return {
        path.relative_to(directory).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }


@pytest.mark.parametrize("directory", VENDORED, ids=name)
def test_files_are_the_ones_that_were_fetched(directory: Path) -> None:
    assert present(directory) == listed(directory)


@pytest.mark.parametrize("directory", VENDORED, ids=name)
def test_licence_and_version_stand_beside_them(directory: Path) -> None:
    assert {"LICENSE", "VERSION"} <= present(directory).keys()
    assert (directory / "VERSION").read_text().strip()


def test_every_vendored_file_is_guarded() -> None:
    vendored = [path for path in repository_files() if "vendor" in path.parts]
    assert vendored
    assert [name(path) for path in vendored if path.parent not in VENDORED] == []


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_a_changed_directory_is_noticed(change: str, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(VENDORED[0], tmp_path / "copy"))
    if change == "edit":
        (copy / "VERSION").write_text("0\n")
    elif change == "add":
        (copy / "more.css").write_text("")
    else:
        (copy / "LICENSE").unlink()
    assert present(copy) != listed(copy)
