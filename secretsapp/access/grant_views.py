"""Grants as they are shown: what one can do to each, what is hidden, and who is in a team."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.db.models import Count, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from secretsapp.core import patterns
from secretsapp.core.actor import Actor
from secretsapp.core.roles import Role
from secretsapp.models import Grant, Membership, User
from secretsapp.rules.holders import holdings_of
from secretsapp.rules.policy import Holding, Rights, rights_of

BESIDE = ("person", "team", "universe", "giver")
# So many names of a grant, and people of a team, stand in a row.
NAMES_TOLD = 6
PEOPLE_TOLD = 10


@dataclass(frozen=True)
class Members:
    """How many active people are in a team, and the first of them by email address."""

    count: int
    first: list[User]

    @property
    def further(self) -> int:
        """How many there are beside the first."""
        return self.count - len(self.first)


@dataclass(frozen=True)
class GrantView:
    """A grant with what the actor may do to it.

    `is_in_sight` says whether they may list every name that it covers: a pattern, and a reason,
    may hold the name of a secret. `holdings` are the pieces of rights that it is.
    """

    grant: Grant
    holdings: list[Holding]
    may_change: bool
    is_in_sight: bool
    is_last_admin: bool
    members: Members | None = None

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

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Its names and patterns, in their order."""
        return tuple(holding.pattern for holding in self.holdings)

    @property
    def covers_every_name(self) -> bool:
        """Whether it is for every secret there."""
        return patterns.EVERY_NAME in self.names

    @property
    def first_names(self) -> tuple[str, ...]:
        """The first of its names and patterns."""
        return self.names[:NAMES_TOLD]

    @property
    def further_names(self) -> int:
        """How many more names and patterns it has."""
        return max(0, len(self.names) - NAMES_TOLD)

    def _ends_within(self, time: timedelta) -> bool:
        return self.grant.until is not None and self.grant.until <= timezone.now() + time


def viewed(actor: Actor, grants: Iterable[Grant]) -> list[GrantView]:
    """The grants with what the actor may do to each; they come with what is told `BESIDE`."""
    rights, last_admin = rights_of(actor), last_admin_id()
    return [_viewed(rights, grant, last_admin) for grant in grants]


def _viewed(rights: Rights, grant: Grant, last_admin: int | None) -> GrantView:
    holdings = holdings_of(grant)
    return GrantView(
        grant=grant,
        holdings=holdings,
        may_change=rights.may_give(holdings),
        is_in_sight=_is_in_sight(rights, holdings),
        is_last_admin=grant.role == Role.ADMIN and grant.person_id == last_admin,
    )


def _is_in_sight(rights: Rights, holdings: list[Holding]) -> bool:
    if not holdings:
        return True
    seen = {holding.pattern for holding in rights.over(holdings[0].place)}
    if patterns.EVERY_NAME in seen:
        return True
    return all(any(patterns.covers(each, held.pattern) for each in seen) for held in holdings)


def last_admin_id() -> int | None:
    """The only active admin with a password, if there is one alone."""
    admins = Grant.objects.filter(role=Role.ADMIN, person__is_active=True)
    admins = admins.exclude(person__password__startswith=UNUSABLE_PASSWORD_PREFIX)
    ids = list(admins.values_list("person_id", flat=True)[:2])
    return ids[0] if len(ids) == 1 else None


def members_of(teams: list[int]) -> dict[int, Members]:
    """How many people are in each of these teams, and the first; the database ranks them."""
    if not teams:
        return {}
    rank = Window(RowNumber(), partition_by="team_id", order_by=["person__email"])
    count = Window(Count("pk"), partition_by="team_id")
    active = Membership.objects.filter(team__in=teams, person__is_active=True)
    first = active.annotate(rank=rank, count=count).filter(rank__lte=PEOPLE_TOLD)
    found = {team: Members(0, []) for team in teams}
    for each in first.select_related("person").order_by("rank"):
        people = [*found[each.team_id].first, each.person]
        found[each.team_id] = Members(each.count, people)
    return found
