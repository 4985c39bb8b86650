"""Rights and name patterns as SQL: rows about secrets are narrowed in the database, as policy says.

This is a boundary of rights. It agrees with `Rights.allows` and `patterns.matches` on every row,
and asks the table of grants, so that no query is longer for who has many.
"""

from collections.abc import Collection, Iterable
from functools import partial, reduce
from operator import or_
from typing import Any, TypeVar

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import (
    BooleanField,
    CharField,
    Exists,
    F,
    Func,
    Model,
    Q,
    QuerySet,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, Concat, Greatest, Length, Substr
from django.db.models.lookups import Exact
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission, roles_with
from secretsapp.models import EVERYWHERE, Grant, Place, Secret, Universe
from secretsapp.rules.policy import Rights, grants_of, held, in_wide, of_place, rights_of
from secretsapp.rules.sql import NOW, PERSON, Prepared

Row = TypeVar("Row", bound=Model)


def narrowed(
    actor: Actor, rows: QuerySet[Row], permission: Permission, *, name: str = "name"
) -> QuerySet[Row]:
    """The rows about secrets on which the actor has the permission.

    `name` is the column with the name of the secret; that of its universe is `universe_id`, as
    everywhere. The grants of single universes, of which someone may have a thousand, are left to
    the database; those of wider places are few, and who has these alone is asked about no others.
    """
    rights = rights_of(actor)
    if rights.allows_installation(permission):
        return rows
    allowed = _in_wider(rights, permission, name, is_text=_has_text(rows))
    if _has_single(rights, permission):
        question = _HELD[permission, _has_text(rows)]
        written = question.written(person=actor.person_id, now=timezone.now())
        allowed |= Q(_Reached(written, "universe_id", name))
    # No condition at all would be every row.
    return rows.filter(allowed) if allowed else rows.none()


def _has_single(rights: Rights, permission: Permission) -> bool:
    """Whether a grant of a single universe gives them the permission."""
    single = (each for each in rights.holdings if each.place.universe_id is not None)
    return any(each.gives(permission) for each in single)


def within(grants: QuerySet[Grant], rows: QuerySet[Row], *, name: str = "name") -> Q:
    """The rows about secrets that these grants reach, as far as they are of single universes."""
    found = _patterns_of(grants, is_text=_has_text(rows))
    written = found.query.get_compiler(connection=connection).as_sql()
    return Q(_Reached(written, "universe_id", name))


def _patterns_of(grants: QuerySet[Grant], *, is_text: bool) -> QuerySet[Any]:
    """Each pattern of these grants of single universes, with how long it is without its star."""
    pattern, stem = F("patterns__pattern"), Greatest(Length("patterns__pattern") - 1, 0)
    single = _of_one_universe(grants, is_text=is_text).annotate(pattern=pattern, stem=stem)
    found: QuerySet[Any] = single.order_by().values_list("place_id", "pattern", "stem")
    return found


# What is in the universes is asked first: an index finds the rows of these few, or of many.
_REACHED = (
    "({universe} IN (SELECT place_id FROM ({held}) held_whole WHERE pattern = '')"
    " OR ({universe} IN (SELECT place_id FROM ({held}) held_part WHERE pattern > '')"
    " AND EXISTS (SELECT 1 FROM ({held}) held_here WHERE place_id = {universe} AND pattern > ''"
    " AND (pattern = {name} OR pattern = SUBSTR({name}, 1, stem) || '*'))))"
)


class _Reached(Func):
    """Whether one of some patterns reaches a row, by its universe and the name of its secret.

    `held` is the query that finds the patterns. It knows nothing of what it stands in, so it is
    written once for all pages: each asks this a dozen times, and Django takes longer to write it
    than the database to answer.
    """

    output_field = BooleanField()

    def __init__(self, held: tuple[str, tuple[Any, ...]], *columns: str) -> None:
        super().__init__(*columns)
        self.held = held

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **__: Any
    ) -> tuple[str, tuple[Any, ...]]:
        """The question, in which what they hold stands three times."""
        universe, name = (compiler.compile(each)[0] for each in self.get_source_expressions())
        sql, parameters = self.held
        return _REACHED.format(universe=universe, name=name, held=sql), parameters * 3


def _has_text(rows: QuerySet[Row]) -> bool:
    return isinstance(rows.model._meta.get_field("universe_id"), CharField)


def has_single_alone(actor: Actor, permission: Permission) -> bool:
    """Whether all grants that give them the permission are of single universes."""
    return not _wider_patterns(rights_of(actor), permission)


def secrets_anywhere(actor: Actor, permission: Permission) -> QuerySet[Secret]:
    """The secrets of all universes on which the actor has the permission, in no order.

    They are what `narrowed` finds, looked up from the grants: asking each row takes several
    times as long where most of them are counted or read.
    """
    rights, secrets = rights_of(actor), Secret.objects.order_by()
    if rights.allows_installation(permission):
        return secrets
    held = _of_one_universe(held_by(actor, permission), is_text=False)
    # Where they have every name, no pattern has to be asked about any.
    in_part = held.exclude(universe_id__in=_whole(held))
    partial = in_part.filter(_matching(F("universe__secrets__name"))).values("universe__secrets")
    wider = _in_wider(rights, permission, "name", is_text=False)
    return secrets.filter(_in_whole(held) | Q(pk__in=partial) | wider)


