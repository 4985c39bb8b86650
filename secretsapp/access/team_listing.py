"""Teams as an actor may see them, who may change them, and who may be in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Count, F, Q, QuerySet, Value, When, Window
from django.db.models.functions import RowNumber

from secretsapp.access import grant_listing
from secretsapp.access.grant_views import GrantView
from secretsapp.core.actor import Actor
from secretsapp.core.errors import Forbidden, NotFound
from secretsapp.core.patterns import EVERY_NAME
from secretsapp.core.roles import Permission, Role, refusal
from secretsapp.core.spelling import proposal
from secretsapp.models import EVERYWHERE, Grant, Membership, Place, Team, Universe, User
from secretsapp.rules.narrowing import narrowed_universes
from secretsapp.rules.paging import FIRST, Asked, Page, containing, cut
from secretsapp.rules.policy import Holding, Rights, in_force, of_place, rights_of

# So many grants of a team are named in the list of teams, and where they begin or end for someone.
NAMED = 2
TOLD = 10


@dataclass(frozen=True)
class TeamRow:
    """A team, how many people are in it, and the first of its grants in force that are in sight.

    `further` is how many more of these there are.
    """

    team: Team
    people: int
    grants: list[Grant]
    further: int


@dataclass(frozen=True)
class TeamView:
    """A team with its people, and whether the actor may change it.

    `has_more_access` says that it has grants that the actor is not shown.
    """

    team: Team
    memberships: Page[Membership]
    may_change: bool
    has_more_access: bool


@dataclass(frozen=True)
class Through:
    """What someone has through a team now: the first of its grants, and how many more."""

    first: list[Grant]
    further: int


def gives_access(rights: Rights) -> bool:
    """Whether they give others access to something."""
    return any(_gives(holding) for holding in rights.holdings)


def makes_teams(rights: Rights) -> bool:
    """Whether they may make a team: they give access to every secret of some universe."""
    return any(_gives(each) and each.pattern == EVERY_NAME for each in rights.holdings)


def _gives(holding: Holding) -> bool:
    return holding.gives(Permission.MANAGE_GRANTS)


def may_make(actor: Actor) -> bool:
    """Whether the actor may make a team."""
    return makes_teams(rights_of(actor))


def may_see(actor: Actor) -> bool:
    """Whether the actor may open the pages of teams."""
    return gives_access(rights_of(actor))


def require_seeing(actor: Actor) -> None:
    """Raise Forbidden for who gives access nowhere: teams are there to be given it."""
    if not may_see(actor):
        raise refusal(Permission.MANAGE_GRANTS)


def require_making(actor: Actor) -> None:
    """Raise Forbidden for who may make no team."""
    if not may_make(actor):
        raise refusal(Permission.MANAGE_GRANTS)


def may_be_changed(team: Team, rights: Rights) -> bool:
    """Whether all that comes through the team, ended or not, lies within these rights.

    Letting people in gives them all of it. A team that has nothing is changed by who could
    have made it.
    """
    # As rows: a team may have a thousand grants, and objects would take several times as long.
    columns = ("role", "universe", "environment", "owner", "patterns__pattern", "until")
    held = [
        Holding(Role(role), Place(universe, environment, owner), pattern, until)
        for role, universe, environment, owner, pattern, until in team.grants.values_list(*columns)
        if pattern is not None  # A grant without a pattern covers nothing.
    ]
    return rights.may_give(held) if held else makes_teams(rights)


def beyond(team: Team) -> Forbidden:
    """The refusal to change a team that has more than the actor gives; of what nothing is said."""
    return Forbidden(
        f"You can’t change the team {team}. It has access that goes beyond your own. Ask an admin.",
        permission=Permission.MANAGE_GRANTS,
    )


def visible(actor: Actor) -> QuerySet[Team]:
    """The teams that the actor may see.

    Who could make one sees all; who gives access to some names alone sees those that have access
    where they give it; and everyone those that they are in.
    """
    rights = rights_of(actor)
    if makes_teams(rights):
        return Team.objects.all()
    shown = Q(pk__in=Membership.objects.filter(person_id=actor.person_id).values("team"))
    if gives_access(rights):
        shown |= Q(pk__in=_in_sight(actor).values("team"))
    return Team.objects.filter(shown)


def _in_sight(actor: Actor) -> QuerySet[Grant]:
    """The grants of teams that reach a universe where the actor gives access."""
    held = Grant.objects.filter(team__isnull=False)
    if rights_of(actor).universes_with(Permission.MANAGE_GRANTS) is None:
        return held
    here = narrowed_universes(actor, Universe.objects.order_by(), Permission.MANAGE_GRANTS)
    by_environment = Q(environment__gt="", environment__in=here.values("environment"))
    by_owner = Q(owner__gt="", owner__in=here.values("owner"))
    single = Q(universe__in=here.values("pk"))
    return held.filter(single | by_environment | by_owner | of_place(EVERYWHERE))


def listed(actor: Actor, asked: Asked = FIRST) -> Page[TeamRow]:
    """A page of the teams by name; Forbidden for who gives access nowhere.

    `asked.search` is a part of the name.
    """
    require_seeing(actor)
    found = visible(actor).filter(containing(asked.search, "name"))
    page = cut(found.order_by("name", "pk"), asked.number)
    return page.of(_rows(actor, page.items))


def _rows(actor: Actor, teams: list[Team]) -> list[TeamRow]:
    counted = Membership.objects.filter(team__in=teams).order_by().values_list("team")
    people = dict(counted.annotate(Count("pk")))
    held = _first_grants(actor, teams)
    return [_row(team, people.get(team.pk, 0), held.get(team.pk, [])) for team in teams]


def _row(team: Team, people: int, ranked: list[Any]) -> TeamRow:
    return TeamRow(team, people, ranked, ranked[0].held - len(ranked) if ranked else 0)


def _first_grants(actor: Actor, teams: Iterable[Team]) -> dict[int, list[Grant]]:
    """The first grants in force of each, the mightiest first; the database ranks them."""
    might = Case(*(When(role=role, then=Value(place)) for place, role in enumerate(Role)))
    place = F("universe__name").asc(nulls_first=True)
    rank = Window(RowNumber(), partition_by="team_id", order_by=[might, place, "pk"])
    held = _in_sight(actor).filter(team__in=list(teams), pk__in=in_force().values("pk"))
    ranked = held.annotate(rank=rank, held=Window(Count("pk"), partition_by="team_id"))
    found: dict[int, list[Grant]] = {}
    for grant in ranked.filter(rank__lte=NAMED).select_related("universe").order_by("rank"):
        if grant.team_id is not None:
            found.setdefault(grant.team_id, []).append(grant)
    return found


def in_full(actor: Actor) -> list[tuple[Team, list[User], list[Grant]]]:
    """Every team with its people and those of its grants that are in sight, ended ones too.

    Raises Forbidden as `listed` does.
    """
    require_seeing(actor)
    members: dict[int, list[User]] = {}
    for each in Membership.objects.select_related("person").order_by("person__email"):
        members.setdefault(each.team_id, []).append(each.person)
    held: dict[int | None, list[Grant]] = {}
    for grant in _in_sight(actor).select_related("universe").prefetch_related("patterns"):
        held.setdefault(grant.team_id, []).append(grant)
    teams = visible(actor).order_by("name")
    return [(team, members.get(team.pk, []), held.get(team.pk, [])) for team in teams]


def get(actor: Actor, team_id: int) -> Team:
    """The team of that id; Forbidden for who gives access nowhere, NotFound if it is not seen."""
    require_seeing(actor)
    for team in visible(actor).filter(pk=team_id):
        return team
    raise NotFound("This team doesn’t exist. Check the list of teams.")


def to_change(actor: Actor, team_id: int) -> Team:
    """The same of a team that the actor may change; raises Forbidden for others too."""
    team = get(actor, team_id)
    if not may_be_changed(team, rights_of(actor)):
        raise beyond(team)
    return team


def to_remove_from(actor: Actor, team_id: int, person_id: int) -> Membership:
    """That person's membership of a team that the actor may change; NotFound if there is none."""
    team = to_change(actor, team_id)
    for membership in team.memberships.filter(person=person_id).select_related("person", "team"):
        return membership
    raise NotFound("This person isn’t in the team. Someone may have removed them: check the list.")


