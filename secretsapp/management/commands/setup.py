"""`manage.py setup`: keys, tables and triggers of an installation."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from secretsapp.core import private_files
from secretsapp.management.base import SealroomCommand
from secretsapp.operation import installation

PRIVATE_UMASK = 0o077

_PUT_BACK = (
    "Guards of the audit log were missing and have been put back: {names}. Run `manage.py "
    "verify_audit`, and find out who removed them."
)
# Any number will do: nothing else here takes such a lock.
SETUP_LOCK = 5_325_770


class Command(SealroomCommand):
    """Sets an installation up."""

    help = (
        "Create missing keys (readable only by their owner), bring the database up to date, "
        "and put the guards of the audit log in place. Safe to repeat, and needed after "
        "every update."
    )

    def run(self, options: dict[str, Any]) -> None:
        """Set up, and say which keys were made."""
        try:
            with _private_files():
                made, put_back = _set_up_alone()
        except OSError as error:
            where = error.filename or "The data directory"
            raise CommandError(f"{where} can't be created or changed: {error.strerror}.") from None
        self._say(made)
        if notice := installation.checkpoint_notice():
            self.stderr.write(notice)
        if put_back:
            self.stderr.write(_PUT_BACK.format(names=", ".join(put_back)))

    def _say(self, made: list[str]) -> None:
        for path in made:
            self.stdout.write(f"Created {path}")
        if made:
            self.stdout.write("Keep a copy of the keys elsewhere: they can't be recreated.")
        self.stdout.write("The installation is set up.")


def _set_up_alone() -> tuple[list[str], list[str]]:
    """Of several that start at once the others wait for the first; it would make what they make."""
    directory = Path(settings.DATA_DIR)
    directory.mkdir(parents=True, exist_ok=True)
    with private_files.locked(directory), _locked_database():
        return _set_up()


def _set_up() -> tuple[list[str], list[str]]:
    """Each step does nothing where it was done before.

    Gives the files of the keys that were made, and the guards of the log that were put back.
    """
    made = installation.generate_keys()
    call_command("migrate", interactive=False, verbosity=0)
    put_back = installation.prepare_database()
    _close_database_to_others()
    return made, put_back


@contextmanager
def _private_files() -> Iterator[None]:
    """What is made meanwhile, the SQLite file too, is its owner's alone."""
    before = os.umask(PRIVATE_UMASK)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _locked_database() -> Iterator[None]:
    """No other machine sets the PostgreSQL up.

    A set-up that fails ends its process, and the lock ends with the connection.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SETUP_LOCK])
        yield
        cursor.execute("SELECT pg_advisory_unlock(%s)", [SETUP_LOCK])


def _close_database_to_others() -> None:
    """An SQLite file from before the set-up may be open to others; what is no file stays."""
    path = Path(str(connection.settings_dict["NAME"]))
    if connection.vendor == "sqlite" and path.is_file():
        path.chmod(0o600)
