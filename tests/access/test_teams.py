"""Teams: made by who gives access, and changed by nobody above their own rights."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants, team_listing, teams
from secretsapp.core.errors import AlreadyExists, Forbidden, InvalidInput, NotFound, StaleVersion
from secretsapp.core.roles import Permission, Role
from secretsapp.models import ApiKey, Grant, Membership, Place, Team, Universe, User
from secretsapp.people import accounts
from secretsapp.rules.policy import Rights, rights_of
from tests.granting import Terms, let_cover
from tests.stage import STAGEHAND, Cast, Person, engage
from tests.support.watch import Watch, detail

pytestmark = pytest.mark.django_db

WEEK = timedelta(days=7)


@pytest.fixture
def quay(api_key: ApiKey) -> Universe:
    """A staging universe of another group, in which nobody has anything."""
    return Universe.objects.create(
        id=77, name="Quay", api_key=api_key, environment="staging", owner="groups/2"
    )


@pytest.fixture
def build(cast: Cast) -> Team:
    """A team of the stranger."""
    return teams.create(STAGEHAND, name="Build", people=[cast["stranger"].user])


@pytest.fixture
def deputy(universe: Universe) -> Person:
    """A manager of the names that begin with PAY_."""
    person = engage("deputy")
    grants.give(STAGEHAND, person.user, universe, Terms(Role.MANAGER, "PAY_*"))
    return person


def members(team: Team) -> list[str]:
    """Who is in the team."""
    return [each.person.email.partition("@")[0] for each in team.memberships.order_by("pk")]


def change_in_every_way(who: Person, team: Team, joining: User, leaving: User) -> list[type]:
    """What comes of each change of the team that the person tries: nothing, or a refusal."""
    done: list[type] = []
    for change in (
        lambda: teams.add_people(who.actor, team, [joining]),
        lambda: teams.edit(who.actor, team, name="Renamed", note=""),
        lambda: teams.remove_person(who.actor, team, leaving),
        lambda: teams.delete(who.actor, team),
    ):
        try:
            change()
        except Forbidden as refusal:
            done.append(type(refusal))
    return done


def test_a_team_is_made_by_who_gives_access_to_all_secrets_of_a_universe(
    cast: Cast, deputy: Person, quay: Universe
) -> None:
    watch = Watch()
    for person in (cast["editor"], cast["auditor"], cast["stranger"], deputy):
        with pytest.raises(Forbidden):
            teams.create(person.actor, name="Mine")
    assert watch.events == []
    grants.give(STAGEHAND, cast["editor"].user, Place(owner=quay.owner), Terms(Role.MANAGER))
    for name in ("admin", "manager", "editor"):
        teams.create(cast[name].actor, name=f"Of {name}", note=" A note ")
    assert Team.objects.get(name="Of manager").note == "A note"


def test_who_is_let_in_has_all_of_it_and_who_is_out_nothing_at_once(
    universe: Universe, cast: Cast, build: Team
) -> None:
    manager, viewer, stranger = cast["manager"].actor, cast["viewer"], cast["stranger"]
    grants.add(manager, build, universe, Terms(Role.ROTATOR, "PAY_*"))
    watch = Watch()
    two = [viewer.user, viewer.user, stranger.user]
    assert teams.add_people(manager, build, two) == [viewer.user], "who is in it is let be"
    (event,) = watch.events
    assert (event.subject_name, detail(event)) == ("viewer@example.com", {"team": "Build"})
    assert Membership.objects.get(person=viewer.user).added_by == "manager@example.com"
    rotates = Permission.ROTATE_SECRET
    assert rights_of(viewer.actor).allows(rotates, universe.pk, "PAY_KEY")
    with pytest.raises(AlreadyExists, match="already in the team"):
        teams.add_people(manager, build, [viewer.user])
    teams.remove_person(manager, build, viewer.user)
    assert not rights_of(viewer.actor).allows(rotates, universe.pk, "PAY_KEY")
    with pytest.raises(NotFound, match="isn’t in the team Build"):
        teams.remove_person(manager, build, viewer.user)
    with pytest.raises(Forbidden):
        teams.leave(viewer.actor, stranger.user, build)
    teams.leave(stranger.actor, stranger.user, build)
    assert rights_of(stranger.actor) == Rights(())
    with pytest.raises(NotFound):
        teams.leave(stranger.actor, stranger.user, build)
    assert watch.tags[1:] == ["team.member_removed", "team.member_left"]


@pytest.mark.parametrize(
    "further",
    [
        lambda harbor, quay: (quay, Terms(Role.VIEWER)),
        lambda harbor, quay: (None, Terms(Role.VIEWER)),
        lambda harbor, quay: (Place(environment="production"), Terms(Role.VIEWER)),
        lambda harbor, quay: (Place(owner=quay.owner), Terms(Role.VIEWER, "PAY_KEY")),
    ],
    ids=["another universe", "all universes", "an environment", "a group"],
)
def test_a_manager_changes_no_team_that_has_more_than_they_give(
    universe: Universe, quay: Universe, cast: Cast, build: Team, further: object
) -> None:
    manager, viewer, stranger = cast["manager"], cast["viewer"].user, cast["stranger"].user
    grants.add(manager.actor, build, universe, Terms(Role.EDITOR))
    grant = grants.add(STAGEHAND, build, *further(universe, quay))  # type: ignore[operator]
    watch = Watch()
    assert change_in_every_way(manager, build, manager.user, stranger) == [Forbidden] * 4
    # What has ended could be given again.
    Grant.objects.filter(pk=grant.pk).update(until=timezone.now() - WEEK)
    assert change_in_every_way(manager, build, viewer, stranger) == [Forbidden] * 4
    assert (watch.events, members(build)) == ([], ["stranger"])
    grants.revoke(STAGEHAND, grant)
    assert change_in_every_way(manager, build, viewer, stranger) == []


def test_names_and_ends_bound_a_team_too(
    universe: Universe, cast: Cast, build: Team, deputy: Person
) -> None:
    viewer, stranger = cast["viewer"].user, cast["stranger"].user
    assert change_in_every_way(deputy, build, viewer, stranger) == [Forbidden] * 4, "no access yet"
    grant = grants.add(STAGEHAND, build, universe, Terms(Role.ROTATOR, "PAY_KEY, SIGNING_SEED"))
    assert change_in_every_way(deputy, build, viewer, stranger) == [Forbidden] * 4
    let_cover(Grant.objects.filter(pk=grant.pk), "PAY_KEY", "PAY_*")
    Grant.objects.filter(person=deputy.user).update(until=timezone.now() + WEEK)
    assert change_in_every_way(deputy, build, viewer, stranger) == [Forbidden] * 4
    Grant.objects.filter(pk=grant.pk).update(until=timezone.now() + WEEK / 2)
    assert change_in_every_way(deputy, build, viewer, stranger) == []


def test_who_manages_through_a_team_alone_is_bounded_by_it(
    universe: Universe, cast: Cast, build: Team
) -> None:
    stranger, viewer = cast["stranger"], cast["viewer"].user
    grants.add(STAGEHAND, build, universe, Terms(Role.MANAGER))
    teams.add_people(stranger.actor, build, [viewer])
    teams.remove_person(stranger.actor, build, stranger.user)
    with pytest.raises(Forbidden):
        teams.add_people(stranger.actor, build, [stranger.user])


def test_deleting_a_team_ends_and_tells_all_that_came_through_it(
    universe: Universe, quay: Universe, cast: Cast, build: Team
) -> None:
    grants.add(STAGEHAND, build, universe, Terms(Role.ROTATOR, "PAY_*"))
    grants.add(STAGEHAND, build, quay, Terms(Role.VIEWER))
    watch, pk = Watch(), str(build.pk)
    teams.delete(cast["admin"].actor, build)
    assert rights_of(cast["stranger"].actor) == Rights(())
    assert watch.tags == ["grant.revoked", "grant.revoked", "team.deleted"]
    assert {(event.subject_kind, event.subject_id) for event in watch.events} == {("team", pk)}
    assert detail(watch.events[0])["pattern"] == "PAY_*"
    assert detail(watch.last) == {"people": "1"}
    for act in (
        lambda: teams.delete(STAGEHAND, build),
        lambda: teams.add_people(STAGEHAND, build, [cast["viewer"].user]),
        lambda: grants.add(STAGEHAND, build, universe, Terms(Role.VIEWER)),
        lambda: grants.give(STAGEHAND, build, None, Terms(Role.VIEWER)),
    ):
        with pytest.raises(NotFound, match="Someone has deleted the team"):
            act()


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (" ", "Enter a name"),
        ("x" * 61, "60 characters"),
        ("two\nlines", "one line"),
        ("nu\0ll", "control characters"),
        ("Build\u202e", "Remove the invisible characters"),
        ("Bu\u200bild", "Remove the invisible characters"),
        ("admin@example.com", "could be mistaken for an email address"),
        ("bUILD", "already a team with that name"),
        ("\uff22uild", "already a team with that name"),
        ("STRASSE", "already a team with that name"),
    ],
)
def test_a_name_is_one_teams_alone(name: str, said: str, build: Team) -> None:
    other = teams.create(STAGEHAND, name="Straße")
    with pytest.raises((InvalidInput, AlreadyExists), match=said) as refused:
        teams.create(STAGEHAND, name=name)
    assert refused.value.field == "name"
    if "already" not in said:
        with pytest.raises(InvalidInput, match=said):
            teams.edit(STAGEHAND, other, name=name, note="")
    teams.edit(STAGEHAND, build, name="BUILD", note="")


def test_an_edit_is_of_what_was_seen_and_tells_what_is_different(build: Team) -> None:
    watch, seen = Watch(), teams.version(build)
    teams.edit(STAGEHAND, build, name="Build", note="", seen_version=seen)
    assert watch.events == []
    teams.edit(STAGEHAND, build, name="Art", note="They draw", seen_version=seen)
    told = detail(watch.last)
    assert told == {"fields": "name and note", "name_before": "Build", "name": "Art"}
    with pytest.raises(StaleVersion, match="Someone else changed this team"):
        teams.edit(STAGEHAND, build, name="Ads", note="", seen_version=seen)


def test_teams_and_their_people_are_bounded(
    cast: Cast, build: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "PEOPLE_LIMIT", 2)
    with pytest.raises(InvalidInput, match="can have 2 people, and this one has 1"):
        teams.add_people(STAGEHAND, build, [cast["viewer"].user, cast["editor"].user])
    monkeypatch.setattr(teams, "TEAMS_LIMIT", 1)
    with pytest.raises(InvalidInput, match="There can be 1 teams"):
        teams.create(STAGEHAND, name="Art")
    assert (members(build), Team.objects.count()) == (["stranger"], 1)


def test_nobody_joins_whose_account_is_disabled(cast: Cast, build: Team) -> None:
    accounts.disable(STAGEHAND, cast["viewer"].user)
    both = [cast["editor"].user, cast["viewer"].user]
    with pytest.raises(InvalidInput, match=r"viewer@example\.com is disabled"):
        teams.add_people(STAGEHAND, build, both)
    assert members(build) == ["stranger"]


def test_who_gives_access_to_some_names_sees_the_teams_that_have_some_there(
    universe: Universe, quay: Universe, cast: Cast, build: Team, deputy: Person
) -> None:
    art = teams.create(STAGEHAND, name="Art", people=[cast["viewer"].user])
    grants.add(STAGEHAND, art, quay, Terms(Role.VIEWER))
    grants.add(STAGEHAND, build, universe, Terms(Role.VIEWER))
    grants.add(STAGEHAND, build, quay, Terms(Role.EDITOR))
    assert team_listing.givable(deputy.actor) == [build]
    assert team_listing.givable(cast["manager"].actor) == [art, build]
    assert team_listing.givable(cast["editor"].actor) == []
    (row,) = team_listing.listed(deputy.actor).items
    assert (row.people, [each.scope for each in row.grants]) == (1, ["Harbor"])
    assert team_listing.to_add(deputy.actor, build) is None
    with pytest.raises(NotFound):
        team_listing.get(deputy.actor, art.pk)
    view = team_listing.view(cast["manager"].actor, art)
    assert (view.may_change, view.has_more_access) == (False, True)
    assert team_listing.grants_of(cast["manager"].actor, art).items == []
    with pytest.raises(Forbidden):
        team_listing.listed(cast["stranger"].actor)
    assert team_listing.named(cast["stranger"].actor, "build ") == build
    with pytest.raises(NotFound, match="Did you mean Build"):
        team_listing.named(STAGEHAND, "Buidl")
