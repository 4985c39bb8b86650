"""Two databases of one installation, on either engine, of which one is open at a time."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from benchmarks.logs import SQLITE
from harness import postgres, programs

# The databases of a server, beside the one that is always there.
FIRST, SECOND, ALWAYS = "few", "many", "postgres"


@contextmanager
def server(engine: str) -> Iterator[str]:
    """The address of a database on that engine; empty for SQLite, which has a file."""
    if engine == SQLITE:
        yield ""
        return
    found = programs.postgresql()
    if found is None:
        raise postgres.ServerFailed("initdb and pg_ctl are not here.")
    with postgres.cluster(found) as address:
        with psycopg.connect(address, autocommit=True) as connected:
            connected.execute(f"CREATE DATABASE {FIRST}")
        yield address.replace(f"/{ALWAYS}?", f"/{FIRST}?")


def copied(database: str, server: str) -> str:
    """The name of another database with the same in it; nothing may be connected to the first."""
    if not server:
        other = Path(database).with_name(f"{SECOND}.sqlite3")
        shutil.copy(database, other)
        return str(other)
    with psycopg.connect(server.replace(f"/{FIRST}?", f"/{ALWAYS}?"), autocommit=True) as connected:
        connected.execute(f"CREATE DATABASE {SECOND} TEMPLATE {FIRST}")
    return SECOND


def opened(name: str) -> None:
    """Let what follows ask that database.

    A file is opened by who asks, as each request does; a server's connection stays for the next.
    """
    if connection.settings_dict["NAME"] != name:
        connection.close()
        connection.settings_dict["NAME"] = name
        if connection.vendor == "postgresql":
            connection.ensure_connection()


def analyze() -> None:
    """Let a server know what is in the database, as one that runs for long does by itself."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def worked() -> int:
    """How long a processor has worked so far for this process and the database, in nanoseconds.

    What others do with the machine meanwhile isn't in it, as it is in a time on the clock.
    """
    own = time.process_time_ns()
    return own if connection.vendor == "sqlite" else own + _worked_by_server()


def _worked_by_server() -> int:
    """The part of the process that answers this connection, as Linux counts it."""
    server = connection.connection.info.backend_pid
    return int(Path(f"/proc/{server}/schedstat").read_text().split()[0])
