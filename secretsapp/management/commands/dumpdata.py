"""`manage.py dumpdata`: Django's own, which shows everything, past all rights; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and says why and what to use."""

    help = "Closed, because it checks no rights. Use backup FILE."
    sentence = (
        "Nothing was read. This Django command is closed, because it shows password hashes "
        "and everything else without checking rights. Use `manage.py backup FILE`."
    )
