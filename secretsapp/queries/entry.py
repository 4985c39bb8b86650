"""What a stranger at the door must be told: whether anybody lives here."""

from secretsapp.models import User


def is_claimed() -> bool:
    """Whether there is an account; no right is asked for. Accounts are never deleted."""
    return User.objects.exists()
