"""Grants as an actor may see them, and what they may give of their own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Case, F, Q, QuerySet, Value, When, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils import timezone

from secretsapp.access.team_sizes import people_in_team
from secretsapp.access.terms import Terms, Where, place_of, wanted_holdings
from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, InvalidInput, NotFound
from secretsapp.core.roles import PERMISSIONS, Permission, Role
from secretsapp.core.times import sentence_time
from secretsapp.models import Grant, Membership, Place, Universe, User
from secretsapp.rules.paging import FIRST, Asked, Page, containing, cut
from secretsapp.rules.policy import (
    Holding,
    Rights,
    holdings_of,
    reaching,
    refusal,
    require_installation,
    rights_of,
)

BESIDE = ("person", "team", "universe", "giver")
# So many names of a grant stand in a row.
NAMES_TOLD = 6


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
        return f"Actions for {self.grant.holder} in {self.grant.scope}"

    @property
    def covers_every_name(self) -> bool:
        """Whether it is for every secret there."""
        return patterns.EVERY_NAME in self.grant.names

    @property
    def first_names(self) -> tuple[str, ...]:
        """The first of its names and patterns."""
        return self.grant.names[:NAMES_TOLD]

    @property
    def further_names(self) -> int:
        """How many more names and patterns it has."""
        return max(0, len(self.grant.names) - NAMES_TOLD)

    def _ends_within(self, time: timedelta) -> bool:
        return self.grant.until is not None and self.grant.until <= timezone.now() + time


@dataclass(frozen=True)
class Givable:
    """What an actor may give in a place.

    The mightiest role comes first. `names` and `latest_end` are the widest that they have there,
    for a form to begin with. `people` is None for who gives access to some names alone: they know
    to whom, and are not shown every account.
    """

    where: Where
    roles: list[Role]
    people: list[User] | None
    names: str
    latest_end: datetime | None
    may_create_people: bool


def own(actor: Actor, asked: Asked = FIRST) -> Page[GrantView]:
    """A page of the actor's own grants and those of their teams, ended ones too."""
    return _page(actor, _of(actor.person_id), asked)


def held_by(actor: Actor, person: User, asked: Asked = FIRST) -> Page[GrantView]:
    """A page of a person's grants, ended ones too, for who manages people; else Forbidden."""
    require_installation(actor, Permission.MANAGE_PEOPLE)
    return _page(actor, _of(person.pk), asked)


def page_of(actor: Actor, grants: QuerySet[Grant], asked: Asked = FIRST) -> Page[GrantView]:
    """A page of these grants; who found them has seen to it that the actor may see them."""
    return _page(actor, grants, asked)


def _of(person_id: int | None) -> QuerySet[Grant]:
    teams = Membership.objects.filter(person_id=person_id).values("team")
    return Grant.objects.filter(Q(person_id=person_id) | Q(team__in=teams))


def require_giving(actor: Actor, where: Where) -> None:
    """Raise Forbidden for who gives no access in that place."""
    if not _giving(actor, place_of(where)):
        raise refusal(Permission.MANAGE_GRANTS, place_of(where).universe_id)


def in_universe(actor: Actor, universe: Universe, asked: Asked = FIRST) -> Page[GrantView]:
    """A page of the grants that reach the universe, for who gives access there; else Forbidden.

    `asked.search` is a part of the name or the email address of a person.
    """
    require_giving(actor, universe)
    return _page(actor, Grant.objects.filter(reaching(universe.pk)), asked)


def everywhere(actor: Actor, asked: Asked = FIRST) -> Page[GrantView]:
    """The same of the grants of more than one universe, for who gives access in all."""
    require_giving(actor, None)
    return _page(actor, Grant.objects.filter(universe__isnull=True), asked)


def to_change(actor: Actor, grant_id: int, universe: Universe | None) -> GrantView:
    """That grant in the universe, or in a wider place if None.

    Raises NotFound where there is none, and Forbidden where it goes beyond the actor's rights.
    """
    found = Grant.objects.filter(pk=grant_id, universe=universe).select_related(*BESIDE)
    for view in _views(rights_of(actor), found):
        require_giving(actor, universe or view.grant.place)
        return _changeable(view)
    require_giving(actor, universe)
    raise NotFound("This grant isn’t here. Someone may have revoked it: check the list.")


def _changeable(view: GrantView) -> GrantView:
    if view.may_change:
        return view
    raise Forbidden(
        f"You can’t change the role of {view.grant.holder} here. Its role, names or end "
        "go beyond your own access. Ask an admin.",
        permission=Permission.MANAGE_GRANTS,
        universe_id=view.grant.universe_id,
    )


