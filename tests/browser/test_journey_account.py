"""One's own account in a browser: someone else signs in to it, and its address changes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from secretsapp.models import User
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import one_time_codes
from tests import stage
from tests.browser.conftest import Visit, Visitor
from tests.browser.journeys import (
    WITH_AND_WITHOUT,
    field,
    fill,
    follow,
    is_at,
    is_headed,
    press,
    says,
    shows,
)
from tests.stage import Cast

pytestmark = pytest.mark.browser

VIEWER, NEW, NEW_PASSWORD = "viewer@example.com", "new@example.com", "a lantern on the pier"


@pytest.fixture
def viewer(cast: Cast) -> User:
    """The viewer, who has been here before."""
    person = cast["viewer"].user
    person.last_active_at = timezone.now()
    person.save()
    return person


def sign_in(visit: Visit, *, script: bool, password: str = stage.PASSWORD) -> Visitor:
    """A new device, in which the viewer's password was entered."""
    visitor = visit(java_script_enabled=script)
    visitor.open("/sign-in/")
    fill(visitor, Email_address=VIEWER, Password=password)
    press(visitor, "Sign in")
    is_at(visitor, "/")
    return visitor


def open_link(visitor: Visitor, path: str, code: str) -> None:
    """Open a mailed link; without JavaScript the code is pasted."""
    visitor.open(f"{path}#{code}")
    if field(visitor, "One-time code").is_visible():
        fill(visitor, **{"One-time code": code})
    else:
        assert code not in visitor.page.url


def code_for(person: User, purpose: CodePurpose, address: str) -> str:
    """A code, as a mail to that address has it."""
    hour = timedelta(hours=1)
    return one_time_codes.issue(purpose, person, good_for=hour, address=address).text


@WITH_AND_WITHOUT
def test_a_stolen_password_is_noticed_and_the_thief_thrown_out(
    visit: Visit, viewer: User, script: bool
) -> None:
    viewer.last_active_at = None
    viewer.save()
    own = sign_in(visit, script=script)
    thief = sign_in(visit, script=script)
    own.page.reload()
    shows(own, "New sign-in to your account")
    press(own, "It wasn’t me")
    says(own, "Now choose a new password")
    fill(own, Current_password=stage.PASSWORD, New_password=NEW_PASSWORD)
    press(own, "Change password")
    is_at(own, "/me/")
    thief.open("/")
    is_headed(thief, "Sign in")


@WITH_AND_WITHOUT
def test_an_account_is_shut_by_the_link_in_a_mail(
    visit: Visit, viewer: User, script: bool, settings: Settings
) -> None:
    thief = sign_in(visit, script=script)
    someone = visit(java_script_enabled=script)
    open_link(someone, "/sign-in/not-me/", code_for(viewer, CodePurpose.NOT_ME, VIEWER))
    is_headed(someone, "It wasn’t me")
    press(someone, "Sign everyone out")
    is_headed(someone, "Sign in")
    says(someone, "Everyone is signed out of your account")
    thief.page.reload()
    is_headed(thief, "Sign in")


@WITH_AND_WITHOUT
def test_an_address_is_asked_for_and_confirmed(
    visit: Visit, viewer: User, script: bool, settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.invalid"
    own = sign_in(visit, script=script)
    own.open("/me/")
    follow(own, "Change address")
    fill(own, New_email_address=NEW)
    press(own, "Send link")
    says(own, f"If {NEW} can be yours, we’ve mailed a link to it.")
    open_link(own, "/me/address/confirm/", code_for(viewer, CodePurpose.ADDRESS, NEW))
    press(own, "Use this address")
    says(own, f"Your email address is {NEW} now.")
    shows(own, NEW)
