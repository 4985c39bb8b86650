"""Single sign-on, attacked: what must stay ended, apart or unconfirmed."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from secretsapp.models import Identity
from secretsapp.models.accounts import CodePurpose
from secretsapp.people import identities, one_time_codes, sign_on, ways_in
from tests.pages.conftest import ClientFor
from tests.pages.reading import words
from tests.pages.signing_on import (
    CONFIRM_WITH,
    CONNECT,
    SITE,
    VERIFIED,
    go,
    is_signed_in,
    leads_to,
    sent_back,
)
from tests.pages.test_single_sign_on_attacks import connected_without_password
from tests.stage import STAGEHAND, Cast
from tests.support.apps_of_people import code_of, give_app
from tests.support.passkeys_of_people import give_passkey
from tests.support.sign_on_provider import SignOnProvider


def disconnect(client_for: ClientFor, cast: Cast) -> None:
    """Let an admin disconnect single sign-on of the viewer."""
    client_for("admin").post(f"/people/{cast['viewer'].user.pk}/single-sign-on/disconnect/")


def shut(client: Client, cast: Cast) -> None:
    """Let the viewer say, by a mailed code, that someone else is in their account."""
    viewer = cast["viewer"].user
    code = one_time_codes.issue(
        CodePurpose.NOT_ME, viewer, good_for=ways_in.LINK_GOOD_FOR, address=viewer.email
    )
    client.post("/sign-in/not-me/", {"code": code.text})


def test_nothing_that_was_connected_signs_in_whose_account_was_shut(
    client: Client, client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    thief = client_for("viewer")
    go(thief, acme, CONNECT)
    shut(client, cast)
    assert not is_signed_in(thief)
    assert not Identity.objects.exists()
    acme.person |= VERIFIED
    for _ in range(2):
        go(thief, acme)
        assert not is_signed_in(thief)
        code = ways_in.make_link(STAGEHAND, cast["viewer"].user).code
        Client().post("/password/", {"code": code, "password": "a lantern on the pier"})


def test_an_account_that_is_shut_is_opened_by_no_provider(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    shut(client, cast)
    acme.person |= VERIFIED
    go(client, acme)
    assert not is_signed_in(client)
    assert not Identity.objects.exists()


def test_a_session_that_is_ended_while_the_provider_is_asked_connects_nothing_and_stays_ended(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_open, admin = client_for("viewer"), client_for("admin")
    back = sent_back(left_open, acme, CONNECT)
    redeem = sign_on.redeem

    def ended_meanwhile(*given: Any) -> Any:
        found = redeem(*given)
        admin.post(f"/people/{cast['viewer'].user.pk}/sessions/end/")
        return found

    monkeypatch.setattr(sign_on, "redeem", ended_meanwhile)
    assert left_open.get(back).status_code in (400, 403)
    assert not Identity.objects.exists()
    assert not is_signed_in(left_open)


def test_a_sign_in_during_which_the_account_is_disconnected_lets_nobody_in(
    client: Client,
    client_for: ClientFor,
    cast: Cast,
    acme: SignOnProvider,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go(client_for("viewer"), acme, CONNECT)
    monkeypatch.setattr(identities, "record_use", lambda _claims: disconnect(client_for, cast))
    go(client, acme)
    assert not Identity.objects.exists()
    assert not is_signed_in(client)


def test_a_sign_in_that_waits_for_a_second_factor_ends_with_the_connection(
    client: Client, client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    go(client_for("viewer"), acme, CONNECT)
    secret = give_app(cast["viewer"].user)
    assert go(client, acme).headers["Location"] == "/sign-in/second-factor/"
    disconnect(client_for, cast)
    client.post("/sign-in/second-factor/", {"code": code_of(secret)})
    assert not is_signed_in(client)


def test_an_account_that_an_admin_disconnected_is_not_connected_again_by_its_address(
    client: Client, client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    go(client, acme)
    disconnect(client_for, cast)
    assert "No account here is connected" in words(go(client, acme))
    assert not is_signed_in(client)
    assert not Identity.objects.exists()


def test_an_account_that_its_person_disconnected_is_not_connected_again_by_its_address(
    client: Client, client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    go(client, acme)
    cast["viewer"].user.refresh_from_db()
    person = client_for("viewer")
    person.post(f"/me/disconnect/{Identity.objects.get().pk}/")
    assert "No account here is connected" in words(go(Client(), acme))
    go(person, acme, CONNECT)
    assert Identity.objects.get().person == cast["viewer"].user


def test_an_open_session_is_not_confirmed_by_taking_out_of_the_address_that_it_asks_again(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    client = connected_without_password(client_for, cast, acme)
    address = leads_to(client.post(CONFIRM_WITH, {"next": CONNECT}))
    # Who is signed in there comes back at once, and no time is told that nobody asked for.
    silent = address.replace("&prompt=login&max_age=0", "")
    assert silent != address
    answer = client.get(acme.authorize(silent).removeprefix(SITE))
    assert (answer.status_code, "didn’t say when" in words(answer)) == (403, True)
    assert client.get("/me/authenticator-app/").status_code == 302


def test_the_last_passkey_of_someone_without_another_way_in_is_not_removed(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.PASSWORD_SIGN_IN = False
    settings.SITE_URL = "http://localhost"
    give_passkey(cast["viewer"].user)
    client = client_for("viewer")
    there = f"/me/passkeys/{Authenticator.objects.get(type='webauthn').pk}/remove/"
    answer = client.post(there)
    assert (answer.status_code, "the only way you can sign in" in words(answer)) == (422, True)
    settings.PASSWORD_SIGN_IN = True
    assert client.post(there).status_code == 302


def test_an_address_connects_nothing_for_who_has_a_second_factor(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    give_app(cast["viewer"].user)
    acme.person |= VERIFIED
    assert "No account here is connected" in words(go(client, acme))
    assert not Identity.objects.exists()
