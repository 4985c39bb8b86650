"""What someone can do and who can use a secret: pages, files and commands say the same."""

import csv
import io
from datetime import timedelta

import pytest
from django.http import HttpResponseBase, StreamingHttpResponse
from django.test import Client
from django.utils import timezone

from secretsapp.access import grants
from secretsapp.core.roles import Role
from secretsapp.models import ApiKey, Membership, Place, Team, Universe
from secretsapp.web.views import effective as effective_pages
from tests.granting import Terms
from tests.pages.conftest import AddressOf, ClientFor
from tests.pages.reading import words
from tests.stage import STAGEHAND, Cast
from tests.support.watch import Watch

WEEK = timedelta(days=7)


@pytest.fixture
def quay(api_key: ApiKey) -> Universe:
    """A staging universe in which the manager of Harbor manages nothing."""
    return Universe.objects.create(id=77, name="Quay", api_key=api_key, environment="staging")


@pytest.fixture
def build(cast: Cast, universe: Universe, quay: Universe) -> Team:
    """A team of the viewer, which rotates PAY_* in Harbor for a week and views staging."""
    team = Team.objects.create(name="Build")
    Membership.objects.create(
        team=team, person=cast["viewer"].user, added_by="tests", added_at=timezone.now()
    )
    week = timezone.now() + WEEK
    grants.add(cast["manager"].actor, team, universe, Terms(Role.ROTATOR, "PAY_*", week))
    grants.add(STAGEHAND, team, Place(environment="staging"), Terms(Role.AUDITOR, reason="audit"))
    return team


def rows(answer: HttpResponseBase) -> list[dict[str, str]]:
    """The rows of a file that was sent."""
    assert isinstance(answer, StreamingHttpResponse)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    text = b"".join(answer.streaming_content).decode()  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(text)))


def of(cast: Cast, name: str) -> str:
    """The address of what someone can do."""
    return f"/people/{cast[name].user.pk}/access/"


@pytest.mark.usefixtures("build")
def test_what_someone_can_do_adds_up_with_where_it_comes_from(
    client_for: ClientFor, cast: Cast
) -> None:
    page = words(client_for("admin").get(of(cast, "viewer")))
    assert "Harbor Production List all secrets · never expires" in page
    assert "Rotate PAY_* · until" in page
    assert "Rotator on Harbor for PAY_* until" in page
    assert "through the team Build given by manager@example.com" in page
    assert "Quay Staging List, read the audit log all secrets · never expires" in page
    assert "Auditor on all staging universes through the team Build" in page
    own = words(client_for("viewer").get("/me/access/"))
    assert "What can you do?" in own
    assert "Auditor on all staging universes" in own
    harbor = words(client_for("admin").get(of(cast, "viewer"), {"q": "harb"}))
    assert "Auditor on all staging universes" not in harbor
    assert "No access now." in words(client_for("stranger").get("/me/access/"))


@pytest.mark.usefixtures("build")
def test_a_manager_learns_only_what_lies_in_their_universes(
    client_for: ClientFor, cast: Cast
) -> None:
    client = client_for("manager")
    page = words(client.get(of(cast, "viewer")))
    assert "Rotator on Harbor" in page
    assert "Quay" not in page
    assert client.get(of(cast, "stranger")).status_code == 404
    assert client.get("/people/999999/access/").status_code == 404
    assert client_for("viewer").get(of(cast, "viewer")).status_code == 403
    names = {row["universe"] for row in rows(client.get(of(cast, "viewer"), {"format": "csv"}))}
    assert names == {"Harbor"}


