"""Access given in several places at once, to a team, and in wider places."""

from datetime import timedelta

import pytest
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, Grant, Membership, Team, Universe, User
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import body, words
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch

SEVERAL, EVERYWHERE = "/access/several/", "/access/new/"
STRANGER = "stranger@example.com"
SENT = {"role": "rotator", "names": "PAY_KEY, SIGNING_SEED", "end": "7"}


@pytest.fixture
def quay(api_key: ApiKey) -> Universe:
    """A staging universe of a group."""
    return Universe.objects.create(
        id=77, name="Quay", api_key=api_key, environment="staging", owner="groups/2"
    )


@pytest.mark.parametrize(
    "path",
    [
        SEVERAL,
        "/people/invite/",
        "/universes/{universe}/access/new/",
        "/universes/{universe}/access/invite/",
        "/people/{person}/access/new/",
    ],
)
def test_names_are_picked_wherever_access_is_given(
    path: str, client_for: ClientFor, cast: Cast, universe: Universe
) -> None:
    address = path.format(universe=universe.pk, person=cast["viewer"].user.pk)
    page = body(client_for("admin").get(address))
    assert "data-adds-to" in page
    # The script that shows it and adds the names.
    assert "js/names.js" in page


def team(name: str, *people: User) -> Team:
    """A team of these."""
    made = Team.objects.create(name=name)
    for person in people:
        Membership.objects.create(
            team=made, person=person, added_by="tests", added_at=timezone.now()
        )
    return made


def places(email: str) -> list[str]:
    """Where a person was granted access."""
    return sorted(grant.scope for grant in Grant.objects.filter(person__email=email))


def test_one_form_gives_several_universes_or_none(
    client_for: ClientFor, cast: Cast, universe: Universe, quay: Universe
) -> None:
    manager = client_for("manager")
    sent = SENT | {"person": STRANGER, "place": [str(universe.pk), str(quay.pk)]}
    refused = manager.post(SEVERAL, sent)
    assert (refused.status_code, places(STRANGER)) == (422, [])
    assert 'name="place" value="77"' not in body(manager.get(SEVERAL))
    until = timezone.now() + timedelta(days=40)
    grants.give(STAGEHAND, cast["manager"].user, quay, Terms(Role.MANAGER, until=until))
    watch = Watch()
    done = manager.post(SEVERAL, sent, follow=True)
    assert "Granted stranger@example.com access in 2 places." in words(done)
    assert places(STRANGER) == ["Harbor", "Quay"]
    assert watch.tags == ["grant.given", "grant.given"]
    again = manager.post(SEVERAL, SENT | {"person": STRANGER, "place": [str(universe.pk)]})
    assert "is already Rotator of Harbor." in words(again)
    link = f'<a class="home-further" href="{SEVERAL}">'
    assert link in body(manager.get("/"))
    assert link not in body(client_for("editor").get("/"))
    assert "Choose where." in words(manager.post(SEVERAL, SENT | {"person": STRANGER}))
    assert client_for("editor").get(SEVERAL).status_code == 403


def test_a_team_is_chosen_like_a_person_unless_no_one_is_in_it(
    client_for: ClientFor, address_of: AddressOf, cast: Cast
) -> None:
    build, empty = team("Build", cast["stranger"].user), team("Empty")
    client, address = client_for("manager"), address_of("access_give")
    page = body(client.get(address))
    assert f'<option value="team:{build.pk}">Build</option>' in page
    assert f"team:{empty.pk}" not in page
    done = client.post(address, SENT | {"person": f"team:{build.pk}"}, follow=True)
    assert "Granted Build access." in words(done)
    Membership.objects.all().delete()
    assert f"team:{build.pk}" not in body(client.get(address))
    refused = client.post(address, SENT | {"person": f"team:{build.pk}", "role": "viewer"})
    assert refused.status_code == 422


def test_all_staging_universes_are_one_choice(
    client_for: ClientFor, universe: Universe, quay: Universe
) -> None:
    client = client_for("admin")
    form = words(client.get(EVERYWHERE))
    for choice in ("All universes", "All staging universes", "All universes of group 2"):
        assert choice in form
    sent = SENT | {"person": STRANGER, "place": ["environment:staging", "owner:groups/2"]}
    assert client.post(EVERYWHERE, sent).status_code == 302
    assert places(STRANGER) == ["all staging universes", "all universes of group 2"]
    beside = client.post(EVERYWHERE, sent | {"place": ["all", "environment:staging"]})
    assert "All universes covers the others: choose it alone." in words(beside)
    assert "A universe id is a whole number" in words(
        client.post(EVERYWHERE, sent | {"place": "environment:moon"})
    )
