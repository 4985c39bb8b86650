"""Records which tables the statements of each transaction touch, in their order."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

HEAD = "secretsapp_audithead"
AUDIT_TABLES = {HEAD, "secretsapp_auditevent"}

_QUOTED = re.compile(r'"(\w+)"')


@dataclass
class Transaction:
    """One outermost transaction: the tables of each of its statements, and whether it appends."""

    block: object
    statements: list[set[str]] = field(default_factory=list)
    moves_head: bool = False

    @property
    def appends(self) -> bool:
        """Whether it moved the head of the log: one that verifies only reads it."""
        return self.moves_head

    def touched_after_the_head(self) -> set[str]:
        """The other tables that were touched once the head was."""
        first = next(place for place, tables in enumerate(self.statements) if HEAD in tables)
        return set().union(*self.statements[first:]) - AUDIT_TABLES


@contextmanager
def recorded_transactions() -> Iterator[list[Transaction]]:
    """Record the transactions of this connection, without the one of the test itself."""
    transactions: list[Transaction] = []
    known = set(connection.introspection.table_names())

    def record(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        block = _outermost()
        if block is not None:
            if not transactions or transactions[-1].block is not block:
                transactions.append(Transaction(block))
            tables = known & set(_QUOTED.findall(sql))
            transactions[-1].statements.append(tables)
            transactions[-1].moves_head |= HEAD in tables and sql.startswith("UPDATE")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(record):
        yield transactions


def _outermost() -> object | None:
    """The block that would be the transaction if there were no test around it."""
    blocks: list[Any] = getattr(connection, "atomic_blocks")  # noqa: B009 - unknown to the stubs
    return next((block for block in blocks if not block._from_testcase), None)
