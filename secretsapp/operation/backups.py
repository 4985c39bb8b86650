"""Backups: a consistent copy of the database in one file, and a new installation from one.

A copy has no keys. Anyone with it and the master keys has the API keys: keep them apart.
"""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from secretsapp.batches import finishing
from secretsapp.core.actor import Actor
from secretsapp.core.errors import CopyFailed, MissingKey
from secretsapp.core.events.installation import InstallationEvent
from secretsapp.core.roles import Permission
from secretsapp.log import verifying
from secretsapp.log.checking import Anchor
from secretsapp.models import AuditEvent, AuditHead
from secretsapp.operation import installation, key_proof, workers
from secretsapp.operation.copies import files, postgres, sqlite
from secretsapp.operation.copies.contents import FLEETING, Contents
from secretsapp.rules import keys, pending_migrations, schema, search_index
from secretsapp.rules.acting import Right, acting
from secretsapp.rules.holders import people_with
from secretsapp.rules.policy import require_installation
from secretsapp.rules.schema import Differences

RESTORED = "a backup was restored, and some of it may have been sent since that was made"
# Only admins have that right, and they have it in every universe, whichever is asked for.
_ADMINS_OWN, _ANY_UNIVERSE = Permission.MANAGE_PEOPLE, 0

_NAMES = {sqlite.MAGIC: "an SQLite database", postgres.MAGIC: "an archive of PostgreSQL"}


@dataclass(frozen=True)
class Backup:
    """A copy that was made: where it is, its bytes and their SHA-256, and what it holds."""

    path: Path
    size: int
    sha256: str
    contents: Contents


@dataclass(frozen=True)
class Restored:
    """What was put in place, and its log's head now, behind the event that says so.

    `admins` are the email addresses of who is an active admin in it.
    """

    contents: Contents
    head: str
    admins: tuple[str, ...]


def make(actor: Actor, path: Path) -> Backup:
    """Copy the database as of one moment to the new file `path`, and record that.

    The event is in the log only if the file is on the disk. The file is there without the event
    only where the machine stopped between the two. Raises CopyFailed, after which there is no
    file, and Forbidden.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    with files.told(f"{path} can't be written"):
        files.check_new(path)
        with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as directory:
            part = Path(directory) / path.name
            part.touch(mode=0o600)
            contents = _save(part)
            size, sha256 = files.flush(part), files.sha256(part)
            _record(actor, contents, part, path)
    return Backup(path, size, sha256, contents)


def _save(part: Path) -> Contents:
    return postgres.save(part) if _is_postgres() else sqlite.save(part)


def _is_postgres() -> bool:
    return connection.vendor == "postgresql"


def _record(actor: Actor, contents: Contents, part: Path, path: Path) -> None:
    """Append the event and give the file its name, just before it is true; back if that fails."""
    detail = {"count": str(contents.events), "anchor": contents.anchor}
    try:
        with acting(actor, Right(Permission.MANAGE_API_KEYS)) as act:
            act.tell(InstallationEvent.BACKUP_MADE, detail=detail)
            act.before_commit = partial(files.name, part, path)
    except BaseException:
        files.unname(part, path)
        raise


def restore(
    actor: Actor, path: Path, anchor: Anchor | None = None, sha256: str | None = None
) -> Restored:
    """Make the copy in the file `path` the installation, in a database that is empty.

    The keys must open it, its log must verify and hold the anchor, and the file must have that
    SHA-256 in hexadecimal. It is copied to a private place first, and only that copy is looked at,
    hashed and used, so no one can exchange it in between. Raises CopyFailed, KeyTrouble, LogBroken
    and Forbidden; no installation is in place then.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    with files.told(f"{path} can't be put in place"), _private_place(path) as private:
        files.copy_once(path, private)
        _check_format(private, path)
        if sha256 is not None:
            files.check_sha256(private, sha256, path=path)
        with _staged(private, path) as contents:
            return _adopt(actor, contents, anchor)


def adopt(actor: Actor, anchor: Anchor) -> Restored:
    """Make what someone put into the database with other tools the installation.

    The copy's log must hold the anchor, which was noted with it or before. Raises what `restore`
    does, and may be repeated once the reason is fixed; CopyFailed also for an installation at
    work, and for a copy that was made the installation already.
    """
    require_installation(actor, Permission.MANAGE_API_KEYS)
    contents = postgres.loaded()
    _check_is_idle()
    return _adopt(actor, contents, anchor)


def _check_is_idle() -> None:
    newest = AuditEvent.objects.order_by("-sequence").first()
    if newest is not None and newest.tag == InstallationEvent.INSTALLATION_RESTORED.tag:
        raise CopyFailed("This copy has already been restored. Start Sealroom.")
    if workers.is_seen():
        raise CopyFailed(
            "A worker uses this database, or did within the last minute, so it is an "
            "installation and not a fresh copy. If it is a copy, wait a minute."
        )


