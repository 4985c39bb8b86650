"""The universes that someone sees, by name: read once for a search, which looks for them often."""

from collections.abc import Collection
from typing import NamedTuple

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.home.search.hits import CANDIDATES
from secretsapp.home.search.wanted import Wanted, run_together
from secretsapp.models import Universe
from secretsapp.rules.narrowing import narrowed_universes


class Known(NamedTuple):
    """What a universe is found by; `run` is its name run together."""

    pk: int
    name: str
    environment: str
    run: str

    @property
    def universe(self) -> Universe:
        """The universe, with no more than that."""
        return Universe(pk=self.pk, name=self.name, environment=self.environment)


def seen(actor: Actor) -> list[Known]:
    """The universes in which the actor may list some secret, in one query of a request."""
    memory = actor.memory
    if memory is None or memory.is_over:
        return _read(actor)
    if not isinstance(memory.universes, list):
        memory.universes = _read(actor)
    return memory.universes


def _read(actor: Actor) -> list[Known]:
    rows = narrowed_universes(actor, Universe.objects.order_by(), Permission.LIST_SECRETS)
    columns = rows.values_list("pk", "name", "environment")
    return [Known(pk, name, where, run_together(name)) for pk, name, where in columns]


def holding(actor: Actor, wanted: Wanted) -> list[Known]:
    """Those with each word in their name run together; where a slip is forgiven, all.

    The shortest names come first, since they are the closest.
    """
    if wanted.forgives:
        return seen(actor)
    found = [each for each in seen(actor) if all(word in each.run for word in wanted.words)]
    return sorted(found, key=lambda each: (len(each.name), each.name))[:CANDIDATES]


def by_id(actor: Actor, ids: Collection[int]) -> dict[int, Universe]:
    """Those of these ids, as far as the actor sees them."""
    return {each.pk: each.universe for each in seen(actor) if each.pk in ids}