def named(actor: Actor, name: str) -> Team:
    """The team of that name, however it is capitalised, of those that the actor may see.

    Raises NotFound, which proposes a near one.
    """
    teams = {team.name: team for team in visible(actor)}
    for known, team in teams.items():
        if known.casefold() == name.strip().casefold():
            return team
    meant = proposal(name, {known: known for known in teams})
    raise NotFound(f"There is no team with that name.{meant}")


def view(actor: Actor, team: Team, number: int = 1) -> TeamView:
    """The team as its page shows it, with that page of its people."""
    everyone = team.memberships.select_related("person", "adder").order_by("person__email")
    out_of_sight = team.grants.exclude(pk__in=_in_sight(actor).values("pk"))
    may_change = may_be_changed(team, rights_of(actor))
    return TeamView(team, cut(everyone, number), may_change, has_more_access=out_of_sight.exists())


def grants_of(actor: Actor, team: Team, asked: Asked = FIRST) -> Page[GrantView]:
    """A page of the team's grants that the actor may see, ended ones too."""
    return grant_listing.page_of(actor, _in_sight(actor).filter(team=team), asked)


def of_person(person_id: int | None) -> list[Team]:
    """The teams that a person is in, by name; who asks may see the person."""
    return list(Team.objects.filter(memberships__person=person_id).order_by("name"))


def own(actor: Actor, team_id: int) -> Team | None:
    """The team of that id if the actor is in it."""
    return Team.objects.filter(pk=team_id, memberships__person=actor.person_id).first()


def through(team: Team) -> Through:
    """What everyone in the team has through it now, for who is in it or may change it."""
    held = in_force().filter(team=team).select_related("universe").order_by("pk")
    first = list(held.prefetch_related("patterns")[:TOLD])
    return Through(first, held.count() - len(first))


def givable(actor: Actor) -> list[Team]:
    """The teams to which the actor may give access, by name; to be bounded by their own rights."""
    return list(visible(actor).order_by("name")) if may_see(actor) else []


def to_add(actor: Actor, team: Team) -> list[User] | None:
    """The people to choose from, who are not in the team yet, by email address.

    None for who gives access to some names alone: they know whom, and aren't shown every account.
    """
    if not may_make(actor):
        return None
    there = team.memberships.values("person")
    return list(User.objects.filter(is_active=True).exclude(pk__in=there).order_by("email"))
