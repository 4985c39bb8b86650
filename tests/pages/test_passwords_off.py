"""An installation in which passwords sign nobody in, and the way back in by a link."""

from django.test import Client
from pytest_django import Settings

from secretsapp.models import OneTimeCode, PasswordMail
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import one_time_codes, ways_in
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.pages.signing_on import CONFIRM, CONNECT, ME, VIEWER, is_signed_in
from tests.pages.test_confirming import aged
from tests.stage import PASSWORD, STAGEHAND, Cast
from tests.support.sign_on_provider import SignOnProvider

NEW = "a lantern on the pier"


def test_passwords_can_be_turned_off_and_passkeys_stay(
    client: Client, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.PASSWORD_SIGN_IN, settings.EMAIL_HOST = False, "mail.example.com"
    settings.SITE_URL = "http://localhost"
    shown = body(client.get("/sign-in/"))
    assert ('name="password"' in shown, "Sign in with Acme" in shown) == (False, True)
    assert "Use a passkey" in shown
    sent = {"login": VIEWER, "password": PASSWORD}
    for headers in ({}, {"HX-Request": "true"}):
        client.post("/sign-in/", sent, headers=headers)
        assert "Passwords don’t sign anyone in here" in words(client.get("/sign-in/"))
    assert not is_signed_in(client)
    assert "forgotten" not in shown
    assert client.get("/password/forgotten/").status_code == 404
    assert client.post("/password/forgotten/", {"email": VIEWER}).status_code == 404


def test_a_link_that_someone_made_lets_in_where_passwords_are_off(
    client: Client, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.PASSWORD_SIGN_IN = False
    code = ways_in.make_link(STAGEHAND, cast["viewer"].user).code
    client.post("/password/", {"code": code, "password": NEW})
    assert is_signed_in(client)
    other = Client()
    other.post("/sign-in/", {"login": VIEWER, "password": NEW})
    assert not is_signed_in(other)


def test_a_link_that_anyone_can_ask_for_sets_no_password_there(
    client: Client, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    viewer = cast["viewer"].user
    mailed = one_time_codes.issue(CodePurpose.MAIL, viewer, good_for=ways_in.LINK_GOOD_FOR)
    settings.PASSWORD_SIGN_IN = False
    answer = client.post("/password/", {"code": mailed.text, "password": NEW})
    assert answer.status_code == 422
    assert OneTimeCode.objects.exists()
    settings.PASSWORD_SIGN_IN = True
    client.post("/password/", {"code": mailed.text, "password": NEW})
    assert not OneTimeCode.objects.exists()


def test_who_came_by_a_link_can_connect_a_provider_and_then_confirms_there_or_by_password(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.PASSWORD_SIGN_IN = False
    client = client_for("viewer")
    assert client.get(CONNECT).status_code == 200
    shown = words(aged(client).get(CONFIRM))
    assert ("Acme again" in shown, "Password" in shown) == (False, True)
    client.post(CONFIRM, {"password": PASSWORD})
    assert client.get(CONNECT).status_code == 200


def test_who_has_nothing_to_confirm_with_is_told_whom_to_ask(
    client_for: ClientFor, cast: Cast
) -> None:
    viewer = cast["viewer"].user
    viewer.set_unusable_password()
    viewer.save(update_fields=["password"])
    shown = words(aged(client_for("viewer")).get(CONFIRM))
    assert "You have nothing to confirm it with" in shown
    assert "None. An admin can send you a link" in words(client_for("viewer").get(ME))


def test_whose_account_was_shut_asks_an_admin_where_passwords_are_off(
    client: Client, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.PASSWORD_SIGN_IN, settings.EMAIL_HOST = False, "mail.example.com"
    viewer = cast["viewer"].user
    code = one_time_codes.issue(
        CodePurpose.NOT_ME, viewer, good_for=ways_in.LINK_GOOD_FOR, address=viewer.email
    )
    assert "Ask an admin to let you in again" in words(client.get("/sign-in/not-me/"))
    client.post("/sign-in/not-me/", {"code": code.text})
    assert "Ask an admin to let you in again" in words(client.get("/sign-in/"))
    assert not PasswordMail.objects.exists()
