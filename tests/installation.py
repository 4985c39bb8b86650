"""A real installation of its own: a data directory, a database, and real processes on it."""

import atexit
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import psycopg
from django.conf import settings

from tests import forked

ROOT = Path(__file__).resolve().parent.parent
COMMAND_SECONDS = 60

# Several commands in one process, for tests that are about what comes after them.
CARRY_OUT = """
import io, json, sys
import django
django.setup()
from django.core.management import call_command
for command, piped in json.load(sys.stdin):
    sys.stdin = io.TextIOWrapper(io.BytesIO(piped.encode()), encoding="utf-8")
    call_command(*command)
"""
Command = tuple[str, ...]


@dataclass(frozen=True)
class Installation:
    """A data directory and the environment under which processes use it."""

    data_dir: Path
    environment: dict[str, str]

    def run(
        self, *arguments: str, stdin: bytes = b"", environment: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a management command to its end."""
        return _run(("manage.py", *arguments), stdin, self.environment | (environment or {}))

    def succeed(self, *arguments: str, stdin: bytes = b"") -> str:
        """Run a management command that must succeed, and give its output."""
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def prepare(self, commands: Mapping[Command, str]) -> None:
        """Carry out commands that must succeed, each with what is piped into it, in one process."""
        self.execute_script(CARRY_OUT, json.dumps(list(commands.items())).encode())

    def carry_out(self, *commands: Command) -> None:
        """Carry out commands that must succeed, one after another in one process."""
        self.execute_script(CARRY_OUT, json.dumps([(each, "") for each in commands]).encode())

    def execute_script(self, script: str, piped: bytes) -> str:
        """Run Python that must succeed in a process of its own, and give its output."""
        done = self.run_script(script, piped=piped)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def run_script(
        self, script: str, *arguments: str, piped: bytes = b""
    ) -> subprocess.CompletedProcess[bytes]:
        """Run Python in a process of its own to its end, whatever that is."""
        settings_module = {"DJANGO_SETTINGS_MODULE": "dashboard.settings"}
        return _run(("-c", script, *arguments), piped, settings_module | self.environment)

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a Python program of ours, such as `manage.py work`, and let it run."""
        return subprocess.Popen(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, **options
        )

    def execute(self, statement: str) -> None:
        """Change the database past the product."""
        address = self.environment.get("DATABASE_URL")
        if address:
            with psycopg.connect(address) as connected:
                connected.execute(statement.encode())
            return
        path = self.data_dir / "sealroom.sqlite3"
        with closing(sqlite3.connect(path, timeout=COMMAND_SECONDS)) as opened, opened:
            opened.execute(statement)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query finds in the database, asked past the product."""
        address = self.environment.get("DATABASE_URL")
        if address:
            with psycopg.connect(address) as connected:
                return list(connected.execute(query.encode()).fetchall())
        path = self.data_dir / "sealroom.sqlite3"
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as opened:
            return list(opened.execute(query).fetchall())


def _run(
    arguments: tuple[str, ...], piped: bytes, environment: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """Run one of our programs to its end, in a process of its own."""
    if forked.can_make(environment, piped):
        return _server().run(arguments, piped, environment, COMMAND_SECONDS)
    return subprocess.run(
        [sys.executable, *arguments],
        input=piped,
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=COMMAND_SECONDS,
        check=False,
    )


@cache
def _server() -> forked.Server:
    """What makes processes for this one, as long as this one is there."""
    opened = ExitStack()
    atexit.register(opened.close)
    return opened.enter_context(forked.open_server())


@contextmanager
def open_installation(data_dir: Path, open_cloud_url: str) -> Iterator[Installation]:
    """An installation that `setup` has prepared, on the engine that this run of tests is about."""
    with _database() as address:
        opened = Installation(data_dir, _environment(data_dir, open_cloud_url, address))
        opened.succeed("setup")
        yield opened


@contextmanager
def open_copy(
    template: Installation, data_dir: Path, open_cloud_url: str
) -> Iterator[Installation]:
    """An installation of its own that begins as a copy of one at which nobody works."""
    shutil.copytree(template.data_dir, data_dir)
    with _database(template=template.environment.get("DATABASE_URL")) as address:
        yield Installation(data_dir, _environment(data_dir, open_cloud_url, address))


@contextmanager
def open_place(data_dir: Path, open_cloud_url: str) -> Iterator[Installation]:
    """A place for an installation, with an empty database and nothing in its data directory."""
    with _database() as address:
        yield Installation(data_dir, _environment(data_dir, open_cloud_url, address))


def _environment(data_dir: Path, open_cloud_url: str, address: str) -> dict[str, str]:
    """The environment of an installation, on SQLite where there is no address of a database."""
    environment = _clean_environment() | {
        "DATA_DIR": str(data_dir),
        "DJANGO_SETTINGS_MODULE": "tests.quick_settings",
        "GAMES_URL": open_cloud_url,
        "OPEN_CLOUD_URL": open_cloud_url,
    }
    return environment | ({"DATABASE_URL": address} if address else {})


def _clean_environment() -> dict[str, str]:
    """What a process needs of this one's environment, without this one's settings."""
    settings_of_ours = ("DATABASE_URL", "SECRET_KEY", "MASTER_KEYS", "AUDIT_KEYS", "ALLOWED_HOSTS")
    return {name: value for name, value in os.environ.items() if name not in settings_of_ours}


@contextmanager
def _database(template: str | None = None) -> Iterator[str]:
    """The address of a new PostgreSQL database, or nothing where SQLite is the engine.

    It begins empty, or as a copy of the database at the address `template`.
    """
    configured = settings.DATABASES["default"]
    if configured["ENGINE"].endswith("sqlite3"):
        yield ""
        return
    name = f"sealroom_{secrets.token_hex(6)}"
    copied = f" TEMPLATE {urlsplit(template).path[1:]}" if template else ""
    with psycopg.connect(_address(configured, "postgres"), autocommit=True) as connected:
        connected.execute(f"CREATE DATABASE {name}{copied}".encode())
    try:
        yield _address(configured, name)
    finally:
        with psycopg.connect(_address(configured, "postgres"), autocommit=True) as connected:
            connected.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def _host(configured: Mapping[str, Any]) -> str:
    """The host or socket directory, which an address without a host names as an option."""
    return str(configured["HOST"] or configured.get("OPTIONS", {}).get("host", ""))


def _address(configured: Mapping[str, Any], name: str) -> str:
    user, host = configured["USER"], _host(configured)
    password = f":{quote(configured['PASSWORD'])}" if configured["PASSWORD"] else ""
    port = f"&port={configured['PORT']}" if configured["PORT"] else ""
    return f"postgres://{user}{password}@/{name}?host={quote(host, safe='')}{port}"
