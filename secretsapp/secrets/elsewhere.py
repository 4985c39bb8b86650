"""The same name in other universes of the group: where it is, and where it is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import narrowed_universes
from secretsapp.rules.policy import rights_of

# More of either than that no one compares on a page.
AT_MOST = 8


@dataclass(frozen=True)
class Elsewhere:
    """Universes that have the name, each with when it was updated there, and some that do not."""

    present: Sequence[tuple[Universe, datetime | None]]
    missing: Sequence[Universe]


def find(actor: Actor, universe: Universe, name: str) -> Elsewhere:
    """The other universes of the same owner in which the actor may list that name, in one query."""
    rights = rights_of(actor)
    there = Secret.objects.filter(universe=OuterRef("pk"), name=name, missing_since=None)
    others = Universe.objects.filter(owner=universe.owner).exclude(owner="").exclude(pk=universe.pk)
    seen = narrowed_universes(actor, others, Permission.LIST_SECRETS).order_by("name", "pk")
    found = seen.annotate(update_time=Subquery(there.values("update_time")[:1]))
    present, missing = [], []
    for other in found:
        if not rights.allows(Permission.LIST_SECRETS, other.pk, name):
            continue
        if other.update_time is None:
            missing.append(other)
        else:
            present.append((other, parse_roblox_time(other.update_time)))
    return Elsewhere(present[:AT_MOST], missing[:AT_MOST])
