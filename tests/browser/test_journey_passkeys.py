"""Passkeys, with an authenticator that Chromium plays: added, used after a password and alone."""

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from tests import stage
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import age, enter, fill, follow, is_at, is_headed, press, says, shows

pytestmark = pytest.mark.browser

# A device of its own, such as a phone or a laptop, which asks for a finger each time.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def with_device(visitor: Visitor, settings: Settings) -> None:
    """Give the window a device, and let the site be where the window finds it."""
    settings.SITE_URL = visitor.server
    browser = visitor.page.context.new_cdp_session(visitor.page)
    browser.send("WebAuthn.enable")
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def sign_in(visitor: Visitor) -> None:
    """Enter the right password."""
    visitor.open("/sign-in/")
    fill(visitor, Email_address="viewer@example.com", Password=stage.PASSWORD)
    press(visitor, "Sign in")


def sign_out(visitor: Visitor) -> None:
    """Sign out by the menu."""
    visitor.page.locator("#who").click()
    visitor.page.locator("#who").get_by_role("button", name="Sign out").click()
    is_headed(visitor, "Sign in")


def test_a_passkey_is_added_used_after_a_password_and_alone_and_removed(
    visit: Visit, settings: Settings
) -> None:
    viewer = enter(visit, "viewer", "/me/", script=True)
    with_device(viewer, settings)
    follow(viewer, "Add a passkey")
    fill(viewer, Name="Laptop")
    press(viewer, "Add passkey")
    is_at(viewer, "/me/recovery-codes/")
    follow(viewer, "I’ve saved them")
    shows(viewer, "Laptop")

    sign_out(viewer)
    sign_in(viewer)
    is_headed(viewer, "Confirm it’s you")
    press(viewer, "Use a passkey")
    is_at(viewer, "/")

    sign_out(viewer)
    press(viewer, "Use a passkey")
    is_at(viewer, "/")

    viewer.open("/me/passkeys/new/")
    press(viewer, "Add passkey")
    shows(viewer, "This device already has a passkey of yours for Sealroom.")
    follow(viewer, "Cancel")
    follow(viewer, "Remove Laptop")
    press(viewer, "Remove passkey")
    says(viewer, "Passkey removed.")
    sign_out(viewer)
    sign_in(viewer)
    is_at(viewer, "/")


def test_without_a_passkey_one_is_told_and_can_try_again(visit: Visit, settings: Settings) -> None:
    visitor = visit()
    with_device(visitor, settings)
    visitor.open("/sign-in/")
    press(visitor, "Use a passkey")
    shows(visitor, "No passkey was used")
    expect(visitor.page.get_by_role("button", name="Use a passkey")).to_be_enabled()
    follow(visitor, "Sign in with your password")
    is_at(visitor, "/sign-in/")


def test_without_javascript_a_passkey_is_said_to_need_it(visit: Visit, settings: Settings) -> None:
    viewer = enter(visit, "viewer", "/me/passkeys/new/", script=False)
    shows(viewer, "Passkeys need JavaScript")
    expect(viewer.page.get_by_role("button", name="Add passkey")).to_be_hidden()


def test_a_passkey_confirms_that_it_is_oneself(visit: Visit, settings: Settings) -> None:
    admin = enter(visit, "admin", "/me/passkeys/new/", script=True)
    with_device(admin, settings)
    admin.page.reload()
    press(admin, "Add passkey")
    is_at(admin, "/me/recovery-codes/")
    age(admin)
    admin.open("/people/invite/")
    is_headed(admin, "Confirm that it’s you")
    press(admin, "Use a passkey")
    is_at(admin, "/people/invite/")
