"""`manage.py loaddata`: Django's own, which writes rows past the audit log; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and says why and what to use."""

    help = "Closed, because it bypasses the audit log. Use restore for a backup."
    sentence = (
        "Nothing was changed. This Django command is closed, because it writes rows without "
        "the audit log. Use the commands that are recorded, or `manage.py restore` for a "
        "backup."
    )
