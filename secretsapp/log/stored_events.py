"""Reads every event of the log as it is stored: by the table itself, and never by an index.

An index holds copies, so someone who can write to the database may let it show what the table
does not hold, or hold less than the table.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from secretsapp.core import chain
from secretsapp.models import AuditEvent

# Where one of them cannot be read, each of so many is read by itself.
CHUNK = 200

# SQLite keeps a time as text, which may say one instant in many ways; `stored_time` is that text.
_SQLITE = """
SELECT *, CASE typeof("time") WHEN 'text' THEN CAST("time" AS text) END AS "stored_time"
FROM "secretsapp_auditevent" NOT INDEXED
"""
_BETWEEN = f"""
{_SQLITE.replace(" NOT INDEXED", "")} WHERE "sequence" BETWEEN %s AND %s ORDER BY "sequence"
"""
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


def every() -> Iterator[AuditEvent]:
    """Every event in order, also those that come before the first; memory stays bounded.

    The engine sorts what it reads, on the disk where that is long. Raises what the driver raises
    over a row that cannot be read.
    """
    if connection.vendor == "postgresql":
        return AuditEvent.objects.order_by("sequence").iterator(chunk_size=CHUNK)
    return AuditEvent.objects.raw(f'{_SQLITE} ORDER BY "sequence"').iterator()


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
    written = connection.ops.adapt_datetimefield_value(event.time)
    return bool(getattr(event, "stored_time", written) == written)
