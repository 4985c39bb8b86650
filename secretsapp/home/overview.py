"""The first page of an actor: what needs them, what happened lately, where their universes are."""

from dataclasses import dataclass
from itertools import groupby

from django.db.models import Count

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.home import activity, attention
from secretsapp.home.activity import Activity
from secretsapp.home.attention import Need
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.policy import rights_of
from secretsapp.universes import loading


@dataclass(frozen=True)
class UniverseCard:
    """A universe, how many secrets the actor may list in it, and how many of those need them."""

    universe: Universe
    secrets: int
    needing: int


@dataclass(frozen=True)
class OwnedCards:
    """The universes of one owner; `owner` is as Roblox names it."""

    owner: str
    cards: list[UniverseCard]


@dataclass(frozen=True)
class Overview:
    """All that the first page shows."""

    needs: list[Need]
    activity: Activity
    owners: list[OwnedCards]
    may_add_universes: bool


def compose_overview(actor: Actor) -> Overview:
    """The overview for the actor; the number of queries does not grow with what there is."""
    needs = attention.find_needs(actor)
    rights = rights_of(actor)
    return Overview(
        needs=needs,
        activity=activity.read_activity(actor),
        owners=_owners(actor, needs),
        may_add_universes=rights.allows_installation(Permission.MANAGE_UNIVERSES),
    )


def _owners(actor: Actor, needs: list[Need]) -> list[OwnedCards]:
    needing = attention.names_by_universe(needs)
    counted = _counted(actor)
    cards = [
        UniverseCard(found, counted.get(found.pk, 0), len(needing.get(found.pk, ())))
        for found in loading.visible(actor)
    ]
    return [
        OwnedCards(owner, list(owned))
        for owner, owned in groupby(cards, lambda card: card.universe.owner)
    ]


def _counted(actor: Actor) -> dict[int, int]:
    """How many secrets the actor may list, by the id of their universe."""
    secrets = narrowed(actor, Secret.objects.order_by(), Permission.LIST_SECRETS)
    return dict(secrets.values_list("universe_id").annotate(Count("pk")))
