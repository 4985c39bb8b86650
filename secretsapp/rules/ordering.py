"""The one order in which universes stand wherever they are listed."""

from typing import TypeAlias

from django.db.models import Case, Expression, Func, QuerySet, Value, When
from django.db.models.functions import Length, Lower

from secretsapp.models import Universe
from secretsapp.models.universes import Environment

DIGITS = "0123456789"

Order: TypeAlias = tuple[Expression | str, ...]


def by_name() -> Order:
    """Production first, then by name as people count: “Tycoon 2” comes before “Tycoon 10”.

    That is by what comes before the number at the end, and of those alike the shortest first.
    """
    is_first = When(environment=Environment.PRODUCTION, then=Value(0))
    unnumbered = Func(Lower("name"), Value(DIGITS), function="RTRIM")
    return (Case(is_first, default=Value(1)), unnumbered, Length("name"), "name", "pk")


def in_order(universes: QuerySet[Universe]) -> QuerySet[Universe]:
    """Those of an owner together, each by name."""
    return universes.order_by("owner", *by_name())
