"""Asks the database about itself."""

from typing import Any

from django.db import connection


def rows(query: str) -> list[Any]:
    """What the query finds."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
