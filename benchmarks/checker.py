"""One process that checks a right again and again: `python -m benchmarks.checker`.

It prints the milliseconds that one check takes someone with one grant and someone with many, a pair
a line, and last the queries of each.
"""

import sys
from time import perf_counter

import django

django.setup()

from django.db import connection  # noqa: E402 - Django must be set up first
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.utils import timezone  # noqa: E402

from secretsapp.core import actor as actors  # noqa: E402
from secretsapp.core.actor import Actor, Door  # noqa: E402
from secretsapp.core.roles import Permission  # noqa: E402
from secretsapp.models import (  # noqa: E402
    ApiKey,
    Grant,
    GrantPattern,
    Membership,
    Place,
    Team,
    Universe,
    User,
)
from secretsapp.rules.policy import rights_now  # noqa: E402

TEAMS, GRANTS = 20, 1000
UNIVERSE_ID = 6930499524
ROUNDS, CHECKS = 9, 20
NAME = "PAY_KEY"


def main() -> int:
    """Stock the database, and measure in turn."""
    few, many = _stock()
    for each in (few, many):
        _check(each)
    for _ in range(ROUNDS):
        sys.stdout.write(f"{_milliseconds(few)} {_milliseconds(many)}\n")
    sys.stdout.write(f"{_queries(few)} {_queries(many)}\n")
    return 0


def _stock() -> tuple[Actor, Actor]:
    """Someone with one grant, and someone with a thousand in twenty teams, each in a universe."""
    key = ApiKey.objects.create(name="measured", encrypted_value=b"")
    universes = Universe.objects.bulk_create(
        Universe(id=UNIVERSE_ID + number, name=f"Harbor {number}", api_key=key)
        for number in range(GRANTS)
    )
    few, many = (User.objects.create(email=f"{name}@example.com") for name in ("few", "many"))
    teams = Team.objects.bulk_create(Team(name=f"Team {number}") for number in range(TEAMS))
    Membership.objects.bulk_create(
        Membership(team=team, person=many, added_by="bench", added_at=timezone.now())
        for team in teams
    )
    given = [_grant(universe, team=teams[n % TEAMS]) for n, universe in enumerate(universes)]
    stored = Grant.objects.bulk_create([_grant(universes[0], person=few), *given])
    GrantPattern.objects.bulk_create(GrantPattern(grant=each, pattern="PAY_*") for each in stored)
    return _actor(few), _actor(many)


def _grant(universe: Universe, person: User | None = None, team: Team | None = None) -> Grant:
    return Grant(
        person=person,
        team=team,
        universe=universe,
        role="rotator",
        given_by="bench",
        given_at=timezone.now(),
    )


def _actor(person: User) -> Actor:
    return actors.person(person.pk, person.email, Door.BROWSER)


def _check(actor: Actor) -> None:
    """Ask for the right as an action does under its lock (`acting._permitted`)."""
    rights = rights_now(actor, Place(UNIVERSE_ID))
    if not rights.allows(Permission.ROTATE_SECRET, UNIVERSE_ID, NAME):
        sys.exit("The right isn't there, so nothing is measured.")


def _milliseconds(actor: Actor) -> float:
    """How long one check takes: the quickest of some, as others on the machine only add to it."""
    found = []
    for _ in range(CHECKS):
        began = perf_counter()
        _check(actor)
        found.append((perf_counter() - began) * 1000)
    return min(found)


def _queries(actor: Actor) -> int:
    with CaptureQueriesContext(connection) as queries:
        _check(actor)
    return len(queries)


if __name__ == "__main__":
    sys.exit(main())
