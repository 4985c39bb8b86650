"""What there is of one universe for an actor: the pages about it, and how much is on them."""

from dataclasses import dataclass

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.policy import rights_of
from secretsapp.secrets.waiting import count_waiting


@dataclass(frozen=True)
class UniverseParts:
    """How many secrets the actor may list, and what else of the universe is open to them.

    `proposals` is how many wait, where the universe is protected.
    """

    secrets: int
    proposals: int | None
    may_give_access: bool
    may_manage: bool


def compose(actor: Actor, universe: Universe, secrets: int | None = None) -> UniverseParts:
    """The parts of the universe, in a query for each count; `secrets` can be counted already."""
    rights = rights_of(actor)
    return UniverseParts(
        secrets=_count(actor, universe) if secrets is None else secrets,
        proposals=count_waiting(actor, universe) if universe.protected else None,
        may_give_access=rights.allows_somewhere(Permission.MANAGE_GRANTS, universe.pk),
        may_manage=rights.allows_installation(Permission.MANAGE_UNIVERSES),
    )


def _count(actor: Actor, universe: Universe) -> int:
    there = Secret.objects.filter(universe=universe).order_by()
    return narrowed(actor, there, Permission.LIST_SECRETS).count()
