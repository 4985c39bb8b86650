"""SQLite: a copy is a database file of its own, made by the backup API beside writers."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from secretsapp.core.errors import CopyFailed
from secretsapp.operation.copies import files
from secretsapp.operation.copies.contents import FLEETING_TABLES, NOT_OURS, Contents, read

MAGIC = b"SQLite format 3\x00"
BESIDE = ("-wal", "-shm", "-journal")
WAIT_SECONDS = 20


def save(path: Path) -> Contents:
    """Copy the database as of one moment to the empty file `path`, and check the copy.

    Writers go on meanwhile: a reader does not hold them up under WAL. Raises CopyFailed.
    """
    whole = path.with_name(f"{path.name}.whole")
    whole.touch(mode=0o600)
    try:
        with closing(_open(_file())) as source, closing(_open(whole)) as copy:
            source.backup(copy)
            _leave_out_fleeting(copy, path)
        return _checked(path)
    except sqlite3.Error as error:
        raise CopyFailed(f"The database can't be copied: {error}.") from None
    finally:
        whole.unlink()


def _leave_out_fleeting(copy: sqlite3.Connection, path: Path) -> None:
    """Write to `path` what is to be kept; the free pages, where the rest would be, are not."""
    for table in FLEETING_TABLES:
        copy.execute(f"DELETE FROM {table}")  # noqa: S608 - the names are those of our tables
    copy.commit()
    copy.execute("VACUUM INTO ?", [str(path)])


def _file() -> Path:
    return Path(str(connection.settings_dict["NAME"])).absolute()


def _open(path: Path) -> sqlite3.Connection:
    """A connection to a file that is there already."""
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=WAIT_SECONDS)


def _checked(path: Path) -> Contents:
    """What the copy holds, which is left in a single file; raises CopyFailed, or sqlite3.Error."""
    with closing(_open(path)) as copy:
        # What is written in the file may not call on more than SQLite's harmless functions.
        copy.execute("PRAGMA trusted_schema=OFF")
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise CopyFailed("SQLite reports that the copy is damaged. Use another backup.")
        if not copy.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'secretsapp_audithead'"
        ).fetchall():
            raise CopyFailed(f"The file can't be restored: {NOT_OURS}.")
        return read(lambda query: copy.execute(query).fetchall())


@contextmanager
def private_place(path: Path) -> Iterator[Path]:
    """A name in a private directory beside the database's place, for a copy of the file `path`.

    Raises CopyFailed where the place is taken, or another file lies beside `path`.
    """
    target = _file()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_single(path)
    _check_place(target)
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as directory:
        yield Path(directory) / target.name


@contextmanager
def staged(copy: Path, path: Path) -> Iterator[Contents]:
    """Put the private copy of `path` in place once the block has ended well.

    Inside it the database is the copy. Raises CopyFailed where it is damaged or the place is taken.
    """
    contents = _read_in(path, copy)
    with _connected_to(copy):
        yield contents
    _put(copy, _file())


def _check_single(path: Path) -> None:
    """Raise CopyFailed where a log lies beside the file, which SQLite would take for its own."""
    beside = _beside(path)
    if beside:
        raise CopyFailed(
            f"{beside[0]} is beside the backup, but a backup is one file. Move the other file "
            "away if it doesn't belong to this database, or copy the database with `backup`."
        )


def _beside(path: Path) -> list[Path]:
    return [found for suffix in BESIDE if (found := Path(f"{path}{suffix}")).exists()]


def _put(copy: Path, target: Path) -> None:
    """Give the copy its place unless someone has taken that meanwhile."""
    files.flush(copy)
    _check_place(target)
    # It is empty, so nothing is lost; a file that is made from now on is refused below.
    target.unlink(missing_ok=True)
    files.name(copy, target)


def _check_place(target: Path) -> None:
    """Raise CopyFailed unless there is no database, nor what one left beside it."""
    left = _beside(target)
    if target.exists() and _has_tables(target):
        raise CopyFailed(
            f"There is already a database at {target}, which was not changed. Stop Sealroom, "
            "move that file and those beside it (-wal, -shm) away, and restore again."
        )
    if left:
        raise CopyFailed(
            f"{left[0]} was left by another database and would damage the restored one. Move "
            "it away and restore again."
        )


def _has_tables(path: Path) -> bool:
    if not path.stat().st_size:
        return False
    try:
        with closing(_open(path)) as found:
            return bool(found.execute("SELECT 1 FROM sqlite_master").fetchall())
    except sqlite3.Error:
        # Whatever it is, it is not ours to replace.
        return True


def _read_in(path: Path, copy: Path) -> Contents:
    try:
        return _checked(copy)
    except sqlite3.Error as error:
        raise CopyFailed(
            f"{path} is damaged or incomplete: {error}. Nothing was restored. Use another backup."
        ) from None


@contextmanager
def _connected_to(path: Path) -> Iterator[None]:
    """Let Django's connection be one to that file; its end leaves a single file on the disk."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA trusted_schema=OFF")
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
