"""Single sign-on with a real provider on loopback: signing in, connecting, confirming."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from secretsapp.adapters import limits
from secretsapp.adapters.limits import Limit
from secretsapp.models import AuditEvent, Identity, OutgoingMail, User
from secretsapp.people import accounts, required_factors
from tests.pages.conftest import ClientFor
from tests.pages.reading import body, words
from tests.pages.signing_on import (
    BACK,
    CONFIRM,
    CONFIRM_WITH,
    CONNECT,
    ME,
    START,
    VERIFIED,
    VIEWER,
    go,
    is_signed_in,
    leads_to,
    sent_back,
)
from tests.pages.test_confirming import aged
from tests.stage import PASSWORD, STAGEHAND, Cast
from tests.support.apps_of_people import code_of, give_app
from tests.support.sign_on_provider import SigningKey, SignOnProvider

AGAIN = "Sign in with Acme again"
NOT_CONNECTED = "No account here is connected with yours at Acme."


def told(tag: str) -> list[AuditEvent]:
    """The events of that tag, the oldest first."""
    return list(AuditEvent.objects.filter(tag=tag).order_by("pk"))


def detail(tag: str) -> dict[str, str]:
    """What the newest event of that tag says."""
    said: dict[str, str] = json.loads(told(tag)[-1].detail)
    return said


def connected(cast: Cast, provider: SignOnProvider, client_for: ClientFor) -> Client:
    """A browser of the viewer's, who has just connected their account there."""
    client = client_for("viewer")
    assert go(client, provider, CONNECT).headers["Location"] == ME
    return client


def without_password(user: User) -> None:
    """Let nobody know a password of theirs."""
    user.refresh_from_db()
    user.set_unusable_password()
    user.save(update_fields=["password"])


