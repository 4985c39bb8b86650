"""One process that opens pages of an audit log when it is told to: `python -m benchmarks.reviewer`.

It reads a word and a number a line, and answers each with a number of its own.
"""

import sys
import time

import django

django.setup()

from django.test import Client  # noqa: E402 - Django must be set up first
from django.utils import timezone  # noqa: E402

from benchmarks import chains, databases  # noqa: E402
from benchmarks.reviewed import FIRST_UNIVERSE, PAIRS, PATTERN, READERS, SINGLE  # noqa: E402
from secretsapp.core.roles import Role  # noqa: E402
from secretsapp.log.index import building  # noqa: E402
from secretsapp.management.serving import HOST  # noqa: E402
from secretsapp.models import (  # noqa: E402
    ApiKey,
    AuditEvent,
    Grant,
    GrantPattern,
    Universe,
    User,
)

_clients: list[Client] = []


def fill(events: int) -> float:
    """Let the log hold that many events, in the index too, and people who read it."""
    began = time.perf_counter()
    _engage()
    chains.lengthen(events)
    while building.extend():
        pass
    chains.settle()
    return time.perf_counter() - began


def _engage() -> None:
    key = ApiKey.objects.create(name="measured", encrypted_value=b"")
    Universe.objects.bulk_create(
        Universe(id=FIRST_UNIVERSE + number, name=f"Harbor {number}", api_key=key)
        for number in range(chains.UNIVERSES)
    )
    for reader, place, pattern in (
        (READERS[0], None, ""),
        (READERS[1], FIRST_UNIVERSE + 3, ""),
        (READERS[2], None, PATTERN),
    ):
        user = User.objects.create(email=f"{reader.replace(' ', '.')}@example.com")
        grant = Grant.objects.create(
            person=user, role=Role.AUDITOR, universe_id=place, given_at=timezone.now()
        )
        GrantPattern.objects.create(grant=grant, pattern=pattern)


def ask(number: int) -> float:
    """Open a page, and give the seconds of work it took: the number says who asks for which."""
    reader, rest = divmod(number, len(SINGLE) + len(PAIRS))
    query, client = (*SINGLE, *PAIRS)[rest], _client(reader)
    began = databases.worked()
    answer = client.get("/audit/", query)
    seconds = (databases.worked() - began) / 1e9
    if answer.status_code != 200:
        raise LookupError(query, answer.status_code)
    return seconds


def _client(reader: int) -> Client:
    if not _clients:
        for name in READERS:
            client = Client(headers={"host": HOST})
            client.force_login(User.objects.get(email=f"{name.replace(' ', '.')}@example.com"))
            _clients.append(client)
    return _clients[reader]


def count(_: int) -> float:
    """How many events there are."""
    return AuditEvent.objects.count()


WORK = {work.__name__: work for work in (fill, ask, count)}


def main() -> None:
    """Do what each line says until there are no more."""
    for line in sys.stdin:
        word, number = line.split()
        sys.stdout.write(f"{WORK[word](int(number))}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
