"""`manage.py createcachetable`: Django's own, which makes tables past the migrations; closed."""

from django.core.management.commands import createcachetable

from secretsapp.management.closed import ClosedAtTheShell


class Command(ClosedAtTheShell, createcachetable.Command):
    """Refuses at the shell, and says why and what to use."""

    sentence = (
        "Nothing was changed. This Django command is closed, because it creates tables that "
        "Sealroom's migrations don't. Use `manage.py setup`."
    )