def test_a_verified_address_that_is_trusted_signs_in_and_is_connected(
    client: Client, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    acme.person |= VERIFIED
    assert go(client, acme, next="/me/").headers["Location"] == "/me/"
    assert "viewer@example.com, connected" in words(client.get(ME))
    assert Identity.objects.get().person == cast["viewer"].user
    (event,) = told("person.identity_connected")
    assert (event.actor_name, event.subject_name) == (VIEWER, VIEWER)
    assert detail("person.signed_in")["by"] == "single sign-on with Acme"
    assert OutgoingMail.objects.get(kind="sign_in_changed").person == cast["viewer"].user


def test_from_then_on_the_account_there_counts_and_no_address(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    go(client, acme)
    client.post("/sign-out/")
    acme.person |= {"email": "admin@example.com", "email_verified": False}
    go(client, acme)
    assert VIEWER in words(client.get(ME))
    assert len(told("person.identity_connected")) == 1


@pytest.mark.parametrize(
    "person",
    [
        {"email": VIEWER, "email_verified": False},
        {"email": VIEWER, "email_verified": "true"},
        {"email": VIEWER, "email_verified": 1},
        {"email": VIEWER},
        {"email": "viewer@example.com.evil.example", "email_verified": True},
        {"email": "viewer@other.example", "email_verified": True},
        {"email": "nobody@example.com", "email_verified": True},
        {"email": "viewer@EXAMPLE.COM\u0131", "email_verified": True},
        {"email": ["viewer@example.com"], "email_verified": True},
        {},
    ],
)
def test_who_is_not_known_is_told_how_to_connect_an_account_and_none_is_made(
    client: Client, cast: Cast, acme: SignOnProvider, person: dict[str, object]
) -> None:
    before = User.objects.count()
    acme.person |= person
    answer = go(client, acme)
    assert (answer.status_code, NOT_CONNECTED in words(answer)) == (403, True)
    assert not is_signed_in(client)
    assert (User.objects.count(), Identity.objects.count()) == (before, 0)
    assert detail("person.sign_in_failed")["by"] == "single sign-on with Acme"


def test_an_address_counts_only_in_a_domain_that_the_provider_is_trusted_for(
    client: Client, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.SSO_PROVIDERS = (acme.configured(),)
    acme.person |= VERIFIED
    assert NOT_CONNECTED in words(go(client, acme))


def test_an_address_connects_no_second_account_of_the_same_provider(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    go(client, acme)
    client.post("/sign-out/")
    acme.person |= {"sub": "who has the address now"}
    assert NOT_CONNECTED in words(go(client, acme))


def test_an_address_that_is_told_only_where_it_is_asked_for_is_asked_for(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.in_userinfo = dict(VERIFIED)
    go(client, acme)
    assert is_signed_in(client)
    client.post("/sign-out/")
    Identity.objects.all().delete()
    acme.person["email_verified"] = True
    acme.in_userinfo = {"email": VIEWER, "email_verified": False}
    assert NOT_CONNECTED in words(go(client, acme))
    acme.in_userinfo = {"sub": "someone else"}
    assert "two different people" in words(go(client, acme))


def test_each_sends_back_to_an_address_of_its_own_and_asks_with_pkce(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    address = leads_to(client.post(START))
    assert address.startswith(f"{acme.issuer}/authorize?response_type=code&")
    assert "redirect_uri=http%3A%2F%2Ftestserver%2Fsign-in%2Fwith%2Facme%2Fback%2F" in address
    assert "code_challenge_method=S256" in address
    assert "scope=openid+profile+email" in address
    assert "prompt" not in address
    assert acme.configured().client_secret not in address


def test_keys_are_read_at_each_sign_in_so_a_rotation_is_followed(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    go(client, acme)
    client.post("/sign-out/")
    given_up, acme.key = acme.key, SigningKey("second", "ES256")
    acme.listed = [given_up, acme.key]
    go(client, acme)
    assert is_signed_in(client)
    client.post("/sign-out/")
    acme.key, acme.listed = given_up, [acme.key]
    assert "wrong signature" in words(go(client, acme))
    assert not is_signed_in(client)


def test_a_secret_is_sent_as_the_provider_takes_it(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    acme.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    go(client, acme)
    assert is_signed_in(client)
    assert "authorization" not in acme.receiver.requests[-2].headers


def test_a_second_factor_is_still_asked_for(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    go(client, acme)
    client.post("/sign-out/")
    secret = give_app(cast["viewer"].user)
    assert go(client, acme, next=ME).headers["Location"] == "/sign-in/second-factor/"
    assert not is_signed_in(client)
    answer = client.post("/sign-in/second-factor/", {"code": code_of(secret)})
    assert answer.headers["Location"] == ME
    assert detail("person.signed_in")["by"] == ("single sign-on with Acme, authenticator app")


def test_who_must_have_a_second_factor_is_held_up_all_the_same(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    go(client, acme)
    without_password(cast["viewer"].user)
    client.post("/sign-out/")
    go(client, acme)
    required_factors.require(STAGEHAND, None, timezone.now(), is_meant=True)
    assert client.get("/").headers["Location"] == "/me/second-factor/"
    assert client.get(CONNECT).headers["Location"] == "/me/second-factor/"
    aged(client)
    assert go(client, acme, CONFIRM_WITH, next="/me/authenticator-app/").status_code == 302
    assert client.get("/me/authenticator-app/").status_code == 200


def test_a_disabled_account_is_refused_and_not_connected(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    accounts.disable(cast["admin"].actor, cast["viewer"].user)
    acme.person |= VERIFIED
    assert go(client, acme).headers["Location"] == "/sign-in/disabled/"
    assert not is_signed_in(client)
    assert not Identity.objects.exists()


def test_an_account_is_connected_under_your_account_after_confirming(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    client, elsewhere = client_for("viewer"), client_for("viewer")
    assert is_signed_in(elsewhere)
    assert f'href="{CONNECT}"' in body(client.get(ME))
    aged(client)
    assert client.get(CONNECT).headers["Location"] == f"/confirm/?next={CONNECT}"
    assert client.post(CONNECT).status_code == 403
    client.post(CONFIRM, {"password": PASSWORD})
    assert "Continue to Acme" in words(client.get(CONNECT))
    answer = go(client, acme, CONNECT)
    assert answer.headers["Location"] == ME
    shown = words(client.get(ME))
    assert "Connected Acme. Your other sessions have ended." in shown
    assert "A name there, connected" in shown
    assert not is_signed_in(elsewhere)
    assert client.get(CONNECT).headers["Location"] == ME
    assert detail("person.identity_connected") == {"provider": "Acme", "account": "A name there"}
    client.post("/sign-out/")
    go(client, acme)
    assert is_signed_in(client)


def test_an_account_there_belongs_to_one_person_here(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    connected(cast, acme, client_for)
    answer = go(client_for("editor"), acme, CONNECT)
    assert (answer.status_code, "connected to someone else" in words(answer)) == (403, True)
    assert Identity.objects.get().person == cast["viewer"].user


def test_disconnecting_wants_a_confirmation_and_is_told(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    settings.EMAIL_HOST = "mail.example.com"
    client = connected(cast, acme, client_for)
    there = f"/me/disconnect/{Identity.objects.get().pk}/"
    assert client_for("editor").get(there).status_code == 404
    assert client_for("editor").post(there).status_code == 404
    assert "It no longer signs you in here." in words(client.get(there))
    assert client.post(there).headers["Location"] == ME
    assert told("person.identity_disconnected")[0].subject_name == VIEWER
    assert OutgoingMail.objects.filter(kind="sign_in_changed").count() == 2
    client.post("/sign-out/")
    assert NOT_CONNECTED in words(go(client, acme))


def test_an_admin_disconnects_who_should_not_come_in_that_way(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    client, admin = connected(cast, acme, client_for), client_for("admin")
    page = f"/people/{cast['viewer'].user.pk}/"
    assert "A name there · Disconnect" in words(admin.get(page))
    assert "A name there won’t sign them in" in words(
        admin.get(f"{page}single-sign-on/disconnect/")
    )
    answer = admin.post(f"{page}single-sign-on/disconnect/", follow=True)
    assert "Disconnected single sign-on of viewer@example.com." in words(answer)
    assert not is_signed_in(client)
    assert NOT_CONNECTED in words(go(client, acme))
    again = admin.get(f"{page}single-sign-on/disconnect/", follow=True)
    assert "has no account connected" in words(again)
    own = f"/people/{cast['admin'].user.pk}/single-sign-on/disconnect/"
    assert admin.post(own).status_code == 422


def test_the_last_way_in_is_not_disconnected(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    client = connected(cast, acme, client_for)
    there = f"/me/disconnect/{Identity.objects.get().pk}/"
    settings.PASSWORD_SIGN_IN = False
    answer = client.post(there)
    assert (answer.status_code, "the only way you can sign in" in words(answer)) == (422, True)
    settings.PASSWORD_SIGN_IN = True
    assert client.post(there).status_code == 302


def test_an_account_at_a_provider_that_is_gone_is_shown_and_can_be_disconnected(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider, settings: Settings
) -> None:
    client = connected(cast, acme, client_for)
    settings.SSO_PROVIDERS = ()
    assert f"{acme.issuer} · A name there, connected" in words(client.get(ME))
    assert client.post(START).status_code == 404
    assert client.get(BACK).status_code == 404
    there = f"/me/disconnect/{Identity.objects.get().pk}/"
    assert client.post(there).headers["Location"] == ME
    assert "Single sign-on" not in words(client.get(ME))


def test_who_has_nothing_else_confirms_by_signing_in_there_again(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    client = connected(cast, acme, client_for)
    assert AGAIN not in words(aged(client).get(CONFIRM))
    without_password(cast["viewer"].user)
    assert "No password yet" not in words(client_for("admin").get("/people/"))
    client = client_for(cast["viewer"])
    shown = words(aged(client).get(f"/confirm/?next={CONNECT}"))
    assert (AGAIN in shown, "Password" in shown) == (True, False)
    address = leads_to(client.post(CONFIRM_WITH, {"next": "/me/passkeys/new/"}))
    assert "prompt=login&max_age=0" in address
    back = acme.authorize(address).removeprefix("http://testserver")
    assert client.get(back).headers["Location"] == "/me/passkeys/new/"
    assert client.get("/me/authenticator-app/").status_code == 200


def test_who_can_confirm_otherwise_does_not_confirm_there(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    client = aged(connected(cast, acme, client_for))
    assert client.post(CONFIRM_WITH).headers["Location"] == CONFIRM
    without_password(cast["viewer"].user)
    give_app(cast["viewer"].user)
    client = aged(client_for(cast["viewer"]))
    assert client.post(CONFIRM_WITH).headers["Location"] == CONFIRM
    shown = words(client.get(CONFIRM))
    assert (AGAIN in shown, "Or a code" in shown) == (False, True)


def test_a_sign_in_there_confirms_nothing_here_unless_it_was_just_now(
    client: Client, cast: Cast, acme: SignOnProvider
) -> None:
    acme.person |= VERIFIED
    now = int(timezone.now().timestamp())
    for at, asks in ((None, True), (now - 3600, True), (now, False), (now + 50, False)):
        acme.person["auth_time"] = at
        acme.altered = lambda claims: {name: it for name, it in claims.items() if it is not None}
        go(client, acme)
        assert (client.get(CONNECT).headers.get("Location") != ME) is asks
        client.post("/sign-out/")


def test_too_many_are_asked_to_wait(
    client: Client, cast: Cast, acme: SignOnProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BACK", Limit("sign_on_back", 2, "m"))
    answers = [client.get(BACK).status_code for _ in range(3)]
    assert answers == [403, 403, 429]
    monkeypatch.setattr(limits, "SIGN_INS", Limit("sign_in", 1, "m"))
    assert [client.post(START).status_code for _ in range(2)] == [200, 429]


def test_an_answer_waits_for_ten_minutes(client: Client, cast: Cast, acme: SignOnProvider) -> None:
    acme.person |= VERIFIED
    back = sent_back(client, acme)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = client.get(back)
    assert (answer.status_code, "took too long" in words(answer)) == (403, True)
    assert not is_signed_in(client)


def test_who_is_held_up_meanwhile_connects_nothing(
    client_for: ClientFor, cast: Cast, acme: SignOnProvider
) -> None:
    client = client_for("viewer")
    back = sent_back(client, acme, CONNECT)
    required_factors.require(STAGEHAND, None, timezone.now(), is_meant=True)
    assert client.get(back).headers["Location"] == "/me/second-factor/"
    assert not Identity.objects.exists()
