"""Which universes are compared: those of a group or of an environment, a page of them at a time."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import NotFound
from secretsapp.core.roles import Permission
from secretsapp.models import Universe
from secretsapp.rules.narrowing import narrowed_universes
from secretsapp.rules.ordering import in_order
from secretsapp.rules.paging import Page, cut
from secretsapp.rules.policy import Rights, rights_of


@dataclass(frozen=True)
class Scope:
    """Which universes are compared; empty for all. `number` is that of the page of them."""

    owner: str = ""
    environment: str = ""
    number: int = 1


def across(actor: Actor, scope: Scope) -> Page[Universe]:
    """A page of those in which the actor may list something: by owner, production first."""
    return cut(in_order(_within(_listable(actor), scope)), scope.number)


def every_one(actor: Actor, scope: Scope) -> list[Universe]:
    """All of them at once, in the same order."""
    return list(in_order(_within(_listable(actor), scope)))


def chosen(actor: Actor, ids: Collection[int]) -> list[Universe]:
    """The universes of these ids, in the same order; raises NotFound as `loading.get` does."""
    found = list(in_order(_listable(actor).filter(pk__in=ids)))
    if len(found) < len(set(ids)):
        raise NotFound(
            "One of these universes isn’t in Sealroom, or you don’t have access to it. Ask an "
            "admin or a manager of the universe."
        )
    return found


def check_sees_some(actor: Actor) -> None:
    """Raise NotFound for who can list nothing anywhere."""
    if rights_of(actor).universes_with(Permission.LIST_SECRETS) == set():
        raise NotFound("You don’t have access to any universe. Ask an admin.")


def owners(actor: Actor) -> list[str]:
    """The owners of all universes in which the actor may list something."""
    found = _listable(actor).order_by("owner").values_list("owner", flat=True)
    return list(found.distinct())


def _listable(actor: Actor) -> QuerySet[Universe]:
    return narrowed_universes(actor, Universe.objects.all(), Permission.LIST_SECRETS)


def _within(universes: QuerySet[Universe], scope: Scope) -> QuerySet[Universe]:
    if scope.owner:
        universes = universes.filter(owner=scope.owner)
    return universes.filter(environment=scope.environment) if scope.environment else universes


class Sight:
    """In which of some universes someone may list a name; asked of hundreds of names."""

    def __init__(self, rights: Rights, universes: Sequence[Universe]) -> None:
        self._by_universe = {each.pk: _patterns(rights, each) for each in universes}
        # Most are alike, and each kind of them is asked once.
        self._alike = Counter(self._by_universe.values())

    def allows(self, universe_id: int, name: str) -> bool:
        """Whether they may list the name there."""
        return _match(self._by_universe[universe_id], name)

    def count(self, name: str) -> int:
        """In how many of the universes they may list the name."""
        return sum(count for found, count in self._alike.items() if _match(found, name))


def _patterns(rights: Rights, universe: Universe) -> tuple[str, ...]:
    return patterns.widest(rights.in_universe(Permission.LIST_SECRETS, universe.pk))


def _match(found: Iterable[str], name: str) -> bool:
    return any(patterns.matches(pattern, name) for pattern in found)
