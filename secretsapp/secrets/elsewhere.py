"""The same name in other universes of the group: where it is, and where it is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.db.models import QuerySet

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.policy import rights_of

# More of either than that no one compares on a page.
AT_MOST = 8
# Among so many of those without the name, some are looked for in which the actor may list it.
LOOKED_THROUGH = 50


@dataclass(frozen=True)
class Elsewhere:
    """Universes that have the name, each with when it was updated there, and some that do not."""

    present: Sequence[tuple[Universe, datetime | None]]
    missing: Sequence[Universe]


def find(actor: Actor, universe: Universe, name: str) -> Elsewhere:
    """The other universes of the same owner in which the actor may list that name.

    That takes two queries, and reads no more than is shown, however many universes there are.
    """
    others = Universe.objects.filter(owner=universe.owner).exclude(owner="").exclude(pk=universe.pk)
    there = Secret.objects.filter(name=name, missing_since=None)
    return Elsewhere(
        present=_present(actor, there.filter(universe__in=others.values("pk"))),
        missing=_missing(actor, others.exclude(pk__in=there.values("universe_id")), name),
    )


def _present(actor: Actor, found: QuerySet[Secret]) -> list[tuple[Universe, datetime | None]]:
    seen = narrowed(actor, found, Permission.LIST_SECRETS).select_related("universe")
    shown = seen.order_by("universe__name", "universe_id")[:AT_MOST]
    return [(each.universe, parse_roblox_time(each.update_time)) for each in shown]


def _missing(actor: Actor, lacking: QuerySet[Universe], name: str) -> list[Universe]:
    rights = rights_of(actor)
    seen = narrowed_universes(actor, lacking, Permission.LIST_SECRETS).order_by("name", "pk")
    listable = (
        each
        for each in seen[:LOOKED_THROUGH]
        if rights.allows(Permission.LIST_SECRETS, each.pk, name)
    )
    return list(islice(listable, AT_MOST))
