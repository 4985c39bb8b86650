"""What goes with a universe when it is removed, for whoever is about to do that."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.models import Change, Grant, Secret, Universe
from secretsapp.models.changes import OPEN_STATES
from secretsapp.rules.policy import require_installation


@dataclass(frozen=True)
class Removal:
    """How many grants and secrets a universe has here, and whether a change keeps it for now."""

    grants: int
    secrets: int
    has_open_change: bool


def of(actor: Actor, universe: Universe) -> Removal:
    """What would go; raises Forbidden for those who may not remove universes."""
    require_installation(actor, Permission.MANAGE_UNIVERSES)
    changes = Change.objects.filter(universe=universe, state__in=OPEN_STATES)
    return Removal(
        grants=Grant.objects.filter(universe=universe).count(),
        secrets=Secret.objects.filter(universe=universe).count(),
        has_open_change=changes.exists(),
    )
