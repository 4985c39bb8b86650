"""`manage.py flush`: Django's own, which empties the database; it is closed."""

from django.core.management.commands import flush

from secretsapp.management.closed import ClosedAtTheShell


class Command(ClosedAtTheShell, flush.Command):
    """Refuses at the shell, and says why and what to use."""

    sentence = (
        "Nothing was changed. This Django command is closed, because it would empty all "
        "tables, including the audit log. For an empty installation, create a new database."
    )
