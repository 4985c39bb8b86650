"""Which migrations this version has and the database does not."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

Migration = tuple[str, str]

OWN = "secretsapp"


def missing() -> list[Migration]:
    """The app and name of each migration that was not applied, in one query.

    Raises DatabaseError where none was ever applied.
    """
    applied = MigrationRecorder(connection).migration_qs.values_list("app", "name")
    return sorted(_known() - set(applied))


def newer() -> list[str]:
    """The migrations of ours that the database has and this version does not, in one query."""
    applied = MigrationRecorder(connection).migration_qs.filter(app=OWN)
    return unknown(applied.values_list("name", flat=True))


def unknown(applied: Iterable[str]) -> list[str]:
    """Those names of our own migrations that this version does not have, as a newer one would."""
    return sorted(set(applied) - _own())


@cache
def _own() -> frozenset[str]:
    """Our own by their files' names: every command asks, and to load them takes its time."""
    directory = Path(apps.get_app_config(OWN).path, "migrations")
    return frozenset(path.stem for path in directory.glob("[0-9]*.py"))


@cache
def _known() -> frozenset[Migration]:
    """Every migration on the disk: these do not change while a process runs."""
    return frozenset(MigrationLoader(None).disk_migrations)
