"""How full a universe is, and how much of it an actor sees."""

from dataclasses import dataclass

from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.hints import is_nearly_full
from secretsapp.core.input_rules import SECRETS_PER_UNIVERSE
from secretsapp.core.roles import Permission
from secretsapp.models import Universe
from secretsapp.rules.policy import Holding, rights_of


@dataclass(frozen=True)
class Capacity:
    """How many secrets a universe has, of the most that it can have."""

    present: int
    most = SECRETS_PER_UNIVERSE

    @property
    def left(self) -> int:
        """How many more it can have."""
        return max(0, self.most - self.present)

    @property
    def is_nearly_full(self) -> bool:
        """Whether there is little room left."""
        return is_nearly_full(self.present)


def capacity(actor: Actor, universe: Universe, listed: int) -> Capacity | None:
    """How full it is: only for those who may create throughout, to whom `listed` are all."""
    may_know = rights_of(actor).allows_throughout(Permission.CREATE_SECRET, universe.pk)
    return Capacity(listed) if may_know else None


def part(actor: Actor, universe: Universe) -> list[Holding]:
    """By which rights the actor sees a part of the universe; none for those who see all of it.

    Names and patterns that another covers are left out.
    """
    rights = rights_of(actor)
    if rights.allows_throughout(Permission.LIST_SECRETS, universe.pk):
        return []
    reaching = rights.reaching(universe.pk)
    listing = [holding for holding in reaching if holding.gives(Permission.LIST_SECRETS)]
    widest = patterns.widest(holding.pattern for holding in listing)
    by_pattern = {holding.pattern: holding for holding in listing}
    return [by_pattern[pattern] for pattern in widest]
