"""Very many universes, folded by their owners: what one uses comes first, and is read alone."""

from dataclasses import dataclass, replace

from django.db.models import Count, Q

from secretsapp.core.actor import Actor
from secretsapp.home import at_hand, sight, universe_cards
from secretsapp.home.universe_cards import UniverseCard
from secretsapp.models import Universe
from secretsapp.models.universes import Environment
from secretsapp.rules.paging import PAGE_SIZE, Page, cut_list

# What stands in an address for no known owner.
UNKNOWN = "unknown"


@dataclass(frozen=True)
class OwnerGroup:
    """The universes of one owner, as Roblox names it, of which nothing is read but how many.

    `needing` is how many of them couldn't be read, or have a secret that needs attention.
    """

    owner: str
    universes: int
    in_production: int
    needing: int = 0

    @property
    def key(self) -> str:
        """What stands for the owner in an address."""
        return self.owner or UNKNOWN


@dataclass(frozen=True)
class Folded:
    """What is shown of very many universes: those that the actor uses, and a page of the groups.

    Only the first page has those that they pinned or opened last.
    """

    used: list[UniverseCard]
    page: Page[OwnerGroup]
    universes: int


def fold(actor: Actor, number: int) -> Folded | None:
    """That page of the groups; None where there are few universes, or all are of one owner."""
    groups = _groups(actor)
    universes = sum(group.universes for group in groups)
    if universes <= PAGE_SIZE or len(groups) == 1:
        return None
    page = cut_list(groups, number, PAGE_SIZE)
    needing = _needing(actor)
    told = [replace(group, needing=needing.get(group.owner, 0)) for group in page.items]
    return Folded(_used(actor) if page.number == 1 else [], page.of(told), universes)


def _groups(actor: Actor) -> list[OwnerGroup]:
    """Those of all universes that the actor may see, by owner; no known one comes last."""
    in_production = Count("pk", filter=Q(environment=Environment.PRODUCTION))
    counted = sight.visible(actor).order_by("owner").values_list("owner")
    rows = counted.annotate(Count("pk"), in_production=in_production)
    return sorted((OwnerGroup(*row) for row in rows), key=lambda group: not group.owner)


def _needing(actor: Actor) -> dict[str, int]:
    """How many universes of each owner need attention, where some do."""
    there = sight.needing_among(actor, sight.visible(actor))
    return dict(there.order_by("owner").values_list("owner").annotate(Count("pk")))


def _used(actor: Actor) -> list[UniverseCard]:
    """The universes that the person pinned or opened last."""
    groups = [group for group in at_hand.recent(actor) if group.title]
    used: list[Universe] = [universe for group in groups for universe in group.universes]
    return universe_cards.listed(actor, used) if used else []
