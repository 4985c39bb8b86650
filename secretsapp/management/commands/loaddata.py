"""`manage.py loaddata`: Django's own, which writes rows past the audit log; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and says why and what to use."""

    help = "Closed, because the audit log would not see it. Use restore for a backup."
    sentence = (
        "This command of Django's is closed, because it writes rows that the audit log would not "
        "see. Nothing was changed. Use the commands that are recorded, or `manage.py restore` for"
        " a backup."
    )
