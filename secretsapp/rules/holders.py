"""Who holds what: the grants in force and their people, as rows for a query to ask about."""

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


def holders_of(grants: QuerySet[Grant]) -> QuerySet[User]:
    """The people whose accounts are not disabled and who hold one of the grants, or their team."""
    members = Membership.objects.filter(team__in=grants.filter(team__isnull=False).values("team"))
    direct = Q(pk__in=grants.filter(person__isnull=False).values("person"))
    return User.objects.filter(direct | Q(pk__in=members.values("person")), is_active=True)


def holdings_of(grant: Grant) -> list[Holding]:
    """The grant as pieces of rights, one for each of its patterns."""
    role, place = Role(grant.role), grant.place
    return [Holding(role, place, name, grant.until, grant.giver_id) for name in grant.names]
