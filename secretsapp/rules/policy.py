"""What an actor may do: the only place where grants become rights."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db.models import Q, QuerySet
from django.utils import timezone

from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden
from secretsapp.core.roles import (
    PERMISSIONS,
    ROLE_WORDS,
    Permission,
    Role,
    permission_on,
    roles_with,
)
from secretsapp.models import Grant, User


@dataclass(frozen=True)
class Holding:
    """One grant in force: a role in one universe or, where `universe_id` is None, in all."""

    role: Role
    universe_id: int | None
    pattern: str
    until: datetime | None

    def reaches(self, universe_id: int | None) -> bool:
        """Whether it holds in that universe; None asks for all of them at once."""
        return self.universe_id is None or self.universe_id == universe_id

    def gives(self, permission: Permission) -> bool:
        """Whether its role has the permission."""
        return permission in PERMISSIONS[self.role]

    def contains(self, other: "Holding") -> bool:
        """Whether nothing in `other` goes beyond this: not in rights, place, names or time."""
        return (
            PERMISSIONS[other.role] <= PERMISSIONS[self.role]
            and self.reaches(other.universe_id)
            and patterns.covers(self.pattern, other.pattern)
            and _ends_no_later(other.until, self.until)
        )


def _ends_no_later(end: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (end is not None and end <= limit)


@dataclass(frozen=True)
class Rights:
    """Everything an actor may do at this moment."""

    holdings: tuple[Holding, ...]

    @cached_property
    def _by_universe(self) -> dict[int | None, list[Holding]]:
        """The holdings by where they hold: someone may have one in each of a thousand places."""
        found: dict[int | None, list[Holding]] = {}
        for holding in self.holdings:
            found.setdefault(holding.universe_id, []).append(holding)
        return found

    def reaching(self, universe_id: int | None) -> list[Holding]:
        """The holdings that hold in that universe; None asks for those of all at once."""
        everywhere = self._by_universe.get(None, [])
        there = [] if universe_id is None else self._by_universe.get(universe_id, [])
        return [*there, *everywhere]

    def in_universe(self, permission: Permission, universe_id: int) -> list[str]:
        """The name patterns under which they have the permission there; none means not at all."""
        return [
            holding.pattern for holding in self.reaching(universe_id) if holding.gives(permission)
        ]

    def everywhere(self, permission: Permission) -> list[str]:
        """The name patterns under which they have the permission in all universes at once."""
        return [holding.pattern for holding in self.reaching(None) if holding.gives(permission)]

    def allows(self, permission: Permission, universe_id: int, name: str) -> bool:
        """Whether they have the permission on the secret of that name."""
        granted = self.in_universe(permission, universe_id)
        return any(patterns.matches(pattern, name) for pattern in granted)

    def on(self, universe_id: int, name: str) -> frozenset[Permission]:
        """Every permission that they have on the secret of that name."""
        granted = (
            PERMISSIONS[holding.role]
            for holding in self.reaching(universe_id)
            if patterns.matches(holding.pattern, name)
        )
        return frozenset[Permission]().union(*granted)

    def allows_somewhere(self, permission: Permission, universe_id: int) -> bool:
        """Whether they have the permission on some name of the universe."""
        return bool(self.in_universe(permission, universe_id))

    def allows_throughout(self, permission: Permission, universe_id: int) -> bool:
        """Whether they have the permission on every name of the universe."""
        return patterns.EVERY_NAME in self.in_universe(permission, universe_id)

    def allows_installation(self, permission: Permission) -> bool:
        """Whether they have the permission in all universes, present and to come."""
        return patterns.EVERY_NAME in self.everywhere(permission)

    def universes_with(self, permission: Permission) -> set[int] | None:
        """The ids of the universes where they have the permission somewhere; None means all."""
        giving = [holding for holding in self.holdings if holding.gives(permission)]
        ids = {holding.universe_id for holding in giving}
        return None if None in ids else {found for found in ids if found is not None}

    def may_give(self, grant: Holding) -> bool:
        """Whether they may give, change or revoke `grant`: it lies within one of their own."""
        return any(
            holding.gives(Permission.MANAGE_GRANTS) and holding.contains(grant)
            for holding in self.reaching(grant.universe_id)
        )


_EVERYTHING = Rights((Holding(Role.ADMIN, None, patterns.EVERY_NAME, None),))


def rights_of(actor: Actor) -> Rights:
    """The rights of the actor, for what is shown: as this request found them, if it remembers.

    What is binding asks for `rights_now`.
    """
    memory = actor.memory
    if memory is None or memory.is_over:
        return _look_up(actor)
    if not isinstance(memory.rights, Rights):
        memory.rights = _look_up(actor)
    return memory.rights


def rights_now(actor: Actor) -> Rights:
    """The rights of the actor as the database has them now, for what is about to be done.

    From here on nothing is remembered: what is done may change them, and is shown afterwards.
    """
    actor.forget()
    return _look_up(actor)


def _look_up(actor: Actor) -> Rights:
    """A person has those of their grants that have not ended, and none once they are disabled.

    A command holds the keys of the installation, and the system is the installation.
    """
    if not actor.is_person:
        return _EVERYTHING
    terms = _in_force().filter(person_id=actor.person_id)
    rows = terms.values_list("role", "universe_id", "pattern", "until")
    return Rights(
        tuple(Holding(Role(role), place, pattern, until) for role, place, pattern, until in rows)
    )


def held_by(actor: Actor, permission: Permission) -> QuerySet[Grant]:
    """The grants that give the person the permission now, for a query to ask about its rows.

    No one but a person has any: what else acts may do everything.
    """
    return _in_force().filter(person_id=actor.person_id, role__in=roles_with(permission))


def people_with(permission: Permission, universe_id: int, name: str) -> QuerySet[User]:
    """The people who have the permission on that secret now, by email address."""
    there = Q(universe=universe_id) | Q(universe__isnull=True)
    giving = _in_force().filter(
        there, role__in=roles_with(permission), pattern__in=patterns.matching(name)
    )
    return User.objects.filter(pk__in=giving.values("person")).order_by("email")


def _in_force() -> QuerySet[Grant]:
    """The grants that have not ended, of people who are not disabled."""
    not_ended = Q(until__isnull=True) | Q(until__gt=timezone.now())
    return Grant.objects.filter(not_ended, person__is_active=True)


def holding_of(grant: Grant) -> Holding:
    """The grant as a piece of rights."""
    return Holding(Role(grant.role), grant.universe_id, grant.pattern, grant.until)


def require(actor: Actor, permission: Permission, universe_id: int, name: str) -> None:
    """Raise Forbidden unless the actor has the permission on that secret.

    This and the next two refuse early, by what the request remembers; an act asks again.
    """
    if not rights_of(actor).allows(permission, universe_id, name):
        raise refusal(permission, universe_id, name)


def require_somewhere(actor: Actor, permission: Permission, universe_id: int) -> None:
    """Raise Forbidden unless the actor has the permission on some name of the universe."""
    if not rights_of(actor).allows_somewhere(permission, universe_id):
        raise refusal(permission, universe_id)


def require_installation(actor: Actor, permission: Permission) -> None:
    """Raise Forbidden unless the actor has the permission in all universes."""
    if not rights_of(actor).allows_installation(permission):
        raise refusal(permission)


def require_oneself(actor: Actor, person: User) -> None:
    """Raise Forbidden for everyone but the person themselves."""
    if actor.person_id != person.pk:
        raise refusal(Permission.MANAGE_PEOPLE)


def refusal(permission: Permission, universe_id: int | None = None, name: str = "") -> Forbidden:
    """The refusal of a permission, in words that say who has it."""
    roles = roles_with(permission)
    whom = "an admin" if roles == [Role.ADMIN] else "a manager or an admin"
    return Forbidden(
        f"You can’t {permission_on(permission, name)}. "
        f"You need the {_one_of(roles)} role. Ask {whom}.",
        permission=permission,
        universe_id=universe_id,
        secret_name=name,
    )


def _one_of(roles: Sequence[Role]) -> str:
    """The roles in words, the one that gives least first."""
    most, *others = (ROLE_WORDS[role] for role in roles)
    return " or ".join(filter(None, (", ".join(reversed(others)), most)))
