"""Rows of teams, and of what waits for an answer, in bulk: many at the large size."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import islice

from django.utils import timezone

from benchmarks import crowd, place
from secretsapp.core.roles import Role
from secretsapp.models import (
    AccessRequest,
    Batch,
    BatchItem,
    Grant,
    GrantPattern,
    Invitation,
    InvitationGrant,
    Membership,
    Proposal,
    Review,
    ReviewItem,
    Team,
    Universe,
    User,
)
from secretsapp.models.batches import BatchState
from secretsapp.models.secrets import ChangeKind

# As many teams as there can be, in some of which the person with most grants is.
TEAMS, IN_TEAMS = 200, 20
WAITING_IN_ONE = 100
WEEK = timedelta(days=7)


def delegate(universes: int, measured_id: int) -> None:
    """Let as many things of each kind wait as there are universes.

    The universe that is measured is protected, and proposals wait in it. A part of what GRANTED has
    ends soon.
    """
    now = timezone.now()
    there = list(Universe.objects.order_by("pk")[:universes])
    others = User.objects.exclude(email=crowd.GRANTED).filter(is_active=True, name__gt="")
    people = list(others.order_by("pk")[:universes])
    _stock_teams(there, people, now)
    soon = Grant.objects.filter(person__email=crowd.GRANTED, role=Role.ROTATOR)
    soon.update(until=now + WEEK / 2)
    AccessRequest.objects.bulk_create(_requests(there, people, now), crowd.ROWS_AT_ONCE)
    Proposal.objects.bulk_create(_proposals(there, measured_id, people, now), crowd.ROWS_AT_ONCE)
    Universe.objects.filter(pk=measured_id).update(protected_since=now)
    _invite(there, now)
    _batch(there, now)
    # The newest is that of a thousand grants, which the page of a review is measured with.
    for _ in range(min(universes, WAITING_IN_ONE)):
        _review(now - WEEK, closed_at=now)
    ReviewItem.objects.bulk_create(_items(_review(now), universes), crowd.ROWS_AT_ONCE)


def _batch(there: list[Universe], now: datetime) -> None:
    """A batch that waits, with a deletion in each universe."""
    told = {"actor_kind": "command", "actor_name": place.EMAIL, "door": "shell"}
    batch = Batch.objects.create(size=len(there), made_at=now, state=BatchState.PAUSED, **told)
    items = (
        BatchItem(
            batch=batch,
            position=number,
            kind=ChangeKind.DELETE,
            universe=universe,
            universe_name=universe.name,
            name="PAY_API_KEY_000",
        )
        for number, universe in enumerate(there)
    )
    BatchItem.objects.bulk_create(items, crowd.ROWS_AT_ONCE)


def _stock_teams(there: list[Universe], people: list[User], now: datetime) -> None:
    """Teams of two hundred people at most; the first one has a grant in every universe."""
    granted = User.objects.get(email=crowd.GRANTED)
    count = min(TEAMS, len(there))
    teams = Team.objects.bulk_create(Team(name=f"Team {number:03}") for number in range(count))
    inside = [(teams[0], person) for person in people[:TEAMS]]
    inside += [(team, granted) for team in teams[:IN_TEAMS]]
    told = {"added_by": place.EMAIL, "added_at": now}
    Membership.objects.bulk_create(
        Membership(team=team, person=person, **told) for team, person in inside
    )
    holders = [(teams[0], each) for each in there]
    holders += list(zip(teams[1:], there[1:], strict=False))
    given = {"role": Role.ROTATOR, "given_by": place.EMAIL, "given_at": now}
    stored = Grant.objects.bulk_create(
        (
            Grant(team=team, universe=universe, until=now + WEEK, **given)
            for team, universe in holders
        ),
        crowd.ROWS_AT_ONCE,
    )
    rows = (GrantPattern(grant=grant, pattern="PAY_*") for grant in stored)
    GrantPattern.objects.bulk_create(rows, crowd.ROWS_AT_ONCE)


def _requests(there: list[Universe], people: list[User], now: datetime) -> Iterable[AccessRequest]:
    for number, universe in enumerate(there):
        yield AccessRequest(
            person=people[number % len(people)],
            universe=universe,
            role=Role.ROTATOR,
            names="PAY_*" if number % 2 else "PAY_API_KEY_000",
            hours=24,
            reason="Season two.",
            made_at=now,
            lapses_at=now + WEEK,
        )


def _proposals(
    there: list[Universe], measured_id: int, people: list[User], now: datetime
) -> Iterable[Proposal]:
    """Some in the measured universe, and one in each of the others."""
    waiting = min(len(there), WAITING_IN_ONE)
    places = [(measured_id, number) for number in range(waiting)]
    places += [(universe.pk, 0) for universe in there if universe.pk != measured_id]
    for number, (universe_id, secret) in enumerate(places):
        yield Proposal(
            kind="rotate",
            universe_id=universe_id,
            name=crowd.name_of(secret),
            digest="0" * 64,
            why="The old one leaked.",
            proposer=people[number % len(people)],
            proposed_at=now,
            lapses_at=now + WEEK,
        )


def _invite(there: list[Universe], now: datetime) -> None:
    inviter = User.objects.get(email=place.EMAIL)
    made = Invitation.objects.bulk_create(
        Invitation(
            address=f"guest{number:04}@example.com",
            greeting="Welcome.",
            inviter=inviter,
            invited_by=inviter.email,
            made_at=now,
            ends_at=now + WEEK,
            hashed=f"{number:064}",
        )
        for number in range(len(there))
    )
    InvitationGrant.objects.bulk_create(
        InvitationGrant(invitation=each, universe=universe, role=Role.VIEWER, names="PAY_*")
        for each, universe in zip(made, there, strict=True)
    )


def _review(began_at: datetime, closed_at: datetime | None = None) -> Review:
    return Review.objects.create(
        started_by=place.EMAIL,
        started_at=began_at,
        ends_at=began_at + WEEK,
        ends_unanswered=False,
        closed_at=closed_at,
    )


def _items(review: Review, count: int) -> Iterable[ReviewItem]:
    grants = Grant.objects.exclude(role=Role.ADMIN).filter(universe__isnull=False)
    for grant in islice(grants.order_by("pk").iterator(), count):
        yield ReviewItem(
            review=review, grant=grant, said=f"{grant.role} of a universe, for all secrets"
        )