def _page(actor: Actor, grants: QuerySet[Grant], asked: Asked) -> Page[GrantView]:
    """Those of one universe before those of all, each by place, might and person."""
    might = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role)))
    sought = ("person__email", "person__name", "team__name")
    wanted = grants.filter(containing(asked.search, *sought))
    place = F("universe__name").asc(nulls_last=True)
    holder = Coalesce("person__email", "team__name")
    ordered = wanted.order_by(place, "universe", might, holder, "pk")
    ordered = ordered.annotate(people_in_team=people_in_team())
    found = ordered.select_related(*BESIDE).prefetch_related("patterns")
    page = cut(found, asked.number)
    return page.of(_views(rights_of(actor), page.items))


def views(actor: Actor, found: list[Grant]) -> list[GrantView]:
    """These grants with what the actor may do to each; no right is asked for."""
    prefetch_related_objects(found, "patterns")
    return _views(rights_of(actor), found)


def _views(rights: Rights, grants: Iterable[Grant]) -> list[GrantView]:
    last_admin = _last_admin_id()
    return [
        GrantView(
            grant=grant,
            may_change=rights.may_give(holdings_of(grant)),
            is_in_sight=_is_in_sight(rights, grant),
            is_last_admin=grant.role == Role.ADMIN and grant.person_id == last_admin,
        )
        for grant in grants
    ]


def _is_in_sight(rights: Rights, grant: Grant) -> bool:
    seen = [holding.pattern for holding in rights.over(grant.place)]
    return all(any(patterns.covers(each, name) for each in seen) for name in grant.names)


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


def givable(actor: Actor, where: Where, *, to_one: bool = False) -> Givable:
    """What the actor may give in the place; Forbidden where nothing.

    No people to choose from are looked up where it is `to_one` who is known.
    """
    holdings = _giving(actor, place_of(where))
    if not holdings:
        raise refusal(Permission.MANAGE_GRANTS, place_of(where).universe_id)
    names = patterns.widest(holding.pattern for holding in holdings)
    gives_every_name = names == (patterns.EVERY_NAME,)
    active = User.objects.filter(is_active=True).order_by("email")
    return Givable(
        where=where,
        roles=[role for role in Role if _may_be_given(role, holdings, place_of(where))],
        people=list(active) if gives_every_name and not to_one else None,
        names=patterns.written(names),
        latest_end=_latest_end(holdings),
        may_create_people=rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE),
    )


def check_within(actor: Actor, where: Where, terms: Terms) -> None:
    """Raise InvalidInput, which names the bound, where the actor's own access is narrower.

    The action refuses the same, without such help.
    """
    wanted = wanted_holdings(place_of(where), terms)
    if rights_of(actor).may_give(wanted):
        return
    holdings = [
        holding
        for holding in _giving(actor, place_of(where))
        if PERMISSIONS[terms.role] <= PERMISSIONS[holding.role]
    ]
    covering = [
        holding
        for holding in holdings
        if any(patterns.covers(holding.pattern, each.pattern) for each in wanted)
    ]
    covered = all(
        any(patterns.covers(holding.pattern, each.pattern) for holding in holdings)
        for each in wanted
    )
    if holdings and not covered:
        bounds = " or ".join(patterns.widest(holding.pattern for holding in holdings))
        raise InvalidInput(
            f"Your own access covers {bounds}. Enter names or patterns within it.",
            field="names",
        )
    if latest := _latest_end(covering):
        raise InvalidInput(
            f"Your own access expires on {sentence_time(latest)}. Choose that day or an "
            "earlier one.",
            field="end",
        )


def _giving(actor: Actor, place: Place) -> list[Holding]:
    """The actor's own grants by which they give others there."""
    there = rights_of(actor).over(place)
    return [holding for holding in there if holding.gives(Permission.MANAGE_GRANTS)]


def _may_be_given(role: Role, holdings: list[Holding], place: Place) -> bool:
    """Whether some grant of the role lies within the holdings; an admin is one everywhere."""
    if role is Role.ADMIN and not place.is_everywhere:
        return False
    return any(PERMISSIONS[role] <= PERMISSIONS[holding.role] for holding in holdings)


def _latest_end(holdings: list[Holding]) -> datetime | None:
    """When the last of them ends; None where one has no end, or there are none."""
    ends = [holding.until for holding in holdings if holding.until is not None]
    return max(ends) if len(ends) == len(holdings) and ends else None
