"""What people can do: one person in each universe, and everyone with one secret or in a place.

Each answer names the grants in force that it comes from.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from django.db.models import Q, QuerySet

from secretsapp.access.abilities import Ability, apart, together
from secretsapp.access.grant_listing import require_giving
from secretsapp.access.grant_views import BESIDE, GrantView, viewed
from secretsapp.access.terms import place_of
from secretsapp.core import actor as actors
from secretsapp.core import patterns
from secretsapp.core.actor import Actor, Door
from secretsapp.core.errors import NotFound
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission, refusal
from secretsapp.models import EVERYWHERE, Grant, Membership, Place, Universe, User
from secretsapp.rules.holders import holders_of
from secretsapp.rules.narrowing import held_by, narrowed_universes, reached
from secretsapp.rules.ordering import in_order
from secretsapp.rules.paging import FIRST, Asked, Page, containing, cut_as_asked
from secretsapp.rules.policy import Holding, Rights, in_force, reaching, require, rights_of

# So many universes are looked up at once where all of them are asked for.
BATCH = 500


@dataclass(frozen=True)
class Access:
    """What someone can do in a place, and the grants it comes from.

    `hides_names` says that there is more, for names that the actor can't see.
    """

    abilities: list[Ability]
    sources: list[GrantView]
    hides_names: bool


@dataclass(frozen=True)
class InUniverse:
    """What a person can do in a universe."""

    universe: Universe
    access: Access


@dataclass(frozen=True)
class OfPerson:
    """What a person can do in a place, or with a secret."""

    person: User
    access: Access


def what_can(actor: Actor, person: User, asked: Asked = FIRST) -> Page[InUniverse]:
    """A page of what a person can do in each universe.

    For themselves, and for who manages people; others are told of the universes in which they
    give access, and NotFound is raised where the person can do nothing there. `asked.search` is a
    part of a universe's name.
    """
    found = _universes_of(actor, person)
    page = cut_as_asked(found.filter(containing(asked.search, "name")), asked)
    return page.of(_in_universes(actor, person, page.items))


def oneself(actor: Actor) -> User:
    """The account of the actor; raises NotFound for what is no person."""
    person = User.objects.filter(pk=actor.person_id or 0).first()
    if person is None:
        raise _not_there()
    return person


def person_of(actor: Actor, person_id: int) -> User:
    """The person of that id, for who gives access somewhere; else Forbidden.

    Raises NotFound where there is none, as `what_can` does where they can do nothing.
    """
    if rights_of(actor).universes_with(Permission.MANAGE_GRANTS) == set():
        raise refusal(Permission.MANAGE_GRANTS)
    person = User.objects.filter(pk=person_id).first()
    if person is None:
        raise _not_there()
    return person


def everything_of(
    actor: Actor, person: User, universe: Universe | None = None
) -> Iterator[InUniverse]:
    """The same of all universes or of one, some at a time."""
    found = _universes_of(actor, person)
    if universe is not None:
        found = found.filter(pk=universe.pk)
    ids = list(found.values_list("pk", flat=True))
    return _in_batches(actor, person, ids)


def _in_batches(actor: Actor, person: User, ids: list[int]) -> Iterator[InUniverse]:
    for begin in range(0, len(ids), BATCH):
        some = in_order(Universe.objects.filter(pk__in=ids[begin : begin + BATCH]))
        yield from _in_universes(actor, person, some)


def _universes_of(actor: Actor, person: User) -> QuerySet[Universe]:
    """The universes in which the person can do something, of those the actor may know it of."""
    found = reached(_listing(person), in_order(Universe.objects.all()))
    if _may_know_all(actor, person):
        return found
    if rights_of(actor).universes_with(Permission.MANAGE_GRANTS) == set():
        raise refusal(Permission.MANAGE_GRANTS)
    found = narrowed_universes(actor, found, Permission.MANAGE_GRANTS)
    if not found.exists():
        raise _not_there()
    return found


def _not_there() -> NotFound:
    return NotFound("There is no such person, or they have no access in your universes.")


def _may_know_all(actor: Actor, person: User) -> bool:
    manages = rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE)
    return manages or actor.person_id == person.pk


def _listing(person: User) -> QuerySet[Grant]:
    """The grants by which the person can do something now: who can, can list."""
    return held_by(actors.person(person.pk, person.email, Door.BROWSER), Permission.LIST_SECRETS)


def _in_universes(actor: Actor, person: User, universes: Iterable[Universe]) -> list[InUniverse]:
    """What the person can do in each of these, in their order."""
    these = list(universes)
    here = _listing(person).filter(Q(universe__in=these) | Q(universe=None))
    views = viewed(actor, _with_all(here))
    by_place: dict[Place, list[GrantView]] = {}
    for view in views:
        by_place.setdefault(view.grant.place, []).append(view)
    rights = rights_of(actor)
    return [InUniverse(each, _in_one(rights, each, by_place)) for each in these]


def _in_one(rights: Rights, universe: Universe, by_place: dict[Place, list[GrantView]]) -> Access:
    places = dict.fromkeys(
        (
            Place(universe.pk),
            Place(environment=universe.environment),
            Place(owner=universe.owner),
            EVERYWHERE,
        )
    )
    views = [view for place in places for view in by_place.get(place, ())]
    place = Place(universe.pk)
    return _access_of(views, place, _seen_in(rights, place))


def who_can(actor: Actor, universe: Universe, name: str, asked: Asked = FIRST) -> Page[OfPerson]:
    """A page of who can do something with a secret, for who gives access to it; else Forbidden.

    `asked.search` is a part of a name or an email address.
    """
    require(actor, Permission.MANAGE_GRANTS, universe.pk, name)
    return _people(actor, _giving(universe, name), Place(universe.pk), asked, name)


def everyone_with(actor: Actor, universe: Universe, name: str) -> Iterator[OfPerson]:
    """The same of all of them, a page at a time."""
    number: int | None = 1
    while number:
        page = who_can(actor, universe, name, Asked(number=number))
        yield from page.items
        number = page.next


def in_place(actor: Actor, universe: Universe | None, asked: Asked = FIRST) -> Page[OfPerson]:
    """A page of who can do something in the universe, or in more than one if None.

    It is for who gives access there; else Forbidden.
    """
    require_giving(actor, universe)
    here = reaching(universe.pk) if universe else Q(universe=None)
    return _people(actor, in_force().filter(here), place_of(universe), asked)


def _giving(universe: Universe, name: str) -> QuerySet[Grant]:
    """The grants in force by which someone can do something with that secret."""
    fitting = in_force().filter(
        reaching(universe.pk), patterns__pattern__in=patterns.matching(name)
    )
    return Grant.objects.filter(pk__in=fitting.values("pk"))


def _people(
    actor: Actor, giving: QuerySet[Grant], place: Place, asked: Asked, name: str = ""
) -> Page[OfPerson]:
    found = holders_of(giving).filter(containing(asked.search, "email", "name"))
    page = cut_as_asked(found.order_by("email"), asked)
    teams: dict[int, set[int]] = {}
    memberships = Membership.objects.filter(person__in=page.items)
    for person_id, team_id in memberships.values_list("person", "team"):
        teams.setdefault(person_id, set()).add(team_id)
    theirs = Q(person__in=page.items) | Q(team__in=set().union(*teams.values()))
    views = viewed(actor, _with_all(giving.filter(theirs)))
    seen = _seen_in(rights_of(actor), place)

    def access(person: User) -> Access:
        return _access_of(_of(person, teams.get(person.pk, set()), views), place, seen, name)

    return page.of(OfPerson(person, access(person)) for person in page.items)


def _of(person: User, teams: set[int], views: list[GrantView]) -> list[GrantView]:
    return [
        view for view in views if view.grant.person_id == person.pk or view.grant.team_id in teams
    ]


def _with_all(grants: QuerySet[Grant]) -> QuerySet[Grant]:
    """The grants with what is told of them, in the order of what they give."""
    return grants.select_related(*BESIDE).prefetch_related("patterns").order_by("pk")


def _seen_in(rights: Rights, place: Place) -> list[str]:
    """The patterns of the names that one may list there."""
    return list(dict.fromkeys(holding.pattern for holding in rights.over(place)))


def _access_of(views: list[GrantView], place: Place, seen: list[str], name: str = "") -> Access:
    """What these grants give together: with the secret of that name, or with all that is `seen`.

    In one universe they add up; where it is more than one, each place is told of.
    """
    views = [
        view if view.is_in_sight else replace(view, is_in_sight=_is_seen(view, seen))
        for view in views
    ]
    found = [holding for view in views for holding in view.holdings]
    if name:
        fitting = (each for each in found if patterns.matches(each.pattern, name))
        held = [each._replace(pattern=EVERY_NAME) for each in fitting]
    else:
        held = [part for each in found for part in _within(each, seen)]
    abilities = together(held) if place.universe_id is not None else apart(held)
    hides_names = not name and not all(_is_all_seen(each, seen) for each in found)
    return Access(abilities, views, hides_names)


def _is_all_seen(holding: Holding, seen: Iterable[str]) -> bool:
    return any(patterns.covers(pattern, holding.pattern) for pattern in seen)


def _within(holding: Holding, seen: Iterable[str]) -> list[Holding]:
    """What the holding gives for names that are seen: all of it, or as much as of these."""
    if _is_all_seen(holding, seen):
        return [holding]
    return [
        holding._replace(pattern=each) for each in seen if patterns.covers(holding.pattern, each)
    ]


def _is_seen(view: GrantView, seen: list[str]) -> bool:
    return all(any(patterns.covers(each, name) for each in seen) for name in view.names)
