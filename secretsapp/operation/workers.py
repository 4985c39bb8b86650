"""The workers' own rows: one as long as its process works, and none for those that are gone."""

import os
import socket
from datetime import timedelta

from django.utils import timezone

from secretsapp.models import Worker

HOST_LIMIT = 255
FORGOTTEN_AFTER = timedelta(days=1)


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
