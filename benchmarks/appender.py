"""One process that appends to an audit log when it is told to: `python -m benchmarks.appender`.

It reads a word and a number a line, and answers each with a number of its own.
"""

import sys
import time

import django

django.setup()

from django.db import connection, transaction  # noqa: E402 - Django must be set up first
from django.test.utils import CaptureQueriesContext  # noqa: E402

from benchmarks import chains  # noqa: E402
from secretsapp.core import actor  # noqa: E402
from secretsapp.core.actor import Door  # noqa: E402
from secretsapp.core.events.secrets import SecretEvent  # noqa: E402
from secretsapp.models import AuditEvent, Universe  # noqa: E402
from secretsapp.rules import audit  # noqa: E402

ACTOR = actor.person(3, "person3@example.com", Door.BROWSER, "192.0.2.3")
UNIVERSE = Universe(pk=6930499524, name="Harbor")


def append(events: int) -> float:
    """Append events, each in a transaction of its own; the seconds that it took."""
    began = time.perf_counter()
    for number in range(events):
        entry = audit.Entry(
            SecretEvent.SECRET_ROTATE_STARTED,
            ACTOR,
            UNIVERSE,
            f"PROVIDER_{number % chains.SECRETS}_TOKEN",
            detail={"number": str(number)},
        )
        with transaction.atomic():
            audit.append(entry)
    return time.perf_counter() - began


def lengthen(events: int) -> float:
    """Let the log hold that many events, written in bulk; the seconds that it took."""
    began = time.perf_counter()
    chains.lengthen(events)
    return time.perf_counter() - began


def wait_for_disk(is_on: int) -> float:
    """Whether a commit waits until the disk has it, as it does in production."""
    if connection.vendor == "postgresql":
        statement = f"SET synchronous_commit = {'on' if is_on else 'off'}"
    else:
        statement = f"PRAGMA synchronous = {'FULL' if is_on else 'OFF'}"
    with connection.cursor() as cursor:
        cursor.execute(statement)
    return is_on


def statements(events: int) -> float:
    """How many statements it takes to append, without the transaction's own."""
    with CaptureQueriesContext(connection) as captured:
        append(events)
    own = ("BEGIN", "COMMIT")
    return sum(not query["sql"].startswith(own) for query in captured) / events


def count(_: int) -> float:
    """How many events there are."""
    return AuditEvent.objects.count()


WORK = {work.__name__: work for work in (append, lengthen, wait_for_disk, statements, count)}


def main() -> None:
    """Do what each line says until there are no more."""
    for line in sys.stdin:
        word, number = line.split()
        sys.stdout.write(f"{WORK[word](int(number))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
