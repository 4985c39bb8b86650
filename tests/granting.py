"""Grants as rows, for tests that need many at once, or some that no action gives."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from secretsapp.access import terms
from secretsapp.models import Grant, GrantPattern


@dataclass(frozen=True)
class Terms(terms.Terms):
    """Terms with a reason, which they need without an end, where a test is about something else."""

    reason: str = "for a test"


def store_grants(made: Iterable[Grant], *names: str) -> list[Grant]:
    """Store the grants, each for these names and patterns, or for every name without them."""
    return store_each((grant, names or ("",)) for grant in made)


def store_each(made: Iterable[tuple[Grant, tuple[str, ...]]]) -> list[Grant]:
    """Store the grants, each for its own names and patterns."""
    pairs = list(made)
    stored = Grant.objects.bulk_create(grant for grant, _ in pairs)
    GrantPattern.objects.bulk_create(
        GrantPattern(grant=grant, pattern=name)
        for grant, (_, names) in zip(stored, pairs, strict=True)
        for name in names
    )
    return stored


def let_cover(grants: QuerySet[Grant], *names: str) -> None:
    """Let the stored grants be for these names and patterns alone."""
    for grant in grants:
        grant.patterns.all().delete()
        GrantPattern.objects.bulk_create(GrantPattern(grant=grant, pattern=name) for name in names)
