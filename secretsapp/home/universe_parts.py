"""What there is of one universe for an actor: the pages about it, and how much is on them."""

from dataclasses import dataclass

from secretsapp.access import grant_listing
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.policy import rights_of


@dataclass(frozen=True)
class UniverseParts:
    """How many secrets the actor may list, and how many grants: None for who may give none."""

    secrets: int
    grants: int | None
    may_read_audit: bool
    may_manage: bool


def compose(actor: Actor, universe: Universe, secrets: int | None = None) -> UniverseParts:
    """The parts of the universe, in two queries at most; `secrets` are those counted already."""
    rights = rights_of(actor)
    may_give = rights.allows_somewhere(Permission.MANAGE_GRANTS, universe.pk)
    return UniverseParts(
        secrets=_count(actor, universe) if secrets is None else secrets,
        grants=grant_listing.count_in(universe) if may_give else None,
        may_read_audit=rights.allows_somewhere(Permission.READ_AUDIT, universe.pk),
        may_manage=rights.allows_installation(Permission.MANAGE_UNIVERSES),
    )


def _count(actor: Actor, universe: Universe) -> int:
    there = Secret.objects.filter(universe=universe).order_by()
    return narrowed(actor, there, Permission.LIST_SECRETS).count()
