"""Who holds what: the grants in force and their people, as rows for a query to ask about."""

from collections.abc import Callable, Collection

from django.db.models import Q, QuerySet

from secretsapp.core import patterns
from secretsapp.core.roles import Permission, Role, roles_with
from secretsapp.models import Grant, Membership, User
from secretsapp.rules.policy import Holding, in_force, reaching


def people_with(permission: Permission, universe_id: int, name: str) -> QuerySet[User]:
    """The people who have the permission on that secret now, by email address."""
    giving = in_force().filter(
        reaching(universe_id),
        role__in=roles_with(permission),
        patterns__pattern__in=patterns.matching(name),
    )
    return holders_of(giving).order_by("email")


def people_with_each(
    permission: Permission, universe_id: int, names: Collection[str]
) -> QuerySet[User]:
    """The people who have the permission on each of these secrets now, by email address."""
    return _people_where(_is_each, permission, universe_id, names)


def people_with_any(
    permission: Permission, universe_id: int, names: Collection[str]
) -> QuerySet[User]:
    """The people who have the permission on one of these secrets now, by email address."""
    return _people_where(_is_any, permission, universe_id, names)


def _people_where(
    holds: Callable[[Collection[str], Collection[str]], bool],
    permission: Permission,
    universe_id: int,
    names: Collection[str],
) -> QuerySet[User]:
    giving = in_force().filter(reaching(universe_id), role__in=roles_with(permission))
    # A grant without a pattern covers nothing, and a team may have nobody in it.
    covering = giving.filter(patterns__isnull=False).exclude(
        person=None, team__memberships__isnull=True
    )
    held: dict[int, set[str]] = {}
    for person, member, pattern in covering.values_list(
        "person", "team__memberships__person", "patterns__pattern"
    ):
        held.setdefault(person or member, set()).add(pattern)
    # Many have the same patterns, which are compared with the names once.
    reach = {found: holds(found, names) for found in {frozenset(each) for each in held.values()}}
    able = [pk for pk, found in held.items() if reach[frozenset(found)]]
    return User.objects.filter(pk__in=able, is_active=True).order_by("email")


def _is_each(found: Collection[str], names: Collection[str]) -> bool:
    return all(any(patterns.matches(each, name) for each in found) for name in names)


def _is_any(found: Collection[str], names: Collection[str]) -> bool:
    return any(patterns.matches(each, name) for each in found for name in names)


def holders_of(grants: QuerySet[Grant]) -> QuerySet[User]:
    """The people whose accounts are not disabled and who hold one of the grants, or their team."""
    members = Membership.objects.filter(team__in=grants.filter(team__isnull=False).values("team"))
    direct = Q(pk__in=grants.filter(person__isnull=False).values("person"))
    return User.objects.filter(direct | Q(pk__in=members.values("person")), is_active=True)


def holdings_of(grant: Grant) -> list[Holding]:
    """The grant as pieces of rights, one for each of its patterns."""
    role, place = Role(grant.role), grant.place
    return [Holding(role, place, name, grant.until, grant.giver_id) for name in grant.names]
