"""SQLite: a copy is a database file of its own, made by the backup API beside writers."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.db import connection

from secretsapp.copies.contents import NOT_OURS, Contents, read
from secretsapp.core.errors import CopyFailed

MAGIC = b"SQLite format 3\x00"
LOG = "-wal"
BESIDE = (LOG, "-shm", "-journal")
WAIT_SECONDS = 20


def save(path: Path) -> Contents:
    """Copy the database as of one moment to the empty file `path`, and check the copy.

    Writers go on meanwhile: a reader does not hold them up under WAL. Raises CopyFailed.
    """
    try:
        with (
            closing(_open(_file())) as source,
            closing(sqlite3.connect(path)) as copy,
        ):
            source.backup(copy)
        return _checked(path)
    except sqlite3.Error as error:
        raise CopyFailed(f"The database cannot be copied: {error}.") from None


def _file() -> Path:
    return Path(str(connection.settings_dict["NAME"])).absolute()


def _open(path: Path) -> sqlite3.Connection:
    """A connection to a file that is there already."""
    return sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=WAIT_SECONDS)


def _checked(path: Path) -> Contents:
    """What the copy holds, which is left in a single file; raises CopyFailed, or sqlite3.Error."""
    with closing(_open(path)) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise CopyFailed("SQLite finds the copy damaged. Use another backup.")
        if not copy.execute(
            "SELECT 1 FROM sqlite_master WHERE name = 'secretsapp_audithead'"
        ).fetchall():
            raise CopyFailed(f"The file cannot be restored: {NOT_OURS}.")
        return read(lambda query: copy.execute(query).fetchall())


@contextmanager
def staged(path: Path) -> Iterator[Contents]:
    """Put the copy in place once the block has ended well; inside it the database is the copy.

    Until then it lies in a private directory beside its place, and it is gone where the block
    fails. Raises CopyFailed where it is damaged or the place is taken.
    """
    target = _file()
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _check_place(target)
    with TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as directory:
        copy = Path(directory) / target.name
        _take_in(path, copy)
        with _connected_to(copy):
            yield _read_in(path, copy)
        copy.rename(target)


def _check_place(target: Path) -> None:
    """Raise CopyFailed unless there is no database, nor what one left beside it."""
    left = [name for suffix in BESIDE if (name := Path(f"{target}{suffix}")).exists()]
    if target.exists() and _has_tables(target):
        raise CopyFailed(
            f"There is a database at {target} already, and it stays as it is. Stop Sealroom and "
            "move that file away, with what lies beside it (-wal, -shm); then restore again."
        )
    if left:
        raise CopyFailed(
            f"{left[0]} was left there by another database, and would spoil the restored one. "
            "Move it away; then restore again."
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


def _take_in(path: Path, copy: Path) -> None:
    """Copy the file, with the log of a database that was copied while it was in use."""
    for suffix in ("", LOG):
        source, target = Path(f"{path}{suffix}"), Path(f"{copy}{suffix}")
        if not suffix or source.exists():
            target.touch(mode=0o600)
            shutil.copyfile(source, target)


def _read_in(path: Path, copy: Path) -> Contents:
    try:
        return _checked(copy)
    except sqlite3.Error as error:
        raise CopyFailed(
            f"{path} is damaged or cut off: {error}. Nothing was restored; use another backup."
        ) from None


@contextmanager
def _connected_to(path: Path) -> Iterator[None]:
    """Let Django's connection be one to that file; its end leaves a single file on the disk."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before
