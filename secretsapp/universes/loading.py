"""Universes as an actor may see them, and what goes with one that is removed."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission
from secretsapp.models import Change, Grant, Secret, Universe
from secretsapp.models.secrets import OPEN_STATES
from secretsapp.rules.policy import require_installation, rights_of


@dataclass(frozen=True)
class Removal:
    """How many grants and secrets a universe has here, and whether a change keeps it for now."""

    grants: int
    secrets: int
    has_open_change: bool


def get(actor: Actor, universe_id: int) -> Universe:
    """The universe of that id; raises NotFound unless the actor may list some of its secrets."""
    # The rights are looked up in any case: the time it takes must not tell what exists.
    may_see = rights_of(actor).allows_somewhere(Permission.LIST_SECRETS, universe_id)
    found = Universe.objects.select_related("api_key").filter(pk=universe_id).order_by()
    universe = next(iter(found), None)
    if universe is None or not may_see:
        raise NotFound(
            "This universe isn’t in Sealroom, or you don’t have access to it. Ask an admin "
            "or a manager of the universe."
        )
    return universe


def removal_of(actor: Actor, universe: Universe) -> Removal:
    """What would go with it; raises Forbidden for those who may not remove universes."""
    require_installation(actor, Permission.MANAGE_UNIVERSES, universe.pk)
    changes = Change.objects.filter(universe=universe, state__in=OPEN_STATES)
    return Removal(
        grants=Grant.objects.filter(universe=universe).count(),
        secrets=Secret.objects.filter(universe=universe).count(),
        has_open_change=changes.exists(),
    )
