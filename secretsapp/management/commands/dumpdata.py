"""`manage.py dumpdata`: Django's own, which shows everything, past all rights; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and says why and what to use."""

    help = "Closed, because it asks for no rights. Use backup FILE."
    sentence = (
        "This command of Django's is closed, because it shows hashes of passwords and everything "
        "else to whoever runs it, past all rights. Nothing was read. Use `manage.py backup FILE`."
    )
