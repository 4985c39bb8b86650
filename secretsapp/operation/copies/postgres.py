"""PostgreSQL: a copy is an archive of pg_dump, and pg_restore puts it in place."""

import os
import re
import shutil
import subprocess  # nosec B404
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any

from django.db import Error, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from secretsapp.core.errors import CopyFailed, SealroomError
from secretsapp.operation.copies.contents import FLEETING_TABLES, NOT_OURS, Contents, Rows, read

MAGIC = b"PGDMP"
DUMP = "pg_dump"
RESTORE = "pg_restore"
LONGEST_WORDS = 200

# What is among the arguments of a program, which everyone on the machine can read.
_SAID = re.compile(
    "dbname|user|host|hostaddr|port|service|passfile|options|application_name|client_encoding|"
    "connect_timeout|tcp_user_timeout|keepalives|keepalives_idle|keepalives_interval|"
    "keepalives_count|target_session_attrs|load_balance_hosts|channel_binding|require_auth|"
    "gssencmode|krbsrvname|gsslib|sslmode|sslnegotiation|sslrootcert|sslcert|sslkey|sslcrl|"
    "sslcrldir|sslsni|sslcertmode|ssl_min_protocol_version|ssl_max_protocol_version"
)
# The password goes by the environment, and the other is psycopg's alone.
_NOT_SAID = frozenset({"password", "prepare_threshold"})
# The programs see no key and no setting of ours.
_ENVIRONMENT = re.compile(r"PATH|HOME|TZ|LANG|LC_.*|PG.*")
_NO_DATABASE = re.compile(r"PATH|TZ|LANG|LC_.*")
_OWN_TABLE = re.compile(r" TABLE DATA \S+ secretsapp_audithead ")
_OF_SEARCH = re.compile(r" EXTENSION (- )?pg_trgm | INDEX \S+ secretsapp_secret_text_\w+ ")
_OWN_FUNCTIONS = (
    "SELECT oid::regprocedure::text FROM pg_proc "
    "WHERE pronamespace = current_schema()::regnamespace AND starts_with(proname, 'sealroom_')"
)
# Everything that someone made in a database, but for extensions and a `public` made again: what
# the server came with has lower numbers.
_MADE = """
WITH made (class, oid) AS (
    SELECT tableoid, oid FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
    UNION ALL SELECT tableoid, oid FROM pg_proc
    UNION ALL SELECT tableoid, oid FROM pg_event_trigger
    UNION ALL SELECT tableoid, oid FROM pg_namespace
        WHERE nspname <> 'public' AND NOT starts_with(nspname, 'pg_')
)
SELECT count(*) FROM made WHERE oid >= 16384 AND NOT EXISTS (
    SELECT FROM pg_depend WHERE classid = class AND objid = made.oid AND deptype = 'e'
)
"""
_AFTERWARDS = "Drop this database and create a new one before you restore into it again."
_WHERE_ELSE = "or use the one on the database's machine, as docs/operations.md says"


def save(path: Path) -> Contents:
    """Write an archive of the database as of one moment to `path`; raises CopyFailed.

    What is said of it is read under the same snapshot, so it is true of the archive.
    """
    with _snapshot() as (session, snapshot):
        _check_version(session)
        contents = read(_rows_of(session))
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
        options += [f"--exclude-table-data=*.{table}" for table in FLEETING_TABLES]
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
    """How PostgreSQL's programs reach the same database; never with a password.

    Raises CopyFailed for an option of DATABASE_URL that may not be seen, or is not known.
    """
    given = session.get_connection_params().items()
    options = [
        (name, value)
        for name, value in given
        if isinstance(value, str | int) and name not in _NOT_SAID
    ]
    for name, _ in options:
        if not _SAID.fullmatch(name):
            raise CopyFailed(_not_handed_on(name))
    return " ".join(f"{name}={_quoted(value)}" for name, value in options)


def _not_handed_on(name: str) -> str:
    return (
        f"DATABASE_URL has the option {name}, which Sealroom doesn't pass to PostgreSQL's "
        "programs: everyone on this machine could read it. Back up and restore with an "
        "address without it, such as one with a key file that needs no password."
    )


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
            f"pg_dump has version {found[0] if found else '?'}, but the server has version "
            f"{server}. Install the PostgreSQL client {server}, {_WHERE_ELSE}."
        )


