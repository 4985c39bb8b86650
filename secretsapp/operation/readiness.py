"""Whether this installation can serve now, in one word for each of its parts.

Strangers may read the words, so there is nothing in them; what is wrong and what to do is for
`manage.py doctor`.
"""

from collections.abc import Callable
from enum import StrEnum

from django.db import Error, connection

from secretsapp.core.errors import SealroomError
from secretsapp.log import wiped
from secretsapp.log.damaged_rows import UNREADABLE
from secretsapp.operation import installation, key_proof, workers
from secretsapp.operation.time_limits import within_time_limit
from secretsapp.rules import pending_migrations, schema


class Word(StrEnum):
    """How a part was found; unchecked is what cannot be told because of another part."""

    OK = "ok"
    FAILED = "failed"
    UNCHECKED = "unchecked"


Part = Callable[[], bool]


def check() -> dict[str, Word]:
    """The word for each part: database, migrations, schema, keys, log, worker; it writes nothing.

    It takes a dozen queries, and a few seconds at most where the database keeps them waiting.
    """
    database = _word(_database)
    migrated = _word(_migrations, after=database)
    kept = _word(_keys, after=database)
    begun = _word(_is_begun, after=database)
    return {
        "database": database,
        "migrations": migrated,
        "schema": _word(_schema, after=migrated),
        "keys": kept,
        "log": _word(_log, after=kept) if begun is Word.OK else begun,
        "worker": _word(workers.is_seen, after=database),
    }


def _word(part: Part, *, after: Word = Word.OK) -> Word:
    if after is not Word.OK:
        return Word.UNCHECKED
    try:
        with within_time_limit():
            return Word.OK if part() else Word.FAILED
    except (SealroomError, Error, *UNREADABLE):
        return Word.FAILED


def _database() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _migrations() -> bool:
    pending_migrations.check()
    return True


def _schema() -> bool:
    """Whether the database is as the migrations make it."""
    schema.check()
    return True


def _keys() -> bool:
    """Whether every key is there, and the master keys open this database."""
    installation.check_keys()
    key_proof.check()
    return True


def _is_begun() -> bool:
    """Whether there are events where there is what they must have told of, whatever the keys."""
    return not wiped.is_wiped()


def _log() -> bool:
    """Whether triggers and head are in place, and the newest event is under our audit keys."""
    installation.check_log()
    return True
