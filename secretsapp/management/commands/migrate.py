"""`manage.py migrate`: Django's own, which `setup` runs; it is closed at the shell."""

from django.core.management.commands import migrate

from secretsapp.management.closed import ClosedAtTheShell


class Command(ClosedAtTheShell, migrate.Command):
    """Refuses at the shell, and says why and what to use."""

    sentence = (
        "Nothing was changed. This Django command is closed, because it can remove tables "
        "and the audit log, and leaves the guards off. Use `manage.py setup`, which migrates "
        "and puts the guards in place."
    )
