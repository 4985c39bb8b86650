"""Run a command with DATABASE_URL naming a PostgreSQL that is there for this command alone.

    python -m tests.postgres COMMAND...

TEST_DATABASE_URL is used where it is set. Else a cluster is made in a temporary directory, on a
Unix socket only, and is gone afterwards.
"""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from urllib.parse import quote

from tests import lanes

SUPERUSER = "sealroom"

# Nothing here outlives the command, so nothing waits for the disk.
SERVER_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
)


class ServerFailed(Exception):
    """A program of PostgreSQL did not do what was asked; the message is what it said."""


def main(command: Sequence[str]) -> int:
    """Run `command` with a database; the status is the command's own."""
    if not command:
        sys.exit("Say which command to run: python -m tests.postgres COMMAND...")
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        return run(command, given)
    programs = lanes.postgresql()
    if programs is None:
        return skipped("initdb and pg_ctl are not here, and TEST_DATABASE_URL is not set")
    signal.signal(signal.SIGTERM, end_in_order)
    try:
        with cluster(programs) as address:
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


@contextmanager
def cluster(programs: Path, options: str = SERVER_OPTIONS) -> Iterator[str]:
    """The address of a new cluster, which is stopped and removed at the end."""
    home = Path(tempfile.mkdtemp(prefix="sealroom-pg-"))
    owner = server_user()
    if owner is not None:
        os.chown(home, owner.pw_uid, owner.pw_gid)
    server = Server(programs, home, owner, options)
    try:
        server.start()
        yield f"postgres://{SUPERUSER}@/postgres?host={quote(str(home), safe='')}"
    finally:
        try:
            server.stop()
        finally:
            shutil.rmtree(home, ignore_errors=True)


def server_user() -> pwd.struct_passwd | None:
    """Whom the server runs as where we are root, which PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


class Server:
    """PostgreSQL's programs over one directory, which holds the data, the socket and the log."""

    def __init__(
        self, programs: Path, home: Path, owner: pwd.struct_passwd | None, options: str
    ) -> None:
        self.programs = programs
        self.home = home
        self.owner = owner
        self.options = options

    def start(self) -> None:
        """Make the cluster and wait until it answers."""
        self._program(
            "initdb",
            f"--username={SUPERUSER}",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        )
        options = f"{self.options} -k '{self.home}'"
        log = str(self.home / "log")
        self._program("pg_ctl", "start", "--wait", f"--log={log}", f"--options={options}")

    def stop(self) -> None:
        """Stop the server if it runs."""
        if (self.home / "data" / "postmaster.pid").exists():
            self._program("pg_ctl", "stop", "--wait", "--mode=immediate")

    def _program(self, name: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self.programs / name), f"--pgdata={self.home / 'data'}", *arguments],
            check=False,
            cwd=self.home,
            user=self.owner.pw_uid if self.owner else None,
            group=self.owner.pw_gid if self.owner else None,
            extra_groups=[] if self.owner else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        if done.returncode != 0:
            raise ServerFailed(f"{name}: {done.stderr.strip() or self._log()}")

    def _log(self) -> str:
        log = self.home / "log"
        return log.read_text(errors="replace") if log.exists() else "no word of why"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
