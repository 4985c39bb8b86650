"""Several grants to one person, of several names, in wider places, and through a team."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.errors import AlreadyExists, Forbidden, InvalidInput
from secretsapp.core.patterns import PATTERNS_LIMIT, parse_patterns
from secretsapp.core.roles import Permission, Role
from secretsapp.models import ApiKey, Grant, GrantPattern, Membership, Place, Team, Universe, User
from secretsapp.rules.holders import people_with
from secretsapp.rules.policy import Rights, rights_of
from tests.granting import Terms
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

A = Permission
STAGING = Place(environment="staging")


@pytest.fixture
def quay(api_key: ApiKey) -> Universe:
    """A staging universe of another group."""
    return Universe.objects.create(
        id=77, name="Quay", api_key=api_key, environment="staging", owner="groups/2"
    )


def team_of(*people: Person) -> Team:
    """A team of these people."""
    team = Team.objects.create(name="Build")
    for person in people:
        Membership.objects.create(
            team=team, person=person.user, added_by="tests", added_at=timezone.now()
        )
    return team


def test_two_secrets_for_seven_days_are_one_grant(universe: Universe, cast: Cast) -> None:
    person, week = cast["stranger"], timezone.now() + timedelta(days=7)
    terms = Terms(Role.ROTATOR, "PAY_KEY, SIGNING_SEED", week)
    grant = grants.add(cast["manager"].actor, person.user, universe, terms)
    assert grant.names == ("PAY_KEY", "SIGNING_SEED")
    rights = rights_of(person.actor)
    for name, allowed in {"PAY_KEY": True, "SIGNING_SEED": True, "PAY_WEBHOOK": False}.items():
        assert rights.allows(A.ROTATE_SECRET, universe.pk, name) == allowed
    Grant.objects.filter(pk=grant.pk).update(until=timezone.now())
    assert rights_of(person.actor) == Rights(())


def test_someone_sees_all_and_rotates_some(universe: Universe, cast: Cast) -> None:
    viewer, manager = cast["viewer"], cast["manager"].actor
    grants.add(manager, viewer.user, universe, Terms(Role.ROTATOR, "PAY_*"))
    rights = rights_of(viewer.actor)
    assert rights.allows_throughout(A.LIST_SECRETS, universe.pk)
    assert rights.allows(A.ROTATE_SECRET, universe.pk, "PAY_KEY")
    assert not rights.allows(A.ROTATE_SECRET, universe.pk, "SIGNING_SEED")
    with pytest.raises(AlreadyExists, match=r"is already Rotator of Harbor\. Edit that grant"):
        grants.add(manager, viewer.user, universe, Terms(Role.ROTATOR, "PAY_*"))
    grants.revoke_all(manager, viewer.user, universe, role=Role.ROTATOR)
    assert Grant.objects.get(person=viewer.user).role == Role.VIEWER


def test_giving_takes_the_place_of_everything_there(universe: Universe, cast: Cast) -> None:
    viewer, watch = cast["viewer"].user, Watch()
    grants.add(STAGEHAND, viewer, universe, Terms(Role.ROTATOR, "PAY_*"))
    grants.give(STAGEHAND, viewer, universe, Terms(Role.AUDITOR))
    assert [(each.role, each.names) for each in Grant.objects.filter(person=viewer)] == [
        (Role.AUDITOR, ("",))
    ]
    assert watch.tags == ["grant.given", "grant.revoked", "grant.changed"]
    assert detail(watch.events[0])["pattern"] == "PAY_*"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ("",)),
        ("*", ("",)),
        ("PAY_KEY\nPAY_*, A ; B", ("A", "B", "PAY_*")),
        ("PAY_*, *", ("",)),
    ],
)
def test_names_are_read_however_they_are_parted(typed: str, found: tuple[str, ...]) -> None:
    assert parse_patterns(typed) == found


def test_what_is_no_pattern_and_too_many_are_refused(universe: Universe, cast: Cast) -> None:
    many = ", ".join(f"NAME_{number}" for number in range(PATTERNS_LIMIT + 1))
    for typed, said in {"PAY_KEY, b-d": "one exact name", many: "50 names and patterns"}.items():
        with pytest.raises(InvalidInput, match=said) as refused:
            grants.add(STAGEHAND, cast["stranger"].user, universe, Terms(Role.VIEWER, typed))
        assert refused.value.field == "names"
    assert not Grant.objects.filter(person=cast["stranger"].user).exists()


def test_each_name_that_is_given_lies_within_ones_own(universe: Universe, cast: Cast) -> None:
    deputy, person = engage("deputy"), cast["stranger"].user
    grants.give(STAGEHAND, deputy.user, universe, Terms(Role.MANAGER, "PAY_*, AD_KEY"))
    grants.add(deputy.actor, person, universe, Terms(Role.VIEWER, "PAY_KEY, AD_KEY"))
    for beyond in ("PAY_KEY, SIGNING_SEED", "AD_*", ""):
        with pytest.raises(Forbidden):
            grants.add(deputy.actor, person, universe, Terms(Role.VIEWER, beyond))
    assert Grant.objects.filter(person=person).count() == 1


def test_an_environment_is_its_universes_of_now(
    universe: Universe, quay: Universe, cast: Cast
) -> None:
    person = cast["stranger"]
    grants.give(STAGEHAND, person.user, STAGING, Terms(Role.MANAGER))
    rights = rights_of(person.actor)
    assert rights.allows(A.DELETE_SECRET, quay.pk, "KEY")
    assert not rights.allows(A.LIST_SECRETS, universe.pk, "KEY")
    assert rights.universes_with(A.LIST_SECRETS) == {quay.pk}
    assert person.user in people_with(A.DELETE_SECRET, quay.pk, "KEY")
    assert person.user not in people_with(A.DELETE_SECRET, universe.pk, "KEY")
    grants.give(person.actor, cast["viewer"].user, quay, Terms(Role.VIEWER))
    grants.give(person.actor, cast["viewer"].user, STAGING, Terms(Role.VIEWER))
    for place in (universe, Place(environment="production"), Place(owner="groups/2"), None):
        with pytest.raises(Forbidden):
            grants.give(person.actor, cast["viewer"].user, place, Terms(Role.VIEWER))
    Universe.objects.filter(pk=quay.pk).update(environment="")
    assert not rights_of(person.actor).allows(A.LIST_SECRETS, quay.pk, "KEY")


def test_the_universes_of_a_group_are_a_place(quay: Universe, universe: Universe) -> None:
    person = engage("crew")
    grant = grants.give(STAGEHAND, person.user, Place(owner="groups/2"), Terms(Role.VIEWER))
    assert grant.scope == "all universes of group 2"
    assert rights_of(person.actor).universes_with(A.LIST_SECRETS) == {quay.pk}


def test_who_leaves_a_team_loses_what_came_through_it(universe: Universe, cast: Cast) -> None:
    person, watch = cast["stranger"], Watch()
    team = team_of(person)
    grants.add(cast["manager"].actor, team, universe, Terms(Role.ROTATOR, "PAY_*"))
    assert rights_of(person.actor).allows(A.ROTATE_SECRET, universe.pk, "PAY_KEY")
    assert person.user in people_with(A.ROTATE_SECRET, universe.pk, "PAY_KEY")
    assert [(event.subject_kind, event.subject_name) for event in watch.events] == [
        ("team", "Build")
    ]
    User.objects.filter(pk=person.user.pk).update(is_active=False)
    assert rights_of(person.actor) == Rights(())
    assert person.user not in people_with(A.ROTATE_SECRET, universe.pk, "PAY_KEY")
    User.objects.filter(pk=person.user.pk).update(is_active=True)
    team.memberships.all().delete()
    assert rights_of(person.actor) == Rights(())


def test_a_team_is_never_an_admin(cast: Cast) -> None:
    with pytest.raises(InvalidInput, match="A team can’t have the Admin role"):
        grants.give(STAGEHAND, team_of(cast["viewer"]), None, Terms(Role.ADMIN))


def test_a_grant_without_a_pattern_gives_nothing(universe: Universe, cast: Cast) -> None:
    GrantPattern.objects.all().delete()
    for person in cast.values():
        assert rights_of(person.actor) == Rights(())
        assert person.user not in people_with(A.LIST_SECRETS, universe.pk, "PAY_KEY")


def test_who_gave_it_is_known_by_their_account(universe: Universe, cast: Cast) -> None:
    grant = grants.give(cast["manager"].actor, cast["stranger"].user, universe, Terms(Role.VIEWER))
    assert grant.giver_id == cast["manager"].user.pk
    (holding,) = rights_of(cast["stranger"].actor).holdings
    assert holding.giver_id == grant.giver_id
