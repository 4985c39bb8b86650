"""Rows for a large installation, in bulk: what people made over years is there in seconds."""

from collections.abc import Iterator
from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from benchmarks import place
from secretsapp.core.roles import Role
from secretsapp.models import (
    ApiKey,
    Grant,
    GrantPattern,
    Secret,
    ServerRestart,
    Shortcut,
    Universe,
    User,
)

FIRST_ID = 7_000_000_000
SECRETS_EACH, OWNERS = 100, 30
GRANTED = "granted@example.com"
API_KEY = "measured"
ENVIRONMENTS = ("production", "staging", "development", "")
PATTERNS = ("", "PAY_*", "", "PAY_API_KEY_000")
ROLES = (Role.MANAGER, Role.EDITOR, Role.ROTATOR, Role.VIEWER, Role.AUDITOR)
ROWS_AT_ONCE = 2000


def gather(universes: int, people: int) -> None:
    """Let there be so many universes of 100 secrets each, and so many people.

    One of them, GRANTED, has a grant in each universe; the others have three, and every fourth
    has one of all universes. GRANTED and the admin have opened every universe and pinned some.
    """
    api_key = ApiKey.objects.get(name=API_KEY)
    made = Universe.objects.bulk_create(_universes(api_key, universes), ROWS_AT_ONCE)
    Secret.objects.bulk_create(_secrets(made), ROWS_AT_ONCE)
    password = make_password(None)
    crowd = User.objects.bulk_create(_people(people - 1, password), ROWS_AT_ONCE)
    granted = User.objects.create(email=GRANTED, password=password, name="Much Granted")
    _store_grants([*_grants(crowd, made), *_grants_of_one(granted, made)])
    admin = User.objects.get(email=place.EMAIL)
    for person in (admin, granted):
        Shortcut.objects.bulk_create(_shortcuts(person, made), ROWS_AT_ONCE)
    ServerRestart.objects.create(
        universe=made[0], state="taken", started_at=timezone.now(), actor_name=place.EMAIL
    )


def _store_grants(made: list[tuple[Grant, str]]) -> None:
    stored = Grant.objects.bulk_create((grant for grant, _ in made), ROWS_AT_ONCE)
    rows = (
        GrantPattern(grant=grant, pattern=pattern)
        for grant, (_, pattern) in zip(stored, made, strict=True)
    )
    GrantPattern.objects.bulk_create(rows, ROWS_AT_ONCE)


def _universes(api_key: ApiKey, count: int) -> Iterator[Universe]:
    """Of thirty owners; one in a hundred could not be read."""
    for number in range(count):
        yield Universe(
            id=FIRST_ID + number,
            name=f"Harbor {number:04}",
            environment=ENVIRONMENTS[number % len(ENVIRONMENTS)],
            owner=f"groups/{1234567 + number % OWNERS}",
            api_key=api_key,
            synced_at=timezone.now(),
            sync_tried_at=timezone.now(),
            sync_failure="Roblox is away." if number % 100 == 2 else "",
        )


def _secrets(universes: list[Universe]) -> Iterator[Secret]:
    """A hundred in each; one of a hundred was changed outside."""
    now = timezone.now()
    for index, universe in enumerate(universes):
        for number in range(SECRETS_EACH):
            yield Secret(
                universe=universe,
                name=name_of(number),
                domain=("api.example.com", "*", "")[number % 3],
                create_time="2026-01-02T03:04:05Z",
                update_time="2026-10-02T03:04:05Z",
                note="Ends yearly.\nAsk before use." if number % 2 else "",
                drifted_at=now - timedelta(minutes=index) if number == index % 100 else None,
            )


def name_of(number: int) -> str:
    """The name of the secret of that number, in each universe."""
    return f"{('PAY', 'CHAT', 'STATS')[number % 3]}_API_KEY_{number:03}"


def _people(count: int, password: str) -> Iterator[User]:
    for number in range(count):
        yield User(
            email=f"person{number:04}@example.com",
            name=f"Person {number:04}" if number % 3 else "",
            password=password,
            is_active=number % 50 != 49,
        )


def _grants(people: list[User], universes: list[Universe]) -> Iterator[tuple[Grant, str]]:
    for number, person in enumerate(people):
        places: list[Universe | None] = [
            universes[(number + 7 * step) % len(universes)] for step in range(3)
        ]
        if number % 4 == 0:
            places.append(None)
        for universe in dict.fromkeys(places):
            yield _grant(person, universe, ROLES[number % len(ROLES)], "")


def _grants_of_one(person: User, universes: list[Universe]) -> Iterator[tuple[Grant, str]]:
    for number, universe in enumerate(universes):
        pattern = PATTERNS[number % len(PATTERNS)]
        yield _grant(person, universe, ROLES[number % len(ROLES)], pattern)


def _shortcuts(person: User, universes: list[Universe]) -> Iterator[Shortcut]:
    now = timezone.now()
    for number, universe in enumerate(universes):
        yield Shortcut(
            person=person,
            universe=universe,
            is_pinned=number % 300 == 1,
            opened_at=now - timedelta(minutes=number),
        )


def _grant(person: User, universe: Universe | None, role: Role, pattern: str) -> tuple[Grant, str]:
    grant = Grant(
        person=person,
        universe=universe,
        role=role,
        reason="Season two.",
        given_by="admin@example.com",
        given_at=timezone.now(),
    )
    return grant, pattern
