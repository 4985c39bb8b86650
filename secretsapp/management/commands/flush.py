"""`manage.py flush`: Django's own, which empties the database; it is closed."""

from django.core.management.commands import flush

from secretsapp.management.closed import ClosedAtTheShell


class Command(ClosedAtTheShell, flush.Command):
    """Refuses at the shell, and says why and what to use."""

    sentence = (
        "This command of Django's is closed, because it would empty the tables, and the audit log"
        " with them. Nothing was changed. For an empty installation create a new database."
    )
