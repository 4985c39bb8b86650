"""What an actor may do: the only place where grants become rights."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Exists, FilteredRelation, Q, QuerySet
from django.utils import timezone

from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.roles import PERMISSIONS, Permission, Role, refusal
from secretsapp.models import EVERYWHERE, Grant, Membership, Place, Universe, User
from secretsapp.rules.sql import NOW, PERSON, UNIVERSE, Given, Prepared

_Person = int | Given | None


class Holding(NamedTuple):
    """One pattern of a grant in force: a role in a place, for the names that it matches.

    `giver_id` gave it, no person where that is None; `adder_id` put them into the team that has it.
    """

    role: Role
    place: Place
    pattern: str
    until: datetime | None
    giver_id: int | None = None
    adder_id: int | None = None

    def gives(self, permission: Permission) -> bool:
        """Whether its role has the permission."""
        return permission in PERMISSIONS[self.role]

    def contains(self, other: "Holding") -> bool:
        """Whether nothing in `other` goes beyond this: not in rights, names or time.

        Both are about the same place, or this about a wider one: `Rights.over` has seen to that.
        """
        return (
            PERMISSIONS[other.role] <= PERMISSIONS[self.role]
            and patterns.covers(self.pattern, other.pattern)
            and _ends_no_later(other.until, self.until)
        )


def _ends_no_later(end: datetime | None, limit: datetime | None) -> bool:
    return limit is None or (end is not None and end <= limit)


@dataclass(frozen=True)
class Rights:
    """Everything an actor may do at this moment.

    `wider` has the places beside itself in which a universe lies, for each that lies in one of
    those where they hold something.
    """

    holdings: tuple[Holding, ...]
    wider: Mapping[int, tuple[Place, ...]] = field(default_factory=dict)

    @cached_property
    def _by_place(self) -> dict[Place, list[Holding]]:
        """The holdings by where they hold: someone may have one in each of a thousand places."""
        found: dict[Place, list[Holding]] = {}
        for holding in self.holdings:
            found.setdefault(holding.place, []).append(holding)
        return found

    @cached_property
    def _places(self) -> dict[Role, set[Place]]:
        """Where they hold each role."""
        found: dict[Role, set[Place]] = {}
        for holding in self.holdings:
            found.setdefault(holding.role, set()).add(holding.place)
        return found

    def over(self, place: Place) -> list[Holding]:
        """The holdings that hold in all of that place: those of it, and of what it lies in."""
        within = () if place.universe_id is None else self.wider.get(place.universe_id, ())
        places = dict.fromkeys((place, *within, EVERYWHERE))
        return [holding for each in places for holding in self._by_place.get(each, ())]

    def reaching(self, universe_id: int | None) -> list[Holding]:
        """The holdings that hold in that universe; None asks for those of all at once."""
        return self.over(Place(universe_id))

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
        held = (found for role, found in self._places.items() if permission in PERMISSIONS[role])
        places = set[Place]().union(*held)
        if EVERYWHERE in places:
            return None
        single = {place.universe_id for place in places if place.universe_id is not None}
        return single | {pk for pk, wider in self.wider.items() if not places.isdisjoint(wider)}

    def may_give(self, grant: Iterable[Holding]) -> bool:
        """Whether they may give, change or revoke a grant: each of it lies within one of theirs."""
        return all(
            any(
                holding.gives(Permission.MANAGE_GRANTS) and holding.contains(wanted)
                for holding in self.over(wanted.place)
            )
            for wanted in grant
        )


# Looked up here, a role takes a fifth of the time that it takes to make one of its word.
_ROLES = {role.value: role for role in Role}
_EVERYTHING = Rights((Holding(Role.ADMIN, EVERYWHERE, patterns.EVERY_NAME, None),))


def rights_of(actor: Actor) -> Rights:
    """The rights of the actor, for what is shown; what is binding asks for `rights_now`."""
    memory = actor.memory
    if memory is None or memory.is_over:
        return _look_up(actor)
    if not isinstance(memory.rights, Rights):
        memory.rights = _look_up(actor)
    return memory.rights


def rights_now(actor: Actor, at: Place | None = None) -> Rights:
    """The rights of the actor as the database has them now, for what is about to be done.

    With `at`, a universe or everywhere, they are those that hold there. Nothing is remembered then.
    """
    actor.forget()
    return _look_up(actor, at)


def _look_up(actor: Actor, at: Place | None = None) -> Rights:
    """Those of the grants in force; a command and the system have the keys to everything."""
    if not actor.is_person:
        return _EVERYTHING
    asked = {"person": actor.person_id, "now": timezone.now()}
    if at is None:
        rows = _ALL_HELD.rows(**asked)
    elif at.universe_id is None:
        rows = _HELD_EVERYWHERE.rows(**asked)
    else:
        rows = _HELD_THERE.rows(**asked, universe=at.universe_id)
    holdings = tuple(
        Holding(_ROLES[role], Place(universe, environment, owner), pattern, *rest)
        for role, universe, environment, owner, pattern, *rest in rows
        if pattern is not None  # A grant without a pattern covers nothing.
    )
    return Rights(holdings, _wider({holding.place for holding in holdings}, at))


def _rows(person: Given, grants: QuerySet[Grant]) -> QuerySet[Grant, tuple[Any, ...]]:
    """What a holding is made of, for each pattern of these grants of the person."""
    columns = ("role", "universe", "environment", "owner", "patterns__pattern", "until", "giver")
    # A subquery would be asked for each of a thousand grants.
    own = FilteredRelation("team__memberships", condition=Q(team__memberships__person_id=person))
    return grants.annotate(own=own).values_list(*columns, "own__adder")


def _wider(places: Iterable[Place], at: Place | None) -> dict[int, tuple[Place, ...]]:
    """The universes that lie in wider ones of these places, each with those that it lies in."""
    wide = {place for place in places if place.is_wide}
    only = Q(pk=at.universe_id or 0) if at else Q()
    found = in_wide(wide).filter(only) if wide else Universe.objects.none()
    return {
        pk: tuple(wide & {Place(environment=environment), Place(owner=owner)})
        for pk, environment, owner in found.values_list("pk", "environment", "owner")
    }


def in_wide(places: Collection[Place]) -> QuerySet[Universe]:
    """The universes that lie in one of these environments or owners, in no order."""
    environments = {place.environment for place in places if place.environment}
    owners = {place.owner for place in places if place.owner}
    return Universe.objects.filter(Q(environment__in=environments) | Q(owner__in=owners)).order_by()


def grants_of(actor: Actor) -> QuerySet[Grant]:
    """The grants in force of a person and of their teams; none once their account is disabled.

    A page narrows by them a dozen times, so the question is remembered as rights are; not what
    the database answers.
    """
    memory = actor.memory
    if memory is None or memory.is_over:
        return held(actor.person_id, timezone.now())
    if not isinstance(memory.grants, QuerySet):
        memory.grants = held(actor.person_id, timezone.now())
    return memory.grants.all()


def held(person: _Person, now: datetime | Given) -> QuerySet[Grant]:
    """The same, for a query that is prepared for any person and time."""
    teams = Membership.objects.filter(person_id=person).values("team")
    active = User.objects.filter(pk=person or 0, is_active=True)
    return in_force(now).filter(Q(person_id=person) | Q(team__in=teams), Exists(active))


def reaching(universe_id: int | Given | None) -> Q:
    """The grants that hold in that universe; None asks for those of all at once."""
    if universe_id is None:
        return of_place(EVERYWHERE)
    universe = Universe.objects.filter(pk=universe_id)
    any_environment = Q(environment="") | Q(environment__in=universe.values("environment"))
    any_owner = Q(owner="") | Q(owner__in=universe.values("owner"))
    return Q(universe=universe_id) | Q(universe__isnull=True) & any_environment & any_owner


_ALL_HELD = Prepared(lambda: _rows(PERSON, held(PERSON, NOW)))
_HELD_EVERYWHERE = Prepared(lambda: _rows(PERSON, held(PERSON, NOW).filter(reaching(None))))
_HELD_THERE = Prepared(lambda: _rows(PERSON, held(PERSON, NOW).filter(reaching(UNIVERSE))))


def of_place(place: Place) -> Q:
    """The grants of exactly that place."""
    return Q(universe=place.universe_id, environment=place.environment, owner=place.owner)


def in_force(now: datetime | Given | None = None) -> QuerySet[Grant]:
    """The grants that have not ended, whosever they are."""
    return Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=now or timezone.now()))


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


def require_installation(
    actor: Actor, permission: Permission, universe_id: int | None = None
) -> None:
    """Raise Forbidden unless the actor has the permission in all universes.

    `universe_id` is the one that it is about, which the refusal names.
    """
    if not rights_of(actor).allows_installation(permission):
        raise refusal(permission, universe_id)


def require_oneself(actor: Actor, person: User) -> None:
    """Raise Forbidden for everyone but the person themselves."""
    if actor.person_id != person.pk:
        raise refusal(Permission.MANAGE_PEOPLE)
