"""Narrows rows about secrets to those an actor may list, in the database and not in Python."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.db.models.functions import Substr

from secretsapp.core.errors import InvalidInput
from secretsapp.core.input_rules import check_name
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission
from secretsapp.rules.policy import Rights

Row = TypeVar("Row", bound=Model)
Scope = tuple[int | None, str]


def narrowed(rows: QuerySet[Row], rights: Rights, *, name: str = "name") -> QuerySet[Row]:
    """The rows whose secret one may list; `name` is their column with its name.

    The other column is `universe_id`, as everywhere.
    """
    scopes: set[Scope] = {
        (holding.universe_id, holding.pattern)
        for holding in rights.holdings
        if holding.gives(Permission.LIST_SECRETS)
    }
    if (None, EVERY_NAME) in scopes:
        return rows
    listable = Q(pk__in=[])
    for scope in scopes:
        listable |= _within(scope, name)
    narrowed_rows: QuerySet[Row] = rows.alias(**_beginnings(scopes, name)).filter(listable)
    return narrowed_rows


def has_page(name: str) -> bool:
    """Whether a secret of that name can have a page: Roblox may list names it does not document."""
    try:
        check_name(name)
    except InvalidInput:
        return False
    return True


def _within(scope: Scope, name: str) -> Q:
    universe_id, pattern = scope
    where = Q() if universe_id is None else Q(universe_id=universe_id)
    if pattern == EVERY_NAME:
        return where
    if pattern.endswith("*"):
        return where & Q(**{_beginning_name(len(pattern) - 1): pattern[:-1]})
    return where & Q(**{name: pattern})


def _beginnings(scopes: set[Scope], name: str) -> dict[str, Substr]:
    """The beginnings of names to compare exactly: LIKE ignores capitals on SQLite."""
    lengths = {len(pattern) - 1 for _, pattern in scopes if pattern.endswith("*")}
    return {_beginning_name(length): Substr(name, 1, length) for length in lengths}


def _beginning_name(length: int) -> str:
    return f"name_beginning_{length}"