def _run(session: Any, program: str, *arguments: str, is_told_where: bool = True) -> str:
    """What the program says; raises CopyFailed where it is not there or fails.

    One that only reads a file, for which no one may vouch, is not told where the database is, nor
    its password.
    """
    path = shutil.which(program)
    if path is None:
        server = session.pg_version // 10000
        raise CopyFailed(
            f"{program} is not installed. Install the PostgreSQL client {server}, {_WHERE_ELSE}."
        )
    done = subprocess.run(  # noqa: S603 # nosec B603
        [path, *arguments],
        check=False,
        env=_environment(session) if is_told_where else _without_database(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise CopyFailed(f"{program} failed{_own_words(program, done.stderr)}.")
    return done.stdout


def _environment(session: Any) -> Mapping[str, str]:
    password = session.get_connection_params().get("password")
    kept = {name: text for name, text in os.environ.items() if _ENVIRONMENT.fullmatch(name)}
    return kept | ({"PGPASSWORD": password} if password else {})


def _without_database() -> Mapping[str, str]:
    return {name: text for name, text in os.environ.items() if _NO_DATABASE.fullmatch(name)}


def _own_words(program: str, said: str) -> str:
    """The program's first line about the error; further ones may quote rows of the database."""
    errors = re.findall(rf"^{program}: error: (.*)$", said, re.MULTILINE)
    return f": {errors[0][:LONGEST_WORDS].rstrip('.')}" if errors else ""


@contextmanager
def private_place() -> Iterator[Path]:
    """A name in a private directory, where TMPDIR says; CopyFailed where there is a database."""
    _check_place()
    with TemporaryDirectory(prefix="sealroom-restore-") as directory:
        yield Path(directory) / "copy"


@contextmanager
def staged(copy: Path, path: Path) -> Iterator[Contents]:
    """Put the private copy of `path` into the empty database; the block works on it.

    It goes there in one transaction. Raises CopyFailed where the file is damaged, and where the
    block refuses what it finds.
    """
    with _session() as session:
        contents = _contents_of(session, copy, path)
        options = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
        options += [f"--dbname={_address(session)}", str(copy)]
        with _taken_out_again(), NamedTemporaryFile("w", encoding="utf-8") as wanted:
            wanted.write(_without_index(contents))
            wanted.flush()
            _run(session, RESTORE, f"--use-list={wanted.name}", *options)
            yield loaded()


@contextmanager
def _taken_out_again() -> Iterator[None]:
    """Leave nothing that can be served where the block fails; raises CopyFailed then.

    What else an archive did to the database stays, and only a new database is free of it.
    """
    try:
        yield
    except SealroomError as refusal:
        _empty()
        raise CopyFailed(f"{refusal} {_AFTERWARDS}") from None
    except Error:
        _empty()
        raise CopyFailed(f"The database refused the copy. {_AFTERWARDS}") from None
    except BaseException:
        _empty()
        raise


def _empty() -> None:
    """Take out the tables that are found, and our functions, unless the archive prevents it."""
    with suppress(Error), transaction.atomic(), connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)} CASCADE")
        cursor.execute(_OWN_FUNCTIONS)
        for (signature,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {signature}")


def _check_place() -> None:
    """Raise CopyFailed unless no one has made anything in the database."""
    with connection.cursor() as cursor:
        cursor.execute(_MADE)
        (count,) = cursor.fetchone()
    if count:
        raise CopyFailed(
            "The database is not empty and was not changed. Create a new, empty database, "
            "set it in DATABASE_URL, and restore again."
        )


def _contents_of(session: Any, copy: Path, path: Path) -> str:
    """What is in the copy of `path`, a line each; raises CopyFailed where it is none of ours."""
    contents = _run(session, RESTORE, "--list", str(copy), is_told_where=False)
    if not _OWN_TABLE.search(contents):
        raise CopyFailed(f"{path} can't be restored: {NOT_OURS}.")
    return contents


def _without_index(contents: str) -> str:
    """The contents without what the search has of the server, which the set-up makes here again.

    The extension may be another's to create here, or not be there at all.
    """
    lines = contents.splitlines(keepends=True)
    return "".join(line for line in lines if not _OF_SEARCH.search(line))


def loaded() -> Contents:
    """What the database holds now; raises CopyFailed where it is empty."""
    with connection.cursor() as cursor:
        if "secretsapp_audithead" not in connection.introspection.table_names(cursor):
            raise CopyFailed("The database has no installation.")
    return read(_rows_of(connection))
