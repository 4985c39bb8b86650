"""The workers' own rows, one as long as its process works, and which of them are at work."""

import os
import socket
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from secretsapp.models import Worker

HOST_LIMIT = 255
FORGOTTEN_AFTER = timedelta(days=1)
# Twelve times as long as a worker that is well lets pass.
SEEN_WITHIN = timedelta(seconds=60)


def this_host() -> str:
    """The name under which this machine's workers are known; in a container it is its own."""
    return socket.gethostname()[:HOST_LIMIT]


def of_this_process() -> Worker:
    """A worker that was never seen yet: `beat` stores it."""
    return Worker(host=this_host(), pid=os.getpid(), started_at=timezone.now())


def beat(worker: Worker) -> None:
    """Note that the worker is at work; its row may be gone, for a database can be restored."""
    worker.seen_at = timezone.now()
    if not Worker.objects.filter(pk=worker.pk).update(seen_at=worker.seen_at):
        worker.save(force_insert=True)


def end(worker: Worker) -> None:
    """Forget a worker that has ended in order."""
    Worker.objects.filter(pk=worker.pk).delete()


def forget_lost() -> int:
    """Forget the workers that were not seen for a day; gives how many."""
    lost = Worker.objects.filter(seen_at__lt=timezone.now() - FORGOTTEN_AFTER)
    return lost.delete()[0]


def at_work() -> QuerySet[Worker]:
    """The workers seen within the last minute.

    One that is seen in the future has another clock, and would be seen forever.
    """
    now = timezone.now()
    return Worker.objects.filter(seen_at__range=(now - SEEN_WITHIN, now + SEEN_WITHIN))


def is_seen(host: str | None = None) -> bool:
    """Whether any worker is at work, or any on that host."""
    workers = at_work() if host is None else at_work().filter(host=host)
    return workers.exists()
