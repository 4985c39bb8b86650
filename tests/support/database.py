"""The database behind the product's back, as someone has it who can write to it."""

from django.db import connection

from secretsapp.rules import triggers


def on_postgres() -> bool:
    """Whether these tests run on PostgreSQL."""
    return connection.vendor == "postgresql"


def execute(statement: str) -> None:
    """Execute raw SQL."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


def edit_newest(column: str, value: str | bytes | int) -> None:
    """Edit the newest event, as someone who can take the triggers off and put them back."""
    triggers.remove()
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE secretsapp_auditevent SET {column} = %s "
            "WHERE sequence = (SELECT sequence FROM secretsapp_audithead)",
            [value],
        )
    triggers.install()
