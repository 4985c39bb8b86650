"""What SQLite is to expect of the audit log: as many rows as there are after years.

It plans a query by statistics that nobody makes. Without any it takes an index to lead to ten rows,
and for a page of fifty events reads all that there are about a universe. Counting them as ANALYZE
does keeps everyone from writing, and has to be repeated; `setup` writes down what a log of a
million events has. PostgreSQL keeps count by itself.
"""

from collections.abc import Iterable

from django.db import connection, transaction

from secretsapp.models import AuditEvent
from secretsapp.rules.sql import execute, rows

_LOG, _OTHER = AuditEvent._meta.db_table, "secretsapp_audithead"
# As SQLite writes it: the rows, and to how many of them one value of the index leads, of the first
# column, of the first two, and so on. benchmarks/chains.py makes such a log.
_EXPECTED = {
    "event_of_secret": "1000000 40000 1500 1",
    "event_of_actor": "1000000 25000 1",
    "event_of_tag": "1000000 125000 1",
    "event_of_change": "1000000 2 1",
    "event_of_session": "1000000 40 1",
    "event_of_request": "1000000 2 1",
    f"sqlite_autoindex_{_LOG}_1": "1000000 1",
}


def install() -> None:
    """Write down what is not there: SQLite forgets an index that is made again. Safe to repeat."""
    if connection.vendor != "sqlite":
        return
    # Several may set up at once, and one of them may be killed: it is all there, once, or nothing.
    with transaction.atomic():
        if missing := _EXPECTED.keys() - _known():
            _write(missing)


def _write(indexes: Iterable[str]) -> None:
    # Only SQLite itself can make the table that they are in.
    execute(f"ANALYZE {_OTHER}")
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (%s, %s, %s)",
            [(_LOG, index, _EXPECTED[index]) for index in indexes],
        )
    # It reads them now.
    execute("ANALYZE sqlite_master")


def _known() -> set[str]:
    """The indexes of the log that there are statistics of."""
    if not rows("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'"):
        return set()
    found = rows(f"SELECT idx FROM sqlite_stat1 WHERE tbl = '{_LOG}'")  # noqa: S608 - our own name
    return {index for (index,) in found}
