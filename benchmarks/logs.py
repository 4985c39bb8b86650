"""Audit logs to measure: installations on either engine, and processes that append to them."""

import subprocess  # nosec B404
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

import psycopg

from demo.place import DemoHome
from harness import postgres, programs
from secretsapp.management.processes import ENDING_SECONDS, ROOT

SQLITE, POSTGRESQL = "SQLite", "PostgreSQL"
# Nothing is served; an installation has an address all the same.
PORT = 8000
# As it is installed: a commit waits until the disk has it.
SERVER_OPTIONS = "-c listen_addresses=''"


class AppenderFailed(Exception):
    """A process that appends has ended; its own words are above."""


class Appender:
    """A process that appends to a log, or reads it, when it is told to."""

    def __init__(self, environment: dict[str, str], module: str = "benchmarks.appender") -> None:
        # Bandit asks twice what is started: our own program, by Python itself, without a shell.
        self._process = subprocess.Popen(  # noqa: S603 # nosec B603
            [sys.executable, "-m", module],
            cwd=ROOT,
            env=environment | {"DJANGO_SETTINGS_MODULE": "dashboard.settings"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()

    def do(self, word: str, number: int) -> float:
        """Let it do something, and give its answer."""
        self.begin(word, number)
        return self.answer()

    def begin(self, word: str, number: int) -> None:
        """Let it begin something."""
        if self._process.stdin:
            self._process.stdin.write(f"{word} {number}\n")
            self._process.stdin.flush()

    def answer(self) -> float:
        """The answer to what was begun; raises AppenderFailed where there is none."""
        line = self._process.stdout.readline() if self._process.stdout else ""
        if not line:
            raise AppenderFailed
        return float(line)


class Log:
    """The audit log of an installation of its own."""

    def __init__(self, directory: Path, address: str) -> None:
        given = {"DATABASE_URL": address} if address else {}
        self._environment = DemoHome(directory, PORT).environment() | given

    def set_up(self) -> None:
        """Make keys and tables."""
        self._run("setup")

    def verify(self) -> None:
        """Check the whole log; raises CalledProcessError where it is not whole."""
        self._run("verify_audit")

    def _run(self, command: str) -> None:
        subprocess.run(  # noqa: S603 # nosec B603
            [sys.executable, "manage.py", command],
            check=True,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
        )

    def said_by(self, module: str) -> str:
        """What a program prints that runs in this installation."""
        return subprocess.run(  # noqa: S603 # nosec B603
            [sys.executable, "-m", module],
            check=True,
            cwd=ROOT,
            env=self._environment | {"DJANGO_SETTINGS_MODULE": "dashboard.settings"},
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    @contextmanager
    def appenders(self, number: int) -> Iterator[Sequence[Appender]]:
        """Processes that append to it."""
        with ExitStack() as stack:
            yield [stack.enter_context(Appender(self._environment)) for _ in range(number)]

    def reviewer(self) -> Appender:
        """A process that opens its pages."""
        return Appender(self._environment, "benchmarks.reviewer")

    def exporter(self) -> Appender:
        """A process that exports it."""
        return Appender(self._environment, "benchmarks.exporter")


@contextmanager
def pair(engine: str, directory: Path) -> Iterator[tuple[Log, Log]]:
    """Two installations on that engine, in a directory that is thrown away."""
    with _addresses(engine) as addresses:
        made = [Log(directory / str(n), address) for n, address in enumerate(addresses)]
        for log in made:
            log.set_up()
        yield made[0], made[1]


@contextmanager
def _addresses(engine: str) -> Iterator[list[str]]:
    """The addresses of two databases; empty for SQLite, which has its file in the directory."""
    if engine == SQLITE:
        yield ["", ""]
        return
    found = programs.postgresql()
    if found is None:
        raise postgres.ServerFailed("initdb and pg_ctl are not here.")
    with postgres.cluster(found, SERVER_OPTIONS) as address:
        with psycopg.connect(address, autocommit=True) as connected:
            connected.execute("CREATE DATABASE few")
            connected.execute("CREATE DATABASE many")
        yield [address.replace("/postgres?", f"/{name}?") for name in ("few", "many")]
