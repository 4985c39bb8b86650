"""How long a question may keep its asker waiting where someone is better told that it failed."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def within_time_limit(*, seconds: int = 1) -> Iterator[None]:
    """A block for reading, in which each statement fails after so long of work or waiting.

    On SQLite nothing is to be done: a reader waits for no one, but a transaction of ours does.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            # It ends with the transaction, so nothing of it stays behind at a pooled connection.
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
        yield
