"""Single sign-on in Chromium: connected, signed in with, and used to confirm."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect
from pytest_django import Settings

from secretsapp.core.providers import Provider
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    age,
    follow,
    is_at,
    is_headed,
    press,
    says,
    shows,
)
from tests.browser.of_sign_on import looks_at_sign_on
from tests.browser.test_accessibility import found_on
from tests.stage import Cast
from tests.support import sign_on_process
from tests.support.receiver import LOOPBACK, Receiver
from tests.support.sign_on_provider import HOST, SignOnProvider

pytestmark = pytest.mark.browser


@pytest.fixture
def acme(tmp_path_factory: pytest.TempPathFactory, settings: Settings) -> Iterator[SignOnProvider]:
    """A provider that is set up, and that is trusted for no address."""
    with Receiver(tmp_path_factory.mktemp("provider"), HOST) as receiver:
        provider = SignOnProvider.at(receiver)
        receiver.allow(settings)
        settings.SSO_PROVIDERS = (provider.configured(),)
        yield provider


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Provider, str]]:
    """A provider in a process of its own, and who vouches for it."""
    with sign_on_process.running(tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture
def _acme_process(process: tuple[Provider, str], settings: Settings) -> None:
    """That provider is set up."""
    provider, authorities = process
    settings.SSO_PROVIDERS, settings.CHANNEL_NETWORKS = (provider,), LOOPBACK
    settings.CHANNEL_AUTHORITIES += authorities


def enter(visit: Visit, settings: Settings, *, script: bool) -> Visitor:
    """A window of the viewer's, whose site is where it finds it, and which trusts the provider."""
    viewer = visit(java_script_enabled=script, ignore_https_errors=True)
    settings.SITE_URL = viewer.server
    viewer.become("viewer")
    viewer.open("/me/")
    return viewer


@WITH_AND_WITHOUT
@pytest.mark.usefixtures("_acme_process")
def test_an_account_is_connected_signs_in_confirms_and_is_disconnected(
    visit: Visit, cast: Cast, settings: Settings, script: bool
) -> None:
    viewer = enter(visit, settings, script=script)
    follow(viewer, "Connect Acme")
    press(viewer, "Continue to Acme")
    is_at(viewer, "/me/")
    says(viewer, "Connected Acme.")
    shows(viewer, "A name there")

    viewer.page.locator("#who").click()
    viewer.page.locator("#who").get_by_role("button", name="Sign out").click()
    viewer.open("/sign-in/?next=/me/")
    press(viewer, "Sign in with Acme")
    is_at(viewer, "/me/")

    person = cast["viewer"].user
    person.refresh_from_db()
    person.set_unusable_password()
    person.save(update_fields=["password"])
    viewer.become("viewer")
    age(viewer)
    viewer.open("/me/passkeys/new/")
    viewer.open("/me/")
    follow(viewer, "Disconnect Acme")
    is_headed(viewer, "Confirm that it’s you")
    expect(viewer.page.get_by_label("Password")).to_have_count(0)
    press(viewer, "Sign in with Acme again")
    is_headed(viewer, "Disconnect A name there at Acme")
    press(viewer, "Disconnect")
    shows(viewer, "It’s the only way you can sign in.")


def test_who_is_not_known_is_told_so(
    visit: Visit, acme: SignOnProvider, settings: Settings
) -> None:
    visitor = visit(ignore_https_errors=True)
    settings.SITE_URL = visitor.server
    visitor.open("/sign-in/")
    press(visitor, "Sign in with Acme")
    is_headed(visitor, "Couldn’t sign in with Acme")
    follow(visitor, "Back to sign-in")
    is_at(visitor, "/sign-in/")


def test_its_pages_are_accessible_and_fit_a_phone(
    visit: Visit, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    visitor = visit(ignore_https_errors=True)
    settings.SITE_URL = visitor.server
    assert found_on(visitor, looks_at_sign_on(acme, cast)) == []
