"""The comparison of 40 universes, with 500 names to 20: `python -m benchmarks.comparing`."""

import sys
from collections.abc import Iterator
from statistics import median

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks import place, requesting, table
from secretsapp.management.serving import HOST

ACROSS = 40
FEW, MANY = 20, 500
# The group of the universes with so many names.
GROUPS = {FEW: "groups/20", MANY: "groups/500"}
ROUNDS = 15
GRANTED = "granted@example.com"
WORDS = {place.EMAIL: "an admin", GRANTED: "someone with a part of each universe"}


def main() -> int:
    """Measure and print."""
    with place.served((1,)) as served:
        for number, (names, owner) in enumerate(GROUPS.items(), start=1):
            _fill(number * 1000, names, owner)
        _grant()
        for who in WORDS:
            _print(served.url, who)
    return 0


def _print(site: str, who: str) -> None:
    client = _signed_in(who)
    few, many = (f"/compare/?owner={GROUPS[names]}" for names in (FEW, MANY))
    name = settings.SESSION_COOKIE_NAME
    cookie = {"Cookie": f"{name}={client.cookies[name].value}"}
    rounds = [
        [requesting.first_byte(f"{site}{address}", cookie) for address in (few, many)]
        for _ in range(ROUNDS)
    ]
    small, large = (median(times) for times in zip(*rounds[1:], strict=True))
    table.at_most(
        f"first byte of the comparison of {ACROSS} universes for {WORDS[who]}, {MANY} names to "
        f"{FEW}",
        f"{large * 1000:.0f} ms to {small * 1000:.0f} ms",
        large / small,
        2,
    )
    asked = [_queries(client, address) for address in (few, many)]
    table.at_most(
        f"queries of the same, {MANY} names to {FEW}",
        f"{asked[1]} to {asked[0]}",
        asked[1] / asked[0],
        1,
    )


def _signed_in(who: str) -> Client:
    """A browser's session of that person, in the database that the server uses."""
    from secretsapp.models import User  # noqa: PLC0415 - settings come first

    client = Client(headers={"host": HOST})
    client.force_login(User.objects.get(email=who))
    return client


def _queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(address)
    return len(captured)


def _fill(first_id: int, names: int, owner: str) -> None:
    """Let a group have 40 universes, each with nearly as many secrets as there are names."""
    from secretsapp.models import ApiKey, Secret, Universe  # noqa: PLC0415 - settings come first

    key = ApiKey.objects.get()
    universes = Universe.objects.bulk_create(
        Universe(id=first_id + number, name=f"Quay {number:02}", owner=owner, api_key=key)
        for number in range(ACROSS)
    )

    def rows() -> Iterator[Secret]:
        for column, universe in enumerate(universes):
            for number in range(names):
                # Some are missing, and some are older.
                if (number + column) % 13:
                    year = 2025 if (number + column) % 11 == 0 else 2026
                    yield Secret(
                        universe=universe,
                        name=f"{('PAY', 'CHAT', 'STATS')[number % 3]}_API_KEY_{number:03}",
                        domain="api.example.com",
                        update_time=f"{year}-10-02T03:04:05Z",
                    )

    Secret.objects.bulk_create(rows(), 2000)


def _grant() -> None:
    """Let someone list the names of one kind in each universe, with a grant for each."""
    from django.utils import timezone  # noqa: PLC0415 - settings come first

    from secretsapp.models import (  # noqa: PLC0415 - settings come first
        Grant,
        GrantPattern,
        Universe,
        User,
    )

    person = User.objects.create(email=GRANTED)
    grants = Grant.objects.bulk_create(
        Grant(person=person, universe=each, role="editor", given_by="x", given_at=timezone.now())
        for each in Universe.objects.filter(owner__in=GROUPS.values())
    )
    GrantPattern.objects.bulk_create(
        GrantPattern(grant=grant, pattern=pattern)
        for grant in grants
        for pattern in ("PAY_*", "CHAT_*")
    )


if __name__ == "__main__":
    sys.exit(main())
