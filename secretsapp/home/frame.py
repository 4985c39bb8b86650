"""What the frame around a page shows an actor: universes by owner, and where else they may go."""

from dataclasses import dataclass
from itertools import groupby

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.models import Universe
from secretsapp.rules.narrowing import narrowed_universes
from secretsapp.rules.policy import rights_of


@dataclass(frozen=True)
class OwnedUniverses:
    """The universes of one owner; `owner` is as Roblox names it, such as `groups/1234567`."""

    owner: str
    universes: list[Universe]


@dataclass(frozen=True)
class Frame:
    """The navigation of one actor."""

    owners: list[OwnedUniverses]
    may_read_audit: bool
    may_give_everywhere: bool
    may_manage_people: bool
    may_manage_api_keys: bool
    may_manage_universes: bool


def compose_frame(actor: Actor) -> Frame:
    """The frame for the actor, in two queries."""
    rights = rights_of(actor)
    universes = Universe.objects.order_by("owner", "name", "pk")
    visible = narrowed_universes(actor, universes, Permission.LIST_SECRETS)
    return Frame(
        owners=[
            OwnedUniverses(owner, list(owned))
            for owner, owned in groupby(visible, lambda universe: universe.owner)
        ],
        may_read_audit=rights.universes_with(Permission.READ_AUDIT) != set(),
        may_give_everywhere=rights.universes_with(Permission.MANAGE_GRANTS) is None,
        may_manage_people=rights.allows_installation(Permission.MANAGE_PEOPLE),
        may_manage_api_keys=rights.allows_installation(Permission.MANAGE_API_KEYS),
        may_manage_universes=rights.allows_installation(Permission.MANAGE_UNIVERSES),
    )