def narrowed_universes(
    actor: Actor, universes: QuerySet[Universe], permission: Permission
) -> QuerySet[Universe]:
    """The universes in which the actor has the permission on some name."""
    wider = _wider_patterns(rights_of(actor), permission)
    return _in_places(universes, held_by(actor, permission), wider)


def reached(grants: QuerySet[Grant], universes: QuerySet[Universe]) -> QuerySet[Universe]:
    """The universes that these grants reach, for who isn't acting: their rights aren't loaded."""
    wider = grants.filter(universe__isnull=True, patterns__isnull=False)
    rows = wider.values_list("environment", "owner").distinct()
    return _in_places(universes, grants, [Place(None, *row) for row in rows])


def _in_places(
    universes: QuerySet[Universe], held: QuerySet[Grant], wider: Collection[Place]
) -> QuerySet[Universe]:
    """Those in which a grant of one universe holds, or that lie in one of the wider places."""
    if EVERYWHERE in wider:
        return universes
    single = Q(pk__in=places_of(held))
    return universes.filter(single | Q(pk__in=in_wide(wider).values("pk")) if wider else single)


def _wider_patterns(rights: Rights, permission: Permission) -> dict[Place, set[str]]:
    """The patterns under which they have the permission in more than single universes."""
    found: dict[Place, set[str]] = {}
    for holding in rights.holdings:
        if holding.place.universe_id is None and holding.gives(permission):
            found.setdefault(holding.place, set()).add(holding.pattern)
    return found


def _within(place: Place, *, is_text: bool) -> Q:
    """The rows in the universes of a wider place."""
    if place.is_everywhere:
        return Q()
    ids = in_wide([place]).values_list(_id_as("pk", is_text=is_text))
    return Q(universe_id__in=ids)


def named(pattern: str, name: str = "name") -> Q:
    """The rows whose column `name` the pattern matches, as `patterns.matches` does."""
    if pattern == EVERY_NAME:
        return Q()
    if not pattern.endswith("*"):
        return Q(**{name: pattern})
    # LIKE would ignore capitals on SQLite, and take `_` and `%` for more than themselves.
    prefix = pattern.removesuffix("*")
    return Q(Exact(Substr(name, 1, len(prefix)), Value(prefix)))


def any_named(found: Iterable[str], name: str = "name") -> Q:
    """The rows whose column `name` one of the patterns matches, of which there is one at least."""
    matching = [named(pattern, name) for pattern in found]
    return Q() if Q() in matching else reduce(or_, matching)


def _in_wider(rights: Rights, permission: Permission, name: str, *, is_text: bool) -> Q:
    """The rows that lie within the grants of wider places; a condition of nothing without any."""
    allowed = Q()
    for place, found in _wider_patterns(rights, permission).items():
        allowed |= _within(place, is_text=is_text) & any_named(patterns.widest(found), name)
    return allowed


def _of_one_universe(held: QuerySet[Grant], *, is_text: bool) -> QuerySet[Any]:
    """The grants of single universes, with the id of the universe as the rows have it."""
    held = held.filter(universe__isnull=False)
    return held.annotate(place_id=_id_as("universe_id", is_text=is_text))


def _in_whole(held: QuerySet[Any]) -> Q:
    """The rows in universes of which someone has every name."""
    return Q(universe_id__in=_whole(held))


def _whole(held: QuerySet[Any]) -> QuerySet[Any]:
    return held.filter(patterns__pattern=EVERY_NAME).values_list("place_id")


def _id_as(column: str, *, is_text: bool) -> Combinable:
    """The id of a universe as the rows have it: the log has it as text, and grants an index."""
    return Cast(column, CharField()) if is_text else F(column)


def places_of(held: QuerySet[Grant]) -> QuerySet[Grant, int]:
    """The universes of the grants, as a column to look in."""
    return held.filter(universe__isnull=False).values_list("universe_id", flat=True)


def _matching(name: F) -> Q:
    """The grants with a pattern that matches that name, as `patterns.matches` does.

    A pattern with a star is as much of the beginning of the name, and the star.
    """
    length = Greatest(Length("patterns__pattern") - 1, 0)
    beginning = Concat(Substr(name, 1, length), Value("*"))
    is_alike = Q(patterns__pattern=name) | Q(patterns__pattern=beginning)
    return is_alike & Q(patterns__pattern__gt=EVERY_NAME)


def in_reach(grants: QuerySet[Grant]) -> Q:
    """The rows about universes that one of these grants reaches, by whichever place it holds in.

    The condition is the same whatever the grants are, so a query with it can be prepared.
    """
    environments, owners = (
        grants.exclude(**{column: ""}).values(column) for column in ("environment", "owner")
    )
    return (
        Q(universe__in=places_of(grants))
        | Q(universe__environment__in=environments)
        | Q(universe__owner__in=owners)
        | Q(Exists(grants.filter(of_place(EVERYWHERE))))
    )


def _held_here(permission: Permission, *, is_text: bool) -> QuerySet[Any]:
    grants = held(PERSON, NOW).filter(role__in=roles_with(permission))
    return _patterns_of(grants, is_text=is_text)


_HELD = {
    (permission, is_text): Prepared(partial(_held_here, permission, is_text=is_text))
    for permission in Permission
    for is_text in (True, False)
}


def held_by(actor: Actor, permission: Permission) -> QuerySet[Grant]:
    """The grants that give the person the permission now, for a query to ask about its rows.

    No one but a person has any: what else acts may do everything.
    """
    return grants_of(actor).filter(role__in=roles_with(permission))
