"""Everything that changes rights, at one moment and in opposite orders: no two wait for each other.

A database that meets such a circle ends one of the transactions by an error of its own.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError
from django.utils import timezone

from secretsapp.access import grants, renewals, requests, reviews, teams
from secretsapp.access.requests import Wish
from secretsapp.core.actor import system
from secretsapp.core.errors import SealroomError
from secretsapp.core.roles import Role
from secretsapp.log import verifying
from secretsapp.models import Review, Universe
from secretsapp.models.reviews import Answer
from secretsapp.people import accounts, invitations
from secretsapp.secrets import approving
from tests.granting import Terms
from tests.secrets.proposing import propose, protect
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.together import together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]

Deed = Callable[[], object]
ROUNDS = 3


def deeds(universe: Universe, cast: Cast, people: list[Person], name: str) -> list[Deed]:
    """What the admin and the manager do to two people, a team of them, and one universe."""
    first, second = people
    admin, manager = cast["admin"].actor, cast["manager"].actor
    team = teams.create(STAGEHAND, name=name, people=[second.user, first.user])
    soon = Terms(Role.EDITOR, until=timezone.now() + timedelta(days=2))
    shared = grants.give(manager, team, universe, soon)
    held = [grants.give(manager, each.user, universe, soon) for each in (first, second)]
    reviewed = reviews.start(admin, universe, days=1, ends_unanswered=True)
    closing = reviews.start(admin, None, days=1, ends_unanswered=False)
    Review.objects.filter(pk=closing.pk).update(ends_at=timezone.now())
    item = reviewed.items.select_related("grant__person", "grant__team").get
    proposal = propose(second, universe)
    asked = requests.ask(first.actor, universe, Wish(Role.MANAGER, "", 8, "a release"))
    return [
        partial(reviews.answer, manager, item(grant=held[0]), Answer.ENDED),
        partial(reviews.answer, admin, item(grant=shared), Answer.ENDED),
        partial(grants.revoke, admin, shared),
        partial(grants.revoke, manager, held[1]),
        partial(renewals.keep, manager, shared),
        partial(teams.remove_person, admin, team, first.user),
        partial(teams.add_people, manager, team, [cast["viewer"].user]),
        partial(approving.approve, manager, proposal),
        partial(requests.approve, admin, asked),
        partial(accounts.disable, admin, second.user),
        partial(invitations.invite, manager, [f"{name}@example.com"], []),
        partial(reviews.close_due, system("review")),
    ]


def test_no_two_of_them_wait_for_each_other(universe: Universe, cast: Cast) -> None:
    for number in range(ROUNDS):
        protect(universe)
        people = [engage(f"{name}{number}") for name in ("first", "second")]
        if number % 2:
            people.reverse()
        done = together(*deeds(universe, cast, people, f"Build {number}"))
        assert not [each for each in done if isinstance(each, DatabaseError)]
        failed = [each for each in done if isinstance(each, Exception)]
        assert all(isinstance(each, SealroomError) for each in failed)
        assert len(failed) < len(done)
        Review.objects.filter(closed_at=None).update(closed_at=timezone.now())
    verifying.verify(STAGEHAND)