@pytest.mark.usefixtures("build")
def test_who_can_use_a_secret_is_for_who_gives_access_to_it(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    address = address_of("secret_access", "PAY_KEY")
    page = words(client_for("manager").get(address))
    assert "viewer@example.com List all secrets · never expires Rotate all secrets" in page
    assert "admin@example.com List, create, rotate" in page
    assert "stranger@example.com" not in page
    other = words(client_for("manager").get(address_of("secret_access", "SIGNING_SEED")))
    assert "through the team Build" not in other
    deputy, week = cast["stranger"], timezone.now() + WEEK
    grants.give(STAGEHAND, deputy.user, universe, Terms(Role.MANAGER, "PAY_*", week))
    assert client_for("stranger").get(address).status_code == 200
    hidden = client_for("stranger").get(address_of("secret_access", "SIGNING_SEED"))
    assert hidden.status_code == 404
    link = f'href="{address}"'
    of_secret = address_of("secret", "PAY_KEY")
    assert link in client_for("manager").get(of_secret).content.decode()
    assert link not in client_for("editor").get(of_secret).content.decode()


@pytest.mark.usefixtures("build")
def test_an_export_says_the_same_is_safe_and_is_logged(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    terms = Terms(Role.VIEWER, reason="=HYPERLINK(1)")
    grants.add(STAGEHAND, cast["stranger"].user, universe, terms)
    watch, client = Watch(), client_for("manager")
    found = rows(client.get(address_of("secret_access", "PAY_KEY"), {"format": "csv"}))
    by_person = {row["person"]: row for row in found if row["through_team"]}
    row = by_person["viewer@example.com"]
    assert (row["role"], row["names"], row["through_team"]) == ("Rotator", "PAY_*", "Build")
    assert row["expires_utc"].endswith("+00:00")
    assert [each["reason"] for each in found if each["person"].startswith("str")] == [
        "'=HYPERLINK(1)"
    ]
    client_for("admin").get(of(cast, "viewer"), {"format": "csv"})
    assert client.head(of(cast, "viewer"), {"format": "csv"}).status_code == 200
    assert watch.tags == ["access.exported", "access.exported"]
    assert [event.secret_name for event in watch.events] == ["PAY_KEY", ""]


@pytest.mark.usefixtures("build")
def test_the_access_page_tells_of_each_person_and_each_holder(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    week = timezone.now() + WEEK
    grants.add(STAGEHAND, cast["editor"].user, universe, Terms(Role.AUDITOR, until=week))
    client = client_for("manager")
    page = words(client.get(address_of("access")))
    assert "Build Team of 1 viewer@example.com Rotator PAY_*" in page
    assert page.index("editor@example.com Editor") < page.index("editor@example.com Auditor")
    by_person = words(client.get(address_of("access"), {"by": "person"}))
    assert "viewer@example.com List all secrets · never expires Rotate PAY_*" in by_person
    assert "through the team Build" in by_person
    found = words(client.get(address_of("access"), {"by": "person", "q": "edit"}))
    assert "viewer@example.com List" not in found
    everywhere = words(client_for("admin").get("/access/", {"by": "person"}))
    assert "viewer@example.com List, read the audit log In all staging universes" in everywhere
    assert "In all universes · all secrets" in everywhere


def test_names_out_of_sight_are_told_of_without_a_word(
    client_for: ClientFor, address_of: AddressOf, cast: Cast, universe: Universe
) -> None:
    week = timezone.now() + WEEK
    deputy, rotator = cast["stranger"].user, cast["rotator"].user
    grants.give(STAGEHAND, deputy, universe, Terms(Role.MANAGER, "PAY_*", week))
    grants.give(STAGEHAND, rotator, universe, Terms(Role.ROTATOR, "SIGNING_SEED, PAY_KEY", week))
    client = client_for("stranger")
    for address in (f"{address_of('access')}?by=person", of(cast, "rotator")):
        page = words(client.get(address))
        assert "PAY_KEY" in page
        assert "Names you can’t see" in page
        assert "SIGNING_SEED" not in page
    # Who can do something with every name can do it with those that are in sight.
    everyone = words(client.get(address_of("access"), {"by": "person"}))
    assert "viewer@example.com List PAY_* · never expires Names you can’t see" in everyone


def test_ended_access_ends_to_the_second_on_every_page(
    client_for: ClientFor,
    address_of: AddressOf,
    cast: Cast,
    universe: Universe,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    end = timezone.now() + timedelta(hours=8)
    grants.give(STAGEHAND, cast["stranger"].user, universe, Terms(Role.MANAGER, until=end))
    client: Client = client_for("stranger")
    pages = [
        (address_of("universe"), {}),
        (address_of("access"), {}),
        (address_of("secret_access", "PAY_KEY"), {}),
        (address_of("universe_activity"), {"HX-Request": "true"}),
        (address_of("universe_open_changes"), {"HX-Request": "true"}),
    ]
    monkeypatch.setattr(timezone, "now", lambda: end - timedelta(seconds=1))
    for address, headers in pages:
        assert client.get(address, headers=headers).status_code in (200, 204), address
    assert "Harbor" in words(client.get("/me/access/"))
    monkeypatch.setattr(timezone, "now", lambda: end)
    for address, headers in pages:
        assert client.get(address, headers=headers).status_code == 404, address
    assert "No access now." in words(client.get("/me/access/"))


def test_all_of_it_can_be_shown_on_one_page_to_print(
    client_for: ClientFor, universe: Universe, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = [Universe(pk=pk, name=f"U{pk:03}", api_key=universe.api_key) for pk in range(1, 61)]
    Universe.objects.bulk_create(named)
    admin, address = client_for("admin"), of(cast, "admin")
    page = admin.get(address)
    assert ("Show all to print" in words(page), "U060" in words(page)) == (True, False)
    whole = words(admin.get(address, {"all": "1"}))
    assert ("61 in total" in whole, "U060" in whole, "Next" in whole) == (True, True, False)
    assert "Show all to print" not in words(admin.get(address, {"q": "U00"}))
    monkeypatch.setattr(effective_pages, "ON_PAPER", 55)
    assert "Only the first 55 of 61 are on this page." in words(admin.get(address, {"all": "1"}))
    monkeypatch.setattr(effective_pages, "ON_PAPER", 3)
    secret = client_for("manager").get(f"/universes/{universe.pk}/secrets/PAY_KEY/access/?all=1")
    assert "Only the first 3 of 6 are on this page." in words(secret)
