"""Finds out which universe a reference means, by asking Roblox with the key that can read it."""

from collections.abc import Iterator

from secretsapp.api_keys.probing import opens
from secretsapp.core.actor import Actor
from secretsapp.core.errors import RobloxRefused
from secretsapp.core.references import Kind, Reference
from secretsapp.core.roles import Permission
from secretsapp.models import ApiKey
from secretsapp.opencloud.answers import (
    Missing,
    NoUniverse,
    Refused,
    Unusable,
)
from secretsapp.opencloud.client import Client
from secretsapp.rules import connections
from secretsapp.rules.policy import require_installation
from secretsapp.rules.roblox import in_our_words


def universe_id_of(actor: Actor, api_key: ApiKey, reference: Reference) -> int:
    """The universe meant: of a bare number, the first that the key opens.

    If it can read none, the likeliest: the person who continues is told why.
    """
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    if reference.kind is Kind.UNIVERSE:
        return reference.number
    with in_our_words(), connections.client_of(actor, api_key) as client:
        found: list[int] = []
        for universe_id in candidates(client, reference):
            found.append(universe_id)
            if reference.kind is Kind.PLACE or opens(client, universe_id):
                return universe_id
    if not found:
        raise RobloxRefused(
            "Roblox has no universe with that place. Copy the link of the game again.",
            field="universe",
        )
    return found[0]


def candidates(client: Client, reference: Reference) -> Iterator[int]:
    """The ids of the universes that the reference may mean, the likeliest first."""
    if reference.kind is not Kind.PLACE:
        yield reference.number
    if reference.kind is not Kind.UNIVERSE:
        try:
            yield client.universe_of_place(reference.number)
        except (Missing, NoUniverse):
            return
        except (Refused, Unusable):
            if reference.kind is Kind.PLACE:
                raise
