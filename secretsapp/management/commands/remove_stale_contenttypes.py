"""`manage.py remove_stale_contenttypes`: Django's own; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and says why and what to use."""

    help = "Closed, because it bypasses the audit log. Nothing needs it."
    sentence = (
        "Nothing was changed. This Django command is closed, because it deletes rows without "
        "the audit log. Use `manage.py setup`, which doesn't need it."
    )
