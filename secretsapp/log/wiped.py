"""Tells a log that was wiped from one that has not begun."""

from django.db import connection
from django.db.models import Model

from secretsapp.core.errors import LogBroken
from secretsapp.models import ApiKey, AuditEvent, Change, Grant, Secret, Universe, User

# Each of their rows was told to the log when it came.
_TOLD: tuple[type[Model], ...] = (User, ApiKey, Universe, Grant, Secret, Change)
_TABLES = [model._meta.db_table for model in _TOLD]
_ROWS = [f'EXISTS (SELECT 1 FROM "{table}")' for table in _TABLES]  # noqa: S608 - our tables
_INHABITED = f"SELECT {' OR '.join(_ROWS)}"


def is_wiped() -> bool:
    """Whether there is what the log must have told of, and not one event; two queries at most."""
    return not AuditEvent.objects.exists() and is_inhabited()


def is_inhabited() -> bool:
    """Whether there are accounts, API keys or universes, or what belongs to them."""
    with connection.cursor() as cursor:
        cursor.execute(_INHABITED)
        return bool(cursor.fetchone()[0])


def check() -> None:
    """Raise LogBroken where the log was wiped."""
    if is_wiped():
        raise LogBroken(
            "The audit log was wiped: there are accounts, API keys or universes, but no "
            "events. Restore a backup, and find out who did it."
        )
