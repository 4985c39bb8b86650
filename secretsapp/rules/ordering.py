"""The one order in which universes stand wherever they are listed."""

from typing import TypeAlias

from django.db.models import Expression, F, Func, QuerySet, Value
from django.db.models.expressions import OrderBy
from django.db.models.functions import Length, Lower
from django.db.models.lookups import Exact

from secretsapp.models import Universe
from secretsapp.models.universes import Environment

Order: TypeAlias = tuple[Expression | OrderBy | str, ...]

_IS_PRODUCTION = Exact(F("environment"), Value(Environment.PRODUCTION.value))
_UNNUMBERED = Func(Lower("name"), Value("0123456789"), function="RTRIM")

# Production first, then by name as people count: “Tycoon 2” comes before “Tycoon 10”. That is by
# what comes before the number at the end, and of those alike the shortest first.
BY_NAME: Order = (_IS_PRODUCTION.desc(), _UNNUMBERED, Length("name"), "name", "pk")


def name_key(universe: Universe) -> tuple[bool, str, int, str, int]:
    """`BY_NAME` for a few universes that were read in another order."""
    name = universe.name
    is_production = universe.environment == Environment.PRODUCTION
    return not is_production, name.lower().rstrip("0123456789"), len(name), name, universe.pk


def order_key(universe: Universe) -> tuple[str, bool, str, int, str, int]:
    """`in_order` for a few universes that were read in another order."""
    return (universe.owner, *name_key(universe))


def in_order(universes: QuerySet[Universe]) -> QuerySet[Universe]:
    """Those of an owner together, each by name."""
    return universes.order_by("owner", *BY_NAME)
