"""Statements that are no question about a model: asked as they are, and given none of a user's."""

from typing import Any

from django.db import connection


def execute(statement: str) -> None:
    """Do what the statement says."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def rows(query: str) -> list[Any]:
    """What the query finds."""
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchall())
