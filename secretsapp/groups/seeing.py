"""Who may be told of a universe's group, and which group that is."""

import re

from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.core.roles import Permission
from secretsapp.core.upkeep_errors import NoGroup
from secretsapp.models import RobloxGroup, Universe
from secretsapp.rules.policy import rights_of

_OWNER = re.compile("(groups|users)/([0-9]{1,19})", re.ASCII)


def may_see(actor: Actor, universe: Universe) -> bool:
    """Whether the actor sees every secret of the universe, and so who could change any."""
    return rights_of(actor).allows_throughout(Permission.LIST_SECRETS, universe.pk)


def check_may_see(actor: Actor, universe: Universe) -> None:
    """Raise Forbidden for who sees a part of the universe's secrets alone."""
    if not may_see(actor, universe):
        raise Forbidden(
            f"Only people who can list every secret of {universe.name} are told of its group.",
            permission=Permission.LIST_SECRETS,
            universe_id=universe.pk,
        )


def owner_of(universe: Universe) -> tuple[str, int] | None:
    """`groups` or `users` with the id of the universe's owner; None where Roblox didn't tell."""
    found = _OWNER.fullmatch(universe.owner)
    is_usable = found and 0 < int(found[2]) <= UNIVERSE_ID_LIMIT
    return (found[1], int(found[2])) if found and is_usable else None


def group_id_of(universe: Universe) -> int | None:
    """The id of the group that owns the universe."""
    owner = owner_of(universe)
    return owner[1] if owner and owner[0] == "groups" else None


def group_of(universe: Universe) -> RobloxGroup:
    """The row of the universe's group, which is made where there is none; raises NoGroup."""
    group_id = group_id_of(universe)
    if group_id is None:
        raise NoGroup(
            f"{universe.name} isn’t known to belong to a group, so there is none to read."
        )
    return RobloxGroup.objects.get_or_create(pk=group_id)[0]
