"""Backups: a consistent copy of the database in one file, and a new installation from one.

A copy holds no key. Whoever has it and the master keys has the API keys, so both are kept apart.
"""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection, transaction

from secretsapp import audit, keys
from secretsapp.copies import postgres, sqlite
from secretsapp.copies.contents import Contents
from secretsapp.core.actor import Actor
from secretsapp.core.errors import CopyFailed, MissingKey
from secretsapp.core.events import Event
from secretsapp.core.roles import Permission
from secretsapp.models import AuditHead, OneTimeCode, PasswordMail, SignedIn, Worker
from secretsapp.policy import require_installation
from secretsapp.queries import chain, migrations
from secretsapp.queries.chain import Anchor
from secretsapp.services import installation

_NAMES = {sqlite.MAGIC: "an SQLite database", postgres.MAGIC: "an archive of PostgreSQL"}


@dataclass(frozen=True)
class Backup:
    """A copy that was made: where it is, how many bytes it has, and what it holds."""

    path: Path
    size: int
    contents: Contents


@dataclass(frozen=True)
class Restored:
    """What was put in place, and the head of its log now, behind the event that says so."""

    contents: Contents
    head: str


def make(actor: Actor, path: Path) -> Backup:
    """Copy the database as of one moment to the new file `path`, and record that.

    The event is in the log only if the file is there, and the file only with the event. Raises
    CopyFailed, after which there is no file, and Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    with _told(f"{path} cannot be written"):
        _check_place(path)
        with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as directory:
            part = Path(directory) / path.name
            part.touch(mode=0o600)
            contents = _save(part)
            size = _flush(part)
            _record(actor, contents, part, path)
        _flush(path.parent)
    return Backup(path, size, contents)


@contextmanager
def _told(attempt: str) -> Iterator[None]:
    """Turn what the operating system refuses into a sentence."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "the operating system refused"
        raise CopyFailed(f"{attempt}: {reason}.") from None


def _check_place(path: Path) -> None:
    if path.exists() or path.is_symlink():
        raise CopyFailed(f"{path} is there already, and it stays as it is. Name a new file.")
    if not path.parent.is_dir():
        raise CopyFailed(f"There is no directory {path.parent}. Make it first.")


def _save(part: Path) -> Contents:
    return postgres.save(part) if _is_postgres() else sqlite.save(part)


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _flush(path: Path) -> int:
    """Have what was written reach the disk; gives the size."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
        return os.fstat(opened).st_size
    finally:
        os.close(opened)


def _record(actor: Actor, contents: Contents, part: Path, path: Path) -> None:
    """Append the event and give the file its name, both or neither."""
    detail = {"count": str(contents.events), "anchor": contents.anchor}
    try:
        with transaction.atomic():
            audit.append(audit.Entry(Event.BACKUP_MADE, actor, detail=detail))
            part.rename(path)
    except BaseException:
        if not part.exists():
            path.unlink(missing_ok=True)
        raise


def restore(actor: Actor, path: Path, anchor: Anchor | None = None) -> Restored:
    """Make the copy in the file `path` the installation, in a database that is empty.

    The keys must open it, and its log must verify and hold the anchor; else nothing is put in
    place. Raises CopyFailed, MissingKey, LogBroken and Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    with _told(f"{path} cannot be put in place"):
        _check_format(path)
        with _staged(path) as contents:
            return _adopt(actor, contents, anchor)


def adopt(actor: Actor, anchor: Anchor | None = None) -> Restored:
    """Make what somebody put into the database with other tools the installation.

    Raises what `restore` does, and may be repeated once the reason is mended.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    return _adopt(actor, postgres.loaded(), anchor)


def _check_format(path: Path) -> None:
    """Raise CopyFailed unless the file begins as a copy made by this engine does."""
    with path.open("rb") as opened:
        beginning = opened.read(len(sqlite.MAGIC))
    found = next((magic for magic in _NAMES if beginning.startswith(magic)), None)
    wanted = postgres.MAGIC if _is_postgres() else sqlite.MAGIC
    if found is None:
        raise CopyFailed(f"{path} is no backup of Sealroom. Name the file that `backup` wrote.")
    if found != wanted:
        raise CopyFailed(
            f"{path} is {_NAMES[found]}, and DATABASE_URL asks for {_NAMES[wanted]}. A backup is "
            "restored into the engine that it came from."
        )


def _staged(path: Path) -> AbstractContextManager[Contents]:
    return postgres.staged(path) if _is_postgres() else sqlite.staged(path)


def _adopt(actor: Actor, contents: Contents, anchor: Anchor | None) -> Restored:
    _check_keys(contents)
    _check_migrations(contents)
    call_command("migrate", interactive=False, verbosity=0)
    installation.prepare_database()
    chain.verify(actor, anchor)
    detail = {"count": str(contents.events), "anchor": contents.anchor}
    with transaction.atomic():
        _end_old_life()
        audit.append(audit.Entry(Event.INSTALLATION_RESTORED, actor, detail=detail))
    return Restored(contents, str(AuditHead.objects.get()))


def _check_keys(contents: Contents) -> None:
    """Raise MissingKey with the ids of the keys that the copy needs and that are not here."""
    lacking = _lacking(keys.MASTER_KEYS, contents.master_keys)
    lacking += _lacking(keys.AUDIT_KEYS, contents.audit_keys)
    if lacking:
        raise MissingKey(
            f"The backup needs keys that are not here: {'; '.join(lacking)}. Put the key files of "
            f"its installation into {settings.KEYS_DIR}, or give MASTER_KEYS and AUDIT_KEYS."
        )


def _lacking(setting: keys.Ring, needed: tuple[str, ...]) -> list[str]:
    try:
        here = keys.key_ids(setting) if keys.is_configured(setting) else []
    except MissingKey as trouble:
        return [str(trouble).rstrip(".")]
    absent = [key_id for key_id in needed if key_id not in here]
    return [f"{setting} {', '.join(absent)}"] if absent else []


def _check_migrations(contents: Contents) -> None:
    newer = migrations.unknown(contents.migrations)
    if newer:
        raise CopyFailed(
            f"The backup comes from a newer Sealroom, whose tables this one does not know "
            f"({newer[-1]}). Restore it with that version."
        )


def _end_old_life() -> None:
    """Let no session, code, mail or worker of the installation that was copied live on."""
    for table in (Session, SignedIn, OneTimeCode, PasswordMail, Worker):
        table.objects.all().delete()
