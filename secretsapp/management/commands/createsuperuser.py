"""`manage.py createsuperuser`: Django's own, which the audit log would not see; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and names the command that is recorded."""

    help = "Closed, because the audit log would not see it. Use create_user EMAIL --admin."
    sentence = (
        "This command of Django's is closed, because the audit log would not see it. Nothing was "
        "changed. Use `manage.py create_user EMAIL --admin`."
    )
