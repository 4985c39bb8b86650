"""Rights and name patterns as SQL: rows about secrets are narrowed in the database, as policy says.

This is a boundary of rights. It agrees with `Rights.allows` and `patterns.matches` on every row.
"""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet, Value
from django.db.models.functions import Substr
from django.db.models.lookups import Exact

from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission
from secretsapp.rules.policy import Rights

Row = TypeVar("Row", bound=Model)


def narrowed(
    rows: QuerySet[Row], rights: Rights, permission: Permission, *, name: str = "name"
) -> QuerySet[Row]:
    """The rows about secrets on which `rights` give the permission.

    `name` is the column with the name of the secret; that of its universe is `universe_id`, as
    everywhere.
    """
    scopes = {
        (holding.universe_id, holding.pattern)
        for holding in rights.holdings
        if holding.gives(permission)
    }
    if (None, EVERY_NAME) in scopes:
        return rows
    allowed = Q(pk__in=[])
    for universe_id, pattern in scopes:
        within = Q() if universe_id is None else Q(universe_id=universe_id)
        allowed |= within & named(pattern, name)
    return rows.filter(allowed)


def named(pattern: str, name: str = "name") -> Q:
    """The rows whose column `name` the pattern matches, as `patterns.matches` does."""
    if pattern == EVERY_NAME:
        return Q()
    if not pattern.endswith("*"):
        return Q(**{name: pattern})
    # LIKE would ignore capitals on SQLite, and take `_` and `%` for more than themselves.
    prefix = pattern.removesuffix("*")
    return Q(Exact(Substr(name, 1, len(prefix)), Value(prefix)))
