"""The universes that a person sees, and which of them they know or need: what every page asks.

The three queries are written once for who sees everything, and once for who has grants of single
universes alone. For others, who are few, they are written each time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from secretsapp.core.actor import Actor
from secretsapp.core.roles import Permission, roles_with
from secretsapp.models import Secret, Shortcut, Universe
from secretsapp.models.secrets import UNUSUAL
from secretsapp.rules.narrowing import (
    has_single_alone,
    narrowed,
    narrowed_universes,
    places_of,
    within,
)
from secretsapp.rules.ordering import BY_NAME, in_order
from secretsapp.rules.policy import held, rights_of
from secretsapp.rules.sql import NOW, PERSON, Given, Prepared
from secretsapp.universes.shortcuts import MOST_PINNED

LIST = Permission.LIST_SECRETS
# So many are shown that were opened last, and so many of the first by name are looked at.
OPENED, FIRST = 4, 20
_COLUMNS = tuple(field.attname for field in Universe._meta.concrete_fields)


@dataclass(frozen=True)
class Sight:
    """The universes in which someone may list some secret, and the secrets that they may list."""

    universes: QuerySet[Universe]
    secrets: QuerySet[Secret]


_Query = Callable[[Sight, int | Given | None], QuerySet[Any, tuple[Any, ...]]]


def visible(actor: Actor) -> QuerySet[Universe]:
    """The universes in which the actor may list some secret, in their order."""
    return narrowed_universes(actor, in_order(Universe.objects.all()), LIST)


def needing_among(actor: Actor, universes: QuerySet[Universe]) -> QuerySet[Universe]:
    """Those that couldn't be read, or with a listable secret changed outside Sealroom."""
    # Where most universes are asked about, the few secrets that need someone are read first.
    unusual = narrowed(actor, Secret.objects.filter(UNUSUAL), LIST).values("universe")
    return universes.filter(~Q(sync_failure="") | Q(pk__in=unusual))


def _needs(secrets: QuerySet[Secret]) -> Q:
    unusual = secrets.filter(UNUSUAL, universe=OuterRef("pk"))
    return ~Q(sync_failure="") | Q(Exists(unusual))


def first(actor: Actor, most: int) -> tuple[list[Universe], int]:
    """The first of those that the actor sees, by name, and how many there are."""
    places = rights_of(actor).universes_with(LIST)
    rows = _asked(actor, _first)
    count = rows[0][-1] if rows and places is None else len(places or ())
    return list(map(_made, rows[:most])), count


def known(actor: Actor) -> list[tuple[Universe, bool]]:
    """Those that the person pinned or opened last, each with whether it is pinned: these first."""
    return [(_made(row), bool(row[-1])) for row in _asked(actor, _known)]


def needing(actor: Actor) -> list[Universe]:
    """The first by name of those that couldn't be read, or that have an unusual secret."""
    return list(map(_made, _asked(actor, _needing)))


# How many universes there are at all.
_EVERY = Subquery(
    Universe.objects.order_by().values_list(
        Func("pk", function="COUNT", output_field=IntegerField())
    )
)


def _first(seen: Sight, _: int | Given | None) -> QuerySet[Any, tuple[Any, ...]]:
    return seen.universes.order_by(*BY_NAME).values_list(*_COLUMNS, _EVERY)[:FIRST]


def _known(seen: Sight, person: int | Given | None) -> QuerySet[Any, tuple[Any, ...]]:
    used = Q(is_pinned=True) | Q(opened_at__isnull=False)
    mine = Shortcut.objects.filter(used, person_id=person)
    here = mine.filter(universe__in=seen.universes.order_by().values("pk"))
    ordered = here.order_by("-is_pinned", F("opened_at").desc(nulls_last=True), "universe_id")
    columns = (f"universe__{column}" for column in _COLUMNS)
    return ordered.values_list(*columns, "is_pinned")[: MOST_PINNED + OPENED]


def _needing(seen: Sight, _: int | Given | None) -> QuerySet[Any, tuple[Any, ...]]:
    troubled = seen.universes.filter(_needs(seen.secrets))
    return troubled.order_by(*BY_NAME).values_list(*_COLUMNS)[:FIRST]


def _made(row: tuple[Any, ...]) -> Universe:
    return Universe.from_db(DEFAULT_DB_ALIAS, _COLUMNS, row[: len(_COLUMNS)])


def _of_everything() -> Sight:
    return Sight(Universe.objects.all(), Secret.objects.all())


def _of_single_universes() -> Sight:
    grants = held(PERSON, NOW).filter(role__in=roles_with(LIST))
    secrets = Secret.objects.all()
    here = Universe.objects.filter(pk__in=places_of(grants))
    return Sight(here, secrets.filter(within(grants, secrets)))


def _prepared(make: Callable[[], Sight]) -> dict[_Query, Prepared]:
    def written(query: _Query) -> QuerySet[Any, tuple[Any, ...]]:
        return query(make(), PERSON)

    return {query: Prepared(partial(written, query)) for query in (_first, _known, _needing)}


_EVERYTHING, _SINGLE = _prepared(_of_everything), _prepared(_of_single_universes)


def _asked(actor: Actor, query: _Query) -> list[tuple[Any, ...]]:
    """What the query finds for the actor."""
    given = {"person": actor.person_id, "now": timezone.now()}
    if rights_of(actor).allows_installation(LIST):
        return _EVERYTHING[query].rows(**given)
    if has_single_alone(actor, LIST):
        return _SINGLE[query].rows(**given)
    secrets = narrowed(actor, Secret.objects.all(), LIST)
    return list(query(Sight(visible(actor), secrets), actor.person_id))
