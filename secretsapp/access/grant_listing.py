"""Grants as an actor may see them, and what they may give of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Case, F, Q, QuerySet, Value, When
from django.utils import timezone

from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, InvalidInput, NotFound
from secretsapp.core.roles import PERMISSIONS, Permission, Role
from secretsapp.core.times import sentence_time
from secretsapp.models import Grant, Universe, User
from secretsapp.rules.paging import FIRST, Asked, Page, containing, cut
from secretsapp.rules.policy import (
    Holding,
    Rights,
    holding_of,
    refusal,
    require_installation,
    require_somewhere,
    rights_of,
)


@dataclass(frozen=True)
class GrantView:
    """A grant with what the actor may do to it.

    `is_in_sight` says whether they may list every name that it covers: a pattern, and a reason,
    may hold the name of a secret.
    """

    grant: Grant
    may_change: bool
    is_in_sight: bool
    is_last_admin: bool

    @property
    def has_ended(self) -> bool:
        """Whether it gives nothing any more."""
        return self._ends_within(timedelta(0))

    @property
    def ends_soon(self) -> bool:
        """Whether it gives nothing any more in a week."""
        return self._ends_within(timedelta(days=7))

    @property
    def ends_within_a_day(self) -> bool:
        """Whether its last day alone would not say when it ends."""
        return self._ends_within(timedelta(days=1))

    @property
    def label(self) -> str:
        """What its menu is called."""
        where = self.grant.universe.name if self.grant.universe else "all universes"
        return f"Actions for {self.grant.person.email} in {where}"

    def _ends_within(self, time: timedelta) -> bool:
        return self.grant.until is not None and self.grant.until <= timezone.now() + time


@dataclass(frozen=True)
class Givable:
    """What an actor may give in a universe, or in all if None.

    The mightiest role comes first. `pattern` and `latest_end` are the widest that they have there,
    for a form to begin with. `people` is None for who gives access to some names alone: they know
    to whom, and are not shown every account.
    """

    universe: Universe | None
    roles: list[Role]
    people: list[User] | None
    pattern: str
    latest_end: datetime | None
    may_create_people: bool


def of_person(actor: Actor, person: User) -> list[Grant]:
    """The grants of a person that the actor may change or revoke."""
    rights = rights_of(actor)
    grants = Grant.objects.filter(person=person).select_related("universe").order_by("pk")
    return [grant for grant in grants if rights.may_give(holding_of(grant))]


def get(actor: Actor, person: User, universe: Universe | None) -> Grant:
    """The person's grant in the universe, or in all if None; NotFound if there is none."""
    for grant in of_person(actor, person):
        if grant.universe_id == (universe.pk if universe else None):
            return grant
    scope = universe.name if universe else "all universes"
    raise NotFound(f"{person.email} has no role in {scope} that you can change.")


def own(actor: Actor, asked: Asked = FIRST) -> Page[GrantView]:
    """A page of the actor's own grants, ended ones too."""
    return _page(actor, Grant.objects.filter(person_id=actor.person_id), asked)


def held_by(actor: Actor, person: User, asked: Asked = FIRST) -> Page[GrantView]:
    """A page of a person's grants, ended ones too, for who manages people; else Forbidden."""
    require_installation(actor, Permission.MANAGE_PEOPLE)
    return _page(actor, Grant.objects.filter(person=person), asked)


def places_of(actor: Actor, person: User) -> set[int | None]:
    """Where the person has a grant, None for all universes; for who manages people."""
    require_installation(actor, Permission.MANAGE_PEOPLE)
    return set(Grant.objects.filter(person=person).values_list("universe_id", flat=True))


def require_giving(actor: Actor, universe: Universe | None) -> None:
    """Raise Forbidden for who gives no access in the universe, or in all if None."""
    if universe:
        require_somewhere(actor, Permission.MANAGE_GRANTS, universe.pk)
    elif rights_of(actor).universes_with(Permission.MANAGE_GRANTS) is not None:
        raise refusal(Permission.MANAGE_GRANTS)


def in_universe(actor: Actor, universe: Universe, asked: Asked = FIRST) -> Page[GrantView]:
    """A page of the grants that reach the universe, for who gives access there; else Forbidden.

    `asked.search` is a part of the name or the email address of a person.
    """
    require_giving(actor, universe)
    reaching = Grant.objects.filter(Q(universe=universe) | Q(universe__isnull=True))
    return _page(actor, reaching, asked)


def everywhere(actor: Actor, asked: Asked = FIRST) -> Page[GrantView]:
    """The same of the grants of all universes, for who gives access in all; else Forbidden."""
    require_giving(actor, None)
    return _page(actor, Grant.objects.filter(universe__isnull=True), asked)


def to_change(actor: Actor, person_id: int, universe: Universe | None) -> GrantView:
    """The grant of that person in the universe, or in all if None.

    Raises NotFound where they have none there, and Forbidden where it goes beyond the actor's
    rights.
    """
    require_giving(actor, universe)
    found = Grant.objects.filter(person=person_id, universe=universe)
    for view in _views(rights_of(actor), found.select_related("person", "universe")):
        return _changeable(view)
    raise NotFound("That person has no role here. Someone may have revoked it: check the list.")


