"""Which migrations this version has and the database does not, and the other way round."""

from collections.abc import Iterable
from functools import cache
from pkgutil import iter_modules

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from secretsapp.core.errors import NewerTables, OlderTables

Migration = tuple[str, str]

OWN = "secretsapp"


def check() -> None:
    """Raise NewerTables or OlderTables unless the tables are those of this version.

    It takes one query. Raises DatabaseError where no migration was ever applied.
    """
    applied = _applied()
    newer = unknown(name for app, name in applied if app == OWN)
    if newer:
        raise NewerTables(
            f"The tables are from a newer version of Sealroom ({newer[-1]}), and this one "
            "could damage them. Run that version, or restore the backup from before the "
            "upgrade."
        )
    lacking = _known() - applied
    if lacking:
        raise OlderTables(
            f"The tables are from an older version of Sealroom: {min(lacking)[1]} has not "
            "been applied. Run `manage.py setup` to bring them up to date."
        )


def missing() -> list[Migration]:
    """The app and name of each migration that was not applied, in one query.

    Raises DatabaseError where none was ever applied.
    """
    return sorted(_known() - _applied())


def newer() -> list[str]:
    """The migrations of ours that the database has and this version does not, in one query."""
    return unknown(name for app, name in _applied() if app == OWN)


def unknown(applied: Iterable[str]) -> list[str]:
    """Those names of our own migrations that this version does not have, as a newer one would."""
    return sorted(set(applied) - {name for app, name in _known() if app == OWN})


def _applied() -> set[Migration]:
    return set(MigrationRecorder(connection).migration_qs.values_list("app", "name"))


@cache
def _known() -> frozenset[Migration]:
    """Every migration, by the files' names: every command asks, and to load them takes its time."""
    return frozenset((app.label, name) for app in apps.get_app_configs() for name in _names_of(app))


def _names_of(app: AppConfig) -> list[str]:
    place = settings.MIGRATION_MODULES.get(app.label)
    path = (
        f"{app.path}/migrations"
        if place is None
        else f"{settings.BASE_DIR}/{place.replace('.', '/')}"
    )
    return [found.name for found in iter_modules([path])]