def _check_format(private: Path, path: Path) -> None:
    """Raise CopyFailed unless the copy of `path` begins as one made by this engine does."""
    with private.open("rb") as opened:
        beginning = opened.read(len(sqlite.MAGIC))
    found = next((magic for magic in _NAMES if beginning.startswith(magic)), None)
    wanted = postgres.MAGIC if _is_postgres() else sqlite.MAGIC
    if found is None:
        raise CopyFailed(f"{path} is not a Sealroom backup. Give the file that `backup` created.")
    if found != wanted:
        raise CopyFailed(
            f"{path} is {_NAMES[found]}, but DATABASE_URL needs {_NAMES[wanted]}. A backup "
            "can only be restored into the engine it came from."
        )


def _private_place(path: Path) -> AbstractContextManager[Path]:
    """A name for the file in a directory of its own, after a look at whether it could be used."""
    return postgres.private_place() if _is_postgres() else sqlite.private_place(path)


def _staged(private: Path, path: Path) -> AbstractContextManager[Contents]:
    return postgres.staged(private, path) if _is_postgres() else sqlite.staged(private, path)


def _adopt(actor: Actor, contents: Contents, anchor: Anchor | None) -> Restored:
    if not _is_postgres():
        # Its triggers may be of another version. To take them out sets nothing off.
        search_index.remove()
    # Before anything could set it off.
    _check_schema(Differences(schema.foreign(), []))
    _check_keys(contents)
    _check_migrations(contents)
    call_command("migrate", interactive=False, verbosity=0)
    # The set-up makes it again from the rows, so that it holds what they do.
    search_index.remove()
    _check_schema(schema.compare())
    _check_origin(contents)
    installation.prepare_database()
    verifying.verify(actor, anchor)
    detail = {"count": str(contents.events), "anchor": contents.anchor}
    with acting(actor, Right(Permission.MANAGE_API_KEYS)) as act:
        _end_old_life()
        act.tell(InstallationEvent.INSTALLATION_RESTORED, detail=detail)
    return Restored(contents, str(AuditHead.objects.get()), _admins())


def _check_schema(differences: Differences) -> None:
    """Raise CopyFailed where the copy is not as the migrations make it."""
    told = differences.told("The copy")
    if told:
        raise CopyFailed(f"{told} Someone changed it or its installation. Use another backup.")


def _check_keys(contents: Contents) -> None:
    """Raise MissingKey with the ids of the keys that the copy needs and that are not here."""
    lacking = _lacking(keys.MASTER_KEYS, contents.master_keys)
    lacking += _lacking(keys.AUDIT_KEYS, contents.audit_keys)
    if lacking:
        raise MissingKey(
            f"The backup needs keys that are missing: {'; '.join(lacking)}. Put the key files "
            f"of its installation into {settings.KEYS_DIR}, or set MASTER_KEYS and AUDIT_KEYS."
        )


def _lacking(setting: keys.Ring, needed: tuple[str, ...]) -> list[str]:
    try:
        here = keys.key_ids(setting) if keys.is_configured(setting) else []
    except MissingKey as trouble:
        return [str(trouble).rstrip(".")]
    absent = [key_id for key_id in needed if key_id not in here]
    return [f"{setting} {', '.join(absent)}"] if absent else []


def _check_migrations(contents: Contents) -> None:
    newer = pending_migrations.unknown(contents.migrations)
    if newer:
        raise CopyFailed(
            "The backup is from a newer version of Sealroom, whose tables this one doesn't "
            f"know ({newer[-1]}). Restore it with that version."
        )


def _check_origin(contents: Contents) -> None:
    """Raise CopyFailed, or KeyTrouble, unless our keys were used in the copy: it may be made up."""
    if not contents.events or not key_proof.is_stored():
        raise CopyFailed(
            "Nothing in the copy proves that it belongs to an installation with these keys: "
            "its audit log or the proof of its master key is empty. Use another backup, or "
            "`manage.py setup` for a new installation."
        )
    key_proof.check()


def _end_old_life() -> None:
    """Let no session, code, mail or worker of the installation that was copied live on.

    A batch sends nothing before its person lets it go on: what waits in it may have been sent.
    """
    finishing.pause_all(RESTORED)
    for model in FLEETING:
        model._default_manager.all().delete()
        if model._default_manager.exists():
            raise CopyFailed(
                f"The rows of {model._meta.db_table} can't be deleted. Use another backup."
            )


def _admins() -> tuple[str, ...]:
    people = people_with(_ADMINS_OWN, _ANY_UNIVERSE, "")
    return tuple(person.email for person in people)
