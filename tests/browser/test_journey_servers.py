"""A rotation, twelve servers that still have the old value, a restart, and down to none."""

import pytest
from playwright.sync_api import FilePayload, expect

from emulator import Emulator
from emulator import Universe as EmulatedUniverse
from secretsapp.models import Universe
from tests.browser.conftest import Visit
from tests.browser.journeys import enter, rotate
from tests.stage import HARBOR_ID, Cast
from tests.support.game_servers import RBXL, give_key
from tests.support.game_servers import rotate as rotate_beforehand

pytestmark = pytest.mark.browser

SECRET = f"/universes/{HARBOR_ID}/secrets/PAY_KEY/"


@pytest.fixture
def twelve(
    universe: Universe, harbor: EmulatedUniverse, cast: Cast, emulator: Emulator
) -> EmulatedUniverse:
    """Harbor with twelve servers."""
    give_key(universe, emulator)
    harbor.fleet.start(harbor.profile.root_place_id, 12)
    return harbor


def test_from_a_rotation_by_a_restart_to_no_server_with_the_old_value(
    visit: Visit, twelve: EmulatedUniverse
) -> None:
    manager = enter(visit, "manager", f"{SECRET}rotate/", script=True)
    page = manager.page
    rotate(manager, "new value")
    expect(page.get_by_text("12 of 12 servers still have the old value.")).to_be_visible()
    page.get_by_role("link", name="Restart servers").click()
    expect(page.get_by_text("12 servers with 60 players")).to_be_visible()
    page.get_by_label("Bleed-off").select_option(label="None: servers end at once")
    page.get_by_label("Why").fill("the old one leaked")
    page.get_by_label("Restart them").check()
    page.get_by_role("button", name="Restart servers").click()
    expect(page.get_by_text("Roblox says that it is finished.")).to_be_visible()
    assert {server.secrets["PAY_KEY"] for server in twelve.fleet.active()} == {b"new value"}
    manager.open(SECRET)
    expect(page.get_by_text("No server has the old value.")).to_be_visible()


def test_without_javascript_the_button_checks_and_the_page_says_so(
    open_window: Visit, universe: Universe, twelve: EmulatedUniverse, cast: Cast
) -> None:
    rotate_beforehand(universe, cast)
    viewer = open_window(java_script_enabled=False)
    viewer.become("viewer")
    viewer.open(SECRET)
    viewer.page.get_by_role("button", name="Check again").click()
    expect(viewer.page.get_by_role("heading", level=1)).to_have_text("PAY_KEY")
    expect(viewer.page.get_by_text("12 of 12 servers still have the old value.")).to_be_visible()


def test_from_a_file_by_a_restart_to_servers_that_have_its_version(
    visit: Visit, twelve: EmulatedUniverse
) -> None:
    manager = visit()
    manager.become("manager")
    page, place = manager.page, twelve.profile.root_place_id
    manager.open(f"/universes/{HARBOR_ID}/servers/")
    page.get_by_role("link", name="Publish a place").click()
    page.get_by_label("Place ID").fill(str(place))
    file = FilePayload(name="harbor.rbxl", mimeType="application/octet-stream", buffer=RBXL)
    page.get_by_label("Place file").set_input_files(file)
    page.get_by_label("Published").check()
    page.get_by_role("button", name="Send to Roblox").click()
    expect(page.get_by_text(f"Published version 2 of place {place}.").first).to_be_visible()
    assert {server.version for server in twelve.fleet.active()} == {1}
    page.get_by_role("link", name="Restart servers so that they have this version").click()
    page.get_by_label("Bleed-off").select_option(label="None: servers end at once")
    page.get_by_label("Restart them").check()
    page.get_by_role("button", name="Restart servers").click()
    expect(page.get_by_text("Roblox says that it is finished.")).to_be_visible()
    assert {server.version for server in twelve.fleet.active()} == {2}
