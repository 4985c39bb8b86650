"""`manage.py createcachetable`: Django's own, which makes tables past the migrations; closed."""

from django.core.management.commands import createcachetable

from secretsapp.management.closed import ClosedAtTheShell


class Command(ClosedAtTheShell, createcachetable.Command):
    """Refuses at the shell, and says why and what to use."""

    sentence = (
        "This command of Django's is closed, because it makes tables that Sealroom's migrations do "
        "not. Nothing was changed. Use `manage.py setup`."
    )
