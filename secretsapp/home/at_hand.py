"""The universes that a person uses: all where there are few, else what they pinned or need.

What room is left is for the others, so that no one has to look for production.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import UNIVERSE_ID_LIMIT
from secretsapp.home import sight
from secretsapp.models import Universe
from secretsapp.models.universes import Environment
from secretsapp.rules.ordering import name_key, order_key

# So many are shown as they are, by owner.
FEW = 12
# More than these are hard to survey; so many are shown of any larger number.
MANY = 8
OPENED, NEEDING = sight.OPENED, 4


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


def choose(actor: Actor) -> AtHand:
    """The universes at hand, in at most three queries, and once for all of a request's reads."""
    memory = actor.memory
    if memory is None or memory.is_over:
        return _chosen(actor)
    if not isinstance(memory.at_hand, AtHand):
        memory.at_hand = _chosen(actor)
    return memory.at_hand


def _chosen(actor: Actor) -> AtHand:
    first, count = sight.first(actor, FEW + 1)
    if len(first) <= FEW:
        every_one = list(_by_owner(sorted(first, key=order_key)))
        return AtHand(every_one, is_all=True, count=len(first))
    pinned, opened = _known(actor)
    needed, further = _further(actor, first, {universe.pk for universe in (*pinned, *opened)})
    # Where something stands is not to change whenever another one is opened.
    groups = [
        *_titled(pinned, sorted(opened, key=name_key)),
        Group(needed, title="Needs attention"),
        Group([each for each in further if _is_production(each)], title="Production"),
        Group([each for each in further if not _is_production(each)], title="Others"),
    ]
    told = [group for group in groups if group.universes]
    return AtHand(told, is_all=False, count=count)


def _known(actor: Actor) -> tuple[list[Universe], list[Universe]]:
    """Those that the person pinned, by name; and others that they opened, the last one first."""
    found = sight.known(actor)
    pinned = sorted((each for each, is_pinned in found if is_pinned), key=name_key)
    return pinned, [each for each, is_pinned in found if not is_pinned][:OPENED]


def _further(
    actor: Actor, first: list[Universe], shown: set[int]
) -> tuple[list[Universe], list[Universe]]:
    """A few that need someone; and as many others as there is room, those in production first.

    None of them is shown already; `first` are the first of all by name, as many as it can take.
    """
    room = MANY - len(shown)
    needing = [universe for universe in sight.needing(actor) if universe.pk not in shown]
    troubled = needing[: max(NEEDING, room)]
    needed, told = troubled[:NEEDING], {*shown, *(universe.pk for universe in troubled)}
    others = [*troubled[NEEDING:], *(universe for universe in first if universe.pk not in told)]
    return needed, sorted(others[: max(0, room - len(needed))], key=name_key)


def recent(actor: Actor) -> list[Group]:
    """Those that the person pinned and opened last, or the first of all, in two queries."""
    pinned, opened = _known(actor)
    found = [group for group in _titled(pinned, opened) if group.universes]
    first = [] if found else list(sight.visible(actor)[:OPENED])
    return found or ([Group(first)] if first else [])


def _is_production(universe: Universe) -> bool:
    return universe.environment == Environment.PRODUCTION


def to_choose_from(actor: Actor, universe_id: str) -> list[Universe]:
    """The universes at hand, and the one of that id where the actor may see it, in their order."""
    found = list(choose(actor).universes)
    if universe_id.isascii() and universe_id.isdigit():
        wanted = min(int(universe_id), UNIVERSE_ID_LIMIT)
        if all(universe.pk != wanted for universe in found):
            found += sight.visible(actor).filter(pk=wanted)
    return sorted(found, key=order_key)


def _by_owner(universes: Iterable[Universe]) -> Iterable[Group]:
    for owner, owned in groupby(universes, lambda universe: universe.owner):
        yield Group(list(owned), owner=owner)


def _titled(pinned: list[Universe], opened: list[Universe]) -> list[Group]:
    return [Group(pinned, title="Pinned"), Group(opened, title="Recently opened")]
