"""Reads every event of the log as it is stored: by the table itself, and never by an index.

An index holds copies, so someone who can write to the database may let it show what the table
does not hold, or hold less than the table.
"""

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from secretsapp.core import chain
from secretsapp.models import AuditEvent


class Row(NamedTuple):
    """An event as it is stored: what is hashed, in that order, and what that is checked against.

    Who edits the database may have put anything anywhere.
    """

    sequence: int
    time: object
    tag: str
    actor_kind: str
    actor_id: str
    actor_name: str
    door: str
    address: str
    universe_id: str
    universe_name: str
    secret_name: str
    subject_kind: str
    subject_id: str
    subject_name: str
    change_id: str
    detail: str
    session_id: str
    request_id: str
    format: int
    content: str
    link: str
    key_id: str
    mac: str


Stored = Row | AuditEvent

# Where one of them cannot be read, each of so many is read by itself.
CHUNK = 200

# SQLite keeps a time as text, which may say one instant in many ways; `stored_time` is that text.
_SQLITE_TIME = """CASE typeof("time") WHEN 'text' THEN CAST("time" AS text) END"""
_SQLITE = f"""
SELECT *, {_SQLITE_TIME} AS "stored_time" FROM "secretsapp_auditevent" NOT INDEXED
"""  # noqa: S608 # nosec B608 - every word of it is a name of ours
_BETWEEN = f"""
{_SQLITE.replace(" NOT INDEXED", "")} WHERE "sequence" BETWEEN %s AND %s ORDER BY "sequence"
"""
_SQLITE_ROWS = f"""
SELECT {", ".join(_SQLITE_TIME if name == "time" else f'"{name}"' for name in Row._fields)}
FROM "secretsapp_auditevent" NOT INDEXED
WHERE ("sequence" > %s OR %s) AND ("sequence" <= %s OR %s) ORDER BY "sequence"
"""  # noqa: S608 # nosec B608 - every word of it is a name of ours
_WITH_MICROSECONDS, _NO_MICROSECONDS = len("2026-12-03 18:00:00.000250"), ".000000"
_BY_INDEX = ("enable_indexscan", "enable_indexonlyscan", "enable_bitmapscan")
_TEXTS = tuple(name for name in chain.FIELDS if name not in ("sequence", "time"))


@contextmanager
def by_the_table() -> Iterator[None]:
    """Let PostgreSQL read no index meanwhile; SQLite is told so by each query.

    Whatever is written inside is taken back.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            for setting in _BY_INDEX:
                cursor.execute("SELECT set_config(%s, 'off', true)", [setting])
        yield
        transaction.set_rollback(True)


def every(after: int | None = None, up_to: int | None = None) -> Generator[Row, None, None]:
    """Every event in order, also those that come before the first; memory stays bounded.

    With `after` these are the ones behind that number, and with `up_to` none comes behind that.

    The engine sorts what it reads, on the disk where that is long. Raises what the driver raises
    over a row that cannot be read.
    """
    if connection.vendor == "postgresql":
        rows = AuditEvent.objects.order_by("sequence").values_list(*Row._fields)
        rows = rows if after is None else rows.filter(sequence__gt=after)
        rows = rows if up_to is None else rows.filter(sequence__lte=up_to)
        yield from map(Row._make, rows.iterator(chunk_size=CHUNK))
        return
    with connection.cursor() as cursor:
        cursor.execute(_SQLITE_ROWS, [after, after is None, up_to, up_to is None])
        # One by one: those before a row that cannot be read are told of first.
        yield from map(Row._make, cursor)


def chained_texts(row: Row) -> list[str] | None:
    """The texts of a row that are hashed; None where it is not stored in the form of all others.

    On SQLite a time is given as it is stored. Whatever has the hash of what was written was
    written like this, too: no other form of a time leads to the same text.
    """
    time = row.time
    if isinstance(time, datetime):
        chained = f"{time.astimezone(UTC).isoformat(timespec='microseconds')[:-6]}Z"
    elif isinstance(time, str) and time[10:11] == " " and not time.endswith(_NO_MICROSECONDS):
        rest = time[11:] if len(time) == _WITH_MICROSECONDS else f"{time[11:]}{_NO_MICROSECONDS}"
        chained = f"{time[:10]}T{rest}Z"
    else:
        return None
    texts: list[Any] = [str(row.sequence), chained, *row[2 : len(chain.FIELDS)]]
    if row.format != chain.FORMAT:
        length = len(chain.FIELDS_OF.get(row.format, ()))
        # What its form does not hold is not hashed, so nothing may be there.
        if not length or any(text != "" for text in texts[length:]):
            return None
        del texts[length:]
    return texts if set(map(type, texts)) == {str} else None


def numbered(number: int) -> list[AuditEvent]:
    """The event of that number, if there is one; raises what `every` does."""
    if connection.vendor == "postgresql":
        return list(AuditEvent.objects.filter(sequence=number).order_by())
    return list(AuditEvent.objects.raw(f'{_SQLITE} WHERE "sequence" = %s', [number]))


def between(first: int, last: int) -> list[AuditEvent]:
    """The events of these numbers and of those between, in order; here an index is good enough."""
    if connection.vendor == "postgresql":
        return list(AuditEvent.objects.filter(sequence__range=(first, last)).order_by("sequence"))
    return list(AuditEvent.objects.raw(_BETWEEN, [first, last]))


def is_in_its_form(event: AuditEvent) -> bool:
    """Whether each chained column is stored in the one form in which it is written.

    On PostgreSQL the types of the columns see to that. On SQLite a column takes bytes that look
    like the text, and the same time in another offset, which no filter finds.
    """
    if not all(isinstance(getattr(event, name), str) for name in _TEXTS):
        return False
    if any(getattr(event, name) for name in chain.FIELDS[len(chain.FIELDS_OF[event.format]) :]):
        return False
    written = connection.ops.adapt_datetimefield_value(event.time)
    return bool(getattr(event, "stored_time", written) == written)
