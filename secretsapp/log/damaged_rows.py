"""Reads rows of the audit log that somebody may have edited until they cannot be read."""

from typing import TypeVar

from django.db import DatabaseError
from django.db.models import Model, QuerySet

from secretsapp.models import AuditHead

Row = TypeVar("Row", bound=Model)

# What the driver, Django and our own reading raise over a value that no action ever wrote. On
# SQLite a column takes anything, on PostgreSQL more than Python can hold.
UNREADABLE = (DatabaseError, ArithmeticError, AttributeError, TypeError, ValueError)


def read_rows(found: QuerySet[Row]) -> list[Row] | None:
    """The rows, or None where one of them cannot be read.

    Raises DatabaseError where it is the database itself that does not answer.
    """
    try:
        return list(found)
    except UNREADABLE:
        return _rows_after_failure(found)


def _rows_after_failure(found: QuerySet[Row]) -> list[Row] | None:
    """The rows after all, if the database only failed for a moment."""
    AuditHead.objects.exists()
    try:
        return list(found.all())
    except UNREADABLE:
        return None
