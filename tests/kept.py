"""What actions put on stage once, put there again for the tests that follow in the same process.

Actions and the calls that they make take several times as long as their rows.
"""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model
from time_machine import escape_hatch

from secretsapp.models import (
    ApiKey,
    AuditEvent,
    AuditHead,
    Grant,
    GrantPattern,
    KeyProof,
    Secret,
    Universe,
    User,
)
from secretsapp.rules import keys
from secretsapp.rules.keys import Ring

NEXT_HEAD = "UPDATE secretsapp_audithead SET sequence = sequence + 1, link = %s"
TABLES: tuple[type[Model], ...] = (ApiKey, Universe, Secret, User, Grant, GrantPattern)
EVERYTHING: tuple[type[Model], ...] = (*TABLES, AuditEvent)
SET_UP: tuple[type[Model], ...] = (AuditHead, AuditEvent, KeyProof)
Row = tuple[Any, ...]
Rows = dict[Any, Row]


@dataclass(frozen=True)
class Beginning:
    """The rows of an installation that was just set up: every test begins at the same log."""

    rows: dict[type[Model], Rows]

    @classmethod
    def now(cls) -> "Beginning":
        """Those that there are."""
        with connection.cursor() as cursor:
            return cls({model: _rows_of(model, cursor) for model in SET_UP})

    def repeat(self) -> None:
        """Write the same rows into empty tables, which no trigger guards yet."""
        with transaction.atomic(), connection.cursor() as cursor:
            for model, rows in self.rows.items():
                cursor.executemany(_insertion(model), list(rows.values()))


@dataclass(frozen=True)
class Kept:
    """The rows that an action added and those that it changed, by table, and its events."""

    added: dict[type[Model], list[Row]]
    changed: dict[type[Model], list[Row]]
    events: list[Row]

    @property
    def end(self) -> str:
        """The head of the log after it."""
        event = dict(zip(_columns(AuditEvent), self.events[-1], strict=True))
        return f"{event['sequence']}:{event['link']}"

    def repeat(self) -> None:
        """Write the same rows; an event, and then that it is the newest, as the log wants it."""
        with transaction.atomic(savepoint=False), connection.cursor() as cursor:
            for model, rows in self.added.items():
                cursor.executemany(_insertion(model), rows)
            for model, rows in self.changed.items():
                settings = ", ".join(f"{column} = %s" for column in _columns(model))
                update = f"UPDATE {model._meta.db_table} SET {settings} WHERE id = %s"
                cursor.executemany(update, [(*row, row[0]) for row in rows])
            insertion, link = _insertion(AuditEvent), _columns(AuditEvent).index("link")
            for row in self.events:
                cursor.execute(insertion, row)
                cursor.execute(NEXT_HEAD, [row[link]])


_kept: dict[Hashable, Kept] = {}


def put(name: Hashable, act: Callable[[], object]) -> bool:
    """Leave the stage as `act` leaves it, and say whether that was done by its rows alone.

    They fit where the log begins and the keys are as they were then, and no clock is moved.
    """
    head = str(AuditHead.objects.get())
    if escape_hatch.is_travelling() or not _is_beginning(head):
        act()
        return False
    circumstances = (name, head, *(tuple(keys.key_ids(ring)) for ring in Ring))
    if circumstances in _kept:
        _kept[circumstances].repeat()
        return True
    before = _everything()
    act()
    _kept[circumstances] = _difference(before, _everything())
    return False


def forget() -> None:
    """Act out everything again: tables were made anew, and count their rows from the first on."""
    _kept.clear()


def _is_beginning(head: str) -> bool:
    """Whether nothing has happened since the set-up, or only what was kept."""
    return head.startswith("1:") or head in {kept.end for kept in _kept.values()}


def _everything() -> dict[type[Model], Rows]:
    with connection.cursor() as cursor:
        return {model: _rows_of(model, cursor) for model in EVERYTHING}


def _rows_of(model: type[Model], cursor: CursorWrapper) -> Rows:
    """The rows by primary key, in its order."""
    columns = ", ".join(_columns(model))
    cursor.execute(f"SELECT {columns} FROM {model._meta.db_table} ORDER BY {_columns(model)[0]}")
    return {row[0]: tuple(row) for row in cursor.fetchall()}


def _difference(before: dict[type[Model], Rows], after: dict[type[Model], Rows]) -> Kept:
    added = {model: list(_beyond(before[model], after[model])) for model in after}
    changed = {
        model: [row for key, row in after[model].items() if before[model].get(key, row) != row]
        for model in TABLES
    }
    events = added.pop(AuditEvent)
    return Kept(
        {model: rows for model, rows in added.items() if rows},
        {model: rows for model, rows in changed.items() if rows},
        events,
    )


def _beyond(before: Rows, after: Rows) -> Iterator[Row]:
    return (row for key, row in after.items() if key not in before)


def _insertion(model: type[Model]) -> str:
    columns = _columns(model)
    places = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) VALUES ({places})"


def _columns(model: type[Model]) -> list[str]:
    """The columns by name; that of the primary key is the first."""
    fields = sorted(model._meta.concrete_fields, key=lambda field: not field.primary_key)
    return [str(field.column) for field in fields]
