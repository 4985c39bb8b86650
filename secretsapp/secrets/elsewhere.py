"""The same name in other universes of the group: where it is, and where it is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from secretsapp.core.actor import Actor
from secretsapp.core.input_rules import is_documented_name
from secretsapp.core.roles import Permission
from secretsapp.core.times import parse_roblox_time
from secretsapp.models import Secret, Universe
from secretsapp.rules.narrowing import narrowed, narrowed_universes
from secretsapp.rules.ordering import in_order
from secretsapp.rules.policy import rights_of

# More of either than that no one compares on a page.
AT_MOST = 8
# Among so many of those without the name, some are looked for in which the actor may list it.
LOOKED_THROUGH = 100


@dataclass(frozen=True)
class Missing:
    """A universe that does not have the name, and whether the actor can create it there."""

    universe: Universe
    may_create: bool


@dataclass(frozen=True)
class Elsewhere:
    """Universes that have the name, each with when it was updated there, and some that do not.

    Of each kind `more_…` says how many there are beside those. `is_cut` says that there are so many
    without the name that not all of them were looked through.
    """

    present: Sequence[tuple[Universe, datetime | None]]
    more_present: int
    missing: Sequence[Missing]
    more_missing: int
    is_cut: bool


def find(actor: Actor, universe: Universe, name: str) -> Elsewhere:
    """The other universes of the same owner in which the actor may list that name.

    That takes two queries, or three where there are many, and reads no more than is shown.
    """
    others = Universe.objects.filter(owner=universe.owner).exclude(owner="").exclude(pk=universe.pk)
    there = Secret.objects.filter(name=name, missing_since=None)
    seen = narrowed(actor, there.filter(universe__in=others.values("pk")), Permission.LIST_SECRETS)
    present, count = _present(others, seen)
    looked_through = _lacking(actor, others.exclude(pk__in=there.values("universe_id")))
    missing = _missing(actor, looked_through[:LOOKED_THROUGH], name)
    return Elsewhere(
        present=present,
        more_present=count - len(present),
        missing=missing[:AT_MOST],
        more_missing=max(0, len(missing) - AT_MOST),
        is_cut=len(looked_through) > LOOKED_THROUGH,
    )


def _present(
    others: QuerySet[Universe], seen: QuerySet[Secret]
) -> tuple[list[tuple[Universe, datetime | None]], int]:
    """The first of them that have it, and how many do."""
    updated = Subquery(seen.filter(universe=OuterRef("pk")).values("update_time")[:1])
    having = others.filter(pk__in=seen.values("universe_id"))
    found = list(in_order(having.annotate(updated=updated))[: AT_MOST + 1])
    count = having.count() if len(found) > AT_MOST else len(found)
    shown = [(each, parse_roblox_time(getattr(each, "updated", ""))) for each in found[:AT_MOST]]
    return shown, count


def _lacking(actor: Actor, lacking: QuerySet[Universe]) -> list[Universe]:
    seen = narrowed_universes(actor, lacking, Permission.LIST_SECRETS)
    return list(in_order(seen)[: LOOKED_THROUGH + 1])


def _missing(actor: Actor, lacking: Sequence[Universe], name: str) -> list[Missing]:
    rights, is_creatable = rights_of(actor), is_documented_name(name)
    return [
        Missing(each, is_creatable and rights.allows(Permission.CREATE_SECRET, each.pk, name))
        for each in lacking
        if rights.allows(Permission.LIST_SECRETS, each.pk, name)
    ]
