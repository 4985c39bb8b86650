"""Making a backup: what is in the way is a sentence, and nothing is left behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from secretsapp.operation.copies import files
from tests.installation import ROOT, Installation
from tests.shell.copies import (
    SECONDS,
    events,
    refused,
)
from tests.waiting import wait_until

pytestmark = [pytest.mark.engine, pytest.mark.process, pytest.mark.counted]


def test_a_name_that_was_taken_meanwhile_stays_with_who_took_it(tmp_path: Path) -> None:
    part, path = tmp_path / "part", tmp_path / "copy"
    part.write_bytes(b"a copy")
    path.write_bytes(b"precious")
    with pytest.raises(FileExistsError):
        files.name(part, path)
    files.unname(part, path)
    assert path.read_bytes() == b"precious"
    path.unlink()
    files.name(part, path)
    assert path.read_bytes() == b"a copy"
    files.unname(part, path)
    assert not path.exists()


def test_a_backup_that_cannot_be_written_leaves_nothing(
    installation: Installation, tmp_path: Path
) -> None:
    place = tmp_path / "place"
    place.mkdir()
    (place / "taken").write_bytes(b"precious")
    assert "already exists" in refused(installation, "backup", place / "taken")
    assert "directory" in refused(installation, "backup", place / "nowhere" / "copy")
    full = subprocess.run(
        [
            "sh",
            "-c",
            "ulimit -f 60; exec $1 manage.py backup $0",
            str(place / "copy"),
            sys.executable,
        ],
        # The coverage could not be written either.
        env=installation.environment | {"COVERAGE_PROCESS_START": ""},
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=SECONDS,
    )
    assert (full.returncode, full.stdout, full.stderr.count(b"\n")) == (1, b"", 1)
    assert [path.name for path in place.iterdir()] == ["taken"]
    assert (place / "taken").read_bytes() == b"precious"
    assert "backup.made" not in str(events(installation))


def is_running(process_id: int) -> bool:
    """Whether the process goes on: one that only waits to be noticed has ended."""
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def stand_in(place: Path, version: str) -> str:
    """The PATH on which pg_dump is of that version, notes how it was called, and fails."""
    program = place / "pg_dump"
    program.write_text(
        f"""#!/bin/sh
if [ "$1" = --version ]; then echo 'pg_dump (PostgreSQL) {version}'; exit; fi
echo "$@" >{place}/arguments; echo "$PGPASSWORD" >{place}/password; env >{place}/environment
if [ -e {place}/slow ]; then echo $$ >{place}/pid; exec sleep 60; fi
echo 'pg_dump: error: that went wrong' >&2; echo 'DETAIL: a row of people' >&2; exit 1
"""
    )
    program.chmod(0o700)
    return f"{place}:/bin"


def test_a_pg_dump_that_cannot_do_it_is_named_with_the_cure_and_told_no_password_aloud(
    installation: Installation, tmp_path: Path
) -> None:
    if "DATABASE_URL" not in installation.environment:
        pytest.skip("SQLite is copied without a program")
    absent = refused(installation, "backup", tmp_path / "copy", PATH=str(tmp_path))
    assert "pg_dump is not installed. Install the PostgreSQL client" in absent
    old = refused(installation, "backup", tmp_path / "copy", PATH=stand_in(tmp_path, "9.6.24"))
    assert "pg_dump has version 9, but the server has version" in old
    failed = refused(
        installation,
        "backup",
        tmp_path / "copy",
        PATH=stand_in(tmp_path, "99.1"),
        DATABASE_PASSWORD="hunter2",
    )
    assert failed == "pg_dump failed: that went wrong.\n"
    assert "hunter2" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "password").read_text() == "hunter2\n"
    assert "OPEN_CLOUD_URL" in installation.environment
    assert "OPEN_CLOUD_URL" not in (tmp_path / "environment").read_text()
    address = f"{installation.environment['DATABASE_URL']}&sslpassword=hunter2"
    unsaid = refused(installation, "backup", tmp_path / "copy", DATABASE_URL=address)
    assert "DATABASE_URL has the option sslpassword" in unsaid
    assert "hunter2" not in unsaid
    assert not (tmp_path / "copy").exists()


def test_a_backup_that_is_told_to_end_leaves_nothing_and_nobody(
    installation: Installation, tmp_path: Path
) -> None:
    if "DATABASE_URL" not in installation.environment:
        pytest.skip("SQLite is copied without a program")
    place = tmp_path / "place"
    place.mkdir()
    (tmp_path / "slow").touch()
    slow = Installation(
        installation.data_dir, installation.environment | {"PATH": stand_in(tmp_path, "99.1")}
    )
    with slow.start("manage.py", "backup", str(place / "copy"), stderr=subprocess.PIPE) as process:
        ends = time.monotonic() + SECONDS
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text():
            assert time.monotonic() < ends
            time.sleep(0.05)
        assert list(place.iterdir()) != []
        process.send_signal(signal.SIGTERM)
        sentence = process.communicate(timeout=SECONDS)[1]
    assert (process.returncode, sentence[:11]) == (130, b"Interrupted")
    assert list(place.iterdir()) == []
    # It was killed; whose parent has ended may take a moment to go.
    child = int((tmp_path / "pid").read_text())
    wait_until(lambda: not is_running(child))
