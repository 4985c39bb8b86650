"""`manage.py changepassword`: Django's own, which the audit log would not see; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and names the command that is recorded."""

    help = "Closed, because the audit log would not see it. Use set_password EMAIL."
    sentence = (
        "This command of Django's is closed, because the audit log would not see it. Nothing was "
        "changed. Use `manage.py set_password EMAIL`."
    )
