"""Which names some universes have, and which of these are the same in each: all that a page of the
comparison must know of those that it doesn't show."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import NullIf

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission
from secretsapp.core.times import DAY, parse_roblox_time
from secretsapp.models import Absence, Change, Secret
from secretsapp.models.secrets import OPEN_STATES, UNUSUAL
from secretsapp.rules.narrowing import narrowed
from secretsapp.rules.sql import words
from secretsapp.secrets.compared_universes import Sight

# A value is older than another if it was set so long before: no one sets all of them in one second.
APART: timedelta = DAY
# A name in a universe.
Key = tuple[int, str]


class Summary(NamedTuple):
    """What a name is like in all of the universes together, where Roblox lists it."""

    name: str
    present: int
    first_host: str | None
    last_host: str | None
    oldest: str | None
    newest: str | None
    unusual: int


@dataclass(frozen=True)
class Beside:
    """What is known of names in the universes beside what Roblox lists.

    `absent` has who said that they are rightly missing; of `open` the outcome isn't known yet.
    """

    absent: dict[Key, Absence]
    open: set[Key]


def summaries(actor: Actor, universe_ids: Collection[int]) -> list[Summary]:
    """Every name in these universes that the actor may list there, in no order."""
    there = Q(missing_since=None)
    rows = narrowed(actor, _secrets(universe_ids), Permission.LIST_SECRETS)
    found = rows.values("name").annotate(
        present=Count("pk", filter=there),
        first_host=Min("domain", filter=there),
        last_host=Max("domain", filter=there),
        oldest=Min(NullIf("update_time", Value("")), filter=there),
        newest=Max("update_time", filter=there),
        unusual=Count("pk", filter=UNUSUAL),
    )
    return [Summary(*row) for row in found.values_list(*Summary._fields)]


def _secrets(universe_ids: Collection[int]) -> QuerySet[Secret]:
    return Secret.objects.filter(universe__in=universe_ids).order_by()


def beside(actor: Actor, universe_ids: Collection[int]) -> Beside:
    """What else is known there of names that the actor may list, in two queries."""
    there = Secret.objects.filter(
        universe=OuterRef("universe"), name=OuterRef("name"), missing_since=None
    )
    missing = Absence.objects.filter(~Exists(there), universe__in=universe_ids)
    absent = narrowed(actor, missing.select_related("person"), Permission.LIST_SECRETS)
    changes = Change.objects.filter(universe__in=universe_ids, state__in=words(*OPEN_STATES))
    is_open = narrowed(actor, changes, Permission.LIST_SECRETS)
    return Beside(
        absent={(each.universe_id, each.name): each for each in absent},
        open=set(is_open.values_list("universe_id", "name")),
    )


def differing(found: list[Summary], sight: Sight, known: Beside) -> set[str]:
    """The names that aren't everywhere and the same: missing, older, with another host, unusual."""
    absent = Counter(name for _, name in known.absent)
    is_open = {name for _, name in known.open}
    return {
        each.name
        for each in found
        if each.unusual
        or each.name in is_open
        or each.first_host != each.last_host
        or _is_apart(each.oldest, each.newest)
        or each.present + absent[each.name] < sight.count(each.name)
    }


def _is_apart(oldest: str | None, newest: str | None) -> bool:
    before, after = parse_roblox_time(oldest or ""), parse_roblox_time(newest or "")
    return bool(before and after and after - before > APART)
