"""`manage.py changepassword`: Django's own, which the audit log would not see; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and names the command that is recorded."""

    help = "Closed, because it bypasses the audit log. Use set_password EMAIL."
    sentence = (
        "Nothing was changed. This Django command is closed, because it bypasses the audit "
        "log. Use `manage.py set_password EMAIL`."
    )
