"""The pages of teams: made, filled, changed, left and deleted by those who may."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from secretsapp.access import grants, teams
from secretsapp.core.roles import Role
from secretsapp.models import Grant, Membership, Team, Universe, User
from secretsapp.people import accounts
from tests.granting import Terms, store_grants
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast, engage
from tests.support.watch import Watch

pytestmark = pytest.mark.django_db

UNPROCESSABLE, FORBIDDEN, NOT_FOUND = 422, 403, 404


@pytest.fixture
def build(universe: Universe, cast: Cast) -> Team:
    """A team that rotates PAY_* in Harbor, and whose only member is the stranger."""
    team = teams.create(STAGEHAND, name="Build", note="They ship", people=[cast["stranger"].user])
    grants.add(STAGEHAND, team, universe, Terms(Role.ROTATOR, "PAY_*"))
    return team


def address(team: Team, *parts: object) -> str:
    """The address of a page of the team."""
    return "/".join(["/teams", str(team.pk), *map(str, parts), ""])


def test_a_manager_makes_a_team_and_fills_it(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    client, watch = client_for("manager"), Watch()
    access = f"/universes/{universe.pk}/access/"
    assert 'href="/teams/"' in body(client.get(access))
    assert "No teams yet" in words(client.get("/teams/"))
    assert 'href="/people/"' not in body(client.get("/teams/"))
    done = client.post("/teams/new/", {"name": " Build ", "note": "They ship"}, follow=True)
    assert "Created the team Build. Add its people next." in words(done)
    path = done.redirect_chain[-1][0]
    both = {"people": ["viewer@example.com", "stranger@example.com"]}
    assert "Added 2 people to the team Build." in words(client.post(path, both, follow=True))
    assert 'value="viewer@example.com"' not in body(client.get(path)), "they are in it"
    shown = words(client.get("/teams/"))
    assert "Build They ship 2 people No access" in shown
    grants.add(cast["manager"].actor, Team.objects.get(), universe, Terms(Role.ROTATOR))
    assert "Rotator of Harbor" in words(client.get("/teams/"))
    assert "Build Team of 2" in words(client.get(access))
    assert watch.tags == [
        "team.created",
        "team.member_added",
        "team.member_added",
        "grant.given",
    ]
    log = words(client_for("admin").get("/audit/?event=team"))
    assert "added viewer@example.com to the team Build" in log


@pytest.mark.parametrize(
    ("name", "said"),
    [("", "Enter a name."), ("bUILD", "There is already a team with that name."), ("a\0", "")],
)
def test_a_name_that_will_not_do_is_told_at_its_field(
    client_for: ClientFor, build: Team, name: str, said: str
) -> None:
    answer = client_for("admin").post("/teams/new/", {"name": name})
    assert answer.status_code == UNPROCESSABLE
    assert said in words(answer)


def test_people_are_typed_where_they_are_not_shown(
    client_for: ClientFor, universe: Universe, build: Team
) -> None:
    deputy = engage("deputy")
    grants.give(STAGEHAND, deputy.user, universe, Terms(Role.MANAGER, "PAY_*"))
    accounts.disable(STAGEHAND, User.objects.get(email="auditor@example.com"))
    client, path = client_for(deputy), address(build, "people")
    assert "viewer@example.com" not in body(client.get(path))
    for typed, said in {
        "viewer@example.com\nnobody@example.com; auditor@example.com": "in places 2, 3.",
        " ,\n": "Enter at least one email address.",
        "stranger@example.com": "They’re already in the team.",
    }.items():
        answer = client.post(path, {"people": typed})
        assert (answer.status_code, said in words(answer)) == (UNPROCESSABLE, True), typed
    done = client.post(path, {"people": "Viewer@example.com,  editor@example.com"}, follow=True)
    assert "Added 2 people to the team Build." in words(done)
    assert client.post("/teams/new/", {"name": "Mine"}).status_code == FORBIDDEN
    assert "Create team" not in words(client.get("/teams/"))


def test_a_team_with_more_access_is_shown_and_not_changed(
    client_for: ClientFor, build: Team, cast: Cast
) -> None:
    grants.add(STAGEHAND, build, None, Terms(Role.VIEWER, "ELSEWHERE_KEY"))
    client, stranger = client_for("manager"), cast["stranger"].user.pk
    shown = words(client.get(address(build)))
    assert "You can’t change this team" in shown
    assert "Add people" not in shown
    assert "Delete team" not in shown
    watch = Watch()
    for parts in (("edit",), ("people",), ("people", stranger), ("delete",)):
        for method in (client.get, client.post):
            assert method(address(build, *parts)).status_code == FORBIDDEN, parts
    assert set(watch.tags) == {"access.refused"}
    assert Membership.objects.filter(team=build).count() == 1


def test_who_changes_it_is_told_what_begins_and_ends(
    client_for: ClientFor, build: Team, cast: Cast, universe: Universe
) -> None:
    client, stranger = client_for("manager"), cast["stranger"].user
    shown = client.get(address(build))
    assert "stranger@example.com added by" in words(shown)
    assert "Harbor Rotator PAY_*" in words(shown)
    assert "They get all the access of the team at once: Rotator of Harbor, PAY_*" in words(
        client.get(address(build, "people"))
    )
    assert "ends at once, even on open pages: Rotator of Harbor, PAY_*" in words(
        client.get(address(build, "people", stranger.pk))
    )
    done = client.post(address(build, "people", stranger.pk), follow=True)
    assert "Removed stranger@example.com from the team Build." in words(done)
    assert "Nobody is in this team yet." in words(done)
    assert client.get(address(build, "people", stranger.pk)).status_code == NOT_FOUND
    seen = teams.version(build)
    teams.edit(STAGEHAND, build, name="Art", note="")
    stale = client.post(address(build, "edit"), {"name": "Ads", "note": "", "seen": seen})
    assert stale.status_code == UNPROCESSABLE
    assert 'value="Art"' in body(stale)
    assert "Nobody is in it." in words(client.get(address(build, "delete")))
    done = client.post(address(build, "delete"), follow=True)
    assert "Deleted the team Art." in words(done)
    assert client.get(address(build)).status_code == NOT_FOUND


def test_people_see_their_teams_and_leave_them(
    client_for: ClientFor, build: Team, cast: Cast, universe: Universe
) -> None:
    client = client_for("stranger")
    secrets = f"/universes/{universe.pk}/secrets/PAY_KEY/"
    assert client.get(secrets).status_code == 200
    leaving = address(build, "leave")
    assert f'href="{leaving}"' in body(client.get("/me/"))
    assert "What you have through the team ends at once: Rotator of Harbor, PAY_*" in words(
        client.get(leaving)
    )
    assert client.get(address(build)).status_code == FORBIDDEN
    admin = client_for("admin")
    person = f"/people/{cast['stranger'].user.pk}/"
    assert f'href="{address(build)}"' in body(admin.get(person))
    assert "In the team Build" in words(admin.get("/people/?q=stranger"))
    watch = Watch()
    assert "You left the team Build." in words(client.post(leaving, follow=True))
    assert watch.tags == ["team.member_left"]
    assert client.get(secrets).status_code == NOT_FOUND
    assert client.post(leaving).status_code == 302
    assert watch.tags == ["team.member_left"], "who is in no such team leaves none"
    assert "No access" in words(admin.get("/people/?q=stranger"))


def test_who_removes_their_own_rights_is_led_where_they_may_go(
    client_for: ClientFor, universe: Universe, cast: Cast
) -> None:
    stranger = cast["stranger"].user
    team = teams.create(STAGEHAND, name="Leads", people=[stranger])
    grants.add(STAGEHAND, team, universe, Terms(Role.MANAGER))
    done = client_for("stranger").post(address(team, "delete"), follow=True)
    assert (done.status_code, done.redirect_chain[-1][0]) == (200, "/")


def test_no_query_grows_with_teams_people_or_grants(
    client_for: ClientFor, universe: Universe, build: Team
) -> None:
    client = client_for("admin")
    paths = ["/teams/", address(build), address(build, "people"), "/people/", "/me/"]
    paths.append(f"/universes/{universe.pk}/access/")

    def queries() -> list[int]:
        counts = []
        for path in paths:
            with CaptureQueriesContext(connection) as caught:
                assert client.get(path).status_code == 200
            counts.append(len(caught))
        return counts

    queries()
    few = queries()
    now = timezone.now()
    people = User.objects.bulk_create(User(email=f"p{n}@example.com") for n in range(60))
    more = Team.objects.bulk_create(Team(name=f"Team {n}") for n in range(60))
    people.append(User.objects.get(email="admin@example.com"))
    Membership.objects.bulk_create(
        Membership(team=team, person=person, added_by="tests", added_at=now)
        for team in (build, *more)
        for person in people
    )
    store_grants(
        Grant(team=team, universe=where, role=Role.VIEWER, given_by="tests", given_at=now)
        for team in (build, *more)
        for where in (universe, None)
    )
    many = queries()
    assert many == few
    assert max(many) <= 30


def test_of_a_large_team_some_people_are_on_each_page(client_for: ClientFor, build: Team) -> None:
    people = User.objects.bulk_create(User(email=f"p{n:02}@example.com") for n in range(60))
    told = {"added_by": "admin@example.com", "added_at": timezone.now()}
    Membership.objects.bulk_create(
        Membership(team=build, person=person, **told) for person in people
    )
    client = client_for("admin")
    first = words(client.get(address(build)))
    assert "People 61" in first
    assert "p00@example.com" in first
    assert "p55@example.com" not in first
    assert 'href="?people=2#people"' in body(client.get(address(build)))
    second = words(client.get(f"{address(build)}?people=2"))
    assert "p55@example.com" in second
    assert "Rotator" in second
