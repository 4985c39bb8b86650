"""Run a command with DATABASE_URL naming a PostgreSQL that is there for this command alone.

    python -m tests.postgres COMMAND...

TEST_DATABASE_URL is used where it is set. Else a cluster is made in a temporary directory, on a
Unix socket only, and is gone afterwards.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from harness import programs
from harness.postgres import ServerFailed, cluster
from tests import lanes


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
        with cluster(found) as address:
            return run(command, address)
    except ServerFailed as failure:
        sys.exit(f"PostgreSQL could not be started. {failure}")


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
