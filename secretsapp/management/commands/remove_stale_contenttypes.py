"""`manage.py remove_stale_contenttypes`: Django's own; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and says why and what to use."""

    help = "Closed, because the audit log would not see it. Nothing needs it."
    sentence = (
        "This command of Django's is closed, because it deletes rows that the audit log would not"
        " see. Nothing was changed. Use `manage.py setup`, which needs no such tidying."
    )
