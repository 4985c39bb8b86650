"""Universes and API keys, as an admin manages them and as nobody else may."""

import pytest
from playwright.sync_api import expect

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import ApiKey, Grant, Universe
from tests import stage
from tests.browser.conftest import Visit
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    all_of_it,
    are_refused,
    choose,
    complains,
    complains_at,
    enter,
    field,
    fill,
    follow,
    go_to,
    is_at,
    is_headed,
    press,
    says,
    shows,
    sidebar,
)

pytestmark = pytest.mark.browser

NEXT_KEY = "the-next-emulated-key"
PLACE = 4711


@pytest.fixture
def pier(emulator: Emulator, universe: Universe) -> EmulatedUniverse:
    """A second game of the same group, which is not here yet."""
    return emulator.add_universe(77, name="Pier", group_id=stage.GROUP_ID, root_place_id=PLACE)


@WITH_AND_WITHOUT
def test_an_admin_adds_a_universe_by_its_link_edits_it_and_takes_it_off(
    script: bool, visit: Visit, pier: EmulatedUniverse
) -> None:
    admin = enter(visit, "admin", script=script)
    go_to(admin, "Add a universe")
    fill(admin, Universe="https://www.roblox.com/games/")
    choose(admin, "Staging")
    press(admin, "Add universe")
    complains_at(admin, "Universe", "Paste the universe id, the id of one of its places")
    fill(admin, Universe=f"https://www.roblox.com/games/{PLACE}/Pier", Name="Pier in spring")
    press(admin, "Add universe")
    says(admin, "Added Pier in spring.")
    is_at(admin, f"/universes/{pier.id}/")

    follow(admin, "Settings")
    fill(admin, Name="Pier")
    choose(admin, "Development")
    press(admin, "Save changes")
    says(admin, "Settings saved.")
    is_headed(admin, "Pier")
    shows(admin, "Development")
    expect(sidebar(admin).get_by_role("link", name="Pier")).to_have_count(1)

    follow(admin, "Settings")
    follow(admin, "Remove universe")
    shows(admin, "Its events in the audit log.")
    fill(admin, Type_its_name_to_confirm="pier")
    press(admin, "Remove universe")
    complains_at(admin, "Type its name to confirm", "Type Pier exactly.")
    fill(admin, Type_its_name_to_confirm="Pier")
    press(admin, "Remove universe")
    says(admin, "Removed Pier from Sealroom. Its secrets are still at Roblox.")
    expect(sidebar(admin).get_by_role("link", name="Pier")).to_have_count(0)
    assert not Grant.objects.filter(universe=pier.id).exists()


@WITH_AND_WITHOUT
def test_an_admin_replaces_a_key_and_tests_it(
    script: bool, visit: Visit, universe: Universe, emulator: Emulator
) -> None:
    admin = enter(visit, "admin", script=script)
    go_to(admin, "API keys")
    follow(admin, "automation")
    emulator.add_api_key(stage.API_KEY, enabled=False)
    press(admin, "Test key")
    shows(admin, "disabled")
    follow(admin, "Replace")
    fill(admin, API_key="not-this-one")
    press(admin, "Test and replace")
    complains(admin, "Roblox refused the API key")
    expect(field(admin, "API key")).to_have_value("")
    emulator.add_api_key(NEXT_KEY)
    fill(admin, API_key=NEXT_KEY)
    press(admin, "Test and replace")
    says(admin, "Replaced.")
    follow(admin, "Harbor")
    is_headed(admin, "Harbor")
    go_to(admin, "API keys")
    follow(admin, "automation")
    press(admin, "Test key")
    says(admin, "Test passed")
    assert NEXT_KEY not in all_of_it(admin)


@WITH_AND_WITHOUT
def test_nobody_else_gets_at_universes_and_keys(
    script: bool, visit: Visit, universe: Universe, api_key: ApiKey
) -> None:
    addresses = [
        "/universes/new/",
        f"/universes/{universe.pk}/settings/",
        f"/universes/{universe.pk}/remove/",
        "/api-keys/",
        f"/api-keys/{api_key.pk}/replace/",
    ]
    window = visit(java_script_enabled=script)
    for role in ("manager", "viewer"):
        window.become(role)
        window.open(f"/universes/{universe.pk}/")
        expect(window.page.get_by_role("link", name="Settings")).to_have_count(0)
        expect(sidebar(window).get_by_role("link", name="API keys")).to_have_count(0)
        are_refused(window, addresses, "Only admins can do this.")
