"""What happens to a team at one moment: each waits for the other, and decides by what is then."""

from collections.abc import Callable
from threading import Event as Moment
from threading import Thread

import pytest
from django.db import connections, transaction

from secretsapp.access import grants, teams
from secretsapp.core.errors import Forbidden, NotFound, SealroomError
from secretsapp.core.roles import Role
from secretsapp.models import Grant, Membership, Team, Universe
from secretsapp.rules.locks import lock_team
from tests.actions.test_rights_taken_away import SECONDS, telling_when_it_waits
from tests.granting import Terms, store_grants
from tests.stage import STAGEHAND, Cast

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.engine]


def while_it_waits(team: Team, act: Callable[[], object], meanwhile: Callable[[], object]) -> str:
    """Begin the act while the team is locked, do the other thing first; what refused the act."""
    waits, refused = Moment(), []

    def go() -> None:
        try:
            with telling_when_it_waits(waits, 'FROM "secretsapp_team"'):
                act()
        except SealroomError as refusal:
            refused.append(type(refusal).__name__)
        finally:
            waits.set()
            connections.close_all()

    waiting = Thread(target=go)
    with transaction.atomic():
        lock_team(team)
        waiting.start()
        assert waits.wait(SECONDS)
        meanwhile()
    waiting.join(SECONDS)
    return "".join(refused)


def test_nobody_is_let_into_a_team_that_is_given_more_at_that_moment(
    universe: Universe, cast: Cast
) -> None:
    manager = cast["manager"]
    team = teams.create(manager.actor, name="Build")

    def give() -> None:
        given = {"given_by": "tests", "given_at": team.created_at}
        store_grants([Grant(team=team, role=Role.EDITOR, **given)])

    refused = while_it_waits(
        team, lambda: teams.add_people(manager.actor, team, [manager.user]), give
    )
    assert refused == Forbidden.__name__
    assert not Membership.objects.exists()


def test_a_team_that_is_deleted_at_that_moment_is_given_nothing(
    universe: Universe, cast: Cast
) -> None:
    team = teams.create(STAGEHAND, name="Build")
    for act in (
        lambda: grants.add(cast["admin"].actor, team, universe, Terms(Role.VIEWER)),
        lambda: grants.give(cast["admin"].actor, team, None, Terms(Role.VIEWER)),
    ):
        refused = while_it_waits(team, act, Team.objects.filter(pk=team.pk).delete)
        assert refused == NotFound.__name__
        assert not Grant.objects.filter(team__isnull=False).exists()
        team.save(force_insert=True)
