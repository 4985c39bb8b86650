"""How the engine goes about queries, to see which indexes they use."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from tests.support.database import execute, on_postgres


@contextmanager
def plans(table: str) -> Iterator[list[str]]:
    """Each query inside that reads the table, with its plan below, filled in at the end.

    It is planned as it was asked, with its values apart: SQLite doesn't know all of them then.
    PostgreSQL, which reads the whole of a short table, is kept from it where it can be.
    """
    asked: list[tuple[str, Any]] = []
    told: list[str] = []

    def record(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        asked.append((sql, values))
        return execute(sql, values, many, context)

    if on_postgres():
        execute("SET LOCAL enable_seqscan = off")
    with connection.execute_wrapper(record):
        yield told
    explain = "EXPLAIN" if on_postgres() else "EXPLAIN QUERY PLAN"
    for sql, values in asked:
        if f'FROM "{table}"' in sql:
            with connection.cursor() as cursor:
                cursor.execute(f"{explain} {sql}", values)
                told.append(f"{sql}\n{cursor.fetchall()}")
