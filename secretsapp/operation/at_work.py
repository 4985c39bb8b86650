"""Which workers are at work, by when each was last seen."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.models import Worker

# Twelve times as long as a worker that is well lets pass.
SEEN_WITHIN = timedelta(seconds=60)


def at_work() -> QuerySet[Worker]:
    """The workers seen within the last minute.

    One that is seen in the future has another clock, and would be seen for ever.
    """
    now = timezone.now()
    return Worker.objects.filter(seen_at__range=(now - SEEN_WITHIN, now + SEEN_WITHIN))


def is_seen(host: str | None = None) -> bool:
    """Whether any worker is at work, or any on that host."""
    workers = at_work() if host is None else at_work().filter(host=host)
    return workers.exists()
