"""Rights and name patterns as SQL: rows about secrets are narrowed in the database, as policy says.

This is a boundary of rights. It agrees with `Rights.allows` and `patterns.matches` on every row,
and asks the table of grants, so that no query is longer for who has many.
"""

from typing import TypeVar

from django.db.models import CharField, Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat, Greatest, Length, Substr
from django.db.models.lookups import Exact

from secretsapp.core.actor import Actor
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission
from secretsapp.models import Grant, Universe
from secretsapp.rules.policy import held_by, rights_of

Row = TypeVar("Row", bound=Model)


def narrowed(
    actor: Actor, rows: QuerySet[Row], permission: Permission, *, name: str = "name"
) -> QuerySet[Row]:
    """The rows about secrets on which the actor has the permission.

    `name` is the column with the name of the secret; that of its universe is `universe_id`, as
    everywhere. No one has more than one grant of all universes, so only those of single ones are
    left to the database.
    """
    rights = rights_of(actor)
    if rights.allows_installation(permission):
        return rows
    allowed = _within_grants(rows, held_by(actor, permission), name)
    for pattern in rights.everywhere(permission):
        allowed |= named(pattern, name)
    return rows.filter(allowed)


def narrowed_universes(
    actor: Actor, universes: QuerySet[Universe], permission: Permission
) -> QuerySet[Universe]:
    """The universes in which the actor has the permission on some name."""
    if rights_of(actor).everywhere(permission):
        return universes
    return universes.filter(pk__in=_places(held_by(actor, permission)))


def named(pattern: str, name: str = "name") -> Q:
    """The rows whose column `name` the pattern matches, as `patterns.matches` does."""
    if pattern == EVERY_NAME:
        return Q()
    if not pattern.endswith("*"):
        return Q(**{name: pattern})
    # LIKE would ignore capitals on SQLite, and take `_` and `%` for more than themselves.
    prefix = pattern.removesuffix("*")
    return Q(Exact(Substr(name, 1, len(prefix)), Value(prefix)))


def _within_grants(rows: QuerySet[Row], held: QuerySet[Grant], name: str) -> Q:
    """The rows that lie within one of the grants of single universes."""
    # The log holds the ids of universes as text, and the table of grants has an index of that.
    is_text = isinstance(rows.model._meta.get_field("universe_id"), CharField)
    held = held.annotate(place=Cast("universe_id", CharField()) if is_text else F("universe_id"))
    whole = held.filter(pattern=EVERY_NAME)
    partial = held.exclude(pattern=EVERY_NAME)
    here = partial.filter(_matching(OuterRef(name)), place=OuterRef("universe_id"))
    # What is in the universes is asked first: an index finds the rows of these few, or of many.
    in_whole, in_partial = (Q(universe_id__in=_places(each, "place")) for each in (whole, partial))
    return in_whole | in_partial & Q(Exists(here))


def _places(held: QuerySet[Grant], column: str = "universe_id") -> QuerySet[Grant, int]:
    """The universes of the grants, as a column to look in."""
    return held.filter(universe__isnull=False).values_list(column, flat=True)


def _matching(name: OuterRef) -> Q:
    """The grants whose pattern matches that name, as `patterns.matches` does.

    A pattern with a star is as much of the beginning of the name, and the star.
    """
    length = Greatest(Length("pattern") - 1, 0)
    beginning = Concat(Substr(name, 1, length), Value("*"))
    return Q(pattern=name) | Q(pattern=beginning)
