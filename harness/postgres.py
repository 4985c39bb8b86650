"""A PostgreSQL that is there for a while: a cluster in a temporary directory, on a socket only."""

import os
import pwd
import shutil
import subprocess  # nosec B404
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

SUPERUSER = "sealroom"

# Nothing here outlives the command, so nothing waits for the disk.
SERVER_OPTIONS = (
    "-c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
)


class ServerFailed(Exception):
    """A program of PostgreSQL did not do what was asked; the message is what it said."""


@contextmanager
def cluster(
    programs: Path, options: str = SERVER_OPTIONS, *, within: Path | None = None
) -> Iterator[str]:
    """The address of a new cluster, which is stopped and removed at the end.

    It is made in the directory `within`, or where temporary files are.
    """
    home = Path(tempfile.mkdtemp(prefix="sealroom-pg-", dir=within))
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
        # Bandit asks twice what is started: PostgreSQL's own programs, without a shell.
        done = subprocess.run(  # noqa: S603 # nosec B603
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
