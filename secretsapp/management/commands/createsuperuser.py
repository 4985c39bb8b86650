"""`manage.py createsuperuser`: Django's own, which the audit log would not see; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and names the command that is recorded."""

    help = "Closed, because it bypasses the audit log. Use create_user EMAIL --admin."
    sentence = (
        "Nothing was changed. This Django command is closed, because it bypasses the audit "
        "log. Use `manage.py create_user EMAIL --admin`."
    )
