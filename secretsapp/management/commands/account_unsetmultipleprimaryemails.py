"""`manage.py account_unsetmultipleprimaryemails`: allauth's own; it is closed."""

from secretsapp.management.closed import ClosedCommand


class Command(ClosedCommand):
    """Refuses, and says why and what to use."""

    help = "Closed, because the audit log would not see it. Nothing needs it."
    sentence = (
        "This command of allauth's is closed, because it changes addresses that the audit log "
        "would not see. Nothing was changed. Accounts have one e-mail address each, so nothing "
        "needs it."
    )
