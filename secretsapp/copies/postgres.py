"""PostgreSQL: a copy is an archive of pg_dump, and pg_restore puts it in place."""

import os
import re
import shutil
import subprocess  # nosec B404
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from secretsapp.copies.contents import NOT_OURS, Contents, Rows, read
from secretsapp.core.errors import CopyFailed

MAGIC = b"PGDMP"
DUMP = "pg_dump"
RESTORE = "pg_restore"
LONGEST_WORDS = 200

_NOT_SAID = frozenset({"password", "prepare_threshold"})
_OWN_TABLE = re.compile(r" TABLE DATA \S+ secretsapp_audithead ")
_OWN_FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc "
    "WHERE pronamespace = current_schema()::regnamespace AND starts_with(proname, 'sealroom_')"
)
_WHERE_ELSE = "or use the one where the database runs, as docs/operations.md says"


def save(path: Path) -> Contents:
    """Write an archive of the database as of one moment to `path`; raises CopyFailed.

    What is said of it is read under the same snapshot, so it is true of the archive.
    """
    with _snapshot() as (session, snapshot):
        _check_version(session)
        contents = read(_rows_of(session))
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        _run(session, DUMP, *options, f"--file={path}", f"--dbname={_address(session)}")
    return contents


@contextmanager
def _session() -> Iterator[Any]:
    """A connection of its own, beside whatever Django's is in the middle of."""
    session = connection.copy()
    session.ensure_connection()
    try:
        yield session
    finally:
        session.close()


@contextmanager
def _snapshot() -> Iterator[tuple[BaseDatabaseWrapper, str]]:
    """A session that sees one moment only, and the name under which others see the same."""
    with _session() as session, session.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield session, str(cursor.fetchone()[0])


def _rows_of(session: Any) -> Rows:
    def rows(query: str) -> list[Any]:
        with session.cursor() as cursor:
            cursor.execute(query)
            return list(cursor.fetchall())

    return rows


def _address(session: Any) -> str:
    """How PostgreSQL's programs reach the same database; never with the password."""
    given = session.get_connection_params().items()
    options = [(name, value) for name, value in given if isinstance(value, str | int)]
    return " ".join(f"{name}={_quoted(value)}" for name, value in options if name not in _NOT_SAID)


def _quoted(value: str | int) -> str:
    escaped = str(value).replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _check_version(session: Any) -> None:
    """Raise CopyFailed where pg_dump is older than the server, which it would refuse."""
    said = _run(session, DUMP, "--version")
    found = re.search(r"\d+", said)
    server = session.pg_version // 10000
    if found is None or int(found[0]) < server:
        raise CopyFailed(
            f"pg_dump here is of version {found[0] if found else '?'}, and the server is of "
            f"version {server}. Install the PostgreSQL client {server}, {_WHERE_ELSE}."
        )


def _run(session: Any, program: str, *arguments: str) -> str:
    """What the program says; raises CopyFailed where it is not there or fails."""
    path = shutil.which(program)
    if path is None:
        server = session.pg_version // 10000
        raise CopyFailed(
            f"{program} is not installed. Install the PostgreSQL client {server}, {_WHERE_ELSE}."
        )
    # The password goes by the environment: whoever lists processes sees their arguments.
    password = session.settings_dict["PASSWORD"]
    done = subprocess.run(  # noqa: S603 # nosec B603
        [path, *arguments],
        check=False,
        env={**os.environ, **({"PGPASSWORD": password} if password else {})},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise CopyFailed(f"{program} failed{_own_words(program, done.stderr)}.")
    return done.stdout


def _own_words(program: str, said: str) -> str:
    """The program's first line about the error; further ones may quote rows of the database."""
    errors = re.findall(rf"^{program}: error: (.*)$", said, re.MULTILINE)
    return f": {errors[0][:LONGEST_WORDS].rstrip('.')}" if errors else ""


@contextmanager
def staged(path: Path) -> Iterator[Contents]:
    """Put the copy into the empty database, in one transaction; the block works on it.

    Where the block fails the database is emptied again. Raises CopyFailed where the file is
    damaged or the database is not empty.
    """
    with _session() as session:
        _check_place()
        _check_archive(session, path)
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        _run(session, RESTORE, *options, f"--dbname={_address(session)}", str(path))
    try:
        yield loaded()
    except BaseException:
        _empty()
        raise


def _empty() -> None:
    """Take out again what was put in; all that is there came from the archive."""
    with transaction.atomic(), connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)} CASCADE")
        cursor.execute(_OWN_FUNCTIONS)
        for (signature,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {signature}")


def _check_place() -> None:
    with connection.cursor() as cursor:
        found = connection.introspection.table_names(cursor)
    if found:
        raise CopyFailed(
            "The database has tables already, and it stays as it is. Create a new, empty database "
            "and name it in DATABASE_URL; then restore again."
        )


def _check_archive(session: Any, path: Path) -> None:
    if not _OWN_TABLE.search(_run(session, RESTORE, "--list", str(path))):
        raise CopyFailed(f"{path} cannot be restored: {NOT_OURS}.")


def loaded() -> Contents:
    """What the database holds now; raises CopyFailed where it is empty."""
    with connection.cursor() as cursor:
        if "secretsapp_audithead" not in connection.introspection.table_names(cursor):
            raise CopyFailed("The database holds no installation.")
    return read(_rows_of(connection))
