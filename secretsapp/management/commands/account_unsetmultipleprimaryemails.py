"""`manage.py account_unsetmultipleprimaryemails`: allauth's own; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and says why and what to use."""

    help = "Closed, because it bypasses the audit log. Nothing needs it."
    sentence = (
        "Nothing was changed. This allauth command is closed, because it changes addresses "
        "without the audit log. Each account has one email address, so nothing needs it."
    )
