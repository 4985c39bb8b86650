"""Reads rows of the audit log that someone may have edited until they cannot be read."""

from collections.abc import Callable
from typing import TypeVar

from django.db import DatabaseError
from django.db.models import Model, QuerySet

from secretsapp.models import AuditHead

Row = TypeVar("Row", bound=Model)
Found = TypeVar("Found")

# What the driver, Django and our own reading raise over a value that no action ever wrote. On
# SQLite a column takes anything, on PostgreSQL more than Python can hold.
UNREADABLE = (DatabaseError, ArithmeticError, AttributeError, TypeError, ValueError)


def read_rows(found: QuerySet[Row]) -> list[Row] | None:
    """The rows, or None where one of them cannot be read.

    Raises DatabaseError where it is the database itself that does not answer.
    """
    return read(lambda: list(found.all()))


def read(rows: Callable[[], list[Found]]) -> list[Found] | None:
    """The same for rows that are read in another way."""
    try:
        return rows()
    except UNREADABLE:
        return _read_after_failure(rows)


def _read_after_failure(rows: Callable[[], list[Found]]) -> list[Found] | None:
    """The rows after all, if the database only failed for a moment."""
    AuditHead.objects.exists()
    try:
        return rows()
    except UNREADABLE:
        return None
