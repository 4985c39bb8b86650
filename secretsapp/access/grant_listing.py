"""Grants as an actor may see them, and what they may give of their own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from secretsapp.access.grant_views import BESIDE, GrantView, last_admin_id, members_of, viewed
from secretsapp.access.terms import Terms, Where, place_of, wanted_holdings
from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, InvalidInput, NotFound
from secretsapp.core.roles import PERMISSIONS, Permission, Role, refusal
from secretsapp.core.times import sentence_time
from secretsapp.models import EVERYWHERE, Grant, Membership, Place, Team, Universe, User
from secretsapp.models.universes import Environment
from secretsapp.rules.paging import FIRST, Asked, Page, containing, cut
from secretsapp.rules.policy import Holding, reaching, require_installation, rights_of

# So many teams are offered.
TEAMS_TO_CHOOSE_FROM = 200


@dataclass(frozen=True)
class Givable:
    """What an actor may give in a place.

    The mightiest role comes first. `names` and `latest_end` are the widest that they have there,
    for a form to begin with. `people` is None for who gives access to some names alone: they know
    to whom, and are not shown every account, and no team.
    """

    where: Where
    roles: list[Role]
    people: list[User] | None
    teams: list[Team]
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


def gives_access(actor: Actor, universe: Universe | None = None, name: str | None = None) -> bool:
    """Whether the actor gives access: anywhere, on some name of the universe, or on that one."""
    rights, permission = rights_of(actor), Permission.MANAGE_GRANTS
    if universe is None:
        return rights.universes_with(permission) != set()
    if name is None:
        return rights.allows_somewhere(permission, universe.pk)
    return rights.allows(permission, universe.pk, name)


def gives_everywhere(actor: Actor) -> bool:
    """Whether the actor gives access in all universes at once, on some name at least."""
    return bool(_giving(actor, EVERYWHERE))


def in_universe(actor: Actor, universe: Universe, asked: Asked = FIRST) -> Page[GrantView]:
    """A page of the grants that reach the universe, for who gives access there; else Forbidden.

    `asked.search` is a part of the name or the email address of a person.
    """
    require_giving(actor, universe)
    return _by_holder(actor, Grant.objects.filter(reaching(universe.pk)), asked)


def everywhere(actor: Actor, asked: Asked = FIRST) -> Page[GrantView]:
    """The same of the grants of more than one universe, for who gives access in all."""
    require_giving(actor, None)
    return _by_holder(actor, Grant.objects.filter(universe__isnull=True), asked)


def to_change(actor: Actor, grant_id: int, universe: Universe | None) -> GrantView:
    """That grant in the universe, or in a wider place if None.

    Raises NotFound where there is none, and Forbidden where it goes beyond the actor's rights.
    """
    found = Grant.objects.filter(pk=grant_id, universe=universe).select_related(*BESIDE)
    for view in viewed(actor, found):
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
    """Those of one universe before those of all, each by place, might and holder."""
    return _cut(actor, grants.order_by(_PLACE, "universe", _MIGHT, _HOLDER, "pk"), asked)


def _by_holder(actor: Actor, grants: QuerySet[Grant], asked: Asked) -> Page[GrantView]:
    """Those of teams before those of people, and what each of them has together."""
    sought = ("person__email", "person__name", "team__name")
    order = (F("team__name").asc(nulls_last=True), "team", _HOLDER, _PLACE, "universe", _MIGHT)
    found = grants.filter(containing(asked.search, *sought)).order_by(*order, "pk")
    page = _cut(actor, found, asked)
    teams = members_of([view.grant.team_id for view in page.items if view.grant.team_id])
    return page.of(
        replace(view, members=teams.get(view.grant.team_id)) if view.grant.team_id else view
        for view in page.items
    )


_MIGHT = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role)))
_PLACE = F("universe__name").asc(nulls_last=True)
_HOLDER = Coalesce("person__email", "team__name")


def _cut(actor: Actor, grants: QuerySet[Grant], asked: Asked) -> Page[GrantView]:
    found = grants.select_related(*BESIDE).prefetch_related("patterns")
    page = cut(found, asked.number)
    return page.of(viewed(actor, page.items))


def last_admin(actor: Actor) -> int | None:
    """The id of the person without whom no one could do everything, for who manages people."""
    require_installation(actor, Permission.MANAGE_PEOPLE)
    return last_admin_id()


def givable(actor: Actor, where: Where, *, to_one: bool = False) -> Givable:
    """What the actor may give in the place; Forbidden where nothing.

    No people to choose from are looked up where it is `to_one` who is known.
    """
    holdings = _giving(actor, place_of(where))
    if not holdings:
        raise refusal(Permission.MANAGE_GRANTS, place_of(where).universe_id)
    roles = [role for role in Role if _may_be_given(role, holdings, place_of(where))]
    return _givable(actor, where, holdings, roles, to_one=to_one)


def require_giving_somewhere(actor: Actor) -> None:
    """Raise Forbidden for who gives no access anywhere."""
    if not gives_access(actor):
        raise refusal(Permission.MANAGE_GRANTS)


def givable_somewhere(actor: Actor, *, to_one: bool = False) -> Givable:
    """What the actor may give in some place or other, as `givable`; Forbidden where nothing."""
    rights = rights_of(actor)
    holdings = [each for each in rights.holdings if each.gives(Permission.MANAGE_GRANTS)]
    if not holdings:
        raise refusal(Permission.MANAGE_GRANTS)
    roles = [
        role
        for role in Role
        if any(_may_be_given(role, [holding], holding.place) for holding in holdings)
    ]
    return _givable(actor, None, holdings, roles, to_one=to_one)


def places_to_give(actor: Actor, owners: Iterable[str]) -> list[Place]:
    """Where the actor may give more than one universe: all, environments, and these owners."""
    wide = [EVERYWHERE]
    wide += [Place(environment=each.value) for each in Environment if each.value]
    wide += [Place(owner=owner) for owner in dict.fromkeys(owners) if owner]
    return [place for place in wide if _giving(actor, place)]


def _givable(
    actor: Actor, where: Where, holdings: list[Holding], roles: list[Role], *, to_one: bool = False
) -> Givable:
    names = patterns.widest(holding.pattern for holding in holdings)
    gives_every_name = names == (patterns.EVERY_NAME,)
    active = User.objects.filter(is_active=True).order_by("email")
    return Givable(
        where=where,
        roles=roles,
        people=list(active) if gives_every_name and not to_one else None,
        teams=_teams() if gives_every_name and not to_one else [],
        names=patterns.written(names),
        latest_end=_latest_end(holdings),
        may_create_people=rights_of(actor).allows_installation(Permission.MANAGE_PEOPLE),
    )


def _teams() -> list[Team]:
    """The teams in which someone is, by their names: the first, where there are very many."""
    inside = Membership.objects.filter(person__is_active=True).values("team")
    return list(Team.objects.filter(pk__in=inside).order_by("name")[:TEAMS_TO_CHOOSE_FROM])


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
