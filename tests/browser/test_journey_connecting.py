"""Roblox connected by OAuth in Chromium: used, renewed, cut off, told, and connected again."""

import pytest
from django.utils import timezone
from pytest_django import Settings

from emulator import Emulator, faults
from secretsapp.api_keys import losses
from secretsapp.core import actor as actors
from secretsapp.models import ApiKey, OAuthAccess, Universe
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import WITH_AND_WITHOUT, follow, is_headed, press, says, shows
from tests.browser.of_connecting import looks_at_connecting
from tests.browser.test_accessibility import found_on
from tests.stage import Cast
from tests.support.connected import (
    NAME,
    TOKEN,
    let_access_end,
    refreshes,
    sent_twice,
    set_up_app,
    use_for,
)

pytestmark = pytest.mark.browser


@WITH_AND_WITHOUT
def test_roblox_is_connected_used_over_a_crash_and_connected_again(
    visit: Visit,
    cast: Cast,
    universe: Universe,
    emulator: Emulator,
    settings: Settings,
    script: bool,
) -> None:
    admin = visit(java_script_enabled=script)
    settings.SITE_URL = admin.server
    set_up_app(emulator, settings)
    admin.become("admin")
    connect(admin)

    api_key = ApiKey.objects.get(name=NAME)
    use_for(universe, api_key)
    emulator.clear_requests()
    sync(admin, universe)
    let_access_end(emulator)
    sync(admin, universe)
    assert len(refreshes(emulator)) == 1

    let_access_end(emulator, in_seconds=60)
    emulator.inject(faults.cut_after(), path=TOKEN)
    sync(admin, universe)
    admin.open(f"/api-keys/{api_key.pk}/")
    shows(admin, "hasn’t ended, or was interrupted")
    assert sent_twice(refreshes(emulator)) == []

    OAuthAccess.objects.update(renew_after=timezone.now())
    let_access_end(emulator)
    press(admin, "Test access")
    losses.tell_lost(actors.system("keys"))
    admin.open(f"/api-keys/{api_key.pk}/")
    shows(admin, "This connection was lost")
    shows(admin, "interrupted while renewing it")
    follow(admin, "Connect again")
    press(admin, "Continue to Roblox")
    says(admin, f"Connected “{NAME}”.")
    shows(admin, "Passing")
    sync(admin, universe)


def connect(admin: Visitor) -> None:
    """Connect under a name, from the list of keys."""
    admin.open("/api-keys/")
    follow(admin, "Connect with Roblox")
    is_headed(admin, "Connect with Roblox")
    admin.page.get_by_label("Name", exact=True).fill(NAME)
    press(admin, "Continue to Roblox")
    says(admin, f"Connected “{NAME}”.")
    shows(admin, "universe.secret:read, universe.secret:write")


def sync(admin: Visitor, universe: Universe) -> None:
    """Let the list of the universe be read at Roblox."""
    Universe.objects.update(sync_tried_at=None, sync_failure="", synced_at=None)
    admin.open(f"/universes/{universe.pk}/")
    press(admin, "Refresh")
    admin.page.wait_for_load_state()
    stored = Universe.objects.get(pk=universe.pk)
    assert stored.sync_failure == ""


def test_pages_of_connecting(visit: Visit, universe: Universe) -> None:
    assert found_on(visit(), looks_at_connecting()) == []
