"""The universes that a person uses: all where there are few, else what they pinned or need."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Shortcut, Universe
from secretsapp.models.secrets import UNUSUAL
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.ordering import BY_NAME, in_order
from secretsapp.universes.shortcuts import MOST_PINNED

# So many are shown as they are, by owner.
FEW = 12
# More than these are hard to survey.
MANY = 8
OPENED, NEEDING = 4, 4


@dataclass(frozen=True)
class Group:
    """Some universes: those of one owner, as Roblox names it, or those that `title` says."""

    universes: list[Universe]
    owner: str = ""
    title: str = ""


@dataclass(frozen=True)
class AtHand:
    """The universes to be shown first; `is_all` says that there are no others."""

    groups: list[Group]
    is_all: bool

    @property
    def is_long(self) -> bool:
        """Whether so many are shown that they are hard to survey."""
        return len(self.universes) > MANY

    @property
    def universes(self) -> list[Universe]:
        """All of them."""
        return [universe for group in self.groups for universe in group.universes]


def visible(actor: Actor) -> QuerySet[Universe]:
    """The universes in which the actor may list some secret, in their order."""
    return narrowed_universes(actor, in_order(Universe.objects.all()), Permission.LIST_SECRETS)


def needing(actor: Actor, universes: QuerySet[Universe]) -> QuerySet[Universe]:
    """Those that couldn't be read, or with a listable secret changed outside Sealroom."""
    there = Secret.objects.filter(UNUSUAL, universe=OuterRef("pk"))
    unusual = narrowed(actor, there, Permission.LIST_SECRETS)
    return universes.filter(~Q(sync_failure="") | Exists(unusual))


def choose(actor: Actor) -> AtHand:
    """The universes at hand, in at most four queries."""
    every = visible(actor)
    first = list(every[: FEW + 1])
    if len(first) <= FEW:
        return AtHand(list(_by_owner(first)), is_all=True)
    pinned, opened = _known(actor, every)
    shown = [universe.pk for universe in (*pinned, *opened)]
    needed = list(needing(actor, every).exclude(pk__in=shown)[:NEEDING])
    groups = [*_titled(pinned, opened), Group(needed, title="Needs attention")]
    return AtHand([group for group in groups if group.universes], is_all=False)


def recent(actor: Actor) -> list[Group]:
    """Those that the person pinned and opened last, or the first of all, in three queries."""
    every = visible(actor)
    pinned, opened = _known(actor, every)
    found = [group for group in _titled(pinned, opened) if group.universes]
    first = [] if found else list(every[:OPENED])
    return found or ([Group(first)] if first else [])


def to_choose_from(actor: Actor, universe_id: str) -> list[Universe]:
    """The universes at hand, and the one of that id where the actor may see it, in their order."""
    ids = [universe.pk for universe in choose(actor).universes]
    if universe_id.isascii() and universe_id.isdigit():
        ids.append(min(int(universe_id), UNIVERSE_ID_LIMIT))
    return list(visible(actor).filter(pk__in=ids))


def _by_owner(universes: Iterable[Universe]) -> Iterable[Group]:
    for owner, owned in groupby(universes, lambda universe: universe.owner):
        yield Group(list(owned), owner=owner)


def _titled(pinned: list[Universe], opened: list[Universe]) -> list[Group]:
    return [Group(pinned, title="Pinned"), Group(opened, title="Recently opened")]


def _known(actor: Actor, universes: QuerySet[Universe]) -> tuple[list[Universe], list[Universe]]:
    """Those that the person pinned, by name; and others that they opened, the last one first."""
    mine = Shortcut.objects.filter(person_id=actor.person_id)
    pinned = mine.filter(is_pinned=True).values("universe")
    opened = mine.filter(is_pinned=False, opened_at__isnull=False)
    when = opened.filter(universe=OuterRef("pk")).values("opened_at")
    recent = universes.filter(pk__in=opened.values("universe")).order_by(
        Subquery(when).desc(), "pk"
    )
    first = universes.filter(pk__in=pinned).order_by(*BY_NAME)
    return list(first[:MOST_PINNED]), list(recent[:OPENED])
