"""What a minute allows, for all processes of an installation together."""

from datetime import timedelta

from django.db.models import F, Q
from django.utils import timezone

from secretsapp.models import Budget

MINUTE = timedelta(minutes=1)


def take(name: str, wanted: int, *, of: int) -> bool:
    """Use so much `of` what any minute allows; False, and nothing is used, where less is left.

    What was used counts until nothing was for a minute, so no minute sees more, wherever it begins.
    """
    now = timezone.now()
    Budget.objects.bulk_create([Budget(name=name, used_at=now)], ignore_conflicts=True)
    rows = Budget.objects.filter(name=name)
    # A clock that was put back must not keep a budget used for good.
    over = Q(used_at__lte=now - MINUTE) | Q(used_at__gt=now + MINUTE)
    rows.filter(over).update(used=0)
    return bool(rows.filter(used__lte=of - wanted).update(used=F("used") + wanted, used_at=now))


def take_some(name: str, wanted: int, *, of: int) -> int:
    """The same, or less where less is left; gives how much that was."""
    return next((some for some in range(wanted, 0, -1) if take(name, some, of=of)), 0)
