"""The database behind the product's back, as someone has it who can write to it."""

from django.db import connection


def on_postgres() -> bool:
    """Whether these tests run on PostgreSQL."""
    return connection.vendor == "postgresql"


def execute(statement: str) -> None:
    """Execute raw SQL."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