def _changeable(view: GrantView) -> GrantView:
    if view.may_change:
        return view
    raise Forbidden(
        f"You can’t change the role of {view.grant.person.email} here. Its role, names or end "
        "go beyond your own access. Ask an admin.",
        permission=Permission.MANAGE_GRANTS,
        universe_id=view.grant.universe_id,
    )


def _page(actor: Actor, grants: QuerySet[Grant], asked: Asked) -> Page[GrantView]:
    """Those of one universe before those of all, each by place, might and person."""
    might = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role)))
    wanted = grants.filter(containing(asked.search, "person__email", "person__name"))
    place = F("universe__name").asc(nulls_last=True)
    ordered = wanted.order_by(place, "universe", might, "person__email", "pk")
    page = cut(ordered.select_related("person", "universe"), asked.number)
    return page.of(_views(rights_of(actor), page.items))


def _views(rights: Rights, grants: Iterable[Grant]) -> list[GrantView]:
    last_admin = _last_admin_id()
    return [
        GrantView(
            grant=grant,
            may_change=rights.may_give(holding_of(grant)),
            is_in_sight=_is_in_sight(rights, grant),
            is_last_admin=grant.role == Role.ADMIN and grant.person_id == last_admin,
        )
        for grant in grants
    ]


def _is_in_sight(rights: Rights, grant: Grant) -> bool:
    return any(
        patterns.covers(holding.pattern, grant.pattern)
        for holding in rights.reaching(grant.universe_id)
    )


def _last_admin_id() -> int | None:
    """The only active admin with a password, if there is one alone."""
    admins = Grant.objects.filter(role=Role.ADMIN, person__is_active=True)
    admins = admins.exclude(person__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    ids = list(admins.values_list("person_id", flat=True)[:2])
    return ids[0] if len(ids) == 1 else None


def last_admin(actor: Actor) -> int | None:
    """The id of the person without whom no one could do everything, for who manages people."""
    require_installation(actor, Permission.MANAGE_PEOPLE)
    return _last_admin_id()


def givable(actor: Actor, universe: Universe | None, *, to_one: bool = False) -> Givable:
    """What the actor may give in the universe, or in all if None; Forbidden where nothing.

    No people to choose from are looked up where it is `to_one` who is known.
    """
    holdings = _giving(actor, universe)
    if not holdings:
        raise refusal(Permission.MANAGE_GRANTS, universe.pk if universe else None)
    pattern = min((holding.pattern for holding in holdings), key=len)
    active = User.objects.filter(is_active=True).order_by("email")
    return Givable(
        universe=universe,
        roles=[role for role in Role if _may_be_given(role, holdings, universe)],
        people=None if pattern or to_one else list(active),
        pattern=pattern,
        latest_end=_latest_end(holdings),
        may_create_people=rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE),
    )


def check_within(
    actor: Actor,
    universe: Universe | None,
    role: Role,
    pattern: str,
    until: datetime | None,
) -> None:
    """Raise InvalidInput, which names the bound, where the actor's own access is narrower.

    The action refuses the same, without such help.
    """
    wanted = Holding(role, universe.pk if universe else None, pattern, until)
    holdings = [
        holding
        for holding in _giving(actor, universe)
        if PERMISSIONS[role] <= PERMISSIONS[holding.role]
    ]
    if any(holding.contains(wanted) for holding in holdings):
        return
    covering = [holding for holding in holdings if patterns.covers(holding.pattern, pattern)]
    if latest := _latest_end(covering):
        raise InvalidInput(
            f"Your own access expires on {sentence_time(latest)}. Choose that day or an "
            "earlier one.",
            field="end",
        )
    if holdings and not covering:
        bounds = " or ".join(holding.pattern for holding in holdings)
        raise InvalidInput(
            f"Your own access covers {bounds}. Enter a name or a pattern within it.",
            field="pattern",
        )


def _giving(actor: Actor, universe: Universe | None) -> list[Holding]:
    """The actor's own grants by which they give others there."""
    universe_id = universe.pk if universe else None
    return [
        holding
        for holding in rights_of(actor).reaching(universe_id)
        if holding.gives(Permission.MANAGE_GRANTS)
    ]


def _may_be_given(role: Role, holdings: list[Holding], universe: Universe | None) -> bool:
    """Whether some grant of the role lies within the holdings; an admin is one everywhere."""
    if role is Role.ADMIN and universe is not None:
        return False
    return any(PERMISSIONS[role] <= PERMISSIONS[holding.role] for holding in holdings)


def _latest_end(holdings: list[Holding]) -> datetime | None:
    """When the last of them ends; None where one has no end, or there are none."""
    ends = [holding.until for holding in holdings if holding.until is not None]
    return max(ends) if len(ends) == len(holdings) and ends else None
