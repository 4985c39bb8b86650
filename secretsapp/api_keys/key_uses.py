"""What an API key is used for: the secrets of some universes, and the game servers of some."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from secretsapp.models import ApiKey, Universe


@dataclass(frozen=True)
class Uses:
    """The universes whose secrets a key opens, and those whose servers it is for."""

    secrets: list[Universe]
    servers: list[Universe]


def used_by(api_key: ApiKey) -> QuerySet[Universe]:
    """Every universe that uses the key for one or the other."""
    return Universe.objects.filter(Q(api_key=api_key) | Q(server_key=api_key))


def uses_among(api_key: ApiKey, universes: Iterable[Universe]) -> Uses:
    """What the key is used for in these universes."""
    found = list(universes)
    return Uses(
        [each for each in found if each.api_key_id == api_key.pk],
        [each for each in found if each.server_key_id == api_key.pk],
    )


def uses_of(api_key: ApiKey) -> Uses:
    """What the key is used for everywhere."""
    return uses_among(api_key, used_by(api_key).order_by("pk"))
