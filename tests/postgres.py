"""Run a command with DATABASE_URL naming a PostgreSQL that is there for this command alone.

    python -m tests.postgres COMMAND...

TEST_DATABASE_URL is used where it is set. Else a cluster is made in a temporary directory, on a
Unix socket only, and is gone afterwards. It is in memory where there is room: tests make and empty
so many tables that files on a disk take a fifth of their time.
"""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType

from harness import programs
from harness.postgres import SERVER_OPTIONS, ServerFailed, cluster
from tests import lanes

MEMORY = Path("/dev/shm")  # noqa: S108 - The cluster has a directory of its own in it.
# A container has 64 megabytes there unless it is told otherwise.
ROOM = 2**30
# What is counted of tables while they are nearly empty would change how queries are planned, by
# how long the tests take.
PLANNED_ALIKE = " -c autovacuum=off"


def main(command: Sequence[str]) -> int:
    """Run `command` with a database; the status is the command's own."""
    if not command:
        sys.exit("Say which command to run: python -m tests.postgres COMMAND...")
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return run(command, given)
    found = programs.postgresql()
    if found is None:
        return skipped("initdb and pg_ctl are not here, and TEST_DATABASE_URL is not set")
    signal.signal(signal.SIGTERM, end_in_order)
    try:
        with cluster(found, SERVER_OPTIONS + PLANNED_ALIKE, within=memory()) as address:
            return run(command, address)
    except ServerFailed as failure:
        sys.exit(f"PostgreSQL could not be started. {failure}")


def memory() -> Path | None:
    """Where files are kept in memory, if there is room for a database."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM
    return MEMORY if has_room else None


def skipped(reason: str) -> int:
    """Say that the lane did not run; that is a failure under CI=true."""
    print(f"PostgreSQL lane SKIPPED: {reason}.", flush=True)
    return 1 if lanes.under_ci() else 0


def run(command: Sequence[str], address: str) -> int:
    """Run the command with the database at `address`."""
    environment = {**os.environ, "DATABASE_URL": address}
    return subprocess.run(command, check=False, env=environment).returncode


def end_in_order(signum: int, frame: FrameType | None) -> None:
    """Turn the signal into an exit, so that the cluster is stopped and removed."""
    sys.exit(128 + signum)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
