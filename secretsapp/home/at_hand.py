"""The universes that a person uses: all where there are few, else what they pinned or need.

What room is left is for the others, so that no one has to look for production.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import (
    BooleanField,
    Count,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Window,
)

from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.core.roles import Permission
from secretsapp.models import Secret, Shortcut, Universe
from secretsapp.models.secrets import UNUSUAL
from secretsapp.models.universes import Environment
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.ordering import BY_NAME, in_order, name_key, order_key
from secretsapp.universes.shortcuts import MOST_PINNED

# So many are shown as they are, by owner.
FEW = 12
# More than these are hard to survey; so many are shown of any larger number.
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
    """The universes to be shown first; `is_all` says that there are no others, `count` how many."""

    groups: list[Group]
    is_all: bool
    count: int

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
    return universes.filter(_needs(actor))


def _needs(actor: Actor) -> Q:
    there = Secret.objects.filter(UNUSUAL, universe=OuterRef("pk"))
    unusual = narrowed(actor, there, Permission.LIST_SECRETS)
    return ~Q(sync_failure="") | Q(Exists(unusual))


def choose(actor: Actor) -> AtHand:
    """The universes at hand, in at most three queries, and once for all of a request's reads."""
    memory = actor.memory
    if memory is None or memory.is_over:
        return _chosen(actor)
    if not isinstance(memory.at_hand, AtHand):
        memory.at_hand = _chosen(actor)
    return memory.at_hand


def _chosen(actor: Actor) -> AtHand:
    every = visible(actor)
    first = list(every.order_by()[: FEW + 1])
    if len(first) <= FEW:
        return AtHand(list(_by_owner(sorted(first, key=order_key))), is_all=True, count=len(first))
    pinned, opened = _known(actor, every)
    shown = [universe.pk for universe in (*pinned, *opened)]
    others = every.exclude(pk__in=shown)
    needed, further, count = _further(actor, others, room=MANY - len(shown))
    # Where something stands is not to change whenever another one is opened.
    groups = [
        *_titled(pinned, sorted(opened, key=name_key)),
        Group(needed, title="Needs attention"),
        Group([each for each in further if _is_production(each)], title="Production"),
        Group([each for each in further if not _is_production(each)], title="Others"),
    ]
    told = [group for group in groups if group.universes]
    return AtHand(told, is_all=False, count=len(shown) + count)


def recent(actor: Actor) -> list[Group]:
    """Those that the person pinned and opened last, or the first of all, in two queries."""
    every = visible(actor)
    pinned, opened = _known(actor, every)
    found = [group for group in _titled(pinned, opened) if group.universes]
    first = [] if found else list(every[:OPENED])
    return found or ([Group(first)] if first else [])


def _further(
    actor: Actor, universes: QuerySet[Universe], *, room: int
) -> tuple[list[Universe], list[Universe], int]:
    """A few that need someone; as many others as there is room, those in production first; and
    how many there are of both.
    """
    needs = ExpressionWrapper(_needs(actor), output_field=BooleanField())
    counted = universes.annotate(needs=needs, there=Window(Count("pk")))
    ordered = counted.order_by("-needs", *BY_NAME)
    found: list[Universe] = [*ordered[: max(NEEDING, room)]]
    needed = [universe for universe in found if getattr(universe, "needs", False)][:NEEDING]
    others = sorted((each for each in found if each not in needed), key=name_key)
    there = getattr(found[0], "there", 0) if found else 0
    return needed, others[: max(0, room - len(needed))], there


def _is_production(universe: Universe) -> bool:
    return universe.environment == Environment.PRODUCTION


def to_choose_from(actor: Actor, universe_id: str) -> list[Universe]:
    """The universes at hand, and the one of that id where the actor may see it, in their order."""
    found = list(choose(actor).universes)
    if universe_id.isascii() and universe_id.isdigit():
        wanted = min(int(universe_id), UNIVERSE_ID_LIMIT)
        if all(universe.pk != wanted for universe in found):
            found += visible(actor).filter(pk=wanted)
    return sorted(found, key=order_key)


def _by_owner(universes: Iterable[Universe]) -> Iterable[Group]:
    for owner, owned in groupby(universes, lambda universe: universe.owner):
        yield Group(list(owned), owner=owner)


def _titled(pinned: list[Universe], opened: list[Universe]) -> list[Group]:
    return [Group(pinned, title="Pinned"), Group(opened, title="Recently opened")]


def _known(actor: Actor, universes: QuerySet[Universe]) -> tuple[list[Universe], list[Universe]]:
    """Those that the person pinned, by name; and others that they opened, the last one first."""
    used = Q(is_pinned=True) | Q(opened_at__isnull=False)
    mine = Shortcut.objects.filter(used, person_id=actor.person_id)
    here = mine.filter(universe=OuterRef("pk"))
    known = universes.filter(pk__in=mine.values("universe")).annotate(
        pinned=Subquery(here.values("is_pinned")), opened=Subquery(here.values("opened_at"))
    )
    last = F("opened").desc(nulls_last=True)
    found = known.order_by("-pinned", last, "pk")[: MOST_PINNED + OPENED]
    pinned: list[Universe] = []
    opened: list[Universe] = []
    for universe in found:
        (pinned if universe.pinned else opened).append(universe)
    return sorted(pinned, key=name_key), opened[:OPENED]
