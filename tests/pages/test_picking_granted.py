"""What Roblox granted and isn't here is ticked and added, so that no one types ids."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from emulator import Emulator, faults
from secretsapp.models import ApiKey, Universe
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.stage import HARBOR_ID
from tests.support.connected import PERSON, connect, set_up_app
from tests.support.watch import Watch

pytestmark = [pytest.mark.django_db, pytest.mark.engine]

PICK = "/universes/new/games/"


@pytest.fixture
def admin(
    client_for: ClientFor, universe: Universe, emulator: Emulator, settings: Settings
) -> Client:
    """An admin's browser; someone grants Harbor, which is here, and two games that aren't."""
    set_up_app(emulator, settings)
    emulator.add_universe(1, name="Isle", group_id=7)
    emulator.add_universe(2, name="Quay", group_id=8)
    emulator.oauth.let_consent(PERSON, [HARBOR_ID, 1, 2])
    return client_for("admin")


def of(api_key: ApiKey) -> str:
    return f"{PICK}?key={api_key.pk}"


def chosen(api_key: ApiKey, *ids: int) -> dict[str, object]:
    """What the form sends."""
    ticked = [str(each) for each in ids]
    return {"game": ticked, "api_key": str(api_key.pk), "environment": "staging"}


def test_the_page_of_a_connection_leads_to_what_was_granted_beside_what_is_here(
    admin: Client,
) -> None:
    granted = connect()
    page = body(admin.get(reverse("api_key", args=[granted.pk])))
    assert f'href="{of(granted)}">Choose which to add</a>' in page
    listed = words(admin.get(of(granted)))
    assert "Isle 1" in listed
    assert "Quay 2" in listed
    assert f" {HARBOR_ID}" not in listed.partition("Add universes of")[2].partition("At most")[0]


def test_those_that_are_ticked_are_added_at_once_with_it(admin: Client) -> None:
    granted, watch = connect(), Watch()
    answer = admin.post(of(granted), chosen(granted, 1, 2), follow=True)
    assert "Added Isle, Quay." in words(answer)
    added = Universe.objects.exclude(pk=HARBOR_ID).order_by("pk")
    assert [(each.name, each.environment, each.api_key_id) for each in added] == [
        ("Isle", "staging", granted.pk),
        ("Quay", "staging", granted.pk),
    ]
    assert watch.tags.count("universe.added") == 2
    assert "Roblox named no universe that isn’t in Sealroom." in words(admin.get(of(granted)))
    page = body(admin.get(reverse("api_key", args=[granted.pk])))
    assert "Choose which to add" not in page


def test_nothing_else_can_be_ticked(admin: Client, emulator: Emulator) -> None:
    granted, other = connect(), ApiKey.objects.get(is_oauth=False)
    emulator.add_universe(3, name="Reef", group_id=7)
    for sent in (chosen(granted, 3), chosen(granted, HARBOR_ID), chosen(other, 1)):
        assert admin.post(of(granted), sent).status_code == 422
    assert Universe.objects.count() == 1


def test_names_are_asked_for_without_the_access_and_can_be_missing(
    admin: Client, emulator: Emulator
) -> None:
    granted = connect()
    emulator.clear_requests()
    admin.get(of(granted))
    (request,) = emulator.requests
    assert not {"x-api-key", "authorization", "cookie"} & set(request.headers)
    emulator.inject(faults.html(), times=9, path="/v1/games")
    assert "No name 1" in words(admin.get(of(granted)))
    emulator.stop()
    assert "No name 2" in words(admin.get(of(granted)))


@pytest.mark.parametrize("key", ["", "x", "\0", "00000000-0000-4000-8000-000000000000"])
def test_a_key_that_is_not_here_is_not_found(admin: Client, key: str) -> None:
    assert admin.get(PICK, {"key": key}).status_code == 404


def test_only_who_may_add_universes_sees_what_was_granted(
    client_for: ClientFor, admin: Client, emulator: Emulator
) -> None:
    granted = connect()
    emulator.clear_requests()
    assert client_for("manager").get(of(granted)).status_code == 403
    assert emulator.requests == []
